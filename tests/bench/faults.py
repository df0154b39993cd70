"""Kills, stops, fills, freezes and reloads at random moments of small runs: what must hold afterwards, counted.

    python tests/bench/faults.py [--trials 200] [--first-seed 0] [--recorded]

After each trial the run is complete, or is taken up again and then complete;
no event is lost or doubled, no half file is read, no process and no lock is
left over, and the model predicts. Aim: no violation. The faults that need a
disk of their own are skipped (and counted as kills) where no tmpfs may be
mounted.

Workers are forked from this process, and leave out MLflow's record; with
`--recorded` they are started as the package starts them, and record.
"""

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "faults"))
from trials import Forked, Started, Trial, usual_seconds


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--recorded", action="store_true", help="workers of their own, which record in MLflow")
    arguments = parser.parse_args()
    # Loaded once, fitted never: a process that has run threads of OpenMP must not be forked.
    import autogluon.tabular  # noqa: F401
    import catboost  # noqa: F401
    import lightgbm  # noqa: F401

    import genie_widgets.evaluate
    import genie_widgets.explain
    import genie_widgets.export  # noqa: F401

    os.environ["PYTHONWARNINGS"] = "ignore"
    workers = Started() if arguments.recorded else Forked()
    usual_s = usual_seconds(workers)
    print(f"undisturbed: {usual_s:.1f} s", flush=True)
    outcomes, violations = Counter(), []
    for number, seed in enumerate(range(arguments.first_seed, arguments.first_seed + arguments.trials), 1):
        trial = Trial(seed, workers, usual_s).run()
        outcomes[f"{trial.fault:<10} {trial.outcome}"] += 1
        violations += trial.violations
        for violation in trial.violations:
            print(violation, flush=True)
        print(f"{number} trials, {len(violations)} violations ({trial.fault}: {trial.outcome})", flush=True)
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:>4}  {outcome}")
    print(f"{arguments.trials} trials, {len(violations)} violations (aim: none)")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
