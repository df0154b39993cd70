"""A question about a run, and its answer: every figure with where it comes from."""

from __future__ import annotations

from genie_widgets.schema.base import Value


class Sourced(Value):
    """A figure as text, what it is, and what it was computed from."""

    label: str
    value: str
    source: str


class Reply(Value):
    """The answer to a question about a run.

    Attributes
    ----------
    question : str
        As it was asked.
    how : str
        The function that answered, with its arguments, in words; empty where none fits.
    words : tuple of str
        Sentences made from computed figures by rule; no language model writes any of them.
    figures : tuple of Sourced
        The figures, each with its source.
    columns, rows : tuple
        Rows of the table, as text, where the answer is a list of them.
    note : str
        What a person should know of how the question was understood.
    """

    question: str
    how: str = ""
    words: tuple[str, ...] = ()
    figures: tuple[Sourced, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    note: str = ""
