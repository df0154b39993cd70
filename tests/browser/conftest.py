"""Real pages in a real Chromium: one server of each kind, and a watch over what each page says and asks for."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
TIMEOUT_MS = 90_000
TOKEN = "browser-lane"


def pytest_collection_modifyitems(items):
    for item in items:
        if Path(__file__).parent in Path(str(item.fspath)).parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def _own_world():
    """The servers are shared, and so is their workspace: the fixture of the same name above would change nothing."""


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def browser():
    if CHROMIUM is None:
        reason = "no Chromium here: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


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
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
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


@pytest.fixture(scope="session")
def voila(home):
    """The page as `genie demo` serves it; gives its address."""
    from genie_widgets.voila.settings import notebook_path, voila_arguments, voila_environment

    port = free_port()
    command = [sys.executable, "-m", "voila", *voila_arguments(notebook_path(), port=port)]
    environment = {**voila_environment(), "GENIE_HOME": str(home / "workspace")}
    server = serve(command, port, environment, home / "voila.log")
    yield f"http://127.0.0.1:{port}/"
    stop(server)


@dataclass(frozen=True)
class Jupyter:
    """A server with JupyterLab and Notebook 7 on one folder."""

    root: Path
    address: str

    def lab(self, path=""):
        return f"{self.address}lab{path and '/tree/'}{path}?token={TOKEN}&reset"

    def tree(self, path=""):
        return f"{self.address}tree/{path}?token={TOKEN}"


@pytest.fixture(scope="session")
def jupyter(home):
    root = home / "lab"
    root.mkdir()
    shutil.copy(REPOSITORY / "notebooks" / "genie.ipynb", root)
    # The built extension of this very tree; that pip puts it where Jupyter looks is the wheel's own check.
    extensions = home / "share" / "labextensions"
    extensions.mkdir(parents=True)
    (extensions / "genie-widgets").symlink_to(REPOSITORY / "genie_widgets" / "labextension" / "built")
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        f"--ServerApp.root_dir={root}",
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
        "--LabApp.expose_app_in_browser=True",
    ]
    private = {
        f"JUPYTER_{name}_DIR": str(home / f"jupyter-{name.lower()}") for name in ("CONFIG", "DATA", "RUNTIME")
    } | {
        "JUPYTERLAB_SETTINGS_DIR": str(home / "lab-settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "lab-workspaces"),
        "JUPYTER_PATH": str(home / "share"),
    }
    environment = {**os.environ, **private, "GENIE_HOME": str(home / "workspace")}
    server = serve(command, port, environment, home / "lab.log")
    yield Jupyter(root, f"http://127.0.0.1:{port}/")
    stop(server)


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


@pytest.fixture
def open_page(browser, voila):
    """Open the page, in a window of its own; at the end nothing may have gone wrong in it."""
    opened = []

    def open_one(query="", **options):
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        opened.append((context, Watch().over(page)))
        page.goto(voila + query)
        page.wait_for_selector(".genie textarea")
        return page

    yield open_one
    for context, watch in opened:
        context.close()
        watch.check()
