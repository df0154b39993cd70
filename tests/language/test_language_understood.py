"""What the panel gives as an example to say is understood, in each of its languages, as the English one is."""

import re

import numpy as np
import pandas as pd
import pytest

import genie_widgets as gw
from genie_widgets.data import samples
from genie_widgets.language import LANGUAGES, catalogue, speak, tr

OTHERS = sorted(set(LANGUAGES) - {"en"})
CHANGES = 'Say it as in "also ignore the id", "use F1 instead", "10 minutes" or "predict income instead".'
REQUEST = 'Genie can predict a column of this table, for example: "predict {column}".'


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    monkeypatch.setattr(catalogue, "_chosen", [])


@pytest.fixture(scope="module")
def shipped():
    return {sample.name: gw.read_table(sample.path) for sample in samples()}


@pytest.fixture(scope="module")
def people():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"id": rng.integers(1, 9, 300), "income": rng.normal(50, 9, 300), "age": rng.integers(18, 80, 300)}
    )
    return gw.read_table(frame.assign(leaves=np.where(rng.random(300) < 0.4, "yes", "no")), name="people")


def quoted(text):
    """The examples of a text, in whatever marks its language puts around them."""
    return [found.strip() for found in re.findall(r'["“„«]([^"“”„«»]+)["“”»]', text)]


def essence(plan):
    return plan.target, plan.problem_type, sorted(plan.ignore), plan.time_limit_s


@pytest.mark.parametrize("code", OTHERS)
@pytest.mark.parametrize("sample", samples(), ids=lambda sample: sample.name)
def test_a_samples_request_is_planned_alike(shipped, code, sample):
    english = gw.plan(shipped[sample.name], sample.english_prompt, llm=None)
    speak(code)
    assert sample.prompt != sample.english_prompt
    planned = gw.plan(shipped[sample.name], sample.prompt, llm=None)
    assert planned.status == "plan", planned.text
    assert essence(planned) == essence(english)


@pytest.mark.parametrize("code", ["en", *OTHERS])
def test_the_changes_given_as_examples_are_made(people, code):
    plan = gw.plan(people, "predict leaves, 1 minute", llm=None)
    speak(code)
    leave_out, metric, time, target = quoted(tr(CHANGES))
    assert "id" in gw.plan(people, leave_out, after=plan, llm=None).asked_to_ignore
    assert gw.plan(people, metric, after=plan, llm=None).metric == "f1"
    assert gw.plan(people, time, after=plan, llm=None).time_limit_s == 600
    assert gw.plan(people, target, after=plan, llm=None).target == "income"


@pytest.mark.parametrize("code", ["en", *OTHERS])
def test_the_request_given_as_an_example_is_planned(people, code):
    speak(code)
    (request,) = quoted(tr(REQUEST, column="income"))
    assert gw.plan(people, request, llm=None).target == "income"


@pytest.mark.parametrize(
    "request_",
    [
        "Quels vols arriveront en retard ? Ignorez l'identifiant du vol, 1 minute.",
        "¿Qué vuelos llegarán tarde? Ignora el id del vuelo, 1 minuto.",
        "Welche Flüge kommen zu spät an? Ignoriere die Flug-ID, 1 Minute.",
        "Quais voos vão chegar atrasados? Ignore o id do voo, 1 minuto.",
        "哪些航班会晚点？忽略航班编号，1 分钟。",
        "Какие рейсы опоздают? Без идентификатора рейса, 1 минута.",
    ],
)
def test_a_flight_is_no_airline(shipped, request_):
    planned = gw.plan(shipped["flights"], request_, llm=None)
    assert (planned.target, planned.problem_type, planned.ignore) == ("late", "binary", ("flight_id",))
