"""Which rows a run learns from: as many as fit, said so, and the same when it is taken up again."""

import time

import numpy as np
import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.machine import Machine
from genie_widgets.schema import SplitMade, Warned
from genie_widgets.worker import allotment
from genie_widgets.worker.budget import plan_budget
from genie_widgets.worker.pipeline import Run, set_apart

GIB = 2**30


@pytest.fixture(scope="module")
def large():
    n = 60_000
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.normal(size=n), "b": rng.normal(size=n), "y": rng.choice(["no", "yes"], n)})
    return read_table(frame, name="large")


@pytest.fixture
def machine(monkeypatch):
    """Make this machine another."""

    def use(**changes):
        fields = {"cores": 2, "memory_bytes": 8 * GIB, "available_memory_bytes": 8 * GIB, "free_disk_bytes": GIB}
        made = Machine(**{**fields, **changes})
        monkeypatch.setattr(allotment, "detect_machine", lambda **_where: made)

    return use


def run_of(folder, seconds):
    return Run(folder, folder.read_request(), plan_budget(time.time(), seconds, 60_000))


def told(folder):
    return [event.problem for event in folder.events() if isinstance(event, Warned)]


def test_a_table_that_fits_is_learned_from_whole(make_folder, large, machine):
    machine()
    folder = make_folder(large, target="y", problem_type="binary", metric="roc_auc")
    split = set_apart(run_of(folder, 60))
    assert len(split.train) + len(split.holdout) == 60_000
    assert told(folder) == []


def test_with_little_memory_a_part_is_taken_and_a_run_taken_up_again_keeps_it(make_folder, large, machine):
    machine(available_memory_bytes=4 * 2**20)
    folder = make_folder(large, target="y", problem_type="binary", metric="roc_auc")
    split = set_apart(run_of(folder, 60))
    assert len(split.train) < 54_000
    assert [problem.code for problem in told(folder)] == ["sampled"]
    assert f"{len(split.train):,} of" in told(folder)[0].title
    machine()
    again = set_apart(run_of(folder, 600))
    pd.testing.assert_frame_equal(again.train, split.train)
    pd.testing.assert_frame_equal(again.holdout, split.holdout)
    assert {event.n_train for event in folder.events() if isinstance(event, SplitMade)} == {len(split.train)}


def test_too_few_seconds_say_how_many_would_do(make_folder, large, machine):
    machine(cores=1, pressure=0.9)
    folder = make_folder(large, target="y", problem_type="binary", metric="roc_auc")
    set_apart(run_of(folder, 0.5))
    codes = {problem.code: problem for problem in told(folder)}
    assert set(codes) == {"sampled", "machine-busy"}
    assert "seconds would use all of them" in codes["sampled"].remedy


def test_more_seconds_than_were_given_are_advised_even_if_most_were_lost_before(make_folder, large, machine):
    machine()
    folder = make_folder(large, target="y", problem_type="binary", metric="roc_auc")
    run = Run(folder, folder.read_request(), plan_budget(time.time() - 29.9, 30, 60_000))
    set_apart(run)
    advised = next(problem.remedy for problem in told(folder) if problem.code == "sampled")
    assert int(advised.split("about ")[1].split()[0].replace(",", "")) >= 40


def test_rows_that_the_plan_leaves_out_are_in_no_part(make_folder, machine):
    machine()
    rng = np.random.default_rng(0)
    classes = rng.choice(["a", "b", "c"], 300)
    frame = pd.DataFrame({"id": range(300), "x": rng.normal(size=300), "y": classes})
    frame.loc[:3, "y"] = "rare"
    twice = pd.concat([frame, frame.tail(20)], ignore_index=True)
    folder = make_folder(
        read_table(twice, name="twice"),
        target="y",
        problem_type="multiclass",
        metric="accuracy",
        ignore=("id",),  # not learned from, but rows that differ in it are no repeats
        rows_left_out=("repeated", "rare classes"),
    )
    split = set_apart(run_of(folder, 60))
    assert sorted([*split.train.index, *split.holdout.index]) == list(range(4, 300))


def test_a_file_larger_than_the_memory_keeps_its_classes_from_reading_to_learning(make_folder, machine, tmp_path):
    machine(available_memory_bytes=2**20)
    rng = np.random.default_rng(0)
    rare = rng.random(60_000) < 0.005
    path = tmp_path / "large.csv"
    pd.DataFrame({"x": rng.normal(size=60_000), "y": np.where(rare, "rare", "common")}).to_csv(path, index=False)
    table = read_table(path, budget_bytes=path.stat().st_size)
    assert table.profile.n_rows_in_file == 60_000
    assert 20_000 < len(table.frame) < 40_000
    n_rare = (table.frame["y"] == "rare").sum()
    assert n_rare == pytest.approx(rare.sum() / 2, rel=0.25)
    folder = make_folder(table, target="y", problem_type="binary", metric="roc_auc")
    split = set_apart(run_of(folder, 600))
    assert [problem.code for problem in told(folder)] == ["sampled"]
    assert len(split.train) < len(table.frame) / 2
    # Each class has its share of the rows to score, and the rare one enough of the few to learn from.
    assert (split.holdout["y"] == "rare").mean() == pytest.approx(n_rare / len(table.frame), rel=0.05)
