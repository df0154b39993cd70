"""What the data decides: the problem type, the positive class, and the columns that teach nothing."""

from __future__ import annotations

import re
from typing import Literal

from genie_widgets.intent.words import name_parts, plain, stem, words_of
from genie_widgets.language import mark, tr
from genie_widgets.schema import ColumnProfile, ProblemType, TableProfile, default_metric

# Whole numbers of at most this many values are read as classes unless an amount is asked for.
MAX_INTEGER_CLASSES = 10
# Classes are counted from one, as a rule; whole numbers that are large, and so far apart on average, are amounts,
WIDE, LARGE = 3, 20
# unless the name says that they stand for something.
_STANDS_FOR = re.compile(
    r"\b(?:codes?|ids?|class|classes|stages?|status|state|types?|categor\w+|cat|zones?|stores?|shops?|dept|departments?|groups?|grades?|"
    r"levels?|regions?|areas?|lines?|routes?|rooms?|units?|sectors?|key|kind|no|nr|num|number|model|version|year|month|cluster|segment|"
    r"typ|klasse|estado|tipo|codigo|categorie)$"
)
_COUNTED = re.compile(
    r"^(?:n|nb|num) (?:\w+ )*\w+s$|^(?:number of|count of|nombre|numero d\w*) |\b(?:counts?|qty|quantity|anzahl|menge|cantidad|quantite|quantita|"
    r"quantidade|количество|кол)\b|数量|人数|个数|個数|件数|개수|संख्या"
)
MAX_CLASSES = 100
# One class with so large a share makes accuracy the measure of that share.
LOPSIDED = 0.75
USELESS_KINDS = ("id", "constant", "empty")
_USELESS = {
    "id": mark("{column} names each row"),
    "constant": mark("{column} has one value"),
    "empty": mark("{column} has no values"),
}
_KINDS: dict[str, str] = {
    # Translators: stands for {kind} in "does not fit a {kind} problem" and "a {kind} model"
    "binary": mark("binary"),
    # Translators: stands for {kind} in "does not fit a {kind} problem" and "a {kind} model"
    "multiclass": mark("multiclass"),
    # Translators: stands for {kind} in "does not fit a {kind} problem" and "a {kind} model"
    "regression": mark("regression"),
    # Translators: stands for {kind} in "does not fit a {kind} problem" and "a {kind} model"
    "quantile": mark("quantile"),
}
TIME_UNITS = ("week", "month", "year", "day", "date", "time", "quarter", "season", "hour")
_POSITIVE = (
    "yes",
    "true",
    "1",
    "1.0",
    "y",
    "t",
    "positive",
    "churned",
    "churn",
    "si",
    "oui",
    "ja",
    "fraud",
    "bad",
    "late",
)
# What an empty cell stands for where the column holds nothing else.
_OPPOSITE = {
    "yes": "no",
    "y": "n",
    "true": "false",
    "t": "f",
    "1": "0",
    "1.0": "0",
    "ja": "nein",
    "oui": "non",
    "si": "no",
    "positive": "negative",
}
# The class of empty cells where no word says what they mean.
EMPTY_CLASS = "(empty)"
_NEGATIVE = ("no", "false", "0", "0.0", "n", "f", "negative", "none", "non", "nein", "not", "normal", "stayed", "good")


def problem_type_of(
    column: ColumnProfile, *, amount_asked: bool = False, class_asked: bool = False, quantiles: bool = False
) -> ProblemType:
    """Decide the problem type from the target's values.

    Parameters
    ----------
    column : ColumnProfile
        The target.
    amount_asked : bool
        Whether the sentence asks how much or how many.
    class_asked : bool
        Whether it asks which.
    quantiles : bool
        Whether the sentence asks for quantiles.

    Returns
    -------
    str
        AutoGluon's problem type.
    """
    numeric = column.kind in ("number", "integer", "date") or (column.minimum is not None and column.kind != "boolean")
    if quantiles and numeric:
        return "quantile"
    if column.n_distinct == 2:
        return "binary"
    if numeric and (column.kind == "number" or amount_asked or column.n_distinct > MAX_INTEGER_CLASSES):
        return "regression"
    if numeric and not class_asked and _is_amount(column):
        return "regression"
    return "multiclass"


def _is_amount(column: ColumnProfile) -> bool:
    """Whether few whole numbers are amounts rather than classes: large and far apart, or counted by the column's name."""
    if column.minimum is None or column.maximum is None:
        return False
    name = " ".join(name_parts(column.name))
    if _COUNTED.search(name):
        return True
    is_wide = column.maximum >= LARGE and column.maximum - column.minimum >= WIDE * column.n_distinct
    return is_wide and _STANDS_FOR.search(name) is None


def said_kind(problem_type: str) -> str:
    """Say a problem type for people."""
    return tr(_KINDS[problem_type])


def positive_class_of(column: ColumnProfile, prompt: str) -> tuple[str, Literal["prompt", "data"], str]:
    """Choose the positive class of a binary target.

    Returns
    -------
    tuple of str
        The class as text, who says so, and why.
    """
    values = [counted.value for counted in column.top_values]
    said = {word.stem for word in words_of(prompt)}
    named = [value for value in values if stem(plain(value)) in said and len(value) > 2]
    if len(named) == 1 and plain(named[0]) not in _NEGATIVE:
        return named[0], "prompt", tr("named in the request")
    for value in values:
        if plain(value.strip()) in _POSITIVE:
            return value, "data", tr("the value that says yes")
    for value, other in zip(values, reversed(values), strict=True):
        words = plain(value).replace("-", " ").replace("_", " ").split()
        if any(word in _NEGATIVE for word in words) and value != other:
            return other, "data", tr("the other value than {value}", value=value)
    return values[-1], "data", tr("the rarer value")


def may_mean_no(column: ColumnProfile) -> bool:
    """Whether the empty cells of a column may be the other answer beside its one value."""
    return column.kind == "constant" and column.n_missing > 0


def opposite_of(value: str) -> str:
    """Say what an empty cell most likely means in a column that holds one value only: "no" beside "yes"."""
    word = _OPPOSITE.get(plain(value.strip()))
    if word is None:
        return EMPTY_CLASS
    return word.upper() if value.isupper() else word.capitalize() if value[:1].isupper() else word


def says_yes_or_nothing(column: ColumnProfile) -> bool:
    """Whether a column says yes in some rows and nothing in the others: an answer as people note it."""
    return may_mean_no(column) and opposite_of(column.top_values[0].value) != EMPTY_CLASS


def is_no_target(column: ColumnProfile) -> bool:
    """Whether a column is none that people ask for: an id, or one that has nothing to tell apart."""
    return column.kind in USELESS_KINDS and not says_yes_or_nothing(column)


def usual_metric(column: ColumnProfile, n_sampled: int, kind: ProblemType) -> tuple[str, str]:
    """Choose the metric for a target where nobody asked for one.

    Where one of several classes stands in most rows, always answering it is right that often: a measure of the
    probabilities shows what a model knows beyond that.

    Returns
    -------
    tuple of str
        The metric, and why it is not the usual one; empty where it is.
    """
    n_rows = n_sampled - column.n_missing
    if kind != "multiclass" or not column.top_values or column.top_values[0].count < LOPSIDED * n_rows:
        return default_metric(kind), ""
    top = column.top_values[0]
    why = tr(
        "{share:.0%} of the rows are {value}: always answering that is right so often",
        share=top.count / n_rows,
        value=top.value,
    )
    return "log_loss", why


def tells_time(column: ColumnProfile) -> bool:
    """Whether a column tells when: nobody means it who names no column."""
    return column.kind == "date" or column.name.casefold() in TIME_UNITS


def useless_columns(profile: TableProfile) -> dict[str, str]:
    """Name the columns that teach nothing, each with the reason."""
    # Said once for all: a table may have thousands of them.
    said = {kind: tr(reason) for kind, reason in _USELESS.items()}
    useless = (column for column in profile.columns if column.kind in USELESS_KINDS)
    return {column.name: said[column.kind].format(column=column.name) for column in useless}
