"""Linear models of scikit-learn behind AutoGluon's preparation, which looks at each column by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import Floats, Link, NotTreesError


def read_linear(model: Any, n_outputs: int) -> tuple[Link, Callable[[pd.DataFrame], Floats]]:
    """Read AutoGluon's linear model: its link, and the sums that go into it, shape (n_rows, n_outputs)."""
    fitted = model.model
    if not hasattr(fitted, "classes_"):
        return Link.IDENTITY, lambda prepared: np.asarray(fitted.predict(model.preprocess(prepared))).reshape(-1, 1)
    if len(fitted.classes_) != max(2, n_outputs):
        raise NotTreesError("the linear model has not seen every class")

    def margin(prepared: pd.DataFrame) -> Floats:
        return np.asarray(fitted.decision_function(model.preprocess(prepared)), dtype=float).reshape(-1, n_outputs)

    return Link.LOGISTIC if n_outputs == 1 else Link.SOFTMAX, margin
