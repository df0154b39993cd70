"""One short question to a language model, and what may go wrong, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from genie_widgets.intent.addresses import server_of
from genie_widgets.intent.llm import LLMFailedError
from genie_widgets.language import tr
from genie_widgets.schema import LLMSettings

Taken = TypeVar("Taken")


def completed(
    settings: LLMSettings, instructions: str, text: str, taken: Callable[[Any], Taken], unusable: str, **more: Any
) -> Taken:
    """Ask once, and take what is wanted of the answer.

    Parameters
    ----------
    settings : LLMSettings
        How to reach the model.
    instructions, text : str
        What it is told, and what it is asked.
    taken : callable
        Takes what is wanted of its message; errors of an unexpected shape are failures.
    unusable : str
        What is said of an answer of another shape.
    **more
        Further arguments of the chat completion.

    Raises
    ------
    LLMFailedError
        If no usable answer came in time.
    """
    import openai

    base_url, model, _ = server_of(settings)
    try:
        with openai.OpenAI(
            api_key=settings.api_key.get_secret_value(),
            base_url=base_url,
            timeout=settings.timeout_s,
            max_retries=settings.max_retries,
        ) as client:
            said = client.chat.completions.create(
                model=model,
                messages=[{"role": "system", "content": instructions}, {"role": "user", "content": text}],
                **more,
            )
        return taken(said.choices[0].message)
    except openai.APITimeoutError:
        raise LLMFailedError(tr("no answer came within {seconds:.0f} seconds", seconds=settings.timeout_s)) from None
    except openai.OpenAIError:
        raise LLMFailedError(tr("its server gave no usable answer")) from None
    except (TypeError, LookupError, AttributeError, ValueError):
        raise LLMFailedError(unusable) from None
