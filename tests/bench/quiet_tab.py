"""A tab of Chromium that nobody listens to.

Playwright has the browser tell it of every frame that a page sends through a WebSocket, its bytes in base64, and that
halves the speed of what is measured. This tab is driven by the same protocol, and asked for nothing that isn't needed.
"""

import contextlib
import itertools
import json
import subprocess
import time
import urllib.request
from pathlib import Path

import websocket
from hosting import CHROMIUM


class QuietTab:
    """One tab on one address."""

    def __init__(self, port, address):
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/json/new?{address}", method="PUT")
        with urllib.request.urlopen(asked) as answer:
            target = json.load(answer)["webSocketDebuggerUrl"]
        self._socket = websocket.create_connection(target, suppress_origin=True, timeout=600)
        self._numbers = itertools.count(1)

    def _call(self, method, **parameters):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            pass
        if "error" in answer or "exceptionDetails" in answer["result"]:
            raise RuntimeError(answer)
        return answer["result"]

    def evaluate(self, expression):
        """Give the value of an expression; a promise's, when it is kept."""
        asked = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        return self._call("Runtime.evaluate", **asked)["result"].get("value")

    def wait_for(self, selector):
        while not self.evaluate(f"document.querySelector({json.dumps(selector)}) !== null"):
            time.sleep(0.2)

    def choose_file(self, selector, path):
        found = self._call("Runtime.evaluate", expression=f"document.querySelector({json.dumps(selector)})")
        self._call("DOM.setFileInputFiles", files=[str(path)], objectId=found["result"]["objectId"])


@contextlib.contextmanager
def quiet_tab(address, folder):
    """Open the address in a Chromium of its own, which keeps its things in the folder."""
    profile = Path(folder) / "chromium"
    said = profile / "DevToolsActivePort"
    command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += ["--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    browser = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        while not (said.exists() and said.read_text().strip()):
            if browser.poll() is not None:
                raise RuntimeError("Chromium ended before it could be used.")
            time.sleep(0.1)
        yield QuietTab(int(said.read_text().split()[0]), address)
    finally:
        browser.terminate()
        browser.wait(20)
