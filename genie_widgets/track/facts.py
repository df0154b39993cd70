"""What of a run is recorded, as MLflow takes it: parameters, figures, tags, files."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from genie_widgets.schema import RunRequest, RunResult

if TYPE_CHECKING:
    import pandas as pd

# MLflow takes letters, digits, "_", "-", ".", " " and "/" in names.
_NOT_ALLOWED = re.compile(r"[^\w\-. /]", re.ASCII)
MAX_NAME = 200


def key(name: str) -> str:
    """Make a name that MLflow takes: it must stay one when read as a path, too."""
    parts = _NOT_ALLOWED.sub("_", name)[:MAX_NAME].split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..")) or "_"


def registry_name(result: RunResult) -> str:
    """Name the registered model after its table and target."""
    slugs = [re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") for text in (result.table_name, result.plan.target)]
    return "-".join(["genie", *(slug for slug in slugs if slug)])[:MAX_NAME]


def parameters(request: RunRequest, result: RunResult) -> dict[str, str]:
    """List the plan and the prompt as parameters."""
    plan = request.plan.model_dump(exclude={"status", "evidence", "problems"}, mode="json")
    return {
        **{name: str(value) for name, value in plan.items()},
        "prompt": request.prompt,
        "seed": str(request.seed),
        "table": request.profile.name,
        "n_rows": str(result.n_rows),
        "n_features": str(len(result.features)),
    }


def metrics(result: RunResult) -> dict[str, float]:
    """List every figure: the chosen model's with interval and baseline, each model's own, the stages' seconds."""
    found: dict[str, float | None] = {}
    for metric in result.evaluation.metrics if result.evaluation is not None else ():
        found[f"holdout/{metric.name}"] = metric.value
        found[f"holdout/{metric.name}_low"] = metric.low
        found[f"holdout/{metric.name}_high"] = metric.high
        found[f"baseline/{metric.name}"] = metric.baseline
    for row in result.leaderboard:
        found[f"models/{row.model}/validation"] = row.score_validation
        found[f"models/{row.model}/holdout"] = row.score_holdout
        found[f"models/{row.model}/fit_s"] = row.fit_s
    if result.decision is not None:
        found["decision/threshold"] = result.decision.threshold
        for figure in result.decision.expected:
            found[f"decision/{figure.name}"] = figure.value
    for name, seconds in result.timings.items():
        found[f"seconds/{name}"] = seconds
    return {key(name): value for name, value in found.items() if value is not None and math.isfinite(value)}


def tags(request: RunRequest, result: RunResult) -> dict[str, str]:
    """List what runs are searched by."""
    # MLflow's pages show this one as who made the run.
    person = {"mlflow.user": request.person} if request.person else {}
    return {
        **person,
        "genie.run_id": result.run_id,
        "genie.status": result.status,
        "genie.target": result.plan.target,
        # No parameter: MLflow lets nobody change those, and a run may be trained on.
        "genie.best_model": result.best_model,
        # The figures are of the first; what is registered is the second.
        "genie.scored_model": result.scored_model,
        "genie.delivered_model": result.delivered_model,
        "genie.scored_rows_learned": str(result.n_train),
        "genie.delivered_rows_learned": str(result.n_delivered),
        "genie.folds": str(result.evaluation.n_folds if result.evaluation is not None else 0),
        "mlflow.note.content": "\n\n".join(result.verdict),
    }


def model_facts(result: RunResult) -> dict[str, Any]:
    """List what the recorded model must know of itself."""
    plan = result.plan
    return {
        "problem_type": plan.problem_type,
        "features": list(result.features),
        "quantile_levels": list(plan.quantile_levels),
        "interval": None
        if result.evaluation is None or result.evaluation.interval is None
        else result.evaluation.interval.model_dump(),
        "decision": None if result.decision is None else result.decision.model_dump(exclude={"expected", "words"}),
    }


def example_answer(result: RunResult, n_rows: int) -> pd.DataFrame:
    """Make an answer of the model's form, for its signature: nothing is predicted for it."""
    import pandas as pd

    plan = result.plan
    frame: dict[str, object] = {"prediction": result.classes[0] if result.classes else 0.5}
    for label in result.classes:
        frame[f"probability of {label}"] = 0.5
    for level in plan.quantile_levels:
        frame[f"quantile {level}"] = 0.5
    interval = result.evaluation.interval if result.evaluation is not None else None
    if interval is not None:
        frame[f"low ({interval.level:.0%})"] = frame[f"high ({interval.level:.0%})"] = 0.5
    return pd.DataFrame(frame, index=range(n_rows))
