"""A trial with workers started as the package starts them; `tests/bench/faults.py` does two hundred."""

import pytest
from trials import Started, Trial

# Seconds from the start of the worker's process to its end on a quiet machine: its imports are the longest part.
USUAL_S = 20.0


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "fault"), [(1, "kill")])
def test_after_a_fault_the_run_is_whole_or_made_whole(seed, fault):
    assert Trial(seed, Started(), USUAL_S, faults=(fault,)).run().violations == []
