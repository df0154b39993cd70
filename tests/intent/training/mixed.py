"""Written cases with whole plans: what is to be predicted, left out, kept to; refused, or asked about."""

import json
import re
from functools import lru_cache

from material import HERE, N_ROWS, Example

from genie_widgets.schema import ColumnProfile, TableProfile
from genie_widgets.schema.table import ValueCount

# Names of columns that number or address their rows.
_NUMBERED = re.compile(
    r"(?:^|[_ .-])(?:id|no|nr|num|number|code|uuid|ref|key|zip|plz|phone|tel|mobile|email|mail|iban)(?:$|[_ .-])|"
    r"ID$|Id$|Nr$|No$|番号|编号|号$",
    re.IGNORECASE,
)
_NAMES = re.compile(r"name|nom\b|nombre|surname|author|title", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d-\d\d|\d\d?[./]\d\d?[./]\d{2,4}")


def mixed():
    """The sentences of mixed_cases.jsonl that have a plan, or need a question, by table."""
    return {
        name: [
            Example(
                profile, case["prompt"], _meant(case), case["lang"],
                ignore=frozenset(case.get("ignore", ())), features=frozenset(case.get("features", ())), told=True,
            )
            for case in cases
            if case["expect"] != "refuse"
        ]
        for name, profile, cases in _tables()
    }  # fmt: skip


def mixed_requests():
    """Give (table's name, language, sentence, profile) of those to be refused."""
    return [
        (name, case["lang"], case["prompt"], profile)
        for name, profile, cases in _tables()
        for case in cases
        if case["expect"] == "refuse"
    ]


def _meant(case):
    return frozenset() if case["expect"] else frozenset({case["target"], *case.get("target_accept", ())})


@lru_cache(maxsize=1)
def _tables():
    tables = [json.loads(line) for line in (HERE / "mixed_tables.jsonl").read_text(encoding="utf-8").splitlines()]
    cases = {table["id"]: [] for table in tables}
    for line in (HERE / "mixed_cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        cases[case["table"]].append(case)
    return [(table["id"], _by_examples(table), cases[table["id"]]) for table in tables]


def _by_examples(table):
    columns = tuple(_column_by_examples(**told) for told in table["columns"])
    return TableProfile(name=table["name"], n_rows=N_ROWS, n_sampled=N_ROWS, columns=columns)


def _column_by_examples(name, dtype, examples):
    """A profile from a few values: what they are, and how many different ones such a column has as a rule."""
    said = [str(value) for value in examples if value is not None]
    numbers = [float(v) for v in examples if isinstance(v, int | float) and not isinstance(v, bool)]
    values = list(dict.fromkeys(said))
    kind, n, length = _kind_by_examples(name, dtype, said, values, numbers)
    top = ()
    if kind in ("category", "boolean", "integer"):
        top = tuple(ValueCount(value=value, count=max(1, N_ROWS // n)) for value in values[:n])
    ends = {"minimum": min(numbers), "maximum": max(numbers)} if numbers else {}
    return ColumnProfile(name=name, kind=kind, dtype=dtype, n_distinct=n, mean_length=length, top_values=top, **ends)


def _kind_by_examples(name, dtype, said, values, numbers):
    """Kind, number of different values, and characters of a value."""
    apart = len(values) == len(said) >= 3
    if "float" in dtype or any(not number.is_integer() for number in numbers):
        return "number", 900, 8.0
    if "bool" in dtype or (numbers and set(numbers) <= {0.0, 1.0}):
        return "boolean", 2, 8.0
    if "int" in dtype:
        is_id = apart and _NUMBERED.search(name) and all(len(word) >= 3 for word in said)
        return ("id", N_ROWS, 8.0) if is_id else ("integer", 60, 8.0)
    if "date" in dtype or "time" in dtype or (said and all(_DATE.match(word) for word in said)):
        return "date", 600, 8.0
    if apart:
        digits = all(any(char.isdigit() for char in word) for word in said)
        numbered = all(re.fullmatch(r"[A-Za-z]*[-_/]?\d{3,}[-\w/]*", word) for word in said)
        if numbered or any("@" in word for word in said) or (digits and _NUMBERED.search(name)):
            return "id", N_ROWS, 8.0
        if all(len(word.split()) >= 4 for word in said):
            return "text", N_ROWS - 50, 40.0
        if _NAMES.search(name) and all(" " in word or word[:1].isupper() for word in said):
            return "text", N_ROWS - 50, 14.0
        return "category", 15 if len(values) >= 5 else max(2, len(values)), 8.0
    return ("boolean", 2, 8.0) if len(values) == 2 else ("category", max(2, len(values)), 8.0)
