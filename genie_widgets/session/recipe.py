"""How a session came to its state, and the Python that does the same."""

from __future__ import annotations

from typing import Literal

from genie_widgets.schema import Plan, ReadOptions
from genie_widgets.schema.base import Value


class Source(Value):
    """Where rows came from.

    Attributes
    ----------
    kind : {"file", "sample", "frame", "run", "url", "query"}
        A run stands for the table that it learned from.
    name : str
        Path, sample, variable, run id, address without its password, or query without its database.
    options : ReadOptions
        How a person said that it is read.
    """

    kind: Literal["file", "sample", "frame", "run", "url", "query"]
    name: str
    options: ReadOptions = ReadOptions()


class Promotion(Value):
    """A run was made the champion, or gave that back to the one before."""

    run_id: str
    back: bool = False


class Recipe(Value):
    """What a person did on the way to the present plan and its results.

    Attributes
    ----------
    table : Source or None
        Where the table came from; None before one was read.
    prompt : str or None
        The sentence that the plan was made from; None where none was made here.
    llm : bool
        Whether a language model was asked as well.
    choices : tuple of str
        The answers to the planner's questions.
    plan : Plan or None
        The plan as it was made, before a person changed it.
    seed : int
        What the run's splits and samples follow from.
    resumed : tuple of int or None
        Each time that the run was taken up again: the seconds it was given; None where it was saved after a fault.
    rows : Source or None
        Where the rows of the last predictions came from.
    ask_llm : bool
        Whether a language model was asked what the last question about the run means.
    """

    table: Source | None = None
    prompt: str | None = None
    llm: bool = False
    choices: tuple[str, ...] = ()
    plan: Plan | None = None
    seed: int = 0
    resumed: tuple[int | None, ...] = ()
    rows: Source | None = None
    ask_llm: bool = False
