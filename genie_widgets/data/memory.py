"""How much memory a table may take: a share of what the container allows."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

# Training copies the table several times, in a process of its own beside this one.
SHARE = 0.1
# A cgroup without a limit says "max" (v2) or a number near 2**63 (v1).
_NO_LIMIT_BYTES = 2**60
_LIMITS = ("memory.max", "memory/memory.limit_in_bytes")


def table_budget_bytes(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Give the bytes that a table may take in memory.

    Parameters
    ----------
    cgroup : Path
        Where the container's limits stand; tests give their own.

    Returns
    -------
    int
        A tenth of the smallest limit found.
    """
    allowed = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name in _LIMITS:
        with contextlib.suppress(OSError, ValueError):
            limit = int((cgroup / name).read_text())
            if 0 < limit < _NO_LIMIT_BYTES:
                allowed = min(allowed, limit)
    return int(allowed * SHARE)
