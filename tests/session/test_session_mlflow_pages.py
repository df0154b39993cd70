"""MLflow's own pages: opened where the host allows it, and gone with whoever opened them."""

import contextlib
import subprocess
import sys
import time
import urllib.request

import pytest

from genie_widgets.schema import GenieError, RunResult, Tracking
from genie_widgets.session import mlflow_pages
from genie_widgets.session.mlflow_pages import MlflowPages

STORE = Tracking(uri="sqlite:///x", experiment="genie", experiment_id="1", run_id="r")


@pytest.fixture
def recorded(session, monkeypatch):
    """A session whose run is recorded in a file; gives the stores whose pages were opened."""
    opened = []
    monkeypatch.setattr(MlflowPages, "open", lambda _self, store: opened.append(store) or "http://127.0.0.1:7/")
    state = session.state.model_copy(update={"result": RunResult.model_construct(tracking=STORE)})
    monkeypatch.setattr(session, "_state", state)
    return session, opened


def test_they_are_opened_at_a_press_and_closed_when_nobody_is_there(recorded):
    session, opened = recorded
    session.open_mlflow()
    assert opened == [STORE.uri]
    assert (session.state.mlflow_address, session.state.busy) == ("http://127.0.0.1:7/", "")
    session.rest()
    assert session.state.mlflow_address == ""


def test_where_the_host_forbids_them_nothing_is_opened(recorded, monkeypatch):
    session, opened = recorded
    monkeypatch.setattr(session, "settings", session.settings.model_copy(update={"allow_mlflow_ui": False}))
    session.open_mlflow()
    assert not opened


def test_a_server_that_ends_at_once_is_told(tmp_path, monkeypatch):
    started = subprocess.Popen
    monkeypatch.setattr(
        mlflow_pages, "start_process", lambda _command, **given: started([sys.executable, "-c", "exit(3)"], **given)
    )
    with pytest.raises(GenieError, match=r"mlflow\.log"):
        MlflowPages(tmp_path / "mlflow.log").open("sqlite:///x")


@pytest.mark.slow
def test_they_answer_until_they_are_closed(tmp_path):
    pages = MlflowPages(tmp_path / "mlflow.log")
    address = pages.open(f"sqlite:///{tmp_path / 'mlflow.db'}")
    with urllib.request.urlopen(address, timeout=30) as answer:
        assert b"<title>MLflow</title>" in answer.read()
    process = pages._process
    pages.close()
    process.wait(30)
    with contextlib.suppress(OSError):
        while True:
            urllib.request.urlopen(address, timeout=30).close()
            time.sleep(0.1)
