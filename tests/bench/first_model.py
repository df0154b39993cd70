"""Seconds from confirming the plan to the first usable model, the worker started while the person typed.

    python tests/bench/first_model.py [--rows 10000] [--rounds 3]

Aim: at most 5 s at 10,000 rows.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tables import churn_table

from genie_widgets.schema import ModelFinished, Settings
from genie_widgets.session import Session
from genie_widgets.store import RunFolder


def one_round(rows, workspace):
    session = Session(Settings(workspace=workspace))
    try:
        session.load_table(churn_table(rows), name="churn")
        session.wait_idle()
        session.wait_worker_ready()  # a person takes longer to type than the worker to start
        session.set_prompt("who will churn? 60 seconds")
        session.make_plan()
        session.wait_idle()
        start = time.time()
        session.confirm()
        session.wait_idle()
        folder = RunFolder.open(workspace, session.state.run_id)
        while True:
            models = [e for e in folder.events() if isinstance(e, ModelFinished) and e.score_validation is not None]
            if models:
                break
            time.sleep(0.02)
        session.stop()
        session.run.wait()  # the folder goes with the round: nothing may still be written into it
        return models[0].time - start, models[0].model
    finally:
        session.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    seconds = []
    for _ in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as folder:
            value, model = one_round(arguments.rows, Path(folder))
        seconds.append(value)
        print(f"{value:.2f} s to {model}")
    print(f"median {statistics.median(seconds):.2f} s at {arguments.rows:,} rows (aim: at most 5)")


if __name__ == "__main__":
    main()
