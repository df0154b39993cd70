"""Profile tables of 50 columns and more and more rows: seconds until the first view's facts are there.

    python tests/bench/profiling.py [--rows 1000 10000 100000 1000000]

Above 100,000 rows the facts come from a sample of so many, and the profile says so.
"""

import argparse
import time

import pandas as pd
from tables import churn_table

from genie_widgets.data.profiling import profile_frame

COLUMNS = 50


def wide(n_rows):
    parts = [churn_table(n_rows, seed).add_suffix(f"_{seed}") for seed in range(COLUMNS // 12 + 1)]
    return pd.concat(parts, axis=1).iloc[:, :COLUMNS]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    profile_frame(wide(100), name="warm")
    for n_rows in parser.parse_args().rows:
        frame = wide(n_rows)
        started = time.perf_counter()
        profile = profile_frame(frame, name="made")
        seconds = time.perf_counter() - started
        print(f"{n_rows:9,} rows x {COLUMNS} columns: {seconds:5.2f} s, from {profile.n_sampled:,} rows", flush=True)


if __name__ == "__main__":
    main()
