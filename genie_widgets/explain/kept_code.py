"""Which compiled code this machine has, told without what compiles.

Numba takes code only if it was compiled for this very CPU. An image that was prepared on another machine has files by
the right names, and none of use. So whoever has seen all kernels run leaves a note that names what they were made of
and for; where a note of this machine is missing, `genie_widgets.explain.ahead` finds out, in a process of its own.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from genie_widgets.caches import own_cache, whole_file

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
# What tells CPUs apart, by the names that Linux has for it on one architecture or another; not what may differ from
# boot to boot, as clocks and the number of cores do.
OF_THE_CPU = frozenset(
    [
        "vendor_id",
        "cpu family",
        "model",
        "model name",
        "stepping",
        "flags",
        "Features",
        "CPU implementer",
        "CPU architecture",
        "CPU variant",
        "CPU part",
        "isa",
        "cpu",
    ]
)
# By these a person has Numba compile for another CPU, or keep it elsewhere.
ASKED_OF_NUMBA = ("NUMBA_CPU_NAME", "NUMBA_CPU_FEATURES", "NUMBA_CACHE_DIR")


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


def made_for(root: Path = Path("/")) -> str:
    """Tell what compiled code is of and for, line by line: package, sources, Python, Numba and CPU.

    Parameters
    ----------
    root : Path
        Root of the file system that holds ``proc``; tests give their own.
    """
    asked = [f"{name}: {os.environ[name]}" for name in ASKED_OF_NUMBA if name in os.environ]
    # Numba keeps the code of each place by itself: a copy of the package has none of it.
    lines = [f"package: {Path(__file__).parent}", f"sources: {hash_of_sources()}"]
    lines += [f"python: {sys.implementation.cache_tag}", f"numba: {version('numba')}"]
    return "\n".join([*lines, *asked, *_cpu(root)])


def _cpu(root: Path) -> list[str]:
    """Tell the first CPU as Linux does; elsewhere no image comes from another machine."""
    try:
        first, _, _ = (root / "proc/cpuinfo").read_text(errors="replace").partition("\n\n")
    except OSError:
        first = ""
    told = [line.partition(":") for line in first.splitlines()]
    known = [f"{name.strip()}: {value.strip()}" for name, _, value in told if name.strip() in OF_THE_CPU]
    return known or [f"cpu: {platform.machine()} {platform.processor()}"]


def folder_beside() -> Path:
    """Give the folder where compiled code is kept if it can be written."""
    return Path(__file__).parent / "__pycache__"


def is_kept() -> bool:
    """Whether all kernels lie on this machine, compiled for it, where Numba looks for them."""
    lines = made_for()
    for note in _notes(lines):
        with suppress(OSError, ValueError):  # a note that was spoiled is none
            first, _, rest = note.read_text(encoding="utf-8").partition("\n")
            folder = Path(first)
            # Numba passes by a folder that it cannot write to, whatever lies there.
            if rest == lines and os.access(folder, os.W_OK) and any(folder.glob(_last_index())):
                return True
    return False


def note_kept(folder: Path) -> None:
    """Note that all kernels were seen to run here, and lie in a folder."""
    lines = made_for()
    for note in _notes(lines):
        with suppress(OSError):  # another person's package; there is nowhere else, and it is found out anew
            note.parent.mkdir(parents=True, exist_ok=True)
            with whole_file(note) as part:
                part.write_text(f"{folder}\n{lines}", encoding="utf-8")
            return


def code_beside() -> list[Path]:
    """List the files of compiled code beside the package, whatever CPU they are for."""
    return sorted(folder_beside().glob(f"*_{hash_of_sources()}-*.nb[ci]"))


def forget_old_code() -> None:
    """Remove code that was compiled from other sources, and what was noted of it."""
    for kept in (*folder_beside().glob("tree_*.nb[ci]*"), *folder_beside().glob("kernels.*.txt*")):
        with suppress(OSError):  # another process was quicker, or the folder cannot be written
            if hash_of_sources() not in kept.name:
                kept.unlink()


def _notes(lines: str) -> list[Path]:
    """Give the places for a note: beside the package, and the person's own where that cannot be written."""
    name = f"kernels.{hash_of_sources()}.{hashlib.sha256(lines.encode()).hexdigest()[:12]}.txt"
    return [place / name for place in (folder_beside(), own_cache()) if place is not None]


def _last_index() -> str:
    tag = f"py{sys.version_info.major}{sys.version_info.minor}"
    return f"{LAST_MODULE}.{LAST_KERNEL}_{hash_of_sources()}-*.{tag}.nbi"
