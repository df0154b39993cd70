"""Web servers that are started beside this process: a port for them, and when they answer."""

from __future__ import annotations

import errno
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from typing import Any

LOCALHOST = "127.0.0.1"
# One that ends is noticed at once; one that is only slow, on a busy machine, is waited for.
START_TIMEOUT_S = 120.0
POLL_INTERVAL_S = 0.2


def free_port(host: str = LOCALHOST, candidates: Iterable[int] = (0,)) -> int | None:
    """Give the first of these ports that nobody listens on.

    Parameters
    ----------
    host : str
        An address of this machine.
    candidates : iterable of int
        0 stands for any that is free.

    Returns
    -------
    int or None
        None if all are taken.

    Raises
    ------
    OSError
        If the machine has no such address.
    """
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            return int(probe.getsockname()[1])
    return None


def opener(*handlers: urllib.request.BaseHandler) -> urllib.request.OpenerDirector:
    """Make what asks servers of this machine: a proxy in the environment must not be asked."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)


def wait_until_up(server: subprocess.Popen[bytes], address: str) -> bool:
    """Wait until a server answers at an address, whatever it says; False if it ends or takes too long."""
    deadline = time.monotonic() + START_TIMEOUT_S
    asker = opener(_NoRedirect())
    while time.monotonic() < deadline and server.poll() is None:
        try:
            asker.open(address, timeout=POLL_INTERVAL_S * 10).close()
        except urllib.error.HTTPError:
            return True  # any answer means that it listens
        except OSError:
            time.sleep(POLL_INTERVAL_S)
        else:
            return True
    return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect to the login page is an answer too; following it would only cost time."""

    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None
