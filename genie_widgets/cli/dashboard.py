"""`genie demo` and `genie dashboard`: the page, served by Voila from the notebook."""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import webbrowser
from collections.abc import Callable
from typing import Any

from genie_widgets.schema import GenieError, Problem
from genie_widgets.session.local_server import LOCALHOST, free_port, wait_until_up

FIRST_PORT = 8866
PORTS_TRIED = 50
MOST_READY = 100
STOP_TIMEOUT_S = 10.0


def add_commands(commands: Any) -> None:
    """Add this module's commands."""
    for name, text in (
        ("demo", "open the page, with sample tables at hand"),
        ("dashboard", "serve the page to others"),
    ):
        parser: argparse.ArgumentParser = commands.add_parser(name, help=text)
        parser.add_argument(
            "--port",
            type=port_number,
            metavar="PORT",
            help=f"port to listen on (default: the first free from {FIRST_PORT})",
        )
        parser.add_argument("--no-browser", action="store_true", help="only print the address")
        parser.add_argument("--no-token", action="store_true", help="let everybody in who reaches the port")
        if name == "dashboard":
            parser.add_argument("--host", default=LOCALHOST, help=f"address to listen on (default: {LOCALHOST})")
            add_ready(parser)
        else:
            parser.set_defaults(host=LOCALHOST, ready=0)
        parser.set_defaults(action=_serve, shared=name == "dashboard")


def add_ready(parser: argparse.ArgumentParser) -> None:
    """Add how many visitors find their page made."""
    parser.add_argument(
        "--ready",
        type=_count,
        default=1,
        metavar="N",
        help="kernels started ahead, so that the next N visitors need not wait for theirs (default: 1)",
    )


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_READY):
        raise argparse.ArgumentTypeError(f"{text} is no number of kernels up to {MOST_READY}")
    return int(text)


def port_number(text: str) -> int:
    """Read a port from a command line."""
    if not (text.isascii() and text.isdigit() and int(text) < 2**16):
        raise argparse.ArgumentTypeError(f"{text} is no port: a whole number up to 65535 is needed")
    return int(text)


def _free_port(host: str, wanted: int | None) -> int:
    candidates = [wanted] if wanted is not None else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    try:
        port = free_port(host, candidates)
    except OSError as error:
        raise GenieError(_no_such_address(host)) from error
    if port is None:
        raise GenieError(
            Problem(
                code="port-taken",
                title=f"Port {wanted or FIRST_PORT} on {host} is not free.",
                remedy="Name another with --port.",
                culprit="--port",
                value=str(wanted or FIRST_PORT),
            )
        )
    return port


def _no_such_address(host: str) -> Problem:
    return Problem(
        code="no-such-address",
        title=f"This machine has no address {host} to listen on.",
        remedy="Name one of its IPv4 addresses with --host; 0.0.0.0 stands for all of them.",
        culprit="--host",
        value=host,
    )


def _serve(arguments: argparse.Namespace) -> int:
    token = "" if arguments.no_token else new_token()
    environment: dict[str, str] = {}
    if arguments.shared:
        environment["GENIE_SHARED"] = "1"
    elif token:
        # On a machine of one's own, behind a token, one may name one's own files and databases.
        for what in ("PATHS", "URLS", "QUERIES", "LLM", "MLFLOW_UI"):
            name = f"GENIE_ALLOW_{what}"
            environment[name] = os.environ.get(name, "1")

    def announce(address: str) -> None:
        address += f"?token={token}" if token else ""
        print(f"\nGenie is at {address}\nStop it with Ctrl-C.", flush=True)
        if not arguments.no_browser and _has_display():
            webbrowser.open(address)

    return serve(arguments.host, arguments.port, token, environment, announce, ready=arguments.ready)


def new_token() -> str:
    """Make a word that lets in whoever knows it."""
    return secrets.token_urlsafe(16)


def serve(
    host: str,
    port: int | None,
    token: str,
    environment: dict[str, str],
    announce: Callable[[str], object],
    *,
    ready: int = 0,
) -> int:
    """Serve the page until it is stopped.

    Parameters
    ----------
    host : str
        Address to listen on.
    port : int or None
        None takes the first that is free.
    token : str
        Who knows it is let in; empty lets everybody in.
    environment : dict of str to str
        Settings of the page's own, beside those of this process.
    announce : callable
        Told of the page's address once it is up.
    ready : int
        How many kernels are started ahead of their visitors.

    Returns
    -------
    int
        The exit code.

    Raises
    ------
    GenieError
        If the port is taken, the address is not this machine's, or the server does not start.
    """
    from genie_widgets.store import default_workspace
    from genie_widgets.voila.settings import notebook_path, voila_arguments, voila_environment

    port = _free_port(host, port)
    options = voila_arguments(notebook_path(), port=port, token=token, ip=host, ready=ready)
    command = [sys.executable, "-m", "voila", *options]
    # A page's kernel starts in the notebook's folder; the workspace belongs where the person is.
    settings = {**voila_environment(), "GENIE_HOME": str(default_workspace()), **environment}
    # A session of its own: Ctrl-C reaches this process alone, which then stops the server in good order.
    server = subprocess.Popen(command, start_new_session=True, env=settings)
    previous = signal.signal(signal.SIGTERM, _interrupt)
    try:
        address = f"http://{host}:{port}/"
        _wait_until_up(server, address)
        announce(address)
        return server.wait()
    except KeyboardInterrupt:
        print("\nStopping. Trainings under way go on by themselves.", flush=True)
        return 0
    finally:
        signal.signal(signal.SIGTERM, previous)
        _stop(server)


def _interrupt(_signal: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _has_display() -> bool:
    return bool(sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _wait_until_up(server: subprocess.Popen[bytes], address: str) -> None:
    if wait_until_up(server, address + "static/favicons/favicon.ico"):
        return
    raise GenieError(
        Problem(
            code="page-did-not-start",
            title="The page's server did not start.",
            remedy="Its own words are above; `genie doctor` says what is missing here.",
            culprit="voila",
        )
    )


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask the server to stop its kernels and itself; kill what does not listen."""
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait(STOP_TIMEOUT_S)
