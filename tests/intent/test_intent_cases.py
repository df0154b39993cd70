"""The shared cases: real tables, real sentences, and the plan that people meant."""

import json
from pathlib import Path

import pytest

from genie_widgets.cli import main

CASES = Path(__file__).parents[2].parent / "shared" / "intent_cases"


@pytest.mark.slow
@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this repository")
def test_where_the_planner_proposes_it_is_nearly_always_right(capsys):
    assert main(["plan", "--batch", str(CASES), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    asked = figures["asked_right_among_three"] + figures["asked_right_not_among_three"]
    assert figures["right"] > asked
    assert figures["right"] >= 0.9 * (figures["right"] + figures["wrong"])
    assert figures["asked_right_among_three"] >= 0.75 * asked
