"""The shared cases: real tables, real sentences, and the plan that people meant."""

from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES = ROOT.parent / "shared" / "intent_cases"


@pytest.mark.slow
@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this repository")
def test_where_the_planner_proposes_it_is_nearly_always_right():
    spec = spec_from_file_location("intent_cases_bench", ROOT / "tests" / "bench" / "intent_cases.py")
    bench = module_from_spec(spec)
    spec.loader.exec_module(bench)
    verdicts = Counter(bench.score(CASES)[0])
    proposed = verdicts["right"] + verdicts["wrong"]
    asked = verdicts["asked, right among three"] + verdicts["asked, right not among three"]
    assert proposed > asked
    assert verdicts["right"] >= 0.9 * proposed
    assert verdicts["asked, right among three"] >= 0.75 * asked
