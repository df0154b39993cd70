"""Getting warm: imports, a rehearsed fit, the record's store; early if the machine bears it, else near one's turn."""

from __future__ import annotations

import gc
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from genie_widgets.machine import Machine, detect_machine
from genie_widgets.store import RunFolder, lock
from genie_widgets.worker.protocol import Pipe

# A warm worker holds so much, and all that wait for a person's word hold at most this share of the memory.
WARM_BYTES, MEMORY_SHARE = 400 * 2**20, 0.25
# What a run imports from its first score to its files, and what that imports in its turn when it is first used.
AFTER_TRAINING = (
    "genie_widgets.evaluate.scored",
    "genie_widgets.evaluate.scoring",
    "genie_widgets.evaluate.splitting",
    "genie_widgets.evaluate.verdicts",
    "genie_widgets.explain.explaining",
    "genie_widgets.explain.with_trees",
    "genie_widgets.export.bundle",
    "genie_widgets.export.notebook",
    "genie_widgets.render.report",
    "genie_widgets.train.anatomy.describing",
    "genie_widgets.train.as_fitted",
    "genie_widgets.train.refitting",
    "genie_widgets.worker.pipeline",
    "plotly.offline",
    "pyarrow.dataset",
)
# Those beyond would have to wait for their turn anyway.
WARM_PER_CORE = 2


def warm_at_once(machine: Machine) -> int:
    """Tell how many workers may be warm though nothing was asked of them yet."""
    by_memory = int(MEMORY_SHARE * machine.memory_bytes // WARM_BYTES)
    return max(1, min(WARM_PER_CORE * machine.usable_cores, by_memory))


def load_engines() -> None:
    """Import what follows a training: 0.3 s of a core, which a run of few seconds on a busy one does not have."""
    for name in AFTER_TRAINING:
        import_module(name)


class Warmth:
    """What a worker needs loaded before it can train: seconds of a core, and ten times the memory of one that waits.

    Parameters
    ----------
    folder : RunFolder
        The worker's run; others of its workspace are considered.
    pipe : Pipe
        Is told once the worker is ready.
    record_at : str or None
        Where the run will be recorded; empty for the workspace's own store, None for not to get ready for it.
    """

    def __init__(self, folder: RunFolder, pipe: Pipe, record_at: str | None = None) -> None:
        self._folder, self._pipe, self._record_at = folder, pipe, record_at
        self._place, self._is_placed = ExitStack(), False
        self.is_there = False

    def get(self) -> None:
        """Get warm, unless it is so already."""
        if self.is_there:
            return
        from genie_widgets.explain import compile_elsewhere, compile_kernels
        from genie_widgets.train import warm_up

        # Only the first worker on a machine needs it; it compiles while the person still types. On a single core it
        # would keep the imports waiting, and what waits for a core is taken for another's work.
        if detect_machine(disk=self._folder.path).usable_cores > 1:
            compile_elsewhere()
        warm_up(None if self._folder.is_draft() else self._folder.read_request().plan)
        # What was imported stays: AutoGluon collects garbage at each model, and need not look through it every time.
        gc.collect()
        gc.freeze()
        if self._folder.is_draft():
            # While the person still types; later, each would be loaded where it is first needed.
            load_engines()
        self._pipe.say({"type": "ready"})
        if self._record_at is not None:
            from genie_widgets.worker.recorder import get_ready

            get_ready(self._record_at, self._folder)
        compile_kernels()
        self.is_there = True

    def get_early(self) -> None:
        """Get warm though nothing was asked yet, if the machine has a place for it and no other is just at it."""
        if self.is_there or not self._has_place():
            return
        # All at once would keep everybody waiting, those who train too.
        with lock.hold_free(self._places / "getting") as held:
            if held:
                self.get()

    def leave_place(self) -> None:
        """Leave the place to another: something was asked, or nothing will be."""
        self._place.close()

    @property
    def _places(self) -> Path:
        return self._folder.queue / "warm"

    def _has_place(self) -> bool:
        if self._is_placed:
            return True
        self._places.mkdir(mode=0o700, parents=True, exist_ok=True)
        for number in range(warm_at_once(detect_machine(disk=self._folder.path))):
            with ExitStack() as stack:
                if stack.enter_context(lock.hold_free(self._places / str(number))):
                    self._place, self._is_placed = stack.pop_all(), True
                    return True
        return False
