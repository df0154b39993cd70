"""Where a training runs: the one place that chooses between this machine and a cluster."""

from __future__ import annotations

from typing import TypeAlias

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem, Settings
from genie_widgets.session.cluster import ClusterWorker, end_leftovers
from genie_widgets.session.process import WorkerHandle
from genie_widgets.store import RunFolder

RUNNERS = ("local", "ray")
Worker: TypeAlias = WorkerHandle | ClusterWorker


def draft_worker(folder: RunFolder, settings: Settings, record_at: str | None = None) -> Worker:
    """Give the worker of a run that will be asked for.

    Parameters
    ----------
    folder : RunFolder
        A draft.
    settings : Settings
        Their runner decides.
    record_at : str, optional
        Where the run will be recorded, for a draft that gets ready for it.

    Raises
    ------
    GenieError
        If there is no such runner, or its cluster has no address.
    """
    if runner_of(settings) == "ray":
        return ClusterWorker(folder, settings.ray_address)
    return WorkerHandle(folder, record_at=record_at)


def resuming_worker(folder: RunFolder, settings: Settings) -> Worker:
    """Have a run taken up again, as the last `Resumed` of its log asks.

    Raises
    ------
    GenieError
        As `draft_worker`; or if the cluster does not take it.
    """
    if (job := folder.read_job()) is not None:
        end_leftovers(job)
    if runner_of(settings) == "ray":
        worker = ClusterWorker(folder, settings.ray_address, mode="resume")
        worker.begin()
        return worker
    folder.job_path.unlink(missing_ok=True)
    return WorkerHandle(folder, mode="resume")


def serving_worker(folder: RunFolder) -> WorkerHandle:
    """Have a run's model served, always on this machine: an answer in a moment is what counts."""
    return WorkerHandle(folder, mode="serve")


def runner_of(settings: Settings) -> str:
    """Give the runner that the settings name.

    Raises
    ------
    GenieError
        If there is none of that name.
    """
    if settings.runner in RUNNERS:
        return settings.runner
    raise GenieError(
        Problem(
            code="no-such-runner",
            title=tr("There is no way to train by the name of {name!r}.", name=settings.runner[:40]),
            remedy=tr('Set GENIE_RUNNER to "local" or "ray".'),
            culprit="GENIE_RUNNER",
            value=settings.runner[:40],
        )
    )
