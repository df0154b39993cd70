"""Is the score right, and its interval? Holdout against out-of-fold, on tables of known truth; and AutoGluon's own way.

    python tests/bench/honest_score.py                        # coverage and bias on made tables, quick models
    python tests/bench/honest_score.py --bagged --seeds 12    # how much too good AutoGluon's own out-of-fold score is

The truth of a model is its score on 5,000 further rows of the same kind. *covers*: the share of seeds in which the 95%
interval holds the truth of the model that is taken away, which was trained on all rows; *scored*: that of the models
that were scored (for folds their mean). *bias*: mean score less the mean truth of the model that is taken away.
"""

import argparse
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from genie_widgets.evaluate import folds_of, rows_of, scored_table, split
from genie_widgets.evaluate.intervals import LeftOut, interval
from genie_widgets.evaluate.metrics import metric_scale, metric_value, weighted_metric
from genie_widgets.evaluate.scored import OUT_OF_FOLD
from genie_widgets.schema import Plan

TRUTH_ROWS = 5_000
PLANS = {
    "classes": (Plan(target="y", problem_type="binary", metric="roc_auc", positive_class="1"), ("roc_auc", "accuracy")),
    "rare": (Plan(target="y", problem_type="binary", metric="roc_auc", positive_class="1"), ("roc_auc", "accuracy")),
    "numbers": (Plan(target="y", problem_type="regression", metric="r2"), ("r2", "root_mean_squared_error")),
}
SIZES = (120, 344)


def table(kind, n, rng):
    """Make rows with three columns that count and three that do not."""
    x = rng.normal(size=(n, 6))
    line = x[:, 0] + np.where(x[:, 1] > 0, x[:, 2], -0.5)
    if kind == "numbers":
        y = line + rng.normal(size=n)
    elif kind == "noise":
        y = rng.integers(2, size=n)
    else:
        y = (rng.random(n) < 1 / (1 + np.exp(3.0 * (kind == "rare") - 1.5 * line))).astype(int)
    return pd.DataFrame(x, columns=list("abcdef")).assign(y=y)


class Quick:
    """A forest and a line, averaged: a recipe of a few milliseconds."""

    def __init__(self, rows, kind, seed):
        from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
        from sklearn.linear_model import LinearRegression, LogisticRegression

        forest = RandomForestRegressor if kind == "numbers" else RandomForestClassifier
        line = LinearRegression() if kind == "numbers" else LogisticRegression()
        models = (forest(n_estimators=30, min_samples_leaf=3, random_state=seed), line)
        self._numbers = kind == "numbers"
        self._models = [model.fit(rows.drop(columns="y").to_numpy(), rows["y"]) for model in models]

    def answers(self, rows):
        x = rows.drop(columns="y").to_numpy()
        if self._numbers:
            return np.mean([model.predict(x) for model in self._models], axis=0)
        return np.mean([model.predict_proba(x)[:, 1] for model in self._models], axis=0)


def scores(rows, answers, plan, names, *, seed, bounds=True, wider=1.0):
    """Give each metric's value and interval, as Genie computes them."""
    if plan.problem_type == "regression":
        scored, classes = scored_table(rows["y"], plan=plan, predictions=answers), ()
    else:
        chances = pd.DataFrame({"0": 1 - answers, "1": answers}, index=rows.index)
        labels = (answers >= 0.5).astype(int)
        scored, classes = scored_table(rows["y"], plan=plan, predictions=labels, probabilities=chances), ("0", "1")
    prepared, _ = rows_of(scored, plan, classes)
    values = {name: metric_value(name, prepared) for name in names}
    found = {}
    if bounds:
        left_out = LeftOut(len(rows), seed=seed, widened=wider)
        for name in names:
            if values[name] is not None:
                found[name] = interval(weighted_metric(name, prepared), metric_scale(name, prepared), left_out)
    return {name: (values[name], *(found.get(name) or (None, None))) for name in names}


def trial(kind, n, seed):
    """Score one table both ways; give value, interval and truths by way and metric."""
    plan, names = PLANS[kind]
    rng = np.random.default_rng(seed)
    rows, fresh = table(kind, n, rng), table(kind, TRUTH_ROWS, rng)
    parts = split(rows, plan, seed=seed)
    whole = Quick(rows, kind, seed)
    truth = scores(fresh, whole.answers(fresh), plan, names, seed=seed, bounds=False)
    first = Quick(parts.train, kind, seed)
    held = scores(parts.holdout, first.answers(parts.holdout), plan, names, seed=seed)
    of_first = scores(fresh, first.answers(fresh), plan, names, seed=seed, bounds=False)
    folds = folds_of(parts, plan, seed=seed)
    answers, truths = pd.Series(0.0, index=rows.index), []
    for learn, out in folds:
        model = Quick(learn, kind, seed)
        answers.loc[out.index] = model.answers(out)
        truths.append(scores(fresh, model.answers(fresh), plan, names, seed=seed, bounds=False))
    scored = pd.concat([out for _, out in folds])
    pooled = scores(scored, answers.loc[scored.index].to_numpy(), plan, names, seed=seed, wider=OUT_OF_FOLD)
    return [
        {"way": way, "metric": name, "value": got[name][0], "low": got[name][1], "high": got[name][2],
         "truth": truth[name][0], "own": own(name), "folds": len(folds)}
        for way, got, own in (
            ("holdout", held, lambda name: of_first[name][0]),
            ("out of fold", pooled, lambda name: float(np.mean([one[name][0] for one in truths]))),
        )
        for name in names
    ]  # fmt: skip


def coverage(seeds, kinds):
    """Print coverage, bias, error and width of both ways."""
    heads = ("covers", "scored", "bias", "error", "width")
    print(f"{'table':<8}{'rows':>5} {'metric':<24}{'way':<13}" + "".join(f"{head:>9}" for head in heads))
    for kind in kinds:
        for n in SIZES:
            found = pd.DataFrame([row for seed in range(seeds) for row in trial(kind, n, seed)])
            for (metric, way), of in found.groupby(["metric", "way"], sort=False):
                told = of.dropna(subset=["low", "value"])
                covers = told["truth"].between(told["low"], told["high"]).mean()
                scored = told["own"].between(told["low"], told["high"]).mean()
                bias, error = (told["value"] - told["truth"]).mean(), (told["value"] - told["truth"]).abs().mean()
                width = (told["high"] - told["low"]).mean()
                where = f"{kind:<8}{n:>5} {metric:<24}{way:<13}"
                print(f"{where}{covers:>9.0%}{scored:>9.0%}{bias:>+9.4f}{error:>9.4f}{width:>9.4f}", flush=True)


def bagged(seeds, n=150, n_held=50):
    """Print how far the out-of-fold score of Genie's bags, and that of rows kept apart, lie from the truth."""
    import logging

    from autogluon.tabular import TabularPredictor

    from genie_widgets.train.portfolio import Room, portfolio

    logging.disable(logging.WARNING)
    for kind in ("classes", "numbers", "noise"):
        plan = PLANS["numbers" if kind == "numbers" else "classes"][0]
        metric = "root_mean_squared_error" if kind == "numbers" else plan.metric
        room = Room(n, 6, 1, 20.0, 1, is_number=kind == "numbers")
        gaps = []
        for seed in range(seeds):
            rng = np.random.default_rng([seed, 7])
            rows, fresh = table(kind, n + n_held, rng), table(kind, TRUTH_ROWS, rng)
            learn, held = rows.iloc[:n], rows.iloc[n:]
            with TemporaryDirectory() as folder:
                path = str(Path(folder, "p"))
                predictor = TabularPredictor(
                    "y", problem_type=plan.problem_type, eval_metric=metric, path=path, verbosity=0
                )
                predictor.fit(learn, time_limit=60, dynamic_stacking=False, num_cpus=1, **portfolio(plan, room))
                scores = predictor.leaderboard(display=False).set_index("model")["score_val"]
                singles = scores[[name for name in scores.index if not name.startswith("Weighted")]]
                best, single = predictor.model_best, singles.idxmax()
                truth = predictor.evaluate(fresh, silent=True)[metric]
                gaps.append(
                    {
                        "out of fold": scores[best] - truth,
                        "kept apart": predictor.evaluate(held, silent=True)[metric] - truth,
                        "best single": scores[single] - predictor.evaluate(fresh, model=single, silent=True)[metric],
                    }
                )
        told = pd.DataFrame(gaps)
        for way in told:
            # AutoGluon turns errors round: above zero, the score is too good.
            error = told[way].std() / np.sqrt(len(told))
            print(f"{kind:<10}{metric:<26}{way:<14}{told[way].mean():+9.4f} ± {error:.4f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--only", nargs="+", choices=PLANS, default=list(PLANS))
    parser.add_argument("--bagged", action="store_true")
    arguments = parser.parse_args()
    started = time.process_time()
    if arguments.bagged:
        bagged(arguments.seeds)
    else:
        coverage(arguments.seeds, arguments.only)
    print(f"{time.process_time() - started:.0f} s of CPU, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
