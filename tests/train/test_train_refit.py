"""The scored model trained once more on all rows: the same recipe, whole or not at all."""

import numpy as np
import pandas as pd
import pytest

from genie_widgets.machine import detect_machine
from genie_widgets.schema import Plan
from genie_widgets.train import autogluon_fit, can_refit, fit, load_model, refit, refit_seconds
from genie_widgets.train.refitting import OVERHEAD_S, SHARE_OF_FIT

pytestmark = pytest.mark.slow

KINDS = {
    "binary": {"metric": "roc_auc"},
    "regression": {"metric": "root_mean_squared_error"},
    "quantile": {"metric": "pinball_loss", "quantile_levels": (0.1, 0.5, 0.9)},
    "bags": {"metric": "roc_auc"},
}
BAGS = {"num_bag_folds": 2, "num_stack_levels": 0, "ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"}}
FEW = {"RF": {"n_estimators": 20}, "XT": {"n_estimators": 20}}
BOOSTED = {"GBM": {"num_boost_round": 60}, "XGB": {"n_estimators": 40}, "CAT": {"iterations": 40}}


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3))
    return pd.DataFrame(x, columns=list("abc")).assign(word=rng.choice(list("uvw"), 400), line=x[:, 0] + x[:, 1] ** 2)


@pytest.fixture(scope="module", params=KINDS)
def scored(request, frame, tmp_path_factory):
    """A model of each kind, and rows that it has not seen."""
    noise = np.random.default_rng(1).normal(size=len(frame))
    y = frame["line"] + noise
    kind = "binary" if request.param == "bags" else request.param
    if kind == "binary":
        y = pd.Series(np.where(y > 1, "yes", "no"), index=frame.index)
    table = frame.drop(columns="line").assign(y=y)
    plan = Plan(target="y", problem_type=kind, time_limit_s=30, **KINDS[request.param])
    with pytest.MonkeyPatch.context() as patch:
        models = FEW if kind == "quantile" else {**FEW, **BOOSTED}
        bags = BAGS if request.param == "bags" else {}
        patch.setattr(autogluon_fit, "portfolio", lambda *_arguments: {"hyperparameters": models, **bags})
        path = tmp_path_factory.mktemp("scored") / "predictor"
        model = fit(table.iloc[:300], plan, path=path, time_limit_s=30.0, machine=detect_machine())
    return model, table.iloc[300:], path


def answers(model, rows):
    probabilities = model.predict_proba(rows)
    if probabilities is not None:
        return probabilities.to_numpy()
    return (model.predict_quantiles if model.problem_type == "quantile" else model.predict)(rows).to_numpy()


def again(model, rows, path, **changes):
    return refit(model, rows, path=path, machine=detect_machine(), **{"time_limit_s": 60.0, **changes})


def test_it_learns_from_every_row_with_the_rounds_and_weights_that_were_found(scored, tmp_path, monkeypatch):
    from autogluon.core.models import AbstractModel

    model, rows, path = scored
    before, fitted, plain_fit = answers(model, rows), [], AbstractModel.fit

    def counting(one, **arguments):
        if not hasattr(one, "n_children"):  # a bag hands its rows on
            fitted.append((one.name, len(arguments["X"])))
        return plain_fit(one, **arguments)

    monkeypatch.setattr(AbstractModel, "fit", counting)
    assert can_refit(model)
    assert refit_seconds(model, 400) > refit_seconds(model, 300) > 0
    whole = again(model, rows, tmp_path / "refit")
    assert fitted
    assert {n for _, n in fitted} == {400}, "validation rows and scored rows included"
    trainer, old = whole.predictor._trainer, model.predictor._trainer
    for name, full in trainer.model_refit_map().items():
        one, other = old.load_model(name), trainer.load_model(full)
        assert other.conformalize is one.conformalize or (other.conformalize == one.conformalize).all()
        for rounds in one.params_trained:
            assert other.params[rounds] == one.params_trained[rounds]
    # The scored one stays what it was, in memory and on the disk.
    np.testing.assert_array_equal(answers(model, rows), before)
    np.testing.assert_array_equal(answers(load_model(path), rows), before)
    assert not np.array_equal(answers(whole, rows), before)


def test_a_bag_is_estimated_by_one_of_its_parts(scored):
    model, _, _ = scored
    trainer = model.predictor._trainer
    members = trainer.get_minimum_model_set(model.best_model)
    took = sum(trainer.get_model_attribute(name, "fit_time") for name in members)
    share = (refit_seconds(model, 300) - OVERHEAD_S) / (SHARE_OF_FIT * took)
    # Alone, it had a fifth of its rows apart; each of two parts had half of them.
    assert share == pytest.approx(1.0 if trainer.bagged_mode else 300 / len(trainer.load_X()), rel=0.3)


def test_what_is_taken_away_and_taken_apart_is_the_new_one(scored, tmp_path):
    model, rows, _ = scored
    whole = again(model, rows, tmp_path / "refit")
    slim = load_model(whole.save_slim(tmp_path / "slim"))
    assert slim.best_model == whole.best_model != model.best_model
    np.testing.assert_allclose(answers(slim, rows), answers(whole, rows))
    ensemble = slim.ensemble(rows.drop(columns="y").head(20))
    names = [*(member.name for member in ensemble.trees), *ensemble.others]
    assert names
    assert all("_FULL" in name for name in names), "an explanation is of the model that predicts"


@pytest.mark.parametrize("why", ["stopped", "too slow", "one fails"])
def test_half_of_an_ensemble_is_none(scored, tmp_path, monkeypatch, why):
    model, rows, path = scored
    before, changes = answers(model, rows), {}
    if why == "stopped":
        changes = {"should_stop": lambda: True}
    elif why == "too slow":
        changes = {"time_limit_s": 0.0}
    else:
        from autogluon.core.models import AbstractModel

        def failing(one, **_arguments):
            raise MemoryError(one.name)

        monkeypatch.setattr(AbstractModel, "fit", failing)
    assert again(model, rows, tmp_path / "refit", **changes) is None
    np.testing.assert_array_equal(answers(load_model(path), rows), before)


def test_rows_of_a_class_that_it_does_not_know_are_left_out(scored, tmp_path):
    model, rows, _ = scored
    if not model.classes:
        pytest.skip("numbers have no classes")
    assert again(model, rows.assign(y=["never", *rows["y"].iloc[1:]]), tmp_path / "refit") is not None
