"""The recording process: ``python -m genie_widgets.worker.recording RUN_DIR``.

Prepares MLflow's store at once, waits for the word, records the finished run,
and ends. It reads everything from the run folder.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

LOW_PRIORITY = 10
# The last word on a server that never answers.
MAX_SECONDS = 120.0


def main(path: Path) -> None:
    """Prepare, wait for the word on stdin, and record."""
    os.nice(LOW_PRIORITY)
    import pandas as pd

    from genie_widgets.render import figures
    from genie_widgets.schema import ResultUpdated
    from genie_widgets.store import RunFolder
    from genie_widgets.track import Tracker, with_credentials

    folder = RunFolder(path)
    request = folder.read_request()
    workspace = folder.path.parent.parent
    tracker = Tracker(with_credentials(request.tracking_uri), workspace)
    tracker.prepare()
    if sys.stdin.readline().strip() != "record":
        return
    watchdog = threading.Timer(MAX_SECONDS, lambda: os._exit(1))
    watchdog.daemon = True
    watchdog.start()
    result = folder.read_result()
    if result is None:
        return
    example = pd.read_parquet(folder.example_path) if folder.example_path.exists() else None
    tracking = tracker.log(
        request=request,
        result=result,
        figures={figure.kind: figure.spec for figure in figures(result)},
        report_path=folder.report_path,
        model_path=folder.model_path,
        input_example=example,
        recorded=result.tracking.run_id if result.tracking is not None else "",
    )
    folder.write_tracking(tracking)
    folder.append(ResultUpdated(part="tracking"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
