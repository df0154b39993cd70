"""A session: holds the state, runs what takes time, and tells whoever listens. The one thing behind every door."""

from __future__ import annotations

import contextlib
import secrets
import subprocess
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genie_widgets.language import plural, tr
from genie_widgets.machine import detect_machine
from genie_widgets.schema import GenieError, LLMExchange, LLMSettings, Problem, ReadOptions, Settings, new_run_id
from genie_widgets.session import actions as a
from genie_widgets.session.allowance import allowance, taken_from_allowance
from genie_widgets.session.api import accept, list_runs, make_request, open_run, start
from genie_widgets.session.cautions import Cautions, Remedy
from genie_widgets.session.configuration import settings_from_env
from genie_widgets.session.intake import Intake, forbidden, without_password
from genie_widgets.session.mlflow_pages import MlflowPages
from genie_widgets.session.recipe import Promotion, Source
from genie_widgets.session.recording import prepare_blank
from genie_widgets.session.reduce import reduce
from genie_widgets.session.rewording import would_be_sent
from genie_widgets.session.runners import Worker, draft_worker
from genie_widgets.session.running import Run
from genie_widgets.session.spawning import start_process
from genie_widgets.session.state import PredictionsState, SessionState, Stage
from genie_widgets.store import People, RunFolder
from genie_widgets.track import without_credentials

if TYPE_CHECKING:
    import pandas as pd
    from pydantic import SecretStr

    from genie_widgets.data import Table
    from genie_widgets.intent import Stopper

# At most so often do a run's events change the state: every change is drawn in a browser.
TAIL_INTERVAL_S = 0.25
PREVIEW_ROWS, SHORT_CELL, MAX_RUNS = 10, 8, 100
WORKERS = 3
# Somebody asked something else of the model: so long it is left to that.
REFINE_AGAIN_S = 2.0
Listener = Callable[[SessionState], None]


class Session:
    """One person's journey from a table to a model.

    Every method returns at once; what takes time runs in threads and ends in a
    new state. Methods may be called from any thread.

    Parameters
    ----------
    settings : Settings, optional
        None reads the environment.
    executor : Executor, optional
        Runs what takes time; tests give one that runs it at once.
    """

    def __init__(self, settings: Settings | None = None, executor: Executor | None = None) -> None:
        self.settings = settings or settings_from_env()
        self._llm: LLMSettings | None = self.settings.llm
        self._executor = executor or ThreadPoolExecutor(WORKERS, thread_name_prefix="genie-session")
        self._state = SessionState()
        self._lock = threading.RLock()
        self._listeners: list[Listener] = []
        self._table: Table | None = None
        self._draft: Worker | None = None
        self._run: Run | None = None
        self._opened: Run | None = None
        self._intake = Intake(self.settings)
        self._cautions = Cautions()
        self._mlflow = MlflowPages(self.settings.workspace / "mlflow.log")
        self._pending = 0
        self._stopper: Stopper | None = None
        self._wanted: dict[str, Any] | None = None
        self._is_trying = False
        self._refined: set[str] = set()
        self._refining = threading.Lock()
        self._times_let_go = 0
        self._following = 0
        self._idle = threading.Condition(self._lock)
        self._closed = threading.Event()

    def get_ready(self) -> None:
        """Have done what the first run on a machine would wait for, while the person looks for a table."""
        threading.Thread(target=_get_ready, args=(self.settings,), name="genie-ready", daemon=True).start()

    @property
    def state(self) -> SessionState:
        """The state as it is now."""
        return self._state

    @property
    def table(self) -> Table | None:
        """The table; None before one was read, and for a run opened from an earlier session."""
        return self._table

    @property
    def run(self) -> Run | None:
        """The run being trained or shown."""
        return self._run

    @property
    def llm(self) -> LLMSettings | None:
        """The language model that is asked as well, if any."""
        return self._llm

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell `listener` of every new state, from whatever thread it comes.

        Returns
        -------
        callable
            Ends the subscription.
        """
        with self._lock:
            self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def use_llm(self, settings: LLMSettings | None) -> None:
        """Ask this language model as well from now on; None for none.

        Raises
        ------
        GenieError
            If the host lets nobody name one, and this is not the host's own.
        """
        if settings is not None and not self.settings.allow_llm and not _is_same_model(settings, self.settings.llm):
            setting = "GENIE_ALLOW_LLM"
            remedy = tr("Plan without one; who runs the page can allow it with {setting}=1.", setting=setting)
            raise forbidden(tr("A language model may not be named on this page."), setting, remedy)
        self._llm = settings
        if not self._state.is_asking:
            self._dispatch(a.LLMHeard(exchange=None, token=self._state.token))

    def identify(self, key: str) -> None:
        """Take the person for whom the host enrolled this key as the one who trains from now on."""
        self._guard(lambda: self._identify(key))

    def load_table(self, source: str | Path | bytes | pd.DataFrame | Table, *, name: str | None = None) -> None:
        """Read a table; what came from the one before is withdrawn."""
        self._begin(tr("Reading the table"), self._read, source, name)

    def load_upload(self, path: Path, name: str) -> None:
        """Read an uploaded file as the table; it is ours from now on, and nobody else finds it."""
        self._begin(
            tr("Reading the table"),
            lambda: self._take(self._intake.read_upload(path, name), Source(kind="file", name=name)),
        )

    def load_path(self, text: str) -> None:
        """Read a file of this machine that the person named, where the host allows it."""
        if text.strip():
            source = Source(kind="file", name=text.strip())
            self._begin(tr("Reading the table"), lambda: self._take(self._intake.read_path(text), source))

    def load_url(self, address: str) -> None:
        """Fetch and read a file from the network, where the host allows it."""
        if address.strip():
            source = Source(kind="url", name=without_password(address))
            self._begin(tr("Fetching the table"), lambda: self._take(self._intake.read_url(address), source))

    def load_query(self, address: SecretStr, query: str) -> None:
        """Read the rows of a query on a database, where the host allows it; the address is kept nowhere."""
        source = Source(kind="query", name=query.strip())
        self._begin(tr("Asking the database"), lambda: self._take(self._intake.read_query(address, query), source))

    def read_again(self, options: ReadOptions) -> None:
        """Read the table's file once more, as the person says; what came from the table is withdrawn."""
        profile, source = self._state.profile, self._state.recipe.table
        if profile is not None and source is not None:
            name, origin = profile.name, source.model_copy(update={"options": options})
            self._begin(
                tr("Reading the table again"), lambda: self._take(self._intake.read_again(name, options), origin)
            )

    @property
    def can_read_again(self) -> bool:
        """Whether the table's file is at hand, to be read differently."""
        return self._table is not None and self._intake.can_read_again

    def load_sample(self, name: str) -> None:
        """Read one of the shipped sample tables."""
        self._begin(tr("Reading the table"), self._read_sample, name)

    def set_prompt(self, text: str) -> None:
        """Change the sentence."""
        is_new = text != self._state.prompt
        self._dispatch(a.PromptChanged(prompt=text))
        if is_new:
            self.stop_asking()  # what is asked for the old sentence, nobody waits for

    def make_plan(self) -> None:
        """Ask the planner."""
        if self._state.profile is not None:
            self._begin(tr("Making a plan"), self._plan, self._state.token, for_plan=True)

    def edit_plan(self, **changes: Any) -> None:
        """Change fields of the plan as the person asks."""
        from genie_widgets.intent import edit_plan

        plan, profile, token = self._state.plan, self._state.profile, self._state.token
        if plan is None or profile is None:
            return

        def step() -> None:
            edited = self._cautions.added(edit_plan(plan, profile, **changes), self._table)
            if edited.status == "plan":
                self._dispatch(a.PlanEdited(answer=edited, token=token))

        # Another target has every column asked anew whether it gives the answer away.
        if {"target", "problem_type", "empty_target"} & set(changes):
            self._begin(tr("Checking the plan"), step)
        else:
            self._guard(step)

    def leave_out(self, columns: Iterable[str]) -> None:
        """Have the plan learn from all columns but these."""
        from genie_widgets.intent import leave_out

        plan, profile = self._state.plan, self._state.profile
        if plan is not None and profile is not None:
            changes = leave_out(plan, profile, columns)
            if changes:
                self.edit_plan(**changes)

    def take_remedy(self, remedy: Remedy) -> None:
        """Do what a warning's button says."""
        from genie_widgets.intent import leave_out

        plan, profile = self._state.plan, self._state.profile
        if plan is None or profile is None:
            return
        if remedy.accept_drift:
            self._begin(tr("Remembering that"), self._accept_drift, remedy.accept_drift)
            return
        if remedy.stratify_by:
            self._begin(tr("Reading the table again"), self._stratify, self._state, remedy.stratify_by)
            return
        changes: dict[str, Any] = {}
        if remedy.leave_out:
            used = set(plan.feature_columns(profile.column_names))
            left_out = [name for name in profile.column_names if name not in used and name != plan.target]
            changes.update(leave_out(plan, profile, [*left_out, remedy.leave_out]))
        if remedy.validation is not None:
            changes["validation"] = remedy.validation
        if remedy.metric is not None:
            changes["metric"] = remedy.metric
        if remedy.rows_left_out is not None:
            changes["rows_left_out"] = remedy.rows_left_out
        if remedy.empty_target is not None:
            changes["empty_target"] = remedy.empty_target
        if remedy.accept:
            changes["accepted"] = (*plan.accepted, remedy.accept)
        if changes:
            self.edit_plan(**changes)

    def follow_up(self, text: str) -> None:
        """Change the plan in words: "also drop zip", "use F1 instead", "undo"."""
        from genie_widgets.intent import asks_to_undo

        if self._state.plan is None or self._state.stage == Stage.TRAINING or not text.strip():
            return
        if asks_to_undo(text):
            self.undo()
        else:
            self._begin(tr("Changing the plan"), self._follow_up, self._state, text, for_plan=True)

    def undo(self) -> None:
        """Take the last change of the plan back."""
        self._dispatch(a.PlanUndone())

    def stop_asking(self) -> None:
        """Wait for the language model no longer: the embedded planner's answer is taken."""
        stopper = self._stopper
        if stopper is not None:
            stopper.stop()

    def would_be_sent(self, follow_up: str = "") -> LLMExchange | None:
        """Say what a language model would be sent by the next plan, or the next change of it; None where none is."""
        from genie_widgets.intent import planned_exchange

        state, llm = self._state, self._llm
        if llm is None or state.profile is None:
            return None
        plan = state.plan if follow_up else None
        return planned_exchange(state.profile, follow_up or state.prompt, llm, plan=plan)

    def answer(self, choice: str) -> None:
        """Answer the planner's question."""
        from genie_widgets.intent import answer_question, edit_plan

        state = self._state
        if state.answer is None or state.answer.status != "question" or state.profile is None:
            return
        question, profile, token = state.answer, state.profile, state.token

        def step() -> None:
            if state.past:  # asked about a change: all else of the plan stays
                edited = edit_plan(state.past[-1].plan, profile, **{question.field: choice})
                changed = self._cautions.added(edited, self._table)
                if changed.status == "plan":
                    self._dispatch(a.PlanEdited(answer=changed, token=token))
                return
            plan = answer_question(question, profile, state.prompt, choice)
            answered = self._cautions.added(plan, self._table)
            self._dispatch(a.PlanMade(answer=answered, token=token, choice=choice))

        self._begin(tr("Making a plan"), step, for_plan=True)

    def confirm(self) -> None:
        """Train as the plan says."""
        if self._state.plan is not None and self._state.stage != Stage.TRAINING and not self._state.busy:
            self._begin(tr("Starting the training"), self._start)

    def stop(self) -> None:
        """Ask the run to stop and keep the best."""
        run = self._run
        if run is not None:
            self._guard(run.stop)

    def salvage(self) -> None:
        """Make a result of the models that an interrupted run had finished."""
        if self._run is not None:
            self._begin(tr("Looking for the models finished so far"), self._resume, Run.salvage, None)

    def extend(self, seconds: int) -> None:
        """Train on for some seconds beside the models that are there."""
        if self._run is not None and self._state.stage in (Stage.DONE, Stage.FAILED):
            self._begin(tr("Going on with the training"), self._resume, lambda run: run.extend(seconds), seconds)

    def predict(self, source: str | Path | bytes | pd.DataFrame, *, name: str | None = None) -> None:
        """Predict the rows of a file or frame."""
        if self._state.has_model:
            self._begin(tr("Predicting"), self._predict, source, name)

    def predict_upload(self, path: Path, name: str) -> None:
        """Predict the rows of an uploaded file, and remove the file."""
        if self._state.has_model:
            self._begin(tr("Predicting"), self._consume, self._predict, path, name)
        else:
            path.unlink(missing_ok=True)

    def predict_own_table(self) -> None:
        """Predict the rows of the table that the run learned from."""
        run = self._run
        if run is not None and self._state.has_model:
            self._begin(tr("Predicting"), self._predict_rows, lambda: run.table, Source(kind="run", name=run.id))

    def explain_row(self, row: int) -> None:
        """Explain the prediction of a row of the last predictions, counted from 0."""
        predictions = self._state.predictions
        if predictions is not None and 0 <= row < predictions.n_rows and self._state.has_model:
            self._begin(tr("Explaining the row"), self._explain, predictions, row)

    def what_if(self, cells: dict[str, Any]) -> None:
        """Try a made-up row; while one is tried, only the newest of the others waits."""
        if not self._state.has_model or self._closed.is_set():
            return
        with self._lock:
            trying, self._wanted = self._wanted is not None or self._is_trying, dict(cells)
            if trying:
                return
            self._is_trying = True
            self._pending += 1
        self._executor.submit(self._do, self._try)

    def flip(self) -> None:
        """Look for the smallest change that flips the answer of the made-up row that is shown."""
        tried = self._state.what_if
        if tried is not None and self._state.has_model:
            self._begin(tr("Looking for the smallest change"), self._flip, dict(tried.cells))

    def refine(self) -> None:
        """Have what the run had no time for explained while one looks: once, and after all that is asked meanwhile."""
        with self._lock:
            run, turn = self._run, self._times_let_go
            if run is None or run.id in self._refined or self._closed.is_set() or not self._state.has_model:
                return
            # Whoever is busy may be about to leave the run; a new state follows, and this is asked again.
            if self._state.busy or not run.can_be_refined:
                return
            self._refined.add(run.id)
            self._pending += 1
        self._dispatch(a.Refining(run_id=run.id, now=True))
        # It takes minutes: none of those who answer a person may be kept by it.
        step = threading.Thread(target=self._do, args=(self._refine, run, turn), name="genie-refining", daemon=True)
        step.start()

    def decide(self, **wish: Any) -> None:
        """Choose the threshold of two classes; see `Run.decide`. Without a wish the model's own comes back."""
        if self._state.stage == Stage.DONE:
            self._begin(tr("Deciding"), self._decide, wish)

    def show_groups(self, column: str) -> None:
        """Show the model's figures by the groups of a column."""
        if self._state.stage == Stage.DONE:
            self._begin(tr("Comparing the groups"), self._compare, column)

    def show_part(self, group: str | None) -> None:
        """Show every figure and plot on the rows of one of the groups that were compared; None: on all rows."""
        groups = self._state.groups
        if group is None:
            self._dispatch(a.PartShown(run_id=self._state.run_id, part=None))
        elif self._state.stage == Stage.DONE and groups is not None:
            self._begin(tr("Scoring the group"), self._show_part, groups.column, group)

    def ask(self, question: str) -> None:
        """Answer a question about the run; see `Run.ask`."""
        if self._state.stage == Stage.DONE and question.strip():
            self._begin(tr("Answering"), self._ask, question.strip())

    def reword(self) -> None:
        """Have the language model say the verdict in other words; see `Run.reword`."""
        if self._state.stage == Stage.DONE:
            self._begin(tr("Asking the language model"), self._reword)

    def sent_to_reword(self) -> tuple[str, ...]:
        """Give the sentences that the language model would be sent to reword, with their blanks."""
        run, result = self._run, self._state.result
        return () if run is None or result is None else would_be_sent(result, run.request)

    def list_history(self) -> None:
        """List the runs of the workspace with their figures."""
        self._begin(tr("Listing the runs"), self._list)

    def compare_runs(self, before: str, after: str) -> None:
        """Compare two runs; see `Run.compare`."""
        self._begin(tr("Comparing the runs"), self._compare_runs, before, after)

    def promote(self, run_id: str) -> None:
        """Make a run the champion of its table and target; see `Run.promote`."""
        self._begin(tr("Telling MLflow"), self._promote, Promotion(run_id=run_id))

    def go_back(self, run_id: str) -> None:
        """Give a champion's alias back to the one before; see `Run.go_back`."""
        self._begin(tr("Telling MLflow"), self._promote, Promotion(run_id=run_id, back=True))

    def open_run(self, run_id: str) -> None:
        """Show an earlier run, or one that is still going."""
        self._begin(tr("Opening the run"), self._open, run_id)

    def back_to_plan(self) -> None:
        """Leave the run that is shown; a training goes on by itself."""
        self._guard(lambda: self._turn_to(None))
        self._dispatch(a.RunLeft())
        self._guard(self._prewarm)

    def record(self) -> None:
        """Have the run that is shown recorded in MLflow, where that went wrong; see `Run.record`."""
        if self._state.stage == Stage.DONE:
            self._begin(tr("Recording the run"), self._record)

    def _record(self) -> None:
        run = self._run
        if run is not None:
            run.record()
            self._follow(run, a.RecordBegun(run_id=run.id))

    def open_mlflow(self) -> None:
        """Have MLflow's own pages opened on this machine, where the host allows it and the record is in a file."""
        result = self._state.result
        tracking = result.tracking if result is not None else None
        if self.settings.allow_mlflow_ui and tracking is not None and tracking.is_in_file:
            self._begin(tr("Opening MLflow's pages"), self._open_mlflow, tracking.uri)

    def _open_mlflow(self, store: str) -> None:
        self._dispatch(a.MlflowOpened(address=self._mlflow.open(store)))

    def dismiss(self) -> None:
        """Take the notice away."""
        self._dispatch(a.NoticeDismissed())

    def rest(self) -> None:
        """Let go of every process that only waits; each is started again once it is needed."""
        with self._lock:
            draft, self._draft = self._draft, None
        if draft is not None:
            draft.terminate()
            draft.folder.remove_draft()
        self._mlflow.close()
        if self._state.mlflow_address:
            self._dispatch(a.MlflowOpened(address=""))
        self._let_go(self._run)  # last: a state that is drawn may have it refined

    def close(self) -> None:
        """Let go of every process; a training goes on by itself."""
        self._closed.set()
        self._intake.forget()
        self.stop_asking()
        self.rest()
        self._executor.shutdown(wait=False, cancel_futures=True)

    def wait_idle(self, timeout_s: float = 60.0) -> bool:
        """Wait until nothing is under way but a training; for scripts and tests."""
        with self._idle:
            return self._idle.wait_for(lambda: self._pending == 0, timeout_s)

    def wait_worker_ready(self, timeout_s: float = 60.0) -> bool:
        """Wait until the worker that was started early is ready to train; for scripts and tests."""
        draft = self._draft
        return draft is not None and draft.ready.wait(timeout_s)

    def _dispatch(self, action: a.Action) -> None:
        with self._lock:
            before, self._state = self._state, reduce(self._state, action)
            after, listeners = self._state, tuple(self._listeners)
            if after is before:
                return
            # Told under the lock: two threads must not show an older state after a newer one.
            for listener in listeners:
                self._guard_listener(listener, after)

    def _guard_listener(self, listener: Listener, state: SessionState) -> None:
        try:
            listener(state)
        except Exception as error:
            self._log(error)

    def _begin(self, what: str, step: Callable[..., None], *arguments: Any, for_plan: bool = False) -> None:
        if self._closed.is_set():
            return
        self._dispatch(a.BusyWith(what=what, for_plan=for_plan))
        with self._lock:
            self._pending += 1
        self._executor.submit(self._do, step, *arguments)

    def _do(self, step: Callable[..., None], *arguments: Any) -> None:
        try:
            self._guard(lambda: step(*arguments))
        finally:
            with self._idle:
                self._pending -= 1
                self._idle.notify_all()

    def _guard(self, step: Callable[[], None]) -> None:
        """Do a step; what goes wrong becomes a notice, never silence and never a traceback."""
        try:
            step()
        except GenieError as error:
            self._dispatch(a.Troubled(problem=error.problem))
        except Exception as error:
            self.report(error)

    def report(self, error: Exception) -> None:
        """Show something unexpected: a reference number here, the traceback in the workspace's log."""
        problem = Problem(
            code="unexpected",
            title=tr("Something unexpected happened."),
            remedy=tr("Try again; if it happens again, send log.txt of the workspace with this reference."),
            reference=self._log(error),
        )
        self._dispatch(a.Troubled(problem=problem))

    def _log(self, error: Exception) -> str:
        reference = secrets.token_hex(4)
        # Where the workspace cannot be written, that is the trouble: the notice must be shown all the same.
        with contextlib.suppress(OSError):
            self.settings.workspace.mkdir(parents=True, exist_ok=True)
            with (self.settings.workspace / "log.txt").open("a", encoding="utf-8", errors="backslashreplace") as log:
                log.write(f"reference {reference}\n{''.join(traceback.format_exception(error))}\n")
        return reference

    def _identify(self, key: str) -> None:
        person = People(self.settings.workspace).name_of(key)
        if not person:
            raise GenieError(_nobody())
        self.settings = self.settings.model_copy(update={"person": person})
        self._see_allowance()

    def _see_allowance(self) -> None:
        if self.settings.person or self.settings.seconds_each is not None:
            self._dispatch(a.AllowanceSeen(allowance=allowance(self.settings)))

    def _read(self, source: Any, name: str | None) -> None:
        self._take(self._intake.read(source, name), _origin(source, name))

    def _take(self, table: Table, source: Source) -> None:
        """Make a table the session's own."""
        self._turn_to(None)
        self._table, self._opened = table, None
        self._cautions = Cautions()
        if not source.name:
            source = source.model_copy(update={"name": table.name})
        self._dispatch(a.TableRead(profile=table.profile, source=source))
        self.stop_asking()
        self._prewarm()

    def _stratify(self, before: SessionState, column: str) -> None:
        """Read the table's file again with more rows of rare classes; the plan stays as it is."""
        from genie_widgets.intent import edit_plan

        source, profile, plan = before.recipe.table, before.profile, before.plan
        if source is None or profile is None or plan is None or profile.layout is None:
            return
        options = profile.layout.asked.model_copy(update={"stratify_by": column})
        table = self._intake.read_again(profile.name, options)
        self._take(table, source.model_copy(update={"options": options}))
        token, recipe = self._state.token, before.recipe
        made = self._cautions.added(edit_plan(recipe.plan or plan, table.profile), table)
        for choice in ("", *recipe.choices):
            self._dispatch(a.PlanMade(answer=made, token=token, choice=choice, llm=recipe.llm))
        kept = self._cautions.added(edit_plan(plan, table.profile), table)
        if kept.status == "plan" and kept != made:
            self._dispatch(a.PlanEdited(answer=kept, token=token))

    def _consume(self, step: Callable[[Path, str], None], path: Path, name: str) -> None:
        try:
            step(path, name)
        finally:
            path.unlink(missing_ok=True)

    def _read_sample(self, name: str) -> None:
        from genie_widgets.data import samples

        sample = next(sample for sample in samples() if sample.name == name)
        table = self._intake.read(sample.path, sample.name)
        # Before the table is shown: a sentence that is typed from then on is not written over.
        if not self._state.prompt:
            self._dispatch(a.PromptChanged(prompt=sample.prompt))
        self._take(table, Source(kind="sample", name=sample.name))

    def _prewarm(self) -> None:
        """Start a worker while the person still types: its imports are then not waited for."""
        with self._lock:
            if self._closed.is_set() or self._table is None:
                return
            if self._draft is not None and self._draft.is_alive:
                return
            folder = RunFolder.create(self.settings.workspace, new_run_id())
            try:
                at = without_credentials(self.settings.tracking_uri)
                self._draft = draft_worker(folder, self.settings, record_at=at)
            except GenieError:
                folder.remove_draft()
                raise

    def _plan(self, token: int) -> None:
        from genie_widgets.intent import make_plan

        state = self._state
        if state.profile is not None:
            asking = self._asking(token)
            llm = self._llm
            answer = self._cautions.added(make_plan(state.profile, state.prompt, llm=llm, **asking), self._table)
            self._see_allowance()
            self._dispatch(a.PlanMade(answer=answer, token=token, llm=llm is not None))

    def _follow_up(self, state: SessionState, text: str) -> None:
        from genie_widgets.intent import revise_plan

        if state.plan is None or state.profile is None:
            return
        asking = self._asking(state.token)
        answer = revise_plan(state.plan, state.profile, text, prompt=state.prompt, llm=self._llm, **asking)
        changed = self._cautions.added(answer, self._table)
        if changed.status == "refusal":
            problem = Problem(code="follow-up-refused", title=changed.text, remedy=tr("The plan is as it was."))
            self._dispatch(a.Troubled(problem=problem))
        else:
            self._dispatch(a.PlanEdited(answer=changed, token=state.token, said=text.strip()))

    def _asking(self, token: int) -> dict[str, Any]:
        """Begin what may ask a language model: it is told of, and can be stopped; what was asked before is."""
        from genie_widgets.intent import Stopper

        stopper = Stopper()
        with self._lock:
            before, self._stopper = self._stopper, stopper
            is_stale = token != self._state.token or self._closed.is_set()
        for one in (before, stopper if is_stale else None):
            if one is not None:
                one.stop()
        return {
            "on_exchange": lambda heard: self._dispatch(a.LLMHeard(exchange=heard, token=token)),
            "stopper": stopper,
        }

    def _start(self) -> None:
        plan = accept(self._state.answer) if self._state.answer is not None else None
        if self._table is None and self._opened is not None:
            self._table = self._opened.table
        if plan is None or self._table is None:
            return
        with taken_from_allowance(self.settings, plan.time_limit_s):
            self._let_go(self._run)  # its model is still looked into, maybe: the training needs the machine
            self._prewarm()
            with self._lock:
                worker, self._draft = self._draft, None
            if worker is None:
                return
            request = make_request(worker.folder, self._table, plan, "\n".join(self._state.said), None, self.settings)
            try:
                start(worker.folder, self._table, request)
                worker.begin()
            except Exception:
                self._draft = worker  # nothing was asked of it: it waits for the next try
                raise
        self._follow(
            Run(worker.folder, worker, self.settings), a.RunStartedHere(run_id=worker.folder.run_id, seed=request.seed)
        )
        self._see_allowance()

    def _open(self, run_id: str) -> None:
        run = open_run(run_id, self.settings)
        request = run.request
        opened = a.RunOpened(run_id=run.id, profile=request.profile, prompt=request.prompt, plan=request.plan)
        # Its table is read from the run's folder once it is needed: to predict it, or to train again.
        self._table, self._opened = None, run
        self._intake.forget()
        self._follow(run, opened)

    def _resume(self, step: Callable[[Run], None], seconds: int | None) -> None:
        run = self._run
        if run is not None:
            with contextlib.nullcontext() if seconds is None else taken_from_allowance(self.settings, seconds):
                step(run)
            self._refined.discard(run.id)
            self._follow(run, a.RunResumed(run_id=run.id, seconds=seconds))

    def _turn_to(self, run: Run | None) -> None:
        """Take another run as the one that is shown, or none."""
        before, self._run = self._run, run
        if before is not run:
            self._let_go(before)

    def _let_go(self, run: Run | None) -> None:
        """Have a run that is over end the processes that serve its model, and what refines it."""
        if run is not None and run.view.is_over:
            with self._lock:
                self._times_let_go += 1
            run.close()

    def _follow(self, run: Run, action: a.Action) -> None:
        self._turn_to(run)
        self._dispatch(action)
        with self._lock:
            self._following += 1
            turn = self._following
        threading.Thread(target=self._tail, args=(run, turn), name="genie-tail", daemon=True).start()

    def _tail(self, run: Run, turn: int) -> None:
        """Follow a run's events until its end, or until another is shown or it is taken up again."""
        seen, was_over = "", False
        while self._run is run and self._following == turn and not self._closed.is_set():
            view = run.view
            settled = view.is_over and run.record_is_settled
            # A new part of the result, a better one, or the end: only then is the file read again.
            mark = f"{view.result_seq} {view.is_over} {settled}"
            result = run.result if mark != seen else None
            seen = mark
            self._dispatch(a.RunSeen(run_id=run.id, view=view, result=result))
            if view.is_over and not was_over:
                was_over = True
                self._see_allowance()
            if settled or view.problem is not None:
                return
            time.sleep(TAIL_INTERVAL_S if not view.is_over else 4 * TAIL_INTERVAL_S)

    def _predict(self, source: Any, name: str | None) -> None:
        from genie_widgets.data import read_table

        self._predict_rows(lambda: read_table(source, name=name), _origin(source, name or "new_rows"))

    def _predict_rows(self, read: Callable[[], Table], source: Source) -> None:
        run = self._run
        if run is not None:
            table = read()
            n_rows = len(table.frame)

            def progress(done: int) -> None:
                what = plural(
                    "Predicting: {done:,} of {n:,} row done",
                    "Predicting: {done:,} of {n:,} rows done",
                    n_rows,
                    done=done,
                )
                self._dispatch(a.BusyWith(what=what))

            path, problems = run.predictions_file(table.frame, on_progress=progress)
            predictions = _preview(table, path, problems)
            self._dispatch(a.Predicted(run_id=run.id, predictions=predictions, source=source))

    def _accept_drift(self, column: str) -> None:
        run = self._run
        if run is not None:
            run.accept_drift(column)
            self._dispatch(a.DriftSetAside(run_id=run.id, view=run.view, column=column))

    def _decide(self, wish: dict[str, Any]) -> None:
        run = self._run
        if run is not None:
            groups, part = self._state.groups, self._state.part
            run.decide(**wish)
            self._dispatch(a.Decided(run_id=run.id, view=run.view, result=run.result))
            if groups is not None:
                self._compare(groups.column)
            if part is not None:
                self._show_part(part.column, part.group)

    def _compare(self, column: str) -> None:
        run = self._run
        if run is not None:
            self._dispatch(a.Compared(run_id=run.id, groups=run.groups(column)))

    def _show_part(self, column: str, group: str) -> None:
        run = self._run
        if run is not None:
            self._dispatch(a.PartShown(run_id=run.id, part=run.part(column, group)))

    def _ask(self, question: str) -> None:
        run = self._run
        if run is not None:
            llm = self._llm
            self._dispatch(a.Replied(run_id=run.id, reply=run.ask(question, llm), llm=llm is not None))

    def _reword(self) -> None:
        run = self._run
        if run is not None:
            self._dispatch(a.Reworded(run_id=run.id, rewording=run.reword(self._llm)))

    def _list(self) -> None:
        runs = list_runs(self.settings)
        if self.settings.shared:  # of strangers' runs nobody is told; who has said who they are sees their own
            runs = [run for run in runs if run.person and run.person == self.settings.person]
        self._dispatch(a.HistoryListed(runs=tuple(runs[:MAX_RUNS])))

    def _compare_runs(self, before: str, after: str) -> None:
        comparison = open_run(after, self.settings).compare(open_run(before, self.settings))
        self._dispatch(a.RunsCompared(comparison=comparison))

    def _promote(self, promotion: Promotion) -> None:
        run = open_run(promotion.run_id, self.settings)
        if promotion.back:
            run.go_back()
        else:
            run.promote()
        self._dispatch(a.Promoted(promotion=promotion))
        self._list()

    def _try(self) -> None:
        try:
            while True:
                with self._lock:
                    cells, self._wanted = self._wanted, None
                    if cells is None:
                        self._is_trying = False
                        return
                run = self._run
                if run is not None:
                    self._dispatch(a.Tried(run_id=run.id, what_if=run.what_if(cells)))
        except Exception:
            with self._lock:
                self._is_trying, self._wanted = False, None
            raise

    def _refine(self, run: Run, turn: int) -> None:
        def is_wanted() -> bool:
            return self._run is run and self._times_let_go == turn and not self._closed.is_set()

        is_left = True
        try:
            with self._refining:  # one at a time: the one before is about to end
                while is_wanted() and not run.refine():
                    self._closed.wait(REFINE_AGAIN_S)
            self._dispatch(a.RunSeen(run_id=run.id, view=run.view, result=run.result))
            is_left = run.can_be_refined
        except Exception as error:  # nobody asked for it: the log is told, no person
            self._log(error)
        finally:
            self._dispatch(a.Refining(run_id=run.id, now=False))
        # What one try left stays so, as another would. Only after the last word: what draws that asks for it again.
        if not is_left or not is_wanted():
            self._refined.discard(run.id)

    def _flip(self, cells: dict[str, Any]) -> None:
        run = self._run
        if run is not None:
            self._dispatch(a.Flipped(run_id=run.id, flip=run.flip(cells)))

    def _explain(self, predictions: PredictionsState, row: int) -> None:
        run = self._run
        if run is not None:
            explanation = run.explain_predicted(Path(predictions.path), row)
            self._dispatch(a.RowExplained(run_id=run.id, path=predictions.path, row=row, explanation=explanation))


def _get_ready(settings: Settings) -> None:
    """Have a blank store for the record made, and what explains compiled: on a single core first what takes least."""
    from genie_widgets.explain import compile_elsewhere

    blank = compiling = None
    # What fails here is done by the first run, which tells why it fails; one is not left out for the other.
    with contextlib.suppress(Exception):
        blank = prepare_blank(settings)
        if blank is not None and detect_machine().usable_cores == 1:
            blank.wait()
    with contextlib.suppress(Exception):
        compiling = compile_elsewhere(_start_apart)
    for process in (blank, compiling):
        if process is not None:
            process.wait()  # lest its end is left to look like a process


def _start_apart(command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
    """Start a process that a signal to the kernel does not reach: what it compiles serves the next one, too."""
    return start_process(command, start_new_session=True, **options)


def _nobody() -> Problem:
    return Problem(
        code="unknown-person",
        title=tr("This page's address is of nobody who is expected here."),
        remedy=tr("Open the address that you were given, whole, or ask for another."),
        culprit="person",
    )


def _origin(source: Any, name: str | None) -> Source:
    """Say where rows came from: an uploaded file by the name that its owner knows."""
    if isinstance(source, str | Path):
        known = name is not None and Path(name).name != Path(source).name
        return Source(kind="file", name=str(name if known else source))
    return Source(kind="file" if isinstance(source, bytes) else "frame", name=name or "")


def _preview(table: Table, path: Path, problems: list[Problem]) -> PredictionsState:
    import pandas as pd

    head = pd.read_csv(path, nrows=PREVIEW_ROWS, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    # The predictions first: they are what was asked for, and a phone shows three columns.
    ours = [name for name in head.columns if name not in table.frame.columns]
    head = head[[*ours, *(name for name in head.columns if name not in ours)]]
    return PredictionsState(
        name=table.name,
        n_rows=len(table.frame),
        columns=tuple(head.columns),
        preview=tuple(
            tuple(_short(cell, 0 if name in ours else SHORT_CELL) for name, cell in zip(head.columns, row, strict=True))
            for row in head.to_numpy()
        ),
        path=str(path),
        problems=tuple(problems),
    )


def _short(cell: str, most: int) -> str:
    """Shorten long decimals: sixteen digits of a probability say no more than four, and push the rest off the page."""
    if len(cell) <= most or "." not in cell:
        return cell
    try:
        return f"{float(cell):.4g}"
    except ValueError:
        return cell


def _is_same_model(settings: LLMSettings, host: LLMSettings | None) -> bool:
    """Whether it is the host's own model; what it may see of a person's table is the person's to say."""
    return host is not None and settings == host.model_copy(update={"with_values": settings.with_values})
