"""`genie class`: who is in it, what each is given, and the page with its board."""

import json
import os
import re
import signal
import subprocess
import urllib.request

import pytest

from genie_widgets.cli import classroom


@pytest.fixture
def served(monkeypatch):
    """Stand in for the page's server; gives what it was told to serve."""
    told = {}

    def serve(host, port, token, environment, announce, *, ready):
        told.update(host=host, port=port, token=token, environment=environment, ready=ready)
        announce(f"http://{host}:{port}/")
        return 0

    monkeypatch.setattr(classroom, "serve", serve)
    monkeypatch.setattr("genie_widgets.session.recording.prepare_store", lambda _settings: None)
    return told


@pytest.fixture
def names(tmp_path):
    def write(text):
        path = tmp_path / "people.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def links(said):
    return dict(re.findall(r"^  (.+?) +(http\S+)$", said, re.M))


def test_each_has_an_address_of_their_own_and_keeps_it(genie, served, names, workspace):
    people = names("\ufeffAna\r\n\r\n  Ben   Bo \nAna\n")
    code, said, _ = genie("class", people, "--port", 8866, "--no-board")
    assert code == 0
    given = links(said)
    assert list(given) == ["Ana", "Ben Bo"]
    keys = json.loads((workspace / "people.json").read_text())
    assert given["Ana"] == f"http://127.0.0.1:8866/?token={served['token']}&person={keys['Ana']}"
    assert served["environment"] == {"GENIE_SHARED": "1"}
    _, again, _ = genie("class", people, "--port", 8866, "--no-board")
    assert [link.partition("person=")[2] for link in links(again).values()] == list(keys.values())


def test_the_seed_the_minutes_and_the_address_are_the_teacher_s(genie, served, names):
    options = ("--seed", 7, "--minutes-each", 15, "--at", "http://school:80/", "--no-board", "--port", 1)
    _, said, _ = genie("class", names("Ana"), *options)
    assert served["environment"] == {"GENIE_SHARED": "1", "GENIE_SEED": "7", "GENIE_MINUTES_EACH": "15"}
    assert links(said)["Ana"].startswith("http://school:80/?token=")


@pytest.mark.parametrize("content", ["", " \n\n", b"\xff\xfe\x00"])
def test_a_list_of_nobody_is_told(genie, served, names, content):
    code, _, complaint = genie("class", names(content))
    assert code == 2
    assert "one name in each line" in complaint
    assert not served


def test_a_list_that_is_not_there_is_told(genie, served):
    code, _, complaint = genie("class", "nowhere.txt")
    assert code == 2
    assert "nowhere.txt" in complaint
    assert not served


@pytest.mark.parametrize(
    "options", [("--seed", "x"), ("--minutes-each", "0"), ("--minutes-each", "-3"), ("--port", "x")]
)
def test_what_is_no_number_is_told(genie, served, names, options):
    code, _, complaint = genie("class", names("Ana"), *options)
    assert code == 2
    assert options[0] in complaint
    assert not served


def test_a_hostile_name_is_printed_as_text(genie, served, names):
    _, said, _ = genie("class", names("\x1b[31mred\n"), "--no-board", "--port", 1)
    assert "\x1b" not in said


@pytest.mark.slow
def test_the_page_and_the_board_are_up_until_it_is_stopped(command, up, names, tmp_path):
    people = names("Ana\n")
    teacher = subprocess.Popen(
        [command, "class", str(people), "--port", "0"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        said = up(teacher)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        board = re.search(r"machine: (\S+)", said)[1]
        # The experiment was made before: the board opens on the list of its runs.
        assert re.search(r"#/experiments/\d+/runs", board)
        for address in (links(said)["Ana"], board):
            with opener.open(address, timeout=120) as answer:
                assert answer.status == 200
        os.kill(teacher.pid, signal.SIGTERM)
        teacher.communicate(timeout=60)
        assert teacher.returncode == 0
    finally:
        if teacher.poll() is None:
            os.killpg(teacher.pid, signal.SIGKILL)
            teacher.wait()
