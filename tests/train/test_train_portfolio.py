"""Which models are tried for which plan, and what AutoGluon's callback tells."""

from dataclasses import replace
from types import SimpleNamespace
from typing import get_args

import pytest

from genie_widgets.schema import Plan
from genie_widgets.schema.plan import ProblemType, Quality
from genie_widgets.train.portfolio import FOLDS, QUICK, Room, more_models, portfolio

SMALL, LARGE = Room(1_000, 10, 1, 100.0, 1), Room(200_000, 30, 1, 100.0, 1)


def plan_of(problem_type="binary", quality="balanced"):
    return Plan(target="y", problem_type=problem_type, metric="m", quality=quality, time_limit_s=120)


def n_models(arguments):
    return sum(len(kind) if isinstance(kind, list) else 1 for kind in arguments["hyperparameters"].values())


@pytest.mark.parametrize("room", [SMALL, LARGE])
@pytest.mark.parametrize("quality", get_args(Quality))
@pytest.mark.parametrize("problem_type", ["binary", "multiclass", "regression"])
def test_a_small_model_comes_first(problem_type, quality, room):
    models = portfolio(plan_of(problem_type, quality), room)["hyperparameters"]
    assert models["GBM"][0] == QUICK
    assert QUICK["ag_args"]["priority"] == 999


@pytest.mark.parametrize("quality", get_args(Quality))
def test_quantiles_are_learned_by_forests(quality):
    assert set(portfolio(plan_of("quantile", quality), SMALL)["hyperparameters"]) == {"RF", "XT"}


@pytest.mark.parametrize("room", [SMALL, LARGE])
def test_fast_tries_fewer_models_than_balanced_and_best_more(room):
    fast, balanced, best = (portfolio(plan_of(quality=quality), room) for quality in ("fast", "balanced", "best"))
    assert n_models(fast) < n_models(balanced) < n_models(best)
    assert "num_bag_folds" not in fast


@pytest.mark.parametrize(
    "less",
    [
        replace(SMALL, n_rows=1_000_000),
        replace(SMALL, n_columns=10_000),
        replace(SMALL, n_outputs=1_000),
        replace(SMALL, seconds=SMALL.bag_seconds),  # CatBoost must have its share
    ],
)
def test_models_are_bagged_where_the_table_and_the_seconds_allow_it(less):
    assert portfolio(plan_of(), SMALL)["num_bag_folds"] == FOLDS
    assert "num_bag_folds" not in portfolio(plan_of(), less)


def test_more_cores_bag_in_less_time():
    one = replace(SMALL, n_rows=4_000, seconds=8.0)
    assert "num_bag_folds" not in portfolio(plan_of(), one)
    assert "num_bag_folds" in portfolio(plan_of(), replace(one, threads=4))


def test_numbers_take_longer_to_bag_than_classes():
    assert replace(SMALL, is_number=True).bag_seconds > 1.5 * SMALL.bag_seconds


@pytest.mark.parametrize("room", [Room(10_000, 10, 1, 1_000.0, 1), replace(SMALL, is_busy=True)])
def test_the_first_model_does_not_wait_long_for_its_folds(room):
    assert "num_bag_folds" not in portfolio(plan_of(), room)
    assert "num_bag_folds" in portfolio(plan_of(quality="best"), room)


def test_on_busy_cores_folds_are_for_those_who_gave_many_seconds():
    assert "num_bag_folds" in portfolio(plan_of(), replace(SMALL, is_busy=True, seconds=250.0))


def test_more_rows_are_asked_by_more_models():
    few, more = (n_models(portfolio(plan_of(), replace(SMALL, n_rows=n))) for n in (100, 5_000))
    assert 8 == few < more <= 40


def priority(models, kind):
    """Where AutoGluon puts the first model of a kind: LightGBM at 90, CatBoost at 70, unless it is told."""
    return models[kind][0].get("ag_args", {}).get("priority", {"CAT": 70, "GBM": 90}.get(kind))


@pytest.mark.parametrize(
    ("room", "order"),
    [
        (SMALL, ["GBM", "RF", "CAT"]),
        (replace(SMALL, n_rows=200_000), ["GBM", "CAT", "RF"]),
        (replace(SMALL, n_outputs=30), ["RF", "GBM", "CAT"]),
    ],
)
def test_what_is_learned_in_moments_comes_before_what_takes_the_time_there_is(room, order):
    models = portfolio(plan_of(), room)["hyperparameters"]
    del models["GBM"][0]  # the quick one is before all
    assert sorted(order, key=lambda kind: -priority(models, kind)) == order
    assert priority(models, "XT") == priority(models, "RF")


def test_a_linear_model_is_left_out_where_it_would_take_long():
    assert "LR" in portfolio(plan_of(), SMALL)["hyperparameters"]
    assert "LR" not in portfolio(plan_of(), LARGE)["hyperparameters"]


@pytest.mark.parametrize("room", [SMALL, LARGE])
@pytest.mark.parametrize("quality", get_args(Quality))
@pytest.mark.parametrize("problem_type", get_args(ProblemType))
def test_no_plan_needs_torch_or_ray(problem_type, quality, room):
    arguments = portfolio(plan_of(problem_type, quality), room)
    assert set(arguments["hyperparameters"]) <= {"GBM", "CAT", "XGB", "RF", "XT", "LR"}
    if "num_bag_folds" in arguments:
        assert arguments["ag_args_ensemble"] == {"fold_fitting_strategy": "sequential_local"}


class Trainer:
    """What the callback asks AutoGluon's trainer."""

    def __init__(self, scores):
        self.scores = scores

    def get_model_names(self):
        return list(self.scores)

    def get_model_attribute(self, name, attribute, default):
        assert attribute == "val_score"
        return self.scores.get(name, default)


@pytest.fixture
def watch():
    from genie_widgets.train.watch import Watch

    def make(sign=1, stop=lambda: False):
        told = []
        made = Watch(
            on_started=lambda model: told.append(("started", model)),
            on_finished=lambda model, score, _seconds, reason: told.append((model, score, bool(reason))),
            between_models=lambda: told.append(("between",)),
            should_stop=stop,
            sign=sign,
        )
        return made, told

    return make


MODEL = SimpleNamespace(name="LightGBM")


@pytest.mark.parametrize(("sign", "score"), [(1, -2.0), (-1, 2.0)])
def test_scores_are_told_in_the_metrics_own_sign(watch, sign, score):
    watched, told = watch(sign)
    trainer = Trainer({"LightGBM": -2.0})
    assert watched._before_model_fit(trainer, MODEL) == (False, False)
    assert watched.is_fitting
    assert watched._after_model_fit(trainer, ["LightGBM"]) is False
    assert not watched.is_fitting
    assert told == [("started", "LightGBM"), ("LightGBM", score, False)]


def test_a_model_that_failed_is_told_with_a_reason(watch):
    watched, told = watch()
    watched._before_model_fit(Trainer({}), MODEL)
    watched._after_model_fit(Trainer({}), [])
    assert told[-1] == ("LightGBM", None, True)
    assert not watched.has_model


def test_a_model_without_a_score_is_told_without_one(watch):
    watched, told = watch()
    watched._before_model_fit(Trainer({}), MODEL)
    watched._after_model_fit(Trainer({"LightGBM": None}), ["LightGBM"])
    assert told[-1] == ("LightGBM", None, False)
    assert watched.has_model


def test_the_ensemble_is_not_interrupted(watch):
    watched, told = watch()
    watched._before_model_fit(Trainer({"LightGBM": 0.9}), SimpleNamespace(name="WeightedEnsemble_L2"))
    assert told == [("started", "WeightedEnsemble_L2")]
    assert not watched.is_fitting


def test_a_stop_waits_for_the_first_model(watch):
    watched, _ = watch(stop=lambda: True)
    assert watched._before_model_fit(Trainer({}), MODEL) == (False, False)
    assert watched._after_model_fit(Trainer({}), []) is False
    assert watched._after_model_fit(Trainer({"LightGBM": 0.9}), ["LightGBM"]) is True
    assert watched._before_model_fit(Trainer({"LightGBM": 0.9}), MODEL) == (True, True)


def test_between_two_models_is_told_and_before_the_first_there_is_no_between(watch):
    watched, told = watch()
    watched._before_model_fit(Trainer({}), MODEL)
    watched._after_model_fit(Trainer({}), [])
    watched._before_model_fit(Trainer({}), MODEL)
    assert ("between",) not in told
    watched._after_model_fit(Trainer({"LightGBM": 0.9}), ["LightGBM"])
    watched._before_model_fit(Trainer({"LightGBM": 0.9}), MODEL)
    assert told[-2:] == [("between",), ("started", "LightGBM")]


def test_more_time_goes_to_what_is_missing_and_then_to_autogluons_portfolio():
    more = more_models(plan_of(), SMALL, ["LightGBMQuick", "LightGBM_BAG_L1", "WeightedEnsemble_L2"])
    assert QUICK not in more["GBM"]
    assert {} not in more["GBM"]
    assert more["CAT"][0] == {}
    assert len(more["CAT"]) > 5
    assert set(more) == {"GBM", "CAT", "XGB", "RF", "XT", "LR"}, "nothing that needs torch"


def test_more_time_for_quantiles_goes_to_larger_forests():
    more = more_models(plan_of("quantile"), SMALL, ["RandomForest", "ExtraTrees", "RandomForest_300"])
    assert [forest["n_estimators"] for forest in more["RF"]] == [600]
    assert [forest["n_estimators"] for forest in more["XT"]] == [300, 600]


def test_nothing_of_this_process_is_saved_with_the_models(watch):
    import pickle

    watched, _ = watch()
    assert b"LightGBM" not in pickle.dumps(watched)
