"""A run, for whoever holds its id: events, stop, result, predictions, explanations."""

from __future__ import annotations

import secrets
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from genie_widgets.language import tr
from genie_widgets.schema import (
    Comparison,
    Decision,
    DriftAccepted,
    Event,
    Explanation,
    Flip,
    GenieError,
    GroupReport,
    LLMSettings,
    Part,
    Problem,
    Queued,
    Reply,
    Resumed,
    Rewording,
    RunRequest,
    RunResult,
    Settings,
    Tracking,
    WhatIf,
)
from genie_widgets.session.cluster import JobWatch, stop_job
from genie_widgets.session.configuration import settings_from_env
from genie_widgets.session.process import WorkerHandle
from genie_widgets.session.progress import told
from genie_widgets.session.recording import record_again, unrecorded
from genie_widgets.session.runners import Worker, resuming_worker, serving_worker
from genie_widgets.store import RunFolder, RunView, expected_place, fold, oom_kills
from genie_widgets.store.spent import START_TIMEOUT_S

if TYPE_CHECKING:
    import pandas as pd

    from genie_widgets.data import Table

POLL_INTERVAL_S = 0.1
PREDICT_TIMEOUT_S = 3600.0
# Beyond what the worker takes: waiting for kernels, and explaining.
REFINE_TIMEOUT_S = 300.0
# Scoring, explaining and the files of a run whose models are there.
SALVAGE_S = 60


class Run:
    """A run of Genie: still going, ended, or interrupted.

    Parameters
    ----------
    folder : RunFolder
        The run's folder.
    worker : Worker, optional
        The worker that trains it, where this process started it.
    settings : Settings, optional
        Where it is taken up again; None reads the environment.
    """

    def __init__(self, folder: RunFolder, worker: Worker | None = None, settings: Settings | None = None) -> None:
        self._folder = folder
        self._worker = worker
        self._settings = settings
        self._job: JobWatch | None = None
        self._place: Queued | None = None
        self._server: WorkerHandle | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Run {self.id} {self.view.status}>"

    @property
    def id(self) -> str:
        """The run's id; who has it may open the run."""
        return self._folder.run_id

    @property
    def path(self) -> Path:
        """The run's folder."""
        return self._folder.path

    @property
    def predictor_path(self) -> Path:
        """The folder of AutoGluon's predictor, for ``TabularPredictor.load``."""
        return self._folder.predictor_path

    @property
    def predictor(self) -> Any:
        """AutoGluon's own predictor, loaded into this process: it takes seconds, and the threshold decided on is set.

        It holds the models that were scored; where one was trained once more on all rows, `predict` asks that one.

        Raises
        ------
        GenieError
            If there is no usable model.
        """
        from genie_widgets.train import load_model

        result = self.result
        if result is None:
            raise GenieError(_no_model())
        slim = self._folder.model_path
        predictor = load_model(self._folder.predictor_path if self._folder.predictor_path.exists() else slim).predictor
        if result.decision is not None:
            # Never above 1 there: no probability is, and AutoGluon refuses it.
            predictor.set_decision_threshold(min(1.0, result.decision.threshold))
        return predictor

    @property
    def request(self) -> RunRequest:
        """What was asked."""
        return self._folder.read_request()

    @property
    def table(self) -> Table:
        """The table the run learned from, as it was read then."""
        import pandas as pd

        from genie_widgets.data import Table

        profile = self.request.profile
        return Table(profile.name, pd.read_parquet(self._folder.table_path), profile)

    @property
    def log_path(self) -> Path:
        """What the training process and its libraries printed."""
        return self._folder.log_path

    @property
    def report_path(self) -> Path:
        """The report; not there before it was written."""
        return self._folder.report_path

    @property
    def bundle_path(self) -> Path:
        """The model to take away; not there before it was written."""
        return self._folder.bundle_path

    @property
    def notebook_path(self) -> Path:
        """The notebook that makes the model again without Genie, with its rows; not there before it was written."""
        return self._folder.notebook_path

    @property
    def view(self) -> RunView:
        """The run as it is now."""
        alive, view = self._look()
        if view.status == "interrupted":
            # It may have begun between the two looks: only now was the lock asked after its first word.
            alive, view = self._look()
        if view.status == "waiting" and not alive and (problem := self._why_not_yet(view)) is not None:
            again, now = self._look()  # it may have begun, or ended, before whoever knows was asked
            if now.status != "waiting" or again:
                return now
            return view.model_copy(update={"status": "interrupted", "problem": problem})
        if view.status == "interrupted" and view.oom_kills is not None and (oom_kills() or 0) > view.oom_kills:
            return view.model_copy(update={"problem": _out_of_memory()})
        return view

    def _look(self) -> tuple[bool, RunView]:
        # The lock is asked before the events are read: a last word between the two is then seen.
        alive, events = self._folder.is_alive(), self._folder.events()
        view = fold(events, alive=alive, now=time.time())
        if view.status == "waiting" and _is_silent(events):
            # Its process may take long to start where many do; nobody is to wait for that to be told his place.
            self._place = expected_place(self._folder, self._place)
            if self._place is not None:
                view = view.model_copy(update={"before": self._place.before, "about_s": self._place.about_s})
        return alive, view

    def _why_not_yet(self, view: RunView) -> Problem | None:
        """Tell why a run that shows no sign of life will not begin; None while it still may."""
        job = self._watch()
        if job is not None:
            return job.problem()
        return _never_started() if self._is_late(view) else None

    def _watch(self) -> JobWatch | None:
        """Give who watches the job that trains the run; None where it is trained on this machine."""
        job = self._folder.read_job()
        if job is None:
            return None
        if self._job is None or self._job.job != job:
            self._job = JobWatch(self._folder, job)
        return self._job

    def _is_late(self, view: RunView) -> bool:
        if self._worker is not None:
            return not self._worker.is_alive  # it died before it took the request
        return time.time() - (view.resumed_at or self.request.created_at) > START_TIMEOUT_S

    @property
    def result(self) -> RunResult | None:
        """What was found so far; None before the first scores."""
        result = self._folder.read_result()
        if result is None or result.tracking is not None or result.status == "training":
            return result
        if self._folder.is_recording() or not self.view.is_over:
            return result
        result = self._folder.read_result()  # whoever recorded it may have ended between the two looks
        if result is None or result.tracking is not None:
            return result
        return result.model_copy(update={"tracking": unrecorded(self.request)})

    @property
    def record_is_settled(self) -> bool:
        """Whether the run is recorded in MLflow, is known not to be, or nobody is left who would record it."""
        return self._folder.record_is_settled()

    def record(self) -> None:
        """Have a run that has ended recorded in MLflow, where that went wrong; returns at once.

        Raises
        ------
        GenieError
            If the run goes on, or found nothing.
        """
        if not self.view.is_over:
            raise GenieError(_goes_on())
        if self._folder.read_result() is None:
            raise GenieError(_no_model())
        # Held over both: nobody must think between them that there will be no record.
        with self._folder.share_recorders():
            self._folder.set_record_aside()
            record_again(self._folder)

    def events(self, after: int = 0) -> list[Event]:
        """List the events after a sequence number."""
        return self._folder.events(after)

    def stop(self) -> None:
        """Ask the run to stop and keep the best; returns at once."""
        self._folder.request_stop()
        if (job := self._folder.read_job()) is not None:
            stop_job(self._folder, job)

    def salvage(self) -> None:
        """Make a result of the models that an interrupted run had finished; returns at once.

        Raises
        ------
        GenieError
            If the run goes on, or had finished no model.
        """
        if not self.view.can_salvage:
            raise GenieError(_nothing_to_salvage())
        self._resume(Resumed(how="salvage", seconds=SALVAGE_S))

    def extend(self, seconds: int) -> None:
        """Train on for some seconds beside the models that are there, without starting over; returns at once.

        Parameters
        ----------
        seconds : int
            For everything: training, scoring, explaining and the files.

        Raises
        ------
        GenieError
            If the run goes on.
        """
        self._resume(Resumed(how="extension", seconds=seconds))

    def _resume(self, event: Resumed) -> None:
        if self._folder.resume(event) is None:
            raise GenieError(_goes_on())
        self.close()
        with self._lock:
            self._worker = resuming_worker(self._folder, self._settings or settings_from_env())

    def wait(self, timeout_s: float | None = None, on_event: Callable[[Event], object] | None = None) -> RunResult:
        """Wait for the run's end.

        Parameters
        ----------
        timeout_s : float, optional
            Seconds to wait at most.
        on_event : callable, optional
            Told of each event, from the first on.

        Returns
        -------
        RunResult
            What the run found.

        Raises
        ------
        GenieError
            If the run failed or was interrupted.
        TimeoutError
            If it goes on longer; it is not stopped by that.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        seen = 0
        while True:
            view = self.view
            for event in self.events(seen) if on_event is not None else ():
                seen = event.seq
                if on_event is not None:
                    on_event(event)
            if view.is_over:
                return self._ended(view)
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"the run goes on after {timeout_s} seconds")
            time.sleep(POLL_INTERVAL_S)

    def wait_recorded(self, timeout_s: float = 60.0) -> Tracking | None:
        """Wait until the run that has ended is recorded in MLflow, or is known not to be.

        Returns
        -------
        Tracking or None
            Where the record is, or its problem; None if it takes longer.
        """
        deadline = time.monotonic() + timeout_s
        while True:
            if self.record_is_settled and (result := self.result) is not None and result.tracking is not None:
                return result.tracking
            if time.monotonic() > deadline:
                return None
            time.sleep(POLL_INTERVAL_S)

    def _ended(self, view: RunView) -> RunResult:
        result = self.result
        if view.problem is not None:
            raise GenieError(view.problem)
        if result is None:
            raise GenieError(_no_model())
        return result

    def decide(
        self,
        *,
        cost_missed: float | None = None,
        cost_false_alarm: float | None = None,
        capacity: int | None = None,
        of_rows: int | None = None,
        threshold: float | None = None,
    ) -> Decision | None:
        """Choose the threshold of two classes, and save it with the model: predictions and figures follow it.

        Parameters
        ----------
        cost_missed, cost_false_alarm : float, optional
            What a positive row costs that is not found, and a negative one that is taken for positive.
        capacity, of_rows : int, optional
            So many rows can be acted on, of a list of so many; by default as many as the table had.
        threshold : float, optional
            A probability of your own. With nothing at all the model's own threshold comes back.

        Returns
        -------
        Decision or None
            With what to expect of it, measured on untouched rows; None for the model's own threshold.

        Raises
        ------
        GenieError
            If the wish is unclear, the model has not two classes, or the run has not ended.
        """
        from genie_widgets.evaluate import Wish
        from genie_widgets.session.deciding import decide_for

        if not self.view.is_over:
            raise GenieError(_no_model())
        if all(value is None for value in (cost_missed, cost_false_alarm, capacity, threshold)):
            return decide_for(self._folder, None)
        rows = of_rows if of_rows is not None or capacity is None else self.request.profile.n_rows
        wish = Wish(cost_missed, cost_false_alarm, capacity, rows, threshold)
        return decide_for(self._folder, wish)

    def compare(self, before: Run) -> Comparison:
        """Compare with an earlier run: what changed, and whether this one is better.

        Parameters
        ----------
        before : Run
            Any other run that was scored.

        Returns
        -------
        Comparison
            Where both were scored on the same rows, with an interval that pairs them.

        Raises
        ------
        GenieError
            If one of the two was not scored.
        """
        from genie_widgets.session.history import compare

        return compare(before._folder, self._folder)

    def promote(self) -> str:
        """Make this run the champion of its table and target: MLflow's registry alias; takes seconds.

        Returns
        -------
        str
            The id of the run that is the champion now: this one.

        Raises
        ------
        GenieError
            If the run is not recorded in MLflow, or that cannot be reached.
        """
        from genie_widgets.session.promoting import promote

        return promote(self._folder)

    def go_back(self) -> str:
        """Give the alias of the champion of this table and target back to the one before.

        Returns
        -------
        str
            The id of the run that is the champion now; empty where there was none before.

        Raises
        ------
        GenieError
            If MLflow cannot be reached.
        """
        from genie_widgets.session.promoting import promote

        return promote(self._folder, back=True)

    def ask(self, question: str, llm: Literal["auto"] | LLMSettings | None = "auto") -> Reply:
        """Answer a question about the run from its figures: "why row 12?", "is it better than the run before?".

        Parameters
        ----------
        question : str
            In words; without a language model English ones of a fixed set.
        llm : "auto", LLMSettings or None
            ``"auto"`` takes the language model of the environment, if any. It is sent the question and the names of
            the columns, and chooses what is computed; it writes no part of the answer.

        Returns
        -------
        Reply
            Sentences and figures, each figure with its source.

        Raises
        ------
        GenieError
            If what is asked cannot be computed: no such row or column, no scored rows, no model.
        """
        from genie_widgets.intent import llm_settings_from_env
        from genie_widgets.session.asking import answer

        return answer(self, question, llm_settings_from_env() if llm == "auto" else llm)

    def reword(self, llm: Literal["auto"] | LLMSettings | None = "auto") -> Rewording:
        """Have a language model say the verdict in other words.

        It is sent the verdict's sentences with a blank for each figure and name. Other words are taken
        only where they hold the same blanks, no figure, and nothing that turns the sentence round.

        Parameters
        ----------
        llm : "auto", LLMSettings or None
            How to reach it; "auto" reads the environment.

        Returns
        -------
        Rewording

        Raises
        ------
        GenieError
            If there is no verdict or no language model, or it was of no help.
        """
        from genie_widgets.intent import llm_settings_from_env
        from genie_widgets.session.rewording import reworded

        return reworded(self.scored_result, self.request, llm_settings_from_env() if llm == "auto" else llm)

    @property
    def scored_result(self) -> RunResult:
        """What was found, scores and all.

        Raises
        ------
        GenieError
            If the run was not scored.
        """
        from genie_widgets.session.tracing import scored_result

        return scored_result(self._folder)

    @property
    def scored(self) -> pd.DataFrame:
        """The untouched rows that every figure comes from: the table's cells, then ``truth`` and what was predicted.

        Raises
        ------
        GenieError
            If the run has no scored rows.
        """
        import pandas as pd

        from genie_widgets.session.tracing import scored_rows

        found = scored_rows(self._folder)
        cells = pd.read_parquet(self._folder.table_path).loc[found.index]
        ours = found.rename(columns={name: f"genie {name}" for name in found if name in cells.columns})
        return cells.join(ours)

    def groups(self, column: str) -> GroupReport:
        """Give the figures of the model by the groups of a column, with how they differ.

        Parameters
        ----------
        column : str
            Any column of the table, used by the model or not.

        Returns
        -------
        GroupReport
            On untouched rows; small groups are shown, and not judged.

        Raises
        ------
        GenieError
            If there is no such column, or the run has no scored rows.
        """
        from genie_widgets.session.tracing import groups_of

        return groups_of(self._folder, column)

    def part(self, column: str, group: str) -> Part:
        """Give every figure of the model on the untouched rows of one group alone.

        Parameters
        ----------
        column : str
            Any column of the table, used by the model or not.
        group : str
            One of its groups, as `groups` names it.

        Returns
        -------
        Part
            Metrics with intervals, curves, right and wrong by class.

        Raises
        ------
        GenieError
            If there is no such column or group, or the run has no scored rows.
        """
        from genie_widgets.session.tracing import part_of

        return part_of(self._folder, column, group)

    def predict(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Predict new rows.

        Parameters
        ----------
        frame : DataFrame, shape (n_rows, at least the features)
            Columns named as in the table that was learned from.

        Returns
        -------
        DataFrame, shape (n_rows, 1 + n_classes or n_quantiles)
            ``prediction``, and a probability or quantile a column; for numbers an interval; the frame's index.

        Raises
        ------
        GenieError
            If columns are missing, or there is no model.
        """
        import pandas as pd

        path, _ = self.predictions_file(frame, with_table=False)
        predicted = pd.read_parquet(path.with_suffix(".parquet"))
        predicted.index = frame.index
        return predicted

    def predict_to(self, table: Table, output: Path) -> list[Problem]:
        """Predict a table into a CSV file with its own columns and the predictions.

        Cells that a spreadsheet would run as formulas are neutralised.

        Returns
        -------
        list of Problem
            What a person should know of the new rows.
        """
        import shutil

        path, problems = self.predictions_file(table.frame)
        shutil.copyfile(path, output)
        return problems

    def predictions_file(
        self, frame: pd.DataFrame, *, with_table: bool = True, on_progress: Callable[[int], object] | None = None
    ) -> tuple[Path, list[Problem]]:
        """Predict rows into a CSV file in the run's folder, a Parquet file of the predictions beside it.

        Parameters
        ----------
        frame : DataFrame
            The new rows.
        with_table : bool
            Whether the CSV file is wanted: the rows' own columns, then the predictions.
        on_progress : callable, optional
            Told now and then, from a thread, how many rows are done.

        Returns
        -------
        tuple
            The CSV file's path, and what a person should know of the new rows.
        """
        folder = self.path / "predictions" / secrets.token_hex(8)
        folder.mkdir(parents=True)
        frame.reset_index(drop=True).to_parquet(folder / "input.parquet")
        output = folder / "predictions.csv"
        with told(folder / "progress", on_progress):
            value = self._ask(
                "predict",
                input=str((folder / "input.parquet").relative_to(self.path)),
                output=str(output.relative_to(self.path)),
                with_table=with_table,
                timeout_s=PREDICT_TIMEOUT_S,
            )
        return output, [Problem.model_validate(problem) for problem in value["problems"]]

    def accept_drift(self, column: str) -> None:
        """Use predictions though new rows differ in a column from those learned from; the run remembers it.

        Parameters
        ----------
        column : str
            As the warning ``"rows-differ"`` names it; from now on it is a note.

        Raises
        ------
        GenieError
            If the model has no such column.
        """
        if column not in self.request.plan.feature_columns(self.request.profile.column_names):
            raise GenieError(
                Problem(
                    code="no-such-column",
                    title=tr("The model learned from no column {column!r}.", column=column),
                    remedy=tr("Name a column as the warning does."),
                    culprit=column,
                )
            )
        if column not in self.view.drift_accepted:
            self._folder.append(DriftAccepted(column=column))

    def explain(self, frame: pd.DataFrame | None = None, *, max_rows: int = 20, budget_s: float = 10.0) -> Explanation:
        """Explain predictions by SHAP values.

        Parameters
        ----------
        frame : DataFrame, optional
            Rows to explain; None gives the explanation that was made with the run.
        max_rows : int
            At most so many rows, from the first.
        budget_s : float
            Seconds.

        Returns
        -------
        Explanation
            On the person's own columns.

        Raises
        ------
        GenieError
            If there is no model, or columns are missing.
        """
        if frame is None:
            result = self.result
            if result is None or result.explanation is None:
                raise GenieError(_no_model())
            return result.explanation
        folder = self.path / "predictions" / secrets.token_hex(8)
        folder.mkdir(parents=True)
        path = folder / "input.parquet"
        frame.head(max_rows).reset_index(drop=True).to_parquet(path)
        return self._explained(path, 0, max_rows, budget_s)

    def refine(self) -> bool:
        """Explain what the run had no time for, once it is over: exactly where that is possible, and all rows.

        Its result, report and bundle follow. Whatever else is asked of the model meanwhile goes first.

        Returns
        -------
        bool
            Whether to ask again would tell no more; False where something else was asked meanwhile, or
            what explains is still being compiled.

        Raises
        ------
        GenieError
            If there is no model.
        """
        from genie_widgets.session.refining import take_refined

        part = self._folder.last_resumed()
        if not self.can_be_refined:
            return True
        answer = self._ask_once("refine", language=self.request.language, timeout_s=REFINE_TIMEOUT_S)
        return answer is not None and take_refined(self._folder, answer, part)

    @property
    def can_be_refined(self) -> bool:
        """Whether the run is over and recorded, and more time would tell more of its predictions."""
        return self._folder.to_explain_path.exists() and self.view.is_over and self.record_is_settled

    def explain_predicted(self, predictions: Path, row: int, *, budget_s: float = 5.0) -> Explanation:
        """Explain one row of a predictions file, counted from 0; see `explain`."""
        return self._explained(predictions.with_name("input.parquet"), row, 1, budget_s)

    def what_if(self, cells: dict[str, Any], *, budget_s: float = 0.4) -> WhatIf:
        """Predict and explain a row that is made up.

        Parameters
        ----------
        cells : dict
            A text, number, bool or None for each feature column.
        budget_s : float
            Seconds for its explanation.

        Returns
        -------
        WhatIf
            With the cells that are outside what the model has seen.

        Raises
        ------
        GenieError
            If columns are missing, or there is no model.
        """
        return WhatIf.model_validate(self._ask("what_if", cells=cells, budget_s=budget_s))

    def flip(self, cells: dict[str, Any]) -> Flip:
        """Look for the smallest change of a made-up row that flips the model's answer.

        Only values that stand in the rows that were learned from are tried. It tells what the
        model would say, not what would happen.

        Parameters
        ----------
        cells : dict
            A text, number, bool or None for each feature column.

        Returns
        -------
        Flip
            Without changes where none of up to three columns flips it, or the answer is no class.

        Raises
        ------
        GenieError
            If columns are missing, or there is no model.
        """
        return Flip.model_validate(self._ask("flip", cells=cells))

    def _explained(self, path: Path, first: int, max_rows: int, budget_s: float) -> Explanation:
        value = self._ask(
            "explain",
            input=str(path.relative_to(self.path)),
            first=first,
            max_rows=max_rows,
            budget_s=budget_s,
            timeout_s=budget_s + 120.0,
        )
        return Explanation.model_validate(value)

    def _ask(self, operation: str, **arguments: Any) -> dict[str, Any]:
        answer = self._ask_once(operation, **arguments)
        return self._serving().request(operation, **arguments) if answer is None else answer

    def _ask_once(self, operation: str, **arguments: Any) -> dict[str, Any] | None:
        """Ask; None where the process was just about to end, let go of or asked by nobody for long."""
        if not (self.path / "model").exists() and not self.predictor_path.exists():
            raise GenieError(_no_model())
        serving = self._serving()
        try:
            return serving.request(operation, **arguments)
        except GenieError as error:
            if error.problem.code != "worker-died" or not serving.ended_well():
                raise
        return None

    def _serving(self) -> WorkerHandle:
        """Give a process that answers: the worker itself once it has ended, another one before."""
        with self._lock:
            if isinstance(self._worker, WorkerHandle) and self._worker.is_alive and self.view.is_over:
                return self._worker
            if self._server is None or not self._server.is_alive:
                self._server = serving_worker(self._folder)
                weakref.finalize(self, self._server.close)
            return self._server

    def close(self) -> None:
        """Let go of the processes that serve the model; a training goes on by itself."""
        with self._lock:
            # They take a moment to end: nobody may ask them any more.
            handles, self._worker, self._server = (self._worker, self._server), None, None
        for handle in handles:
            if handle is not None:
                handle.close()


def _no_model() -> Problem:
    return Problem(
        code="no-model",
        title=tr("This run has no model."),
        remedy=tr("Wait for its end, or start it again."),
        culprit="run",
    )


def _nothing_to_salvage() -> Problem:
    return Problem(
        code="nothing-to-salvage",
        title=tr("There is nothing to save here: the run was not interrupted, or had finished no model."),
        remedy=tr("Give it more time instead."),
        culprit="run",
    )


def _goes_on() -> Problem:
    return Problem(
        code="run-goes-on",
        title=tr("The run is still going."),
        remedy=tr("Wait for its end, or stop it first."),
        culprit="run",
    )


def _out_of_memory() -> Problem:
    return Problem(
        code="out-of-memory",
        title=tr("The training process was ended, and the system has run out of memory since the run began."),
        remedy=tr("What was finished is kept. Use fewer rows or columns, or a machine with more memory."),
        culprit="worker",
    )


def _is_silent(events: list[Event]) -> bool:
    """Whether a run's process, which waits for its turn, has said nothing yet; what only saves models does not wait."""
    last = events[-1] if events else None
    return last is None or (isinstance(last, Resumed) and last.how != "salvage")


def _never_started() -> Problem:
    return Problem(
        code="worker-never-started",
        title=tr("The training process did not start."),
        remedy=tr("`genie doctor` says what is missing; the run's log says more."),
        culprit="worker",
    )
