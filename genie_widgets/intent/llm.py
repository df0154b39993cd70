"""A language model beside the embedded planner: its answer is data, checked and joined, never obeyed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
import re
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from genie_widgets.intent.addresses import server_of
from genie_widgets.intent.prompts import (
    FOLLOW_UP,
    INSTRUCTIONS,
    LLMPlan,
    MalformedAnswerError,
    answer_schema,
    read_answer,
    sent_to_llm,
)
from genie_widgets.language import tr
from genie_widgets.schema import LLMExchange, LLMSettings, Plan, TableProfile

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI

# Statuses by which a server says that it does not know this way of asking.
UNSUPPORTED = (400, 404, 405, 415, 422, 501)
BUSY = (408, 409, 429)
MAX_ANSWER_TOKENS = 4_000
MAX_ANSWER_BYTES = 2 * 2**20
GRACE_S = 0.5  # for the ask that ends by itself, and says better why
MIN_SECRET = 8  # a shorter key is a placeholder of a server without keys, and may be any word


class LLMFailedError(Exception):
    """The model gave no usable answer; the text says why, for a person."""


class LLMStoppedError(LLMFailedError):
    """The person waits no longer."""

    def __init__(self) -> None:
        super().__init__(tr("you stopped it"))


class Stopper:
    """Ends the asking of a model, from any thread; what is asked after that is not asked at all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_stopped = False
        self._ends: list[Callable[[], object]] = []

    def stop(self) -> None:
        """End it."""
        with self._lock:
            ends, self._ends, self._is_stopped = self._ends, [], True
        for end in ends:
            end()

    def on_stop(self, end: Callable[[], object]) -> None:
        """Have `end` called once it is stopped: at once, if it is."""
        with self._lock:
            if not self._is_stopped:
                self._ends.append(end)
                return
        end()


def llm_settings_from_env() -> LLMSettings | None:
    """Read the language model's settings from the environment; None where none is configured."""
    key, base_url = os.environ.get("OPENAI_API_KEY", ""), os.environ.get("OPENAI_BASE_URL") or None
    if not key and base_url is None:
        return None
    settings: dict[str, Any] = {"api_key": SecretStr(key or "none"), "base_url": base_url}
    model = os.environ.get("GENIE_LLM_MODEL") or os.environ.get("OPENAI_MODEL")
    if model:
        settings["model"] = model
    seconds = _numbers(os.environ.get("GENIE_LLM_TIMEOUT_S", ""))
    if len(seconds) == 1 and seconds[0] > 0:
        settings["timeout_s"] = seconds[0]
    prices = _numbers(os.environ.get("GENIE_LLM_PRICES", ""))
    if len(prices) == 2:
        settings["prices"] = prices
    return LLMSettings(**settings)


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(number) for number in re.findall(r"\d+(?:\.\d+)?", text))


def planned_exchange(
    profile: TableProfile, prompt: str, settings: LLMSettings, *, plan: Plan | None = None
) -> LLMExchange:
    """Say what would be sent, to the letter, and where to; nothing is sent.

    Parameters
    ----------
    profile : TableProfile
        The table's facts.
    prompt : str
        The person's request.
    settings : LLMSettings
        The model, and whether it may see cells.
    plan : Plan, optional
        The plan that the request would change.

    Returns
    -------
    LLMExchange
        With the status ``"planned"``.
    """
    _, model, host = server_of(settings)
    return LLMExchange(
        model=model,
        server=host,
        instructions=INSTRUCTIONS if plan is None else FOLLOW_UP,
        text=sent_to_llm(profile, prompt, with_values=settings.with_values, plan=plan),
        with_values=settings.with_values,
    )


def ask_llm(
    planned: LLMExchange,
    settings: LLMSettings,
    *,
    on_exchange: Callable[[LLMExchange], object] | None = None,
    stopper: Stopper | None = None,
) -> LLMPlan:
    """Ask a model what was planned, telling how it goes.

    Parameters
    ----------
    planned : LLMExchange
        From `planned_exchange`.
    settings : LLMSettings
        How to reach it.
    on_exchange : callable, optional
        Told of the exchange before anything is sent, and at its end.
    stopper : Stopper, optional
        Ends it early.

    Returns
    -------
    LLMPlan
        What the model says; nothing of it is checked against the table yet.

    Raises
    ------
    LLMFailedError
        If no usable answer came in time.
    """
    tell = on_exchange or (lambda _exchange: None)
    tell(planned.model_copy(update={"status": "asking"}))
    count, began = _Count(), time.monotonic()
    status, why = "answered", ""
    try:
        return _ask_in_thread(planned, settings, count, stopper or Stopper())
    except LLMFailedError as failure:
        status, why = ("stopped" if isinstance(failure, LLMStoppedError) else "failed"), str(failure)
        raise
    finally:
        tell(planned.model_copy(update={"status": status, "why": why, **count.totals(settings, began)}))


@dataclass
class _Count:
    """What an exchange took so far."""

    requests: int = 0
    tokens: list[tuple[int, int]] = field(default_factory=list)

    def take(self, body: Any) -> None:
        """Add what a server's answer says of its tokens."""
        usage = body.get("usage") if isinstance(body, dict) else None
        if isinstance(usage, dict):
            told = [usage.get(name, usage.get(other)) for name, other in _USAGE]
            numbers = [number for number in told if isinstance(number, int) and number >= 0]
            if len(numbers) == len(told):
                self.tokens.append((numbers[0], numbers[1]))

    def totals(self, settings: LLMSettings, began: float) -> dict[str, Any]:
        known = bool(self.tokens)
        asked, said = (sum(pair[place] for pair in self.tokens) for place in (0, 1))
        cost = None
        if known and settings.prices is not None:
            cost = (asked * settings.prices[0] + said * settings.prices[1]) / 1e6
        return {
            "requests": self.requests,
            "input_tokens": asked if known else None,
            "output_tokens": said if known else None,
            "seconds": time.monotonic() - began,
            "cost": cost,
        }


_USAGE = (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens"))


def _ask_in_thread(planned: LLMExchange, settings: LLMSettings, count: _Count, stopper: Stopper) -> LLMPlan:
    # Loading these takes seconds that are not the server's.
    import openai.resources.chat.completions
    import openai.resources.responses  # noqa: F401

    # Ended from outside, the thread's task lets go of the connection at once; a name server that never answers holds
    # the thread, but nobody waits for it.
    answer: SimpleQueue[LLMPlan | LLMFailedError] = SimpleQueue()
    stopper.on_stop(lambda: answer.put(LLMStoppedError()))
    ended = Stopper()
    threading.Thread(target=_work, args=(answer, planned, settings, count, ended), daemon=True).start()
    try:
        said = answer.get(timeout=settings.timeout_s + GRACE_S)
    except Empty:
        raise _too_late(settings) from None
    finally:
        ended.stop()
    if isinstance(said, LLMFailedError):
        raise said
    return said


def _work(
    answer: SimpleQueue[LLMPlan | LLMFailedError],
    planned: LLMExchange,
    settings: LLMSettings,
    count: _Count,
    ended: Stopper,
) -> None:
    async def ask() -> LLMPlan:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()

        def end() -> None:
            if task is not None:
                with contextlib.suppress(RuntimeError):  # the loop is closed: it has ended by itself
                    loop.call_soon_threadsafe(task.cancel)

        ended.on_stop(end)
        async with asyncio.timeout(settings.timeout_s):
            return await _Conversation(planned, settings, count).ask()

    try:
        answer.put(asyncio.run(ask()))
    except LLMFailedError as failure:
        answer.put(failure)
    except asyncio.CancelledError:
        return
    except TimeoutError:
        answer.put(_too_late(settings))
    except Exception as error:
        # An address that is none, a proxy's page, half an object: the client library lets these through as they come.
        answer.put(
            LLMFailedError(tr("its address or its answer could not be read ({error})", error=type(error).__name__))
        )


def _too_late(settings: LLMSettings) -> LLMFailedError:
    return LLMFailedError(tr("no answer came within {seconds:.0f} seconds", seconds=settings.timeout_s))


class _Conversation:
    """Asks in the best way that the server knows; in all ways together no oftener than the settings allow."""

    def __init__(self, planned: LLMExchange, settings: LLMSettings, count: _Count) -> None:
        self._planned = planned
        self._settings = settings
        self._count = count
        self._deadline = time.monotonic() + settings.timeout_s
        self._tries_left = settings.max_retries
        self._waited = 0

    async def ask(self) -> LLMPlan:
        import openai

        base_url, _, _ = server_of(self._settings)
        key = self._settings.api_key.get_secret_value()
        timeout = self._settings.timeout_s
        async with openai.AsyncOpenAI(api_key=key, base_url=base_url, max_retries=0, timeout=timeout) as client:
            failure = LLMFailedError(tr("its server understood no way of asking"))
            ways = (_by_responses, _by_schema, _by_plain_json)
            for way in ways:
                is_last = way is ways[-1]
                try:
                    said = read_answer(await self._patiently(lambda way=way: way(self, client), is_last=is_last))  # type: ignore[misc]
                except openai.APIStatusError as error:
                    failure = LLMFailedError(_words(error.status_code, self._planned.model))
                    if error.status_code in UNSUPPORTED or error.status_code >= 500:
                        continue
                    raise failure from None
                except MalformedAnswerError:
                    failure = LLMFailedError(tr("its answer did not have the form of a plan"))
                    continue
                if len(key) >= MIN_SECRET and key in said.model_dump_json():
                    raise LLMFailedError(tr("its answer repeats the key"))  # a plan is kept and shown, a key never
                return said
            raise failure

    async def _patiently(self, call: Callable[[], Awaitable[str]], *, is_last: bool) -> str:
        """Try again after a moment's fault, when the server says so, while tries and time are left."""
        import openai

        while True:
            self._count.requests += 1
            try:
                return await call()
            except openai.APITimeoutError:
                raise _too_late(self._settings) from None
            except openai.APIConnectionError:
                if self._tries_left <= 0:
                    raise LLMFailedError(tr("its server could not be reached")) from None
                told = None
            except openai.APIStatusError as error:
                status = error.status_code
                # llama-cpp-python's server fails so at a way of asking that it does not know: the next is better.
                is_unknown = status == 501 or (status == 500 and not is_last)
                if self._tries_left <= 0 or is_unknown or (status not in BUSY and status < 500):
                    raise
                told = _told_to_wait(error.response.headers)
                if told is not None and time.monotonic() + told > self._deadline:
                    why = tr("{reason}, and it asks to wait longer than you do", reason=_words(status, ""))
                    raise LLMFailedError(why) from None
            self._tries_left -= 1
            self._waited += 1
            await asyncio.sleep(0.25 * 2**self._waited if told is None else told)

    async def body_of(self, asking: AbstractAsyncContextManager[AsyncAPIResponse[Any]]) -> Any:
        """Read an answer's JSON, no further than an answer can be."""
        import openai

        async with asking as response:
            body = bytearray()
            try:
                async for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_ANSWER_BYTES:
                        raise LLMFailedError(tr("its answer is too long"))
            except (LLMFailedError, openai.OpenAIError):
                raise
            except Exception:
                # The transport's own errors: the client library renames them only before the first byte.
                raise openai.APIConnectionError(request=response.http_request) from None
        try:
            read = json.loads(body)
        except (ValueError, RecursionError):
            raise MalformedAnswerError from None
        self._count.take(read)
        return read

    @property
    def planned(self) -> LLMExchange:
        """What is asked."""
        return self._planned

    def messages(self, more: str = "") -> list[Any]:
        """Give the same text as a talk."""
        user = {"role": "user", "content": f"{self._planned.text}{more}"}
        return [{"role": "system", "content": self._planned.instructions}, user]


def _told_to_wait(headers: Any) -> float | None:
    """Read ``Retry-After``, in seconds or as a date, and what some servers send beside it; None if it says nothing."""
    for name, unit in (("retry-after-ms", 1e-3), ("retry-after", 1.0)):
        given = headers.get(name)
        if given is None:
            continue
        try:
            seconds = float(given) * unit
        except ValueError:
            try:
                seconds = parsedate_to_datetime(given).timestamp() - time.time()
            except (ValueError, TypeError, OverflowError):
                continue
        if not math.isnan(seconds):
            return max(0.0, seconds)
    return None


async def _by_responses(talk: _Conversation, client: AsyncOpenAI) -> str:
    body = await talk.body_of(
        client.responses.with_streaming_response.create(
            model=talk.planned.model,
            instructions=talk.planned.instructions,
            input=talk.planned.text,
            max_output_tokens=MAX_ANSWER_TOKENS,
            store=False,
            text={"format": {"type": "json_schema", "name": "plan", "schema": answer_schema(), "strict": True}},
        )
    )
    try:
        parts = [part for item in body["output"] if item["type"] == "message" for part in item["content"]]
        return "".join(part["text"] for part in parts if part["type"] == "output_text")
    except (KeyError, TypeError, IndexError):
        raise MalformedAnswerError from None


async def _by_schema(talk: _Conversation, client: AsyncOpenAI) -> str:
    return await _content(
        talk,
        client.chat.completions.with_streaming_response.create(
            model=talk.planned.model,
            messages=talk.messages(),
            max_tokens=MAX_ANSWER_TOKENS,
            response_format={
                "type": "json_schema",
                "json_schema": {"name": "plan", "schema": answer_schema(), "strict": True},
            },
        ),
    )


async def _by_plain_json(talk: _Conversation, client: AsyncOpenAI) -> str:
    more = f"\n\nAnswer with one JSON object of this schema and nothing else:\n{json.dumps(answer_schema())}"
    return await _content(
        talk,
        client.chat.completions.with_streaming_response.create(
            model=talk.planned.model, messages=talk.messages(more), max_tokens=MAX_ANSWER_TOKENS
        ),
    )


async def _content(talk: _Conversation, asking: AbstractAsyncContextManager[AsyncAPIResponse[Any]]) -> str:
    body = await talk.body_of(asking)
    try:
        return str(body["choices"][0]["message"]["content"] or "")
    except (KeyError, TypeError, IndexError):
        raise MalformedAnswerError from None


def _words(status: int, model: str) -> str:
    if status in (401, 403):
        return tr("the key was refused")
    if status == 404:
        return tr("its server has no such address, or no model called {model}", model=model[:60])
    if status == 429:
        return tr("its limit of requests is used up")
    if status >= 500:
        return tr("its server has a fault (status {status})", status=status)
    return tr("its server refused the request (status {status})", status=status)
