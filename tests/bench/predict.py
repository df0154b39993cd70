"""Batch prediction: rows a second against the predictor called by hand, and memory at a million rows.

    python tests/bench/predict.py [ROWS]

Both sides predict the same frame with the same slim model: probabilities, and the labels that follow. Genie's side is
what the worker does with a file: read, match, bring to type, predict part by part, compare with the rows learned from,
and write. Its memory is measured in a process of its own.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

import genie_widgets as gw
from genie_widgets.data import samples
from genie_widgets.schema import Settings

CHILD = """
import json, resource, sys, time
from pathlib import Path
from genie_widgets.store import RunFolder
from genie_widgets.worker.serving import Server
server = Server(RunFolder(Path(sys.argv[1])), None)
server.answer({"id": 0, "op": "predict", "input": "small.parquet", "output": "few-predicted.csv", "with_table": False})
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.monotonic()
paths = {"input": "many.parquet", "output": "many-predicted.csv"}
asked = {"id": 1, "op": "predict", **paths, "with_table": sys.argv[2] == "csv"}
answer = server.answer(asked)
assert answer["ok"], answer
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([time.monotonic() - started, before / 1024, peak / 1024]))
"""
BY_HAND = """
import json, resource, sys, time
import pandas as pd
from autogluon.tabular import TabularPredictor
predictor = TabularPredictor.load(sys.argv[1] + "/model", verbosity=0)
predictor.predict_proba(pd.read_parquet(sys.argv[1] + "/small.parquet"))
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
started = time.monotonic()
frame = pd.read_parquet(sys.argv[1] + "/many.parquet")
chances = predictor.predict_proba(frame)
out = chances.assign(prediction=predictor.predict_from_proba(chances))
if sys.argv[2] == "csv":
    frame.join(out.add_prefix("predicted ")).to_csv(sys.argv[1] + "/hand.csv", index=False)
else:
    out.to_parquet(sys.argv[1] + "/hand.parquet")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([time.monotonic() - started, before / 1024, peak / 1024]))
"""


def child(code, folder, form):
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), form], stdout=subprocess.PIPE, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def main(n_rows):
    table = gw.read_table(next(sample for sample in samples() if sample.name == "flights").path)
    with tempfile.TemporaryDirectory() as home:
        plan = gw.plan(table, "Which flights will arrive late? 30 seconds", llm=None)
        run = gw.train(table, plan, settings=Settings(workspace=Path(home)))
        run.wait()
        run.wait_recorded()
        run.close()
        rows = table.frame.drop(columns="late")
        many = pd.concat([rows] * (n_rows // len(rows) + 1), ignore_index=True).head(n_rows)
        many.to_parquet(run.path / "many.parquet")
        rows.head(1_000).to_parquet(run.path / "small.parquet")
        print(f"{n_rows:,} rows of {len(rows.columns)} columns, {run.result.best_model}")
        for form in ("parquet", "csv"):
            hand_s, hand_before, hand_peak = child(BY_HAND, run.path, form)
            ours_s, ours_before, ours_peak = child(CHILD, run.path, form)
            print(
                f"{form}: by hand {n_rows / hand_s:,.0f} rows/s (+{hand_peak - hand_before:,.0f} MiB), Genie "
                f"{n_rows / ours_s:,.0f} rows/s (+{ours_peak - ours_before:,.0f} MiB): {hand_s / ours_s:.2f} x"
            )


if __name__ == "__main__":
    started = time.monotonic()
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
    print(f"{time.monotonic() - started:.0f} s in all")
