"""`genie demo` and `genie dashboard`: ports, addresses, and the page itself."""

import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request

import psutil
import pytest

from genie_widgets.cli import dashboard
from genie_widgets.schema import GenieError

LOCALHOST = "127.0.0.1"
PAGE_S = 120


@pytest.fixture
def taken():
    """A port that somebody else listens on."""
    with socket.create_server((LOCALHOST, 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def free():
    with socket.create_server((LOCALHOST, 0)) as server:
        return server.getsockname()[1]


@pytest.mark.parametrize("name", ["demo", "dashboard"])
def test_a_port_that_is_taken_is_named(genie, taken, name):
    code, said, complaint = genie(name, "--no-browser", "--port", taken)
    assert (code, said) == (2, "")
    assert f"Port {taken} on {LOCALHOST} is not free" in complaint
    assert "--port" in complaint


def test_without_a_port_the_first_free_one_is_taken(taken, monkeypatch):
    monkeypatch.setattr(dashboard, "FIRST_PORT", taken)
    assert dashboard._free_port(LOCALHOST, None) in range(taken + 1, taken + dashboard.PORTS_TRIED)


def test_where_every_port_is_taken_it_is_told(taken, monkeypatch):
    monkeypatch.setattr(dashboard, "FIRST_PORT", taken)
    monkeypatch.setattr(dashboard, "PORTS_TRIED", 1)
    with pytest.raises(GenieError, match=str(taken)):
        dashboard._free_port(LOCALHOST, None)


def test_a_free_port_is_taken_as_asked(free):
    assert dashboard._free_port(LOCALHOST, free) == free


def test_port_0_is_any_that_is_free():
    assert dashboard._free_port(LOCALHOST, 0) > 0


@pytest.mark.parametrize("port", ["-1", "65536", "99999999999", "http", "", "8866.0", "²"])
def test_what_is_no_port_is_told(genie, port):
    code, _, complaint = genie("demo", "--no-browser", f"--port={port}")
    assert code == 2
    assert "--port" in complaint
    assert "is no port" in complaint


@pytest.mark.parametrize("ready", ["-1", "101", "many", "1.5", ""])
def test_what_is_no_number_of_kernels_is_told(genie, ready):
    code, _, complaint = genie("dashboard", "--no-browser", f"--ready={ready}")
    assert code == 2
    assert "--ready" in complaint


@pytest.mark.parametrize(("line", "ready"), [(["demo"], 0), (["dashboard"], 1), (["dashboard", "--ready", "3"], 3)])
def test_visitors_of_a_dashboard_find_a_kernel_started_ahead(genie, monkeypatch, line, ready):
    asked = []
    monkeypatch.setattr(dashboard, "serve", lambda *_args, **named: asked.append(named["ready"]) or 0)
    assert genie(*line, "--no-browser")[0] == 0
    assert asked == [ready]


@pytest.mark.parametrize("host", ["192.0.2.1", "no such host", "::1"])
def test_an_address_that_is_not_this_machine_s_is_named(genie, host):
    code, _, complaint = genie("dashboard", "--no-browser", "--host", host)
    assert code == 2
    assert host in complaint
    assert "--host" in complaint


def test_a_server_that_does_not_start_is_told():
    with subprocess.Popen(["false"]) as server, pytest.raises(GenieError) as caught:
        dashboard._wait_until_up(server, f"http://{LOCALHOST}:9/")
    assert caught.value.problem.code == "page-did-not-start"


def test_a_server_that_does_not_listen_to_the_end_is_killed(monkeypatch):
    monkeypatch.setattr(dashboard, "STOP_TIMEOUT_S", 0.2)
    deaf = subprocess.Popen(
        ["sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert deaf.stdout is not None
    deaf.stdout.readline()
    dashboard._stop(deaf)
    deaf.stdout.close()
    assert deaf.returncode == -signal.SIGKILL


def fetch(address):
    """The page's status and text, asked of this machine alone and without a cookie."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=PAGE_S) as answer:
            return answer.status, answer.url, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, address, error.read().decode(errors="replace")


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_the_page_is_served_to_who_has_the_token_until_it_is_stopped(command, up, free, workspace, tmp_path, end):
    server = subprocess.Popen(
        [command, "demo", "--no-browser", "--port", str(free)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    began = []
    try:
        said = up(server)
        address = re.search(r"Genie is at (\S+)", said)[1]
        assert address.startswith(f"http://{LOCALHOST}:{free}/?token=")
        if end == signal.SIGINT:
            status, url, page = fetch(address)
            assert (status, "login" in url) == (200, False)
            assert "voila" in page.lower()
            for stranger in (address.partition("?")[0], address[:-4] + "AAAA"):
                status, url, page = fetch(stranger)
                assert status == 403 or "login" in url
                assert "jupyter-config-data" not in page
        began = [server.pid, *(child.pid for child in psutil.Process(server.pid).children(recursive=True))]
        assert len(began) >= 2
        os.kill(server.pid, end)
        rest, _ = server.communicate(timeout=60)
        assert server.returncode == 0
        assert "Stopping" in rest
        assert [pid for pid in began if psutil.pid_exists(pid)] == []
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((LOCALHOST, free)).close()
    finally:
        for pid in began or [server.pid]:
            if psutil.pid_exists(pid):
                os.kill(pid, signal.SIGKILL)
        server.wait()
