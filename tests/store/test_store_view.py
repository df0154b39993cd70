"""What events mean: a pure function, tried with every kind of run and with any events in any order."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.schema import (
    Failed,
    Finished,
    ModelFinished,
    ModelStarted,
    Problem,
    ResultUpdated,
    Resumed,
    RunStarted,
    SplitMade,
    StageChanged,
    StopRequested,
    Warned,
)
from genie_widgets.store import fold

PROBLEM = Problem(code="target-single-value", title="One value.", remedy="Choose another.")


def numbered(*events, start=1000.0):
    return [event.model_copy(update={"seq": n, "time": start + n - 1}) for n, event in enumerate(events, 1)]


def model(name, score, metric="accuracy", reason=""):
    return ModelFinished(model=name, score_validation=score, metric=metric, fit_s=0.5, is_best=False, reason=reason)


STARTED = RunStarted(time_limit_s=20)
SALVAGE, EXTENSION = Resumed(how="salvage", seconds=60), Resumed(how="extension", seconds=300)
DONE, STOPPED = Finished(status="done", total_s=9.0), Finished(status="stopped", total_s=9.0)


@pytest.mark.parametrize(
    ("events", "alive", "status"),
    [
        ((), False, "waiting"),
        ((), True, "waiting"),
        ((STARTED,), True, "running"),
        ((STARTED, StopRequested()), True, "stopping"),
        ((STARTED, DONE), True, "done"),
        ((STARTED, DONE), False, "done"),
        ((STARTED, StopRequested(), STOPPED), False, "stopped"),
        ((STARTED, Failed(problem=PROBLEM)), True, "failed"),
        ((STARTED, Failed(problem=PROBLEM)), False, "failed"),
        ((STARTED,), False, "interrupted"),
        ((STARTED, StopRequested()), False, "interrupted"),
        ((STARTED, DONE, ResultUpdated(part="tracking")), False, "done"),
        ((STARTED, SALVAGE), False, "waiting"),
        ((STARTED, DONE, EXTENSION), False, "waiting"),
        ((STARTED, DONE, EXTENSION, STARTED), True, "running"),
        ((STARTED, DONE, EXTENSION, STARTED), False, "interrupted"),
        ((STARTED, StopRequested(), STOPPED, EXTENSION, STARTED, DONE), False, "done"),
    ],
)
def test_the_status_of_every_kind_of_run(events, alive, status):
    view = fold(numbered(*events), alive=alive, now=1005.0)
    assert view.status == status
    assert view.is_over == (status in ("done", "stopped", "failed", "interrupted"))


def test_an_interrupted_run_says_why_and_what_to_do():
    view = fold(numbered(STARTED, ModelStarted(model="A")), alive=False, now=1005.0)
    assert view.problem.code == "run-interrupted"
    assert "killed" in view.problem.title
    assert view.problem.remedy


def test_a_failed_run_says_its_own_problem():
    assert fold(numbered(STARTED, Failed(problem=PROBLEM)), alive=False, now=1005.0).problem == PROBLEM


@pytest.mark.parametrize("status", [DONE, STOPPED])
def test_a_run_that_ended_well_has_no_problem_and_is_complete(status):
    view = fold(numbered(STARTED, status), alive=False, now=9999.0)
    assert view.problem is None
    assert view.fraction == 1.0
    assert view.elapsed_s == 1.0, "the clock stands still after the end"


def test_the_stage_the_model_and_the_parts_are_the_last_told():
    view = fold(
        numbered(
            STARTED,
            StageChanged(stage="preparing", text="Setting rows aside"),
            SplitMade(n_train=8, n_holdout=2, how="random"),
            StageChanged(stage="training", text="Training models"),
            ModelStarted(model="A"),
            model("A", 0.8),
            ModelStarted(model="B"),
            Warned(problem=PROBLEM),
            ResultUpdated(part="scores"),
            ResultUpdated(part="explanation"),
        ),
        alive=True,
        now=1012.0,
    )
    assert (view.stage, view.text, view.current_model) == ("training", "Training models", "B")
    assert [m.model for m in view.models] == ["A"]
    assert view.warnings == (PROBLEM,)
    assert view.result_parts == {"scores", "explanation"}
    assert (view.elapsed_s, view.time_limit_s, view.last_seq) == (12.0, 20, 10)
    assert view.fraction == pytest.approx(0.6)


def test_progress_stays_below_the_whole_until_the_end_even_when_late():
    assert fold(numbered(STARTED), alive=True, now=5000.0).fraction == 0.99


def test_a_clock_that_was_set_back_gives_no_negative_time():
    view = fold(numbered(STARTED), alive=True, now=3.0)
    assert (view.elapsed_s, view.fraction) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("metric", "best"), [("accuracy", "high"), ("root_mean_squared_error", "low"), ("own", "high")]
)
def test_the_best_model_follows_the_metrics_direction(metric, best):
    events = numbered(STARTED, model("low", 0.1, metric), model("high", 0.9, metric), model("broken", None, metric))
    assert fold(events, alive=True, now=1005.0).best.model == best


def test_there_is_no_best_where_every_model_failed():
    view = fold(numbered(STARTED, model("A", None, reason="out of memory")), alive=True, now=1005.0)
    assert view.best is None
    assert view.models[0].reason == "out of memory"


EVENTS = st.lists(
    st.sampled_from(
        [
            STARTED,
            DONE,
            STOPPED,
            StopRequested(),
            Failed(problem=PROBLEM),
            ModelStarted(model="A"),
            model("A", 0.5),
            model("B", None),
            ResultUpdated(part="scores"),
            StageChanged(stage="training", text="t"),
            Warned(problem=PROBLEM),
        ]
    ),
    max_size=12,
)


@given(events=EVENTS, alive=st.booleans(), now=st.floats(0, 3000))
@settings(max_examples=50, deadline=None)
def test_any_events_give_a_view_that_holds_together(events, alive, now):
    log = numbered(*events)
    view = fold(log, alive=alive, now=now)
    assert view == fold(iter(log), alive=alive, now=now), "the same events mean the same"
    assert view.last_seq == len(log)
    assert 0.0 <= view.fraction <= 1.0
    assert view.elapsed_s >= 0.0
    assert (view.fraction == 1.0) == (view.status in ("done", "stopped"))
    assert not (view.status in ("running", "stopping") and not alive)
    assert (view.best is None) == all(m.score_validation is None for m in view.models)
    if view.status in ("failed", "interrupted"):
        assert view.problem is not None


def test_a_run_taken_up_again_has_a_clock_of_its_own_and_keeps_its_models():
    failed = Failed(problem=PROBLEM)
    view = fold(numbered(STARTED, model("a", 0.7), failed, EXTENSION), alive=False, now=1009.0)
    assert (view.status, view.problem, view.time_limit_s, view.elapsed_s) == ("waiting", None, 300, 0.0)
    assert view.resumed_at == 1003.0
    assert view.best.model == "a"
    view = fold(numbered(STARTED, model("a", 0.7), failed, EXTENSION, STARTED), alive=True, now=1009.0)
    assert view.elapsed_s == 5.0


def test_the_record_of_the_part_before_is_not_that_of_the_run_taken_up_again():
    tracked = ResultUpdated(part="tracking")
    events = numbered(STARTED, ResultUpdated(part="scores"), DONE, tracked, EXTENSION)
    view = fold(events, alive=False, now=1009.0)
    assert view.result_parts == {"scores"}
    assert view.result_seq == 4


@pytest.mark.parametrize(
    ("events", "can"),
    [
        ((STARTED,), False),
        ((STARTED, model("a", 0.7)), True),
        ((STARTED, model("a", None)), False),
        ((STARTED, model("a", 0.7), Failed(problem=PROBLEM)), True),
        ((STARTED, model("a", 0.7), DONE), False),
    ],
)
def test_only_an_ended_run_with_models_and_no_result_is_saved(events, can):
    assert fold(numbered(*events), alive=False, now=1009.0).can_salvage is can
