"""A small OpenAI-compatible server whose answers a test writes; it remembers all that it was sent."""

import contextlib
import json
import select
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import SecretStr

from genie_widgets.schema import LLMSettings

KEY = "sk-not-to-be-seen"
LATE = object()
RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"


class LLMServer:
    """Serves `answer(path, body)`: a text; status, text and maybe headers; or nothing, for `LATE`."""

    def __init__(self):
        self.requests = []
        self.answer = lambda _path, _body: (500, "no answer was written")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.requests.append((self.path, dict(self.headers), body))
                given = outer.answer(self.path, json.loads(body))
                if given is LATE:
                    self.wait()
                    given = "{}"
                status, text, headers = (*given, {})[:3] if isinstance(given, tuple) else (200, given, {})
                content = text if status != 200 else outer.wrapped(self.path, text)
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(content.encode())
                except OSError:
                    return  # the client went away: it was told to wait no longer

            def wait(self):
                """Wait until the client goes away, or the test is over."""
                outer.waits.set()
                while not outer.released.is_set():
                    if select.select([self.connection], [], [], 0.02)[0]:
                        with contextlib.suppress(OSError):
                            if self.connection.recv(1, socket.MSG_PEEK):
                                continue
                        outer.client_gone.set()
                        return

            def log_message(self, *_args):
                return

        self.released, self.waits, self.client_gone = (threading.Event() for _ in range(3))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()

    @staticmethod
    def wrapped(path, text):
        if path == RESPONSES:
            part = {"type": "output_text", "text": text, "annotations": []}
            message = {"id": "m", "type": "message", "role": "assistant", "status": "completed", "content": [part]}
            return json.dumps(
                {
                    "id": "r",
                    "object": "response",
                    "created_at": time.time(),
                    "model": "scripted",
                    "output": [message],
                    "parallel_tool_calls": False,
                    "tool_choice": "auto",
                    "tools": [],
                    "status": "completed",
                    "usage": {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120},
                }
            )
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return json.dumps(
            {"id": "c", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice]}
            | {"usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}}
        )


def settings_for(server, **changes):
    """Settings for a server that answers at once, or fails at once."""
    given = {"api_key": SecretStr(KEY), "base_url": server.url, "model": "scripted", "timeout_s": 30}
    return LLMSettings(**(given | changes))


def answer(words=None, **fields):
    """A model's answer: a plan without any field, but for those given; `words` are the request's behind them."""
    empty = {
        "status": "plan",
        "target": None,
        "problem_type": None,
        "metric": None,
        "positive_class": None,
        "features": [],
        "quantile_levels": [],
        "ignore": [],
        "quality": None,
        "validation": None,
        "time_limit_s": None,
        "candidates": [],
        "quotes": [{"field": name, "words": words} for name in fields if words],
        "reason": "",
    }
    return json.dumps(empty | fields)
