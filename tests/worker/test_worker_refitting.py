"""A run whose model is trained once more after its score: who predicts, who is scored, and what ends it early.

The target is noise, and the models are forests that know their rows by heart: whoever measures the model that is taken
away on rows that it has seen finds it nearly perfect, and the scored one as good as a coin.
"""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.evaluate import Wish
from genie_widgets.schema import Finished, Resumed, StageChanged, Warned
from genie_widgets.session import Run
from genie_widgets.session.deciding import decide_for
from genie_widgets.session.tracing import groups_of, part_of, scored_rows
from genie_widgets.store import RunFolder
from genie_widgets.train import autogluon_fit, load_model
from genie_widgets.train import refitting as train_refitting
from genie_widgets.worker.pipeline import run_pipeline
from genie_widgets.worker.resuming import resume

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("forests")]
KNOWN_BY_HEART = 0.9
BY_LUCK = 0.7


@pytest.fixture(scope="module")
def noise():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(900, 3)), columns=list("abc"))
    words = {"town": rng.choice(["Oslo", "Rom"], 900), "y": rng.choice(["yes", "no"], 900)}
    return read_table(frame.assign(**words), name="noise")


@pytest.fixture(scope="module")
def ask(make_folder, noise):
    def make(**plan):
        fields = {"target": "y", "problem_type": "binary", "metric": "accuracy", "positive_class": "yes", **plan}
        return make_folder(noise, **{"time_limit_s": 300, **fields})

    return make


@pytest.fixture(scope="module")
def done(ask):
    folder = ask()
    return folder, run_pipeline(folder)


def stages(folder):
    return [event.stage for event in folder.events() if isinstance(event, StageChanged)]


def accuracy(evaluation):
    return next(metric.value for metric in evaluation.metrics if metric.name == "accuracy")


def test_what_is_taken_away_has_learned_from_all_rows_and_the_result_says_so(done, noise):
    folder, model = done
    result = folder.read_result()
    assert stages(folder) == ["preparing", "training", "scoring", "refitting", "explaining", "exporting"]
    assert result.is_refitted
    assert (result.best_model, result.delivered_model) == (result.scored_model, model.best_model)
    assert (result.n_delivered, result.n_train + result.n_holdout) == (900, 900)
    assert any("was then trained on 900" in sentence for sentence in result.verdict)
    taken = load_model(folder.model_path)
    assert taken.best_model == result.delivered_model
    assert (taken.predict(noise.frame) == noise.frame["y"]).mean() > KNOWN_BY_HEART
    assert not folder.refit_path.exists()


def test_no_figure_comes_from_the_model_that_has_seen_the_rows(done, noise):
    folder, model = done
    result, scored = folder.read_result(), scored_rows(folder)
    of_these = noise.frame.loc[scored.index]
    assert (model.predict(of_these) == of_these["y"]).mean() > KNOWN_BY_HEART, "the trap is there"
    kept = load_model(folder.predictor_path)
    assert (kept.predict(of_these) == scored["prediction"]).all()
    assert accuracy(result.evaluation) == pytest.approx((scored["prediction"] == scored["truth"]).mean())
    assert accuracy(result.evaluation) < BY_LUCK
    wrong = sum(map(sum, result.evaluation.confusion.counts)) - sum(
        row[place] for place, row in enumerate(result.evaluation.confusion.counts)
    )
    assert wrong == (scored["prediction"] != scored["truth"]).sum()
    assert all(row.score_holdout < BY_LUCK for row in result.leaderboard)
    for group in groups_of(folder, "town").groups:
        assert group.figures[0].value < BY_LUCK
        assert accuracy(part_of(folder, "town", group.group).evaluation) < BY_LUCK
    run = Run(folder)
    assert (run.scored["truth"] == run.scored["prediction"]).mean() < BY_LUCK
    decision = decide_for(folder, Wish(cost_missed=5, cost_false_alarm=1))
    assert accuracy(folder.read_result().evaluation) < BY_LUCK
    by_it = np.where(scored["probability of yes"] >= decision.threshold, "yes", "no")
    assert accuracy(folder.read_result().evaluation) == pytest.approx((by_it == scored["truth"]).mean())


def test_more_time_begins_with_the_models_that_were_scored(ask, monkeypatch):
    folder = ask()
    run_pipeline(folder)
    monkeypatch.setattr(autogluon_fit, "more_models", lambda *_arguments: {"XT": [{"n_estimators": 30}]})
    folder.resume(Resumed(how="extension", seconds=300))
    model = resume(folder)
    result, scored = folder.read_result(), scored_rows(folder)
    names = load_model(folder.predictor_path).predictor.model_names()
    assert not [name for name in names if "_FULL" in name], "what has seen the scored rows is no part of what is scored"
    assert "ExtraTrees" in names
    assert result.is_refitted
    assert result.delivered_model == model.best_model
    assert (scored["prediction"] == scored["truth"]).mean() < BY_LUCK
    (told,) = [note for note in result.notes if note.code == "time-added"]
    assert "accuracy on the untouched rows" in told.title.lower()


class AtTheRefit(RunFolder):
    """A run folder in which something happens as soon as the model is trained once more."""

    happens = staticmethod(lambda _folder: None)

    def append(self, event):
        appended = super().append(event)
        if isinstance(event, StageChanged) and event.stage == "refitting":
            self.happens(self)
        return appended


def test_a_stop_meanwhile_keeps_the_scored_model(ask):
    folder = AtTheRefit(ask().path)
    folder.happens = lambda _folder: folder.request_stop()
    model = run_pipeline(folder)
    result = folder.read_result()
    assert (result.status, result.is_refitted, model.best_model) == ("stopped", False, result.scored_model)
    assert load_model(folder.model_path).best_model == result.scored_model
    assert not folder.refit_path.exists()
    assert result.explanation is not None


class Killed(BaseException):
    """Ends the run where it stands, as a kill would."""


def test_what_a_kill_meanwhile_leaves_is_saved_with_the_scored_model(ask, monkeypatch):
    folder = ask()

    def killed(model, *_arguments, path, **_named):
        path.mkdir()
        (path / "half").write_text("of a model")
        raise Killed

    monkeypatch.setattr(train_refitting, "refit", killed)
    with pytest.raises(Killed):
        run_pipeline(folder)
    assert folder.read_result().evaluation is not None, "the score was there by then"
    folder.resume(Resumed(how="salvage", seconds=300))
    model = resume(folder)
    result = folder.read_result()
    assert (result.status, result.is_refitted, model.best_model) == ("stopped", False, result.scored_model)
    assert load_model(folder.model_path).best_model == result.scored_model
    assert not folder.refit_path.exists()


def test_where_there_is_no_time_the_scored_model_is_taken_away(ask, monkeypatch):
    monkeypatch.setattr(train_refitting, "refit_seconds", lambda *_arguments, **_named: 1e6)
    folder = ask()
    model = run_pipeline(folder)
    result = folder.read_result()
    assert "refitting" not in stages(folder)
    assert (result.is_refitted, result.n_delivered) == (False, result.n_train)
    assert model.best_model == result.delivered_model == load_model(folder.model_path).best_model
    assert not any("take away" in sentence for sentence in result.verdict)


def test_a_failure_costs_nothing_but_the_second_training(ask, monkeypatch):
    def failing(*_arguments, **_named):
        raise OSError("the disk is full")

    monkeypatch.setattr(train_refitting, "refit", failing)
    folder = ask()
    assert run_pipeline(folder) is not None
    assert not folder.read_result().is_refitted
    assert any("all rows" in event.problem.title for event in folder.events() if isinstance(event, Warned))
    (end,) = [event for event in folder.events() if isinstance(event, Finished)]
    assert end.status == "done"
