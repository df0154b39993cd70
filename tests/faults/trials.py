"""A small run, something that happens to it at a random moment, and what must be true afterwards.

The worker is the real one, forked from this process so that AutoGluon is
imported once and not two hundred times; MLflow's recorder is left out for the
same reason (`test_faults.py` has it, with processes started as ever).
"""

import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from genie_widgets.data import read_table
from genie_widgets.schema import (
    Failed,
    Finished,
    GenieError,
    ModelFinished,
    Plan,
    Resumed,
    RunRequest,
    RunStarted,
    decode_event,
    new_run_id,
)
from genie_widgets.store import RunFolder, fold

SECONDS = 10
END_S = 240  # a machine that eight others use as well; a run that hangs takes longer
FAULTS = ("kill", "kill_twice", "stop", "fill", "freeze", "reload")
N_PREDICTED = 5
PREDICT = """
import sys
from pathlib import Path
import pandas as pd
from genie_widgets.train import load_model
assert len(load_model(Path(sys.argv[1])).predict(pd.read_parquet(sys.argv[2]))) == int(sys.argv[3])
"""
# The report and the bundle hold a copy of Plotly each: a run needs some tens of megabytes.
FILLED_BYTES = 96 * 2**20


def small_table(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(240, 4))
    word = rng.choice(list("uvw"), 240)
    y = np.where(x[:, 0] + (word == "u") + rng.normal(size=240) > 0.3, "yes", "no")
    return pd.DataFrame(x, columns=list("abcd")).assign(word=word, y=y)


def ask(workspace, seed):
    """Ask for a run."""
    table = read_table(small_table(seed), name="small")
    folder = RunFolder.create(workspace, new_run_id())
    table.frame.to_parquet(folder.table_path)
    plan = Plan(target="y", problem_type="binary", metric="roc_auc", quality="fast", time_limit_s=SECONDS)
    folder.write_request(
        RunRequest(
            run_id=folder.run_id, prompt="y?", plan=plan, profile=table.profile, created_at=time.time(), seed=seed
        )
    )
    return folder


def model_of(folder):
    return folder.model_path if folder.model_path.exists() else folder.predictor_path


class Forked:
    """Workers forked from this process: start, wait, and whether one still runs."""

    def start(self, folder, *flags):
        pid = os.fork()
        if pid:
            return pid
        self._be_a_worker(["worker", str(folder.path), *flags])
        return None

    def _be_a_worker(self, argv):
        code = 1
        try:
            os.setsid()
            null = os.open(os.devnull, os.O_RDWR)
            os.dup2(null, 0)
            os.dup2(null, 1)
            sys.argv = argv
            from genie_widgets.worker import __main__ as worker
            from genie_widgets.worker import pipeline

            pipeline.Recorder = NoRecorder
            worker.main()
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)

    def predicts(self, folder):
        """Whether the run's model predicts, in a process that knows the folder only."""
        pid = os.fork()
        if not pid:
            code = 1
            try:
                from genie_widgets.train import load_model

                predicted = load_model(model_of(folder)).predict(small_table(0).head(N_PREDICTED))
                code = 0 if len(predicted) == N_PREDICTED else 1
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


class NoRecorder:
    def __init__(self, folder):
        pass

    def record(self, *_told):
        pass

    abandon = record


class Started(Forked):
    """Workers started as the package starts them."""

    def __init__(self):
        self._processes = {}

    def start(self, folder, *flags):
        log = folder.log_path.open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "genie_widgets.worker", str(folder.path), *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        self._processes[process.pid] = process
        return process.pid

    def predicts(self, folder):
        # Not forked: other tests have left threads of OpenMP in this process; its fork would wait for them for ever.
        with tempfile.TemporaryDirectory() as place:
            rows = Path(place) / "rows.parquet"
            small_table(0).head(N_PREDICTED).to_parquet(rows)
            command = [sys.executable, "-c", PREDICT, str(model_of(folder)), str(rows), str(N_PREDICTED)]
            return subprocess.run(command, capture_output=True, timeout=END_S, check=False).returncode == 0


def gone(pid):
    """Whether a child has ended; it is buried then."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def wait_gone(pid, timeout_s=END_S):
    deadline = time.monotonic() + timeout_s
    while not gone(pid):
        if time.monotonic() > deadline:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            return False
        time.sleep(0.05)
    return True


@contextlib.contextmanager
def small_disk(size_bytes):
    """A disk of its own; None where this process may not mount one."""
    place = Path(tempfile.mkdtemp())
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "tmpfs", str(place)], capture_output=True, check=False
    )
    try:
        yield place if done.returncode == 0 else None
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", str(place)], check=False)
        shutil.rmtree(place, ignore_errors=True)


class Trial:
    """One seeded trial.

    Parameters
    ----------
    seed : int
        Chooses the fault and its moment.
    workers : Forked
        Starts the workers.
    usual_s : float
        Seconds that a run takes here when nothing happens to it.
    """

    def __init__(self, seed, workers, usual_s, faults=FAULTS):
        self.rng = random.Random(seed)
        self.seed = seed
        self.fault = self.rng.choice(faults)
        self.workers = workers
        self.usual_s = usual_s
        self.violations = []
        self.seen = []
        self.outcome = ""

    def run(self):
        """Run it; what must hold and does not is in `violations`."""
        with contextlib.ExitStack() as stack:
            place = stack.enter_context(small_disk(FILLED_BYTES)) if self.fault == "fill" else None
            if place is None:
                self.fault = "kill" if self.fault == "fill" else self.fault
                place = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            self.folder = ask(place, self.seed)
            pid = self.workers.start(self.folder)
            self._wait(self.rng.uniform(0, self.usual_s), pid)
            getattr(self, f"_{self.fault}")(pid)
            self._must(wait_gone(pid), "a worker did not end")
            self._settle()
        return self

    def _must(self, holds, what):
        if not holds:
            self.violations.append(f"{self.fault} {self.seed}: {what}")

    def _view(self):
        alive = self.folder.is_alive()
        return fold(self.folder.events(), alive=alive, now=time.time())

    def _wait(self, seconds, pid):
        """Let time pass as a page would: it looks at the run, which must never look broken."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not gone(pid):
            self._look()
            time.sleep(0.1)

    def _look(self):
        try:
            self._view()
            new = self.folder.events(len(self.seen))
            self.folder.read_result()
        except Exception as error:
            self._must(False, f"a reader saw something torn: {error!r}")
            return
        self.seen += new

    def _kill(self, pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def _kill_twice(self, pid):
        """Killed, taken up again, and killed while that goes on."""
        self._kill(pid)
        wait_gone(pid)
        how = self.rng.choice(("salvage", "extension"))
        if self._view().is_over and self.folder.resume(Resumed(how=how, seconds=SECONDS)) is not None:
            again = self.workers.start(self.folder, "--resume")
            self._wait(self.rng.uniform(0, self.usual_s), again)
            self._kill(again)
            wait_gone(again)

    def _stop(self, _pid):
        self.folder.request_stop()

    def _fill(self, pid):
        """Fill the disk to the last byte, and free it once the worker has ended."""
        filler = self.folder.path.parent / "filler"
        with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 4096):
                pass
        self._wait(END_S, pid)
        filler.unlink()

    def _freeze(self, pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            self._wait(self.rng.uniform(0.5, 2.0), pid)
            os.kill(pid, signal.SIGCONT)

    def _reload(self, pid):
        """Look at it anew, again and again, from what lies on the disk."""
        for _ in range(self.rng.randint(3, 20)):
            fresh = RunFolder(self.folder.path)
            events = fresh.events()
            self._must(events[: len(self.seen)] == self.seen, "a page that was loaded anew saw another past")
            self._wait(0.05, pid)

    def _settle(self):
        """Bring the run to its end if it is not, and look at what is left."""
        self._must(not self.folder.is_alive(), "the lock is held though the worker has ended")
        view = self._view()
        self.outcome = view.status
        if view.status not in ("done", "stopped"):
            how = "salvage" if view.can_salvage else "extension"
            self._must(self.folder.resume(Resumed(how=how, seconds=SECONDS * 2)) is not None, "could not be resumed")
            self._must(wait_gone(self.workers.start(self.folder, "--resume")), "the resumed worker did not end")
            view = self._view()
            self.outcome += f", {how}: {view.status}"
        self._must(view.status in ("done", "stopped"), f"it ended {self.outcome}: {view.problem}")
        self._check_log()
        if view.status in ("done", "stopped"):
            result = self.folder.read_result()
            self._must(result is not None and result.status == view.status, "the result is not the run's")
            self._must(self.workers.predicts(self.folder), "its model does not predict")
        self._must(_all_gone(self.folder.run_id), "a process is left over")
        self._must(_is_whole(self.folder.path.parent.parent / "mlflow.db"), "the record's store is half made")
        half = [path.name for path in self.folder.path.rglob("*.part")]
        self._must(not half, f"half files are left over: {half}")
        self._must(not self.folder.ballast_path.exists(), "the ballast is left over")

    def _check_log(self):
        lines = self.folder.events_path.read_bytes().splitlines()
        try:
            events = [decode_event(line) for line in lines]
        except ValueError:
            self._must(False, "a line of the log is no event")
            return
        self._must([event.seq for event in events] == list(range(1, len(events) + 1)), "numbers are lost or doubled")
        self._must(events[: len(self.seen)] == self.seen, "what was read once has changed")
        parts = [[]]
        for event in events:
            if isinstance(event, Resumed):
                parts.append([])
            parts[-1].append(event)
        for part in parts:
            self._must(sum(isinstance(event, RunStarted) for event in part) <= 1, "a part began twice")
            self._must(sum(isinstance(event, Finished | Failed) for event in part) <= 1, "a part ended twice")
            models = Counter(event.model for event in part if isinstance(event, ModelFinished))
            self._must(all(count == 1 for count in models.values()), f"a model ended twice: {models}")


def _all_gone(run_id, timeout_s=END_S):
    """Whether every process of a run ends; one that records stays for it, in bounded time."""
    deadline = time.monotonic() + timeout_s
    while _processes_of(run_id):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _is_whole(store):
    """Whether MLflow's store, if there is one, is all that MLflow makes of it."""
    if not store.exists():
        return True
    with contextlib.closing(sqlite3.connect(store)) as connection:
        checked = connection.execute("PRAGMA quick_check").fetchone()
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    return checked == ("ok",) and {"alembic_version", "experiments", "runs"} <= tables


def _processes_of(run_id):
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if run_id.encode() in path.read_bytes():
                found.append(path.parent.name)
    return found


def usual_seconds(workers):
    """Measure a run to which nothing happens."""
    with tempfile.TemporaryDirectory() as place:
        folder = ask(Path(place), 0)
        started = time.monotonic()
        if not wait_gone(workers.start(folder)):
            raise GenieError(fold(folder.events(), alive=False, now=0.0).problem)
        return time.monotonic() - started
