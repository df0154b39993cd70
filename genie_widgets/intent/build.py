"""A plan from a target and what else is known; every field filled, every field with its evidence."""

from __future__ import annotations

from typing import Any

from genie_widgets.intent.check import check_plan
from genie_widgets.intent.constraints import Constraints
from genie_widgets.intent.empty_cells import meaning_for
from genie_widgets.intent.facts import positive_class_of, problem_type_of, useless_columns, usual_metric
from genie_widgets.intent.features import forms_of
from genie_widgets.intent.phrases import folded
from genie_widgets.language import tr
from genie_widgets.schema import METRICS, ColumnProfile, Evidence, Plan, Problem, ProblemType, TableProfile

DEFAULT_TIME_LIMIT_S = 120
# The same wish for another kind of problem.
# A measure of classes that are numbered, as a rule.
_OF_GRADES = "quadratic_kappa"
_SAME_WISH: dict[tuple[str, ProblemType], str] = {
    ("f1", "multiclass"): "f1_macro",
    ("roc_auc", "multiclass"): "roc_auc_ovo_macro",
    ("recall", "multiclass"): "balanced_accuracy",
    ("precision", "multiclass"): "f1_macro",
    ("average_precision", "multiclass"): "f1_macro",
    ("mean_absolute_error", "quantile"): "pinball_loss",
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
    evidence = [target_evidence, *(e for e in asked.evidence if e.field != "features" or asked.features)]
    empty_target = _empty_target(asked, profile.column(target))
    if empty_target and asked.empty_meaning is not None:
        quote = asked.empty_meaning.quote
        evidence.append(Evidence(field="empty_target", value=empty_target, source="prompt", quote=quote))
    meant = _meant(profile, target, empty_target)
    column = meant.column(target)
    kind = _kind(meant, prompt, target, asked)
    n_values = tr("{column} has {n:,} different values", column=column.name, n=column.n_distinct)
    evidence.append(_data("problem_type", kind, n_values))
    fields: dict[str, Any] = {"target": target, "problem_type": kind, "empty_target": empty_target}
    fields["metric"] = _metric(asked, meant, target, kind, evidence)
    if kind == "binary":
        positive, source, why = positive_class_of(column, prompt)
        fields["positive_class"] = positive
        evidence.append(Evidence(field="positive_class", value=positive, source=source, quote=why))
    features = [name for name in asked.features if name != target]
    if features:
        fields["features"] = tuple(features)
    asked_to_ignore = tuple(name for name in asked.ignore if name != target)
    useless = {k: v for k, v in useless_columns(profile).items() if k not in (target, *asked_to_ignore, *features)}
    evidence.extend(_data("ignore", name, why) for name, why in useless.items())
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
    notes = (*_notes(asked), *_unmeant(asked, profile.column(target), empty_target))
    return check_plan(Plan(**fields, evidence=kept, problems=notes), profile)


def _empty_target(asked: Constraints, column: ColumnProfile) -> str:
    return meaning_for(asked.empty_meaning, column) if asked.empty_meaning is not None and column.n_missing else ""


def _meant(profile: TableProfile, target: str, empty_target: str) -> TableProfile:
    """Give the table with the target's empty cells counted as what they stand for."""
    columns = tuple(c.filled(empty_target) if c.name == target else c for c in profile.columns)
    return profile.model_copy(update={"columns": columns})


def _unmeant(asked: Constraints, column: ColumnProfile, empty_target: str) -> list[Problem]:
    """Tell that what was said of empty answers could not be taken."""
    if asked.empty_meaning is None or empty_target or not asked.empty_meaning.is_sure:
        return []
    quote, word = asked.empty_meaning.quote, asked.empty_meaning.word
    if column.n_missing:
        title = tr('"{quote}": {word} is no value of {column}.', quote=quote, word=word, column=column.name)
    else:
        title = tr('"{quote}": {column} has no empty cells.', quote=quote, column=column.name)
    return [
        Problem(
            code="words-unmatched",
            title=title,
            remedy=tr("Nothing is changed by it."),
            severity="warning",
            field="target",
        )
    ]


def _kind(profile: TableProfile, prompt: str, target: str, asked: Constraints) -> ProblemType:
    forms = forms_of(folded(prompt))
    amount = (forms["amount"] or forms["count"]) and not forms["which"]
    if asked.metric is not None and METRICS[asked.metric].problem_types == ("regression",):
        amount = True
    return problem_type_of(
        profile.column(target),
        amount_asked=amount and asked.metric != _OF_GRADES,
        class_asked=forms["which"] or asked.metric == _OF_GRADES,
        quantiles=bool(asked.quantile_levels),
    )


def fitting_metrics(
    profile: TableProfile, prompt: str, target: str, asked: Constraints
) -> tuple[ProblemType, tuple[str, ...]]:
    """Name the metrics to choose from where the one that is asked for does not fit, the usual one first; else none."""
    kind = _kind(profile, prompt, target, asked)
    if asked.metric is None or _is_passing(asked, kind):
        return kind, ()
    if kind in METRICS[asked.metric].problem_types or (asked.metric, kind) in _SAME_WISH:
        return kind, ()
    usual, _ = usual_metric(profile.column(target), profile.n_sampled, kind)
    return kind, (usual, *(name for name, info in METRICS.items() if kind in info.problem_types and name != usual))


def _is_passing(asked: Constraints, kind: ProblemType) -> bool:
    """Whether a metric that does not fit was only a manner of speaking ("with high accuracy")."""
    return asked.metric_in_passing and asked.metric is not None and kind not in METRICS[asked.metric].problem_types


def _notes(asked: Constraints) -> list[Problem]:
    """Tell what was asked but could not be read as columns."""
    notes = []
    for field, words in asked.unmatched:
        if field == "metric":
            title = tr('Genie has no metric "{words}".', words=words)
            remedy = tr("The usual one is taken; choose another if you like.")
        else:
            title = tr('No column was found for "{words}".', words=words)
            remedy = tr("Choose the columns here if it matters.")
        notes.append(Problem(code="words-unmatched", title=title, remedy=remedy, severity="warning", field=field))
    if asked.later:
        notes.append(
            Problem(
                code="known-later",
                title=tr('"{words}": the table does not say which columns these are.', words=asked.later),
                remedy=tr("Leave them out here."),
                severity="warning",
                field="ignore",
            )
        )
    return notes


def _metric(asked: Constraints, profile: TableProfile, target: str, kind: ProblemType, evidence: list[Evidence]) -> str:
    if asked.metric is not None and _is_passing(asked, kind):
        evidence[:] = [e for e in evidence if e.field != "metric"]
    if asked.metric is None or _is_passing(asked, kind):
        metric, why = usual_metric(profile.column(target), profile.n_sampled, kind)
        evidence.append(_data("metric", metric, why) if why else _default("metric", metric))
        return metric
    if kind in METRICS[asked.metric].problem_types:
        return asked.metric
    # A metric of another kind is kept, and blocks the plan with a sentence: the wish is not changed in silence.
    return _SAME_WISH.get((asked.metric, kind), asked.metric)


def _data(field: str, value: str, quote: str) -> Evidence:
    return Evidence(field=field, value=value, source="data", quote=quote)


def _default(field: str, value: str) -> Evidence:
    return Evidence(field=field, value=value, source="default")
