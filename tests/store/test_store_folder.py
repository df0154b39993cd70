"""The run folder: names that cannot leave it, values that are whole or absent, drafts that vanish."""

import errno
import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.schema import GenieError, Problem, Tracking, new_run_id
from genie_widgets.store import RunFolder, default_workspace, list_run_ids
from genie_widgets.store.files import write_atomically

TRICKS = [
    "",
    ".",
    "..",
    "../../etc/passwd",
    "/etc/passwd",
    "~",
    "a" * 31,
    "a" * 33,
    "A" * 32,
    "g" * 32,
    "a" * 32 + "\n",
    "a" * 32 + "/",
    "a" * 16 + "/" + "a" * 15,
    "a" * 31 + "\0",
    "\N{FULLWIDTH DIGIT ONE}" * 32,
    "<script>alert(1)</script>",
]


@pytest.mark.parametrize("run_id", TRICKS)
def test_an_id_that_tries_a_trick_names_no_run_and_touches_nothing(workspace, run_id):
    for door in (RunFolder.open, RunFolder.create):
        with pytest.raises(GenieError) as caught:
            door(workspace, run_id)
        assert caught.value.problem.code == "no-such-run"
        assert "genie runs" in caught.value.problem.remedy
    assert not workspace.exists()


@given(run_id=st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_no_text_but_a_made_id_opens_a_run(run_id):
    with pytest.raises(GenieError) as caught:
        RunFolder.open(Path("workspace-that-is-not-there"), run_id)
    assert len(caught.value.problem.value) <= 80


def test_an_unknown_id_of_the_right_form_names_no_run(workspace):
    with pytest.raises(GenieError) as caught:
        RunFolder.open(workspace, new_run_id())
    assert caught.value.problem.code == "no-such-run"


def test_a_request_of_another_folder_is_not_reached_through_the_id(workspace, folder, request_of):
    outside = workspace / "request.json"
    outside.write_text(request_of(folder).model_dump_json(), encoding="utf-8")
    with pytest.raises(GenieError):
        RunFolder.open(workspace, "..")


def test_the_workspace_is_where_genie_home_says(monkeypatch, tmp_path):
    monkeypatch.setenv("GENIE_HOME", str(tmp_path / "here"))
    assert default_workspace() == tmp_path / "here"
    monkeypatch.setenv("GENIE_HOME", "")
    monkeypatch.chdir(tmp_path)
    assert default_workspace() == tmp_path / "genie-workspace"


def test_a_new_folder_is_its_owners_alone(folder):
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert folder.path.parent.name == "runs"


def test_an_id_is_used_once(workspace, folder):
    with pytest.raises(FileExistsError):
        RunFolder.create(workspace, folder.run_id)


def test_every_path_of_a_run_lies_in_its_folder(folder):
    names = [name for name in dir(RunFolder) if name.endswith("_path") and not name.startswith("_")]
    paths = [getattr(folder, name) for name in names]
    assert len(paths) >= 13
    assert {path.parent for path in paths} == {folder.path}
    assert len(set(paths)) == len(paths)


def test_a_request_comes_back_as_it_was_written(workspace, folder, request_of):
    request = request_of(folder, prompt="Grüße, 日本 \N{ROCKET} \r\n\t\0 </script>")
    folder.write_request(request)
    assert RunFolder.open(workspace, folder.run_id).read_request() == request


def test_a_draft_is_no_run_and_can_be_removed(workspace, folder, request_of):
    assert folder.is_draft()
    assert list_run_ids(workspace) == []
    with pytest.raises(GenieError):
        RunFolder.open(workspace, folder.run_id)
    folder.remove_draft()
    assert not folder.path.exists()
    folder.remove_draft()


def test_a_run_that_was_asked_for_is_never_removed_as_a_draft(folder, request_of):
    folder.write_request(request_of(folder))
    assert not folder.is_draft()
    folder.remove_draft()
    assert folder.read_request().run_id == folder.run_id


def test_runs_are_listed_newest_first_and_strangers_left_out(workspace, request_of):
    assert list_run_ids(workspace) == []
    ids = []
    for age in (300, 100, 200):
        folder = RunFolder.create(workspace, new_run_id())
        folder.write_request(request_of(folder))
        os.utime(folder.request_path, (1e9 - age, 1e9 - age))
        ids.append(folder.run_id)
    stranger = workspace / "runs" / "notes"
    stranger.mkdir()
    (stranger / "request.json").write_text("{}", encoding="utf-8")
    (workspace / "runs" / "file").write_text("", encoding="utf-8")
    RunFolder.create(workspace, new_run_id())
    assert list_run_ids(workspace) == [ids[1], ids[2], ids[0]]


def test_there_is_no_result_before_the_first_scores(folder):
    assert folder.read_result() is None


def test_the_result_is_replaced_as_a_whole(folder, result_of):
    for n_rows in (1, 2):
        folder.write_result(result_of(folder, n_rows=n_rows))
        assert folder.read_result().n_rows == n_rows
    assert [path.name for path in folder.path.iterdir()] == ["result.json"], "no temporary file stays"


def test_a_reader_never_sees_half_a_result(folder, result_of):
    long = result_of(folder, verdict=("x" * 200_000,))
    short = result_of(folder, verdict=())
    folder.write_result(short)
    done = threading.Event()

    def write():
        for _ in range(20):
            folder.write_result(long)
            folder.write_result(short)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    lengths = set()
    while not done.is_set():
        lengths.add(sum(map(len, folder.read_result().verdict)))
    writer.join()
    assert lengths <= {0, 200_000}


def test_a_full_disk_leaves_the_old_result_and_no_rubbish(folder, result_of, monkeypatch):
    folder.write_result(result_of(folder, n_rows=1))

    def full(_descriptor):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GenieError) as caught:
        folder.write_result(result_of(folder, n_rows=2))
    assert caught.value.problem.code == "disk-full"
    assert caught.value.problem.culprit == "result.json"
    assert "GENIE_HOME" in caught.value.problem.remedy
    assert folder.read_result().n_rows == 1
    assert [path.name for path in folder.path.iterdir()] == ["result.json"]


def test_a_full_disk_is_told_when_a_run_is_made(workspace, monkeypatch):
    def full(*_arguments, **_named):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(GenieError) as caught:
        RunFolder.create(workspace, new_run_id())
    assert caught.value.problem.code == "disk-full"


@given(text=st.text(st.characters(exclude_categories=("Cs",)), max_size=500))
@settings(max_examples=50, deadline=None)
def test_any_text_is_written_exactly(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("file") / "value.json"
    write_atomically(path, text)
    assert path.read_bytes().decode() == text


def test_the_record_is_read_with_the_result_once_it_is_known(folder, result_of):
    folder.write_result(result_of(folder))
    assert folder.read_result().tracking is None
    tracking = Tracking(uri="sqlite:///x", problem=Problem(code="c", title="t", remedy="r", severity="warning"))
    folder.write_tracking(tracking)
    assert folder.read_result().tracking == tracking
    folder.write_result(result_of(folder, n_rows=7))
    assert folder.read_result().tracking == tracking, "the worker's last write must not lose the recorder's"


def test_to_stop_is_asked_by_a_file_and_twice_is_once(folder):
    assert not folder.stop_requested()
    folder.request_stop()
    folder.request_stop()
    assert folder.stop_requested()
