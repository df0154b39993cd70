"""How often the error bars of sampled SHAP values hold, at several numbers of walks, in games small enough to solve.

    python tests/bench/error_bars.py [--seeds 40]

Each line: of all errors (rows x columns x seeds) the share within 0.67, 1.28 and 2 standard errors, which should be
50, 80 and 95%, and the typical standard error against the typical error, which should be about 1.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parents[1] / "explain"))
from games import smooth, steps

from genie_widgets.explain import predicting, sampling, shap_values
from genie_widgets.explain.meter import Meter

ROWS = 4
BARS = (0.6745, 1.2816, 2.0)


def rare(frame):
    """Three columns matter together or not at all."""
    cells = frame.to_numpy()
    return (cells[:, :3] > [0.5, 0.0, -0.8]).all(axis=1) + 0.3 * (cells[:, 3] > 0) * (cells[:, 4] > 0)


def measure(predict, n_columns, n_background, n_pairs, seeds):
    frame = pd.DataFrame(np.random.default_rng(1).normal(size=(ROWS + n_background, n_columns)).round(2))
    rows, background = frame.iloc[:ROWS], frame.iloc[ROWS:]
    keep = {"n_outputs": 1, "budget_s": 600, "good_enough": 0.0}
    is_affordable, batch_rows, walk_pairs = predicting.exact_is_affordable, Meter.batch_rows, sampling.walk_pairs
    predicting.exact_is_affordable = lambda *_: True
    truth = shap_values(predict, rows, background, **keep)
    assert truth.path == "exact"
    done = []

    def counted(game, of_rows, *rest):
        done.append(len(of_rows))
        return walk_pairs(game, of_rows, *rest)

    predicting.exact_is_affordable = lambda *_: False
    Meter.batch_rows = lambda *_, **__: ROWS * 2 * (n_columns - 1)  # a round of all rows at a time
    sampling.walk_pairs = counted
    off, bars = [], []
    for seed in range(seeds):
        done.clear()
        found = shap_values(
            predict, rows, background, seed=seed, should_stop=lambda: sum(done) >= ROWS * n_pairs, **keep
        )
        off.append(np.abs(found.phi - truth.phi))
        bars.append(found.errors)
    predicting.exact_is_affordable, Meter.batch_rows, sampling.walk_pairs = is_affordable, batch_rows, walk_pairs
    off, bars = np.array(off), np.array(bars)
    shares = " ".join(f"{(off <= bar * bars + 1e-9).mean():6.1%}" for bar in BARS)
    print(
        f"{predict.__name__:7s}{n_columns:3d} columns, {n_background:3d} background rows, {n_pairs:3d} pairs of walks "
        f"a row: {shares}; said / true {np.sqrt((bars**2).mean() / max(1e-300, (off**2).mean())):.2f}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=40)
    seeds = parser.parse_args().seeds
    for predict in (smooth, steps, rare):
        for n_columns, n_background, n_pairs in (
            (5, 8, (8, 16, 48)),
            (8, 25, (5, 25, 50, 100)),
            (12, 100, (25, 100, 200)),
        ):
            for pairs in n_pairs:
                measure(predict, n_columns, n_background, pairs, seeds)


if __name__ == "__main__":
    main()
