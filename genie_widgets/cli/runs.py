"""`genie runs`: the runs of this workspace, newest first."""

from __future__ import annotations

import argparse
import time
from typing import Any

from genie_widgets.cli.show import printable


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser("runs", help="list the runs of this workspace")
    parser.set_defaults(action=_runs)


def _runs(_arguments: argparse.Namespace) -> int:
    import genie_widgets as gw

    summaries = gw.list_runs()
    if not summaries:
        print('No runs yet. Start one with: genie run TABLE "PROMPT"')
    for summary in summaries:
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(summary.created_at))
        score = "" if summary.score is None else f"{summary.metric} {summary.score:.4g}"
        text = f"{summary.run_id}  {when}  {summary.status:<11}  {summary.table_name}: {summary.target}  {score}"
        print(printable(text))
    return 0
