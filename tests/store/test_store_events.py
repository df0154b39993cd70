"""The event log: whatever dies while it writes, every reader sees whole lines, numbered without a gap."""

import errno
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from genie_widgets.schema import (
    Failed,
    Finished,
    GenieError,
    ModelFinished,
    ModelStarted,
    Problem,
    RunStarted,
    StageChanged,
    Warned,
    encode_event,
)
from genie_widgets.store import events
from genie_widgets.store.files import telling_disk_full

WRITER = """
import sys
from pathlib import Path
from genie_widgets.schema import ModelStarted
from genie_widgets.store import RunFolder
folder = RunFolder(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    folder.append(ModelStarted(model=f"{sys.argv[2]}-{number}"))
"""


def texts():
    return st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


def test_an_event_gets_the_next_number_and_the_time(folder):
    before = time.time()
    first = folder.append(RunStarted(time_limit_s=20))
    second = folder.append(ModelStarted(model="A"))
    assert (first.seq, second.seq) == (1, 2)
    assert before <= first.time <= second.time <= time.time()
    assert folder.events() == [first, second]


def test_a_log_that_is_not_there_yet_is_empty(folder):
    assert folder.events() == []
    assert folder.events(7) == []


def test_only_the_events_after_a_number_are_read(folder):
    written = [folder.append(ModelStarted(model=str(number))) for number in range(5)]
    assert folder.events(3) == written[3:]
    assert folder.events(5) == []
    assert folder.events(99) == []


@given(text=texts())
@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_keeps_to_its_own_line(folder, text):
    before = len(folder.events())
    stamped = folder.append(StageChanged(stage="training", text=text))
    after = folder.events(before)
    assert after == [stamped]
    assert after[0].text == text


@pytest.mark.parametrize("cut", [1, 5, 20])
def test_a_torn_last_line_is_not_read_and_the_next_writer_repairs_it(folder, cut):
    whole = folder.append(RunStarted(time_limit_s=20))
    line = encode_event(ModelStarted(model="torn", seq=2)).encode()
    with folder.events_path.open("ab") as file:
        file.write(line[:-cut])
    assert folder.events() == [whole]
    repaired = folder.append(ModelStarted(model="next"))
    assert repaired.seq == 2
    assert folder.events() == [whole, repaired]
    assert b"torn" not in folder.events_path.read_bytes()


def test_a_torn_first_line_is_repaired_too(folder):
    folder.events_path.write_bytes(b'{"type":"run_sta')
    assert folder.events() == []
    stamped = folder.append(RunStarted(time_limit_s=20))
    assert stamped.seq == 1
    assert folder.events() == [stamped]


@given(at=st.integers(min_value=0))
@settings(max_examples=50, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_log_cut_anywhere_gives_its_whole_lines(folder, at):
    folder.events_path.unlink(missing_ok=True)
    written = [folder.append(ModelStarted(model=f"é{number}")) for number in range(4)]
    content = folder.events_path.read_bytes()
    kept = content[: at % (len(content) + 1)]
    folder.events_path.write_bytes(kept)
    whole = written[: kept.count(b"\n")]
    assert folder.events() == whole
    assert folder.append(Finished(status="done", total_s=1.0)).seq == len(whole) + 1


def test_threads_that_write_at_once_share_one_numbering(folder):
    barrier = threading.Barrier(4)

    def write(name):
        barrier.wait()
        for number in range(15):
            folder.append(ModelStarted(model=f"{name}-{number}"))

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read = folder.events()
    assert [event.seq for event in read] == list(range(1, 61))
    for name in "abcd":
        own = [event.model for event in read if event.model.startswith(name)]
        assert own == [f"{name}-{number}" for number in range(15)]


def test_processes_that_write_at_once_share_one_numbering_while_a_reader_sees_whole_lines(folder):
    count = 25
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(folder.path), name, str(count)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("worker", "recorder")
    ]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    seen = 0
    while seen < 2 * count:
        new = folder.events(seen)
        assert [event.seq for event in new] == list(range(seen + 1, seen + len(new) + 1))
        seen += len(new)
        assert new or any(writer.poll() is None for writer in writers) or folder.events(seen)
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    models = [event.model for event in folder.events()]
    assert sorted(models) == sorted(f"{name}-{number}" for name in ("worker", "recorder") for number in range(count))


def test_every_event_is_one_line_of_json(folder):
    folder.append(RunStarted(time_limit_s=20))
    folder.append(Warned(problem=Problem(code="c", title="line\none\r\ntwo\u2028three", remedy="r")))
    folder.append(ModelFinished(model="m", score_validation=None, metric="f1", fit_s=0.1, is_best=False))
    lines = folder.events_path.read_text(encoding="utf-8").split("\n")
    assert lines.pop() == ""
    assert [json.loads(line)["seq"] for line in lines] == [1, 2, 3]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_with_what_to_do(folder, monkeypatch, number):
    folder.append(RunStarted(time_limit_s=20))

    def full(_descriptor):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GenieError) as caught:
        folder.append(ModelStarted(model="A"))
    assert caught.value.problem.code == "disk-full"
    assert "Free some space" in caught.value.problem.remedy


def test_a_device_without_room_is_told_as_a_full_disk():
    device = Path("/dev/full")
    with pytest.raises(GenieError) as caught, telling_disk_full(Path("events.jsonl")), device.open("wb") as file:
        file.write(b"x")
    assert caught.value.problem.code == "disk-full"
    assert caught.value.problem.culprit == "events.jsonl"


def test_another_error_of_the_system_stays_what_it_is(tmp_path):
    with pytest.raises(FileNotFoundError):
        events.append(tmp_path / "nowhere" / "events.jsonl", RunStarted(time_limit_s=1))


def test_after_a_full_disk_the_log_goes_on_with_the_next_number(folder, monkeypatch):
    folder.append(RunStarted(time_limit_s=20))
    # What a full disk leaves behind: half a line.
    with folder.events_path.open("ab") as file:
        file.write(b'{"seq":2,"type":"model_sta')
    assert folder.append(ModelStarted(model="A")).seq == 2
    assert [event.seq for event in folder.events()] == [1, 2]


def fills_up(monkeypatch, after):
    """Make the disk full after so many bytes of the event log."""
    written = events._write

    def write(file, line):
        room = after[0]
        after[0] -= len(line)
        if len(line) > room:
            file.write(line[:room])
            raise OSError(errno.ENOSPC, "No space left on device")
        written(file, line)

    monkeypatch.setattr(events, "_write", write)


def test_an_event_that_found_no_room_is_not_there_later(folder, monkeypatch):
    folder.append(RunStarted(time_limit_s=20))
    before = folder.events_path.read_bytes()
    fills_up(monkeypatch, [10])
    with pytest.raises(GenieError):
        folder.append(ModelStarted(model="A"))
    assert folder.events_path.read_bytes() == before


def test_the_last_word_finds_room_on_a_full_disk(folder, monkeypatch):
    folder.take_ballast()
    folder.append(RunStarted(time_limit_s=20))
    room = [0]
    fills_up(monkeypatch, room)
    with pytest.raises(GenieError):
        folder.append(ModelStarted(model="A"))
    assert folder.ballast_path.exists(), "kept for the last word"
    unlinked = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda path, **rest: (room.__setitem__(0, 4096), unlinked(path, **rest))[1])
    problem = Problem(code="disk-full", title="The disk is full.", remedy="Free some space.")
    assert folder.append(Failed(problem=problem)).seq == 2
    assert not folder.ballast_path.exists()
