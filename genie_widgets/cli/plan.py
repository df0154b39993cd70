"""`genie plan TABLE "PROMPT"`: show the plan, and train nothing. `genie plan --batch DIR`: score the planner."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from genie_widgets.cli.show import print_answer

EXIT_NOT_A_PLAN = 3


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser("plan", help="show the plan for a table and a sentence")
    add_table_and_prompt(parser, optional=True)
    parser.add_argument("--json", action="store_true", help="print the answer, or the figures, as JSON")
    parser.add_argument(
        "--batch", type=Path, metavar="DIR", help="score the embedded planner on DIR/cases.jsonl and DIR/tables/"
    )
    parser.add_argument("--show", action="store_true", help="with --batch: print every case that is not right")
    parser.set_defaults(action=_plan, complain=parser.error)


def add_table_and_prompt(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    """Add the arguments that `plan` and `run` share."""
    many: Any = "?" if optional else None
    parser.add_argument("table", type=Path, nargs=many, help="CSV, Parquet or Excel file, or the name of a sample")
    parser.add_argument(
        "prompt", nargs=many, help='what to predict, e.g. "which customers will leave? ignore the id, 5 minutes"'
    )
    parser.add_argument("--no-llm", action="store_true", help="use the embedded planner even where a key is set")


def _plan(arguments: argparse.Namespace) -> int:
    if arguments.batch is not None:
        from genie_widgets.cli.batch import score_folder

        if arguments.table is not None:
            arguments.complain("--batch takes no table and no sentence")
        return score_folder(arguments.batch, show=arguments.show, as_json=arguments.json)
    if arguments.prompt is None:
        arguments.complain("a table and a sentence are needed, or --batch DIR")
    import genie_widgets as gw
    from genie_widgets.cli.tables import table_of

    answer = gw.plan(table_of(arguments.table), arguments.prompt, llm=None if arguments.no_llm else "auto")
    if arguments.json:
        print(answer.model_dump_json(indent=2))
    else:
        print_answer(answer)
    return 0 if answer.status == "plan" else EXIT_NOT_A_PLAN
