"""Which models are tried, in which order and how often, for a quality, a table's size, seconds and cores."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from genie_widgets.schema import Plan
from genie_widgets.train.further import KINDS
from genie_widgets.train.kinds import NAMES

Models = dict[str, list[dict[str, Any]]]
_FURTHER = frozenset(kind.key for kind in KINDS)

# A small boosted-tree model comes first: something usable exists within a second of fitting.
QUICK: dict[str, Any] = {"num_boost_round": 60, "ag_args": {"name_suffix": "Quick", "priority": 999}}
BAGGED = "_BAG_L1"
FOLDS = 5
# What the bags of all but CatBoost cost on one core, measured (tests/bench/score): the rounds of boosting however few
# the rows are, of which numbers take twice as many as classes, and each cell once for each output.
BAG_LEAST_S, BAG_CELLS_PER_S = 4.0, 12_000
# Of the seconds, for those: without a CatBoost of many rounds, bags were worse than single models with one.
BAG_SHARE = 0.75
# What both forests cost on one core, likewise, for classes and for numbers. Up to this share, they come early.
FOREST_CELLS_PER_S = {False: 50_000, True: 25_000}
FOREST_SHARE = 0.15
MANY_OUTPUTS = 10
# Measured up to so many cells. Beyond, and where others keep the cores busy and the bags take more than this share of
# the seconds, the first model's five folds would be waited for: only those who want the best have to.
BAG_CELLS, BUSY_BAG_SHARE = 40_000, 0.04
# A linear model sees what trees do not, at a cost that grows faster than theirs.
LINEAR_CELLS = 2_000_000
# So many models learn from so many rows, as AutoGluon's `best_quality_v150` has it: with few rows, choosing among many
# is luck.
MOST_MODELS = ((500, 8), (2_500, 15), (10_000, 40))


@dataclass(frozen=True)
class Room:
    """What there is to learn from, and what to learn with.

    Attributes
    ----------
    n_rows, n_columns : int
        Of the table to learn from.
    n_outputs : int
        Numbers that are learned for a row: as many as classes where there are more than two, else one.
    seconds : float
        For all models.
    threads : int
        That a model gets.
    is_number : bool
        Whether a number is learned, not a class.
    is_busy : bool
        Whether others keep the cores busy.
    further : tuple of str
        Kinds of models that extras bring, and that may be tried here: see `further.further_kinds`.
    has_gpu : bool
        Whether those have a GPU.
    """

    n_rows: int
    n_columns: int
    n_outputs: int
    seconds: float
    threads: int
    is_number: bool = False
    is_busy: bool = False
    further: tuple[str, ...] = ()
    has_gpu: bool = False

    @property
    def cells(self) -> int:
        """Cells to learn from, each once for each output."""
        return self.n_rows * self.n_columns * self.n_outputs

    @property
    def bag_seconds(self) -> float:
        """Seconds in which all but CatBoost can be bagged; that one learns in what is left, as long as that may be."""
        least = BAG_LEAST_S * (2 if self.is_number else math.sqrt(self.n_outputs))
        return least + self.cells / (BAG_CELLS_PER_S * self.threads)

    @property
    def forest_seconds(self) -> float:
        """Seconds in which both forests are grown."""
        return self.n_rows * self.n_columns / (FOREST_CELLS_PER_S[self.is_number] * self.threads)


def portfolio(plan: Plan, room: Room) -> dict[str, Any]:
    """Choose AutoGluon's `fit` arguments for a plan.

    Parameters
    ----------
    plan : Plan
        Its quality and problem type decide.
    room : Room
        The table's size, the seconds and the cores.

    Returns
    -------
    dict
        Keyword arguments of ``TabularPredictor.fit``.
    """
    if plan.problem_type == "quantile":
        # AutoGluon's quantile learners that need no torch.
        return {"hyperparameters": {"RF": {"n_estimators": 100}, "XT": {"n_estimators": 100}}}
    if plan.quality == "fast":
        return {"hyperparameters": {"GBM": [QUICK, {}], "RF": {"n_estimators": 100}, "CAT": {"iterations": 300}}}
    models = {"hyperparameters": _chosen(plan, room)}
    slow = room.is_busy and room.bag_seconds > BUSY_BAG_SHARE * room.seconds
    waits_long = slow or room.cells > BAG_CELLS
    if room.bag_seconds > BAG_SHARE * room.seconds or (waits_long and plan.quality != "best"):
        return models
    return {
        **models,
        "num_bag_folds": FOLDS,
        "num_stack_levels": 0,
        # Folds one after the other: Ray would take memory and seconds that small machines lack.
        "ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"},
    }


def spread_out(arguments: dict[str, Any], own_cores: int) -> dict[str, Any]:
    """Have the folds of a portfolio's models fitted on a cluster's nodes.

    Parameters
    ----------
    arguments : dict
        From `portfolio`, with models that are made of folds.
    own_cores : int
        What forests get: they have a score of their own, and are fitted whole, where the worker is.

    Returns
    -------
    dict
        As `arguments`.
    """
    models = _by_kind(_listed(arguments["hyperparameters"]))
    for kind in ("RF", "XT"):
        if kind in models:
            models[kind] = [{**one, "ag_args_fit": {"num_cpus": own_cores}} for one in models[kind]]
    return {
        **arguments,
        "hyperparameters": models,
        "ag_args_ensemble": {"fold_fitting_strategy": "parallel_distributed"},
    }


def more_models(plan: Plan, room: Room, present: Iterable[str]) -> Models:
    """Choose the models that more time is spent on: those of the plan that are missing, then AutoGluon's own portfolio.

    Parameters
    ----------
    plan : Plan
        Its quality and problem type decide.
    room : Room
        The table's size, the seconds and the cores.
    present : iterable of str
        Names of the models that are there.

    Returns
    -------
    dict
        AutoGluon's `hyperparameters`; the portfolio was learned on many public tables, its best come first.
    """
    planned = portfolio(plan, room)["hyperparameters"]
    further = _LARGER_FORESTS if plan.problem_type == "quantile" else _learned(room)
    missing = _new([*_listed(planned), *further], {name.removesuffix(BAGGED) for name in present})
    return on_gpu(_by_kind(missing), room)


def wants_further(plan: Plan, has_gpu: Callable[[], bool]) -> bool:
    """Whether a plan's first models may be of kinds that extras bring; more time is spent on those in any case.

    On cores alone a neural network takes seconds, and made two of six tables better and three worse (tests/bench).
    """
    if plan.problem_type == "quantile" or plan.quality == "fast":
        return False
    return plan.quality == "best" or has_gpu()


def on_gpu(hyperparameters: Models, room: Room) -> Models:
    """Have the kinds that have use for a GPU ask for one, where there is one: a recipe does not tell where it was made.

    Trees learn on the cores: their GPU pays off for far larger tables.
    """
    return {
        kind: [{**one, "ag.num_gpus": 1} for one in settings] if room.has_gpu and kind in _FURTHER else settings
        for kind, settings in hyperparameters.items()
    }


def _chosen(plan: Plan, room: Room) -> Models:
    """Give our own models, and as many of AutoGluon's portfolio as the rows can tell apart; the best try all of it."""
    if plan.quality == "best":
        return on_gpu(_by_kind(_new([*_listed(_own(room)), *_learned(room)], set())), room)
    trees = replace(room, further=())
    own = _listed(_own(room if wants_further(plan, lambda: room.has_gpu) else trees))
    models = _new([*own, *_learned(trees)], set())
    return on_gpu(_by_kind(models[: max(len(own), _most_models(room.n_rows))]), room)


def _own(room: Room) -> dict[str, Any]:
    """Give our own models; what is learned in moments comes before what takes the time there is.

    AutoGluon has boosted trees of LightGBM at 90, of CatBoost at 70, and those of XGBoost last.
    """
    place = 75 if room.forest_seconds < FOREST_SHARE * room.seconds else 60
    if room.n_outputs >= MANY_OUTPUTS:  # of which boosting learns as many trees a round
        place = 95
    models: dict[str, Any] = {
        "GBM": [QUICK, {"extra_trees": True, "ag_args": {"name_suffix": "XT"}}, {}],
        "RF": {"n_estimators": 200, "ag_args": {"priority": place}},
        "XT": {"n_estimators": 200, "ag_args": {"priority": place}},
        "LR": {"ag_args": {"priority": max(75, place)}},
        "CAT": {},
        "XGB": {},
    }
    if room.n_rows * room.n_columns > LINEAR_CELLS:
        del models["LR"]
    # Where AutoGluon has them: what was trained before comes before CatBoost's many rounds have ended the seconds,
    # a neural network last.
    return models | {kind: {} for kind in room.further}


def _most_models(n_rows: int) -> int:
    rows, most = zip(*MOST_MODELS, strict=True)
    return int(np.interp(n_rows, rows, most))


_LARGER_FORESTS = [
    (kind, {"n_estimators": n, "ag_args": {"name_suffix": f"_{n}"}}) for kind in ("RF", "XT") for n in (300, 600)
]


def _learned(room: Room) -> list[tuple[str, dict[str, Any]]]:
    """List AutoGluon's portfolio, its best first, of kinds that are here; those without a rank are its defaults."""
    from autogluon.tabular.configs.hyperparameter_configs import get_hyperparameter_config

    ranked = [
        (-setting["ag_args"]["priority"], kind, setting)
        for kind, setting in _listed(get_hyperparameter_config("zeroshot"))
        if kind in NAMES and (kind not in _FURTHER or kind in room.further) and "priority" in setting.get("ag_args", {})
    ]
    return [(kind, setting) for _, kind, setting in sorted(ranked, key=lambda found: found[0])]


def _new(listed: list[tuple[str, dict[str, Any]]], names: set[str]) -> list[tuple[str, dict[str, Any]]]:
    """Keep those whose names are not there yet."""
    found = {
        f"{NAMES[kind]}{setting.get('ag_args', {}).get('name_suffix', '')}": (kind, setting) for kind, setting in listed
    }
    return [model for name, model in found.items() if name not in names]


def _listed(hyperparameters: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (kind, setting)
        for kind, settings in hyperparameters.items()
        for setting in (settings if isinstance(settings, list) else [settings])
    ]


def _by_kind(listed: list[tuple[str, dict[str, Any]]]) -> Models:
    wanted: Models = {}
    for kind, setting in listed:
        wanted.setdefault(kind, []).append(setting)
    return wanted
