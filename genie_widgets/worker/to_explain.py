"""Which rows a run explains, and against which: told once, so that what it had no time for can be explained later."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from genie_widgets.schema import Explanation, GenieError
from genie_widgets.store import RunFolder
from genie_widgets.store.files import write_atomically

if TYPE_CHECKING:
    from genie_widgets.evaluate import Split

EXPLAINED_ROWS, BACKGROUND_ROWS = 100, 100


@dataclass(frozen=True)
class ToExplain:
    """Rows of the run's table, by their labels.

    Attributes
    ----------
    rows, background : list
        In an order that chance has made: the first of them are a sample, too.
    """

    rows: list[Any]
    background: list[Any]

    @classmethod
    def of(cls, split: Split, *, seed: int) -> ToExplain:
        """Choose from the rows that were kept apart, and from those that were learned from."""
        rows, background = (
            frame.index.to_series().sample(min(most, len(frame)), random_state=seed).tolist()
            for frame, most in ((split.holdout, EXPLAINED_ROWS), (split.train, BACKGROUND_ROWS))
        )
        return cls(rows, background)

    @classmethod
    def left_in(cls, folder: RunFolder) -> ToExplain | None:
        """Read what was left; None where more time would tell no more."""
        try:
            return cls(**json.loads(folder.to_explain_path.read_bytes()))
        except FileNotFoundError:
            return None

    def leave(self, folder: RunFolder) -> None:
        """Leave it to whoever looks at the run when it is over."""
        with suppress(GenieError, OSError):  # a full disk: then nothing is explained later
            write_atomically(folder.to_explain_path, json.dumps({"rows": self.rows, "background": self.background}))

    def is_done_by(self, explanation: Explanation) -> bool:
        """Whether all of them are explained, exactly."""
        sizes = explanation.n_rows, explanation.n_background
        return explanation.path == "exact" and sizes == (len(self.rows), len(self.background))
