"""`genie run TABLE "PROMPT"`: plan, confirm, train with live progress, and say what came of it."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from genie_widgets.cli.plan import EXIT_NOT_A_PLAN, add_table_and_prompt
from genie_widgets.cli.progress import follow
from genie_widgets.cli.show import print_answer, print_result
from genie_widgets.schema import Answer, Plan, Tracking

# A container may end with this command, and the process that records with it.
RECORD_WAIT_S = 30.0


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser("run", help="train a model on a table, as a sentence says")
    add_table_and_prompt(parser)
    parser.add_argument("--yes", action="store_true", help="train without asking for a confirmation")
    parser.add_argument("--target", help="column to predict, whatever the sentence says")
    parser.add_argument(
        "--time", type=int, metavar="SECONDS", help="seconds for everything, whatever the sentence says"
    )
    parser.add_argument(
        "--empty-target", metavar="VALUE", help="what an empty cell of that column means; its rows are left out if not"
    )
    parser.set_defaults(action=_run)


def _run(arguments: argparse.Namespace) -> int:
    import genie_widgets as gw
    from genie_widgets.cli.tables import table_of

    table = table_of(arguments.table)
    answer: Answer = gw.plan(table, arguments.prompt, llm=None if arguments.no_llm else "auto")
    plan = _settle(table, answer, arguments)
    if plan is None:
        return EXIT_NOT_A_PLAN
    print_answer(plan)
    if plan.blockers:
        return 2
    if not arguments.yes and not _confirmed():
        return 0
    run = gw.train(table, plan, prompt=arguments.prompt)
    print(f"Run {run.id}")
    result = follow(run)
    print_result(result)
    for artefact in result.artefacts:
        print(f"{artefact.kind:>12}  {run.path / artefact.path}")
    print(_record(run.wait_recorded(RECORD_WAIT_S)))
    print(f"\nPredict new rows with: genie predict {run.id} NEW_TABLE")
    return 0


def _record(tracking: Tracking | None) -> str:
    if tracking is None:
        return "      record  still being written to MLflow"
    if tracking.problem is not None:
        return f"      record  {tracking.problem}"
    return f"      record  MLflow run {tracking.run_id} at {tracking.uri}"


def _settle(table: Any, answer: Answer, arguments: argparse.Namespace) -> Plan | None:
    """Turn an answer into a plan, asking the person where one is at the terminal."""
    from genie_widgets.intent import answer_question, edit_plan

    if answer.status == "question":
        choice = arguments.target if answer.field == "target" else None
        if choice is None:
            print_answer(answer)
            choice = _choose(answer.candidates)
        if choice is None:
            return None
        answer = answer_question(answer, table.profile, arguments.prompt, choice)
    if answer.status != "plan":
        print_answer(answer)
        return None
    changes: dict[str, Any] = {}
    if arguments.target is not None and arguments.target != answer.target:
        changes["target"] = arguments.target
    if arguments.time is not None:
        changes["time_limit_s"] = arguments.time
    if arguments.empty_target is not None:
        changes["empty_target"] = arguments.empty_target
    return edit_plan(answer, table.profile, **changes) if changes else answer


def _choose(candidates: tuple[str, ...]) -> str | None:
    """Ask for one of the candidates by number; None where nobody is there to answer."""
    if not (sys.stdin.isatty() and candidates):
        print("Say which with --target COLUMN.", file=sys.stderr)
        return None
    while True:
        reply = _reply(f"1-{len(candidates)} (empty to leave): ")
        if not reply:
            return None
        if reply.isdigit() and 1 <= int(reply) <= len(candidates):
            return candidates[int(reply) - 1]


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        print("Nothing was trained: confirm the plan with --yes.", file=sys.stderr)
        return False
    return _reply("Train this? [y/N] ").lower() in ("y", "yes")


def _reply(question: str) -> str:
    """Ask at the terminal; its end (Ctrl-D) is an empty reply."""
    try:
        return input(question).strip()
    except EOFError:
        print()
        return ""
