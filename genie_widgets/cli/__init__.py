"""The `genie` command: a door to the same functions as the panel and Python.

Exit codes: 0 done; 1 a check found something; 2 a problem that the person can
mend; 3 the planner has a question or refuses; 70 the unexpected; 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import secrets
import sys
import traceback
from collections.abc import Sequence

from genie_widgets.cli import classroom, dashboard, doctor, plan, predict, prepare, run, runs
from genie_widgets.cli.show import printable
from genie_widgets.schema import GenieError
from genie_widgets.version import __version__

EXIT_PROBLEM = 2
EXIT_UNEXPECTED = 70
EXIT_INTERRUPTED = 130


def build_parser() -> argparse.ArgumentParser:
    """Build the parser; each command's module adds its own part."""
    parser = argparse.ArgumentParser(
        prog="genie", description="A table and a sentence become a trained, explained and downloadable model."
    )
    parser.add_argument("--version", action="version", version=f"genie {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (dashboard, classroom, run, plan, predict, runs, doctor, prepare):
        module.add_commands(commands)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    argv : sequence of str or None
        Arguments without the program's name; None means those of the process.

    Returns
    -------
    int
        The exit code.
    """
    arguments = build_parser().parse_args(argv)
    try:
        code = int(arguments.action(arguments))
        # A reader that has gone is noticed here rather than by the interpreter's end, which makes noise.
        sys.stdout.flush()
        return code
    except GenieError as error:
        print(printable(f"genie: {error.problem.title}\n  {error.problem.remedy}"), file=sys.stderr)
        return EXIT_PROBLEM
    except BrokenPipeError:
        # The reader (head, less) has closed the pipe; nothing is wrong, and nothing more can be said on it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except Exception:
        return _unexpected()


def _unexpected() -> int:
    """Tell the reference number, and put the traceback into the workspace's log."""
    from genie_widgets.store import default_workspace

    reference = secrets.token_hex(4)
    text = f"reference {reference}\n{traceback.format_exc()}\n"
    try:
        log = default_workspace() / "log.txt"
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(text)
        place = f"the details are in {log}"
    except (OSError, RuntimeError):  # a "~" of nobody's is a RuntimeError
        sys.stderr.write(text)
        place = "the details are above; the workspace could not be written"
    print(f"genie: something unexpected happened (reference {reference}); {place}.", file=sys.stderr)
    return EXIT_UNEXPECTED
