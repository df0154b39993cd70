"""Trees of any library, put one after the other into a `Forest`."""

from __future__ import annotations

from typing import Any

import numpy as np

from genie_widgets.ensemble import ALL_OUTPUTS, LEAF, Forest


class Grove:
    """Collects trees; children are numbered within their tree."""

    def __init__(self) -> None:
        self._roots: list[int] = []
        self._output: list[int] = []
        self._symmetric: list[int] = []
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
        symmetric: int = -1,
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
        symmetric : int
            Its depth, where a level asks one question and the nodes come level by level.
        """
        feature = np.asarray(feature, dtype=np.int64)
        is_leaf = feature == LEAF
        values = np.asarray(values, dtype=float).reshape(int(is_leaf.sum()), -1)
        self._roots.append(self._n_nodes)
        self._output.append(output)
        self._symmetric.append(symmetric)
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
            symmetric=np.array(self._symmetric, dtype=np.int64),
        )
