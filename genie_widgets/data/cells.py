"""What cells mean: numbers written as people write them, dates, ids that keep their zeros.

Patterns are tried on a sample of a column's cells by Python, and on all of them
by Arrow: its expressions know no lookaround, and are a hundred times as fast.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from genie_widgets.data import problems
from genie_widgets.language import mark, tr
from genie_widgets.schema import DateOrder, Problem, ReadOptions

MISSING = ("", "NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "?", "-", "--", ".")
# Words that say in a column of numbers or dates that there is none; in a column of words they are words.
_NO_VALUE = frozenset(
    (
        "error", "unknown", "missing", "none", "nil", "na", "n.a.", "n/a", "nan", "null", "undefined", "invalid",
        "unspecified", "not available", "tbd", "tba", "*", "**", "#", "–", "—", "x", "#value!", "#div/0!", "#ref!",
        "#name?", "#num!", "#null!", "(blank)", "blank", "unbekannt", "inconnu", "k.a.",
    )
)  # fmt: skip
_PLAIN = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_DECIMAL_COMMA = r"[-+]?(?:\d{1,3}(?:\.\d{3})+|\d*),\d+"
# 1,234,567, and as India writes it 12,34,567.
_THOUSANDS = r"[-+]?(?:[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d?(?:,\d{2})+,\d{3})(?:\.\d+)?"
_POINT_THOUSANDS = r"[-+]?[1-9]\d{0,2}(?:\.\d{3})+"
_CURRENCY = r"[€$£¥₹₩]|EUR|USD|GBP|CHF|JPY"
_SPACES = "'\u00a0\u202f "
_SPACE = f"[{_SPACES}]"
# A number as ledgers write it: (1.200,00) or 1.200,00- for minus, € before or behind, 12 %, 1 200, 80.00 CR.
_LEDGER = (
    rf"(?P<open>\()?\s*(?P<sign>[-+−])?\s*(?P<before>{_CURRENCY})?\s*(?P<number>[-+]?\d[\d.,{_SPACES}]*?)"
    rf"(?P<less>-)?\s*(?P<after>{_CURRENCY}|%)?\s*(?P<close>\))?\s*(?P<behind>{_CURRENCY}|%)?"
    r"\s*(?P<side>(?:CR|Cr|cr|DR|Dr|dr)\.?)?"
)
# "2-" is a grade; a minus behind stands at amounts.
_AMOUNT = r".*[.,]\d\d"
_SPACED = rf"[-+]?\d{{1,3}}(?:{_SPACE}\d{{3}})+(?:[.,]\d*)?"
# Postcodes and ids keep their zeros: as numbers they would lose them. A float holds whole numbers of 15 digits
# exactly; longer ones are ids and card numbers, and would change.
_CODE = r"0\d+|[-+]?\d{16,}"
_TIME = r"(?:[ T]\d{1,2}:\d{2}.*)?"
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = (
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}{_TIME}|\d{{1,2}}[-/.]\d{{1,2}}[-/.]\d{{2,4}}{_TIME}|\d{{8}}T\d{{4,6}}Z?"
    rf"|(?i:\d{{1,2}}[-. ]{{1,2}}{_MONTH}[-. ,]{{1,2}}\d{{2,4}}{_TIME}|{_MONTH}[. ]{{1,2}}\d{{1,2}},? \d{{4}}{_TIME})"
)
_NUMBER = f"{_PLAIN}|{_DECIMAL_COMMA}|{_THOUSANDS}|{re.sub('[?]P<[a-z]+>', '?:', _LEDGER)}"
_COMPACT_DATE = r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_DATE_NAME = re.compile(r"date|datum|fecha|(^|_)(day|dt)(_|$)", re.I)
_YEAR_FIRST = re.compile(r"\d{4}[-/.]|\d{8}T")
_DAY_MONTH = r"(\d{1,2})([-/.])(\d{1,2})[-/.]"
CHECKED = 200
# A column is of a kind if so many of its cells are; of the rest, at most so many may become missing, and are told.
MOSTLY, MAX_UNREAD_SHARE, LEAST_VALUES = 0.9, 0.05, 20
# 85123A is an article's number; 34.5Acres and 12kg are amounts in another unit.
_LOOKS_LIKE_CODE = re.compile(r"(?![\d.,]+[^\W\d_]{2,}\.?\Z)(?=.*\d)(?=.*[^\W\d_])[\w/.-]*\Z")
# Timestamps of nanoseconds hold no others.
_FIRST_US, _LAST_US = (int(pd.Timestamp(day).timestamp() * 1e6) for day in ("1678-01-01", "2262-01-01"))

_TAKEN_AS_MISSING = mark("{examples} taken as missing")
_DATES: dict[DateOrder, str] = {"day": mark("dates with the day first"), "month": mark("dates with the month first")}

Cells = Any  # a pyarrow ChunkedArray of text: pyarrow ships no types
_Notes = dict[tuple[str, str], None]


@dataclass
class Understood:
    """A typed table, and what was understood of it.

    Attributes
    ----------
    frame : DataFrame
        Typed columns.
    notes : list of str
        What was understood, in words.
    problems : list of Problem
        Cells that are not what their column is.
    decimal_comma : bool
        Whether a comma was read as the decimal mark.
    date_order : {"day", "month"} or None
        What stands first in dates, where that had to be decided.
    """

    frame: pd.DataFrame
    notes: list[str]
    problems: list[Problem] = field(default_factory=list)
    decimal_comma: bool = False
    date_order: DateOrder | None = None


@dataclass
class _Marks:
    """What the rest of the table tells of its marks."""

    comma_is_decimal: bool = False
    point_is_thousands: bool = False
    comma_is_thousands: bool = False
    day_first: bool | None = None


@dataclass
class _Typed:
    """A column's cells; `note` is marked, and said of all columns at once with the `examples` that stand in it."""

    cells: Any
    note: str = ""
    order: DateOrder | None = None
    decimal_comma: bool = False
    examples: str = ""


_Reader = Callable[[Cells, list[str], _Marks], _Typed | None]


def understand(
    columns: Sequence[Cells], names: Sequence[str], options: ReadOptions, *, comma_is_decimal: bool = False
) -> Understood:
    """Give every text column the type that its cells mean.

    Parameters
    ----------
    columns : sequence of pyarrow.ChunkedArray
        Cells as text, or null; each is let go of once it is typed.
    names : sequence of str
        Their names, for what is told.
    options : ReadOptions
        What a person said of decimals, dates, and columns to keep as text.
    comma_is_decimal : bool
        How to read "1,234" where nothing else in the column tells.

    Returns
    -------
    Understood
        The frame has columns named 0, 1, ...
    """
    marks = _Marks(
        comma_is_decimal=comma_is_decimal or options.decimal == ",",
        point_is_thousands=options.decimal == ",",
        comma_is_thousands=options.decimal == ".",
        day_first=None if options.date_order is None else options.date_order == "day",
    )
    made: dict[int, Any] = {}
    found = Understood(pd.DataFrame(), [])
    undecided: list[tuple[int, Cells, list[str]]] = []
    notes: _Notes = {}
    for place, raw in enumerate(columns):
        cells = _present_cells(raw)
        if names[place] in options.as_text:
            made[place] = _text(cells)
            continue
        some = _sample(cells)
        if marks.day_first is None and some and not _YEAR_FIRST.match(some[0]) and _mostly(_DATE, some):
            undecided.append((place, cells, some))
            made[place] = None
            continue
        made[place] = _take(found, notes, _column(cells, some, names[place], marks))
    # Dates last: those that can be read in one order only decide for the others.
    marks.day_first = marks.day_first if marks.day_first is not None else _common_order([s for _, _, s in undecided])
    for place, cells, some in undecided:
        made[place] = _take(found, notes, _column(cells, some, names[place], marks))
    n_rows = len(next(iter(made.values()))) if made else 0
    found.frame = pd.DataFrame(made, index=pd.RangeIndex(n_rows), copy=False)
    found.notes = [tr(note, examples=examples) for note, examples in notes]
    found.decimal_comma = found.decimal_comma or options.decimal == ","
    return found


def _take(found: Understood, notes: _Notes, result: tuple[_Typed, Problem | None]) -> Any:
    typed, problem = result
    if typed.note:
        notes[typed.note, typed.examples] = None
    found.decimal_comma = found.decimal_comma or typed.decimal_comma
    if typed.order is not None:
        found.date_order = typed.order
    if problem is not None:
        found.problems.append(problem)
    return typed.cells


def _present_cells(raw: Cells) -> Cells:
    cells = pc.utf8_trim_whitespace(raw)
    missing = pc.is_in(cells, value_set=pa.array(MISSING, cells.type))
    return pc.if_else(missing, pa.scalar(None, cells.type), cells)


def _sample(cells: Cells) -> list[str]:
    present = cells.drop_null() if cells.null_count else cells
    if len(present) > CHECKED:
        places = np.sort(np.random.default_rng(0).choice(len(present), CHECKED, replace=False))
        present = present.take(pa.array(places))
    return list(present.to_pylist())


def _mostly(pattern: str, some: Sequence[str]) -> list[str] | None:
    """Give the cells that fit a pattern, where almost all do; None where not."""
    fullmatch = re.compile(pattern, re.ASCII).fullmatch
    fitting: list[str] = []
    may_differ = (1 - MOSTLY) * len(some)
    for place, cell in enumerate(some):
        if fullmatch(cell):
            fitting.append(cell)
        elif place + 1 - len(fitting) > may_differ:  # of many columns, most are decided by few cells
            return None
    return fitting or None


def _all(pattern: str, some: Sequence[str]) -> bool:
    compiled = re.compile(pattern, re.ASCII)
    return all(compiled.fullmatch(cell) for cell in some)


def _matches(cells: Cells, pattern: str) -> Any:
    return pc.match_substring_regex(cells, f"^(?:{pattern})$")


def _any(cells: Cells, pattern: str) -> bool:
    return bool(pc.any(_matches(cells, pattern)).as_py())


def _column(cells: Cells, some: list[str], name: str, marks: _Marks) -> tuple[_Typed, Problem | None]:
    if not some:
        return _Typed(np.full(len(cells), np.nan)), None
    if _DATE_NAME.search(name) and _all(_COMPACT_DATE, some):
        dates = _dates(_hyphenated(cells), [], marks)
        if dates is not None:
            return dates, None
    # A date may look like a number of a ledger (1.2.24), so that dates are asked for first.
    kinds: tuple[tuple[Literal["date", "number"], str, _Reader], ...]
    kinds = (("date", _DATE, _dates), ("number", _NUMBER, _numbers))
    for kind, pattern, reader in kinds:
        fitting = _mostly(pattern, some)
        if fitting is None:
            continue
        typed = reader(cells, fitting, marks)
        if typed is not None:
            return typed, None
        aside = _set_aside(cells, pattern)
        if aside is None:
            continue
        kept, n_unread, examples = aside
        typed = reader(kept, fitting, marks)
        if typed is None or typed.cells.dtype == object:
            continue
        if not n_unread:
            return (typed if typed.note else replace(typed, note=_TAKEN_AS_MISSING, examples=examples)), None
        return typed, problems.cells_unread(name, n_unread, kind, examples)
    return _Typed(_text(cells)), None


def _hyphenated(cells: Cells) -> Cells:
    return pc.replace_substring_regex(cells, r"^(\d{4})(\d{2})(\d{2})$", r"\1-\2-\3")


def _set_aside(cells: Cells, pattern: str) -> tuple[Cells, int, str] | None:
    """Take away the cells that are none of the kind; None where they say that the column is another.

    Returns
    -------
    tuple or None
        The cells that are left, how many others said something, and some of those.
    """
    fits = _matches(cells, pattern)
    others = pc.filter(cells, pc.invert(fits))
    counts = {str(item["values"]): int(item["counts"]) for item in pc.value_counts(others).to_pylist()}
    if not counts:
        return None
    words = [cell for cell in counts if cell.casefold() not in _NO_VALUE]
    n_words = sum(counts[cell] for cell in words)
    present = len(cells) - cells.null_count
    if words:
        varied = pc.count_distinct(pc.filter(cells, fits)).as_py() > LEAST_VALUES
        if n_words > MAX_UNREAD_SHARE * present or not varied or any(map(_LOOKS_LIKE_CODE.match, words)):
            return None
    shown = ", ".join(f"“{cell[:30]}”" for cell in (words or list(counts))[:3])
    return pc.if_else(fits, cells, pa.scalar(None, cells.type)), n_words, shown


def _text(cells: Cells) -> Any:
    return cells.to_pandas().astype(object).to_numpy()


def _numbers(cells: Cells, some: list[str], marks: _Marks) -> _Typed | None:
    """Read numbers as people write them; None if the cells are none."""
    typed = _numbers_as(cells, some, marks) or _ledger(cells, some, marks)
    if typed is None:
        # Only a sample was looked at: what else stands there may tell how all are written.
        odd = pc.unique(pc.filter(cells, pc.invert(_matches(cells, _PLAIN)))).to_pylist()[:1000]
        some = [*some, *(cell for cell in odd if cell is not None)]
        typed = _numbers_as(cells, some, marks) or _ledger(cells, some, marks)
    return typed


def _numbers_as(cells: Cells, some: Sequence[str], marks: _Marks) -> _Typed | None:
    if marks.point_is_thousands and _all(f"{_POINT_THOUSANDS}|{_DECIMAL_COMMA}|[-+]?\\d+", some):
        return _with_decimal_comma(pc.replace_substring(pc.replace_substring(cells, ".", ""), ",", "."))
    if _all(_PLAIN, some):
        return _Typed(_text(cells)) if _any(cells, _CODE) else _cast(cells)
    thousands = _all(f"{_PLAIN}|{_THOUSANDS}", some)
    decimal = _all(f"{_PLAIN}|{_DECIMAL_COMMA}", some) and not marks.comma_is_thousands
    if decimal and (marks.comma_is_decimal or not thousands):
        plain = pc.replace_substring(pc.replace_substring(cells, ".", ""), ",", ".")
        # A column may mix "1.234,5" with "1234": only where a comma stands is the point a thousands mark.
        return _with_decimal_comma(pc.if_else(pc.match_substring(cells, ","), plain, cells))
    if thousands:
        return _cast(pc.replace_substring(cells, ",", ""), mark("thousands commas"))
    return None


def _with_decimal_comma(cells: Cells) -> _Typed | None:
    typed = _cast(cells, mark("decimal comma"))
    return None if typed is None else replace(typed, decimal_comma=True)


def _cast(cells: Cells, note: str = "") -> _Typed | None:
    try:
        if not cells.null_count:
            return _Typed(pc.cast(cells, pa.int64()).to_numpy(), note)
    except pa.ArrowInvalid:
        pass  # it has fractions, or is no number
    try:
        numbers = pc.cast(pc.replace_substring_regex(cells, r"^\+", ""), pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        return None
    # A number that no float holds is text.
    return None if np.isinf(numbers).any() else _Typed(numbers, note)


def _ledger(cells: Cells, some: Sequence[str], marks: _Marks) -> _Typed | None:
    """Read numbers with signs of money or percent, brackets for minus, or spaces between thousands."""
    if not _all(_LEDGER, some):
        return None
    found = pc.extract_regex(cells, f"^(?:{_LEDGER})$")
    if found.null_count > cells.null_count:
        return None
    number, opened, sign, less = (pc.struct_field(found, name) for name in ("number", "open", "sign", "less"))
    number = pc.utf8_trim_whitespace(number)
    trailing = pc.equal(less, "-")
    if not pc.all(_matches(pc.filter(number, trailing), _AMOUNT), min_count=0).as_py():
        return None
    spaced = pc.match_substring_regex(number, _SPACE)
    if not pc.all(_matches(pc.filter(number, spaced), _SPACED), min_count=0).as_py():
        return None
    number = pc.replace_substring_regex(number, _SPACE, "")
    before = pc.is_in(sign, value_set=pa.array(["-", "−"], sign.type))
    sides = _sides(pc.struct_field(found, "side"), number)
    if sides is None:
        return None
    opposite, side_note = sides
    negative = pc.xor(pc.or_(pc.or_(pc.equal(opened, "("), before), trailing), opposite)
    minus = pc.binary_join_element_wise(pa.scalar("-", number.type), number, pa.scalar("", number.type))
    number = pc.if_else(pc.fill_null(negative, False), minus, number)
    typed = _numbers_as(number, _sample(number), marks)
    if typed is None or typed.cells.dtype == object:
        return None
    if side_note:
        return _Typed(typed.cells, side_note)
    percent = any(pc.any(pc.equal(pc.struct_field(found, name), "%")).as_py() for name in ("after", "behind"))
    return _Typed(typed.cells, mark("percent signs") if percent else mark("signs of money or spaces in numbers"))


def _sides(side: Cells, number: Cells) -> tuple[Any, str] | None:
    """Say which amounts a ledger's CR or DR turns to minus, and in words; None where these may be no sides.

    With both, a bank tells what came in (CR) and what went out (DR). One alone stands at the amounts that are unlike
    the unmarked ones. But in India "Cr" alone is ten millions.
    """
    marks = set(pc.unique(side.drop_null()).to_pylist())
    received, spent = ({mark for mark in marks if mark and mark[0] in first} for first in ("Cc", "Dd"))
    if not received | spent:
        return pc.is_in(side, value_set=pa.array([], side.type)), ""
    marked = pc.filter(number, pc.not_equal(side, ""))
    if not pc.all(_matches(marked, _AMOUNT), min_count=0).as_py():
        return None
    if "" in marks and not spent:
        if received != {"CR"}:
            return None
        # Translators: of a ledger's amounts; CR and DR are marks that stand in the file
        opposite, note = received, mark("CR taken as minus")
    elif received and spent:
        opposite, note = spent, mark("CR taken as plus and DR as minus")
    else:
        opposite, note = spent, mark("CR taken as plus") if received else mark("DR as minus")
    return pc.is_in(side, value_set=pa.array(sorted(opposite), side.type)), note


def _dates(cells: Cells, some: list[str], marks: _Marks) -> _Typed | None:
    if all(_YEAR_FIRST.match(cell) for cell in some):
        dates = _iso(cells)
        if dates is not None:
            return _Typed(dates)
    # The same days stand in many rows: each is read once.
    distinct = pc.unique(cells).drop_null()
    read = _distinct_dates(pd.Series(distinct.to_pylist(), dtype=object), marks)
    if read is None:
        return None
    values, order = read
    places = pc.index_in(cells, value_set=distinct).to_pandas().to_numpy(dtype=float, na_value=-1)
    dates = np.append(values.to_numpy(dtype="datetime64[ns]"), np.datetime64("NaT", "ns"))
    chosen = dates[np.nan_to_num(places, nan=-1).astype(int)]
    return _Typed(chosen, _DATES[order] if order else "", order)


def _iso(cells: Cells) -> Any:
    try:
        dates = pc.cast(pc.replace_substring_regex(cells, r"^(\d{4})[/.](\d+)[/.]", r"\1-\2-"), pa.timestamp("us"))
    except pa.ArrowInvalid:
        return None
    limits = pc.min_max(pc.cast(dates, pa.int64())).as_py()
    if limits["min"] is None or limits["min"] < _FIRST_US or limits["max"] >= _LAST_US:
        return None
    return dates.to_numpy().astype("datetime64[ns]")


def _distinct_dates(cells: pd.Series[Any], marks: _Marks) -> tuple[pd.Series[Any], DateOrder | None] | None:
    if cells.map(lambda cell: _YEAR_FIRST.match(cell) is not None).all():
        iso = cells.str.replace(r"^(\d{4})[/.](\d+)[/.]", r"\1-\2-", regex=True)
        dates = pd.to_datetime(iso, errors="coerce", format="ISO8601", utc=True)
        if not dates.isna().any():
            return dates.dt.tz_localize(None), None
    for day_first in _orders(cells, marks):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # pandas says that it guesses the order; so do we
            dates = pd.to_datetime(cells, errors="coerce", dayfirst=day_first, utc=True)
            if dates.isna().any():
                dates = pd.to_datetime(cells, errors="coerce", dayfirst=day_first, utc=True, format="mixed")
        if not dates.isna().any():
            by_number = cells.str.match(_DAY_MONTH).any()
            order: DateOrder | None = ("day" if day_first else "month") if by_number else None
            return dates.dt.tz_localize(None), order
    return None


def _orders(column: pd.Series[Any], marks: _Marks) -> tuple[bool, ...]:
    """Say which orders are possible, the likelier first; True is the day first.

    pandas decides for each cell where it guesses no format, so that one column
    could be read in both orders.
    """
    certain = _certain_order(column)
    if certain is not None:
        return certain
    if marks.day_first is not None:
        return (marks.day_first, not marks.day_first)
    parts = column.str.extract(_DAY_MONTH)
    # With points between them the day stands first everywhere, and where people write commas for points.
    first = (parts[1].dropna() == ".").all() or marks.comma_is_decimal
    return (True, False) if first else (False, True)


def _certain_order(column: pd.Series[Any]) -> tuple[bool, ...] | None:
    parts = column.str.extract(_DAY_MONTH)
    first, second = pd.to_numeric(parts[0]).max() > 12, pd.to_numeric(parts[2]).max() > 12
    if first or second:
        return () if first and second else (bool(first),)
    return None


def _common_order(samples: Sequence[list[str]]) -> bool | None:
    """Give the order that the columns that leave no doubt agree on."""
    orders = {_certain_order(pd.Series(some, dtype=object)) for some in samples if some}
    certain = {order[0] for order in orders if order}
    return certain.pop() if len(certain) == 1 else None
