"""`genie class`: the page for a class, an address for each of its people, and a board of all their runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from genie_widgets.cli.dashboard import add_ready, new_token, port_number, serve
from genie_widgets.cli.show import printable
from genie_widgets.schema import GenieError, Problem
from genie_widgets.session.local_server import LOCALHOST

MAX_NAME = 80


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "class", help="serve the page to a class: an address and an allowance for each, and a board of all runs"
    )
    parser.add_argument("people", metavar="PEOPLE", help="a file of names, one in each line; - for those typed")
    parser.add_argument(
        "--minutes-each", type=_at_least_1, metavar="MINUTES", help="how long each may train in all (default: no limit)"
    )
    parser.add_argument(
        "--seed",
        type=_whole,
        metavar="SEED",
        help="fixes the splits of every run, so that all are scored alike (default: 0)",
    )
    parser.add_argument("--host", default=LOCALHOST, help=f"address to listen on (default: {LOCALHOST})")
    parser.add_argument("--port", type=port_number, metavar="PORT", help="port to listen on (default: the first free)")
    parser.add_argument(
        "--at", metavar="ADDRESS", help="how the class reaches the page, where that differs: http://school:8866/"
    )
    parser.add_argument(
        "--no-board", action="store_true", help="do not open MLflow's pages of all runs on this machine"
    )
    add_ready(parser)
    parser.set_defaults(action=_teach)


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text} is no whole number of 0 or more")
    return int(text)


def _at_least_1(text: str) -> int:
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a minute is the least")
    return number


def _teach(arguments: argparse.Namespace) -> int:
    from genie_widgets.session import settings_from_env
    from genie_widgets.session.mlflow_pages import MlflowPages
    from genie_widgets.session.recording import prepare_store
    from genie_widgets.store import People
    from genie_widgets.track import EXPERIMENT, local_uri

    settings = settings_from_env()
    making_store = prepare_store(settings)
    keys = People(settings.workspace).enrol(_names(arguments.people))
    environment = {"GENIE_SHARED": "1"}
    if arguments.seed is not None:
        environment["GENIE_SEED"] = str(arguments.seed)
    if arguments.minutes_each is not None:
        environment["GENIE_MINUTES_EACH"] = str(arguments.minutes_each)
    token = new_token()
    board = MlflowPages(settings.workspace / "mlflow.log")

    def announce(address: str) -> None:
        page = f"{(arguments.at or address).rstrip('/')}/?token={token}"
        width = max(map(len, keys))
        print("\nThe class's page is up. An address for each, which speaks for them and for nobody else:\n")
        for name, key in keys.items():
            print(printable(f"  {name:<{width}}  {page}&person={key}"))
        if settings.tracking_uri:
            print("\nAll runs are recorded where MLFLOW_TRACKING_URI says.")
        elif not arguments.no_board:
            if making_store is not None:
                making_store.wait()
            board.open(local_uri(settings.workspace))
            print(f"\nAll runs, for you alone on this machine: {board.runs(EXPERIMENT)}")
        print("\nStop it with Ctrl-C.", flush=True)

    try:
        return serve(arguments.host, arguments.port, token, environment, announce, ready=arguments.ready)
    finally:
        board.close()


def _names(source: str) -> list[str]:
    """Read the names of a class, each once.

    Raises
    ------
    GenieError
        If there is no such file, it is no text, or it names nobody.
    """
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise GenieError(_unreadable(source, "cannot be read as text")) from error
    lines = (" ".join(line.split())[:MAX_NAME] for line in text.splitlines())
    names = list(dict.fromkeys(line for line in lines if line))
    if not names:
        raise GenieError(_unreadable(source, "names nobody"))
    return names


def _unreadable(source: str, why: str) -> Problem:
    return Problem(
        code="no-class",
        title=f"The list of people, {source}, {why}.",
        remedy="Give a text file with one name in each line.",
        culprit="PEOPLE",
        value=source,
    )
