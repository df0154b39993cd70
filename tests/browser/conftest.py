"""Real pages in a real Chromium: one server of each kind, and pages that are watched."""

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from hosting import CHROMIUM, REPOSITORY, TIMEOUT_MS, Watch, free_port, serve, stop

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


@pytest.fixture(scope="session")
def voila(home):
    """The page as `genie demo` serves it; gives its address."""
    from genie_widgets.voila.settings import notebook_path, voila_arguments, voila_environment

    port = free_port()
    command = [sys.executable, "-m", "voila", *voila_arguments(notebook_path(), port=port)]
    environment = {**voila_environment(), "GENIE_HOME": str(home / "workspace"), "GENIE_ALLOW_LLM": "1"}
    server = serve(command, port, environment, home / "voila.log")
    yield f"http://127.0.0.1:{port}/"
    stop(server)


@pytest.fixture
def finished(home):
    """The id of a finished run with two classes: one that a test before has made, or a new one."""
    import genie_widgets as gw
    from genie_widgets.data import samples
    from genie_widgets.schema import Settings

    settings = Settings(workspace=home / "workspace")
    for run in gw.list_runs(settings):
        if run.status == "done" and run.problem_type == "binary":
            return run.run_id
    table = gw.read_table(next(sample.path for sample in samples() if sample.name == "flights"))
    made = gw.train(table, gw.plan(table, "Which flights will arrive late? 20 seconds", llm=None), settings=settings)
    made.wait()
    made.close()
    return made.id


@dataclass(frozen=True)
class Jupyter:
    """A server with JupyterLab, Notebook 7 and the page on one folder, set up as Binder's is."""

    root: Path
    address: str

    def lab(self, path=""):
        return f"{self.address}lab{path and '/tree/'}{path}?token={TOKEN}&reset"

    def tree(self, path=""):
        return f"{self.address}tree/{path}?token={TOKEN}"

    def notebook(self, path):
        return f"{self.address}notebooks/{path}?token={TOKEN}"

    def settings(self, plugin):
        return f"{self.address}lab/api/settings/{plugin}?token={TOKEN}"

    def page(self, path):
        return f"{self.address}voila/render/{path}?token={TOKEN}"


@pytest.fixture(scope="session")
def jupyter(home):
    from genie_widgets.voila.__main__ import set_up

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
    set_up(home / "jupyter-config", home / "jupyter-data")
    environment = {**os.environ, **private, "GENIE_HOME": str(home / "workspace")}
    server = serve(command, port, environment, home / "lab.log")
    yield Jupyter(root, f"http://127.0.0.1:{port}/")
    stop(server)


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
