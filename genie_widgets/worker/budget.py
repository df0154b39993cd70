"""The seconds a person gave, shared out: training gets what the rest does not need."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from genie_widgets.machine import Machine

MIN_TRAINING_SHARE = 0.4
# Where the cores are busy and nobody knows yet how much of one is left.
BUSY_SLOWNESS = 7.5
# Where nothing is known of a machine, so many times what the steps take on a free core are kept.
ROOM = 2.5
# An overrun up to this share of the time limit is within the promise.
TOLERATED_OVERRUN = 0.1
# For training once more on all rows: where there are few, those kept from the models are worth more than their last
# rounds and than more of them, so that the refit must always fit in (measured: tests/bench/score).
REFIT_SHARE, MOST_REFIT_S, REFIT_ROWS = 0.25, 60.0, 20_000
# What a step took on this machine before, with room for a worse day; a day may always be much worse, and a step that
# takes very long must not take all from the training.
MARGIN, LEAST_KEPT, MOST_KEPT = 1.5, 0.4, 1.5


@dataclass(frozen=True)
class Budget:
    """Shares of the time limit, in seconds, counted from the confirmation.

    Attributes
    ----------
    started_at : float
        Seconds since 1970 at which the plan was confirmed.
    limit_s : float
        Seconds for everything.
    scoring_s, explaining_s, exporting_s, tracking_s : float
        Kept back for what follows the training.
    refitting_s : float
        Kept back for training the best once more; what is promised goes before it.
    usual : mapping
        Seconds that each step is given on a free core where nothing is known of this machine.
    n_rows : int
        Rows of the table.
    learned : mapping
        What share of their usual seconds the steps took on this machine; see `store.costs`.
    granted_s : float
        Seconds beyond the limit that a person was told of.
    """

    started_at: float
    limit_s: float
    scoring_s: float
    explaining_s: float
    exporting_s: float
    tracking_s: float
    refitting_s: float = 0.0
    usual: Mapping[str, float] = field(default_factory=dict)
    n_rows: int = 0
    learned: Mapping[str, float] = field(default_factory=dict)
    granted_s: float = 0.0

    @property
    def reserve_s(self) -> float:
        """Seconds kept back after the training."""
        return self.scoring_s + self.explaining_s + self.exporting_s + self.tracking_s

    @property
    def shares(self) -> tuple[tuple[str, float], ...]:
        """Seconds planned for each stage, by its name."""
        return (
            ("training", round(self.limit_s - self.reserve_s - self.refitting_s, 1)),
            ("scoring", round(self.scoring_s, 1)),
            *((("refitting", round(self.refitting_s, 1)),) if self.refitting_s else ()),
            ("explaining", round(self.explaining_s, 1)),
            ("files and record", round(self.exporting_s + self.tracking_s, 1)),
        )

    def left_s(self, *, keeping_s: float = 0.0) -> float:
        """Seconds left now, those granted among them, less what is kept back."""
        return self.started_at + self.limit_s + self.granted_s - time.time() - keeping_s

    def until_end_s(self, *, keeping_s: float = 0.0) -> float:
        """Seconds until the promise would be broken, less what is kept back: no step goes on after that."""
        return self.left_s(keeping_s=keeping_s) + TOLERATED_OVERRUN * self.limit_s

    def at(self, slowness: float) -> Budget:
        """Share out the same limit anew, now that it is known how many seconds a second of work takes."""
        planned = plan_budget(self.started_at, self.limit_s, self.n_rows, slowness=slowness, costs=self.learned)
        return replace(planned, granted_s=self.granted_s)

    def training_left_s(self) -> float:
        """Seconds left for training: its share of what there is, however long it took to read and set rows apart."""
        return max(self.left_s(keeping_s=self.reserve_s), MIN_TRAINING_SHARE * self.left_s())


def plan_budget(
    started_at: float, limit_s: float, n_rows: int, *, slowness: float = 1.0, costs: Mapping[str, float] | None = None
) -> Budget:
    """Share out a time limit.

    Parameters
    ----------
    started_at : float
        Seconds since 1970 at which the plan was confirmed.
    limit_s : float
        Seconds for everything.
    n_rows : int
        Rows of the table: scoring and copying grow with them.
    slowness : float
        Seconds that a second of work takes: others use the cores, too.
    costs : mapping, optional
        What share of their usual seconds the steps took on this machine; see `store.costs`.

    Returns
    -------
    Budget
        The reserves never take more than 60% of the limit.
    """
    size = n_rows / 100_000
    learned = costs or {}
    usual = {
        # At most 20,000 rows are kept apart.
        "scoring": 1.0 + min(5.0, 3.0 * size),
        "exporting": 1.2 + min(5.0, 0.5 * size),
        "tracking": 2.0,
        "refitting": min(MOST_REFIT_S, REFIT_SHARE * limit_s) if n_rows <= REFIT_ROWS else 0.0,
    }
    shares = {f"{step}_s": _kept(learned, step, slowness) * usual[step] for step in ("scoring", "exporting")}
    # An explanation is as good as its seconds allow; the others take what they take.
    shares["explaining_s"] = min(30.0, max(2.0, 0.1 * limit_s))
    most = (1 - MIN_TRAINING_SHARE) * limit_s
    scale = min(1.0, most / sum(shares.values()))
    kept = {name: scale * seconds for name, seconds in shares.items()}
    # The record comes after the run's last word: it has what the others leave.
    kept["tracking_s"] = min(_kept(learned, "tracking", slowness) * usual["tracking"], _spare(most, kept))
    again = min(min(1.0, _kept(learned, "refitting")) * usual["refitting"], _spare(most, kept))
    return Budget(started_at, limit_s, **kept, refitting_s=again, usual=usual, n_rows=n_rows, learned=learned)


def _spare(most: float, kept: Mapping[str, float]) -> float:
    return max(0.0, most - sum(kept.values()))


def guessed_slowness(machine: Machine) -> float:
    """Tell how many seconds a second of work may take, before the run has seen any."""
    return BUSY_SLOWNESS if machine.is_busy else 1.0


def stretched(slowness: float) -> float:
    """Tell how many times as much must be kept, where what is kept has room for a slow core."""
    return max(1.0, slowness / ROOM)


def _kept(learned: Mapping[str, float], step: str, slowness: float = 1.0) -> float:
    """Give the share of its usual seconds that is kept for a step."""
    if step not in learned:
        return stretched(slowness)
    return slowness * min(MOST_KEPT, max(LEAST_KEPT, MARGIN * learned[step]))
