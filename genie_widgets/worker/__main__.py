"""``python -m genie_widgets.worker RUN_DIR``: wait for a request, run it, then serve its model.

``--serve`` serves a model that is there; ``--resume`` takes up a run that was
over, as the last `Resumed` of its log asks.
"""

from __future__ import annotations

import argparse
import os
import signal
import time
from pathlib import Path

from genie_widgets.store import RunFolder
from genie_widgets.worker.protocol import Pipe

POLL_INTERVAL_S = 0.05
# A worker started early whose person went for lunch: training can still be started, without the head start.
WAIT_LIMIT_S = 30 * 60
# A training goes before the answers asked meanwhile; a person waits for those, so not by much.
GIVING_WAY = 3


def main() -> None:
    """Run the worker."""
    # OpenMP's threads spin while they wait. Where others use the cores too, that starves everybody: a small LightGBM
    # took 20 times as long. The runtime reads this when it is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    parser = argparse.ArgumentParser(prog="python -m genie_widgets.worker")
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--serve", action="store_true", help="serve a run's model")
    parser.add_argument("--resume", action="store_true", help="take up again a run that was over")
    parser.add_argument("--record-at", metavar="URI", help="be ready to record there; empty: in the workspace's store")
    arguments = parser.parse_args()
    folder = RunFolder(arguments.run_dir.resolve())
    pipe = Pipe(folder.log_path)
    # An interrupted kernel sends its signal to all it started; this process goes on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: folder.request_stop())
    pipe.say({"type": "hello", "pid": os.getpid()})

    from genie_widgets.explain import compile_kernels
    from genie_widgets.worker.serving import Server

    if arguments.serve:
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
        from genie_widgets.train import warm_up

        warm_up()
        pipe.say({"type": "ready"})
        if arguments.record_at is not None:
            from genie_widgets.worker.recorder import get_ready

            get_ready(arguments.record_at, folder.path.parent.parent)
        # Only the first worker on a machine compiles; it does so while the person still types.
        compile_kernels()
        if not arguments.resume and not _wait_for_request(folder, pipe):
            folder.remove_draft()
            return
        from genie_widgets.worker.pipeline import run_pipeline
        from genie_widgets.worker.recorder import wait_for_records
        from genie_widgets.worker.rescue import begin_anew
        from genie_widgets.worker.resuming import resume

        work = resume if arguments.resume else run_pipeline
        model = work(folder, on_stuck=lambda: begin_anew(folder, pipe))
    try:
        if model is not None:
            Server(folder, model).serve(pipe)
    finally:
        wait_for_records()


def _wait_for_request(folder: RunFolder, pipe: Pipe) -> bool:
    deadline = time.monotonic() + WAIT_LIMIT_S
    while folder.is_draft():
        if pipe.is_closed.is_set() or time.monotonic() > deadline or not folder.path.exists():
            return not folder.is_draft()
        time.sleep(POLL_INTERVAL_S)
    return True


if __name__ == "__main__":
    main()
