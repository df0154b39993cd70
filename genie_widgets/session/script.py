"""The Python that does what the panel did: a pure function of the state; people's text in it is always a literal."""

from __future__ import annotations

from keyword import iskeyword
from typing import Any

from genie_widgets.schema import Decision, ReadOptions
from genie_widgets.schema.base import Value
from genie_widgets.session.recipe import Source
from genie_widgets.session.state import SessionState

_EDITABLE = (
    "target",
    "problem_type",
    "metric",
    "positive_class",
    "features",
    "ignore",
    "quantile_levels",
    "time_limit_s",
    "quality",
    "validation",
    "rows_left_out",
    "empty_target",
    "accepted",
)
_WISHES = {
    "cost": {"cost_missed", "cost_false_alarm"},
    "capacity": {"capacity", "of_rows"},
    "threshold": {"threshold"},
}
_SAMPLE = "gw.read_table(next(sample.path for sample in samples() if sample.name == {name}), name={name}{options})"
# What a database's address holds is nobody's to show.
_QUERY = 'gw.read_query(os.environ["DATABASE_URL"], {query})'


def python_code(state: SessionState) -> str:
    """Write the Python that leads to a state.

    Parameters
    ----------
    state : SessionState
        The session's.

    Returns
    -------
    str
        A script; empty before there is a table.
    """
    source = state.recipe.table
    if source is None:
        return ""
    parts = [_table(source), _plan(state), _run(state), *_results(state), *_beside_other_runs(state)]
    imports = "import genie_widgets as gw"
    if any("samples()" in part for part in parts):
        imports += "\nfrom genie_widgets.data import samples"
    if source.kind == "query":
        imports = f"import os\n\n{imports}"
    return "\n\n".join([imports, *(part for part in parts if part)]) + "\n"


def _table(source: Source) -> str:
    if source.kind == "run":
        return f"run = gw.open_run({source.name!r})\ntable = run.table"
    return f"table = {_read(source)}"


def _read(source: Source) -> str:
    options = f", options={_literal(source.options)}" if source.options != ReadOptions() else ""
    if source.kind == "sample":
        return _SAMPLE.format(name=repr(source.name), options=options)
    if source.kind == "url":
        return f"gw.read_url({source.name!r}{options})"
    if source.kind == "query":
        return _QUERY.format(query=repr(source.name))
    if source.kind == "frame":
        # A table without a name of its own is called "table" too; the DataFrame is the person's to put in.
        known = source.name.isidentifier() and not iskeyword(source.name) and source.name != "table"
        variable = source.name if known else "df"
        return f"gw.read_table({variable})"
    return f"gw.read_table({source.name!r}{options})"


def _plan(state: SessionState) -> str:
    recipe = state.recipe
    lines = []
    if recipe.prompt is not None:
        # Without a word on it, the language model of the environment is asked, if there is one.
        llm = "" if recipe.llm else ", llm=None"
        lines += [f"prompt = {recipe.prompt!r}", f"plan = gw.plan(table, prompt{llm})"]
        lines += [f"plan = gw.answer_question(plan, table, {choice!r}, prompt=prompt)" for choice in recipe.choices]
    elif _changes(state) or _is_trained_here(state):
        lines += ["prompt = run.request.prompt", "plan = run.request.plan"]
    if changes := _changes(state):
        lines.append(f"plan = gw.edit_plan(plan, table, {_arguments(changes)})")
    return "\n".join(lines)


def _changes(state: SessionState) -> dict[str, Any]:
    """Tell what a person changed in the plan, however they did; of another target every field is told."""
    made, plan = state.recipe.plan, state.plan
    if made is None or plan is None:
        return {}
    fields = {name: getattr(plan, name) for name in _EDITABLE}
    if made.target != plan.target:
        return fields
    return {name: value for name, value in fields.items() if value != getattr(made, name)}


def _arguments(changes: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_literal(value)}" for name, value in changes.items())


def _literal(value: Any) -> str:
    if isinstance(value, Value):
        return f"gw.{type(value).__name__}({_arguments(value.model_dump(exclude_defaults=True))})"
    return repr(value)


def _is_trained_here(state: SessionState) -> bool:
    source = state.recipe.table
    return bool(state.run_id) and not (source is not None and source.kind == "run" and source.name == state.run_id)


def _prompt(state: SessionState) -> str:
    """Write what is recorded as said: the sentence, and those that changed its plan."""
    changed = [past.said for past in state.past if past.said]
    return f'"\\n".join([prompt, {", ".join(map(repr, changed))}])' if changed else "prompt"


def _run(state: SessionState) -> str:
    seed = f", seed={state.recipe.seed}" if state.recipe.seed else ""
    lines = [f"run = gw.train(table, plan, prompt={_prompt(state)}{seed})"] if _is_trained_here(state) else []
    if state.view is not None and state.view.status in ("stopping", "stopped"):
        lines.append("run.stop()")
    if state.run_id:
        for seconds in state.recipe.resumed:
            lines += ["run.salvage()"] if seconds is None else ["run.wait()", f"run.extend({seconds})"]
    if state.result is not None:
        lines += ["result = run.wait()", 'print(*result.verdict, sep="\\n")']
    return "\n".join(lines)


def _decision(decision: Decision) -> str:
    """Write the wish that a threshold follows from."""
    wish = decision.model_dump(include=_WISHES[decision.rule])
    return f"decision = run.decide({_arguments(wish)})"


def _results(state: SessionState) -> list[str]:
    parts = []
    if state.result is not None and state.result.decision is not None:
        parts.append(_decision(state.result.decision))
    if state.groups is not None:
        parts.append(f"groups = run.groups({state.groups.column!r})")
    if state.part is not None:
        parts.append(f"part = run.part({state.part.column!r}, {state.part.group!r})\nprint(part.evaluation.metrics)")
    if state.rewording is not None:
        parts.append('print(*run.reword().sentences, sep="\\n")')
    if state.view is not None:
        parts += [f"run.accept_drift({column!r})" for column in state.view.drift_accepted]
    if state.predictions is not None and state.recipe.rows is not None:
        rows = state.recipe.rows
        parts.append(f"new = {'table' if rows.kind == 'run' else _read(rows)}\npredictions = run.predict(new.frame)")
        if state.row_explanation is not None:
            row = state.explained_row
            parts.append(f"explanation = run.explain(new.frame.iloc[{row}:{row + 1}])")
    if state.what_if is not None:
        parts.append(f"what_if = run.what_if({state.what_if.cells!r})\nprint(what_if.prediction)")
    if state.flip is not None:
        parts.append("flip = run.flip(what_if.cells)\nprint(flip.changes, flip.after)")
    if state.reply is not None:
        llm = "" if state.recipe.ask_llm else ", llm=None"
        parts.append(f'reply = run.ask({state.reply.question!r}{llm})\nprint(*reply.words, sep="\\n")')
    return parts


def _beside_other_runs(state: SessionState) -> list[str]:
    """Tell the comparison that is shown, and what was done to champions."""
    parts = []
    if state.comparison is not None:
        before, after = (_run_of(found.run_id, state) for found in (state.comparison.before, state.comparison.after))
        parts.append(f'comparison = {after}.compare({before})\nprint(*comparison.words, sep="\\n")')
    for promotion in state.promotions:
        run = _run_of(promotion.run_id, state)
        recorded = "run.wait_recorded()\n" if run == "run" and _is_trained_here(state) else ""
        parts.append(f"{recorded}{run}.{'go_back' if promotion.back else 'promote'}()")
    return parts


def _run_of(run_id: str, state: SessionState) -> str:
    """Name a run: the one that is shown, or another of this workspace."""
    return "run" if run_id == state.run_id else f"gw.open_run({run_id!r})"
