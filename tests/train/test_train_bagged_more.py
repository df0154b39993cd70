"""Models of folds: killed in the midst of one, or ended well, they are added to and never begun anew."""

import numpy as np
import pandas as pd
import pytest
from autogluon.core.models.ensemble import fold_fitting_strategy

from genie_widgets.machine import detect_machine
from genie_widgets.schema import Plan
from genie_widgets.train import Hooks, autogluon_fit, fit, fit_more, load_model, load_unfinished

pytestmark = pytest.mark.slow
PLAN = Plan(target="y", problem_type="binary", metric="roc_auc", time_limit_s=300)
FOLDS = 3
FIRST, SECOND, FURTHER = "LightGBMFirst_BAG_L1", "LightGBM_BAG_L1", "LightGBMFurther_BAG_L1"


def light(suffix, priority):
    return {"num_boost_round": 20, "ag_args": {"name_suffix": suffix, "priority": priority}}


BAGS = {
    "hyperparameters": {"GBM": [light("First", 9), light("", 8)]},
    "num_bag_folds": FOLDS,
    "num_stack_levels": 0,
    "ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"},
}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 3))
    return pd.DataFrame(x, columns=list("abc")).assign(y=np.where(x[:, 0] + rng.normal(size=300) > 0, "yes", "no"))


@pytest.fixture(autouse=True)
def bags(monkeypatch):
    monkeypatch.setattr(autogluon_fit, "portfolio", lambda *_arguments: BAGS)
    more = {"GBM": [light("", 8), light("Further", 7)]}
    monkeypatch.setattr(autogluon_fit, "more_models", lambda _plan, _room, present: _missing(more, present))


def _missing(more, present):
    names = {f"LightGBM{one['ag_args']['name_suffix']}_BAG_L1": one for one in more["GBM"]}
    return {"GBM": [one for name, one in names.items() if name not in present]}


class Killed(BaseException):
    """Ends the fit where it stands, as a kill would."""


@pytest.fixture
def killed(frame, tmp_path, monkeypatch):
    """A fit that ended after one fold of the second model."""
    folds = []
    fitted = fold_fitting_strategy.SequentialLocalFoldFittingStrategy._fit_fold_model

    def fit_fold(self, fold):
        if len(folds) == FOLDS + 1:
            raise Killed
        fitted(self, fold)
        folds.append(fold)

    path = tmp_path / "predictor"
    with monkeypatch.context() as patch:
        patch.setattr(fold_fitting_strategy.SequentialLocalFoldFittingStrategy, "_fit_fold_model", fit_fold)
        with pytest.raises(Killed):
            fit(frame, PLAN, path=path, time_limit_s=300.0, machine=detect_machine())
    return path


def folds_of(model, name):
    return model.predictor._trainer.load_model(name).n_children


def score_of(model, name):
    return model.predictor._trainer.get_model_attribute(name, "val_score")


def test_what_was_finished_before_the_kill_is_used(killed, frame):
    model = load_unfinished(killed)
    assert model.best_model == FIRST
    assert len(load_model(killed).predict(frame)) == len(frame)


def test_more_time_keeps_what_is_there_and_fits_the_one_that_was_killed_whole(killed, frame):
    before = load_unfinished(killed)
    score = score_of(before, FIRST)
    kept = (killed / "models" / FIRST / "model.pkl").stat().st_mtime_ns
    told = []
    hooks = Hooks(on_model_finished=lambda model, *_rest: told.append(model))
    model = fit_more(PLAN, path=killed, time_limit_s=300.0, machine=detect_machine(), hooks=hooks)
    assert [name for name in told if not name.startswith("Weighted")] == [SECOND, FURTHER], "and the first not anew"
    assert [folds_of(model, name) for name in (FIRST, SECOND, FURTHER)] == [FOLDS] * 3
    assert (killed / "models" / FIRST / "model.pkl").stat().st_mtime_ns == kept
    assert score_of(model, FIRST) == score
    assert score_of(model, model.best_model) >= score, "by what chooses it, the best is no worse"
    assert len(load_model(killed).predict(frame)) == len(frame)


def test_a_stop_in_the_midst_of_a_bag_loses_that_one_only(killed, frame):
    begun = []
    hooks = Hooks(on_model_started=begun.append, should_stop=lambda: bool(begun))
    model = fit_more(PLAN, path=killed, time_limit_s=300.0, machine=detect_machine(), hooks=hooks)
    assert FIRST in model.predictor.model_names()
    again = fit_more(PLAN, path=killed, time_limit_s=300.0, machine=detect_machine())
    names = set(again.predictor.model_names())
    assert {FIRST, SECOND, FURTHER} <= names
    assert [folds_of(again, name) for name in (FIRST, SECOND, FURTHER)] == [FOLDS] * 3
    assert len(again.predict_proba(frame)) == len(frame)
