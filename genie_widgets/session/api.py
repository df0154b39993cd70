"""The public functions: plan, train, open a run, list runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from genie_widgets.language import spoken, tr
from genie_widgets.schema import (
    Answer,
    Event,
    GenieError,
    LLMExchange,
    LLMSettings,
    Plan,
    Problem,
    Question,
    RunRequest,
    RunSummary,
    Settings,
    new_run_id,
)
from genie_widgets.session.allowance import taken_from_allowance
from genie_widgets.session.cautions import Cautions
from genie_widgets.session.configuration import settings_from_env
from genie_widgets.session.runners import draft_worker
from genie_widgets.session.running import Run
from genie_widgets.store import Champions, RunFolder, list_run_ids
from genie_widgets.track import without_credentials

if TYPE_CHECKING:
    from genie_widgets.data import Table


def plan(
    table: Table,
    prompt: str,
    llm: Literal["auto"] | LLMSettings | None = "auto",
    *,
    after: Plan | None = None,
    on_exchange: Callable[[LLMExchange], object] | None = None,
) -> Answer:
    """Plan a training from a sentence, or change a plan by one.

    Parameters
    ----------
    table : Table
        From `read_table`.
    prompt : str
        What to predict, in words; with `after`, what to change: "also drop zip", "use F1 instead".
    llm : "auto", LLMSettings or None
        ``"auto"`` takes the language model of the environment, if any; None
        uses the embedded planner alone.
    after : Plan, optional
        A plan of this table, to be changed; `Plan.changes_since` tells what differs.
    on_exchange : callable, optional
        Told of what the language model is sent, to the letter, before it is; and at the end of what that took.

    Returns
    -------
    Plan, Question or Refusal
        See `status`.

    Raises
    ------
    GenieError
        If `table` is no table that was read; with `after`: if the sentence changes nothing in the plan.
    """
    from genie_widgets.intent import llm_settings_from_env, make_plan, revise_plan

    _must_be_read(table)
    model = llm_settings_from_env() if llm == "auto" else llm
    if after is None:
        answer = make_plan(table.profile, prompt, llm=model, on_exchange=on_exchange)
    else:
        answer = revise_plan(after, table.profile, prompt, llm=model, on_exchange=on_exchange)
    return Cautions().added(answer, table)


def _must_be_read(table: object) -> None:
    """Tell whoever brings a DataFrame or a path, as is near at hand, what to do first."""
    from genie_widgets.data import Table

    if not isinstance(table, Table):
        kind = type(table).__name__
        raise GenieError(
            Problem(
                code="table-not-read",
                title=tr("This takes a table that Genie has read, and was given a {kind}.", kind=kind),
                remedy=tr("Read it first: table = gw.read_table(...)."),
                culprit="table",
                value=kind,
            )
        )


def answer_question(question: Question, table: Table, choice: str, *, prompt: str = "") -> Answer:
    """Answer the planner's question.

    Parameters
    ----------
    question : Question
        From `plan`.
    table : Table
        The table that it is about.
    choice : str
        A column: one of `Question.candidates`, or any other.
    prompt : str
        The sentence that led to the question: what else it asks for still counts.

    Returns
    -------
    Plan, Question or Refusal
        As from `plan`.
    """
    from genie_widgets.intent import answer_question as answer_it

    return Cautions().added(answer_it(question, table.profile, prompt, choice), table)


def edit_plan(plan: Plan, table: Table, **changes: Any) -> Plan:
    """Change fields of a plan; what depends on them follows.

    Parameters
    ----------
    plan : Plan
        The plan as it stands.
    table : Table
        The table that it is for.
    **changes
        Fields of `Plan` with their new values.

    Returns
    -------
    Plan
        Checked again; the changed fields' evidence says ``"user"``.

    Raises
    ------
    GenieError
        If there is no such field, or the value cannot be one of its values.
    """
    from genie_widgets.intent import edit_plan as edit_it

    edited = edit_it(plan, table.profile, **changes)
    cautious = Cautions().added(edited, table)
    return cautious if cautious.status == "plan" else edited


def train(
    table: Table,
    answer: Answer,
    on_event: Callable[[Event], object] | None = None,
    *,
    prompt: str = "",
    seed: int | None = None,
    settings: Settings | None = None,
) -> Run:
    """Train as a plan says, in a process of its own.

    Parameters
    ----------
    table : Table
        The table that the plan is for.
    answer : Plan
        A plan without blockers.
    on_event : callable, optional
        Told of each event, from a thread.
    prompt : str
        The sentence that led to the plan, for the record.
    seed : int, optional
        Fixes splits and samples; None takes that of the settings, which is 0 unless ``GENIE_SEED`` says another.
    settings : Settings, optional
        None reads the environment.

    Returns
    -------
    Run
        Returns at once; `Run.wait` waits for the end.

    Raises
    ------
    GenieError
        If `table` is no table that was read, the answer is no plan, the plan has blockers, it asks for more time
        than the person still has (``GENIE_MINUTES_EACH``), or a cluster is to train it (``GENIE_RUNNER``) and does
        not answer.
    """
    accepted = accept(answer)
    _must_be_read(table)
    settings = settings or settings_from_env()
    with taken_from_allowance(settings, accepted.time_limit_s):
        folder = RunFolder.create(settings.workspace, new_run_id())
        try:
            worker = draft_worker(folder, settings)
            start(folder, table, make_request(folder, table, accepted, prompt, seed, settings))
            worker.begin()
        except GenieError:
            folder.remove_draft()
            raise
    run = Run(folder, worker, settings)
    if on_event is not None:
        threading.Thread(target=_follow, args=(run, on_event), name="genie-events", daemon=True).start()
    return run


def _follow(run: Run, on_event: Callable[[Event], object]) -> None:
    try:
        run.wait(on_event=on_event)
    except GenieError:
        return  # the last event has told it


def accept(answer: Answer) -> Plan:
    """Accept an answer as a plan to train.

    Raises
    ------
    GenieError
        If it is a question or a refusal, or has blockers.
    """
    if answer.status == "plan" and answer.blockers:
        raise GenieError(answer.blockers[0])
    if answer.status == "plan":
        return answer
    remedy = (
        tr("Answer it, or name the column in the sentence.")
        if answer.status == "question"
        else tr("Ask for a prediction.")
    )
    raise GenieError(Problem(code=f"not-a-plan-{answer.status}", title=answer.text, remedy=remedy, culprit="plan"))


def make_request(
    folder: RunFolder, table: Table, accepted: Plan, prompt: str, seed: int | None, settings: Settings
) -> RunRequest:
    """Make the request of a run; its budget counts from now."""
    return RunRequest(
        run_id=folder.run_id,
        # Half a character (a lone surrogate) cannot be written as JSON.
        prompt=prompt.encode("utf-8", "replace").decode("utf-8"),
        plan=accepted,
        profile=table.profile,
        seed=settings.seed if seed is None else seed,
        created_at=time.time(),
        # Credentials stay in the environment, which the worker inherits; the request is a file.
        tracking_uri=without_credentials(settings.tracking_uri),
        person=settings.person,
        language=spoken(),
    )


def start(folder: RunFolder, table: Table, request: RunRequest) -> None:
    """Hand a run to its waiting worker.

    Raises
    ------
    GenieError
        If the disk is full.
    """
    from genie_widgets.store.files import telling_disk_full

    with telling_disk_full(folder.table_path):
        table.frame.to_parquet(folder.table_path)
    # The request last: the worker starts as soon as it stands.
    folder.write_request(request)


def open_run(run_id: str, settings: Settings | None = None) -> Run:
    """Open a run of this workspace, from any process.

    Raises
    ------
    GenieError
        If there is no such run.
    """
    settings = settings or settings_from_env()
    return Run(RunFolder.open(settings.workspace, run_id), settings=settings)


def list_runs(settings: Settings | None = None) -> list[RunSummary]:
    """List the runs of this workspace, newest first."""
    settings = settings or settings_from_env()
    champions = Champions(settings.workspace).runs()
    return [_summary(open_run(run_id, settings), champions) for run_id in list_run_ids(settings.workspace)]


def _summary(run: Run, champions: frozenset[str]) -> RunSummary:
    try:
        request, result = run.request, run.result
    except ValueError:
        # Written by another version, or damaged: one such run must not hide the others.
        created = run.path.stat().st_mtime
        return RunSummary(run_id=run.id, created_at=created, table_name="", target="", metric="", status="unreadable")
    metrics = result.evaluation.metrics if result is not None and result.evaluation is not None else ()
    main = next((metric for metric in metrics if metric.name == request.plan.metric), None)
    return RunSummary(
        run_id=run.id,
        created_at=request.created_at,
        table_name=request.profile.name,
        target=request.plan.target,
        problem_type=request.plan.problem_type,
        metric=request.plan.metric,
        status=run.view.status,
        score=None if main is None else main.value,
        low=None if main is None else main.low,
        high=None if main is None else main.high,
        is_champion=run.id in champions,
        person=request.person,
    )
