"""A trained model: predictions, leaderboard, and a slim copy to take away."""

from __future__ import annotations

import importlib.metadata
import logging
import pickle
import platform
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Ensemble, NotTreesError
from genie_widgets.language import tr
from genie_widgets.schema import METRICS, GenieError, LeaderboardRow, Problem, columns_missing
from genie_widgets.train.in_memory import keep_in_memory
from genie_widgets.train.interrupt import FitInterruptedError
from genie_widgets.train.kinds import HOLDING_ROWS, NAMES, libraries_of

_log = logging.getLogger(__name__)
# What reading a pickle raises where a file is missing or damaged, or was written by other versions.
_UNLOADABLE = (
    OSError,
    EOFError,
    pickle.UnpicklingError,
    ImportError,
    AttributeError,
    AssertionError,
    LookupError,
    TypeError,
    ValueError,
)
_ALWAYS = ("autogluon.tabular", "pandas", "numpy", "scikit-learn")


def load_model(path: Path) -> TrainedModel:
    """Load a trained model from its folder.

    Raises
    ------
    GenieError
        If there is no usable model.
    """
    from autogluon.tabular import TabularPredictor

    from genie_widgets.train.packages import remember_packages

    remember_packages()
    # The log is everybody's: a fit that goes on meanwhile has set how much it tells.
    verbosity = None if logging.getLogger("autogluon").level else 0
    try:
        return TrainedModel(TabularPredictor.load(str(path), verbosity=verbosity))
    except _UNLOADABLE as error:
        raise GenieError(
            Problem(
                code="model-unusable",
                title=tr("The model in this folder cannot be loaded: {reason}", reason=str(error)[:200]),
                remedy=tr("Load it with the versions in the run's result, or train again."),
                culprit=path.name,
            )
        ) from error


@dataclass(frozen=True)
class _LastRow:
    """A single row and what became of it: its prediction and its explanation ask for the same."""

    row: pd.DataFrame
    found: dict[str, Any]


class TrainedModel:
    """A fitted AutoGluon predictor, speaking the person's columns and labels.

    Parameters
    ----------
    predictor : autogluon.tabular.TabularPredictor
        As fitted or loaded.
    """

    def __init__(self, predictor: Any) -> None:
        self.predictor = predictor
        self._last_row: _LastRow | None = None

    @property
    def problem_type(self) -> str:
        """AutoGluon's problem type."""
        return str(self.predictor.problem_type)

    @property
    def classes(self) -> tuple[Any, ...]:
        """Class labels in the model's order; empty for numbers."""
        return tuple(self.predictor.class_labels or ()) if self.problem_type in ("binary", "multiclass") else ()

    @property
    def positive_class(self) -> Any:
        """The class whose probability is reported; None unless binary."""
        return self.predictor.positive_class if self.problem_type == "binary" else None

    @property
    def best_model(self) -> str:
        """The model that predicts."""
        return str(self.predictor.model_best)

    @property
    def features(self) -> tuple[str, ...]:
        """Columns the model was given, before any were dropped as useless."""
        return tuple(self.predictor.original_features)

    def predict(self, frame: pd.DataFrame) -> pd.Series[Any]:
        """Predict labels or numbers, shape (n_rows,), with the frame's index; for quantiles the middle one."""
        if self.problem_type == "quantile":
            quantiles = self.predict_quantiles(frame)
            middle = int(np.argmin([abs(float(level) - 0.5) for level in quantiles.columns]))
            return quantiles.iloc[:, middle]
        prediction: pd.Series[Any] = self._asked("predict", self._fitted_columns(frame))
        return prediction

    def predict_proba(self, frame: pd.DataFrame) -> pd.DataFrame | None:
        """Predict probabilities, shape (n_rows, n_classes), columns named by label; None for numbers."""
        if not self.classes:
            return None
        probabilities: pd.DataFrame = self._asked("predict_proba", self._fitted_columns(frame))
        return probabilities

    def predict_from_proba(self, probabilities: pd.DataFrame) -> pd.Series[Any]:
        """Give the labels that `predict` would give, from probabilities that are there already."""
        labels: pd.Series[Any] = self.predictor.predict_from_proba(probabilities)
        return labels

    def predict_quantiles(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Predict quantiles, shape (n_rows, n_levels), columns named by level."""
        quantiles: pd.DataFrame = self._asked("predict", self._fitted_columns(frame))
        return quantiles

    def _asked(self, method: str, fitted: pd.DataFrame) -> Any:
        """Ask the predictor; the same single row again is answered from memory."""
        ask = getattr(self.predictor, method)
        if len(fitted) != 1:
            return ask(fitted)
        return self._of_row(fitted, method, lambda: ask(self._transformed(fitted), transform_features=False))

    def _transformed(self, fitted: pd.DataFrame) -> pd.DataFrame:
        """Prepare rows as the models take them."""
        transform = self.predictor.transform_features
        if len(fitted) != 1:
            frame: pd.DataFrame = transform(fitted)
            return frame
        prepared: pd.DataFrame = self._of_row(fitted, "transform", lambda: transform(fitted))
        return prepared

    def _of_row(self, row: pd.DataFrame, what: str, find: Callable[[], Any]) -> Any:
        last = self._last_row
        if last is None or not last.row.equals(row):
            last = self._last_row = _LastRow(row.copy(), {})
        if what not in last.found:
            last.found[what] = find()
        return last.found[what]

    def _fitted_columns(self, frame: pd.DataFrame) -> pd.DataFrame:
        missing = [name for name in self.features if name not in frame.columns]
        if missing:
            raise columns_missing(missing)
        # A copy of a million rows takes time; the predictor makes its own before it changes anything.
        return frame if tuple(frame.columns) == self.features else frame.loc[:, list(self.features)]

    def ensemble(self, rows: pd.DataFrame) -> Ensemble | None:
        """Take the predictor apart, for an engine that knows no AutoGluon.

        Parameters
        ----------
        rows : DataFrame
            Some rows, to try which column becomes what.

        Returns
        -------
        Ensemble or None
            None where no part of it is made of trees, or its parts could not be read.
        """
        from genie_widgets.train.anatomy.describing import describe

        try:
            # What is taken apart is asked again and again: it stays in memory, once for both.
            keep_in_memory(self.predictor)
            return describe(self.predictor, self._fitted_columns(rows), transform=self._transformed)
        except FitInterruptedError:
            raise
        except NotTreesError as reason:
            _log.info("not taken apart: %s", reason)
        except Exception:  # another version's objects: the predictor itself can still be asked
            _log.exception("the predictor could not be taken apart")
        return None

    def leaderboard(self, frame: pd.DataFrame | None = None) -> list[LeaderboardRow]:
        """List the models, best validation score first.

        Parameters
        ----------
        frame : DataFrame or None
            Untouched rows with the target: each model is scored on them as well.

        Returns
        -------
        list of LeaderboardRow
            Scores in the metric's own sign.
        """
        board = self.predictor.leaderboard(frame, display=False)
        metric = METRICS.get(self.predictor.eval_metric.name)
        sign = 1 if metric is None or metric.greater_is_better else -1
        board = board.sort_values("score_val", ascending=False, na_position="last")
        seconds = "pred_time_test" if frame is not None else "pred_time_val"
        return [
            LeaderboardRow(
                model=str(row["model"]),
                score_validation=_score(row.get("score_val"), sign),
                score_holdout=_score(row.get("score_test"), sign),
                fit_s=float(row["fit_time"] or 0.0),
                predict_s=_score(row.get(seconds), 1),
            )
            for row in board.to_dict("records")
        ]

    def save_slim(self, path: Path) -> Path:
        """Save a copy that holds only what the best model needs to predict; it takes the place of an older one."""
        fresh, old = path.with_name(f"{path.name}.new"), path.with_name(f"{path.name}.old")
        for left in (fresh, old):
            shutil.rmtree(left, ignore_errors=True)
        self.predictor.clone_for_deployment(str(fresh))
        if path.exists():
            path.rename(old)
        fresh.rename(path)
        shutil.rmtree(old, ignore_errors=True)
        return path

    def fit_arguments(self) -> dict[str, Any]:
        """Tell how to fit the same models again; see `as_fitted.fit_arguments`."""
        from genie_widgets.train.as_fitted import fit_arguments

        return fit_arguments(self.predictor)

    def recipe(self) -> dict[str, Any]:
        """Tell which models were fitted, to fit them from the beginning on other rows; see `as_fitted.recipe`."""
        from genie_widgets.train.as_fitted import recipe

        return recipe(self.predictor)

    def versions(self) -> dict[str, str]:
        """Versions that matter for loading the model."""
        return {"python": platform.python_version(), **{name: _version_of(name) for name in _ALWAYS}}

    def requirements(self) -> list[str]:
        """Pin what the best model needs to predict, as pip reads it; what no kept model needs is not required."""
        return pinned(self._kinds())

    @property
    def holds_rows(self) -> bool:
        """Whether the best model, as it is saved, holds the rows that it learned from."""
        return not HOLDING_ROWS.isdisjoint(self._kinds())

    def _kinds(self) -> list[str]:
        needed = self.predictor._trainer.get_minimum_model_set(self.best_model)
        return [key for key, name in NAMES.items() if any(model.startswith(name) for model in needed)]


def pinned(keys: Iterable[str]) -> list[str]:
    """Pin what models of some kinds need to learn and to predict, as pip reads it.

    Parameters
    ----------
    keys : iterable of str
        AutoGluon's keys of the kinds, as its `hyperparameters` have them.
    """
    return [f"{name}=={_version_of(name)}" for name in (*_ALWAYS, *libraries_of(keys))]


@cache
def _version_of(name: str) -> str:
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        # XGBoost comes under another name where there is no GPU.
        found = importlib.metadata.version(f"{name}-cpu")
    # What follows a plus tells builds apart ("2.13.0+cpu"), and registries know the version alone.
    return found.partition("+")[0]


def _score(value: Any, sign: int) -> float | None:
    return None if value is None or pd.isna(value) else sign * float(value)
