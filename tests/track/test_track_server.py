"""A server that is down, silent or talks nonsense costs the record, in bounded time, and shows no password."""

import http.server
import os
import socket
import threading
import time
from types import SimpleNamespace

import pytest

from genie_widgets.track import Tracker

# Far above what two tries of a second each take, far below MLflow's own minutes.
BOUND_S = 60


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_BACKOFF_JITTER", "0")


@pytest.fixture
def closed_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener.getsockname()[1]


@pytest.fixture
def silent_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepted = []

        def accept():
            while True:
                try:
                    accepted.append(listener.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield listener.getsockname()[1]
        # Closing alone does not wake the thread that waits in accept.
        listener.shutdown(socket.SHUT_RDWR)
        for connection in accepted:
            connection.close()
    assert accepted, "nobody called"


@pytest.fixture
def answering_port(request):
    status, content = request.param

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def assert_told(tracking, shown, secret, capfd):
    assert tracking.problem is not None
    assert tracking.problem.severity == "warning"
    assert tracking.problem.remedy
    assert (tracking.uri, tracking.run_id, tracking.model_uri) == (shown, "", "")
    printed = capfd.readouterr()
    assert tracking.problem.reference in printed.err
    assert "Traceback" in printed.err
    for text in (printed.err, printed.out, tracking.model_dump_json()):
        assert secret not in text


@pytest.mark.parametrize("port", ["closed_port", "silent_port"])
def test_a_server_that_does_not_answer_is_told_in_bounded_time(port, request, tmp_path, record, capfd):
    number = request.getfixturevalue(port)
    tracker = Tracker(f"http://me:sesame@127.0.0.1:{number}", tmp_path)
    started = time.monotonic()
    tracker.prepare()
    tracking = record(tracker)
    assert time.monotonic() - started < BOUND_S
    assert_told(tracking, f"http://127.0.0.1:{number}", "sesame", capfd)


def test_a_secret_behind_the_address_is_not_written_either(closed_port, tmp_path, record, capfd):
    tracking = record(Tracker(f"http://127.0.0.1:{closed_port}/?token=sesame", tmp_path))
    assert_told(tracking, f"http://127.0.0.1:{closed_port}/", "sesame", capfd)


@pytest.mark.parametrize(
    "answering_port",
    [(200, b"<html>hello</html>"), (200, b""), (200, b"[]"), (200, b"{}"), (401, b"who are you?"), (500, b"\xff\xfe")],
    ids=str,
    indirect=True,
)
def test_a_server_that_talks_nonsense_is_told(answering_port, tmp_path, record, capfd):
    tracking = record(Tracker(f"http://me:sesame@127.0.0.1:{answering_port}", tmp_path))
    assert_told(tracking, f"http://127.0.0.1:{answering_port}", "sesame", capfd)


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://me:sesame@[nowhere", "http://[nowhere"),
        ("http://me:sesame@127.0.0.1:port", "http://127.0.0.1:port"),
        ("http://me:se/same@127.0.0.1:1", "http://127.0.0.1:1"),
        ("me:sesame@127.0.0.1:1", "127.0.0.1:1"),
        ("gopher://me:sesame@127.0.0.1", "gopher://127.0.0.1"),
        ("postgresql://me:sesame@127.0.0.1:1/db", "postgresql://127.0.0.1:1/db"),
    ],
)
def test_an_address_that_is_none_is_told(uri, shown, tmp_path, record, capfd):
    assert_told(record(Tracker(uri, tmp_path)), shown, "same", capfd)


def test_a_workspace_that_cannot_be_written_is_told(tmp_path, record, capfd):
    (tmp_path / "file").write_text("not a folder")
    tracker = Tracker("", tmp_path / "file" / "workspace")
    tracker.prepare()
    tracking = record(tracker)
    assert tracking.problem is not None
    assert tracking.problem.reference in capfd.readouterr().err


def test_the_hosts_own_waits_are_kept_and_ours_are_short(monkeypatch):
    from genie_widgets.track.address import be_quiet

    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "77")
    monkeypatch.delenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES")
    be_quiet()
    assert os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"] == "77"
    assert int(os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"]) <= 2


def test_a_record_that_breaks_off_names_what_was_begun_and_the_next_try_adds_to_it(tmp_path, record, monkeypatch):
    import mlflow

    class Begun:
        info = SimpleNamespace(run_id="begun", experiment_id="1")
        data = SimpleNamespace(params={})

        def __enter__(self):
            return self

        def __exit__(self, *_error):
            return None

    def breaks(_values):
        raise OSError("gone")

    tracker = Tracker("", tmp_path)
    monkeypatch.setattr(tracker, "_experiment_id", "1")
    asked, logged = [], []
    monkeypatch.setattr(mlflow, "start_run", lambda **given: asked.append(given) or Begun())
    for name in ("log_dict", "log_metrics"):
        monkeypatch.setattr(mlflow, name, lambda *_given, **_named: None)
    monkeypatch.setattr(mlflow, "log_params", breaks)
    failed = record(tracker)
    assert (failed.run_id, failed.problem.code) == ("begun", "tracking-failed")
    assert tracker.unanswered().run_id == "begun"
    monkeypatch.setattr(mlflow, "log_params", logged.append)
    again = record(tracker, recorded=failed.run_id)
    assert (again.run_id, again.problem) == ("begun", None)
    assert asked[1]["run_id"] == "begun"
    assert logged, "what the first try did not come to"
