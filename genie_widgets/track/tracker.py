"""Logs one run to MLflow: the workspace's SQLite store, or a server."""

from __future__ import annotations

import json
import secrets
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from genie_widgets.language import tr
from genie_widgets.schema import Problem, RunRequest, RunResult, Tracking
from genie_widgets.track import facts
from genie_widgets.track.address import (
    ARTIFACTS,
    alone,
    has_store,
    local_uri,
    scrubbed,
    without_credentials,
)
from genie_widgets.track.own_store import load_mlflow, make_store

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.models.model import ModelInfo

EXPERIMENT = "genie"
# On a machine that trains other models meanwhile, loading MLflow alone can take minutes.
PATIENCE_S, PATIENCE_LOCAL_S = 120.0, 600.0
_CODE = Path(__file__).parent / "pyfunc_model.py"
# MLflow knows one address at a time, and Alembic makes one store at a time, for all threads of a process.
_ONE_AT_A_TIME = threading.RLock()


# Loading keeps the interpreter's lock for as long as it may. A training beside it wants that lock for a moment at each
# round of boosting, and would wait for five milliseconds each time.
GIVING_WAY_S = 0.0001


@contextmanager
def _giving_way() -> Iterator[None]:
    """Have this thread, as any other, leave the interpreter to those that wait for it after a moment."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, GIVING_WAY_S))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Tracker:
    """Records a run; nothing it meets is raised.

    Parameters
    ----------
    uri : str
        MLflow address; empty means the workspace's own SQLite store.
    workspace : Path
        Holds the SQLite store and its artefacts.
    """

    def __init__(self, uri: str, workspace: Path) -> None:
        self._workspace = workspace
        self._is_local = not uri
        self._uri = uri or local_uri(workspace)
        self._experiment_id: str | None = None
        self._run_id = ""

    @property
    def patience_s(self) -> float:
        """Seconds after which a record is given up: a server may never answer, a file is only ever slow."""
        return PATIENCE_LOCAL_S if self._is_local else PATIENCE_S

    @property
    def shown_uri(self) -> str:
        """The address without its credentials."""
        return without_credentials(self._uri)

    def prepare(self, go_on: Callable[[], bool] = lambda: True) -> None:
        """Load MLflow, make the store and the experiment, and rehearse: all that takes seconds the first time.

        What goes wrong here is told by `log`, which tries again.

        Parameters
        ----------
        go_on : callable
            Asked before each step; what is left undone `log` does.
        """
        try:
            with _ONE_AT_A_TIME, _giving_way():
                for step in (load_mlflow, self._prepare, _rehearse):
                    if not go_on():
                        return
                    step()
        except Exception as error:
            self._write(error, "while preparing")

    def _prepare(self) -> None:
        load_mlflow()
        import mlflow

        mlflow.set_tracking_uri(self._uri)
        with alone(self._workspace) if self._is_local else nullcontext():
            if self._is_local and not has_store(self._workspace):
                make_store(self._workspace)
            found = mlflow.get_experiment_by_name(EXPERIMENT)
            if found is None:
                location = (self._workspace / ARTIFACTS).as_uri() if self._is_local else None
                self._experiment_id = str(mlflow.create_experiment(EXPERIMENT, artifact_location=location))
            else:
                self._experiment_id = str(found.experiment_id)

    def log(
        self,
        *,
        request: RunRequest,
        result: RunResult,
        figures: Mapping[str, dict[str, Any]],
        report_path: Path,
        model_path: Path,
        input_example: pd.DataFrame | None,
        recorded: str = "",
    ) -> Tracking:
        """Record a run, or what changed in one that is recorded already.

        Parameters
        ----------
        request : RunRequest
            What was asked.
        result : RunResult
            What it found.
        figures : mapping of str to dict
            Plotly's JSON by the plot's name.
        report_path : Path
            The report; left out where there is none.
        model_path : Path
            Folder of the slim model; left out where there is none.
        input_example : DataFrame or None
            A few rows as the model takes them.
        recorded : str
            MLflow's id of the run's record, where there is one: figures, files and model are added to it.

        Returns
        -------
        Tracking
            Where the record is, or the problem.
        """
        try:
            with _ONE_AT_A_TIME:
                if self._experiment_id is None:
                    self._prepare()
                return self._log(request, result, figures, report_path, model_path, input_example, recorded)
        except Exception as error:
            return self._failed(self._problem(error))

    def unanswered(self) -> Tracking:
        """Tell that the record took too long: the server never answered, or the machine was too busy."""
        title = tr(
            "The run could not be recorded in MLflow at {place} within {seconds:.0f} s.",
            place=self.shown_uri,
            seconds=self.patience_s,
        )
        return self._failed(_not_recorded(title))

    def _failed(self, problem: Problem) -> Tracking:
        """Tell what went wrong, and what was begun: another try adds to it."""
        return Tracking(uri=self.shown_uri, experiment=EXPERIMENT, run_id=self._run_id, problem=problem)

    def _problem(self, error: Exception) -> Problem:
        reference = secrets.token_hex(4)
        self._write(error, f"reference {reference}")
        return _not_recorded(tr("The run is not recorded in MLflow at {place}.", place=self.shown_uri), reference)

    def _write(self, error: Exception, heading: str) -> None:
        """Write a traceback to the log, without the address's credentials."""
        trace = scrubbed("".join(traceback.format_exception(error)), self._uri)
        sys.stderr.write(f"{heading}\n{trace}\n")

    def _log(
        self,
        request: RunRequest,
        result: RunResult,
        figures: Mapping[str, dict[str, Any]],
        report_path: Path,
        model_path: Path,
        input_example: pd.DataFrame | None,
        recorded: str,
    ) -> Tracking:
        import mlflow

        mlflow.set_tracking_uri(self._uri)
        who = f"{request.person}: " if request.person else ""
        name = f"{who}{result.plan.target} {result.run_id[:6]}"
        again = {"run_id": recorded} if recorded else {"experiment_id": self._experiment_id, "run_name": name}
        with mlflow.start_run(**again, tags=facts.tags(request, result)) as run:
            self._run_id = str(run.info.run_id)
            if not run.data.params:
                mlflow.log_params(facts.parameters(request, result))
            if result.decision is not None:
                mlflow.log_dict(result.decision.model_dump(mode="json"), "decision.json")
            mlflow.log_dict(request.plan.model_dump(mode="json"), "plan.json")
            mlflow.log_dict(result.model_dump(mode="json", exclude={"explanation"}), "result.json")
            if result.explanation is not None:
                mlflow.log_dict(result.explanation.model_dump(mode="json"), "explanation.json")
            for kind, spec in figures.items():
                mlflow.log_dict(spec, f"plots/{facts.key(kind)}.json")
            if report_path.exists():
                mlflow.log_artifact(str(report_path))
            model: ModelInfo | None = None
            try:
                if model_path.exists() and input_example is not None:
                    model = _log_model(result, model_path, input_example)
            finally:
                # After the model, which MLflow would otherwise give each figure by asking the store for it again.
                mlflow.log_metrics(facts.metrics(result), model_id=None if model is None else model.model_id)
            return Tracking(
                uri=self.shown_uri,
                experiment=EXPERIMENT,
                experiment_id=str(run.info.experiment_id),
                run_id=self._run_id,
                model_uri="" if model is None else model.model_uri,
            )


@cache
def _rehearse() -> None:
    """Save an empty model: what MLflow looks up for its first model, it has at hand for the second."""
    import mlflow

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        requirements = [f"mlflow=={mlflow.__version__}"]
        mlflow.pyfunc.save_model(f"{folder}/model", python_model=str(_CODE), pip_requirements=requirements)


def _not_recorded(title: str, reference: str = "") -> Problem:
    return Problem(
        code="tracking-failed",
        title=title,
        remedy=tr(
            "The result is whole. Have it recorded again; where a server keeps the records, check that it runs, and "
            "MLFLOW_TRACKING_URI. The log says more."
        ),
        culprit="MLFLOW_TRACKING_URI",
        severity="warning",
        reference=reference,
    )


class _Untried:
    """MLflow's pyfunc flavour, whose `save_model` knows nothing of the word that a model need not be tried.

    The model has been scored by then. To load it and try it on its example costs seconds, and what comes of it MLflow
    tells its log only.
    """

    def __init__(self, flavour: Any) -> None:
        self.__name__ = flavour.__name__
        self._flavour = flavour

    def save_model(self, *, validate_serving_input: bool, **given: Any) -> None:
        """Save the model; whether it is tried is the caller's."""
        del validate_serving_input
        self._flavour.save_model(**given)


def _log_model(result: RunResult, model_path: Path, input_example: pd.DataFrame) -> ModelInfo:
    import mlflow

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # MLflow's hint that integers cannot hold missing cells: the table decides that.
        warnings.simplefilter("ignore")
        file = Path(folder) / "facts.json"
        file.write_text(json.dumps(facts.model_facts(result)), encoding="utf-8")
        logged: ModelInfo = mlflow.models.Model.log(
            name="model",
            artifact_path=None,
            flavor=_Untried(mlflow.pyfunc),
            validate_serving_input=False,
            python_model=str(_CODE),
            artifacts={"model": str(model_path), "facts": str(file)},
            signature=mlflow.models.infer_signature(input_example, facts.example_answer(result, len(input_example))),
            input_example=input_example,
            pip_requirements=[f"mlflow=={mlflow.__version__}", *result.requirements],
            registered_model_name=facts.registry_name(result),
        )
    return logged
