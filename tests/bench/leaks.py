"""Score the finder of leaks: planted ones that are found, and columns of real tables that are accused.

    python tests/bench/leaks.py CASES_DIR [CASES_DIR ...]

Each folder holds ``cases.jsonl`` and ``tables/``. In each table, the target's
copy, code, transform, noisy copy (3% of its spread, or 2% other classes) and a
column that is filled only after the outcome are planted in turn. Accused
columns are listed. The tables' own leaks, named below with what makes each one
by its definition, are no clean columns: accused, they are counted apart. They
were named by looking at what was accused, so they say nothing of what is
found. Aim: at least 95% found, below 0.6% of clean columns accused.
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
# (table, target, column): columns that are the target in other words, a part of it, or recorded with or after it.
OWN_LEAKS = {
    ("mpg.csv", "class", "model"): "a model of car has one class",
    ("mpg.csv", "manufacturer", "model"): "a model of car has one maker",
    ("rossi.csv", "arrest", "week"): "the week of the arrest, or the last week where there was none",
    ("pizzaplace.csv", "type", "name"): "a dish has one type",
    ("breast_cancer.csv", "mean area", "mean radius"): "the same outline, measured",
    ("breast_cancer.csv", "mean area", "mean perimeter"): "the same outline, measured",
    ("anes96.csv", "popul", "logpopul"): "its logarithm",
    ("msleep.csv", "sleep_total", "awake"): "24 hours less the sleep",
    ("midwest.csv", "inmetro", "category"): "a code with a letter for it",
    ("midwest.csv", "poptotal", "poppovertyknown"): "those of the same people of whom one thing is known",
    ("midwest.csv", "poptotal", "popadults"): "a part of the sum",
    ("midwest.csv", "poptotal", "popwhite"): "a part of the sum",
    ("mroz.csv", "lfp", "Unnamed: 0"): "row numbers of a table sorted by the target",
    ("canadian_senators.csv", "observed", "end_date"): "filled once it is observed",
    ("canadian_senators.csv", "observed", "reason"): "filled once it is observed",
    ("HR_EXTRACT_Q4.csv", "Left Co", "Exit Rsn"): "filled once somebody has left",
    ("home_rentals.csv", "rental_price", "initial_price"): "the same price before its last change",
    ("AirQualityUCITrain.csv", "C6H6(GT)", "PT08.S2(NMHC)"): "the sensor that it was computed from",
    (
        "2016_Building_Energy_Benchmarking.csv",
        "SiteEnergyUse(kBtu)",
        "SiteEnergyUseWN(kBtu)",
    ): "the same use, corrected",
}


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
    parser.add_argument("folders", type=Path, nargs="+")
    for folder in parser.parse_args().folders:
        print(f"{folder}:")
        score(folder)


def score(folder):
    found, missed, n_columns, accused = 0, [], 0, []
    for case, table in tables(folder):
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
    own = [leak for leak in accused if leak[:3] in OWN_LEAKS]
    clean = [leak for leak in accused if leak[:3] not in OWN_LEAKS]
    share = 100 * len(clean) / (n_columns - len(own))
    print(f"clean columns accused: {len(clean)} of {n_columns - len(own)} ({share:.2f}%): {clean}")
    print(f"the tables' own leaks accused: {len(own)}: {own}")


if __name__ == "__main__":
    main()
