"""Tables of thousands of columns: what AutoGluon looks up among them, looked up by sets."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

# From so many columns on AutoGluon's own way takes seconds.
MANY_COLUMNS = 1000


@contextmanager
def looked_up_by_sets(n_columns: int) -> Iterator[None]:
    """Make AutoGluon find columns by sets where there are many.

    It looks each column up in lists of all, so that with ten thousand
    columns these look-ups alone take longer than the models. Every answer
    stays the same.

    Parameters
    ----------
    n_columns : int
        Of the table.
    """
    if n_columns < MANY_COLUMNS:
        yield
        return
    from autogluon.common.features.feature_metadata import FeatureMetadata
    from autogluon.features.generators import AbstractFeatureGenerator

    ours: dict[Any, dict[str, Any]] = {
        FeatureMetadata: {
            "keep_features": _keep,
            "remove_features": _remove,
            "to_dict": _to_dict,
            "get_type_map_special": _special_types,
        },
        AbstractFeatureGenerator: {"_get_feature_links_from_chain": staticmethod(_links)},
    }
    theirs = {kind: {name: kind.__dict__[name] for name in methods} for kind, methods in ours.items()}
    _replace(ours)
    try:
        yield
    finally:
        _replace(theirs)


def _replace(by: dict[Any, dict[str, Any]]) -> None:
    for kind, methods in by.items():
        for name, method in methods.items():
            setattr(kind, name, method)


def _keep(metadata: Any, features: Iterable[str], inplace: bool = False) -> Any:
    kept = _known(metadata, features)
    return _remove(metadata, [feature for feature in metadata.type_map_raw if feature not in kept], inplace)


def _remove(metadata: Any, features: Iterable[str], inplace: bool = False) -> Any:
    removed = _known(metadata, features)
    rest = metadata if inplace else copy.deepcopy(metadata)
    for feature in removed:
        del rest.type_map_raw[feature]
    for family, members in rest.type_group_map_special.items():
        rest.type_group_map_special[family] = [feature for feature in members if feature not in removed]
    return rest


def _known(metadata: Any, features: Iterable[str]) -> set[str]:
    asked = set(features)
    if unknown := asked.difference(metadata.type_map_raw):
        raise KeyError(f"no such features: {sorted(map(str, unknown))}")
    return asked


def _special_types(metadata: Any) -> dict[str, list[str]]:
    types: dict[str, list[str]] = {feature: [] for feature in metadata.type_map_raw}
    for family in sorted(metadata.type_group_map_special):
        for feature in metadata.type_group_map_special[family]:
            types[feature].append(family)
    return types


def _to_dict(metadata: Any, inverse: bool = False) -> dict[Any, Any]:
    special = _special_types(metadata)
    types = {feature: (raw, tuple(special[feature])) for feature, raw in metadata.type_map_raw.items()}
    if not inverse:
        return types
    features = defaultdict(list)
    for feature, of_both in types.items():
        features[of_both].append(feature)
    return dict(features)


def _links(chain: list[dict[str, list[str]]]) -> dict[str, list[str]]:
    links = chain[0]
    for later in chain[1:]:
        links = {feature: list(set().union(*(later.get(out, ()) for out in outs))) for feature, outs in links.items()}
    return links
