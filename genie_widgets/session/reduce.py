"""The session's next state, from the present one and what happened: a pure function."""

from __future__ import annotations

from typing import Any

from genie_widgets.schema import GroupReport, WhatIf
from genie_widgets.session import actions as a
from genie_widgets.session.recipe import Recipe, Source
from genie_widgets.session.state import Past, SessionState, Stage

MAX_PAST = 50

_NO_RUN: dict[str, Any] = {
    "run_id": "",
    "view": None,
    "result": None,
    "predictions": None,
    "row_explanation": None,
    "what_if": None,
    "flip": None,
    "is_refining": False,
    "groups": None,
    "part": None,
    "rewording": None,
    "reply": None,
}


def reduce(state: SessionState, action: a.Action) -> SessionState:  # noqa: C901, PLR0911, PLR0912, PLR0915 -- a case for each action
    """Give the next state.

    Going back a step withdraws what followed from it; an answer to a question
    that nobody asks any more changes nothing.

    Parameters
    ----------
    state : SessionState
        The present one.
    action : Action
        What happened.

    Returns
    -------
    SessionState
        The next one; the same object if nothing changed.
    """
    match action:
        case a.BusyWith(what=what, for_plan=for_plan):
            return state.model_copy(update={"busy": what, "waits_for_plan": for_plan})
        case a.AllowanceSeen(allowance=allowance):
            return state.model_copy(update={"allowance": allowance})
        case a.TableRead(profile=profile, source=source):
            return SessionState(
                profile=profile,
                prompt=state.prompt,
                history=state.history,
                comparison=state.comparison,
                promotions=state.promotions,
                allowance=state.allowance,
                token=state.token + 1,
                recipe=Recipe(table=source),
            )
        case a.PromptChanged(prompt=prompt):
            return _with_prompt(state, prompt)
        case a.PlanMade(answer=answer, token=token):
            if token != state.token:
                return state
            made = {"answer": answer, "past": (), "recipe": _with_answer(state, action)}
            return state.model_copy(update={**_NO_RUN, **made, "busy": "", "problem": None})
        case a.PlanEdited():
            return _edited(state, action)
        case a.PlanUndone():
            if not state.past or state.stage == Stage.TRAINING:
                return state
            before = {"answer": state.past[-1].plan, "past": state.past[:-1]}
            return state.model_copy(update={**_NO_RUN, **before, "busy": "", "problem": None})
        case a.LLMHeard(exchange=exchange, token=token):
            return state.model_copy(update={"exchange": exchange}) if token == state.token else state
        case a.RunStartedHere(run_id=run_id, seed=seed):
            recipe = state.recipe.model_copy(update={"resumed": (), "seed": seed})
            return state.model_copy(update={**_NO_RUN, "run_id": run_id, "busy": "", "problem": None, "recipe": recipe})
        case a.RunOpened():
            return SessionState(
                profile=action.profile,
                prompt=action.prompt,
                answer=action.plan,
                run_id=action.run_id,
                history=state.history,
                comparison=state.comparison,
                promotions=state.promotions,
                allowance=state.allowance,
                token=state.token + 1,
                recipe=Recipe(table=Source(kind="run", name=action.run_id), plan=action.plan),
            )
        case a.RunResumed(run_id=run_id, seconds=seconds):
            recipe = state.recipe.model_copy(update={"resumed": (*state.recipe.resumed, seconds)})
            taken_up = {"view": None, "run_id": run_id, "recipe": recipe}
            return state.model_copy(update={"busy": "", "problem": None, **taken_up})
        case a.RecordBegun(run_id=run_id):
            return state.model_copy(update={"busy": "", **_without_record(state, run_id)})
        case a.RunSeen(run_id=run_id, view=view):
            if run_id != state.run_id or (state.view is not None and view.last_seq < state.view.last_seq):
                return state
            return _seen(state, action)
        case a.Predicted(run_id=run_id, predictions=predictions):
            changes: dict[str, Any] = {"busy": ""}
            if run_id == state.run_id:
                recipe = state.recipe.model_copy(update={"rows": action.source})
                changes.update({"predictions": predictions, "row_explanation": None, "recipe": recipe})
            return state.model_copy(update=changes)
        case a.RowExplained(run_id=run_id, path=path, row=row, explanation=explanation):
            changes = {"busy": ""}
            if run_id == state.run_id and state.predictions is not None and state.predictions.path == path:
                changes.update({"row_explanation": explanation, "explained_row": row})
            return state.model_copy(update=changes)
        case a.DriftSetAside():
            return _with_drift_set_aside(state, action)
        case a.Decided(run_id=run_id):
            over = {"busy": "", "problem": None}
            return state.model_copy(update={**over, **(_decided(state, action) if run_id == state.run_id else {})})
        case a.Compared(run_id=run_id, groups=groups):
            return _compared(state, groups) if run_id == state.run_id else state.model_copy(update={"busy": ""})
        case a.PartShown(run_id=run_id, part=part):
            return state.model_copy(update={"busy": "", **({"part": part} if run_id == state.run_id else {})})
        case a.Replied(run_id=run_id, reply=reply, llm=llm):
            changes = {"busy": ""}
            if run_id == state.run_id:
                changes.update({"reply": reply, "recipe": state.recipe.model_copy(update={"ask_llm": llm})})
            return state.model_copy(update=changes)
        case a.Reworded(run_id=run_id, rewording=rewording):
            said = {"rewording": rewording} if run_id == state.run_id else {}
            return state.model_copy(update={"busy": "", **said})
        case a.MlflowOpened(address=address):
            return state.model_copy(update={"mlflow_address": address, **({"busy": ""} if address else {})})
        case a.HistoryListed(runs=runs):
            return state.model_copy(update={"busy": "", "history": runs})
        case a.Promoted(promotion=promotion):
            return state.model_copy(update={"promotions": (*state.promotions, promotion)})
        case a.RunsCompared(comparison=comparison):
            return state.model_copy(update={"busy": "", "comparison": comparison})
        case a.Tried(run_id=run_id, what_if=what_if):
            return _tried(state, what_if) if run_id == state.run_id else state
        case a.Flipped(run_id=run_id, flip=flip):
            is_of_row = run_id == state.run_id and state.what_if is not None and state.what_if.cells == flip.cells
            return state.model_copy(update={"busy": "", **({"flip": flip} if is_of_row else {})})
        case a.Refining(run_id=run_id, now=now):
            return state.model_copy(update={"is_refining": now}) if run_id == state.run_id else state
        case a.Troubled(problem=problem):
            return state.model_copy(update={"busy": "", "problem": problem})
        case a.NoticeDismissed():
            return state.model_copy(update={"problem": None})
        case a.RunLeft():
            return state.model_copy(update={**_NO_RUN, "busy": ""})


def _seen(state: SessionState, seen: a.RunSeen) -> SessionState:
    """Take what a run came to; figures of groups go where its score is a new one."""
    result = seen.result or state.result
    is_new = result is not None and state.result is not None and result.evaluation != state.result.evaluation
    stale = {"groups": None, "part": None, "rewording": None} if is_new else {}
    return state.model_copy(update={"view": seen.view, "result": result, **stale})


def _without_record(state: SessionState, run_id: str) -> dict[str, Any]:
    """Take back what was known of the record of the run that is shown: it is being made."""
    if state.result is None or run_id != state.run_id:
        return {}
    return {"result": state.result.model_copy(update={"tracking": None})}


def _decided(state: SessionState, decided: a.Decided) -> dict[str, Any]:
    """Take a decision: what was predicted and said before it goes."""
    withdrawn = dict.fromkeys(("predictions", "row_explanation", "what_if", "flip", "rewording"))
    return {"view": decided.view, "result": decided.result or state.result, **withdrawn}


def _with_drift_set_aside(state: SessionState, action: a.DriftSetAside) -> SessionState:
    """Make a note of the warning beside the predictions, as it will be beside the next."""
    if action.run_id != state.run_id:
        return state.model_copy(update={"busy": ""})
    predictions = state.predictions
    if predictions is not None:
        about = ("rows-differ", action.column)
        problems = (p.set_aside() if (p.code, p.culprit) == about else p for p in predictions.problems)
        predictions = predictions.model_copy(update={"problems": tuple(problems)})
    return state.model_copy(update={"busy": "", "view": action.view, "predictions": predictions})


def _compared(state: SessionState, groups: GroupReport) -> SessionState:
    """Show the groups of a column; a group of another column is shown no longer."""
    part = state.part if state.part is not None and state.part.column == groups.column else None
    return state.model_copy(update={"busy": "", "groups": groups, "part": part})


def _with_answer(state: SessionState, made: a.PlanMade) -> Recipe:
    plan = made.answer if made.answer.status == "plan" else None
    if made.choice is None:
        return Recipe(table=state.recipe.table, prompt=state.prompt, llm=made.llm, plan=plan)
    return state.recipe.model_copy(update={"choices": (*state.recipe.choices, made.choice), "plan": plan})


def _tried(state: SessionState, what_if: WhatIf) -> SessionState:
    """Show a made-up row; what flips another row's answer goes."""
    flip = state.flip if state.flip is not None and state.flip.cells == what_if.cells else None
    return state.model_copy(update={"what_if": what_if, "flip": flip})


def _edited(state: SessionState, edited: a.PlanEdited) -> SessionState:
    """Take a changed plan, keeping the one before it: each change can be taken back."""
    plan = state.plan or (state.past[-1].plan if state.past else None)
    if plan is None or state.stage == Stage.TRAINING or edited.token != state.token:
        return state.model_copy(update={"busy": ""}) if state.busy else state
    past = state.past
    if state.plan is not None and edited.answer != plan:
        past = (*past, Past(plan=plan, said=edited.said))[-MAX_PAST:]
    changes = {"answer": edited.answer, "past": past, "busy": "", "problem": None}
    return state.model_copy(update={**_NO_RUN, **changes})


def _with_prompt(state: SessionState, prompt: str) -> SessionState:
    if prompt == state.prompt:
        return state
    changes: dict[str, Any] = {"prompt": prompt, "token": state.token + 1, "exchange": None}
    # A run goes on, or stays shown, while the person types the next sentence.
    if not state.run_id:
        changes.update({"answer": None, "past": (), "busy": "", "recipe": Recipe(table=state.recipe.table)})
    elif state.waits_for_plan:
        changes["busy"] = ""  # the answer under way is stale now: nobody waits for it
    return state.model_copy(update=changes)
