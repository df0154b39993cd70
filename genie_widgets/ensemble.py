"""What a trained predictor is made of, in terms that know no library.

`train` takes a predictor apart and describes it with these values; `explain` computes
from them and never sees the predictor. The prediction is a weighted sum of members::

    prediction(row) = sum of weight * link(base + sum of the leaves the row falls into)    (trees)
                    + others(row)                                                          (the rest)

Every tree asks only two kinds of question, about numbers and about tables, and each question
belongs to the columns a person knows, whatever the predictor has made of them: the parts of
a date, the words of a text, the codes of a category.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEAF = -1
NOBODY = -1
ALL_OUTPUTS = -1


class Link(IntEnum):
    """What turns the sum of a member's leaves into its prediction."""

    IDENTITY = 0
    LOGISTIC = 1
    SOFTMAX = 2


class NotTreesError(Exception):
    """A member, or the way columns feed it, has no description as trees; the text says why."""


class Forest(NamedTuple):
    """Trees in arrays, one entry a node, the nodes of all trees one after the other.

    Attributes
    ----------
    roots : ndarray of int, shape (n_trees,)
        Each tree's first node.
    feature : ndarray of int, shape (n_nodes,)
        A number's place, from 0; a table's place t as ``-2 - t``; ``LEAF`` at leaves.
    threshold : ndarray of float, shape (n_nodes,)
        Left is where the number (or the table's entry) is at most this.
    left, right : ndarray of int, shape (n_nodes,)
        The two children.
    missing_left : ndarray of bool, shape (n_nodes,)
        Whether a missing number goes left.
    leaf : ndarray of int, shape (n_nodes,)
        A leaf's place in `values`.
    values : ndarray of float, shape (n_leaves, width)
        What a leaf adds.
    output : ndarray of int, shape (n_trees,)
        The output that a tree adds to (then `width` is 1), or ``ALL_OUTPUTS``.
    symmetric : ndarray of int, shape (n_trees,)
        The depth of a tree that asks one and the same question throughout each level, its nodes
        in the order of levels and its leaves and their values from left to right; else -1.
    """

    roots: Integers
    feature: Integers
    threshold: Floats
    left: Integers
    right: Integers
    missing_left: Bools
    leaf: Integers
    values: Floats
    output: Integers
    symmetric: Integers


class Seen(NamedTuple):
    """What a member's trees see of some rows.

    A table's question depends on several columns at once (CatBoost counts combinations of
    categories). Its entry for a row lies at ``start + sum over slots of the row's keys``;
    a hybrid of two rows takes each slot's key from the row whose column it is.

    Attributes
    ----------
    numbers : ndarray of float, shape (n_rows, n_numbers)
    source : ndarray of int, shape (n_numbers,)
        Place of the prepared column that each number is made from.
    keys : ndarray of int, shape (n_rows, n_tables, n_slots)
    slot_source : ndarray of int, shape (n_tables, n_slots)
        Place of the prepared column of each slot; ``NOBODY`` after a table's last.
    table_start : ndarray of int, shape (n_tables,)
        A table's place in `entries`.
    entries : ndarray of float
    """

    numbers: Floats
    source: Integers
    keys: Integers
    slot_source: Integers
    table_start: Integers
    entries: Floats


def seen_numbers(numbers: Floats, source: Integers) -> Seen:
    """See numbers only."""
    return Seen(
        np.ascontiguousarray(numbers, dtype=float),
        np.asarray(source, dtype=np.int64),
        np.zeros((len(numbers), 0, 0), dtype=np.int64),
        np.zeros((0, 0), dtype=np.int64),
        np.zeros(0, dtype=np.int64),
        np.zeros(1),
    )


@dataclass(frozen=True)
class TreeMember:
    """One model made of trees.

    Attributes
    ----------
    name : str
    weight : float
        Its share of the prediction.
    forest : Forest
    link : Link
    base : ndarray, shape (n_outputs,)
        Where the sum of the leaves starts.
    see : callable
        From prepared rows to `Seen`. Rows that are to be mixed must be seen together.
    """

    name: str
    weight: float
    forest: Forest
    link: Link
    base: Floats
    see: Callable[[pd.DataFrame], Seen]


@dataclass(frozen=True)
class AdditiveMember:
    """One model to whose margin every prepared column adds a number of its own, as in linear models.

    Attributes
    ----------
    name : str
    weight : float
        Its share of the prediction.
    link : Link
    base : ndarray, shape (n_outputs,)
        Where the sum of what the columns add starts.
    terms : callable
        From prepared rows, the owner of each prepared column, and the number of original columns to what each
        original column adds, shape (n_rows, n_columns + 1, n_outputs); the last is what belongs to ``NOBODY``.
    """

    name: str
    weight: float
    link: Link
    base: Floats
    terms: Callable[[pd.DataFrame, Integers, int], Floats]


@dataclass(frozen=True)
class Control:
    """A model made of trees that another model is stacked on.

    It is no part of the prediction, but moves much like it, and its own SHAP values are known.

    Attributes
    ----------
    name : str
    trees : tuple of TreeMember
        Their weights add up to 1.
    """

    name: str
    trees: tuple[TreeMember, ...]


@dataclass(frozen=True)
class NumbersMember:
    """One model that sees nothing but numbers, each made from one prepared column, as k nearest neighbours do.

    Attributes
    ----------
    name : str
    see : callable
        From prepared rows to `Seen`, without tables.
    answer : callable
        From numbers, shape (n_rows, n_numbers), to its predictions, shape (n_rows, n_outputs).
    missing : float
        A number that is as good as none to it: `see` gives NaN in its place.
    """

    name: str
    see: Callable[[pd.DataFrame], Seen]
    answer: Callable[[Floats], Floats]
    missing: float = np.nan

    def taken(self, numbers: Floats) -> Floats:
        """Give numbers as it would see them."""
        return np.where(numbers == self.missing, np.nan, numbers)


@dataclass(frozen=True)
class Layer:
    """A model that others may stand on: the mean of its folds, in 32-bit numbers, as those take it.

    Attributes
    ----------
    name : str
    folds : tuple of members
        Whatever their weights, they count alike.
    columns : tuple of str
        Names of the columns that it sees beside the prepared ones: predictions of layers before it.
    inputs : tuple of (int, int)
        For each of those the layer's place, and the output.
    """

    name: str
    folds: tuple[TreeMember | AdditiveMember | NumbersMember, ...]
    columns: tuple[str, ...] = ()
    inputs: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Layers:
    """Models that stand on each other or see numbers alone: what `Ensemble.predict_others` says, without asking it.

    Attributes
    ----------
    layers : tuple of Layer
        Each after those that it stands on.
    weights : tuple of float
        Each layer's share of the prediction.
    controls : tuple of int
        Places of the ensemble's controls.
    order : tuple of int, optional
        Outputs, in the order in which they are told.
    """

    layers: tuple[Layer, ...]
    weights: tuple[float, ...]
    controls: tuple[int, ...]
    order: tuple[int, ...] | None = None

    @property
    def trees(self) -> tuple[TreeMember, ...]:
        """All that is described as trees."""
        return tuple(fold for layer in self.layers for fold in layer.folds if isinstance(fold, TreeMember))

    def in_order(self, order: Integers) -> Layers:
        """Tell the outputs, as they are told now, in another order."""
        told = order if self.order is None else np.array(self.order)[order]
        return replace(self, order=tuple(told.tolist()))


@dataclass(frozen=True)
class Prepared:
    """Rows as the models take them.

    Attributes
    ----------
    frame : DataFrame, shape (n_rows, n_prepared)
    owner : ndarray of int, shape (n_prepared,)
        Place of the one original column that each prepared column depends on; ``NOBODY``
        where it depends on none.
    """

    frame: pd.DataFrame
    owner: Integers


@dataclass(frozen=True)
class Ensemble:
    """A predictor, taken apart.

    Attributes
    ----------
    n_outputs : int
        1 for numbers and for the positive class's probability, else the number of classes.
    columns : tuple of str
        The original columns, in the order that `Prepared.owner` counts.
    trees : tuple of TreeMember
    controls : tuple of Control
    others : tuple of str
        Names of the members without a description, each with the reason.
    transform : callable
        From original rows to what the models take, row by row: rows that are prepared apart become
        what they would become together.
    owners : callable
        From original rows, and the same rows transformed, to `Prepared.owner`. Raises `NotTreesError`
        where one prepared column depends on several original ones.
    predict_others : callable
        From prepared rows to the weighted sum of the other members and, after it, to each control's
        own prediction: shape (n_rows, 1 + n_controls, n_outputs).
    additive : tuple of AdditiveMember
    layers : Layers, optional
        The other members and the controls once more, where all of them could be described.
    """

    n_outputs: int
    columns: tuple[str, ...]
    trees: tuple[TreeMember, ...]
    controls: tuple[Control, ...]
    others: tuple[str, ...]
    transform: Callable[[pd.DataFrame], pd.DataFrame]
    owners: Callable[[pd.DataFrame, pd.DataFrame], Integers]
    predict_others: Callable[[pd.DataFrame], Floats]
    additive: tuple[AdditiveMember, ...] = ()
    layers: Layers | None = None

    @property
    def of_controls(self) -> tuple[TreeMember, ...]:
        """The trees of all controls, one control after the other."""
        return tuple(tree for control in self.controls for tree in control.trees)

    @property
    def described(self) -> tuple[TreeMember, ...]:
        """All that is described as trees, controls and layers included."""
        of_layers = self.layers.trees if self.layers is not None else ()
        return (*self.trees, *self.of_controls, *of_layers)

    def prepare(self, rows: pd.DataFrame, transformed: pd.DataFrame | None = None) -> Prepared:
        """Prepare original rows; raises as `owners` does.

        Parameters
        ----------
        transformed : DataFrame, optional
            The same rows, where they have been transformed already.
        """
        frame = self.transform(rows) if transformed is None else transformed
        return Prepared(frame, self.owners(rows, frame))

    def with_first(self, outputs: Sequence[int]) -> Ensemble:
        """Give the same predictor with some of its outputs before all others: explanations take the first ones."""
        order = np.array([*outputs, *(place for place in range(self.n_outputs) if place not in outputs)])
        if (order == np.arange(self.n_outputs)).all():
            return self

        def predict_others(frame: pd.DataFrame) -> Floats:
            return self.predict_others(frame)[:, :, order]

        return replace(
            self,
            trees=tuple(_reordered(member, order) for member in self.trees),
            controls=tuple(
                replace(control, trees=tuple(_reordered(member, order) for member in control.trees))
                for control in self.controls
            ),
            predict_others=predict_others,
            additive=tuple(
                replace(member, base=member.base[order], terms=_in_order(member.terms, order))
                for member in self.additive
            ),
            layers=self.layers.in_order(order) if self.layers is not None else None,
        )


def _in_order(
    terms: Callable[[pd.DataFrame, Integers, int], Floats], order: Integers
) -> Callable[[pd.DataFrame, Integers, int], Floats]:
    return lambda frame, owner, n_columns: terms(frame, owner, n_columns)[:, :, order]


def _reordered(member: TreeMember, order: Integers) -> TreeMember:
    forest: Forest = member.forest
    output = np.where(forest.output == ALL_OUTPUTS, ALL_OUTPUTS, np.argsort(order)[forest.output])
    leaves = np.asarray(forest.values)
    leaves = np.ascontiguousarray(leaves[:, order]) if leaves.shape[1] > 1 else leaves
    return replace(member, forest=forest._replace(output=output, values=leaves), base=member.base[order])
