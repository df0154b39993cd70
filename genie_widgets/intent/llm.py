"""A language model beside the embedded planner: its answer is data, checked and joined, never obeyed."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from genie_widgets.intent.join import join
from genie_widgets.intent.prompts import INSTRUCTIONS, LLMPlan, answer_schema, sent_to_llm
from genie_widgets.schema import Answer, LLMSettings, Problem, TableProfile

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from openai import APIResponse, OpenAI

# Statuses by which a server says that it does not know this way of asking.
UNSUPPORTED = (400, 404, 405, 415, 422, 501)
MAX_ANSWER_TOKENS = 2_000
MAX_RETRY_WAIT_S = 5.0
MAX_ANSWER_BYTES = 2 * 2**20
GRACE_S = 0.5  # for the ask that ends by itself, and says better why
MIN_SECRET = 8  # a shorter key is a placeholder of a server without keys, and may be any word


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
    import openai  # noqa: F401 -- loading it takes seconds that are not the server's

    # The client library limits each read, not all of them, and a name server's answer not at all: a thread does.
    answer: SimpleQueue[LLMPlan | LLMFailedError] = SimpleQueue()
    threading.Thread(target=_work, args=(answer, text, settings), daemon=True).start()
    try:
        said = answer.get(timeout=settings.timeout_s + GRACE_S)
    except Empty:
        raise _too_late(settings) from None
    if isinstance(said, LLMFailedError):
        raise said
    return said


def _work(answer: SimpleQueue[LLMPlan | LLMFailedError], text: str, settings: LLMSettings) -> None:
    deadline = time.monotonic() + settings.timeout_s
    try:
        answer.put(_ask(text, settings, deadline))
    except LLMFailedError as failure:
        answer.put(failure)
    except Exception as error:
        # An address that is none, a proxy's page, half an object: the client library lets these through as they come.
        words = f"its address or its answer could not be read ({type(error).__name__})"
        answer.put(_too_late(settings) if time.monotonic() > deadline else LLMFailedError(words))


def _too_late(settings: LLMSettings) -> LLMFailedError:
    return LLMFailedError(f"no answer came within {settings.timeout_s:.0f} seconds")


def _ask(text: str, settings: LLMSettings, deadline: float) -> LLMPlan:
    import openai

    key = settings.api_key.get_secret_value()
    client = openai.OpenAI(
        api_key=key,
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
        try:
            said = LLMPlan.model_validate_json(_unfenced(content))
        except ValidationError:
            raise LLMFailedError("its answer did not have the form of a plan") from None
        if len(key) >= MIN_SECRET and key in said.model_dump_json():
            raise LLMFailedError("its answer repeats the key")  # a plan is kept and shown, a key never
        return said
    raise LLMFailedError("its server understood no way of asking")


def _with_retries(call: Callable[[], str], settings: LLMSettings, deadline: float) -> str:
    import openai

    for attempt in range(settings.max_retries + 1):
        last = attempt == settings.max_retries
        try:
            return call()
        except openai.APITimeoutError:
            raise _too_late(settings) from None
        except openai.APIConnectionError:
            if last:
                raise LLMFailedError("its server could not be reached") from None
            wait = 0.5 * 2**attempt
        except openai.APIStatusError as error:
            if last or (error.status_code != 429 and error.status_code < 500):
                raise
            wait = _retry_after(error.response.headers.get("retry-after"), 0.5 * 2**attempt)
        if time.monotonic() + wait > deadline:
            raise _too_late(settings)
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
    asking = client.responses.with_streaming_response.create(
        model=model,
        instructions=INSTRUCTIONS,
        input=text,
        max_output_tokens=MAX_ANSWER_TOKENS,
        store=False,
        text={"format": {"type": "json_schema", "name": "plan", "schema": answer_schema(), "strict": True}},
        timeout=_left(deadline),
    )
    with asking as response:
        body = _body(response, deadline)
    parts = (part for item in body["output"] if item["type"] == "message" for part in item["content"])
    return "".join(part["text"] for part in parts if part["type"] == "output_text")


def _body(response: APIResponse[Any], deadline: float) -> Any:
    """Read an answer's JSON, no longer than there is time and no further than an answer can be."""
    import openai

    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                raise LLMFailedError("its answer is too long")
            if time.monotonic() > deadline:
                raise openai.APITimeoutError(request=response.http_request)
    except (LLMFailedError, openai.OpenAIError):
        raise
    except Exception:
        # The transport's own errors: the client library renames them only before the first byte.
        raise openai.APIConnectionError(request=response.http_request) from None
    return json.loads(body)


def _messages(text: str) -> list[Any]:
    return [{"role": "system", "content": INSTRUCTIONS}, {"role": "user", "content": text}]


def _by_schema(client: OpenAI, model: str, text: str, deadline: float) -> str:
    asking = client.chat.completions.with_streaming_response.create(
        model=model,
        messages=_messages(text),
        max_tokens=MAX_ANSWER_TOKENS,
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "plan", "schema": answer_schema(), "strict": True},
        },
        timeout=_left(deadline),
    )
    return _content(asking, deadline)


def _by_plain_json(client: OpenAI, model: str, text: str, deadline: float) -> str:
    asked = f"{text}\n\nAnswer with one JSON object of this schema and nothing else:\n{json.dumps(answer_schema())}"
    asking = client.chat.completions.with_streaming_response.create(
        model=model, messages=_messages(asked), max_tokens=MAX_ANSWER_TOKENS, timeout=_left(deadline)
    )
    return _content(asking, deadline)


def _content(asking: AbstractContextManager[APIResponse[Any]], deadline: float) -> str:
    with asking as response:
        choices = _body(response, deadline)["choices"]
    return str((choices[0]["message"]["content"] if choices else "") or "")


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
