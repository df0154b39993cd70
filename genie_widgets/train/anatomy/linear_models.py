"""Linear models of scikit-learn behind AutoGluon's preparation, which looks at each column by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from genie_widgets.ensemble import NOBODY, Floats, Integers, Link, NotTreesError
from genie_widgets.train.anatomy.places import places_of
from genie_widgets.train.linear_preparation import LinearPreparation

# Cells that are prepared in one call.
MOST_CELLS = 1 << 23


def read_linear(model: Any, n_outputs: int) -> tuple[Link, Floats, Callable[[pd.DataFrame, Integers, int], Floats]]:
    """Read AutoGluon's linear model: its link, where its sums start, and `AdditiveMember.terms`."""
    fitted = model.model
    if not hasattr(fitted, "classes_"):
        link = Link.IDENTITY
    elif len(fitted.classes_) == max(2, n_outputs):
        link = Link.LOGISTIC if n_outputs == 1 else Link.SOFTMAX
    else:
        raise NotTreesError("the linear model has not seen every class")
    slopes = np.asarray(fitted.coef_, dtype=float).reshape(n_outputs, -1).T
    made_from = _made_from(model._pipeline)
    if len(made_from) != len(slopes):
        raise NotTreesError("the linear model's columns are made in a way that is not known")

    def terms(prepared: pd.DataFrame, owner: Integers, n_columns: int) -> Floats:
        from scipy import sparse

        column = owner[places_of(prepared, made_from)]
        column = np.where(column == NOBODY, n_columns, column)
        # From what the model is given to what each column adds to each output.
        place = column[:, None] * n_outputs + np.arange(n_outputs)
        given = np.repeat(np.arange(len(slopes)), n_outputs)
        shape = (len(slopes), (n_columns + 1) * n_outputs)
        weights = sparse.csr_matrix((slopes.ravel(), (given, place.ravel())), shape=shape)
        size = max(1, MOST_CELLS // max(1, prepared.shape[1]))
        parts = []
        for at in range(0, len(prepared), size):
            added = model.preprocess(prepared.iloc[at : at + size]) @ weights
            parts.append(added.toarray() if sparse.issparse(added) else np.asarray(added))
        return np.asarray(np.concatenate(parts).reshape(len(prepared), n_columns + 1, n_outputs))

    return link, np.resize(np.asarray(fitted.intercept_, dtype=float), n_outputs), terms


def _made_from(pipeline: Any) -> list[str]:
    """Name the prepared column that each of the model's own is made from."""
    if isinstance(pipeline, LinearPreparation):
        pipeline = pipeline.original
    names: list[str] = []
    for kind, steps, columns in pipeline.transformers_:
        made = pipeline.output_indices_[kind]
        widths = [1] * len(columns)
        if kind == "cats":
            ((_, generator),) = steps.steps
            widths = [len(categories) for categories in generator.encoder_._ohe.categories_]
        if sum(widths) != made.stop - made.start or len(widths) != len(columns) or made.start != len(names):
            raise NotTreesError("the linear model's columns are made in a way that is not known")
        names += np.repeat(np.asarray(columns, dtype=object), widths).tolist()
    return names
