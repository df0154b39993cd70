"""A notebook that makes the model again without Genie: plain AutoGluon, pandas and shap, on the very same rows."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from pprint import pformat
from typing import TYPE_CHECKING, Any

from genie_widgets.export.card import plain
from genie_widgets.export.prose import notebook_cells
from genie_widgets.language import tr
from genie_widgets.schema import METRICS, Plan, RunResult

if TYPE_CHECKING:
    import pandas as pd

NAME = "reproduce.ipynb"
_TEMPLATES = Path(__file__).parent / "templates"
_ALSO_NEEDED = ("pyarrow", "shap")
LINE = 100


def write_notebook(
    path: Path,
    *,
    result: RunResult,
    fit: Mapping[str, Any],
    requirements: Sequence[str],
    learn: pd.DataFrame,
    score: pd.DataFrame,
) -> Path:
    """Write an archive of the notebook and the rows that it needs.

    Parameters
    ----------
    path : Path
        The zip file to write; replaced as a whole or not at all.
    result : RunResult
        What the run found; the notebook comes to its score.
    fit : mapping
        Arguments of AutoGluon's `fit`, of plain values.
    requirements : sequence of str
        What that fit needs, pinned as pip reads it: more than the best model alone.
    learn, score : DataFrame
        The rows that were learned from, and those that were kept apart: features and target.

    Returns
    -------
    Path
        The archive.
    """
    temporary = path.with_name(f".{path.name}.part")
    parts = {"learn.parquet": learn, "score.parquet": score}
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(NAME, notebook(result, fit, positive=_positive(result, learn)))
            archive.writestr("requirements.txt", _requirements(requirements))
            for name, rows in parts.items():
                with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as file:
                    # Parquet is packed already.
                    rows.to_parquet(file)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def notebook(result: RunResult, fit: Mapping[str, Any], *, positive: Any = None) -> str:
    """Write the notebook as JSON; people's text is a literal in its code, and plain in its prose.

    Parameters
    ----------
    result : RunResult
        What the run found.
    fit : mapping
        Arguments of AutoGluon's `fit`.
    positive : object
        The label of the positive class, as the target holds it; None where there is none.
    """
    plan = result.plan
    main = result.evaluation.metrics[0] if result.evaluation is not None and result.evaluation.metrics else None
    predictor = {"problem_type": plan.problem_type, "eval_metric": plan.metric, **_of_type(plan, positive)}
    facts = "\n".join(
        f"{name} = {_literal(value)}"
        for name, value in {
            "TARGET": plan.target,
            "PREDICTOR": predictor,
            "FIT": dict(fit),
            "SIGN": 1 if METRICS[plan.metric].greater_is_better else -1,
            "SCORE": None if main is None or main.name != plan.metric else _score(result, main.value),
            "REFITTED": result.is_refitted,
        }.items()
    )
    cells = (_TEMPLATES / "reproduce.py.txt").read_text(encoding="utf-8").split("# %%")
    made, prose = [], _prose(result)
    for place, text in enumerate(filter(None, map(str.strip, cells))):
        is_prose = text.startswith("[markdown]")
        body = prose[text.removeprefix("[markdown]").strip(" \n#")] if is_prose else text
        made.append(_cell(body.replace("FACTS = ...", facts), place, is_prose=is_prose))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    document = {"cells": made, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, indent=1, ensure_ascii=False)


def _prose(result: RunResult) -> dict[str, str]:
    told = {
        "target": result.plan.target,
        "table": result.table_name,
        "prompt": result.prompt or tr("nothing in words"),
        "verdict": result.verdict[0] if result.verdict else tr("It could not be scored."),
        "split": _split(result),
    }
    # Jupyter typesets what stands between dollar signs.
    safe = {name: plain(text).replace("$", r"\$") for name, text in told.items()}
    return notebook_cells(**safe, is_refitted=result.is_refitted)


def _split(result: RunResult) -> str:
    if result.evaluation is None:
        return tr("not scored")
    if result.evaluation.n_folds:
        return tr("the first of {k} folds", k=result.evaluation.n_folds)
    return result.evaluation.split


def _score(result: RunResult, value: float) -> float | None:
    """Give the score on the rows that go with the notebook: where all rows were scored, the first fold's."""
    assert result.evaluation is not None
    if not result.evaluation.n_folds:
        return value
    return next((row.score_holdout for row in result.leaderboard if row.model == result.best_model), None)


def _cell(text: str, place: int, *, is_prose: bool) -> dict[str, Any]:
    identity = hashlib.sha256(f"{place}".encode()).hexdigest()[:8]
    cell: dict[str, Any] = {"id": identity, "metadata": {}, "source": text.splitlines(keepends=True)}
    if is_prose:
        return {"cell_type": "markdown", **cell}
    return {"cell_type": "code", "execution_count": None, "outputs": [], **cell}


def _literal(value: Any) -> str:
    return pformat(value, width=LINE, sort_dicts=False)


def _of_type(plan: Plan, positive: Any) -> dict[str, Any]:
    if plan.problem_type == "quantile":
        return {"quantile_levels": list(plan.quantile_levels)}
    return {} if positive is None else {"positive_class": positive}


def _positive(result: RunResult, learn: pd.DataFrame) -> Any:
    """Find the positive class as the target holds it: a number, a text or a truth value."""
    wanted = result.positive_class
    if result.plan.problem_type != "binary" or not wanted:
        return None
    labels = [label.item() if hasattr(label, "item") else label for label in learn[result.plan.target].unique()]
    return next((label for label in labels if str(label) == wanted), None)


def _requirements(pinned: Sequence[str]) -> str:
    also = [f"{name}=={importlib.metadata.version(name)}" for name in _ALSO_NEEDED]
    return "\n".join([*pinned, *also, "jupyterlab"]) + "\n"
