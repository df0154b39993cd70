"""MLflow's own pages for as long as somebody wants them: ``python -m genie_widgets.worker.mlflow_pages ADDRESS PORT``.

Whoever started this process holds the other end of its stdin: once that is
closed, if only because its holder is gone, the pages are closed, too.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

CLOSING_S = 10.0


def main(store: str, port: str) -> None:
    """Serve a store's pages to this machine until stdin ends."""
    from genie_widgets.track import be_quiet

    be_quiet()
    command = [sys.executable, "-m", "mlflow", "ui", "--backend-store-uri", store]
    command += ["--host", "127.0.0.1", "--port", port, "--workers", "1"]
    # A group of its own: MLflow starts further processes, and all of them are to end.
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True)
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    sys.stdin.read()
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(CLOSING_S)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)


def _end_with(server: subprocess.Popen[bytes]) -> None:
    """End this process as soon as the server has ended by itself."""
    os._exit(server.wait())


if __name__ == "__main__":
    main(*sys.argv[1:])
