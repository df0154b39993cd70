"""How much memory a table may take: a share of what the container allows."""

from __future__ import annotations

from pathlib import Path

from genie_widgets.machine import detect_machine

# Training copies the table several times, in a process of its own beside this one.
SHARE = 0.1
# The same file, the same rows. With a seed of 0, a table that was itself drawn from 0 would choose which of its rows
# are taken: all of one class, say.
SAMPLE_SEED = 0x67656E6965


def table_budget_bytes(root: Path = Path("/")) -> int:
    """Give the bytes that a table may take in memory.

    Parameters
    ----------
    root : Path
        Root of the file system that holds ``proc`` and ``sys``; tests give their own.

    Returns
    -------
    int
        A tenth of the smallest limit found.
    """
    return int(detect_machine(root).memory_bytes * SHARE)
