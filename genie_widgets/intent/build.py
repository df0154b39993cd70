"""A plan from a target and what else is known; every field filled, every field with its evidence."""

from __future__ import annotations

import re
from typing import Any

from genie_widgets.intent import phrases
from genie_widgets.intent.check import check_plan
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.facts import positive_class_of, problem_type_of, useless_columns
from genie_widgets.schema import METRICS, Evidence, Plan, ProblemType, TableProfile, default_metric

DEFAULT_TIME_LIMIT_S = 120
# The same wish for another kind of problem.
_SAME_WISH: dict[tuple[str, ProblemType], str] = {
    ("f1", "multiclass"): "f1_macro",
    ("roc_auc", "multiclass"): "roc_auc_ovo_macro",
    ("recall", "multiclass"): "balanced_accuracy",
    ("precision", "multiclass"): "f1_macro",
    ("average_precision", "multiclass"): "f1_macro",
}


def build_plan(profile: TableProfile, prompt: str, target: str, asked: Constraints, target_evidence: Evidence) -> Plan:
    """Build a checked plan.

    Parameters
    ----------
    profile : TableProfile
        The table.
    prompt : str
        The whole sentence.
    target : str
        Column to predict.
    asked : Constraints
        What the sentence asks besides.
    target_evidence : Evidence
        Why this target.

    Returns
    -------
    Plan
        With evidence for every filled field, and its problems.
    """
    column = profile.column(target)
    evidence = [target_evidence, *(e for e in asked.evidence if e.field != "features" or asked.features)]
    amount = re.search(phrases.NUMBER_ASKED, prompt, re.IGNORECASE) is not None
    kind = problem_type_of(column, amount_asked=amount, quantiles=bool(asked.quantile_levels))
    evidence.append(_data("problem_type", kind, f"{column.name} has {column.n_distinct:,} different values"))
    fields: dict[str, Any] = {"target": target, "problem_type": kind}
    fields["metric"] = _metric(asked, kind, evidence)
    if kind == "binary":
        positive, why = positive_class_of(column, prompt)
        fields["positive_class"] = positive
        source: Any = "prompt" if why.startswith("named") else "data"
        evidence.append(Evidence(field="positive_class", value=positive, source=source, quote=why))
    features = [name for name in asked.features if name != target]
    if features:
        fields["features"] = tuple(features)
    asked_to_ignore = tuple(name for name in asked.ignore if name != target)
    useless = {k: v for k, v in useless_columns(profile).items() if k not in (target, *asked_to_ignore, *features)}
    evidence.extend(_data("ignore", name, f"{name} {why}") for name, why in useless.items())
    fields["ignore"] = (*asked_to_ignore, *useless)
    fields["asked_to_ignore"] = asked_to_ignore
    if kind == "quantile":
        fields["quantile_levels"] = asked.quantile_levels
    if asked.time_limit_s is None:
        evidence.append(_default("time_limit_s", str(DEFAULT_TIME_LIMIT_S)))
    fields["time_limit_s"] = DEFAULT_TIME_LIMIT_S if asked.time_limit_s is None else asked.time_limit_s
    if asked.quality is None:
        evidence.append(_default("quality", "balanced"))
    fields["quality"] = asked.quality or "balanced"
    if asked.validation is None:
        evidence.append(_default("validation", "random"))
    else:
        fields["validation"] = asked.validation
    kept = tuple(e for e in evidence if e.field != "quantile_levels" or kind == "quantile")
    return check_plan(Plan(**fields, evidence=kept), profile)


def _metric(asked: Constraints, kind: ProblemType, evidence: list[Evidence]) -> str:
    if asked.metric is None:
        metric = default_metric(kind)
        evidence.append(_default("metric", metric))
        return metric
    if kind in METRICS[asked.metric].problem_types:
        return asked.metric
    # A metric of another kind is kept, and blocks the plan with a sentence: the wish is not changed in silence.
    return _SAME_WISH.get((asked.metric, kind), asked.metric)


def _data(field: str, value: str, quote: str) -> Evidence:
    return Evidence(field=field, value=value, source="data", quote=quote)


def _default(field: str, value: str) -> Evidence:
    return Evidence(field=field, value=value, source="default")
