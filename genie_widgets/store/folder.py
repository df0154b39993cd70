"""Paths and files of one run, and the workspace that holds the runs."""

from __future__ import annotations

import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from genie_widgets.language import tr
from genie_widgets.schema import (
    ClusterJob,
    Event,
    Failed,
    Finished,
    GenieError,
    Problem,
    Resumed,
    RunRequest,
    RunResult,
    Tracking,
    Warned,
    run_id_is_valid,
)
from genie_widgets.store import events, heartbeat, lock
from genie_widgets.store.files import telling_disk_full, write_atomically

BALLAST_BYTES = 64 * 1024


def default_workspace() -> Path:
    """Name the workspace: ``GENIE_HOME``, or ``genie-workspace`` in the current folder."""
    return Path(os.environ.get("GENIE_HOME") or "genie-workspace").expanduser().resolve()


def list_run_ids(workspace: Path) -> list[str]:
    """List the ids of the runs that were asked for, newest first; drafts are left out."""
    requests = [path for path in (workspace / "runs").glob("*/request.json") if run_id_is_valid(path.parent.name)]
    return [path.parent.name for path in sorted(requests, key=lambda path: path.stat().st_mtime, reverse=True)]


class RunFolder:
    """The folder of one run.

    Parameters
    ----------
    path : Path
        An existing folder whose name is the run id.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def run_id(self) -> str:
        """The run's id: the folder's name."""
        return self.path.name

    def beside(self, run_id: str) -> RunFolder:
        """Give the folder of another run of the same workspace."""
        return RunFolder(self.path.parent / run_id)

    @classmethod
    def create(cls, workspace: Path, run_id: str) -> RunFolder:
        """Create the folder of a new run, readable by its owner alone."""
        path = _path_of(workspace, run_id)
        with telling_disk_full(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.mkdir(mode=0o700)
        return cls(path)

    @classmethod
    def open(cls, workspace: Path, run_id: str) -> RunFolder:
        """Open the folder of a run that was asked for.

        Raises
        ------
        GenieError
            If there is no such run.
        """
        path = _path_of(workspace, run_id)
        if not (path / "request.json").is_file():
            raise _no_such_run(run_id)
        return cls(path)

    @property
    def request_path(self) -> Path:
        """Path of what was asked."""
        return self.path / "request.json"

    @property
    def table_path(self) -> Path:
        """Path of the table as it was read."""
        return self.path / "table.parquet"

    @property
    def events_path(self) -> Path:
        """Path of the event log."""
        return self.path / "events.jsonl"

    @property
    def lock_path(self) -> Path:
        """Path of held by the living worker."""
        return self.path / "lock"

    @property
    def recorders_path(self) -> Path:
        """Path of the lock that is held by the processes that record the run, or wait for the word to."""
        return self.path / "recorders.lock"

    @property
    def heartbeat_path(self) -> Path:
        """Path of the sign of life of a worker on a cluster."""
        return self.path / "heartbeat"

    @property
    def recorders_heartbeat_path(self) -> Path:
        """Path of the sign of life of a process on a cluster that records the run, or waits for the word to."""
        return self.path / "recorders.heartbeat"

    @property
    def job_path(self) -> Path:
        """Path of which job of a cluster trains the run."""
        return self.path / "cluster.json"

    @property
    def queue(self) -> Path:
        """The folder of its workspace's queue."""
        return self.path.parent.parent / "queue"

    @property
    def ballast_path(self) -> Path:
        """Path of room kept for the last word."""
        return self.path / "ballast"

    @property
    def stop_path(self) -> Path:
        """Path of its existence asks the worker to stop and keep the best."""
        return self.path / "stop"

    @property
    def result_path(self) -> Path:
        """Path of what was found so far."""
        return self.path / "result.json"

    @property
    def predictor_path(self) -> Path:
        """Path of the trained models."""
        return self.path / "predictor"

    @property
    def refit_path(self) -> Path:
        """Folder of the models while they are trained once more on all rows; gone afterwards."""
        return self.path / "refit"

    @property
    def folds_path(self) -> Path:
        """Folder of the models that only score the rows they have not seen; gone afterwards."""
        return self.path / "folds"

    @property
    def model_path(self) -> Path:
        """Path of the slim model: what the best one needs to predict."""
        return self.path / "model"

    @property
    def example_path(self) -> Path:
        """Path of a few rows as the model takes them."""
        return self.path / "input_example.parquet"

    @property
    def scored_path(self) -> Path:
        """Path of the rows that were kept apart, with their true answers and predictions."""
        return self.path / "scored.parquet"

    @property
    def to_explain_path(self) -> Path:
        """Path of which rows are explained, and against which; there as long as more time would tell more of them."""
        return self.path / "to_explain.json"

    @property
    def tracking_path(self) -> Path:
        """Path of where the run is recorded."""
        return self.path / "tracking.json"

    @property
    def earlier_tracking_path(self) -> Path:
        """Path of where the run was recorded before it was taken up again."""
        return self.path / "tracking.before.json"

    @property
    def report_path(self) -> Path:
        """Path of the report."""
        return self.path / "report.html"

    @property
    def bundle_path(self) -> Path:
        """Path of the model to take away."""
        return self.path / "bundle.zip"

    @property
    def notebook_path(self) -> Path:
        """Path of the notebook that makes the model again, with its rows."""
        return self.path / "notebook.zip"

    @property
    def log_path(self) -> Path:
        """Path of what the worker and the libraries printed."""
        return self.path / "log.txt"

    def write_request(self, request: RunRequest) -> None:
        """Write the request; the waiting worker starts as soon as it stands."""
        write_atomically(self.request_path, request.model_dump_json())

    def withdraw_request(self) -> None:
        """Make a draft of the run again: nobody could be found who works on it."""
        self.request_path.unlink(missing_ok=True)
        self.job_path.unlink(missing_ok=True)
        self.events_path.unlink(missing_ok=True)

    def read_request(self) -> RunRequest:
        """Read the request."""
        return RunRequest.model_validate_json(self.request_path.read_bytes())

    def append(self, event: Event) -> Event:
        """Append an event to the log; see `events.append`. The last word finds room on a full disk."""
        try:
            return events.append(self.events_path, event)
        except GenieError:
            if not isinstance(event, Failed | Finished) or not self.ballast_path.exists():
                raise
            self.ballast_path.unlink()
            return events.append(self.events_path, event)

    def take_ballast(self) -> None:
        """Keep a little room on the disk, so that a run that fills it can say so."""
        with telling_disk_full(self.ballast_path):
            self.ballast_path.write_bytes(os.urandom(BALLAST_BYTES))

    def drop_ballast(self) -> None:
        """Give the room back."""
        self.ballast_path.unlink(missing_ok=True)

    def events(self, after: int = 0) -> list[Event]:
        """Read the events after sequence number `after`."""
        return events.read(self.events_path, after)

    def fail(self, problem: Problem, *, total_s: float) -> None:
        """Say the last word of a run that did not end well; what an earlier part of it had found still stands."""
        before = self.read_result()
        if before is None or before.status == "training":
            self.append(Failed(problem=problem))
            return
        self.append(Warned(problem=problem.model_copy(update={"severity": "warning"})))
        self.append(Finished(status=before.status, total_s=total_s))

    def write_result(self, result: RunResult) -> None:
        """Replace the result, all or nothing; its record has a file of its own."""
        write_atomically(self.result_path, result.model_copy(update={"tracking": None}).model_dump_json())

    def read_result(self) -> RunResult | None:
        """Read the result, with the record's address once it is known; None where there is none yet."""
        try:
            result = RunResult.model_validate_json(self.result_path.read_bytes())
        except FileNotFoundError:
            return None
        if self.tracking_path.exists():
            result = result.model_copy(
                update={"tracking": Tracking.model_validate_json(self.tracking_path.read_bytes())}
            )
        return result

    def write_tracking(self, tracking: Tracking) -> None:
        """Write where the run is recorded: a file of its own, since it is known after the last word."""
        write_atomically(self.tracking_path, tracking.model_dump_json())

    def recorded_id(self) -> str:
        """Give MLflow's id of the run's record, of the part before where this one has none; empty if none."""
        for path in (self.tracking_path, self.earlier_tracking_path):
            if path.exists() and (found := Tracking.model_validate_json(path.read_bytes()).run_id):
                return found
        return ""

    def request_stop(self) -> None:
        """Ask the worker to stop and keep the best."""
        self.stop_path.touch()

    def stop_requested(self) -> bool:
        """Tell whether a person asked to stop."""
        return self.stop_path.exists()

    def resume(self, event: Resumed) -> Event | None:
        """Write that the run is taken up again, if nobody works on it.

        Returns
        -------
        Event or None
            None where a worker holds the run.
        """
        with self.hold_lock() as held:
            if not held or heartbeat.is_beating(self.heartbeat_path):
                return None
            # What belonged to the part before: its stop, and its record, to which the new part is added.
            self.stop_path.unlink(missing_ok=True)
            self.set_record_aside()
            return self.append(event)

    def set_record_aside(self) -> None:
        """Have no record as yet: there will be another, which is added to the one that there is."""
        if not self.tracking_path.exists():
            return
        if Tracking.model_validate_json(self.tracking_path.read_bytes()).run_id:
            self.tracking_path.replace(self.earlier_tracking_path)
        else:
            self.tracking_path.unlink()  # nothing was recorded; what was before, still is

    def share_recorders(self) -> AbstractContextManager[IO[str]]:
        """Hold the recorders' lock, for a process that inherits it; see `lock.share`."""
        return lock.share(self.recorders_path)

    def is_recording(self) -> bool:
        """Tell whether some process records the run, or waits for the word to."""
        return lock.is_shared(self.recorders_path) or heartbeat.is_beating(self.recorders_heartbeat_path)

    def record_is_settled(self) -> bool:
        """Tell whether the run is recorded, is known not to be, or has nobody left who would."""
        # In this order: whoever records writes, and only then ends.
        return not self.is_recording() or self.tracking_path.exists()

    def last_resumed(self) -> Resumed | None:
        """Tell how the run was last taken up again, if it was."""
        return next((event for event in reversed(self.events()) if isinstance(event, Resumed)), None)

    def hold_lock(self) -> AbstractContextManager[bool]:
        """Hold the run's lock while the worker lives; see `lock.hold`."""
        return lock.hold(self.lock_path)

    def is_alive(self) -> bool:
        """Tell whether a worker holds the lock, or on a cluster gives signs of life."""
        return lock.is_held(self.lock_path) or heartbeat.is_beating(self.heartbeat_path)

    def keep_heartbeat(self) -> AbstractContextManager[None]:
        """Give signs of life while a worker on a cluster lives; see `heartbeat.beating`."""
        return heartbeat.beating(self.heartbeat_path)

    def keep_recorders_heartbeat(self) -> AbstractContextManager[None]:
        """Give signs of life while a process on a cluster may still record the run."""
        return heartbeat.beating(self.recorders_heartbeat_path)

    def write_job(self, job: ClusterJob) -> None:
        """Write which job of a cluster trains the run."""
        write_atomically(self.job_path, job.model_dump_json())

    def read_job(self) -> ClusterJob | None:
        """Read which job of a cluster trains the run, or did; None where it was this machine."""
        try:
            return ClusterJob.model_validate_json(self.job_path.read_bytes())
        except FileNotFoundError:
            return None

    def is_draft(self) -> bool:
        """Tell whether nothing was asked yet: the worker was only started early."""
        return not self.request_path.exists()

    def remove_draft(self) -> None:
        """Remove the folder of a run that nobody asked for; does nothing to a real run."""
        if self.is_draft():
            shutil.rmtree(self.path, ignore_errors=True)


def _path_of(workspace: Path, run_id: str) -> Path:
    # Checked before it touches a path: an id is a stranger's text (an address's ?run=, a command's argument).
    if not run_id_is_valid(run_id):
        raise _no_such_run(run_id)
    return workspace / "runs" / run_id


def _no_such_run(run_id: str) -> GenieError:
    return GenieError(
        Problem(
            code="no-such-run",
            title=tr("There is no run of this name here."),
            remedy=tr("`genie runs` lists the runs; check GENIE_HOME if it was made elsewhere."),
            culprit="run",
            value=run_id[:80],
        )
    )
