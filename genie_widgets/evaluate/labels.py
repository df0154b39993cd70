"""Class labels as text, so that 1, 1.0, True and their texts meet across libraries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_WHOLE_FLOAT = re.compile(r"(-?\d+)\.0+")


def label_text(value: object) -> str:
    """Text of one label: a whole number loses its ``.0``, all else is `str`."""
    text = str(value)
    whole = _WHOLE_FLOAT.fullmatch(text)
    return whole.group(1) if whole else text


def label_codes(values: Any, known: Sequence[str] = ()) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """Give each label of `values` a number, those of `known` first and in their order.

    Parameters
    ----------
    values : array-like, shape (n,)
        Labels of any type; missing ones get the code -1.
    known : sequence of str
        Labels that have a number already. A label is first looked up as it is written, then
        without a ``.0``, so that ``"1"`` and ``"1.0"`` may both be classes.

    Returns
    -------
    codes : ndarray of int, shape (n,)
    labels : tuple of str
        `known`, then the labels met beside them, in order of appearance.
    """
    labels = list(known)
    exact = {label: code for code, label in reversed(list(enumerate(labels)))}
    loose = {label_text(label): code for code, label in reversed(list(enumerate(labels)))}
    codes, uniques = pd.factorize(np.asarray(values, dtype=object), use_na_sentinel=True)
    code_of = np.empty(len(uniques) + 1, dtype=np.intp)
    code_of[-1] = -1  # the sentinel of a missing label
    for place, value in enumerate(uniques):
        text = label_text(value)
        code = exact.get(str(value), loose.get(text))
        if code is None:
            code = len(labels)
            labels.append(text)
            exact[text] = loose[text] = code
        code_of[place] = code
    return code_of[codes], tuple(labels)
