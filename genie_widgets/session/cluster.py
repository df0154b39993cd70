"""The cluster's worker: a job of Ray, seen through the run's folder, and through Ray while it shows no sign of life."""

from __future__ import annotations

import contextlib
import secrets
import shlex
import threading
import time

from genie_widgets.language import tr
from genie_widgets.schema import (
    NO_FOLDER,
    ClusterJob,
    Failed,
    GenieError,
    Problem,
    Queued,
    RunRequest,
    StopRequested,
    nodes_lack_workspace,
)
from genie_widgets.session.process import MODULE, Mode
from genie_widgets.session.ray_jobs import JobState, Node, RayJobs, last_line
from genie_widgets.store import RunFolder, stopped_waiting

# Python's own start on a cold network disk included.
SIGHT_S = 60.0
# A head that is started again is away for so long.
ABSENCE_S = 30.0
# A worker that was asked to stop, and has said nothing more for so long, is ended.
DEAF_S = 60.0
ASK_INTERVAL_S = 2.0
# Ray's own processes live on the nodes, too.
MEMORY_SHARE = 0.9


class ClusterWorker:
    """A worker on a Ray cluster; the same surface as a process of this machine, as far as a training needs it.

    Parameters
    ----------
    folder : RunFolder
        The run: a draft, or one that is taken up again.
    address : str
        The cluster's.
    mode : {"train", "resume"}
        Wait for the request of a draft, or take up a run that was over.

    Raises
    ------
    GenieError
        If `address` is none.
    """

    def __init__(self, folder: RunFolder, address: str, *, mode: Mode = "train") -> None:
        self.folder = folder
        # Nothing is started early: cores of a cluster are not kept from others while somebody still types.
        self.ready = threading.Event()
        self._jobs, self._mode = RayJobs(address), mode

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked for something: a draft waits for its request."""
        return self.folder.is_draft()

    def begin(self) -> None:
        """Submit the run, whose request stands.

        Raises
        ------
        GenieError
            If the cluster does not take it; the run then is as it was.
        """
        try:
            job = _job_for(self.folder, self._jobs)
            resume = self._mode == "resume"
            self.folder.write_job(job)
            self.folder.append(Queued(before=0, about_s=0.0, cores=job.cores, memory_bytes=job.memory_bytes))
            self._jobs.submit(job, _command(self.folder, job, resume=resume))
        except GenieError as error:
            if self._mode == "train":
                self.folder.withdraw_request()
            else:
                self.folder.fail(error.problem, total_s=0.0)
            raise

    def close(self) -> None:
        """Let go of it: the job goes on by itself."""

    def terminate(self) -> None:
        """Let go of a draft: nothing was started for it."""


def _job_for(folder: RunFolder, jobs: RayJobs) -> ClusterJob:
    """Ask for what the plan needs, and no more than a node has: Ray would wait for ever."""
    request = folder.read_request()
    cores, memory = needs_of(request, jobs.nodes())
    # Each try has a name of its own: Ray takes one only once, though nobody may have heard that it took it. Of two jobs
    # of a run the second finds that the first has it, and ends.
    name = f"genie-{folder.run_id}-{secrets.token_hex(4)}"
    return ClusterJob(address=jobs.address, submission_id=name, cores=cores, memory_bytes=memory)


def needs_of(request: RunRequest, nodes: list[Node]) -> tuple[int, int]:
    """Give the cores and the bytes of memory to ask for.

    Parameters
    ----------
    request : RunRequest
        Its plan and the size of its table decide.
    nodes : list of Node
        The largest limits them; none where the cluster grows on demand.
    """
    from genie_widgets.train import bytes_for, cores_for

    columns = len(request.plan.feature_columns(request.profile.column_names)) + 1
    cells = request.profile.n_rows * columns
    cores, memory = cores_for(request.plan, cells), bytes_for(cells)
    if not nodes:
        return cores, memory
    largest = max(nodes, key=lambda node: (min(node.cores, cores), node.memory_bytes))
    return max(1, min(cores, largest.cores)), min(memory, int(MEMORY_SHARE * largest.memory_bytes))


def _command(folder: RunFolder, job: ClusterJob, *, resume: bool) -> str:
    # The shell gives its place to it: Ray's signals then reach the worker itself.
    words = ["exec", "python", "-m", MODULE, "--cluster", f"--cores={job.cores}", f"--memory={job.memory_bytes}"]
    return shlex.join([*words, *(["--resume"] if resume else []), str(folder.path)])


class JobWatch:
    """What Ray says of a run that shows no sign of life; asked beside whoever looks, so that nobody waits for it.

    Parameters
    ----------
    folder : RunFolder
        The run.
    job : ClusterJob
        What trains it.
    """

    def __init__(self, folder: RunFolder, job: ClusterJob) -> None:
        self.job = job
        self._folder = folder
        self._lock = threading.Lock()
        self._asked_at = self._running_since = self._absent_since = 0.0
        self._problem: Problem | None = None

    def problem(self) -> Problem | None:
        """Tell what went wrong; None while the job waits or begins."""
        now = time.monotonic()
        with self._lock:
            is_first, is_due = not self._asked_at, now - self._asked_at > ASK_INTERVAL_S
            if is_first or is_due:
                self._asked_at = now
        if is_first:
            self._ask()
        elif is_due:
            threading.Thread(target=self._ask, name="genie-cluster", daemon=True).start()
        return self._problem

    def _ask(self) -> None:
        now = time.monotonic()
        try:
            state = RayJobs(self.job.address).look(self.job.submission_id)
        except GenieError as error:
            self._absent_since = self._absent_since or now
            self._problem = error.problem if now - self._absent_since >= ABSENCE_S else None
            return
        self._absent_since = 0.0
        self._running_since = (self._running_since or now) if state and state.status == "RUNNING" else 0.0
        if state is None:
            self._problem = _forgotten(self.job)
        elif state.is_over:
            self._problem = problem_of(state, self._folder)
        else:
            is_unseen = bool(self._running_since) and now - self._running_since > SIGHT_S
            self._problem = _not_seen(self._folder) if is_unseen else None


def problem_of(state: JobState, folder: RunFolder) -> Problem:
    """Tell why a job ended before the run began."""
    if f"exit code {NO_FOLDER}" in state.message:
        return _not_seen(folder)
    if "No module named genie_widgets" in state.message or "exit code 127" in state.message:
        return Problem(
            code="nodes-lack-genie",
            title=tr("The cluster's nodes do not have Genie."),
            remedy=tr("Install genie-widgets[ray] there, into the environment in which Ray is started."),
            culprit="cluster",
            value=last_line(state.message),
        )
    if "RAY_JOB_START_TIMEOUT_SECONDS" in state.message:
        return Problem(
            code="cluster-queue-too-long",
            title=tr("The run waited in the cluster's queue for longer than the cluster lets a job wait."),
            remedy=tr("Start it again; the head's setting RAY_JOB_START_TIMEOUT_SECONDS lets jobs wait for longer."),
            culprit="RAY_JOB_START_TIMEOUT_SECONDS",
        )
    return Problem(
        code="cluster-job-ended",
        title=tr("The cluster ended the run's job before the training began."),
        remedy=tr("Start it again; the job's log in Ray's dashboard says more."),
        culprit="cluster",
        value=last_line(state.message) or state.status,
    )


def may_still_come(job: ClusterJob) -> bool:
    """Tell whether a job waits for its cores, or begins.

    Raises
    ------
    GenieError
        If the cluster does not answer.
    """
    state = RayJobs(job.address).look(job.submission_id)
    return state is not None and not state.is_over


def stop_job(folder: RunFolder, job: ClusterJob) -> None:
    """See that a run on a cluster stops, after its folder was told to; returns at once."""
    threading.Thread(target=_see_to_stop, args=(folder, job), name="genie-cluster-stop", daemon=True).start()


def _see_to_stop(folder: RunFolder, job: ClusterJob) -> None:
    with contextlib.suppress(GenieError):
        jobs = RayJobs(job.address)
        if not folder.is_alive():
            state = jobs.look(job.submission_id)
            if state is not None and state.status == "PENDING":
                # The worker that may still come finds the last word, and goes.
                folder.append(Failed(problem=stopped_waiting()))
                jobs.stop(job.submission_id)
                return
        seen, quiet_since = len(folder.events()), time.monotonic()
        while not any(isinstance(event, StopRequested) for event in folder.events()) and folder.is_alive():
            count = len(folder.events())
            if count != seen:
                seen, quiet_since = count, time.monotonic()
            if time.monotonic() - quiet_since > DEAF_S:
                jobs.stop(job.submission_id)
                return
            time.sleep(1.0)


def _not_seen(folder: RunFolder) -> Problem:
    title = tr("The cluster's nodes do not see the folder of the runs.")
    return nodes_lack_workspace(title, str(folder.path.parent.parent))


def _forgotten(job: ClusterJob) -> Problem:
    return Problem(
        code="cluster-forgot-job",
        title=tr("The Ray cluster at {address} does not know this run: it was started anew.", address=job.address),
        remedy=tr("Start the run again."),
        culprit="cluster",
        value=job.submission_id,
    )


def end_leftovers(job: ClusterJob) -> None:
    """End what may be left of the job that trained a run before; a cluster that is gone has none."""
    with contextlib.suppress(GenieError):
        RayJobs(job.address).stop(job.submission_id)
