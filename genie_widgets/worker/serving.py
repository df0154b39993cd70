"""After the run: predictions and explanations for whoever is at the other end of the pipe."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from genie_widgets.language import speak, tr
from genie_widgets.machine import detect_machine
from genie_widgets.schema import Decision, DriftAccepted, Explanation, Flip, GenieError, Problem, RunRequest, WhatIf
from genie_widgets.store import RunFolder
from genie_widgets.worker.cautions import leaks, with_cautions
from genie_widgets.worker.flipping import Change, plain_cell, smallest_flip
from genie_widgets.worker.incidents import problem_of
from genie_widgets.worker.newrows import align, typed_like
from genie_widgets.worker.outputs import PROBABILITY, answer_name, explain_rows, explained, predictions_frame
from genie_widgets.worker.predicting import Job, learned_rows
from genie_widgets.worker.protocol import Pipe
from genie_widgets.worker.to_explain import BACKGROUND_ROWS, ToExplain
from genie_widgets.worker.trying import unlike

if TYPE_CHECKING:
    from genie_widgets.ensemble import Ensemble
    from genie_widgets.explain import Kept
    from genie_widgets.train import TrainedModel

IDLE_LIMIT_S = 30 * 60
# Where memory is scarce, one that nobody has asked for so long ends: another is started at the next question.
SCARCE_IDLE_S, LOOK_INTERVAL_S = 20.0, 5.0
DEFAULT_EXPLAIN_ROWS, DEFAULT_EXPLAIN_S = 20, 10.0
# What a run had no time for is explained so long while one looks; on a machine that still compiles, that is waited for.
REFINING_S, COMPILING_S = 30.0, 60.0
# How well values are known (see `explain`): a changed row is answered at once, so a little less well.
GOOD_ENOUGH, GOOD_ENOUGH_TRIED, LARGEST_ENOUGH_TRIED = 0.005, 0.01, 0.04
# Enough to know every value that stands in more than a few rows of many.
LEARNED_ROWS = 200_000


class Server:
    """Answers requests about one run's model, one after the other.

    Parameters
    ----------
    folder : RunFolder
        A run with a model.
    model : TrainedModel or None
        Where it is still in memory; None loads it from the disk, and anew whenever a better one lies there.
    """

    def __init__(self, folder: RunFolder, model: TrainedModel | None) -> None:
        self._folder = folder
        self._model = model
        # None: it came from memory, as the run's last word.
        self._loaded_at: tuple[Path, int] | None = None
        self._request: RunRequest | None = None
        self._compared: Compared | None = None
        self._references: dict[bool, pd.DataFrame] = {}
        self._is_asked_more: Callable[[], bool] = lambda: False
        self._operations: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "ping": lambda _message: {},
            "predict": self._predict,
            "explain": self._explain,
            "what_if": self._what_if,
            "flip": self._flip,
            "refine": self._refine,
        }

    def serve(self, pipe: Pipe) -> None:
        """Answer until the other side is gone, asks to close, or is silent: half an hour, less if memory is scarce."""
        self._is_asked_more = lambda: pipe.has_more
        while not pipe.is_closed.is_set():
            message = self._heard(pipe)
            if message is None or message.get("op") == "close":
                return
            pipe.say(self.answer(message))

    def _heard(self, pipe: Pipe) -> dict[str, Any] | None:
        """Wait for a message; None where it is time to end."""
        since = time.monotonic()
        while (idle_s := time.monotonic() - since) < IDLE_LIMIT_S:
            message = pipe.hear(LOOK_INTERVAL_S)
            if message is not None or pipe.is_closed.is_set():
                return message
            # Who records goes on living, and must then be able to answer.
            if idle_s <= SCARCE_IDLE_S or self._folder.is_recording():
                continue
            if detect_machine(disk=self._folder.path).memory_is_scarce:
                return None
        return None

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        """Answer one request; an error becomes a problem in the answer."""
        identity = message.get("id")
        if "language" in message:
            speak(str(message["language"]))
        try:
            operation = self._operations[str(message.get("op"))]
            return {"id": identity, "ok": True, "value": operation(message)}
        except Exception as error:
            return {"id": identity, "ok": False, "problem": problem_of(error, tr("That did not work")).model_dump()}

    @property
    def _asked(self) -> RunRequest:
        if self._request is None:
            self._request = self._folder.read_request()
        return self._request

    @property
    def _loaded(self) -> TrainedModel:
        if self._model is None or self._is_older():
            from genie_widgets.train import load_model

            self._loaded_at = self._stamp()
            self._model = load_model(self._place)
        return self._model

    @property
    def _place(self) -> Path:
        """The slim copy; while there is none yet, the models that are being trained."""
        slim = self._folder.model_path
        return slim if slim.exists() else self._folder.predictor_path

    def _stamp(self) -> tuple[Path, int]:
        """Tell one state of the model's folder from another: its list of models is written after each."""
        place = self._place
        try:
            return place, (place / "models" / "trainer.pkl").stat().st_mtime_ns
        except OSError:
            return place, 0

    def _is_older(self) -> bool:
        return self._loaded_at is not None and self._loaded_at != self._stamp()

    def _decision(self) -> Decision | None:
        """Read the threshold anew: a person may have changed it since the last request."""
        result = self._folder.read_result()
        return result.decision if result is not None else None

    def _inside(self, relative: object) -> Path:
        """Resolve a path that must lie inside the run folder."""
        path = (self._folder.path / str(relative)).resolve()
        if not path.is_relative_to(self._folder.path.resolve()):
            raise GenieError(
                Problem(
                    code="path-outside",
                    title=tr("The path lies outside the run's folder."),
                    remedy=tr("Name a file in it."),
                    value=str(relative)[:80],
                )
            )
        return path

    def _predict(self, message: dict[str, Any]) -> dict[str, Any]:
        source, output = self._inside(message["input"]), self._inside(message["output"])
        accepted = {event.column for event in self._folder.events() if isinstance(event, DriftAccepted)}
        job = Job(
            lambda: self._loaded,
            self._asked,
            self._folder.read_result(),
            self._learned,
            self._rows(with_scored=False),
            accepted,
        )
        found = job.run(
            source,
            output,
            with_table=bool(message.get("with_table", True)),
            progress=output.with_name("progress"),
        )
        return {**found, "output": str(output.relative_to(self._folder.path.resolve()))}

    def _explain(self, message: dict[str, Any]) -> dict[str, Any]:
        request = self._asked
        frame = pd.read_parquet(self._inside(message["input"]))
        first, count = int(message.get("first", 0)), int(message.get("max_rows", DEFAULT_EXPLAIN_ROWS))
        rows, _ = align(frame.iloc[first : first + count], request)
        found = self._explained(rows, float(message.get("budget_s", DEFAULT_EXPLAIN_S)))
        return with_cautions(found, rows, request.plan, request.profile).model_dump()

    def _refine(self, _message: dict[str, Any]) -> dict[str, Any]:
        """Explain what the run had no time for, until something else is asked: that goes first."""
        from genie_widgets.explain import compile_kernels

        task, result, plan = ToExplain.left_in(self._folder), self._folder.read_result(), self._asked.plan
        if task is None or result is None:
            return {"explanation": None, "is_final": True, "again": False}
        table = pd.read_parquet(self._folder.table_path, columns=list(result.features))
        rows, background = table.loc[task.rows].reset_index(drop=True), table.loc[task.background]
        found = explain_rows(
            self._loaded,
            plan,
            rows,
            background,
            budget_s=REFINING_S,
            compiling_s=COMPILING_S,
            seed=self._asked.seed,
            should_stop=self._is_asked_more,
        )
        if self._is_asked_more():
            return {"explanation": None, "is_final": False, "again": True}
        found = with_cautions(found, rows, plan, self._asked.profile)
        are_ready = compile_kernels().are_ready(only_adding=False)
        # What all of the seconds were too few for, another try would find no better.
        is_final = task.is_done_by(found) or (are_ready and found.n_rows == len(task.rows))
        return {"explanation": found.model_dump(), "is_final": is_final, "again": not is_final and not are_ready}

    def _what_if(self, message: dict[str, Any]) -> dict[str, Any]:
        request = self._asked
        cells = dict(message["cells"])
        row, problems = align(pd.DataFrame([cells], dtype=object), request)
        # As it is explained: so the model is asked about it once.
        row = typed_like(row, self._against(list(row.columns)).background)
        predicted = predictions_frame(self._loaded, row, request.plan, self._decision()).iloc[0]
        answers = [(answer_name(str(name)), float(value)) for name, value in predicted[1:].items()]
        explanation = self._explained(row, float(message.get("budget_s", DEFAULT_EXPLAIN_S)), is_tried=True)
        # Cells unlike the rest are told by themselves, for this row.
        cautions = (*leaks(explanation, request.plan), *explanation.cautions)
        tried = WhatIf(
            cells=cells,
            prediction=str(predicted.iloc[0]),
            answers=tuple(answers),
            explanation=explanation.model_copy(update={"cautions": cautions}),
            problems=(*problems, *unlike(cells, request.profile)),
        )
        return tried.model_dump()

    def _flip(self, message: dict[str, Any]) -> dict[str, Any]:
        """Look for the smallest change of a row that flips its answer."""
        import numpy as np

        request, decision = self._asked, self._decision()
        cells = dict(message["cells"])
        row, _ = align(pd.DataFrame([cells], dtype=object), request)
        before = str(predictions_frame(self._loaded, row, request.plan, decision)["prediction"].iloc[0])

        def judge(rows: pd.DataFrame) -> tuple[Any, Any]:
            predicted = predictions_frame(self._loaded, rows, request.plan, decision)
            own = f"{PROBABILITY}{before}"
            nearness = -predicted[own].to_numpy() if own in predicted else np.zeros(len(rows))
            return predicted["prediction"].astype(str).to_numpy(), nearness

        found = Change({}, 0.0, before)
        if request.plan.problem_type in ("binary", "multiclass"):
            found = smallest_flip(judge, row, self._learned)
        told = {name: plain_cell(value) for name, value in found.cells.items()}
        return Flip(cells=cells, changes=told, before=before, after=str(found.answer)).model_dump()

    def _explained(self, rows: pd.DataFrame, budget_s: float, *, is_tried: bool = False) -> Explanation:
        from genie_widgets.explain import explain

        compared = self._against(list(rows.columns))
        rows = typed_like(rows, compared.background)
        asked = explained(self._loaded, self._asked.plan, rows)
        ensemble, kept = compared.of(asked.places)
        return explain(
            asked.predict,
            rows.reset_index(drop=True),
            compared.background,
            labels=asked.labels,
            unit=asked.unit,
            budget_s=budget_s,
            ensemble=ensemble,
            seed=self._asked.seed,
            kept=kept,
            good_enough=GOOD_ENOUGH_TRIED if is_tried else GOOD_ENOUGH,
            largest_enough=LARGEST_ENOUGH_TRIED if is_tried else 0.0,
        )

    @property
    def _learned(self) -> pd.DataFrame:
        """A sample of the rows that were learned from, with the feature columns."""
        result = self._folder.read_result()
        return self._rows(with_scored=result is not None and result.is_refitted)

    def _rows(self, *, with_scored: bool) -> pd.DataFrame:
        """Give a sample of the rows that were there to learn from; those that were kept apart came in later, or never.

        Those without them are what the columns were prepared by, whatever came later.
        """
        if with_scored not in self._references:
            plan, scored = self._asked.plan, self._folder.scored_path
            columns = list(plan.feature_columns(self._asked.profile.column_names))
            # Which rows a plan leaves out is seen by all of their columns.
            table = pd.read_parquet(self._folder.table_path, columns=None if plan.rows_left_out else columns)
            apart = pd.read_parquet(scored) if scored.exists() and not with_scored else None
            rows = learned_rows(table, plan, apart)[columns]
            rows = rows.sample(min(LEARNED_ROWS, len(rows)), random_state=self._asked.seed)
            self._references[with_scored] = rows
        return self._references[with_scored]

    def _against(self, columns: list[str]) -> Compared:
        model = self._loaded
        if self._compared is None or self._compared.model is not model:
            table = pd.read_parquet(self._folder.table_path, columns=columns)
            background = table.sample(min(BACKGROUND_ROWS, len(table)), random_state=self._asked.seed)
            self._compared = Compared(model, background, model.ensemble(background))
        return self._compared


class Compared:
    """Rows to compare with, and a model taken apart: the same for every request.

    Parameters
    ----------
    model : TrainedModel
    background : DataFrame
    ensemble : Ensemble or None
        None where the model cannot be taken apart.
    """

    def __init__(self, model: TrainedModel, background: pd.DataFrame, ensemble: Ensemble | None) -> None:
        self.model = model
        self.background = background
        self._ensemble = ensemble
        self._latest: tuple[tuple[int, ...], Ensemble | None, Kept] | None = None

    def of(self, places: tuple[int, ...]) -> tuple[Ensemble | None, Kept]:
        """Give the ensemble with these outputs first, and what explanations of them have found out so far."""
        if self._latest is None or self._latest[0] != places:
            from genie_widgets.explain import Kept

            ordered = self._ensemble.with_first(places) if self._ensemble is not None else None
            self._latest = places, ordered, Kept()
        return self._latest[1:]
