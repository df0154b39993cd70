"""Every kind of model that may be fitted: AutoGluon's key and name of it, and the libraries that it needs."""

from __future__ import annotations

from collections.abc import Iterable

from genie_widgets.train.further import KINDS

# How AutoGluon names a model of each kind, before its suffix.
NAMES = {
    "GBM": "LightGBM",
    "CAT": "CatBoost",
    "XGB": "XGBoost",
    "RF": "RandomForest",
    "XT": "ExtraTrees",
    "LR": "LinearModel",
    **{kind.key: kind.name for kind in KINDS},
}
# Distributions beyond those that AutoGluon always needs.
LIBRARIES: dict[str, tuple[str, ...]] = {
    "GBM": ("lightgbm",),
    "CAT": ("catboost",),
    "XGB": ("xgboost",),
    **{kind.key: kind.libraries for kind in KINDS},
}
# A model of these is saved with the rows that it learned from.
HOLDING_ROWS = frozenset(kind.key for kind in KINDS if kind.holds_rows)


def libraries_of(keys: Iterable[str]) -> list[str]:
    """List the distributions that models of some kinds need to learn and to predict, in order."""
    return sorted({library for key in keys for library in LIBRARIES.get(key, ())})
