"""What is played: columns are the players, the prediction of a hybrid is the coalition's value."""

from __future__ import annotations

from dataclasses import dataclass

from genie_widgets.explain.hybrids import Hybrids, Places
from genie_widgets.explain.meter import Floats, Meter


@dataclass(frozen=True)
class Game:
    """Explained rows against background rows, under one predicting function.

    Attributes
    ----------
    hybrids : Hybrids
    meter : Meter
    f_rows : ndarray, shape (n_rows, n_outputs)
        Predictions of the explained rows: the value of all columns together.
    f_background : ndarray, shape (n_background, n_outputs)
        Predictions of the background rows: the value of none.
    players : ndarray of int or None
        Places of the columns that can matter; None where that must be tried.
    beside : Solution or None
        Of the same rows, known already: what is found here is added to it.
    """

    hybrids: Hybrids
    meter: Meter
    f_rows: Floats
    f_background: Floats
    players: Places | None = None
    beside: Solution | None = None

    @property
    def n_columns(self) -> int:
        """Number of players."""
        return len(self.hybrids.columns)


@dataclass(frozen=True)
class Solution:
    """SHAP values of the rows that were reached, from the first on.

    Attributes
    ----------
    phi, errors : ndarray, shape (n_done, n_columns, n_outputs)
        SHAP values and their standard errors.
    how : str
        How they were found, in a few words.
    gate_error : float or None
        Largest difference between the trees, as taken apart, and the predictor itself; None
        where the predictor alone was asked.
    """

    phi: Floats
    errors: Floats
    how: str
    gate_error: float | None = None

    @property
    def is_exact(self) -> bool:
        """Whether nothing was sampled."""
        return not self.errors.any()
