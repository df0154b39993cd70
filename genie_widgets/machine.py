"""What this machine really has: cores and memory as the container allows them."""

from __future__ import annotations

import contextlib
import math
import os
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

# A cgroup without a limit says "max" (v2) or a number near 2**63 (v1).
_NO_LIMIT_BYTES = 2**60
BUSY_PRESSURE = 0.4
SCARCE_SHARE = 0.15


@dataclass(frozen=True)
class Machine:
    """Cores, memory and disk that training may use.

    Attributes
    ----------
    cores : float
        CPU share allowed, in cores; may be a fraction.
    pressure : float
        Share of the last ten seconds in which something here waited for a core.
    memory_bytes : int
        Memory allowed in all.
    available_memory_bytes : int
        Memory that is free now.
    free_disk_bytes : int
        Free space where the workspace is.
    """

    cores: float
    memory_bytes: int
    available_memory_bytes: int
    free_disk_bytes: int
    pressure: float = 0.0

    @property
    def usable_cores(self) -> int:
        """Whole threads that may run at once: at least one."""
        return max(1, math.floor(self.cores))

    @property
    def is_busy(self) -> bool:
        """Whether others keep the cores busy."""
        return self.pressure > BUSY_PRESSURE

    @property
    def memory_is_scarce(self) -> bool:
        """Whether so little is free that who has no need of his memory should give it back."""
        return self.available_memory_bytes < SCARCE_SHARE * self.memory_bytes

    def within(self, cores: int, memory_bytes: int) -> Machine:
        """Give the part of it that a run was given: a cluster's nodes have others to serve as well."""
        return replace(
            self,
            cores=min(self.cores, cores),
            memory_bytes=min(self.memory_bytes, memory_bytes),
            available_memory_bytes=min(self.available_memory_bytes, memory_bytes),
        )

    @property
    def threads(self) -> int:
        """Threads that a model gets: on busy cores each waits for the slowest at every step (autogluon#5160)."""
        return max(1, self.usable_cores // 2) if self.is_busy else self.usable_cores


def detect_machine(root: Path = Path("/"), disk: Path | None = None) -> Machine:
    """Detect what the container allows (cgroup v1 and v2, CPU affinity).

    Parameters
    ----------
    root : Path
        Root of the file system that holds ``proc`` and ``sys``; tests give their own.
    disk : Path or None
        A folder on the disk in question; None means the current one.

    Returns
    -------
    Machine
        The smallest limit found for each resource.
    """
    total, available = _memory(root)
    return Machine(
        cores=_cores(root),
        memory_bytes=total,
        available_memory_bytes=available,
        free_disk_bytes=shutil.disk_usage(disk or Path.cwd()).free,
        pressure=_pressure(root),
    )


def _cores(root: Path) -> float:
    limits = [float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)]
    for folder in _groups(root, ""):
        limits += _quota(_numbers(folder / "cpu.max"))
    for folder in _groups(root, "cpu"):
        limits += _quota(_numbers(folder / "cpu.cfs_quota_us") + _numbers(folder / "cpu.cfs_period_us"))
    return min(limits)


def _quota(numbers: list[int]) -> list[float]:
    """Give the cores of a quota and its period; where there is no limit the quota is "max" (v2) or -1 (v1)."""
    return [numbers[0] / numbers[1]] if len(numbers) == 2 and min(numbers) > 0 else []


def _groups(root: Path, controller: str) -> list[Path]:
    """List the folders whose limits hold for this process: its control group and those around it.

    In a container the outermost is the container's own; a group within it (a
    service, a job of a batch system) is named in ``proc/self/cgroup``.
    """
    outermost = root / "sys/fs/cgroup" / controller
    folders = [outermost]
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        names, _, place = rest.partition(":")
        if controller in names.split(","):
            for part in Path(place.strip("/")).parts:
                folders.append(folders[-1] / part)
    return folders


def _pressure(root: Path) -> float:
    """Read how much waits for a core: the container's own figure (cgroup v2), or else the machine's."""
    for name in ("sys/fs/cgroup/cpu.pressure", "proc/pressure/cpu"):
        for line in _text(root / name).splitlines():
            if line.startswith("some "):
                fields = dict(word.partition("=")[::2] for word in line.split()[1:])
                with contextlib.suppress(ValueError):
                    return float(fields.get("avg10", "")) / 100
    return 0.0


def _memory(root: Path) -> tuple[int, int]:
    facts = {}
    for line in _text(root / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        number = rest.split()
        if number and number[0].isdecimal():
            facts[name] = int(number[0]) * 1024
    total = facts.get("MemTotal", 2**31)
    available = facts.get("MemAvailable", total)
    groups = [(folder, "memory.max", "memory.current", "inactive_file") for folder in _groups(root, "")]
    groups += [
        (folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
        for folder in _groups(root, "memory")
    ]
    for folder, limit_name, usage_name, reclaimable in groups:
        limit = next(iter(_numbers(folder / limit_name)), None)
        if limit is None or not 0 <= limit < _NO_LIMIT_BYTES:
            continue
        usage = next(iter(_numbers(folder / usage_name)), 0)
        # Usage counts files that were read lately; the kernel lets go of them as soon as memory is asked for.
        cached = next(
            (int(n) for name, n in _pairs(folder / "memory.stat") if name == reclaimable and n.isdecimal()), 0
        )
        total = min(total, limit)
        available = min(available, limit, max(0, limit - max(0, usage - cached)))
    return total, available


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def _numbers(path: Path) -> list[int]:
    """Read a file's words as whole numbers; those that are none are left out."""
    numbers = []
    for word in _text(path).split():
        with contextlib.suppress(ValueError):
            numbers.append(int(word))
    return numbers


def _pairs(path: Path) -> list[list[str]]:
    """Read a file's lines of two words each."""
    return [words for words in map(str.split, _text(path).splitlines()) if len(words) == 2]
