"""The Python that does what the panel did: run, it comes to the same; whatever people write, it stays text in it."""

import ast
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import genie_widgets as gw
from genie_widgets.schema import Decision, Evaluation, GroupReport, Part, ReadOptions, Reply, Rewording, Validation
from genie_widgets.session import Session, SessionState, python_code, remedies
from genie_widgets.session import actions as a
from genie_widgets.session.recipe import Recipe, Source
from genie_widgets.session.reduce import reduce

CALLS = {
    "ReadOptions",
    "read_url",
    "read_query",
    "Validation",
    "read_table",
    "plan",
    "answer_question",
    "edit_plan",
    "train",
    "open_run",
    "wait",
    "samples",
    "next",
    "print",
}
KINDS = ["file", "sample", "frame", "run", "url", "query"]
WILD = st.text(max_size=30) | st.sampled_from(['"); import os; ("', "'''\\", "\u2028!ls\x85", "{x}", "\ud800"])

READ = st.builds(ReadOptions, delimiter=st.none() | WILD, as_text=st.lists(WILD, max_size=2).map(tuple))


def run(code):
    names = {}
    exec(compile(code, "shown", "exec"), names)
    return names


def same(plan, other):
    """Whether two plans train alike, whoever said so."""
    return plan.model_dump(exclude={"evidence", "problems", "asked_to_ignore"}) == other.model_dump(
        exclude={"evidence", "problems", "asked_to_ignore"}
    )


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_people_write_no_code(make, data):
    source = st.builds(Source, kind=st.sampled_from(KINDS), name=WILD, options=READ)
    recipe = Recipe(
        table=data.draw(source),
        prompt=data.draw(WILD),
        choices=(data.draw(WILD),),
        plan=make.plan(),
    )
    plan = make.plan(data.draw(WILD), ignore=(data.draw(WILD),))
    run_id = data.draw(st.sampled_from(["", "a" * 32]))
    code = python_code(SessionState(recipe=recipe, run_id=run_id, answer=plan))
    # One statement a line, as IPython takes a cell apart: nothing in a text begins another.
    assert len(code.splitlines()) == len(code.split("\n")) - 1
    calls = [node.func for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    assert {call.id if isinstance(call, ast.Name) else call.attr for call in calls} <= CALLS


def test_nothing_is_shown_before_there_is_a_table():
    assert python_code(SessionState()) == ""


def test_a_plan_that_was_asked_for_answered_and_changed_comes_out_the_same(session):
    session.load_sample("penguins")
    session.set_prompt("predict the bill, 5 minutes")
    session.make_plan()
    assert session.state.answer.status == "question"
    session.answer("bill_depth_mm")
    session.edit_plan(ignore=("year",))
    session.edit_plan(ignore=("year", "island"))
    session.edit_plan(validation=Validation(kind="group", column="island"))
    code = python_code(session.state)
    assert code.count("edit_plan") == 1  # what is left of all the changes
    assert same(run(code)["plan"], session.state.plan)
    session.edit_plan(target="species")
    assert same(run(python_code(session.state))["plan"], session.state.plan)


def test_a_file_and_a_new_sentence(session, tmp_path):
    file = tmp_path / "it's.csv"
    pd.DataFrame({"kind": ["a", "b"] * 20, "size": range(40)}).to_csv(file, index=False)
    session.load_table(file)
    session.set_prompt("predict the size")
    session.make_plan()
    session.set_prompt("predict the kind")
    assert "gw.plan" not in python_code(session.state)
    session.make_plan()
    assert run(python_code(session.state))["plan"] == session.state.plan


def test_a_file_that_is_read_differently(session, tmp_path):
    file = tmp_path / "odd.csv"
    file.write_text("a;b\n" + "".join(f"00{i};1,{i}\n" for i in range(30)))
    session.load_table(file)
    session.read_again(ReadOptions(delimiter=";", as_text=("a",)))
    assert run(python_code(session.state))["table"].profile == session.state.profile
    assert session.state.profile.column("a").kind != "number"


def test_a_warning_that_was_set_aside_stays_so(session, tmp_path):
    file = tmp_path / "leak.csv"
    pd.DataFrame({"kind": ["a", "b"] * 40, "size": range(80), "told": [1, 2] * 40}).to_csv(file, index=False)
    session.load_table(file)
    session.set_prompt("predict the kind")
    session.make_plan()
    session.take_remedy(next(remedy for remedy in remedies(session.state.plan) if remedy.accept))
    assert session.state.plan.accepted
    plan = run(python_code(session.state))["plan"]
    assert same(plan, session.state.plan)
    assert plan.problems == session.state.plan.problems


def test_what_is_recorded_as_said_is_all_of_it(session, tmp_path):
    file = tmp_path / "kinds.csv"
    pd.DataFrame({"kind": ["a", "b"] * 20, "size": range(40), "mass": range(40, 0, -1)}).to_csv(file, index=False)
    session.load_table(file)
    session.set_prompt("predict the kind")
    session.make_plan()
    session.follow_up("also drop mass")
    state = session.state
    shown = python_code(state.model_copy(update={"run_id": "a" * 32}))
    recorded = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gw, "train", lambda _table, plan, prompt: recorded.append((prompt, plan.ignore)), raising=False)
        run(shown)
    assert recorded == [("predict the kind\nalso drop mass", state.plan.ignore)]
    assert "mass" in state.plan.ignore


def test_what_was_asked_compared_and_promoted_is_told(session, scored_run, monkeypatch):
    monkeypatch.setenv("GENIE_HOME", str(session.settings.workspace))
    done = []
    monkeypatch.setattr(
        "genie_widgets.session.promoting.promote", lambda folder, back=False: done.append((folder.run_id, back))
    )
    before, after = scored_run(blur=0.9), scored_run()
    session.open_run(after.id)
    assert session.wait_idle()
    while session.state.result is None:
        after.wait()
    session.ask("how good is it?")
    session.compare_runs(before.id, after.id)
    session.promote(before.id)
    session.promote(after.id)
    session.go_back(after.id)
    here, done[:] = list(done), []
    names = run(python_code(session.state))
    assert names["reply"] == session.state.reply
    assert names["comparison"] == session.state.comparison
    assert done == here == [(before.id, False), (after.id, False), (after.id, True)]
    # Another table takes none of it back.
    session.load_sample("penguins")
    done.clear()
    assert run(python_code(session.state))["comparison"] == session.state.comparison
    assert done == here


def test_a_language_model_is_asked_again_only_where_one_was(make):
    opened = SessionState(recipe=Recipe(table=Source(kind="run", name="a")), run_id="a", result=make.result())
    reply = Reply(question="it's?")
    assert 'run.ask("it\'s?", llm=None)' in python_code(reduce(opened, a.Replied(run_id="a", reply=reply)))
    assert 'run.ask("it\'s?")' in python_code(reduce(opened, a.Replied(run_id="a", reply=reply, llm=True)))


def test_a_frame_is_named_as_the_notebook_names_it(session, frame):
    session.load_table(frame, name="birds")
    assert "gw.read_table(birds)" in python_code(session.state)
    session.load_table(frame)
    assert "gw.read_table(df)" in python_code(session.state)


def test_an_earlier_run_is_opened_and_can_be_trained_anew(session, ended, monkeypatch):
    monkeypatch.setenv("GENIE_HOME", str(session.settings.workspace))
    session.open_run(ended.run_id)
    assert session.wait_idle()
    code = python_code(session.state)
    assert "gw.train" not in code
    assert run(code)["run"].id == ended.run_id
    session.back_to_plan()
    session.edit_plan(time_limit_s=60)
    assert run(python_code(session.state))["plan"].time_limit_s == 60


@pytest.mark.parametrize(
    ("rule", "wish"),
    [
        ("cost", {"cost_missed": 500.0, "cost_false_alarm": 20.0}),
        ("capacity", {"capacity": 40, "of_rows": 400}),
        ("threshold", {"threshold": 0.25}),
    ],
)
def test_a_threshold_is_told_by_the_wish_it_follows_from_and_groups_by_their_column(make, rule, wish):
    decision = Decision(**{"rule": rule, "threshold": 0.3, "positive": "yes", "negative": "no", "n_rows": 9, **wish})
    opened = Recipe(table=Source(kind="run", name="a"))
    groups = GroupReport(column="it's", was_used=True, groups=())
    result = make.result(decision=decision)
    scored = Evaluation(n_rows=9, split="s", metrics=(), baseline="b")
    part = Part(column="it's", group='"x"', is_small=False, n_rows_of_all=9, evaluation=scored)
    state = SessionState(
        recipe=opened,
        run_id="a",
        result=result,
        groups=groups,
        part=part,
        rewording=Rewording(sentences=("a",), n_kept=1),
    )
    called = []
    assert 'print(*run.reword().sentences, sep="\\n")' in python_code(state)
    shown = SimpleNamespace(
        decide=lambda **wish: called.append(wish),
        groups=called.append,
        part=lambda *names: called.append(names),
    )
    for line in python_code(state).splitlines():
        if line.startswith(("decision =", "groups =", "part =")):
            exec(line, {"run": shown})
    assert called == [wish, "it's", ("it's", '"x"')]


def test_a_run_that_was_taken_up_again_is_told_in_order(make):
    opened = SessionState(recipe=Recipe(table=Source(kind="run", name="a")), run_id="a", result=make.result())
    for seconds in (60, None):
        opened = reduce(opened, a.RunResumed(run_id="a", seconds=seconds))
    lines = python_code(opened).splitlines()
    steps = ["run.wait()", "run.extend(60)", "run.salvage()", "result = run.wait()"]
    assert [line for line in lines if line in steps] == steps
    again = reduce(opened, a.RunStartedHere(run_id="b"))
    assert "extend" not in python_code(again)


@pytest.mark.slow
def test_a_whole_journey_run_as_code(monkeypatch):
    made = Session()
    made.load_sample("penguins")
    made.set_prompt("Which species is it? 20 seconds")
    assert made.wait_idle()
    made.make_plan()
    assert made.wait_idle()
    made.confirm()
    assert made.wait_idle()
    made.run.wait()
    while made.state.result is None or made.state.stage != "done":
        made.run.wait()
    made.predict_own_table()
    assert made.wait_idle()
    made.explain_row(2)
    cells = {name: made.run.table.frame[name].iloc[0] for name in made.state.result.features}
    made.what_if({name: cell.item() if hasattr(cell, "item") else cell for name, cell in cells.items()})
    assert made.wait_idle()
    made.flip()
    assert made.wait_idle()
    asked = {}

    def train(table, plan, prompt):
        asked.update(plan=plan, prompt=prompt)
        return gw.open_run(made.run.id)  # once is enough

    monkeypatch.setattr(gw, "train", train, raising=False)
    names = run(python_code(made.state))
    assert asked["plan"] == made.state.plan
    shown = pd.read_csv(made.state.predictions.path, encoding="utf-8-sig")
    assert list(names["predictions"]["prediction"]) == list(shown["prediction"])
    assert names["explanation"].outputs[0].rows[0].prediction == pytest.approx(
        made.state.row_explanation.outputs[0].rows[0].prediction
    )
    assert names["what_if"].prediction == made.state.what_if.prediction
    assert names["flip"] == made.state.flip
    made.close()
