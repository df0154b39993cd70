"""The verdict in a language model's words."""

from __future__ import annotations

from genie_widgets.schema.base import Value


class Rewording(Value):
    """Sentences in other words; figures and names are ours.

    Attributes
    ----------
    sentences : tuple of str
        As many as there were.
    n_kept : int
        So many of them are as they were, for whatever reason.
    n_refused : int
        So many had other words that said something else, or none; ours stand in their place.
    n_warnings : int
        So many are warnings, which are never said in other words.
    """

    sentences: tuple[str, ...]
    n_kept: int
    n_refused: int = 0
    n_warnings: int = 0
