"""`genie plan TABLE "PROMPT"`: show the plan, and train nothing."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from genie_widgets.cli.show import print_answer

EXIT_NOT_A_PLAN = 3


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser("plan", help="show the plan for a table and a sentence")
    add_table_and_prompt(parser)
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    parser.set_defaults(action=_plan)


def add_table_and_prompt(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that `plan` and `run` share."""
    parser.add_argument("table", type=Path, help="CSV, Parquet or Excel file, or the name of a sample")
    parser.add_argument("prompt", help='what to predict, e.g. "which customers will leave? ignore the id, 5 minutes"')
    parser.add_argument("--no-llm", action="store_true", help="use the embedded planner even where a key is set")


def _plan(arguments: argparse.Namespace) -> int:
    import genie_widgets as gw
    from genie_widgets.cli.tables import table_of

    answer = gw.plan(table_of(arguments.table), arguments.prompt, llm=None if arguments.no_llm else "auto")
    if arguments.json:
        print(answer.model_dump_json(indent=2))
    else:
        print_answer(answer)
    return 0 if answer.status == "plan" else EXIT_NOT_A_PLAN
