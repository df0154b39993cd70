"""Which compiled code lies beside the package, told without what compiles."""

from __future__ import annotations

import hashlib
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

KERNELS = (
    "tree_answers",
    "tree_board",
    "tree_margins",
    "tree_symmetric",
    "tree_pairs",
    "tree_sets",
    "tree_settled",
)
# The kernel that is compiled last.
LAST_MODULE, LAST_KERNEL = "tree_pairs", "row_against_background"


@cache
def hash_of_sources() -> str:
    """Twelve hexadecimal digits for all that compiled code is made of."""
    here = Path(__file__)
    sources = [
        here.with_name("compiled.py"),
        here.parents[1] / "ensemble.py",
        *(here.with_name(f"{name}.py") for name in KERNELS),
    ]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:12]


def folder_beside() -> Path:
    """Give the folder where compiled code is kept if it can be written."""
    return Path(__file__).parent / "__pycache__"


def is_beside() -> bool:
    """Whether all kernels lie beside the package, compiled; False where they may lie in a person's own folder."""
    name = f"{LAST_MODULE}.{LAST_KERNEL}_{hash_of_sources()}"
    return any(folder_beside().glob(f"{name}-*.py{sys.version_info.major}{sys.version_info.minor}.nbi"))


def forget_old_code() -> None:
    """Remove code that was compiled from other sources."""
    for kept in folder_beside().glob("tree_*.nb[ci]"):
        with suppress(OSError):  # another process was quicker, or the folder cannot be written
            if hash_of_sources() not in kept.name:
                kept.unlink()
