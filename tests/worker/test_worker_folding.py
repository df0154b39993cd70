"""A run on a small table: all rows are scored, none by a model that knows it.

The target is noise, and the models are forests that know their rows by heart: a row that is predicted by a model that
has seen it is predicted rightly, any other one as often as not.
"""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.schema import Finished, StageChanged, Validation, Warned
from genie_widgets.session import Run
from genie_widgets.session.tracing import groups_of, part_of, scored_rows, unseen_rows
from genie_widgets.store import RunFolder
from genie_widgets.train import TrainedModel, load_model
from genie_widgets.worker import folding
from genie_widgets.worker.pipeline import run_pipeline
from genie_widgets.worker.serving import Server

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forests")]
BY_LUCK = 0.65
N = 300


@pytest.fixture(scope="module")
def noise():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(N, 3)), columns=list("abc"))
    words = {"town": rng.choice(["Oslo", "Rom"], N), "who": rng.integers(0, 60, N), "y": rng.choice(["yes", "no"], N)}
    return read_table(frame.assign(**words), name="noise")


@pytest.fixture(scope="module")
def ask(make_folder, noise):
    def make(**plan):
        fields = {"target": "y", "problem_type": "binary", "metric": "accuracy", "positive_class": "yes", **plan}
        return make_folder(noise, **{"time_limit_s": 600, "ignore": ("who",), **fields})

    return make


@pytest.fixture(scope="module")
def done(ask):
    folder = ask()
    return folder, run_pipeline(folder)


def accuracy(evaluation):
    return next(metric.value for metric in evaluation.metrics if metric.name == "accuracy")


def test_all_rows_are_scored_by_models_that_have_not_seen_them(done, noise):
    folder, _ = done
    result, scored = folder.read_result(), scored_rows(folder)
    assert result.evaluation.n_folds == 4
    assert result.evaluation.n_rows == len(scored) == N
    assert sorted(scored.index) == list(range(N))
    right = scored["prediction"] == scored["truth"]
    assert right.groupby(scored["fold"]).mean().max() < 0.75
    assert accuracy(result.evaluation) == pytest.approx(right.mean())
    assert right.mean() < BY_LUCK
    first = scored[scored["fold"] == 0]
    kept = load_model(folder.predictor_path)
    assert (kept.predict(noise.frame.loc[first.index]) == first["prediction"]).all()
    assert not folder.folds_path.exists()


def test_the_result_says_so_everywhere(done):
    folder, model = done
    result = folder.read_result()
    assert result.evaluation.split.startswith("out-of-fold, 4 folds, all 300 rows")
    assert result.verdict[0].startswith("Out-of-fold (4 folds), on 300 rows")
    assert any("then trained by it on all 300" in sentence for sentence in result.verdict)
    assert (result.is_refitted, result.delivered_model) == (True, model.best_model)
    report = folder.report_path.read_text(encoding="utf-8")
    assert "out-of-fold, 4 folds, all 300 rows" in report
    assert "first fold" in report


def test_what_follows_the_score_follows_this_one(done):
    folder, model = done
    for group in groups_of(folder, "town").groups:
        part = part_of(folder, "town", group.group).evaluation
        assert accuracy(part) < 0.7
        assert part.metrics[0].baseline is not None
    assert len(Run(folder).scored) == N
    assert len(unseen_rows(folder)) == 0
    server = Server(folder, model)
    assert len(server._rows(with_scored=False)) == folder.read_result().n_train
    assert len(server._learned) == N


def test_whole_groups_are_scored_and_drawn_together(ask, noise):
    folder = ask(validation=Validation(kind="group", column="who"))
    run_pipeline(folder)
    scored = scored_rows(folder)
    assert folder.read_result().evaluation.n_folds == 4
    groups = noise.frame.loc[scored.index, "who"]
    assert (scored["fold"].groupby(groups).nunique() == 1).all()
    assert (scored["group"].groupby(groups).nunique() == 1).all()
    assert scored["group"].nunique() == groups.nunique()


class AtTheFolds(RunFolder):
    """A run folder in which a person asks to stop as soon as the second fold is begun."""

    def append(self, event):
        appended = super().append(event)
        if isinstance(event, StageChanged) and event.text.startswith("Scoring all rows"):
            self.request_stop()
        return appended


def test_a_stop_meanwhile_keeps_the_score_that_was_there(ask):
    folder = AtTheFolds(ask().path)
    assert run_pipeline(folder) is not None
    result = folder.read_result()
    assert (result.status, result.evaluation.n_folds, result.evaluation.n_rows) == ("stopped", 0, result.n_holdout)
    assert len(scored_rows(folder)) == result.n_holdout
    assert not folder.folds_path.exists()


def test_a_failure_keeps_the_score_that_was_there_and_is_told(ask, monkeypatch):
    def failing(_model):
        raise OSError("the disk is full")

    monkeypatch.setattr(TrainedModel, "recipe", failing)
    folder = ask()
    assert run_pipeline(folder) is not None
    result = folder.read_result()
    assert (result.evaluation.n_folds, result.evaluation.n_rows) == (0, result.n_holdout)
    assert any("other rows" in event.problem.title for event in folder.events() if isinstance(event, Warned))
    (end,) = [event for event in folder.events() if isinstance(event, Finished)]
    assert end.status == "done"


def test_too_little_time_for_folds_is_no_reason_to_fail(ask, monkeypatch):
    monkeypatch.setattr(folding, "_fitted_s", lambda _result: 1e6)
    folder = ask()
    assert run_pipeline(folder) is not None
    assert folder.read_result().evaluation.n_folds == 0
