"""Folds on the nodes of a Ray cluster: AutoGluon's distributed mode, with what it lacks to keep a run's word."""

from __future__ import annotations

import contextlib
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem, nodes_lack_workspace

# So often a wait for folds comes back to Python, where it can be interrupted.
GLANCE_S = 0.2
# A process on a node imports AutoGluon once for so many folds; AutoGluon's own way is a new one for each.
FOLDS_A_PROCESS = 50
# A node that starts no process within this has other troubles, and is used or not as Ray thinks.
LOOK_S = 10.0
_MODE = {"AG_DISTRIBUTED_MODE": "True", "AG_DISTRIBUTED_FILESYSTEM": "NFS"}


@dataclass(frozen=True)
class Nodes:
    """What the nodes offer to a model's folds.

    Attributes
    ----------
    cores : int
        Of all nodes, less those that the worker itself has.
    memory_bytes : int
        Of all nodes.
    largest : int
        The most that a single fold can get.
    """

    cores: int
    memory_bytes: int
    largest: int

    def for_folds(self, folds: int, useful: int) -> int:
        """Give the cores for all folds of a model: none asks for more than it can use, or than a node has."""
        return max(1, min(self.cores, folds * min(useful, self.largest)))


@contextmanager
def spread(path: Path, own_cores: int) -> Iterator[Nodes]:
    """Have the folds of AutoGluon's models fitted on all nodes while the body runs.

    Parameters
    ----------
    path : Path
        Where the models are saved: every node must see it.
    own_cores : int
        What the worker was given.

    Raises
    ------
    GenieError
        If a node does not see the folder.
    """
    import ray
    from autogluon.common.utils.resource_utils import RayResourceManager
    from autogluon.core.models.ensemble import fold_fitting_strategy

    if not ray.is_initialized():
        ray.init(address="auto", log_to_driver=False, logging_level="ERROR")
    path.mkdir(parents=True, exist_ok=True)
    living = [node for node in ray.nodes() if node["Alive"]]
    _refuse_blind(ray, path, living)
    own = ray.get_runtime_context().get_node_id()
    offers = [int(node["Resources"].get("CPU", 0)) - own_cores * (node["NodeID"] == own) for node in living]
    with contextlib.ExitStack() as stack:
        stack.enter_context(_environment(_MODE))
        # Missing in AutoGluon 1.6.3, and asked for before each fit.
        stack.enter_context(_replaced(RayResourceManager, "get_gpu_count_torch", staticmethod(lambda **_asked: 0)))
        stack.enter_context(_replaced(fold_fitting_strategy, "try_import_ray", lambda: InterruptibleRay(ray)))
        yield Nodes(
            cores=max(1, sum(max(0, offer) for offer in offers)),
            memory_bytes=sum(int(node["Resources"].get("memory", 0)) for node in living),
            largest=max(1, *offers),
        )


class InterruptibleRay:
    """Ray as AutoGluon uses it, with waits that can be interrupted: the folds that were waited for are then ended.

    Parameters
    ----------
    ray : module
        The real one.
    """

    def __init__(self, ray: Any) -> None:
        self._ray = ray

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ray, name)

    def remote(self, **options: Any) -> Any:
        """Make a function remote; its processes stay for the next fold, as none of them holds a GPU."""
        return self._ray.remote(**{**options, "max_calls": FOLDS_A_PROCESS})

    def wait(self, refs: list[Any], *, num_returns: int = 1) -> tuple[list[Any], list[Any]]:
        """Wait as Ray does, in glances; whatever ends the wait ends the folds."""
        try:
            while True:
                done, undone = self._ray.wait(refs, num_returns=num_returns, timeout=GLANCE_S)
                if len(done) >= num_returns:
                    return done, undone
        except BaseException:
            for ref in refs:
                with contextlib.suppress(Exception):
                    self._ray.cancel(ref, force=True)
            raise


def _refuse_blind(ray: Any, path: Path, living: list[dict[str, Any]]) -> None:
    """Find the nodes that do not see a folder, before AutoGluon finds them in words that help nobody."""
    here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
    look = ray.remote(num_cpus=0, max_retries=0)(_sees)
    asked = {
        look.options(scheduling_strategy=here(node_id=node["NodeID"], soft=False)).remote(str(path)): node
        for node in living
    }
    done, _ = ray.wait(list(asked), num_returns=len(asked), timeout=LOOK_S)
    for ref in done:
        with contextlib.suppress(ray.exceptions.RayError):  # it went away meanwhile: it will be given nothing
            if not ray.get(ref):
                raise GenieError(_blind(asked[ref], path))


def _sees(path: str) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - runs on a node, and is sent there with nothing but itself


def _blind(node: dict[str, Any], path: Path) -> Problem:
    title = tr("The cluster's node {node} does not see the folder of the runs.", node=_name(node))
    return nodes_lack_workspace(title, str(path.parent.parent.parent))


def _name(node: dict[str, Any]) -> str:
    return str(node.get("NodeManagerHostname") or node.get("NodeManagerAddress") or platform.node())


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def _replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    missing = object()
    before = vars(owner).get(name, missing)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is missing:
            delattr(owner, name)
        else:
            setattr(owner, name, before)
