"""Score the finder of leaks: planted ones that are found, and columns of real tables that are accused.

    python tests/bench/leaks.py CASES_DIR

The folder holds ``cases.jsonl`` and ``tables/``. In each table, the target's
copy, code, transform, noisy copy (3% of its spread, or 2% other classes) and a
column that is filled only after the outcome are planted in turn. Accused
columns are listed: some are true leaks of the tables themselves. Aim: at least
95% found, below 0.6% accused.
"""

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

from genie_widgets.data import find_leaks, read_table

USELESS = ("id", "constant", "empty")
NUMBERS = ("regression", "quantile")


def planted(target, is_number, rng):
    """Yield (name, column) of every leak that fits the target."""
    yield "copy", target
    if is_number:
        yield "linear", target * 2.5 + 3
        yield "log", np.log1p(target - target.min())
        yield "noisy", target + rng.normal(0, target.std() * 0.03, len(target))
        return
    commonest = target.mode()[0]
    yield "code", pd.Series(pd.factorize(target)[0], index=target.index)
    yield "noisy", target.where(rng.random(len(target)) > 0.02, commonest)
    if target.nunique() == 2:
        yield "filled after", pd.Series(np.where(target == commonest, None, "2020"), index=target.index)


def tables(folder):
    seen = set()
    for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        key = (case["table"], case.get("target"))
        if all(key) and case.get("problem_type") and key not in seen:
            seen.add(key)
            table = read_table(folder / "tables" / case["table"])
            if case["target"] in table.columns:
                yield case, table


def main():
    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    found, missed, n_columns, accused = 0, [], 0, []
    for case, table in tables(parser.parse_args().folder):
        name, is_number = case["target"], case["problem_type"] in NUMBERS
        columns = [c.name for c in table.profile.columns if c.kind not in USELESS and c.name != name]
        n_columns += len(columns)
        leaks = find_leaks(table.frame, name, columns, is_number=is_number)
        accused += [(case["table"], name, leak.column, round(leak.strength, 3)) for leak in leaks]
        target = pd.to_numeric(table.frame[name], errors="coerce") if is_number else table.frame[name]
        for kind, column in planted(target, is_number, np.random.default_rng(1)):
            frame = table.frame.assign(planted=column)
            if "planted" in [
                leak.column for leak in find_leaks(frame, name, [*columns, "planted"], is_number=is_number)
            ]:
                found += 1
            else:
                missed.append((case["table"], name, kind))
    total = found + len(missed)
    print(f"planted leaks found: {found} of {total} ({100 * found / total:.1f}%); missed: {missed}")
    print(f"columns accused: {len(accused)} of {n_columns} ({100 * len(accused) / n_columns:.2f}%): {accused}")


if __name__ == "__main__":
    main()
