"""Score the embedded planner on a folder of cases.

    python tests/bench/intent_cases.py CASES_DIR [--show]

The folder holds ``cases.jsonl`` and ``tables/``. A case is right when target
and problem type are right; asked when the planner asks (with the right column
among its first three candidates, counted apart); wrong when it proposes
another plan without asking.
"""

import argparse
import json
import statistics
import time
from collections import Counter
from pathlib import Path

from genie_widgets.data import read_table
from genie_widgets.intent import make_plan


def accepted(case, field):
    return {case.get(field), *(case.get(f"{field}_accept") or ())}


def judge(case, answer):
    expected = case.get("expect")
    if expected:
        wanted = {"clarify": "question", "refuse": "refusal"}[expected]
        return "kept" if answer.status == wanted or (answer.status == "plan" and answer.blockers) else "let through"
    if answer.status != "plan":
        near = answer.status == "question" and set(answer.candidates[:3]) & accepted(case, "target")
        return "asked, right among three" if near else "asked, right not among three"
    right = answer.target in accepted(case, "target") and answer.problem_type in accepted(case, "problem_type")
    return "right" if right else "wrong"


def constraints(case, plan):
    """Yield (name, right) for every constraint that the case names."""
    for field in ("metric", "time_limit_s"):
        if case.get(field) is not None:
            yield field, getattr(plan, field) in accepted(case, field)
    if case.get("ignore"):
        yield "ignore", set(plan.asked_to_ignore) == set(case["ignore"])
    if case.get("features"):
        yield "features", set(plan.features or ()) == set(case["features"])


def score(folder, show=False):
    """Return the counts of verdicts, of constraints, and the milliseconds of each plan."""
    profiles, verdicts, named, seconds = {}, Counter(), Counter(), []
    for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        if case["table"] is None:
            continue  # a request before any table was loaded: the panel does not take one
        if case["table"] not in profiles:
            profiles[case["table"]] = read_table(folder / "tables" / case["table"]).profile
        start = time.perf_counter()
        answer = make_plan(profiles[case["table"]], case["prompt"])
        seconds.append(time.perf_counter() - start)
        verdict = judge(case, answer)
        verdicts["must not be planned: " + verdict if case.get("expect") else verdict] += 1
        if verdict == "right":
            for field, right in constraints(case, answer):
                named[field, right] += 1
                if show and not right:
                    print(f"{case['id']} {field}: {case.get(field)} got {getattr(answer, field)}: {case['prompt']}")
        if show and verdict not in ("right", "kept"):
            got = (answer.target, answer.problem_type) if answer.status == "plan" else answer.status
            want = case.get("expect") or (case["target"], case["problem_type"])
            print(f"{case['id']} {verdict}: want {want}, got {got}: {case['table']}: {case['prompt'][:150]}")
    return verdicts, named, [1000 * value for value in seconds]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="print every case that is not right")
    arguments = parser.parse_args()
    verdicts, named, milliseconds = score(arguments.folder, arguments.show)
    for verdict, count in verdicts.most_common():
        print(f"{count:5}  {verdict}")
    for field in sorted({field for field, _ in named}):
        right = named[field, True]
        print(f"{field}: {right} of {right + named[field, False]} right where named and planned")
    print(f"median {statistics.median(milliseconds):.1f} ms, longest {max(milliseconds):.1f} ms")


if __name__ == "__main__":
    main()
