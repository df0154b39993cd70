"""Read a CSV of many rows: seconds and memory against pandas.read_csv, each in a process of its own, in one run.

    python tests/bench/reading.py [--rows 1000000] [--columns 20]

The file has numbers, whole numbers, words, days, postcodes and names. Genie's
figures include the profile; its ratio to pandas is what counts.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

READERS = {
    "pandas.read_csv": "import pandas as pd; table = pd.read_csv(path)",
    "pandas.read_csv, pyarrow": "import pandas as pd; table = pd.read_csv(path, engine='pyarrow')",
    "genie_widgets.read_table": "from genie_widgets.data import read_table; import genie_widgets.data.reading;"
    " table = read_table(path, budget_bytes=2**40)",
}
CHILD = """
import re, sys, time
from pathlib import Path
import pandas, pyarrow.csv
path = sys.argv[1]
def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
before, began = peak(), time.monotonic()
{code}
print(time.monotonic() - began, (peak() - before) / 1024)
"""


def write(path, n_rows, n_columns):
    rng = np.random.default_rng(0)
    kinds = {
        "number": lambda: rng.normal(size=n_rows).round(4),
        "whole": lambda: rng.integers(0, 10_000, n_rows),
        "word": lambda: rng.choice(["alpha", "beta", "gamma", "delta", "a longer category"], n_rows),
        "day": lambda: (pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 2000, n_rows), "D")).strftime(
            "%F"
        ),
        "postcode": lambda: np.char.zfill(rng.integers(0, 99_999, n_rows).astype(str), 5),
    }
    names = list(kinds)
    columns = {}
    for i in range(n_columns - 1):
        kind = names[[0, 1, 0, 2, 0, 1, 2, 0, 3, 4][i % 10]]
        columns[f"{kind}_{i}"] = kinds[kind]()
    columns["name"] = np.char.add("name ", rng.integers(0, 200_000, n_rows).astype(str))
    pd.DataFrame(columns).to_csv(path, index=False)


def measure(code, path):
    child = [sys.executable, "-c", CHILD.format(code=code), str(path)]
    seconds, peak = subprocess.run(child, check=True, capture_output=True, text=True).stdout.split()
    return float(seconds), float(peak)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--columns", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write(path, asked.rows, asked.columns)
        print(f"{asked.rows:,} rows x {asked.columns} columns, {path.stat().st_size / 1e6:.0f} MB")
        first = None
        for name, code in READERS.items():
            runs = [measure(code, path) for _ in range(2)]
            seconds, peak = min(run[0] for run in runs), min(run[1] for run in runs)
            first = first or (seconds, peak)
            ratios = f"{seconds / first[0]:.2f}x the time, {peak / first[1]:.2f}x the memory"
            print(f"{name:26} {seconds:6.2f} s, peak +{peak:5.0f} MB; {ratios}")
            time.sleep(0.2)


if __name__ == "__main__":
    main()
