"""Honest scores: rows kept apart, metrics with intervals, a baseline, figures of plots, a verdict.

The names below are resolved when first used, so that importing the package is cheap.
No module is named like a function it gives: importing it would hide the function.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.evaluate.adding import added_time_brought
    from genie_widgets.evaluate.comparing import paired_difference
    from genie_widgets.evaluate.deciding import Wish, at_decision, decide
    from genie_widgets.evaluate.drifting import drift
    from genie_widgets.evaluate.empty_target import with_target_filled
    from genie_widgets.evaluate.folding import Fold, folds_of, in_words, n_folds_of, wants_folds
    from genie_widgets.evaluate.group_figures import LEAST_ROWS, by_group
    from genie_widgets.evaluate.leaving_out import RARE_ROWS, rare_classes, without_left_out
    from genie_widgets.evaluate.scored import FOLD, GROUP, kept_apart, scored_table, widened
    from genie_widgets.evaluate.scoring import at_threshold, evaluate, group_codes, rows_of, within
    from genie_widgets.evaluate.splitting import Split, split
    from genie_widgets.evaluate.verdicts import verdict

_HOME = {
    "FOLD": "scored",
    "Fold": "folding",
    "GROUP": "scored",
    "LEAST_ROWS": "group_figures",
    "RARE_ROWS": "leaving_out",
    "Split": "splitting",
    "Wish": "deciding",
    "added_time_brought": "adding",
    "at_decision": "deciding",
    "at_threshold": "scoring",
    "by_group": "group_figures",
    "decide": "deciding",
    "drift": "drifting",
    "evaluate": "scoring",
    "folds_of": "folding",
    "group_codes": "scoring",
    "in_words": "folding",
    "kept_apart": "scored",
    "n_folds_of": "folding",
    "paired_difference": "comparing",
    "rare_classes": "leaving_out",
    "rows_of": "scoring",
    "scored_table": "scored",
    "split": "splitting",
    "verdict": "verdicts",
    "widened": "scored",
    "wants_folds": "folding",
    "with_target_filled": "empty_target",
    "within": "scoring",
    "without_left_out": "leaving_out",
}

__all__ = [
    "FOLD",
    "GROUP",
    "LEAST_ROWS",
    "RARE_ROWS",
    "Fold",
    "Split",
    "Wish",
    "added_time_brought",
    "at_decision",
    "at_threshold",
    "by_group",
    "decide",
    "drift",
    "evaluate",
    "folds_of",
    "group_codes",
    "in_words",
    "kept_apart",
    "n_folds_of",
    "paired_difference",
    "rare_classes",
    "rows_of",
    "scored_table",
    "split",
    "verdict",
    "wants_folds",
    "widened",
    "with_target_filled",
    "within",
    "without_left_out",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
