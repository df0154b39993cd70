"""A language model beside the embedded planner: its answer is data, checked and joined, never obeyed."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from genie_widgets.intent.join import join
from genie_widgets.intent.prompts import INSTRUCTIONS, LLMPlan, answer_schema, sent_to_llm
from genie_widgets.schema import Answer, LLMSettings, Problem, TableProfile

if TYPE_CHECKING:
    from openai import OpenAI

# Statuses by which a server says that it does not know this way of asking.
UNSUPPORTED = (400, 404, 405, 415, 422, 501)
MAX_ANSWER_TOKENS = 2_000
MAX_RETRY_WAIT_S = 5.0


class LLMFailedError(Exception):
    """The model gave no usable answer; the text says why, for a person."""


def llm_settings_from_env() -> LLMSettings | None:
    """Read the language model's settings from the environment; None where none is configured."""
    key, base_url = os.environ.get("OPENAI_API_KEY", ""), os.environ.get("OPENAI_BASE_URL") or None
    if not key and base_url is None:
        return None
    settings: dict[str, Any] = {"api_key": SecretStr(key or "none"), "base_url": base_url}
    model = os.environ.get("GENIE_LLM_MODEL") or os.environ.get("OPENAI_MODEL")
    return LLMSettings(**settings, model=model) if model else LLMSettings(**settings)


def join_with_llm(
    own: Answer,
    profile: TableProfile,
    prompt: str,
    settings: LLMSettings,
    on_sent: Callable[[str], None] | None = None,
) -> Answer:
    """Ask the model, and join its answer with the embedded planner's.

    Returns
    -------
    Plan, Question or Refusal
        The embedded planner's own, with a warning, where the model failed.
    """
    text = sent_to_llm(profile, prompt)
    if on_sent is not None:
        on_sent(text)
    try:
        said = ask(text, settings)
    except LLMFailedError as failure:
        return _with_note(own, str(failure))
    return join(own, said, profile, prompt)


def ask(text: str, settings: LLMSettings) -> LLMPlan:
    """Ask the model in the best way that its server knows.

    Raises
    ------
    LLMFailedError
        If no usable answer came in time.
    """
    import openai

    deadline = time.monotonic() + settings.timeout_s
    client = openai.OpenAI(
        api_key=settings.api_key.get_secret_value(),
        base_url=settings.base_url,
        max_retries=0,
        timeout=settings.timeout_s,
    )
    ways = (_by_responses, _by_schema, _by_plain_json)
    for way in ways:
        try:
            content = _with_retries(lambda way=way: way(client, settings.model, text, deadline), settings, deadline)  # type: ignore[misc]
        except openai.APIStatusError as error:
            if error.status_code in UNSUPPORTED and way is not ways[-1]:
                continue
            raise LLMFailedError(_words(error.status_code)) from None
        except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
            # A proxy's page, half an object: the client library lets these through as they come.
            raise LLMFailedError(f"its server's answer could not be read ({type(error).__name__})") from None
        try:
            return LLMPlan.model_validate_json(_unfenced(content))
        except ValidationError:
            raise LLMFailedError("its answer did not have the form of a plan") from None
    raise LLMFailedError("its server understood no way of asking")


def _with_retries(call: Callable[[], str], settings: LLMSettings, deadline: float) -> str:
    import openai

    for attempt in range(settings.max_retries + 1):
        last = attempt == settings.max_retries
        try:
            return call()
        except openai.APITimeoutError:
            raise LLMFailedError(f"no answer came within {settings.timeout_s:.0f} seconds") from None
        except openai.APIConnectionError:
            if last:
                raise LLMFailedError("its server could not be reached") from None
            wait = 0.5 * 2**attempt
        except openai.APIStatusError as error:
            if last or (error.status_code != 429 and error.status_code < 500):
                raise
            wait = _retry_after(error.response.headers.get("retry-after"), 0.5 * 2**attempt)
        if time.monotonic() + wait > deadline:
            raise LLMFailedError(f"no answer came within {settings.timeout_s:.0f} seconds")
        time.sleep(min(wait, MAX_RETRY_WAIT_S))
    raise LLMFailedError("its server could not be reached")


def _retry_after(header: str | None, otherwise: float) -> float:
    try:
        return max(0.0, float(header or otherwise))
    except ValueError:
        return otherwise


def _left(deadline: float) -> float:
    return max(0.1, deadline - time.monotonic())


def _by_responses(client: OpenAI, model: str, text: str, deadline: float) -> str:
    response = client.responses.create(
        model=model,
        instructions=INSTRUCTIONS,
        input=text,
        max_output_tokens=MAX_ANSWER_TOKENS,
        store=False,
        text={"format": {"type": "json_schema", "name": "plan", "schema": answer_schema(), "strict": True}},
        timeout=_left(deadline),
    )
    return response.output_text


def _messages(text: str) -> list[Any]:
    return [{"role": "system", "content": INSTRUCTIONS}, {"role": "user", "content": text}]


def _by_schema(client: OpenAI, model: str, text: str, deadline: float) -> str:
    completion = client.chat.completions.create(
        model=model,
        messages=_messages(text),
        max_tokens=MAX_ANSWER_TOKENS,
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "plan", "schema": answer_schema(), "strict": True},
        },
        timeout=_left(deadline),
    )
    return _content(completion)


def _by_plain_json(client: OpenAI, model: str, text: str, deadline: float) -> str:
    asked = f"{text}\n\nAnswer with one JSON object of this schema and nothing else:\n{json.dumps(answer_schema())}"
    completion = client.chat.completions.create(
        model=model, messages=_messages(asked), max_tokens=MAX_ANSWER_TOKENS, timeout=_left(deadline)
    )
    return _content(completion)


def _content(completion: Any) -> str:
    return str((completion.choices[0].message.content if completion.choices else "") or "")


def _unfenced(content: str) -> str:
    """Take the JSON object out of what may stand around it."""
    start, end = content.find("{"), content.rfind("}")
    return content[start : end + 1] if 0 <= start < end else content


def _words(status: int) -> str:
    if status in (401, 403):
        return "the key was refused"
    if status == 429:
        return "its limit of requests is used up"
    if status >= 500:
        return f"its server has a fault (status {status})"
    return f"its server refused the request (status {status})"


def _with_note(own: Answer, why: str) -> Answer:
    if own.status != "plan":
        return own.model_copy(update={"text": f"{own.text} (The language model was of no help: {why}.)"})
    note = Problem(
        code="llm-failed",
        title=f"The language model was of no help: {why}.",
        remedy="This plan is the embedded planner's; check it, or try again.",
        severity="warning",
        culprit="language model",
    )
    return own.model_copy(update={"problems": (*own.problems, note)})
