"""Seconds from a stop to a usable model, with each library deep in a fit that would go on for long.

    python tests/bench/stop.py [--rows 200000]

A quick model stands; then one of each kind is fitted with far too many trees,
and the stop comes three seconds into it; a neural network too, where torch is
installed. Aim: at most 10 s.
"""

import argparse
import logging
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from tables import churn_table

from genie_widgets.machine import detect_machine
from genie_widgets.schema import Plan
from genie_widgets.train import Hooks, autogluon_fit, fit, warm_up
from genie_widgets.train.further import is_installed
from genie_widgets.train.portfolio import QUICK

ENDLESS = {
    "GBM": {"num_boost_round": 100_000, "learning_rate": 1e-4},
    "CAT": {"iterations": 100_000, "learning_rate": 1e-4},
    "XGB": {"n_estimators": 100_000, "learning_rate": 1e-4},
    # AutoGluon would leave so large a forest out for its memory; it is never grown to its end.
    "RF": {"n_estimators": 100_000, "ag_args_fit": {"ag.max_memory_usage_ratio": 1e6}},
    "XT": {"n_estimators": 100_000, "ag_args_fit": {"ag.max_memory_usage_ratio": 1e6}},
    **({"NN_TORCH": {"num_epochs": 100_000, "epochs_wo_improve": 100_000}} if is_installed("torch") else {}),
}
INTO_THE_FIT_S = 3.0


def seconds_to_stop(kind, frame):
    """Fit the quick model and one that would not end, stop, and time what follows."""
    models = {"GBM": [QUICK, ENDLESS["GBM"]]} if kind == "GBM" else {"GBM": [QUICK], kind: [ENDLESS[kind]]}
    autogluon_fit.portfolio = lambda _plan, _room: {"hyperparameters": models}
    started = []

    def should_stop():
        return len(started) > 1 and time.monotonic() > started[1] + INTO_THE_FIT_S

    plan = Plan(target="churn", problem_type="binary", metric="roc_auc", time_limit_s=600)
    with tempfile.TemporaryDirectory() as folder:
        hooks = Hooks(on_model_started=lambda _model: started.append(time.monotonic()), should_stop=should_stop)
        model = fit(frame, plan, path=Path(folder) / "m", time_limit_s=600.0, machine=detect_machine(), hooks=hooks)
        model.predict(frame.head())
        seconds = time.monotonic() - started[1] - INTO_THE_FIT_S
    if seconds < 0:
        raise SystemExit(f"{kind} ended before it was stopped")
    return seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    arguments = parser.parse_args()
    logging.disable()
    warm_up()
    frame = churn_table(arguments.rows)
    for kind in ENDLESS:
        print(f"{kind:<8} {seconds_to_stop(kind, frame):5.1f} s to a usable model (aim: at most 10)", flush=True)


if __name__ == "__main__":
    main()
