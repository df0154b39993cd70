"""The sample tables that ship with Genie; their sources and licences are in ``samples/SOURCES.md``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Sample:
    """A sample table with a sentence to try on it."""

    name: str
    title: str
    description: str
    prompt: str
    licence: str

    @property
    def path(self) -> Path:
        """The file."""
        return _FOLDER / f"{self.name}.csv"


_SAMPLES = (
    Sample(
        name="flights",
        title="Late flights",
        description="4,000 flights out of New York, with the weather. Which ones arrive late?",
        prompt="Which flights will arrive late? Ignore the flight id, 1 minute.",
        licence="CC0 1.0",
    ),
    Sample(
        name="penguins",
        title="Penguins",
        description="344 penguins, measured. Which species is it?",
        prompt="Predict the species, 1 minute.",
        licence="CC0 1.0",
    ),
    Sample(
        name="weather",
        title="Hourly weather",
        description="3,000 hours at New York's airports. How warm is it?",
        prompt="How high is the temperature? 1 minute.",
        licence="CC0 1.0",
    ),
    Sample(
        name="birdstrikes",
        title="Bird strikes (untidy)",
        description="5,000 reports with dates, gaps, an id, and costs known only afterwards.",
        prompt="Predict the effect amount of damage, ignore all cost columns, 1 minute.",
        licence="US government work, public domain",
    ),
)


def samples() -> tuple[Sample, ...]:
    """List the sample tables: binary, multiclass, regression, and an untidy one."""
    return _SAMPLES
