"""How long each person may train here, in all, where the host set a limit; and how much of it is left."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from genie_widgets.language import tr
from genie_widgets.schema import Allowance, GenieError, Problem, Settings
from genie_widgets.session.cluster import may_still_come
from genie_widgets.store import RunFolder, fold, hold_alone, list_run_ids, seconds_spent


def allowance(settings: Settings) -> Allowance:
    """Tell what the person of these settings may still train in this workspace."""
    if settings.seconds_each is None:
        return Allowance(person=settings.person)
    left = max(0, math.floor(settings.seconds_each - _spent(settings)))
    return Allowance(person=settings.person, seconds_each=settings.seconds_each, seconds_left=left)


@contextmanager
def taken_from_allowance(settings: Settings, seconds: int) -> Iterator[None]:
    """Begin what trains for so many seconds, in the body, if a person still may.

    One after the other: of two that begin in the same instant, the second's seconds are counted with the first's.

    Raises
    ------
    GenieError
        If so many seconds are more than what is left.
    """
    if settings.seconds_each is None:
        yield
        return
    settings.workspace.mkdir(parents=True, exist_ok=True)
    with hold_alone(settings.workspace / "allowance.lock"):
        _check(settings, seconds)
        yield


def _check(settings: Settings, seconds: int) -> None:
    left = allowance(settings).seconds_left
    if left is None or seconds <= left:
        return
    asked = {"seconds": seconds, "left": left, "allowed": settings.seconds_each}
    raise GenieError(
        Problem(
            code="allowance-spent",
            title=_of_one_person(**asked) if settings.person else _of_all(**asked),
            remedy=tr("Give it {left} seconds or less, or ask the host for more.", left=left)
            if left
            else tr("Ask the host for more."),
            culprit="time_limit_s",
            value=str(seconds),
            field="time_limit_s",
        )
    )


def _of_one_person(**asked: object) -> str:
    return tr(
        "This asks for {seconds} seconds of training, and {left} of the {allowed} are left that you may use.", **asked
    )


def _of_all(**asked: object) -> str:
    return tr(
        "This asks for {seconds} seconds of training, and {left} of the {allowed} are left that everybody without a "
        "name here, together, may use.",
        **asked,
    )


def _spent(settings: Settings) -> float:
    spent, silent = 0.0, set[str]()
    for run_id in list_run_ids(settings.workspace):
        folder = RunFolder.open(settings.workspace, run_id)
        try:
            request = folder.read_request()
        except (OSError, ValueError):
            continue  # of another version, or damaged: nobody's
        if request.person == settings.person:
            spent += seconds_spent(
                folder.events(),
                request.plan.time_limit_s,
                asked_at=request.created_at,
                alive=folder.is_alive() or _is_in_queue(folder, settings, silent),
                now=time.time(),
            )
    return spent


def _is_in_queue(folder: RunFolder, settings: Settings, silent: set[str]) -> bool:
    """Tell whether a run waits in a cluster's queue; `silent` are the clusters that gave no answer, not asked again."""
    job, view = folder.read_job(), fold(folder.events(), alive=False, now=time.time())
    if job is None or view.status != "waiting" or not view.asks_cores:
        return False
    try:
        if job.address not in silent:
            return may_still_come(job)
    except GenieError:
        silent.add(job.address)
    # A cluster that is away for a moment still has its queue; what waits for one that is used no more waits in vain.
    return settings.runner == "ray" and job.address == settings.ray_address
