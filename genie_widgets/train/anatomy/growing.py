"""Trees of any library, put one after the other into a `Forest`; symmetric ones all at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from genie_widgets.ensemble import ALL_OUTPUTS, LEAF, Bools, Floats, Forest, Integers


class Grove:
    """Collects trees; children are numbered within their tree."""

    def __init__(self) -> None:
        self._roots: list[int] = []
        self._output: list[int] = []
        self._nodes: list[tuple[Any, ...]] = []
        self._values: list[Any] = []
        self._n_nodes = self._n_leaves = 0

    def add(
        self,
        *,
        feature: Any,
        threshold: Any,
        left: Any,
        right: Any,
        missing_left: Any,
        values: Any,
        output: int = ALL_OUTPUTS,
    ) -> None:
        """Add a tree.

        Parameters
        ----------
        feature, threshold, left, right, missing_left : array-like, shape (n_nodes,)
            `feature` is ``LEAF`` at leaves; what the others hold there is ignored.
        values : array-like, shape (n_leaves, width)
            In the order of the leaves among the nodes.
        output : int
            Which output it adds to.
        """
        feature = np.asarray(feature, dtype=np.int64)
        is_leaf = feature == LEAF
        values = np.asarray(values, dtype=float).reshape(int(is_leaf.sum()), -1)
        self._roots.append(self._n_nodes)
        self._output.append(output)
        self._nodes.append(
            (
                feature,
                np.where(is_leaf, 0.0, np.asarray(threshold, dtype=float)),
                np.where(is_leaf, 0, np.asarray(left) + self._n_nodes),
                np.where(is_leaf, 0, np.asarray(right) + self._n_nodes),
                np.asarray(missing_left, dtype=bool),
                np.where(is_leaf, np.cumsum(is_leaf) - 1 + self._n_leaves, 0),
            )
        )
        self._values.append(values)
        self._n_nodes += len(feature)
        self._n_leaves += len(values)

    def forest(self) -> Forest:
        """All trees."""
        feature, threshold, left, right, missing_left, leaf = (
            np.ascontiguousarray(np.concatenate(part)) for part in zip(*self._nodes, strict=True)
        )
        return Forest(
            roots=np.array(self._roots, dtype=np.int64),
            feature=feature,
            threshold=threshold,
            left=left.astype(np.int64),
            right=right.astype(np.int64),
            missing_left=missing_left,
            leaf=leaf.astype(np.int64),
            values=np.ascontiguousarray(np.concatenate(self._values)),
            output=np.array(self._output, dtype=np.int64),
            symmetric=np.full(len(self._roots), -1),
        )


def blank_forest(n_nodes: int, *, roots: Integers, values: Floats, output: Integers, symmetric: Integers) -> Forest:
    """Make a forest whose nodes are still to be written: each is a leaf, the first one.

    Parameters
    ----------
    n_nodes : int
        Of all trees.
    roots, output, symmetric : ndarray of int, shape (n_trees,)
        As in `Forest`.
    values : ndarray, shape (n_leaves, width)
        As in `Forest`.
    """
    return Forest(
        roots=roots,
        feature=np.full(n_nodes, LEAF, dtype=np.int64),
        threshold=np.zeros(n_nodes),
        left=np.zeros(n_nodes, dtype=np.int64),
        right=np.zeros(n_nodes, dtype=np.int64),
        missing_left=np.zeros(n_nodes, dtype=bool),
        leaf=np.zeros(n_nodes, dtype=np.int64),
        values=values,
        output=output,
        symmetric=symmetric,
    )


def symmetric_forest(
    feature: Integers, threshold: Floats, missing_left: Bools, depths: Integers, values: Floats, *, output: int
) -> Forest:
    """Make trees that ask one question throughout each level.

    Parameters
    ----------
    feature, threshold, missing_left : ndarray, shape (n_levels of all trees,)
    depths : ndarray of int, shape (n_trees,)
    values : ndarray, shape (n_leaves of all trees, width)
        Bit `at` of a leaf's number is the answer at level `at`, 1 to the right.
    output : int
        Which output they add to.
    """
    n_inner, n_leaves = (1 << depths) - 1, 1 << depths
    roots, leaves, levels = (np.cumsum(sizes) - sizes for sizes in (n_inner + n_leaves, n_leaves, depths))
    n_nodes = int((n_inner + n_leaves).sum())
    forest = blank_forest(
        n_nodes, roots=roots, values=np.empty_like(values), output=np.full(len(depths), output), symmetric=depths
    )
    for depth in np.unique(depths).tolist():
        trees = np.flatnonzero(depths == depth)[:, None]
        inner, at_leaf = np.arange((1 << depth) - 1), np.arange(1 << depth)
        level = np.repeat(np.arange(depth), 1 << np.arange(depth))
        nodes, asked = roots[trees] + inner, levels[trees] + level
        forest.feature[nodes], forest.threshold[nodes] = feature[asked], threshold[asked]
        forest.missing_left[nodes] = missing_left[asked]
        forest.left[nodes] = roots[trees] + 2 * inner + 1
        forest.right[nodes] = roots[trees] + 2 * inner + 2
        forest.leaf[roots[trees] + len(inner) + at_leaf] = leaves[trees] + at_leaf
        # From the left the first answer is the highest bit.
        mirrored = ((at_leaf[:, None] >> np.arange(depth) & 1) << np.arange(depth)[::-1]).sum(axis=1)
        forest.values[leaves[trees] + at_leaf] = values[leaves[trees] + mirrored]
    return forest
