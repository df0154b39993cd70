"""The bundle: a slim model, what it needs, a script that predicts without Genie, and a card that says what it is."""

from __future__ import annotations

import json
import secrets
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from genie_widgets.export.card import model_card
from genie_widgets.export.prose import readme
from genie_widgets.schema import RunResult

if TYPE_CHECKING:
    import pandas as pd

_TEMPLATES = Path(__file__).parent / "templates"
_SERVING = "-r requirements.txt\nfastapi>=0.115\nuvicorn>=0.30\n"


def write_bundle(
    path: Path,
    *,
    result: RunResult,
    model_path: Path,
    input_example: pd.DataFrame,
    report_path: Path | None,
) -> Path:
    """Write a run's bundle.

    Parameters
    ----------
    path : Path
        The zip file to write; replaced as a whole or not at all.
    result : RunResult
        What the run found; its `requirements` are the bundle's.
    model_path : Path
        Folder of the slim model.
    input_example : DataFrame
        A few rows as the model takes them.
    report_path : Path or None
        The report, if there is one.

    Returns
    -------
    Path
        The bundle.

    Raises
    ------
    FileNotFoundError
        If the model's folder holds no file.
    """
    files = sorted(file for file in model_path.rglob("*") if file.is_file())
    if not files:
        raise FileNotFoundError(f"no model in {model_path}")
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bundle:
            for file in files:
                bundle.write(file, f"model/{file.relative_to(model_path).as_posix()}")
            bundle.writestr("requirements.txt", "\n".join(result.requirements) + "\n")
            bundle.writestr("requirements-serve.txt", _SERVING)
            for script in ("predict.py", "serve.py"):
                bundle.writestr(script, (_TEMPLATES / f"{script}.txt").read_text(encoding="utf-8"))
            bundle.writestr("model.json", _facts(result))
            bundle.writestr("input_example.csv", input_example.to_csv(index=False))
            bundle.writestr("MODEL_CARD.md", model_card(result))
            bundle.writestr("README.md", _readme(result))
            if report_path is not None:
                bundle.write(report_path, "report.html")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _facts(result: RunResult) -> str:
    plan = result.plan
    facts = {
        "problem_type": plan.problem_type,
        "target": plan.target,
        "features": list(result.features),
        "quantile_levels": list(plan.quantile_levels),
        "versions": result.versions,
        "scored_model": result.scored_model,
        "delivered_model": result.delivered_model,
        "n_scored": result.n_train,
        "n_delivered": result.n_delivered,
        "interval": None
        if result.evaluation is None or result.evaluation.interval is None
        else result.evaluation.interval.model_dump(),
        "decision": None if result.decision is None else result.decision.model_dump(exclude={"expected", "words"}),
    }
    return json.dumps(facts, indent=1, ensure_ascii=False)


def _readme(result: RunResult) -> str:
    python = ".".join(result.versions.get("python", "3.11").split(".")[:2])
    return readme(python)
