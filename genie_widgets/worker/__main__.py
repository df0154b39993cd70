"""``python -m genie_widgets.worker RUN_DIR``: wait for a request, run it, then serve its model.

``--serve`` serves a model that is there; ``--resume`` takes up a run that was
over, as the last `Resumed` of its log asks; ``--cluster`` is a job of a Ray
cluster, which has waited for its turn already, and serves nobody.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from genie_widgets.language import speak
from genie_widgets.schema import Failed, GenieError
from genie_widgets.store import RunFolder
from genie_widgets.worker.allotment import Allotment
from genie_widgets.worker.protocol import Pipe
from genie_widgets.worker.turn import turn
from genie_widgets.worker.warming import Warmth

if TYPE_CHECKING:
    from genie_widgets.train import TrainedModel

POLL_INTERVAL_S = 0.05
# How often one that nobody asked anything yet looks whether it may get warm.
PLACE_INTERVAL_S = 0.5
# A worker started early whose person went for lunch: training can still be started, without the head start.
WAIT_LIMIT_S = 30 * 60
# A training goes before the answers asked meanwhile; a person waits for those, so not by much.
GIVING_WAY = 3


def main() -> None:
    """Run the worker."""
    # OpenMP's threads spin while they wait. Where others use the cores too, that starves everybody: a small LightGBM
    # took 20 times as long. The runtime reads this when it is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Weights of models that were trained before are read where they lie: no request leaves the machine.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    parser = argparse.ArgumentParser(prog="python -m genie_widgets.worker")
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--serve", action="store_true", help="serve a run's model")
    parser.add_argument("--resume", action="store_true", help="take up again a run that was over")
    parser.add_argument("--record-at", metavar="URI", help="be ready to record there; empty: in the workspace's store")
    parser.add_argument("--cluster", action="store_true", help="be a job of a Ray cluster: train, and end")
    parser.add_argument("--cores", type=int, default=1, help="of the cluster's node")
    parser.add_argument("--memory", type=int, default=0, metavar="BYTES", help="of the cluster's node")
    arguments = parser.parse_args()
    folder = RunFolder(arguments.run_dir.resolve())
    # An interrupted kernel sends its signal to all it started; this process goes on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: folder.request_stop())
    if arguments.cluster:
        from genie_widgets.worker.cluster import train_as_job

        sys.exit(train_as_job(folder, Allotment(arguments.cores, arguments.memory), is_resumed=arguments.resume))
    pipe = Pipe(folder.log_path)
    pipe.say({"type": "hello", "pid": os.getpid()})

    if arguments.serve:
        from genie_widgets.explain import compile_kernels
        from genie_widgets.worker.serving import Server

        if folder.is_alive():
            os.nice(GIVING_WAY)
        compile_kernels()
        pipe.say({"type": "ready"})
        Server(folder, None).serve(pipe)
        return

    # From the first moment on, so that a slow start is not taken for none.
    with folder.hold_lock() as held:
        if not held:
            return  # another worker has this run
        warmth = Warmth(folder, pipe, arguments.record_at)
        if not arguments.resume and not _wait_for_request(folder, pipe, warmth):
            folder.remove_draft()
            return
        model = _in_its_turn(folder, pipe, warmth, is_resumed=arguments.resume)
    if model is None:
        return
    from genie_widgets.worker.recorder import wait_for_records
    from genie_widgets.worker.serving import Server

    try:
        Server(folder, model).serve(pipe)
    finally:
        wait_for_records()


def _in_its_turn(folder: RunFolder, pipe: Pipe, warmth: Warmth, *, is_resumed: bool) -> TrainedModel | None:
    """Train once the turn has come; what waits for long has loaded nothing."""
    speak(folder.read_request().language)
    asked = folder.last_resumed() if is_resumed else None
    with ExitStack() as stack:
        try:
            # What only saves finished models trains nothing: a person who stopped a run gets them at once.
            saves = asked is not None and asked.how == "salvage"
            came = None if saves else stack.enter_context(turn(folder, warmth.get))
        except GenieError as error:
            folder.append(Failed(problem=error.problem))
            return None
        from genie_widgets.worker.pipeline import run_pipeline
        from genie_widgets.worker.rescue import begin_anew
        from genie_widgets.worker.resuming import resume

        work = resume if is_resumed else run_pipeline
        return work(folder, began_at=came, on_stuck=lambda: begin_anew(folder, pipe))


def _wait_for_request(folder: RunFolder, pipe: Pipe, warmth: Warmth) -> bool:
    """Wait until something is asked, warm if the machine has a place for that; False if nothing will be."""
    deadline, look_at = time.monotonic() + WAIT_LIMIT_S, 0.0
    try:
        while folder.is_draft():
            now = time.monotonic()
            if pipe.is_closed.is_set() or now > deadline or not folder.path.exists():
                return not folder.is_draft()
            if now > look_at:
                look_at = now + PLACE_INTERVAL_S
                warmth.get_early()
            time.sleep(POLL_INTERVAL_S)
    finally:
        warmth.leave_place()
    return True


if __name__ == "__main__":
    main()
