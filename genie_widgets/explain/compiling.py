"""The kernels, compiled before anybody waits for them."""

from __future__ import annotations

import threading
from functools import cache


@cache
def compile_kernels() -> threading.Thread:
    """Compile the kernels in the background, or load them from disk if this machine has them already.

    Returns
    -------
    Thread
        The same at every call; a daemon, so that nothing waits for it.
    """
    thread = threading.Thread(target=rehearse, name="genie-compile", daemon=True)
    thread.start()
    return thread


def rehearse() -> None:
    """Solve one made pair each way: what is not compiled yet is compiled, and kept on disk."""
    import numpy as np
    import pandas as pd

    from genie_widgets.ensemble import LEAF, Forest, Link, TreeMember, seen_numbers
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
        symmetric=np.array([1]),
    )
    rows = pd.DataFrame({"x": [1.0, -1.0]})
    background = np.array([1])
    for link in (Link.IDENTITY, Link.LOGISTIC):
        member = TreeMember(
            "rehearsal", 1.0, stump, link, np.zeros(1), lambda frame: seen_numbers(frame.to_numpy(), np.array([0]))
        )
        (bound,) = bind([member], rows, np.array([0]), 1)
        bound.predict(np.array([0]), background, np.ones((1, 1), dtype=bool))
        bound.solve(0, background, Precision(1, 1), 0, bound.sets(background))
