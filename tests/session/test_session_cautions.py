"""Warnings of the plan: each has evidence, a button that acts, and one that decides otherwise."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.schema import Settings, Validation
from genie_widgets.session import Session, remedies
from genie_widgets.session.script import python_code

N = 400


@pytest.fixture
def frame():
    rng = np.random.default_rng(0)
    ill = rng.choice(["yes", "no"], N)
    return pd.DataFrame(
        {
            "patient_id": np.repeat([f"p{i:03d}" for i in range(N // 4)], 4),
            "age": rng.integers(20, 90, N),
            "weight": rng.normal(70, 9, N).round(1),
            "bill": np.where(ill == "yes", "paid", "none"),
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), "D"),
            "ill": ill,
        }
    )


@pytest.fixture
def session(tmp_path, monkeypatch, frame, now):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    made = Session(Settings(workspace=tmp_path), executor=now)
    made.load_table(frame, name="visits")
    made.set_prompt("predict ill")
    made.make_plan()
    assert made.state.plan is not None
    yield made
    made.close()


def codes(session):
    return [problem.code for problem in session.state.plan.problems if problem.severity == "warning"]


def notes(session):
    return [problem.code for problem in session.state.plan.problems if problem.severity == "info"]


def press(session, words):
    session.take_remedy(next(one for one in remedies(session.state.plan) if one.words == words))


def test_every_warning_has_its_evidence_and_two_buttons(session):
    told = {problem.code: problem.title for problem in session.state.plan.problems}
    assert "100 values in 400 rows" in told["repeated-entities"]
    assert "from 2024-01-01 to 2025-02-03" in told["time-order"]
    assert "bill" in told["leak"]
    for code in ("repeated-entities", "time-order", "leak"):
        problem = next(p for p in session.state.plan.problems if p.code == code)
        assert len([one for one in remedies(session.state.plan) if problem.culprit in repr(one)]) == 2
        assert problem.severity == "warning"


@pytest.mark.parametrize(
    ("words", "validation"),
    [
        ("Keep each patient_id together", Validation(kind="group", column="patient_id")),
        ("Score on the latest rows", Validation(kind="time", column="day")),
    ],
)
def test_one_press_sets_how_rows_are_kept_apart(session, words, validation):
    press(session, words)
    assert session.state.plan.validation == validation
    assert not {"repeated-entities", "time-order"} & set(codes(session))
    session.undo()
    assert "repeated-entities" in codes(session)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Split rows of one patient_id at random", "repeated-entities"),
        ("Score on rows of any time", "time-order"),
        ("Keep bill", "leak"),
    ],
)
def test_a_person_decides_otherwise_and_may_take_that_back(session, words, code):
    before = session.state.plan
    press(session, words)
    assert code not in codes(session)
    assert code in notes(session)  # the verdict still knows of it
    assert session.state.plan.validation == Validation()
    session.edit_plan(time_limit_s=60)
    assert code not in codes(session)
    session.undo()
    session.undo()
    assert session.state.plan == before


def test_a_leak_is_left_out_and_what_was_left_out_before_stays_so(session):
    session.leave_out(["age"])
    press(session, "Leave out bill")
    assert set(session.state.plan.ignore) >= {"age", "bill"}
    assert "leak" not in codes(session)


def test_nearly_empty_columns_are_left_out_or_kept_at_a_press(session, frame):
    sparse = {f"sparse {i}": np.where(frame.index < 8, 1.0 + frame.index, np.nan) for i in range(6)}
    session.load_table(frame.drop(columns="bill").assign(**sparse), name="sparse")
    session.set_prompt("predict ill")
    session.make_plan()
    told = [p for p in session.state.plan.problems if "nearly-empty" in p.code]
    assert [p.culprit for p in told] == ["sparse 0", "sparse 1", "sparse 2", "sparse 3", ""]
    assert told[0].title == "sparse 0 is missing in 98% of the rows."
    assert told[-1].title == "2 more columns are missing in nearly all rows."
    press(session, "Leave out sparse 1")
    assert "sparse 1" in session.state.plan.ignore
    press(session, "Keep sparse 0")
    assert "nearly-empty-column" in notes(session)
    assert "sparse 0" not in session.state.plan.ignore


def test_who_has_said_how_rows_are_split_is_not_warned(session):
    session.set_prompt("predict ill, split by time")
    session.make_plan()
    assert session.state.plan.validation.kind == "time"
    assert not {"repeated-entities", "time-order"} & set(codes(session))


@pytest.fixture
def with_repeats(session, frame):
    """Twelve rows twice, and one class of four rows among four."""
    rows = frame.drop(columns=["patient_id", "day", "bill"]).assign(weight=60 + frame.index * 0.1)
    rows["ill"] = np.where(rows.index < 4, "gout", rows.index.map(lambda i: ["flu", "cold", "none"][i % 3]))
    session.load_table(pd.concat([rows, rows.tail(12)], ignore_index=True), name="twice")
    session.set_prompt("predict ill")
    session.make_plan()
    return session


@pytest.mark.parametrize(
    ("code", "rows", "evidence"),
    [
        ("duplicate-rows", "repeated", "12 of 412 rows"),
        ("rare-classes", "rare classes", "fewer than 10 rows (gout): 4 rows"),
    ],
)
def test_rows_are_left_out_kept_or_put_back_at_a_press(with_repeats, code, rows, evidence):
    session, what = with_repeats, rows if rows == "rare classes" else "repeated rows"
    assert code in codes(session)
    assert evidence in next(p.title for p in session.state.plan.problems if p.code == code)
    before = session.state.plan
    press(session, f"Leave out {what}")
    assert session.state.plan.rows_left_out == (rows,)
    assert code in notes(session)
    press(session, f"Put {what} back")
    assert session.state.plan.rows_left_out == ()
    session.undo()
    session.undo()
    assert session.state.plan == before
    press(session, f"Keep {what}")
    assert code in notes(session)
    assert session.state.plan.rows_left_out == ()


def test_both_kinds_of_rows_are_left_out(with_repeats):
    press(with_repeats, "Leave out repeated rows")
    press(with_repeats, "Leave out rare classes")
    assert set(with_repeats.state.plan.rows_left_out) == {"repeated", "rare classes"}
    press(with_repeats, "Put repeated rows back")
    assert with_repeats.state.plan.rows_left_out == ("rare classes",)


def test_a_rare_class_is_judged_by_a_measure_that_sees_it(session, frame):
    session.load_table(frame.assign(ill=np.where(frame.index % 80 == 0, "yes", "no")).drop(columns="bill"), name="rare")
    session.set_prompt("predict ill by accuracy")
    session.make_plan()
    assert "plan-imbalance" in codes(session)
    press(session, "Judge by balanced accuracy")
    assert session.state.plan.metric == "balanced_accuracy"
    assert not [one for one in remedies(session.state.plan) if one.about.startswith("plan-imbalance")]
    session.undo()
    press(session, "Leave the measure as it is")
    assert "plan-imbalance" not in codes(session)


def answered(frame, cells):
    return frame[["age", "weight"]].assign(bought=pd.Series(cells, index=frame.index, dtype=object))


def plan_for(session, frame):
    session.load_table(frame, name="visits")
    session.set_prompt("predict bought")
    session.make_plan()
    return session.state.plan


def test_of_yes_and_nothing_a_press_makes_yes_and_no(session, frame):
    plan = plan_for(session, answered(frame, np.where(frame["age"] > 60, "Yes", None)))
    assert [p.code for p in plan.blockers] == ["plan-target-value-or-empty"]
    press(session, "Empty means No")
    plan = session.state.plan
    assert (plan.empty_target, plan.problem_type, plan.positive_class, plan.blockers) == ("No", "binary", "Yes", ())
    assert "which count as No" in next(p.title for p in plan.problems if p.code == "plan-target-gaps")
    # What gives the answer away is looked for with the answers as they are meant.
    assert "leak" in codes(session)
    assert "empty_target='No'" in python_code(session.state)
    press(session, "Leave these rows out")
    assert session.state.plan.blockers
    session.undo()
    assert session.state.plan.empty_target == "No"


def test_rows_without_an_answer_are_left_out_or_a_class_of_their_own(session, frame):
    cells = np.random.default_rng(1).choice(np.array(["yes", "no", None], dtype=object), len(frame))
    before = plan_for(session, answered(frame, cells))
    assert "plan-target-gaps" in codes(session)
    press(session, "Leave these rows out")
    assert "plan-target-gaps" in notes(session)
    assert session.state.plan.empty_target == ""
    press(session, "Empty is an answer of its own")
    plan = session.state.plan
    assert (plan.empty_target, plan.problem_type, plan.positive_class) == ("(empty)", "multiclass", None)
    assert plan.metric == "accuracy"
    session.edit_plan(target="age")
    assert session.state.plan.empty_target == ""  # said of the other column alone
    session.undo()
    press(session, "Leave these rows out")
    after = session.state.plan
    assert (after.problem_type, after.positive_class, after.metric) == ("binary", "yes", before.metric)


def test_an_empty_amount_is_left_out_or_nothing_and_never_a_word(session, frame):
    cells = np.where(frame["age"] > 60, frame["weight"], np.nan)
    plan_for(session, answered(frame, cells).astype({"bought": float}))
    press(session, "Empty means 0")
    assert (session.state.plan.empty_target, session.state.plan.problem_type) == ("0", "regression")
    session.edit_plan(empty_target="none")
    assert session.state.problem.code == "no-such-change"
    assert session.state.plan.empty_target == "0"
