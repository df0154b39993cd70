"""`genie predict RUN TABLE`: predictions of a finished run for new rows."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from genie_widgets.cli.show import print_problem
from genie_widgets.schema import GenieError, Problem


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser("predict", help="predict new rows with a finished run")
    parser.add_argument("run", help="the run's id, as `genie runs` prints it")
    parser.add_argument("table", type=Path, help="file with the same columns as the table that was learned from")
    parser.add_argument("-o", "--output", type=Path, help="CSV file to write (default: TABLE-predictions.csv)")
    parser.add_argument(
        "--accept-drift",
        action="append",
        default=[],
        metavar="COLUMN",
        help="use the predictions though the rows differ in this column from those learned from; "
        "the run remembers it; may be given several times",
    )
    parser.set_defaults(action=_predict)


def _predict(arguments: argparse.Namespace) -> int:
    import genie_widgets as gw
    from genie_widgets.cli.tables import table_of

    table = table_of(arguments.table)
    run = gw.open_run(arguments.run)
    output = arguments.output or Path(f"{arguments.table.stem}-predictions.csv")
    if output.is_dir() or not output.parent.is_dir() or not os.access(output.parent, os.W_OK):
        raise GenieError(
            Problem(
                code="output-unwritable",
                title=f"The predictions cannot be written to {output}.",
                remedy="Name a file in a folder that is there and that you may write, with --output.",
                culprit="--output",
                value=str(output),
            )
        )
    for column in arguments.accept_drift:
        run.accept_drift(column)
    problems = run.predict_to(table, output)
    for problem in problems:
        print_problem(problem)
    print(f"{len(table.frame):,} rows written to {output}")
    return 0
