"""`genie runs` lists the runs of this workspace; `genie resume RUN` takes one up again."""

from __future__ import annotations

import argparse
import time
from typing import Any

from genie_widgets.cli.show import print_result, printable


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser("runs", help="list the runs of this workspace")
    parser.set_defaults(action=_runs)
    parser = commands.add_parser(
        "resume", help="take up a run that was interrupted, or give one more time; what it has found is kept"
    )
    parser.add_argument("run", help="the run's id, as `genie runs` lists it")
    parser.add_argument(
        "--time",
        type=_seconds,
        metavar="SECONDS",
        help="train on for so long; without it, the models finished so far become the result",
    )
    parser.set_defaults(action=_resume)


def _runs(_arguments: argparse.Namespace) -> int:
    import genie_widgets as gw

    summaries = gw.list_runs()
    if not summaries:
        print('No runs yet. Start one with: genie run TABLE "PROMPT"')
    for summary in summaries:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.created_at))
        score = "" if summary.score is None else f"{summary.metric} {summary.score:.4g}"
        what = f"{summary.table_name}: {summary.target}  {score}  {summary.person}".rstrip()
        text = f"{summary.run_id}  {when}  {summary.status:<11}  {what}"
        print(printable(text))
    return 0


def _seconds(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("seconds are a whole number, 1 or more")
    return int(text)


def _resume(arguments: argparse.Namespace) -> int:
    import genie_widgets as gw
    from genie_widgets.cli.progress import follow

    run = gw.open_run(arguments.run)
    if arguments.time is None:
        run.salvage()
    else:
        run.extend(arguments.time)
    print_result(follow(run))
    return 0
