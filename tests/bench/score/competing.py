"""One tool on one table: a process of its own, the rows in files, its predictions scored here."""

import json
import os
import resource
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from judging import METRICS, as_text, score

TOOLS = Path(__file__).parent / "tools"
# Of its seconds; who takes longer than ten times what it was given is ended and has no score.
PATIENCE = 10
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


@dataclass(frozen=True)
class Tool:
    """A tool's script and its own argument."""

    name: str
    script: str
    argument: str = ""
    python: str = ""

    def command(self, folder):
        """Give the command that runs it on a folder."""
        return [self.python, str(TOOLS / self.script), str(folder), *filter(None, [self.argument])]


def compete(tool, table, train, test, seconds):
    """Run a tool; give what it scored, how long it took, and what it told."""
    with tempfile.TemporaryDirectory(prefix="score-") as name:
        folder = Path(name)
        train.to_csv(folder / "train.csv", index=False)
        test.drop(columns=table.target).to_csv(folder / "test.csv", index=False)
        job = {
            "target": table.target,
            "problem_type": table.problem_type,
            "metric": METRICS[table.problem_type],
            "seconds": seconds,
        }
        (folder / "job.json").write_text(json.dumps(job))
        outcome = _run(tool, folder, seconds)
        if outcome["failed"] == "":
            predicted = pd.read_csv(folder / "predicted.csv")
            truth = test[table.target]
            truth = truth if table.problem_type == "regression" else as_text(truth)
            outcome.update(json.loads((folder / "told.json").read_text()))
            outcome["score"] = score(truth, predicted, table.problem_type)
    return outcome


def _run(tool, folder, seconds):
    environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1"), "GENIE_HOME": str(folder / "workspace")}
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with (folder / "log").open("wb") as log:
        try:
            code = subprocess.run(
                tool.command(folder),
                env=environment,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                timeout=PATIENCE * seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            code = "timeout"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = code == 0 and (folder / "predicted.csv").is_file()
    return {
        "failed": "" if ended else f"{code}: " + (folder / "log").read_text(errors="replace")[-600:],
        "process_s": round(time.perf_counter() - started, 1),
        "cpu_s": round(sum(after[:2]) - sum(before[:2]), 1),
        "load": round(os.getloadavg()[0], 1),
    }
