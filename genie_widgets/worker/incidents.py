"""What goes wrong: a problem for what a person can mend, a reference number and the log for what they can't."""

from __future__ import annotations

import contextlib
import errno
import secrets
import sys
import traceback

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem


def problem_of(error: BaseException, what: str) -> Problem:
    """Make the problem that is shown for an error; the unexpected goes to the log with a reference number.

    Parameters
    ----------
    error : BaseException
        As caught.
    what : str
        What did not work, as a sentence without its full stop.
    """
    if isinstance(error, GenieError):
        return error.problem
    reference = secrets.token_hex(4)
    trace = "".join(traceback.format_exception(error))
    # The log lies on the disk that may be full: the problem is told all the same.
    with contextlib.suppress(OSError):
        sys.stderr.write(f"reference {reference}\n{trace}\n")
        sys.stderr.flush()
    if isinstance(error, MemoryError):
        return Problem(
            code="out-of-memory",
            title=tr("{what}: the machine ran out of memory.", what=what),
            remedy=tr("Use fewer rows or columns, or a machine with more memory."),
            reference=reference,
        )
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Problem(
            code="disk-full",
            title=tr("{what}: the disk is full.", what=what),
            remedy=tr("Free some space, or set GENIE_HOME to a folder on another disk; then start again."),
            reference=reference,
        )
    return Problem(
        code="unexpected",
        title=tr("{what}: something unexpected happened.", what=what),
        remedy=tr("Try again; if it happens again, send the run's log with this reference."),
        reference=reference,
    )
