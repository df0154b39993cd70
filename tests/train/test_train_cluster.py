"""What of a cluster a model's folds get, and waits that can be interrupted; real nodes are in tests/cluster."""

import os
from dataclasses import replace

import pytest

from genie_widgets.machine import Machine
from genie_widgets.schema import Plan
from genie_widgets.train import bytes_for, cores_for
from genie_widgets.train.autogluon_fit import _arguments, memory_limit
from genie_widgets.train.cluster import InterruptibleRay, Nodes, _environment, _replaced
from genie_widgets.train.interrupt import FitInterruptedError
from genie_widgets.train.needs import is_spread, useful_cores
from genie_widgets.train.portfolio import Room, portfolio, spread_out

GIB = 2**30


def plan_of(quality="best", seconds=300):
    return Plan(target="y", problem_type="binary", metric="roc_auc", quality=quality, time_limit_s=seconds)


class Ray:
    """Ray's waits: `answers` are what they come back with, one after the other."""

    def __init__(self, *answers):
        self.answers, self.cancelled, self.options = list(answers), [], {}

    def wait(self, refs, *, num_returns, timeout):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return [ref for ref in refs if ref in answer], [ref for ref in refs if ref not in answer]

    def cancel(self, ref, *, force):
        assert force
        self.cancelled.append(ref)
        raise RuntimeError("it has ended by itself")

    def remote(self, **options):
        self.options = options
        return lambda function: function

    def put(self, value):
        return value


@pytest.mark.parametrize(
    ("nodes", "useful", "cores"),
    [
        (Nodes(cores=3, memory_bytes=1, largest=2), 2, 3),
        (Nodes(cores=100, memory_bytes=1, largest=16), 2, 10),
        (Nodes(cores=100, memory_bytes=1, largest=16), 8, 40),
        # Ray would wait for ever for a fold that no node can take.
        (Nodes(cores=100, memory_bytes=1, largest=4), 8, 20),
        (Nodes(cores=1, memory_bytes=1, largest=1), 8, 1),
    ],
)
def test_no_fold_gets_more_than_it_can_use_or_than_a_node_has(nodes, useful, cores):
    assert nodes.for_folds(5, useful) == cores


@pytest.mark.parametrize(("cells", "cores"), [(10, 2), (1_000_000, 2), (1_000_001, 4), (10_000_001, 8)])
def test_larger_tables_make_use_of_more_cores(cells, cores):
    assert useful_cores(cells) == cores
    assert cores_for(plan_of("balanced"), cells) == cores
    assert cores_for(plan_of(), cells) == cores // 2
    assert bytes_for(cells) >= GIB


def test_only_what_has_folds_is_spread():
    assert is_spread(plan_of())
    assert not is_spread(plan_of("balanced"))
    assert not is_spread(plan_of().model_copy(update={"problem_type": "quantile"}))


def test_a_portfolio_that_is_spread_has_the_same_models_and_forests_stay_where_the_worker_is():
    room = Room(n_rows=2_000, n_columns=9, n_outputs=1, seconds=300.0, threads=3)
    here = portfolio(plan_of(), room)
    there = spread_out(here, own_cores=3)
    assert there["ag_args_ensemble"] == {"fold_fitting_strategy": "parallel_distributed"}
    assert set(there["hyperparameters"]) == set(here["hyperparameters"])
    assert all(one["ag_args_fit"] == {"num_cpus": 3} for kind in ("RF", "XT") for one in there["hyperparameters"][kind])
    assert "'ag_args_fit': {'num_cpus': 3}" not in str(here), "the plan's own portfolio is as it was"
    assert there["num_bag_folds"] == here["num_bag_folds"]


def test_folds_have_the_cores_of_all_nodes_and_all_else_those_of_the_worker():
    nodes = Nodes(cores=12, memory_bytes=9 * GIB, largest=4)
    room = Room(n_rows=2_000, n_columns=9, n_outputs=1, seconds=300.0, threads=1)
    assert _arguments(room, plan_of(), nodes)["num_cpus"] == 10
    assert _arguments(room, plan_of(), None)["num_cpus"] == 1
    # Too few seconds for folds: whole models, where the worker is.
    hurried = replace(room, seconds=2.0)
    there = _arguments(hurried, plan_of(), nodes)
    assert there["num_cpus"] == 1
    assert "num_bag_folds" not in there


def test_memory_is_planned_over_all_nodes_where_the_folds_are():
    machine = Machine(2, 4 * GIB, 2 * GIB, GIB)
    assert memory_limit(machine) == pytest.approx(1.6)
    assert memory_limit(machine, Nodes(cores=4, memory_bytes=10 * GIB, largest=2)) == pytest.approx(8.0)


def test_a_wait_for_folds_comes_back_to_python_until_one_is_done():
    ray = Ray([], [], ["b"])
    assert InterruptibleRay(ray).wait(["a", "b"], num_returns=1) == (["b"], ["a"])
    assert ray.answers == []
    assert ray.cancelled == []


def test_an_interrupted_wait_ends_the_folds_that_it_waited_for():
    ray = Ray([], FitInterruptedError())
    with pytest.raises(FitInterruptedError):
        InterruptibleRay(ray).wait(["a", "b"], num_returns=1)
    assert ray.cancelled == ["a", "b"]


def test_processes_of_folds_are_used_again_and_everything_else_is_rays_own():
    ray = Ray()
    InterruptibleRay(ray).remote(max_calls=1, max_retries=3)
    assert ray.options["max_calls"] > 1
    assert ray.options["max_retries"] == 3, "a fold of a node that is lost is fitted on another"
    assert InterruptibleRay(ray).put(7) == 7


def test_what_was_set_for_the_cluster_is_taken_back(monkeypatch):
    class Owner:
        there = 1

    monkeypatch.setenv("GENIE_TEST_THERE", "before")
    monkeypatch.delenv("GENIE_TEST_ABSENT", raising=False)
    wanted = {"GENIE_TEST_THERE": "now", "GENIE_TEST_ABSENT": "now"}
    with _environment(wanted), _replaced(Owner, "there", 2), _replaced(Owner, "new", 3):
        assert {name: os.environ[name] for name in wanted} == wanted
        assert (Owner.there, Owner.new) == (2, 3)
    assert os.environ["GENIE_TEST_THERE"] == "before"
    assert "GENIE_TEST_ABSENT" not in os.environ
    assert Owner.there == 1
    assert not hasattr(Owner, "new")
