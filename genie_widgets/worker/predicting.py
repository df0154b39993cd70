"""Predictions of a file of new rows, part by part, so that millions of rows need no more memory than a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from genie_widgets.language import plural, tr
from genie_widgets.schema import Drift, Plan, Problem, RunRequest, RunResult
from genie_widgets.worker.newrows import aligned_rows, holds_coded_text, lost_problems, match_columns
from genie_widgets.worker.outputs import predictions_frame

if TYPE_CHECKING:
    from genie_widgets.train import TrainedModel

CHUNK_ROWS = 100_000
# So many of the new rows are compared with those that were learned from.
COMPARED_ROWS = 20_000
MOST_NAMED = 5
# So many columns of new rows that differ are told of one by one.
MOST_DRIFTED = 4


class Job:
    """One file of new rows.

    Parameters
    ----------
    model : callable
        Gives the model that predicts them; not called before the rows are known to fit.
    request, result : RunRequest, RunResult
        Of its run; the result's decision and interval are used.
    learned : DataFrame
        The rows that were learned from, to compare the new ones with.
    prepared_for : DataFrame
        Those of them that the columns were prepared by: the model knows their words only.
    drift_accepted : collection of str
        Columns that may differ from those, as a person decided.
    """

    def __init__(
        self,
        model: Callable[[], TrainedModel],
        request: RunRequest,
        result: RunResult | None,
        learned: pd.DataFrame,
        prepared_for: pd.DataFrame,
        drift_accepted: Collection[str] = (),
    ) -> None:
        self._model = model
        self._request = request
        self._result = result
        self._learned = learned
        self._drift_accepted = drift_accepted
        self._matched: list[Problem] = []
        self._lost: Counter[str] = Counter()
        self._unseen: dict[str, Counter[str]] = {}
        self._known = {
            column.name: set(prepared_for[column.name].dropna().astype(str))
            for column in request.profile.columns
            if column.kind in ("category", "boolean") and column.name in prepared_for
        }

    def run(self, source: Path, output: Path, *, with_table: bool, progress: Path) -> dict[str, Any]:
        """Predict a Parquet file.

        Parameters
        ----------
        source : Path
            The new rows.
        output : Path
            The CSV file to write beside the predictions' Parquet file: the rows' own columns, then the predictions.
        with_table : bool
            Whether the CSV file is wanted at all.
        progress : Path
            Is told the number of rows that are done.

        Returns
        -------
        dict
            ``n_rows``, ``columns`` and ``problems``.
        """
        import pyarrow as pa
        from pyarrow import parquet

        from genie_widgets.export import CsvWriter

        pq: Any = parquet  # it ships types for half of itself
        done = 0
        columns: list[str] = []
        compared: list[pd.DataFrame] = []
        writer: Any = None

        def write(frame: pd.DataFrame, predicted: pd.DataFrame) -> None:
            nonlocal writer
            block = pa.Table.from_pandas(predicted, preserve_index=False)
            writer = writer or pq.ParquetWriter(output.with_suffix(".parquet"), block.schema)
            writer.write_table(block.cast(writer.schema))
            if with_table:
                # A column of the person's own may have the same name as one of ours: theirs keeps it.
                ours = predicted.rename(columns={n: f"genie {n}" for n in predicted if n in frame.columns})
                table.write(frame.join(ours))

        # While one part is predicted, the part before is written and the next one read.
        with (
            pq.ParquetFile(source, read_dictionary=self._few_words(source)) as file,
            CsvWriter(output) as table,
            ThreadPoolExecutor(1) as reader,
            ThreadPoolExecutor(1) as scribe,
        ):
            every = max(1, file.metadata.num_rows // COMPARED_ROWS)
            parts = self._parts(file)
            ahead = reader.submit(next, parts, None)
            written: Future[None] | None = None
            while (part := ahead.result()) is not None:
                ahead = reader.submit(next, parts, None)
                frame, features = part
                compared.append(features.iloc[::every])
                predicted = self._predicted(features)
                columns = [str(name) for name in predicted.columns]
                if written is not None:
                    written.result()
                written = scribe.submit(write, frame, predicted)
                done += len(frame)
                progress.write_text(str(done), encoding="utf-8")
            if written is not None:
                written.result()
            if writer is not None:
                writer.close()
        problems = [*self._matched, *lost_problems(self._lost, self._request), *self._unseen_problems()]
        problems += self._drift(compared)
        return {"n_rows": done, "columns": columns, "problems": [problem.model_dump() for problem in problems]}

    def _few_words(self, source: Path) -> list[str]:
        """Name the file's columns with few different words: each of these is read once, and looked at once."""
        from pyarrow import parquet

        pq: Any = parquet
        schema = pq.read_schema(source)
        columns = (self._request.profile.column(name) for name in self._known if name in schema.names)
        return [column.name for column in columns if column.dtype == "object"]

    def _parts(self, file: Any) -> Iterator[tuple[pd.DataFrame, pd.DataFrame]]:
        """Yield each part's rows, and their features as the model takes them."""
        names: dict[str, str] | None = None
        for frame in _parts(file):
            if names is None:
                names, self._matched = match_columns(frame, self._request)
            features, lost = aligned_rows(frame, self._request, names)
            self._lost.update(lost)
            self._look_for_unseen({name: frame[names[name]] for name in self._known}, features)
            yield frame, features

    def _predicted(self, features: pd.DataFrame) -> pd.DataFrame:
        if not len(features):
            # A library that is asked nothing answers oddly: the form of an answer is taken from one empty row.
            return self._predicted(features.reindex([0])).iloc[:0]
        decision = self._result.decision if self._result is not None else None
        evaluation = self._result.evaluation if self._result is not None else None
        interval = evaluation.interval if evaluation is not None else None
        return predictions_frame(self._model(), features, self._request.plan, decision, interval)

    def _look_for_unseen(self, as_read: dict[str, pd.Series[Any]], features: pd.DataFrame) -> None:
        for name, known in self._known.items():
            cells = as_read[name] if holds_coded_text(as_read[name]) else features[name]
            new: Counter[str] = Counter()
            for value, count in cells.value_counts().items():
                if count and str(value) not in known:
                    new[str(value)] += count
            if new:
                self._unseen.setdefault(name, Counter()).update(new)

    def _unseen_problems(self) -> list[Problem]:
        made = []
        for name, counts in self._unseen.items():
            values = ", ".join(repr(value[:40]) for value, _ in counts.most_common(MOST_NAMED))
            more = len(counts) - MOST_NAMED
            if more > 0:
                values = tr("{values} and {n:,} more", values=values, n=more)
            made.append(
                Problem(
                    code="values-unseen",
                    title=plural(
                        "{column} holds values that the model never saw, in {n:,} row: {values}.",
                        "{column} holds values that the model never saw, in {n:,} rows: {values}.",
                        counts.total(),
                        column=name,
                        values=values,
                    ),
                    remedy=tr("Check the spelling; of a value that is really new the model knows nothing."),
                    culprit=name,
                    severity="warning",
                )
            )
        return made

    def _drift(self, compared: list[pd.DataFrame]) -> list[Problem]:
        from genie_widgets.evaluate import drift

        if not compared:
            return []
        columns = [name for name in compared[0].columns if name in self._learned]
        moved = drift(self._learned, pd.concat(compared), columns, seed=self._request.seed)
        told = [_moved(item) for item in moved[:MOST_DRIFTED]]
        more = len(moved) - len(told)
        if more:
            title = plural(
                "{n:,} more column differs too, less than these.",
                "{n:,} more columns differ too, less than these.",
                more,
            )
            remedy = tr("Check some answers before you rely on them.")
            told.append(Problem(code="more-rows-differ", title=title, remedy=remedy, severity="info"))
        return [problem.set_aside() if problem.culprit in self._drift_accepted else problem for problem in told]


def _moved(item: Drift) -> Problem:
    return Problem(
        code="rows-differ",
        title=tr(
            "{column} differs in {share:.0%} of the rows: {before} where the model learned, {now} here.",
            column=item.column,
            share=item.share,
            before=item.learned,
            now=item.new,
        ),
        remedy=tr("Do not count on the score here: check some answers, and train again with rows like these.")
        if item.is_large
        else tr("Check some answers before you rely on them."),
        culprit=item.column,
        severity="warning",
    )


def _parts(file: Any) -> Any:
    """Yield frames of at most `CHUNK_ROWS` rows with one running index; one empty frame where there is no row."""
    start = 0
    for batch in file.iter_batches(batch_size=CHUNK_ROWS):
        frame = batch.to_pandas()
        frame.index = pd.RangeIndex(start, start + len(frame))
        start += len(frame)
        yield frame
    if start == 0:
        yield file.schema_arrow.empty_table().to_pandas()


def learned_rows(table: pd.DataFrame, plan: Plan, scored: pd.DataFrame | None) -> pd.DataFrame:
    """Give the rows of a table that were neither left out by its plan nor kept apart for scoring."""
    from genie_widgets.evaluate import kept_apart, without_left_out

    kept = without_left_out(table, plan)
    return kept if scored is None else kept[~kept.index.isin(kept_apart(scored).index)]
