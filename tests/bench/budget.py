"""Seconds of whole runs against the seconds given, for small and large tables, with and without a busy machine.

    python tests/bench/budget.py [--rows 1000 10000 100000 1000000] [--seconds 15 60] [--busy] [--look 10]

From the confirmation to the last word: training, scores, explanation, report
and bundle; the MLflow record's end is printed beside it. Workers are started
early, as the panel does. `--busy` keeps every core busy with other processes.
The plan is confirmed as soon as it is there, which no person does, or after so
many seconds of looking at it.
Aim: at most 1.1 times the seconds given.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tables import churn_table

from genie_widgets.schema import Finished, ResultUpdated, Settings
from genie_widgets.session import Session

SPIN = "while True: pass"


@contextlib.contextmanager
def busy(processes):
    """Keep so many cores busy."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def one_run(frame, seconds, workspace, look_s=0.0):
    """Run it through a session; gives total, record's end, models and what was told."""
    session = Session(Settings(workspace=Path(workspace)))
    try:
        session.load_table(frame, name="churn")
        session.wait_idle(600)
        session.wait_worker_ready(600)
        session.set_prompt(f"who will churn? {seconds} seconds")
        session.make_plan()
        session.wait_idle(600)
        time.sleep(look_s)
        session.confirm()
        session.wait_idle(600)
        run = session.run
        started = run.request.created_at
        result = run.wait()
        run.wait_recorded(150)
        events = run.events()
        total = next(e.time for e in events if isinstance(e, Finished)) - started
        recorded = [e.time - started for e in events if isinstance(e, ResultUpdated) and e.part == "tracking"]
        first = next(e.time for e in events if isinstance(e, ResultUpdated)) - started
        return total, recorded[-1] if recorded else float("nan"), first, result
    finally:
        session.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--seconds", type=int, nargs="+", default=[15, 60])
    parser.add_argument("--busy", action="store_true")
    parser.add_argument("--look", type=float, default=0.0, help="seconds between the plan and its confirmation")
    arguments = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as workspace, busy(cores if arguments.busy else 0):
        for rows in arguments.rows:
            frame = churn_table(rows)
            for seconds in arguments.seconds:
                total, recorded, first, result = one_run(frame, seconds, workspace, arguments.look)
                stages = ", ".join(f"{stage} {spent:.1f}" for stage, spent in result.timings.items())
                print(
                    f"{rows:>9,} rows {seconds:>4} s: {total:6.1f} s = {total / seconds:.2f} of the budget"
                    f" (recorded after {recorded:.1f} s; first score after {first:.1f} s;"
                    f" learned from {result.n_train:,} rows, {len(result.leaderboard)} models; {stages})",
                    flush=True,
                )


if __name__ == "__main__":
    main()
