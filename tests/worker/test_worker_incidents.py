"""What a person can mend is told in words; the rest gets a reference number, and the log its traceback."""

import errno

import numpy as np
import pytest

from genie_widgets.schema import GenieError, Problem
from genie_widgets.worker.incidents import problem_of


def caught(error):
    try:
        raise error
    except type(error) as found:
        return found


@pytest.mark.parametrize(
    ("error", "code", "word"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk-full", "disk"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "disk-full", "disk"),
        (MemoryError(), "out-of-memory", "memory"),
        (np._core._exceptions._ArrayMemoryError((10**9,), np.dtype(float)), "out-of-memory", "memory"),
        (OSError(errno.EACCES, "Permission denied"), "unexpected", "unexpected"),
        (RuntimeError("secret detail"), "unexpected", "unexpected"),
        (KeyError("x"), "unexpected", "unexpected"),
    ],
    ids=repr,
)
def test_an_error_becomes_a_problem_and_the_log_holds_its_traceback(error, code, word, capsys):
    problem = problem_of(caught(error), "The report could not be written")
    assert problem.code == code
    assert problem.title.startswith("The report could not be written: ")
    assert word in problem.title
    assert problem.remedy
    assert "secret detail" not in str(problem)
    log = capsys.readouterr().err
    assert f"reference {problem.reference}\n" in log
    assert "Traceback" in log
    assert type(error).__name__ in log


def test_a_problem_that_was_told_already_is_handed_on_as_it_is(capsys):
    problem = Problem(code="target-single-value", title="One value.", remedy="Choose another.")
    assert problem_of(GenieError(problem), "It failed") is problem
    assert capsys.readouterr().err == ""


def test_no_two_incidents_share_a_reference(capsys):
    references = {problem_of(caught(ValueError("x")), "It failed").reference for _ in range(20)}
    assert len(references) == 20


def test_a_log_that_cannot_be_written_hides_no_problem(monkeypatch):
    full = open("/dev/full", "w", buffering=1)  # noqa: PTH123, SIM115
    monkeypatch.setattr("sys.stderr", full)
    try:
        problem = problem_of(caught(OSError(errno.ENOSPC, "No space left")), "It failed")
    finally:
        # Closing tries once more to write what could not be written.
        with pytest.raises(OSError, match="No space left"):
            full.close()
    assert problem.code == "disk-full"
