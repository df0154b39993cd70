"""Servers for the pages, and a watch over what a page says and asks for."""

import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TIMEOUT_MS = 90_000


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve(command, port, environment, log):
    with log.open("wb") as out:
        server = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and server.poll() is None:
        try:
            # Not the page itself: that would start a kernel for nobody.
            urllib.request.urlopen(f"http://127.0.0.1:{port}/static/favicons/favicon.ico", timeout=5).close()
        except urllib.error.HTTPError:
            return server
        except OSError:
            time.sleep(0.2)
        else:
            return server
    raise AssertionError(log.read_text(errors="replace")[-3000:])


def stop(server):
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait(20)


@dataclass
class Watch:
    """What a page complained of, and what it asked other machines for."""

    errors: list = field(default_factory=list)
    outside: list = field(default_factory=list)

    def over(self, page):
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(f"{error}\n{error.stack}"))
        page.on("request", self._asked)
        return self

    def _said(self, message):
        if message.type == "error":
            self.errors.append(f"{message.text}\n{message.location['url']}")

    def _asked(self, request):
        if not request.url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
            self.outside.append(request.url)

    def check(self, ours_only=False):
        """Nothing may have gone wrong; where the host complains of itself, nothing in our files and widgets."""
        ours = ("/genie-widgets/", "blob:")
        assert [error for error in self.errors if not ours_only or any(place in error for place in ours)] == []
        assert self.outside == []
