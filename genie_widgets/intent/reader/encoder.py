"""A transformer's encoder (BERT's) in numpy: every piece of a text is read in the light of all the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
HEADS = 12
# Added to what a padded place has to say: nothing of it is heard.
UNHEARD = np.float32(-1e9)
_SMALL = np.float32(1e-12)


@dataclass(frozen=True)
class Norm:
    """A layer norm's weights."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """Bring each row to mean 0 and variance 1, then scale and shift it."""
        centred: Array = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + _SMALL)
        centred /= spread
        centred *= self.weight
        centred += self.bias
        return centred


@dataclass(frozen=True)
class Dense:
    """A matrix, shape (n_in, n_out), and what is added."""

    weight: Array
    bias: Array

    def __call__(self, x: Array) -> Array:
        """Map rows."""
        made: Array = x @ self.weight
        made += self.bias
        return made


@dataclass(frozen=True)
class Layer:
    """One layer of the encoder.

    Attributes
    ----------
    asked, mixed : Dense
        Queries, keys and values in one matrix; what is made of the mixture of values.
    wide, narrow : Dense
        The two matrices of each place's own network.
    norm_mixed, norm_out : Norm
        After either half.
    """

    asked: Dense
    mixed: Dense
    wide: Dense
    narrow: Dense
    norm_mixed: Norm
    norm_out: Norm

    def __call__(self, x: Array, away: Array) -> Array:
        """Read once more.

        Parameters
        ----------
        x : array, shape (n_texts, length, width)
            States of all places.
        away : array, shape (n_texts, 1, 1, length)
            From `padding`.

        Returns
        -------
        array, shape (n_texts, length, width)
            The states after this layer.
        """
        n, length, width = x.shape
        flat = x.reshape(n * length, width)
        asked = self.asked(flat).reshape(n, length, 3, HEADS, width // HEADS)
        query, key, value = np.ascontiguousarray(asked.transpose(2, 0, 3, 1, 4))
        scores = query @ key.swapaxes(-1, -2)
        scores *= np.float32((width // HEADS) ** -0.5)
        scores += away
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        heard = np.ascontiguousarray((scores @ value).swapaxes(1, 2)).reshape(n * length, width)
        flat = self.norm_mixed(flat + self.mixed(heard))
        flat = self.norm_out(flat + self.narrow(gelu(self.wide(flat))))
        return flat.reshape(n, length, width)


def gelu(x: Array) -> Array:
    """Give the Gaussian error linear unit, by its tanh form, which is off by 0.0005 at most."""
    inner = x * x
    inner *= np.float32(0.044715)
    inner += 1
    inner *= x
    inner *= np.float32((2 / np.pi) ** 0.5)
    np.tanh(inner, out=inner)
    inner += 1
    inner *= x
    inner *= np.float32(0.5)
    return inner


def padding(lengths: list[int]) -> Array:
    """Give what `Layer` adds so that places after each text's end are not heard."""
    there = np.arange(max(lengths)) < np.array(lengths)[:, None]
    return np.where(there, np.float32(0), UNHEARD)[:, None, None, :]
