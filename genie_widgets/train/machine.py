"""What this machine really has: cores and memory as the container allows them."""

from __future__ import annotations

import math
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

# A cgroup without a limit says "max" (v2) or a number near 2**63 (v1).
_NO_LIMIT_BYTES = 2**60


@dataclass(frozen=True)
class Machine:
    """Cores, memory and disk that training may use.

    Attributes
    ----------
    cores : float
        CPU share allowed, in cores; may be a fraction.
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

    @property
    def usable_cores(self) -> int:
        """Whole threads that may run at once: at least one."""
        return max(1, math.floor(self.cores))


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
    )


def _cores(root: Path) -> float:
    limits = [float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)]
    cgroup = root / "sys/fs/cgroup"
    v2 = _words(cgroup / "cpu.max")
    if len(v2) == 2 and v2[0] != "max":
        limits.append(int(v2[0]) / int(v2[1]))
    quota, period = _number(cgroup / "cpu/cpu.cfs_quota_us"), _number(cgroup / "cpu/cpu.cfs_period_us")
    if quota is not None and period and quota > 0:
        limits.append(quota / period)
    return min(limits)


def _memory(root: Path) -> tuple[int, int]:
    facts = {}
    for line in _text(root / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        number = rest.split()
        if number and number[0].isdigit():
            facts[name] = int(number[0]) * 1024
    total = facts.get("MemTotal", 2**31)
    available = facts.get("MemAvailable", total)
    cgroup = root / "sys/fs/cgroup"
    for limit_path, usage_path in (
        (cgroup / "memory.max", cgroup / "memory.current"),
        (cgroup / "memory/memory.limit_in_bytes", cgroup / "memory/memory.usage_in_bytes"),
    ):
        limit = _number(limit_path)
        if limit is None or limit >= _NO_LIMIT_BYTES:
            continue
        total = min(total, limit)
        available = min(available, max(0, limit - (_number(usage_path) or 0)))
    return total, available


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _words(path: Path) -> list[str]:
    return _text(path).split()


def _number(path: Path) -> int | None:
    words = _words(path)
    return int(words[0]) if words and words[0].lstrip("-").isdigit() else None
