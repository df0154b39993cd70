"""A small OpenAI-compatible server whose answers a test writes; it remembers all that it was sent."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from pydantic import SecretStr

from genie_widgets.schema import LLMSettings

KEY = "sk-not-to-be-seen"
RESPONSES, CHAT = "/v1/responses", "/v1/chat/completions"


class LLMServer:
    """Serves `answer(path, body)`: a text, or a pair of status and text; a number: so many seconds late."""

    def __init__(self):
        self.requests = []
        self.answer = lambda _path, _body: (500, "no answer was written")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.requests.append((self.path, dict(self.headers), body))
                given = outer.answer(self.path, json.loads(body))
                if isinstance(given, (int, float)):
                    outer.released.wait(given)
                    given = "{}"
                status, text = given if isinstance(given, tuple) else (200, given)
                content = text if status != 200 else outer.wrapped(self.path, text)
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.end_headers()
                    self.wfile.write(content.encode())
                except OSError:
                    return  # the client went away: it was told to wait no longer

            def log_message(self, *_args):
                return

        self.released = threading.Event()
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
                }
            )
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        return json.dumps(
            {"id": "c", "object": "chat.completion", "created": 1, "model": "scripted", "choices": [choice]}
        )


def settings_for(server, **changes):
    """Settings for a server that answers at once, or fails at once."""
    given = {"api_key": SecretStr(KEY), "base_url": server.url, "model": "scripted", "timeout_s": 3}
    return LLMSettings(**(given | changes))


def answer(**fields):
    """A model's answer: a plan without any field, but for those given."""
    empty = {
        "status": "plan",
        "target": None,
        "problem_type": None,
        "metric": None,
        "features": [],
        "quantile_levels": [],
        "ignore": [],
        "time_limit_s": None,
        "candidates": [],
        "reason": "",
    }
    return json.dumps(empty | fields)
