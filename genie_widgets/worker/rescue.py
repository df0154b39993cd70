"""The last resort against a fit that cannot be interrupted: the process begins anew, with the models there are."""

from __future__ import annotations

import logging
import os
import sys

from genie_widgets.schema import Resumed
from genie_widgets.store import RunFolder
from genie_widgets.worker.protocol import Pipe

# Scoring, explaining and the files; nothing is trained.
RESCUE_S = 30


def begin_anew(folder: RunFolder, pipe: Pipe, flags: tuple[str, ...] = ()) -> None:
    """Replace this process by one that makes a result of the finished models; does not return.

    The same process id and the same pipe remain, so nobody takes the run for
    dead. Whatever thread hangs in whatever library is gone with the old image.

    Parameters
    ----------
    folder : RunFolder
        Of a run that is being trained by this process, with a model finished.
    pipe : Pipe
        The other side does not notice.
    flags : tuple of str
        With which this process was started, where it is a cluster's.
    """
    logging.getLogger(__name__).warning("a model's fit cannot be interrupted: beginning anew without it")
    # The stop, if there was one, is carried out by this.
    folder.stop_path.unlink(missing_ok=True)
    folder.append(Resumed(how="salvage", seconds=RESCUE_S))
    pipe.hand_over()
    os.execv(sys.executable, [sys.executable, "-m", "genie_widgets.worker", str(folder.path), "--resume", *flags])  # noqa: S606
