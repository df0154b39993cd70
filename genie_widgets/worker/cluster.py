"""The worker as a job of a Ray cluster: nobody is at a pipe, the folder is on storage of many machines."""

from __future__ import annotations

import os
import time

from genie_widgets.language import speak
from genie_widgets.schema import NO_FOLDER, Failed, Queued
from genie_widgets.store import RunFolder, beats_elsewhere, fold, stopped_waiting
from genie_widgets.worker.allotment import Allotment
from genie_widgets.worker.protocol import Pipe
from genie_widgets.worker.warming import Warmth


def train_as_job(folder: RunFolder, allotment: Allotment, *, is_resumed: bool) -> int:
    """Train a run that was asked for, or take one up again.

    Parameters
    ----------
    folder : RunFolder
        As its path is on the machine that asked.
    allotment : Allotment
        What the cluster gave.
    is_resumed : bool
        Do what the last `Resumed` of its log asks.

    Returns
    -------
    int
        The job's exit code.
    """
    began_at = time.time()
    if folder.is_draft():
        print(f"{folder.path} is not seen by this node", flush=True)  # noqa: T201 - Ray keeps it with the job
        return NO_FOLDER
    if beats_elsewhere(folder.heartbeat_path):
        return 0  # another job has this run
    # What uses threads without asking AutoGluon for their number.
    os.environ["NUMBA_NUM_THREADS"] = str(allotment.cores)
    with folder.keep_recorders_heartbeat():
        with folder.keep_heartbeat():
            _train(folder, allotment, began_at, is_resumed=is_resumed)
        from genie_widgets.worker.recorder import wait_for_records

        wait_for_records()
    return 0


def _train(folder: RunFolder, allotment: Allotment, began_at: float, *, is_resumed: bool) -> None:
    if fold(folder.events(), alive=True, now=began_at).is_over:
        return  # it was stopped while it waited
    speak(folder.read_request().language)
    folder.append(Queued(before=0, about_s=0.0))
    if folder.stop_requested():
        folder.append(Failed(problem=stopped_waiting()))
        return
    pipe = Pipe(folder.log_path)
    Warmth(folder, pipe).get()
    from genie_widgets.worker.pipeline import run_pipeline
    from genie_widgets.worker.rescue import begin_anew
    from genie_widgets.worker.resuming import resume

    work = resume if is_resumed else run_pipeline
    flags = ("--cluster", f"--cores={allotment.cores}", f"--memory={allotment.memory_bytes}")
    # The seconds that it waited for the cluster are not taken from those given.
    work(folder, began_at=began_at, on_stuck=lambda: begin_anew(folder, pipe, flags), allotment=allotment)
