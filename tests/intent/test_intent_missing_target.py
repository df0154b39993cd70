"""What the table does not have is asked about: the cases of dev, with the target taken out of their tables."""

from functools import lru_cache
from pathlib import Path

import pytest
from missing_target import without_columns

from genie_widgets.data import read_table
from genie_widgets.intent import make_plan
from genie_widgets.intent.scoring import read_cases

DEV = Path(__file__).parent / "cases" / "dev"


@lru_cache
def profile_of(name):
    return read_table(DEV / "tables" / name).profile


def without_target(case):
    return without_columns(profile_of(case.table), {case.target, *case.target_accept})


@pytest.mark.slow
def test_what_the_table_lacks_is_mostly_asked_about():
    cases = [
        case
        for case in read_cases((DEV / "cases.jsonl").read_text(encoding="utf-8").splitlines())
        if case.expect is None and case.table
    ]
    told = [make_plan(profile, case.prompt).status for case in cases if (profile := without_target(case)) is not None]
    planned = told.count("plan")
    print(f"{len(told)} sentences, {planned} planned ({planned / len(told):.1%})")
    assert len(told) > 200
    # 26% when this was written; 35% before tables without their target were learned from.
    assert planned <= 0.3 * len(told)
