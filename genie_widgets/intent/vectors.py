"""Static English word vectors: how near two words are in meaning. Distilled from all-MiniLM-L6-v2 (Apache-2.0)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def _store() -> tuple[dict[str, int], Any]:
    path = files("genie_widgets.intent") / "model" / "vectors.npz"
    with path.open("rb") as file, np.load(file) as stored:
        words = str(stored["words"]).split("\n")
        return {word: row for row, word in enumerate(words)}, stored["vectors"]


@lru_cache(maxsize=20_000)
def row_of(word: str) -> int | None:
    """Give the row of a plain word, or of its simpler forms; None where it is unknown."""
    rows, _ = _store()
    for form in _forms(word):
        if form in rows:
            return rows[form]
    return None


def _forms(word: str) -> tuple[str, ...]:
    forms = [word]
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            forms.append(word.removesuffix(ending) + instead)
    return tuple(forms)


def vectors_of(rows: list[int]) -> Vectors:
    """Give the vectors of rows, each of length 1."""
    chosen = _store()[1][rows].astype(np.float32)
    return np.asarray(chosen / np.linalg.norm(chosen, axis=1, keepdims=True), dtype=np.float32)
