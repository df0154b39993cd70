"""The kernels, compiled before anybody waits for them."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path

from genie_widgets.caches import whole_file
from genie_widgets.ensemble import Link
from genie_widgets.explain.ahead import compile_elsewhere
from genie_widgets.explain.kept_code import code_beside, folder_beside, note_kept


class Compiling(threading.Thread):
    """Has the kernels compiled elsewhere, or loads them from disk; a daemon, so that nothing waits for it."""

    def __init__(self) -> None:
        super().__init__(name="genie-compile", daemon=True)
        self._can_add, self._can_link = threading.Event(), threading.Event()

    def run(self) -> None:
        """Have first what takes least. What could not be compiled elsewhere is compiled here."""
        try:
            elsewhere = compile_elsewhere()
            if elsewhere is not None and elsewhere.stdout is not None:
                elsewhere.stdout.readline()
            rehearse_adding()
            self._can_add.set()
            if elsewhere is not None:
                elsewhere.wait()
            rehearse_linking()
        finally:  # after a failure, too: who uses the kernels meets it then
            self._can_add.set()
            self._can_link.set()

    def are_ready(self, *, only_adding: bool, within_s: float = 0.0) -> bool:
        """Whether the kernels are there, those for pairs included unless leaves are `only_adding`.

        Parameters
        ----------
        only_adding : bool
        within_s : float
            Seconds to wait for them.
        """
        return (self._can_add if only_adding else self._can_link).wait(max(0.0, within_s))


@cache
def compile_kernels() -> Compiling:
    """Have the kernels compiled in the background, or load them from disk if this machine has them already.

    Returns
    -------
    Compiling
        The same thread at every call.
    """
    thread = Compiling()
    thread.start()
    return thread


def keep_on_disk(after_adding: Callable[[], None] = lambda: None) -> bool:
    """Compile what this machine does not have yet, and note that it has it.

    Parameters
    ----------
    after_adding : callable
        Called when the kernels for adding are there, which take a fifth of the seconds.

    Returns
    -------
    bool
        False where there is no folder for compiled code: nothing is done then.
    """
    from genie_widgets.explain.tree_pairs import row_against_background

    place = row_against_background.stats.cache_path  # type: ignore[attr-defined]
    if place is None:
        return False
    folder = Path(place)
    _take_prepared(folder)
    rehearse_adding()
    after_adding()
    rehearse_linking()
    note_kept(folder)
    return True


def _take_prepared(folder: Path) -> None:
    """Copy what an image's maker compiled beside a package that who runs it cannot write to, and Numba passes by."""
    if folder == folder_beside():
        return
    for prepared in code_beside():
        kept = folder / prepared.name
        if not kept.exists():
            with suppress(OSError), whole_file(kept) as part:  # else it is compiled
                shutil.copy2(prepared, part)


def rehearse_adding() -> None:
    """Play trees whose leaves are only added up: a symmetric one is solved in another way than any other."""
    _rehearse(Link.IDENTITY)
    _rehearse(Link.IDENTITY, depth=-1)


def rehearse_linking() -> None:
    """Play a tree whose leaves go through a link: pair by pair, which takes most of the time."""
    _rehearse(Link.LOGISTIC)


def _rehearse(link: Link, *, depth: int = 1) -> None:
    """Play a stump, as a symmetric tree of a depth, or (-1) as any other tree."""
    import numpy as np
    import pandas as pd

    from genie_widgets.ensemble import LEAF, Forest, TreeMember, seen_numbers
    from genie_widgets.explain.tree_part import Precision, bind

    stump = Forest(
        roots=np.array([0]),
        feature=np.array([0, LEAF, LEAF]),
        threshold=np.zeros(3),
        left=np.array([1, 0, 0]),
        right=np.array([2, 0, 0]),
        missing_left=np.zeros(3, dtype=bool),
        leaf=np.array([0, 0, 1]),
        values=np.array([[0.0], [1.0]]),
        output=np.array([0]),
        symmetric=np.array([depth]),
    )
    rows = pd.DataFrame({"x": [1.0, -1.0]})
    background = np.array([1])
    member = TreeMember(
        "rehearsal", 1.0, stump, link, np.zeros(1), lambda frame: seen_numbers(frame.to_numpy(), np.array([0]))
    )
    (bound,) = bind([member], rows, np.array([0]), 1)
    bound.predict(np.array([0]), background, np.ones((1, 1), dtype=bool))
    at_once = bound.at_once(background)
    if at_once is None:
        bound.solve(0, background, Precision(1, 1), 0)
    else:
        at_once(np.array([0]))
