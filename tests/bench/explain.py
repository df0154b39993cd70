"""Explanations against the explainers people use, on predictors as Genie trains them, in one run.

    python tests/bench/explain.py [--only kernels|train|speed|growth|what-if] [--case NAME ...] [--rows N ...]
        [--models DIR] [--seconds N]

kernels: a copy of the package that was never used, in two processes one after the other.
train: no more than the models.
speed: 100 rows against 100 background rows. Genie's seconds are all of them: reading the
predictor, the gate, the values. shap's KernelExplainer is used as people use it (a DataFrame
rebuilt for `predict_proba`), timed on two rows and extrapolated to 100; its PermutationExplainer
likewise, at the evaluations that bring its error to Genie's, or to 1% of the typical value
where Genie is exact (its error falls with the root of the evaluations; so extrapolated too).
Ratios are of CPU seconds, which compare on a machine that others use, too.
growth: from 1,000 to 100,000 rows, or those of --rows. what-if: a row's answer at 10, 50 and 200 columns.

Aims: 100 times KernelExplainer on tree ensembles, 10 times elsewhere; first picture within 2 s; what-if 150 ms at 50
columns.
"""

import argparse
import compileall
import fcntl
import logging
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import genie_widgets
from genie_widgets.data import read_table
from genie_widgets.explain import compile_kernels, shap_values
from genie_widgets.machine import detect_machine
from genie_widgets.schema import Plan, RunRequest, new_run_id
from genie_widgets.store import RunFolder
from genie_widgets.train import fit, load_model, refit
from genie_widgets.worker.serving import Server

ROWS, BACKGROUND = 100, 100
# Rows explained in one call; every class of four takes its time.
GROWTH = {
    "regression": (1_000, 10_000, 100_000),
    "binary": (1_000, 10_000, 100_000),
    "multiclass": (1_000, 10_000),
}
WORDS = ["good", "bad", "slow", "fast", "price", "nice", "broken", "refund", "thanks", "great", "late", "early", "item"]


def mixed(n=8_000, n_columns=20, seed=0):
    """Numbers with gaps, categories, a date, a text: who leaves?"""
    rng = np.random.default_rng(seed)
    numbers = max(4, n_columns - 6)
    frame = pd.DataFrame({f"n{i}": rng.normal(size=n) for i in range(numbers)})
    frame["n1"] = frame["n1"].where(rng.random(n) > 0.15)
    weight = 1 / np.arange(1, 31)
    frame["city"] = rng.choice([f"city {i}" for i in range(30)], n, p=weight / weight.sum())
    frame["plan"] = rng.choice(["free", "basic", "pro", "team"], n)
    frame["flag"] = rng.choice(["yes", "no"], n)
    frame["when"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D")
    frame["review"] = [" ".join(rng.choice(WORDS, rng.integers(4, 12))) for _ in range(n)]
    frame["items"] = rng.integers(1, 9, n)
    score = (
        frame["n0"]
        + frame["n1"].fillna(-1) * frame["n2"] / 2
        + np.abs(frame["n3"])
        + 1.2 * frame["plan"].isin(["pro", "team"])
        + 0.7 * frame["when"].dt.month.isin([6, 7, 8])
        + 0.9 * frame["review"].str.contains("refund|broken")
        + 0.1 * frame["items"]
        + rng.logistic(size=n) * 0.8
    )
    frame["y"] = np.where(score > score.median(), "churn", "stay")
    return frame


def cover(n=8_000, seed=1):
    """Four classes of twelve columns."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({f"e{i}": rng.normal(size=n) for i in range(9)})
    soil, wild = rng.integers(25, size=n), rng.integers(4, size=n)
    frame["soil"], frame["wild"] = [f"s{i}" for i in soil], [f"w{i}" for i in wild]
    frame["slope"] = rng.integers(0, 60, n)
    scores = np.stack(
        [
            frame["e0"] + frame["e1"] * frame["e2"],
            frame["e3"] - frame["e4"] ** 2 * 0.7,
            frame["e5"] * 2 * (frame["e6"] > 0) + frame["slope"] / 30,
            -frame["e7"] + np.sin(2 * frame["e8"]),
        ],
        axis=1,
    )
    scores += rng.normal(size=(25, 4))[soil] + rng.normal(size=(4, 4))[wild] + rng.gumbel(size=scores.shape) * 0.7
    frame["y"] = np.array(["fir", "pine", "aspen", "willow"])[scores.argmax(axis=1)]
    return frame


def houses(n=10_000, seed=2):
    """A value of eight numbers."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "income": rng.gamma(4, 1, n),
            "age": rng.integers(1, 52, n),
            "rooms": 3 + rng.gamma(4, 0.6, n),
            "beds": 1 + rng.gamma(2, 0.05, n),
            "people": rng.lognormal(7, 0.7, n),
            "occupancy": 1.5 + rng.gamma(3, 0.5, n),
            "north": 32.5 + 9.5 * rng.random(n),
            "west": -124 + 10 * rng.random(n),
        }
    )
    coast = np.exp(-np.abs(frame["west"] + 119 - 0.7 * (36 - frame["north"])) / 1.5)
    frame["y"] = 0.45 * frame["income"] + 1.6 * coast * np.sqrt(frame["income"]) - 0.25 * frame["occupancy"]
    frame["y"] += 0.08 * frame["rooms"] * np.log(frame["income"] + 0.1) + rng.normal(size=n) * 0.35
    return frame


CASES = {
    "binary": (
        lambda: mixed(n_columns=10),
        {"problem_type": "binary", "metric": "log_loss", "positive_class": "churn"},
    ),
    "binary20": (mixed, {"problem_type": "binary", "metric": "log_loss", "positive_class": "churn"}),
    "multiclass": (cover, {"problem_type": "multiclass", "metric": "log_loss"}),
    "regression": (houses, {"problem_type": "regression", "metric": "root_mean_squared_error"}),
    "bagged": (
        lambda: mixed(n=4_000, n_columns=10),
        {
            "problem_type": "binary",
            "metric": "log_loss",
            "positive_class": "churn",
            "quality": "best",
            "time_limit_s": 120,
        },
    ),
}


# Members that are no trees, or stand on others: fitted by AutoGluon alone, a run would mix them with trees.
BY_HAND = {
    "linear": ("binary", {"LR": {}}, {}, "LinearModel"),
    "k-nn": ("binary", {"KNN": {}}, {}, "KNeighbors"),
    "stacked": (
        "binary",
        {"GBM": {"num_boost_round": 100}, "RF": {"n_estimators": 50}},
        {
            "num_bag_folds": 2,
            "num_stack_levels": 1,
            "ag_args_ensemble": {"fold_fitting_strategy": "sequential_local"},
        },
        "LightGBM_BAG_L2",
    ),
    "quantile": ("quantile", {"RF": {"n_estimators": 50}}, {}, "RandomForest"),
}
LEVELS = [0.1, 0.5, 0.9]


def fitted(name, train, path):
    """Fit one kind of member and let it be the one that predicts."""
    from autogluon.features.generators import AutoMLPipelineFeatureGenerator
    from autogluon.tabular import TabularPredictor

    kind, members, more, best = BY_HAND[name]
    own = {"positive_class": "churn"} if kind == "binary" else {"quantile_levels": LEVELS}
    predictor = TabularPredictor("y", problem_type=kind, path=str(path), verbosity=0, **own).fit(
        train,
        hyperparameters=members,
        dynamic_stacking=False,
        feature_generator=AutoMLPipelineFeatureGenerator(
            verbosity=0, text_ngram_params={"vectorizer_strategy": "separate"}
        ),
        **more,
    )
    predictor.set_model_best(best, save_trainer=True)


def trained(name, folder, seconds):
    """Train as a run does, or take the model of an earlier call."""
    if name in BY_HAND:
        frame = houses() if BY_HAND[name][0] == "quantile" else mixed(n_columns=10)
    else:
        make, wanted = CASES[name]
        frame = make()
    cut = len(frame) * 4 // 5
    train, rest = frame.iloc[:cut], frame.iloc[cut:].reset_index(drop=True)
    path = folder / name
    if not (path / "predictor.pkl").exists() and name in BY_HAND:
        fitted(name, train, path)
    elif not (path / "predictor.pkl").exists():
        plan = Plan(**{"target": "y", "time_limit_s": seconds, **wanted})
        fit(train, plan, path=path, time_limit_s=seconds, machine=detect_machine(disk=folder))
    # Not kept in memory yet: what that takes is part of the first explanation.
    return load_model(path), train.drop(columns="y"), rest.drop(columns="y")


def asking(model):
    if model.problem_type == "quantile":
        return (lambda rows: model.predict_quantiles(rows).to_numpy(dtype=float)), len(LEVELS)
    if model.problem_type == "regression":
        return (lambda rows: model.predict(rows).to_numpy(dtype=float)), 1
    if model.problem_type == "binary":
        return (lambda rows: model.predict_proba(rows)[model.positive_class].to_numpy()), 1
    return (lambda rows: model.predict_proba(rows).to_numpy()), len(model.classes)


def timed(step):
    start = time.perf_counter()
    found = step()
    return time.perf_counter() - start, found


def memory():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rms(values):
    return float(np.sqrt((np.asarray(values) ** 2).mean()))


def speed(name, folder, seconds):
    import shap

    model, train, rest = trained(name, folder, seconds)
    rows, background = rest.iloc[:ROWS], train.sample(BACKGROUND, random_state=0)
    predict, n_outputs = asking(model)
    loaded = memory()

    def genie(**more):
        return shap_values(
            predict, rows, background, n_outputs=n_outputs, budget_s=30, ensemble=model.ensemble(background), **more
        )

    pictures = []
    start, cpu = time.perf_counter(), time.process_time()

    def look(known):
        pictures.append(
            (time.perf_counter() - start, time.process_time() - cpu, len(known.phi), rms(known.errors) / rms(known.phi))
        )

    last = genie(on_partial=look)
    look(last)
    first, first_cpu, first_rows, first_error = pictures[0]
    # Once is enough of what takes long.
    took = []
    for _ in range(3 if pictures[-1][0] < 10 else 1):
        cpu = time.process_time()
        seconds_taken, found = timed(genie)
        took.append((seconds_taken, time.process_time() - cpu))
    ours, ours_cpu = (statistics.median(part) for part in zip(*took, strict=True))
    peak = memory() - loaded
    cpu = time.process_time()
    single, _ = timed(
        lambda: shap_values(
            predict, rows.iloc[:1], background, n_outputs=n_outputs, budget_s=30, ensemble=model.ensemble(background)
        )
    )
    single_cpu = time.process_time() - cpu
    typical, error = rms(found.phi), rms(found.errors)
    print(
        f"\n## {name}: {rows.shape[1]} columns, {n_outputs} output(s), {model.best_model}\n"
        f"Genie    {ours:8.2f} s ({ours_cpu:.2f} of CPU)  {found.path}, error {error / typical:.2%} of the typical "
        f"value, sums within {found.additivity_error:.1e}, gate {found.gate_error}, {peak:.0f} MB above the "
        f"predictor on disk\n"
        f"         {found.how}\n"
        f"         first picture {first:.2f} s ({first_cpu:.2f} of CPU; {first_rows} rows, error {first_error:.0%}); "
        f"one row {single:.2f} s ({single_cpu:.2f} of CPU)",
        flush=True,
    )
    dtypes, columns = rows.dtypes, list(rows.columns)

    def rebuilt(cells):
        frame = pd.DataFrame(cells, columns=columns)
        return predict(frame.astype(dtypes.to_dict()))

    logging.getLogger("shap").setLevel(logging.ERROR)
    kernel = shap.KernelExplainer(rebuilt, background)
    times = []
    for place in range(2):
        cpu = time.process_time()
        values = kernel.shap_values(rows.iloc[[place]], silent=True)
        times.append(time.process_time() - cpu)
    theirs = ROWS * statistics.median(times)
    off = rms(np.asarray(values).reshape(len(columns), -1) - found.phi[1])
    print(f"Kernel   {theirs:8.0f} s of CPU (extrapolated), error {off / typical:.2%}; ratio {theirs / ours_cpu:.0f}x")
    codes = {c: pd.factorize(pd.concat([rows, background])[c])[1] for c in columns}

    def encoded(frame):
        return np.column_stack(
            [codes[c].get_indexer(frame[c]) if frame[c].notna().all() else _codes(codes[c], frame[c]) for c in columns]
        ).astype(float)

    def decoded(cells):
        parts = {}
        for place, c in enumerate(columns):
            code = cells[:, place].astype(int)
            parts[c] = pd.Series(codes[c].take(np.maximum(code, 0))).where(code >= 0).astype(dtypes[c])
        return predict(pd.DataFrame(parts))

    walker = shap.PermutationExplainer(decoded, shap.maskers.Independent(encoded(background), max_samples=BACKGROUND))
    evaluations = 8 * (2 * len(columns) + 1)
    cpu = time.process_time()
    values = walker(encoded(rows.iloc[:2]), max_evals=evaluations, silent=True).values
    seconds_taken = time.process_time() - cpu
    off = rms(values.reshape(2, len(columns), -1) - found.phi[:2])
    wanted = max(error, 0.01 * typical)
    at_equal = ROWS / 2 * seconds_taken * max(1.0, (off / wanted) ** 2)
    at_equal = max(at_equal, ROWS / 2 * seconds_taken / 8)
    print(
        f"Permut.  {at_equal:8.0f} s of CPU (extrapolated from {evaluations} evaluations with error "
        f"{off / typical:.2%}, to {wanted / typical:.2%}); ratio {at_equal / ours_cpu:.0f}x",
        flush=True,
    )


def _codes(known, column):
    return np.where(column.isna(), -1, known.get_indexer(column))


def growth(name, folder, seconds, sizes):
    model, train, rest = trained(name, folder, seconds)
    background = train.sample(BACKGROUND, random_state=0)
    predict, n_outputs = asking(model)
    ensemble = model.ensemble(background)
    print(f"\n## growth, {name}")
    for n in sizes:
        rows = rest.sample(n, replace=True, random_state=0).reset_index(drop=True)
        cpu = time.process_time()
        took, found = timed(
            lambda rows=rows: shap_values(
                predict, rows, background, n_outputs=n_outputs, budget_s=7_200, ensemble=ensemble
            )
        )
        cpu, done = time.process_time() - cpu, len(found.phi)
        kept = (found.phi.nbytes + found.errors.nbytes + rows.memory_usage(deep=True).sum()) / 2**20
        print(
            f"{n:7,} rows asked, {done:7,} done in {took:6.1f} s and {cpu:6.1f} s of CPU: {1e3 * cpu / done:.2f} ms of "
            f"CPU a row, {found.path}, peak {memory():.0f} MB, of which rows and values {kept:.0f} MB",
            flush=True,
        )


def served(n_columns, kept, seconds, name=""):
    """A run whose model answers, trained now or in an earlier call; of a kind of `BY_HAND`, or as a run trains it."""
    workspace = kept / f"what-if-{name}{'-' if name else ''}{n_columns}"
    done = next((workspace / "runs").glob("*/predictor/predictor.pkl"), None)
    if done is not None:
        folder = RunFolder(done.parent.parent)
        return Server(folder, load_model(folder.predictor_path))
    table = read_table(mixed(n=3_000, n_columns=n_columns), name="churn")
    folder = RunFolder.create(workspace, new_run_id())
    table.frame.to_parquet(folder.table_path)
    plan = Plan(
        target="y", problem_type="binary", metric="log_loss", positive_class="churn", time_limit_s=max(10, seconds)
    )
    folder.write_request(
        RunRequest(run_id=folder.run_id, prompt="", plan=plan, profile=table.profile, created_at=time.time())
    )
    if name:
        fitted(name, table.frame, folder.predictor_path)
        return Server(folder, load_model(folder.predictor_path))
    machine = detect_machine(disk=folder.path)
    return Server(folder, fit(table.frame, plan, path=folder.predictor_path, time_limit_s=seconds, machine=machine))


def delivered(server, n_columns, kept):
    """The same model trained once more on all rows, as it is taken away, now or in an earlier call; maybe None."""
    path, scratch = kept / f"what-if-{n_columns}" / "delivered", kept / f"what-if-{n_columns}" / "refit"
    if not path.exists():
        machine = detect_machine(disk=kept)
        extra = mixed(n=3_300, n_columns=n_columns).tail(300)
        whole = refit(server._loaded, extra, path=scratch, time_limit_s=300, machine=machine)
        if whole is None:
            return None
        whole.save_slim(path)
        shutil.rmtree(scratch)
    return Server(server._folder, load_model(path))


def what_if(n_columns, kept, seconds, name=""):
    """A row's answer as the panel gets it: prediction, probabilities, values and cautions; and what flips it."""
    scored = served(n_columns, kept, seconds, name)
    row = mixed(n=3_000, n_columns=n_columns).drop(columns=["y", "when"]).iloc[5]
    cells = {k: (v if isinstance(v, str) else float(v)) for k, v in row.items()}
    cells["when"] = "2024-05-01"
    answering = [(name, scored)] if name else [("scored", scored), ("delivered", delivered(scored, n_columns, kept))]
    for which, server in answering:
        if server is None:
            continue
        times, of_cpu = [], []
        for place in range(16):
            cells["n0"] = place / 4 - 2
            cpu = time.process_time()
            took, answer = timed(lambda: server.answer({"id": 1, "op": "what_if", "cells": cells, "budget_s": 0.4}))  # noqa: B023
            assert answer["ok"], answer
            times.append(took)
            of_cpu.append(time.process_time() - cpu)
        flipping, flip = timed(lambda: server.answer({"id": 2, "op": "flip", "cells": cells}))  # noqa: B023
        assert flip["ok"], flip
        said = answer["value"]["explanation"]
        needed = sorted(server._loaded.predictor._trainer.get_minimum_model_set(server._loaded.best_model))
        print(
            f"what-if at {len(cells)} columns, {which}: first {1e3 * times[0]:.0f} ms, then median "
            f"{1e3 * statistics.median(times[1:]):.0f} ms ({1e3 * statistics.median(of_cpu[1:]):.0f} of CPU), longest "
            f"{1e3 * max(times[1:]):.0f} ms; {said['path']}, {needed}; what flips the answer {flipping:.1f} s: "
            f"{flip['value']['changes']}",
            flush=True,
        )


def what_ifs(kept, seconds):
    """As a run trains them, and two that cannot be taken apart."""
    for name in ("", "stacked", "k-nn"):
        for n_columns in (10, 50, 200):
            what_if(n_columns, kept, seconds, name)


COMPILE = """
import time
from genie_widgets.explain import compile_kernels
start = time.perf_counter()
compile_kernels().join()
print(f"{time.perf_counter() - start:.1f} s", end="")
"""
JOURNEY = """
import sys, time
from pathlib import Path
from genie_widgets.schema import Finished, ResultUpdated, Settings, StageChanged
from genie_widgets.session import Session
sys.path.insert(0, sys.argv[1])
from explain import mixed
seconds, looking, typing = sys.argv[2:]
session = Session(Settings(workspace=Path("workspace")))
session.get_ready()
time.sleep(float(looking))
session.load_table(mixed(n=5_000, n_columns=10), name="churn")
session.wait_idle(600)
time.sleep(float(typing))
session.set_prompt(f"predict y, {seconds} seconds")
session.make_plan()
session.wait_idle(600)
session.confirm()
session.wait_idle(600)
result = session.run.wait()
stages, parts = {}, []
for event in session.run.events():
    if isinstance(event, StageChanged):
        stages[event.stage] = event.time
    if isinstance(event, ResultUpdated) and event.part == "explanation":
        parts.append(event.time)
    if isinstance(event, Finished):
        total = event.time - session.run.request.created_at
found = result.explanation
print(f"{total:.1f} s, training {stages['scoring'] - stages['training']:.1f} s; "
      f"of the explanation the first picture after {parts[0] - stages['explaining']:.1f} s, "
      f"the last word after {parts[-1] - stages['explaining']:.1f} s: {found.path}, gate {found.gate_error}", end="")
session.close()
"""
# Seconds given; those in which a person looks for a table, before an open panel; and types, between table and plan.
JOURNEYS = ((15, 5, 10), (30, 5, 10), (15, 0, 0), (30, 0, 0))


def kernels():
    """The first process that ever uses a copy of the package, and the second."""
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(
            Path(genie_widgets.__file__).parent,
            Path(copy) / "genie_widgets",
            ignore=shutil.ignore_patterns("__pycache__", "node_modules"),
        )
        # Python's own files are those of any installed package.
        compileall.compile_dir(f"{copy}/genie_widgets", quiet=1)
        _first_and_second(copy, "kernels", COMPILE)
        for seconds, looking, typing in JOURNEYS:
            what = f"a run of {seconds} s, a table after {looking} s, a plan {typing} s later"
            _first_and_second(copy, what, JOURNEY, seconds, looking, typing)


def _first_and_second(copy, what, code, *arguments):
    kept_in = Path(copy) / "genie_widgets" / "explain" / "__pycache__"
    for which in ("first", "second"):
        if which == "first":
            for kept in kept_in.glob("*.nb*"):
                kept.unlink()
        said = subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).resolve().parent), *map(str, arguments)],
            env={**os.environ, "PYTHONPATH": copy},
            cwd=copy,  # "-c" looks there first
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"{what}, {which} process on a fresh copy: {said.stdout or said.stderr[-2000:]}", flush=True)
    # What still compiles would leave its code to the next.
    with (kept_in / "compiling.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["kernels", "train", "speed", "growth", "what-if"])
    parser.add_argument("--case", nargs="*", default=[*CASES, *BY_HAND])
    parser.add_argument("--rows", type=int, nargs="*", help="of growth")
    parser.add_argument("--models", type=Path, help="keep the models here, and use those that are there")
    parser.add_argument("--seconds", type=int, default=60, help="of training, for each case")
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    took, _ = timed(lambda: compile_kernels().join())
    print(f"kernels ready in {took:.1f} s (compiled if this machine has not run them before, else read from disk)")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.models or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        if arguments.only in (None, "kernels"):
            kernels()
        if arguments.only == "train":
            for name in arguments.case:
                trained(name, folder, arguments.seconds)
            for n_columns in (10, 50, 200):
                served(n_columns, folder, min(arguments.seconds, 40))
        if arguments.only in (None, "speed"):
            for name in arguments.case:
                speed(name, folder, arguments.seconds)
        if arguments.only in (None, "growth"):
            for name, sizes in GROWTH.items():
                if name in arguments.case:
                    growth(name, folder, arguments.seconds, arguments.rows or sizes)
        if arguments.only in (None, "what-if"):
            what_ifs(folder, min(arguments.seconds, 40))


if __name__ == "__main__":
    main()
