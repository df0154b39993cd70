"""What one explanation finds out that the next one by the same predictor against the same background needs too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from genie_widgets.explain.additive_part import BoundAdditive
from genie_widgets.explain.meter import Floats

if TYPE_CHECKING:
    from genie_widgets.explain.tree_part import SeenBefore


@dataclass(frozen=True)
class KnownBackground:
    """A background on which the trees passed the gate.

    Attributes
    ----------
    transformed : DataFrame, shape (n_background, n_prepared)
    predictions : ndarray, shape (n_background, n_outputs)
        The predictor's own.
    gate_error : float
        The largest difference found there, hybrids included.
    columns : tuple of str
        The original columns, in the order in which `additive` has them.
    additive : tuple of BoundAdditive
        What its cells add in each linear member.
    """

    transformed: pd.DataFrame
    predictions: Floats
    gate_error: float
    columns: tuple[str, ...] = ()
    additive: tuple[BoundAdditive, ...] = ()

    def below(self, rows: pd.DataFrame) -> pd.DataFrame | None:
        """Stack transformed rows on the background; None where a type is not the same in both."""
        if not rows.dtypes.equals(self.transformed.dtypes):
            return None
        return pd.concat([rows, self.transformed], ignore_index=True)


@dataclass
class Kept:
    """Filled by the first explanation, read by those after it: for one predictor, background and set of outputs.

    Attributes
    ----------
    background : KnownBackground or None
    refused : str
        Why the trees are never believed: they and the predictor disagree on the background itself. Else empty.
    asks_models : bool
        Whether the ensemble's layers and the predictor disagree on the background, or on hybrids of it and a row on
        which they agree: then the models that the layers describe are asked themselves, for every row. Where they
        disagree on an explained row, that is so for the rows explained with it alone.
    bases : dict
        What a background column varies in, by its name.
    trees : list of SeenBefore
        What each of the trees, then of those of the controls, found out about the background.
    """

    background: KnownBackground | None = None
    refused: str = ""
    asks_models: bool = False
    bases: dict[str, Floats] = field(default_factory=dict)
    trees: list[SeenBefore] = field(default_factory=list)
