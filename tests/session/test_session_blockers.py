"""A step that cannot be taken says why, in a sentence."""

import pytest

from genie_widgets.schema import Problem
from genie_widgets.session import SessionState, blockers
from genie_widgets.store import RunView

ERROR = Problem(code="target-single-value", title="Column a has one value.", remedy="Choose another.")
NOTE = Problem(code="note", title="It is small.", remedy="Beware.", severity="warning")


@pytest.fixture
def states(make):
    profile, plan = make.profile(), make.plan()

    def run(status):
        return SessionState(profile=profile, answer=plan, run_id="a", view=RunView(status=status))

    return {
        "empty": SessionState(),
        "profiled": SessionState(profile=profile),
        "planned": SessionState(profile=profile, answer=plan),
        "noted": SessionState(profile=profile, answer=make.plan(problems=(NOTE,))),
        "blocked": SessionState(profile=profile, answer=make.plan(problems=(NOTE, ERROR, ERROR))),
        "busy": SessionState(profile=profile, answer=plan, busy="Reading the table"),
        "starting": SessionState(profile=profile, answer=plan, run_id="a"),
        "training": run("running"),
        "stopping": run("stopping"),
        "done": run("done"),
        "failed": run("failed"),
    }


FREE = {
    "plan": {"profiled", "planned", "noted", "blocked", "done", "failed"},
    "confirm": {"planned", "noted", "done", "failed"},
    "stop": {"starting", "training"},
    "predict": {"done"},
}
NAMES = [
    "empty",
    "profiled",
    "planned",
    "noted",
    "blocked",
    "busy",
    "starting",
    "training",
    "stopping",
    "done",
    "failed",
]


@pytest.mark.parametrize("step", FREE)
@pytest.mark.parametrize("name", NAMES)
def test_a_step_is_free_or_says_why_not(states, name, step):
    said = blockers(states[name], step)
    assert bool(said) == (name not in FREE[step])
    assert all(sentence.endswith(".") and sentence[0].isupper() and len(sentence) > 8 for sentence in said)


@pytest.mark.parametrize(
    ("name", "step", "said"),
    [
        ("empty", "plan", "Choose a table first."),
        ("training", "plan", "A training is under way: stop it first, or wait."),
        ("profiled", "confirm", "Make a plan first."),
        ("stopping", "stop", "The best model so far is being kept."),
        ("failed", "predict", "Train a model first."),
        ("busy", "predict", "Reading the table."),
    ],
)
def test_it_says_what_to_do_or_to_wait_for(states, name, step, said):
    assert blockers(states[name], step) == (said,)


def test_every_error_of_the_plan_is_told_with_its_remedy_and_no_warning(states):
    assert blockers(states["blocked"], "confirm") == ("Column a has one value. Choose another.",) * 2
