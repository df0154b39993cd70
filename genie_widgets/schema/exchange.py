"""What a language model was sent, and what that took."""

from __future__ import annotations

from typing import Literal

from genie_widgets.schema.base import Value


class LLMExchange(Value):
    """One asking of a language model, from the text to its bill.

    Attributes
    ----------
    model : str
        The model's name.
    server : str
        The host that is asked; no path, no key.
    instructions : str
        The rules that the model is given, to the letter.
    text : str
        The request and the table's facts, to the letter.
    with_values : bool
        Whether the person allowed cells of the table in `text`.
    status : {"planned", "asking", "answered", "failed", "stopped"}
        How far it came; planned: nothing has been sent.
    why : str
        Of a failure: the reason, in words.
    requests : int
        How often the server was asked, other ways and further tries included.
    input_tokens, output_tokens : int or None
        As the server counted them, all requests together; None where it does not say.
    seconds : float
        From the first request to the end.
    cost : float or None
        By the prices in the settings; None without them, or without tokens.
    """

    model: str
    server: str
    instructions: str
    text: str
    with_values: bool = False
    status: Literal["planned", "asking", "answered", "failed", "stopped"] = "planned"
    why: str = ""
    requests: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    seconds: float = 0.0
    cost: float | None = None
