"""Values to HTML and to Plotly's JSON: the panel, the page and the report show the same.

The names below are resolved when first used, so that importing the package is cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from genie_widgets.render.asking import reply_html
    from genie_widgets.render.axes import cell_said
    from genie_widgets.render.charts import Figure
    from genie_widgets.render.compared import compared_figure
    from genie_widgets.render.comparison import comparison_figure, comparison_html, runs_html
    from genie_widgets.render.deciding import decided_html, decision_html
    from genie_widgets.render.dependence import dependence_figure
    from genie_widgets.render.escape import cell_number, duration, esc, metric_value, moment, number
    from genie_widgets.render.explained import beeswarm_figure, classes_figure, how_html, importance_figure
    from genie_widgets.render.gallery import figures
    from genie_widgets.render.groups import groups_figure, groups_html, part_html
    from genie_widgets.render.pieces import (
        evidence_html,
        plan_summary_html,
        problem_html,
        problems_html,
        profile_html,
        progress_html,
        rows_html,
    )
    from genie_widgets.render.plan_card import (
        allowance_html,
        change_html,
        exchange_html,
        learns_from_html,
        metric_html,
        metrics_offered_html,
        said_html,
        split_label,
    )
    from genie_widgets.render.report import explained_figures, report_html
    from genie_widgets.render.results import (
        leaderboard_html,
        metrics_html,
        models_html,
        rewording_html,
        sent_html,
        verdict_html,
    )
    from genie_widgets.render.stylesheet import style
    from genie_widgets.render.waterfall import flip_html, row_sentences, waterfall_figure

_HOME = {
    "allowance_html": "plan_card",
    "duration": "escape",
    "evidence_html": "pieces",
    "explained_figures": "report",
    "moment": "escape",
    "metric_value": "escape",
    "cell_number": "escape",
    "number": "escape",
    "Figure": "charts",
    "beeswarm_figure": "explained",
    "classes_figure": "explained",
    "compared_figure": "compared",
    "dependence_figure": "dependence",
    "comparison_figure": "comparison",
    "comparison_html": "comparison",
    "decided_html": "deciding",
    "decision_html": "deciding",
    "reply_html": "asking",
    "runs_html": "comparison",
    "esc": "escape",
    "figures": "gallery",
    "flip_html": "waterfall",
    "groups_figure": "groups",
    "groups_html": "groups",
    "part_html": "groups",
    "how_html": "explained",
    "importance_figure": "explained",
    "leaderboard_html": "results",
    "metrics_html": "results",
    "models_html": "results",
    "plan_summary_html": "pieces",
    "problem_html": "pieces",
    "problems_html": "pieces",
    "profile_html": "pieces",
    "progress_html": "pieces",
    "report_html": "report",
    "row_sentences": "waterfall",
    "rows_html": "pieces",
    "cell_said": "axes",
    "change_html": "plan_card",
    "exchange_html": "plan_card",
    "learns_from_html": "plan_card",
    "metric_html": "plan_card",
    "metrics_offered_html": "plan_card",
    "said_html": "plan_card",
    "split_label": "plan_card",
    "style": "stylesheet",
    "rewording_html": "results",
    "sent_html": "results",
    "verdict_html": "results",
    "waterfall_figure": "waterfall",
}

__all__ = [
    "Figure",
    "allowance_html",
    "beeswarm_figure",
    "cell_number",
    "cell_said",
    "change_html",
    "classes_figure",
    "compared_figure",
    "comparison_figure",
    "comparison_html",
    "decided_html",
    "decision_html",
    "dependence_figure",
    "duration",
    "esc",
    "evidence_html",
    "exchange_html",
    "explained_figures",
    "figures",
    "flip_html",
    "groups_figure",
    "groups_html",
    "how_html",
    "importance_figure",
    "leaderboard_html",
    "learns_from_html",
    "metric_html",
    "metric_value",
    "metrics_html",
    "metrics_offered_html",
    "models_html",
    "moment",
    "number",
    "part_html",
    "plan_summary_html",
    "problem_html",
    "problems_html",
    "profile_html",
    "progress_html",
    "reply_html",
    "report_html",
    "rewording_html",
    "row_sentences",
    "rows_html",
    "runs_html",
    "said_html",
    "sent_html",
    "split_label",
    "style",
    "verdict_html",
    "waterfall_figure",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
