"""The encoder's weights: one byte a number in `reader.npz`, with a step for each channel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from genie_widgets.intent.reader.encoder import Array, Dense, Layer, Norm, Rows
from genie_widgets.intent.reader.wordpiece import WordPiece

_FILE = Path(__file__).parent / "reader.npz"
_HEAD = "head."


@dataclass(frozen=True)
class Weights:
    """All that reading takes.

    Attributes
    ----------
    tokenizer : WordPiece
        Cuts texts into the rows of `pieces`.
    pieces : array of int8, shape (n_pieces, width)
        The vocabulary, a row each; only the rows that a text needs are brought to floats.
    steps : array, shape (n_pieces, 1)
        What one step of a row's bytes is.
    places : array, shape (n_places, width)
        Of each place in the text.
    norm : Norm
        Of the sum of both.
    layers : tuple of Layer
        The lowest first.
    """

    tokenizer: WordPiece
    pieces: npt.NDArray[np.int8]
    steps: Array
    places: Array
    norm: Norm
    layers: tuple[Layer, ...]

    def embedded(self, ids: Rows) -> Array:
        """Give the states before the first layer, of ids of shape (n_texts, length)."""
        return self.norm(self.pieces[ids] * self.steps[ids] + self.places[: ids.shape[1]])


@lru_cache(maxsize=1)
def weights() -> Weights:
    """Load the weights that lie beside."""
    with _FILE.open("rb") as file, np.load(file) as stored:
        n_layers = 1 + max(int(name.split(".")[0]) for name in stored.files if name[0].isdigit())
        return Weights(
            WordPiece(stored["tokens"].tobytes().decode().split("\n")),
            stored["pieces"],
            stored["pieces.steps"],
            stored["places"].astype(np.float32),
            Norm(stored["norm.weight"], stored["norm.bias"]),
            tuple(layer(stored, f"{number}.") for number in range(n_layers)),
        )


def head_arrays() -> dict[str, npt.NDArray[Any]]:
    """Give what lies with the weights for the head that stands on them, by name."""
    with _FILE.open("rb") as file, np.load(file) as stored:
        return {name.removeprefix(_HEAD): stored[name] for name in stored.files if name.startswith(_HEAD)}


def layer(stored: Any, prefix: str) -> Layer:
    """Take a layer out of stored arrays, by the beginning of their names."""

    def dense(name: str) -> Dense:
        weight = stored[f"{prefix}{name}.bytes"] * stored[f"{prefix}{name}.steps"]
        return Dense(weight, stored[f"{prefix}{name}.bias"])

    def norm(name: str) -> Norm:
        return Norm(stored[f"{prefix}{name}.weight"], stored[f"{prefix}{name}.bias"])

    return Layer(dense("asked"), dense("mixed"), dense("wide"), dense("narrow"), norm("norm_mixed"), norm("norm_out"))
