"""Genie's whole run against AutoGluon called by hand with the same seconds, on the same rows, in one run.

    python tests/bench/total_time.py [--rows 10000] [--seconds 30] [--rounds 3]

Genie's seconds cover training, scoring on untouched rows, explanation, report
and bundle, and are told once more with the MLflow record, which is written
beside; by hand is import, fit and leaderboard in a fresh process. Aim: at most
1.05 times the time by hand.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tables import churn_table

import genie_widgets as gw

BY_HAND = """
import sys
import pandas as pd
from autogluon.tabular import TabularPredictor
frame = pd.read_parquet(sys.argv[1])
train, test = frame.iloc[: len(frame) * 4 // 5], frame.iloc[len(frame) * 4 // 5 :]
predictor = TabularPredictor("churn", eval_metric="roc_auc", path=sys.argv[2], verbosity=0)
predictor.fit(train, time_limit=float(sys.argv[3]))
print(predictor.leaderboard(test)["score_test"].max())
"""


def by_hand(frame, seconds):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        frame.to_parquet(path)
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-c", BY_HAND, str(path), f"{folder}/model", str(seconds)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return time.perf_counter() - start


def with_genie(frame, seconds):
    table = gw.read_table(frame, name="churn")
    start = time.perf_counter()
    plan = gw.plan(table, f"predict churn, {seconds} seconds", llm=None)
    run = gw.train(table, plan)
    run.wait()
    ended = time.perf_counter()
    tracking = run.wait_recorded()
    if tracking is None or tracking.problem is not None:
        raise SystemExit("the run was not recorded")
    return ended - start, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    frame = churn_table(arguments.rows)
    hand, genie, recorded = [], [], []
    for _ in range(arguments.rounds):
        hand.append(by_hand(frame, arguments.seconds))
        for seconds, kept in zip(with_genie(frame, arguments.seconds), (genie, recorded), strict=True):
            kept.append(seconds)
        print(f"by hand {hand[-1]:.1f} s, Genie {genie[-1]:.1f} s, recorded after {recorded[-1]:.1f} s")
    ratio = statistics.median(genie) / statistics.median(hand)
    print(f"{arguments.rows:,} rows, {arguments.seconds} s asked for: ratio {ratio:.2f} (aim: at most 1.05)")


if __name__ == "__main__":
    main()
