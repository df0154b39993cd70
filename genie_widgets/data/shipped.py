"""The sample tables that ship with Genie; their sources and licences are in ``samples/SOURCES.md``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from genie_widgets.language import mark, tr

_FOLDER = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Sample:
    """A sample table with a sentence to try on it."""

    name: str
    english_title: str
    english_description: str
    english_prompt: str
    licence: str

    @property
    def title(self) -> str:
        """What it is called."""
        return tr(self.english_title)

    @property
    def description(self) -> str:
        """What is in it."""
        return tr(self.english_description)

    @property
    def prompt(self) -> str:
        """A sentence to try on it."""
        return tr(self.english_prompt)

    @property
    def path(self) -> Path:
        """The file."""
        return _FOLDER / f"{self.name}.csv"


_SAMPLES = (
    Sample(
        name="flights",
        english_title=mark("Late flights"),
        english_description=mark("4,000 flights out of New York, with the weather. Which ones arrive late?"),
        # Translators: a request that is planned in your language too
        english_prompt=mark("Which flights will arrive late? Ignore the flight id, 1 minute."),
        licence="CC0 1.0",
    ),
    Sample(
        name="penguins",
        english_title=mark("Penguins"),
        english_description=mark("344 penguins, measured. Which species is it?"),
        # Translators: a request that is planned in your language too
        english_prompt=mark("Predict the species, 1 minute."),
        licence="CC0 1.0",
    ),
    Sample(
        name="weather",
        english_title=mark("Hourly weather"),
        english_description=mark("3,000 hours at New York's airports. How warm is it?"),
        # Translators: a request that is planned in your language too
        english_prompt=mark("How high is the temperature? 1 minute."),
        licence="CC0 1.0",
    ),
    Sample(
        name="birdstrikes",
        english_title=mark("Bird strikes (untidy)"),
        english_description=mark("5,000 reports with dates, gaps, an id, and costs known only afterwards."),
        # Translators: a request that is planned in your language too
        english_prompt=mark("Predict the effect amount of damage, ignore all cost columns, 1 minute."),
        licence="US government work, public domain",
    ),
)


def samples() -> tuple[Sample, ...]:
    """List the sample tables: binary, multiclass, regression, and an untidy one."""
    return _SAMPLES
