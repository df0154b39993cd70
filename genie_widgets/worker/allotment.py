"""What of a machine a run may use: all that is there, or the cores and the memory that a cluster gave it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from genie_widgets.machine import Machine, detect_machine
from genie_widgets.worker.share import felt_pressure

if TYPE_CHECKING:
    from genie_widgets.schema import Plan
    from genie_widgets.train.cluster import Nodes

# The machine's own figure is of ten seconds: so long after Genie got ready it may tell of that still.
FRESH_S = 15.0


@dataclass(frozen=True)
class Allotment:
    """What a run was given.

    Attributes
    ----------
    cores, memory_bytes : int
        Of a cluster's node; 0 where the run has this machine to itself.
    felt : float or None
        The pressure as the run itself felt it, where the machine's own figure was not of others alone.
    felt_at : float
        When that was, by the monotonic clock.
    """

    cores: int = 0
    memory_bytes: int = 0
    felt: float | None = None
    felt_at: float = 0.0

    def tried(self) -> Allotment:
        """Feel for oneself whether cores are busy, where Genie gets ready beside: that gives way, and waits most."""
        return replace(self, felt=felt_pressure() if gets_ready_beside() else None, felt_at=time.monotonic())

    def machine(self, disk: Path) -> Machine:
        """Give the machine as the run may use it."""
        machine = detect_machine(disk=disk)
        if self.felt is not None and (time.monotonic() - self.felt_at < FRESH_S or gets_ready_beside()):
            machine = replace(machine, pressure=min(machine.pressure, self.felt))
        return machine.within(self.cores, self.memory_bytes or machine.memory_bytes) if self.cores else machine

    @contextmanager
    def nodes(self, plan: Plan, path: Path) -> Iterator[Nodes | None]:
        """Give the nodes that a model's folds may use while the body runs; None where they stay here.

        Raises
        ------
        GenieError
            If a node does not see the models' folder.
        """
        from genie_widgets.train.needs import is_spread

        if not self.cores or not is_spread(plan):
            yield None
            return
        from genie_widgets.train.cluster import spread

        with spread(path, self.cores) as nodes:
            yield nodes


def gets_ready_beside() -> bool:
    """Whether Genie compiles its kernels at this moment, or makes a blank store."""
    from genie_widgets.explain import is_under_way
    from genie_widgets.track import is_blank_being_made

    return is_under_way() or is_blank_being_made()


WHOLE_MACHINE = Allotment()
