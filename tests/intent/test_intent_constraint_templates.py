"""Columns to leave out, or to keep to, said in eleven languages with names of many shapes."""

import pytest
from constraint_templates import TEMPLATES, cases

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.schema import ColumnProfile, TableProfile

LANGUAGES = sorted({line.split("|")[1] for line in TEMPLATES.strip().splitlines()})


def _table(names):
    kind = {"kind": "number", "dtype": "float64", "n_distinct": 500, "minimum": 0, "maximum": 1}
    columns = tuple(ColumnProfile(name=name, **kind) for name in names)
    return TableProfile(name="t.csv", n_rows=1000, n_sampled=1000, columns=columns)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_of_columns_are_read_whole_and_no_further(language):
    # Each template with a sixth of the names: another sixth for the next one.
    chosen = [case for case in cases() if case[1] == language]
    chosen = [case for i, case in enumerate(chosen) if i % 6 == i // 100 % 6]

    for sign, _, sentence, target, named, names in chosen:
        found = find_constraints(sentence, _table(names))
        wanted = (set(named), set()) if sign == "-" else (set(), set(named))
        assert (set(found.ignore), set(found.features)) == wanted, sentence
        assert target.split()[0] in found.rest, sentence
