"""Questions about a run, answered by a fixed set of functions; words or a language model only choose among them.

No language model writes any part of an answer: it names a function and its arguments, which are checked against the
run, and the sentences are made from computed figures by rule. So no figure can be another's than ours, and no cell
leaves the machine.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genie_widgets.language import figure, mark, original, plural, tr
from genie_widgets.render import cell_said, metric_value, moment, number, row_sentences
from genie_widgets.schema import (
    METRICS,
    GenieError,
    LLMSettings,
    MetricValue,
    Plan,
    Problem,
    Reply,
    Settings,
    Sourced,
    TableProfile,
)
from genie_widgets.session.tracing import unseen_rows
from genie_widgets.store import RunFolder

if TYPE_CHECKING:
    import pandas as pd

    from genie_widgets.session.running import Run

MOST_ROWS, MOST_NAMED, MOST_VALUES = 50, 5, 5_000
DAY_S = 86_400.0
SUGGESTIONS = (
    mark("How good is it?"),
    mark("What matters most?"),
    mark("Where does it fail?"),
    mark("Which rows are the highest?"),
    mark("Is it better than the run before?"),
    mark("Why row 1?"),
)


@dataclass(frozen=True)
class Tool:
    """A function that answers, as a language model is told of it.

    Attributes
    ----------
    about : str
        What it answers.
    answer : callable
        Takes the run and the arguments.
    arguments : dict
        JSON schema of each argument.
    """

    about: str
    answer: Callable[..., Reply]
    arguments: dict[str, dict[str, Any]]


def answer(run: Run, question: str, llm: LLMSettings | None = None) -> Reply:
    """Answer a question about a run; see `Run.ask`."""
    from genie_widgets.intent import LLMFailedError, choose_tool

    profile = run.request.profile
    note, by_model = "", False
    try:
        name, arguments = ("", {}) if llm is None else choose_tool(question, profile.column_names, _told(), llm)
        by_model = llm is not None
    except LLMFailedError as failure:
        note = tr("The language model was of no help ({reason}): understood by rules.", reason=failure) + " "
    if by_model:
        note = tr("The language model chose what was computed; it wrote none of the answer.")
    else:
        name, arguments, told = understood(original(question, SUGGESTIONS), run)
        note += told
    if name not in TOOLS:
        words = (tr("This is not one of the questions that can be answered from the run's figures."), _offer())
        return Reply(question=question, words=words, note=note)
    found = TOOLS[name].answer(run, **_checked(TOOLS[name], arguments, profile))
    return found.model_copy(update={"question": question, "note": note})


def _offer() -> str:
    return tr("Ask for instance: {questions}", questions=" ".join(map(tr, SUGGESTIONS)))


def _told() -> dict[str, tuple[str, dict[str, dict[str, Any]]]]:
    return {name: (tool.about, tool.arguments) for name, tool in TOOLS.items()}


def _checked(tool: Tool, arguments: dict[str, Any], profile: TableProfile) -> dict[str, Any]:
    """Keep the arguments that the function has, of their type; a column must be one of the table's."""
    types: dict[str, type] = {"integer": int, "string": str, "boolean": bool}
    kept: dict[str, Any] = {
        name: value
        for name, value in arguments.items()
        if name in tool.arguments and type(value) is types[tool.arguments[name]["type"]]
    }
    if kept.get("column") and kept["column"] not in profile.column_names:
        raise GenieError(
            Problem(
                code="no-such-column",
                title=tr("The table has no column {column!r}.", column=kept["column"][:80]),
                remedy=tr("Name one of its columns, as it is written there."),
                culprit="question",
            )
        )
    return kept


def understood(question: str, run: Run) -> tuple[str, dict[str, Any], str]:
    """Choose a function by the question's words.

    Returns
    -------
    tuple
        Its name (empty where none fits), its arguments, and what a person should know of how it was understood.
    """
    text = question.casefold()
    column = _column_in(text, run.request.profile)
    row = re.search(r"\brow\s*(?:number|no\.?|#)?\s*(\d{1,9})\b", text)
    if row:
        return "row", {"row": int(row[1])}, ""
    if re.search(r"\b(than|compared?|previous|last (run|week|month|time)|yesterday|before)\b", text):
        ago = next((days for words, days in _AGO.items() if words in text), 0)
        return "compare", {"days": ago} if ago else {}, ""
    if extreme := re.search(_EXTREME, text):
        return _asks_for_extremes(text, extreme[1], column, run)
    if column and re.search(r"\b(by|each|groups?|fair\w*|equal\w*|differ\w*|across|between|for)\b", text):
        return "groups", {"column": column}, ""
    if metric := _metric_in(text, run):
        return "quality", {"metric": metric}, ""
    name = next((name for name, words in _WORDS if re.search(words, text)), "")
    if name in ("weak", "quality"):
        # Asked of some rows only, or of a column's groups: the answer for all rows would be taken for theirs.
        where = _value_in(text, run.scored[[name for name in run.request.profile.column_names if name in run.scored]])
        if where is not None and re.search(_OF_SOME + re.escape(where[1].casefold()), text):
            return "groups", {"column": where[0]}, _by_groups(where[0])
        if column and column != run.request.plan.target:
            return "groups", {"column": column}, _by_groups(column)
    return name, {}, ""


def _by_groups(column: str) -> str:
    return tr("Understood as: by the groups of {column}.", column=column)


def _asks_for_extremes(text: str, word: str, column: str, run: Run) -> tuple[str, dict[str, Any], str]:
    arguments: dict[str, Any] = {"lowest": word in ("lowest", "smallest", "least likely", "safest")}
    if count := re.search(r"\b(\d{1,4})\b", text):
        arguments["n"] = int(count[1])
    where, note = _value_in(text, run.scored), ""
    if where is not None:
        arguments |= {"column": where[0], "value": where[1]}
    elif unknown := re.search(_wanted_of(column), text):
        note = tr("No cell of the untouched rows is {value!r}: all of these rows are looked at.", value=unknown[1])
    return "extreme", arguments, note


def _wanted_of(column: str) -> str:
    """Give the pattern of a value that rows are asked of, maybe with the name of its column before it."""
    pattern = r"\b(?:in|at|from|with|where)\s+(?:the\s+)?"
    if column:
        forms = "|".join(re.escape(form) for form in (column.casefold(), column.casefold().replace("_", " ")))
        pattern = rf"(?:{pattern}|\bfor\s+(?:the\s+)?(?={forms}))(?:(?:{forms})\s+(?:is\s+|=\s*)?)?"
    return rf"{pattern}(\w[\w-]*)"


_OF_SOME = r"\b(?:for|in|on|at|from|with|where|among|of)\s+(?:the\s+)?"
_EXTREME = r"\b(riskiest|highest|lowest|largest|smallest|most likely|least likely|safest|top|biggest|most at risk)\b"
_AGO = {"yesterday": 1, "last week": 7, "a week ago": 7, "last month": 30, "a month ago": 30}
_WORDS = (
    ("quality", r"\bhow (big|large|far|much|many|often)\b.*\b(wrong|off|errors?|mistakes?)\b"),
    ("weak", r"\b(fail\w*|wrong|errs?|errors?|worst|weak\w*|mistakes?|bad)\b"),
    ("importance", r"\b(matters?|important|importance|drives?|why|influenc\w*|reasons?|leans?|relies|causes?)\b"),
    (
        "quality",
        r"\b(good|accura\w*|scores?|trust\w*|reliab\w*|well|better|quality|sure|precise|rely"
        r"|usable|use (it|this|the model))\b",
    ),
)


def _column_in(text: str, profile: TableProfile) -> str:
    """Find the longest column name that the text holds as words."""
    names = sorted(profile.column_names, key=len, reverse=True)
    forms = [(name, form) for name in names for form in (name.casefold(), name.casefold().replace("_", " "))]
    return next((name for name, form in forms if form.strip() and _holds(text, form)), "")


def _metric_in(text: str, run: Run) -> str:
    """Find the measure of this run that the text names, the longest of several."""
    evaluation = run.scored_result.evaluation
    metrics = () if evaluation is None else evaluation.metrics
    forms = [(metric.name, form) for metric in metrics for form in (metric.name, metric.label.partition(" (")[0])]
    held = [(name, form) for name, form in forms if _holds(text.replace("_", " "), form.casefold().replace("_", " "))]
    return max(held, key=lambda pair: len(pair[1]), default=("", ""))[0]


def _value_in(text: str, scored: pd.DataFrame) -> tuple[str, str] | None:
    """Find the longest cell that the text holds as words, and its column; numbers are no names."""
    found = [
        (str(name), cell)
        for name in scored.columns
        for cell in map(str, scored[name].dropna().unique()[:MOST_VALUES])
        if len(cell) > 1 and not _is_number(cell) and cell.casefold() in text and _holds(text, cell.casefold())
    ]
    return max(found, key=lambda pair: len(pair[1]), default=None)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _holds(text: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) is not None


def _quality(run: Run, metric: str = "") -> Reply:
    result = run.scored_result
    assert result.evaluation is not None
    words = result.verdict
    # The first is what the verdict begins with.
    asked = next((one for one in result.evaluation.metrics[1:] if metric in (one.name, one.label)), None)
    if asked is not None:
        words = (_measured(asked, result.evaluation.n_rows), *words)
    source = tr("{rows} ({split})", rows=_untouched(result.evaluation.n_rows), split=result.evaluation.split)
    figures = [
        Sourced(
            label=metric.label,
            value=metric_value(metric.name, metric.value),
            source=f"{source}{_interval(metric.name, metric.low, metric.high)}",
        )
        for metric in result.evaluation.metrics
    ]
    figures += [
        Sourced(
            label=tr("{measure} of the baseline", measure=metric.label),
            value=metric_value(metric.name, metric.baseline),
            source=result.evaluation.baseline,
        )
        for metric in result.evaluation.metrics[:1]
        if metric.baseline is not None
    ]
    return Reply(question="", how=tr("How good it is on untouched rows"), words=words, figures=tuple(figures))


def _measured(metric: MetricValue, n_rows: int) -> str:
    against = (
        # Translators: goes on in a sentence about the model's own figure
        tr("; the baseline has {value}", value=metric_value(metric.name, metric.baseline))
        if metric.baseline is not None
        else ""
    )
    return plural(
        "{measure} is {value} on {n:,} row, predicted by a model that had not seen it{interval}{baseline}.",
        "{measure} is {value} on {n:,} rows, each predicted by a model that had not seen it{interval}{baseline}.",
        n_rows,
        measure=metric.label,
        value=metric_value(metric.name, metric.value),
        interval=_interval(metric.name, metric.low, metric.high),
        baseline=against,
    )


def _untouched(n_rows: int) -> str:
    return plural("{n:,} untouched row", "{n:,} untouched rows", n_rows)


def _interval(name: str, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    # Translators: added to a figure, or to a sentence about it
    return tr(", 95% interval {low} to {high}", low=metric_value(name, low), high=metric_value(name, high))


def _importance(run: Run) -> Reply:
    explanation = run.explain()
    output = explanation.outputs[-1]
    source = tr(
        "mean size of the SHAP values of {rows} ({method})",
        rows=plural("{n:,} row", "{n:,} rows", explanation.n_rows),
        method=explanation.method,
    )
    ranked = sorted(output.importance, key=lambda item: -item.mean_abs)
    figures = tuple(Sourced(label=item.column, value=number(item.mean_abs), source=source) for item in ranked[:10])
    names = ", ".join(repr(item.column) for item in ranked[:MOST_NAMED])
    words = (
        tr("The predictions of {answer!r} lean most on {columns}.", answer=output.label, columns=names),
        tr("That tells what the model uses, not what causes the target."),
    )
    return Reply(question="", how=tr("What the predictions lean on"), words=words, figures=figures)


def _weak(run: Run) -> Reply:
    result = run.scored_result
    assert result.evaluation is not None
    groups, share = result.evaluation.weak_groups, bool(result.classes)
    if not groups:
        words: tuple[str, ...] = (tr("No group of untouched rows is clearly worse than the others."),)
    else:
        said = _WRONG if share else _MEAN_ERROR
        words = tuple(
            tr(
                said,
                column=group.column,
                value=_named(group.group),
                error=_error(group.error, share),
                elsewhere=_error(group.elsewhere, share),
            )
            for group in groups
        )
    figures = tuple(
        Sourced(
            label=f"{group.column} = {_named(group.group)}",
            value=_error(group.error, share),
            source=plural(
                "{rows}; one of {n:,} group looked at",
                "{rows}; one of {n:,} groups looked at",
                group.n_looked_at,
                rows=_untouched(group.n_rows),
            ),
        )
        for group in groups
    )
    return Reply(question="", how=tr("Where it errs clearly more"), words=words, figures=figures)


_WRONG = mark("Where {column!r} is {value}: {error} of the rows are wrong, against {elsewhere} elsewhere.")
_MEAN_ERROR = mark("Where {column!r} is {value}: {error} mean error, against {elsewhere} elsewhere.")


def _named(group: str) -> str:
    # Translators: in place of a value: the cells hold none
    return group or tr("empty")


def _error(value: float, share: bool) -> str:
    return figure(value, ".1%") if share else number(value)


def _groups(run: Run, column: str = "") -> Reply:
    report = run.groups(column)
    figures = tuple(
        Sourced(
            label=tr("{measure} where {column} is {value}", measure=item.label, column=column, value=row.group),
            value=metric_value(item.name, item.value),
            source=f"{_untouched(row.n_rows)}{_interval(item.name, item.low, item.high)}",
        )
        for row in report.groups
        for item in row.figures[:1]
    )
    how = tr("The figures by the groups of {column}", column=column)
    return Reply(question="", how=how, words=report.words, figures=figures)


def _row(run: Run, row: int = 1) -> Reply:
    frame = run.table.frame
    if not 1 <= row <= len(frame):
        raise GenieError(
            Problem(
                code="no-such-row",
                title=tr("The table has no row {row:,}: it has {n_rows:,}.", row=row, n_rows=len(frame)),
                remedy=tr("Rows are counted from 1."),
                culprit="question",
            )
        )
    chosen = frame.iloc[[row - 1]]
    explanation = run.explain(chosen)
    place = max(range(len(explanation.outputs)), key=lambda at: explanation.outputs[at].rows[0].prediction)
    output = explanation.outputs[place]
    told = output.rows[0]
    untouched = chosen.index[0] in unseen_rows(RunFolder(run.path))
    unseen, learned = tr("No model had seen it."), tr("The models may have learned from it: the prediction is no test.")
    words = (
        *row_sentences(explanation, told, output.label, output.base_value),
        f"{_known_answer(run.request.plan, chosen)} {unseen if untouched else learned}",
    )
    source = plural(
        "SHAP values of this row against {n:,} other ({method})",
        "SHAP values of this row against {n:,} others ({method})",
        explanation.n_background,
        method=explanation.method,
    )
    figures = tuple(
        Sourced(label=f"{part.column} = {cell_said(part.cell)}", value=number(part.value), source=source)
        for part in sorted(told.contributions, key=lambda part: -abs(part.value))[:10]
    )
    return Reply(question="", how=tr("Why row {row:,} is predicted so", row=row), words=words, figures=figures)


def _known_answer(plan: Plan, row: pd.DataFrame) -> str:
    if row[plan.target].notna().all():
        return tr("In the table its {target} is {value}.", target=plan.target, value=str(row[plan.target].iloc[0]))
    if plan.empty_target:
        meaning = plan.empty_target
        return tr("In the table its {target} is empty, which counts as {value}.", target=plan.target, value=meaning)
    return tr("In the table its {target} is empty.", target=plan.target)


def _extreme(run: Run, column: str = "", value: str = "", n: int = 10, *, lowest: bool = False) -> Reply:
    result, scored = run.scored_result, run.scored
    where = ""
    if value and not column:
        raise GenieError(
            Problem(
                code="no-such-column",
                title=tr("It is not clear which column holds {value!r}.", value=value[:80]),
                remedy=tr("Name the column too, as it is written in the table."),
                culprit="question",
            )
        )
    if column:
        wanted = value.casefold()
        scored = scored[scored[column].map(lambda cell: str(cell).casefold() == wanted)]
        # Translators: goes on after "rows"
        where = tr(" where {column} is {value}", column=column, value=value)
    name, ranked = _ranked(run, scored)
    order = ranked.sort_values(ascending=lowest, kind="stable").dropna().head(max(1, min(n, MOST_ROWS)))
    if order.empty:
        none = tr("None of the untouched rows is one{where}.", where=where)
        return Reply(question="", how=tr("The rows{where}", where=where), words=(none,))
    how, said = _LOWEST if lowest else _HIGHEST
    words = (
        tr(
            said,
            rows=_untouched(len(scored)),
            where=where,
            n=len(order),
            figure=name,
            low=number(float(order.min())),
            high=number(float(order.max())),
        ),
        tr(
            "Each row is listed with the prediction of a model that had not seen it; rows without one are left out: of "
            "those a model knows the answer."
        ),
    )
    shown = [column_name for column_name in (result.plan.target, *result.features) if column_name in scored.columns][:8]
    cells = scored.loc[order.index, shown].map(_cell).to_numpy().tolist()
    rows = tuple(
        (figure(place + 1, ","), number(score), *row)
        for place, score, row in zip(order.index.tolist(), order.tolist(), cells, strict=True)
    )
    counted = Sourced(
        label=tr("Rows{where}", where=where),
        value=figure(len(scored), ","),
        source=tr("the untouched rows of the run"),
    )
    return Reply(
        question="",
        how=tr(how, figure=name, where=where),
        words=words,
        figures=(counted,),
        # Translators: heads the column of the rows' numbers
        columns=(tr("row"), name, *shown),
        rows=rows,
    )


_LOWEST = (
    mark("The rows of the lowest {figure}{where}"),
    mark("Of {rows}{where}, the {n:,} of the lowest {figure} have it from {low} to {high}."),
)
_HIGHEST = (
    mark("The rows of the highest {figure}{where}"),
    mark("Of {rows}{where}, the {n:,} of the highest {figure} have it from {low} to {high}."),
)


def _cell(value: Any) -> str:
    return figure(value, ".6g") if isinstance(value, float) else str(value)


def _ranked(run: Run, scored: pd.DataFrame) -> tuple[str, pd.Series[float]]:
    """Name what rows are ranked by, and give it: the positive class's probability, or the number predicted."""
    result = run.scored_result
    if result.plan.problem_type == "binary":
        name = f"probability of {result.positive_class}"
        label = tr("probability of {answer}", answer=result.positive_class)
    elif result.plan.problem_type == "quantile":
        levels = result.plan.quantile_levels
        name = f"quantile {levels[len(levels) // 2]}"
        label = tr("quantile {level}", level=levels[len(levels) // 2])
    elif result.plan.problem_type == "regression":
        name, label = "prediction", tr("prediction")
    else:
        raise GenieError(
            Problem(
                code="no-order",
                title=tr("Several classes have no highest and lowest."),
                remedy=tr("Ask for the rows of a model of two classes or of numbers."),
                culprit="question",
            )
        )
    column = name if name in scored.columns else f"genie {name}"
    return label, scored[column].astype(float)


def _compare(run: Run, days: int = 0) -> Reply:
    """Compare with the run just before, or with the one nearest to so many days before."""
    from genie_widgets.session.api import list_runs, open_run

    request = run.request
    settings = Settings(workspace=run.path.parent.parent)
    earlier = [
        one
        for one in list_runs(settings)
        if one.created_at < request.created_at and one.target == request.plan.target and one.score is not None
    ]
    if not earlier:
        words = (tr("There is no earlier run that predicts {target!r} here.", target=request.plan.target),)
        return Reply(question="", how=tr("Compared with the run before"), words=words)
    wanted = request.created_at - DAY_S * max(0, days)
    before = min(earlier, key=lambda one: abs(one.created_at - wanted))
    date = moment(before.created_at)
    how = tr("Compared with the run of {date}", date=date)
    if days > 0:
        how = plural(
            "Compared with the run of {date}, the nearest to {n:,} day before",
            "Compared with the run of {date}, the nearest to {n:,} days before",
            days,
            date=date,
        )
    found = run.compare(open_run(before.run_id, settings))
    figures = tuple(
        Sourced(
            label=tr(said, measure=item.label),
            value=metric_value(metric.name, metric.value),
            source=tr("run {run}", run=result.run_id[:8]),
        )
        for item in found.figures[:3]
        for said, metric, result in ((_BEFORE, item.before, found.before), (_NOW, item.after, found.after))
        if metric is not None
    )
    if found.difference is not None:
        figures = (
            Sourced(
                label=tr("Difference of {measure}", measure=METRICS[found.difference.metric].label),
                value=number(found.difference.value),
                source=plural("the same {n:,} row", "the same {n:,} rows", found.difference.n_rows)
                + _interval("", found.difference.low, found.difference.high),
            ),
            *figures,
        )
    return Reply(question="", how=how, words=found.words, figures=figures)


_BEFORE, _NOW = mark("{measure}, before"), mark("{measure}, now")
# A language model is told these: they stay as they are.
_COLUMN = {"type": "string", "description": "a column of the table, exactly as it is written"}
TOOLS = {
    "quality": Tool(
        "How good the model is, with intervals and a baseline",
        _quality,
        {"metric": {"type": "string", "description": "a measure such as recall or rmse, if one is asked for"}},
    ),
    "importance": Tool("Which columns the predictions lean on", _importance, {}),
    "weak": Tool("Groups of rows on which the model errs clearly more", _weak, {}),
    "groups": Tool("The figures by the groups of a column; fairness", _groups, {"column": _COLUMN}),
    "row": Tool(
        "Why one row of the table is predicted so",
        _row,
        {"row": {"type": "integer", "description": "counted from 1"}},
    ),
    "extreme": Tool(
        "The rows of the highest or lowest prediction (riskiest, safest), maybe of one value of a column",
        _extreme,
        {
            "column": _COLUMN,
            "value": {"type": "string", "description": "only rows where the column has this value"},
            "n": {"type": "integer", "description": "how many rows"},
            "lowest": {"type": "boolean", "description": "whether the lowest are asked for"},
        },
    ),
    "compare": Tool(
        "Whether this run is better than an earlier one",
        _compare,
        {"days": {"type": "integer", "description": "how many days before; 0 for the run just before"}},
    ),
}
