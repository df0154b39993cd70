"""A blank store is made once for each MLflow; a new workspace's is a copy of it, or MLflow makes it as ever."""

import fcntl
import gzip
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from genie_widgets.track import Tracker, blank, make_blank, own_store

SECRET = "file:///home/somebody/mlflow-artifacts/0"


@pytest.fixture
def a_store(tmp_path):
    """A file that looks like a store that was just made."""
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, artifact_location)")
        connection.execute("CREATE TABLE runs (run_uuid PRIMARY KEY)")
        connection.execute("INSERT INTO experiments VALUES (0, ?)", (SECRET,))
    connection.close()
    return path


def names(folder):
    return [path.name for path in folder.iterdir()]


def tables(path):
    connection = sqlite3.connect(path)
    try:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        connection.close()


def test_what_is_kept_knows_nothing_of_the_workspace_and_is_found_by_who_copies(places, a_store, tmp_path):
    assert not list(blank.kept())
    before = a_store.read_bytes()
    blank.keep(a_store)
    assert a_store.read_bytes() == before
    (found,) = blank.kept()
    assert found == places[0] / blank.name()
    copied = tmp_path / "copied.db"
    blank.copy(found, copied)
    assert b"somebody" not in copied.read_bytes()
    assert tables(copied) == {"experiments", "runs"}
    assert names(places[0]) == [blank.name()]


def _all_but_a_byte(content):
    return content[:-1]


def _one_byte_changed(content):
    return content[:100] + bytes([content[100] ^ 1]) + content[101:]


@pytest.mark.parametrize(
    "damage",
    [
        lambda _content: b"",
        lambda content: content[:40],
        _all_but_a_byte,
        _one_byte_changed,
        lambda content: bytes(len(content)),
        lambda content: content + b"x",
        lambda _content: gzip.compress(b"no database"),
    ],
)
def test_what_is_torn_or_damaged_is_seen(places, a_store, tmp_path, damage):
    blank.keep(a_store)
    (found,) = blank.kept()
    found.write_bytes(damage(found.read_bytes()))
    with pytest.raises((OSError, EOFError, zlib.error)):
        blank.copy(found, tmp_path / "copied.db")
    assert not (tmp_path / "copied.db").exists()


def test_what_can_not_be_kept_whole_leaves_nothing(places, tmp_path):
    no_store = tmp_path / "no.db"
    no_store.write_text("what is this?", encoding="utf-8")
    blank.keep(no_store)
    blank.keep(tmp_path / "missing.db")
    assert names(places[0]) == []


def test_two_keep_one_at_once_and_it_is_whole(places, a_store, tmp_path):
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(blank.keep, [a_store] * 12))
    assert names(places[0]) == [blank.name()]
    blank.copy(next(blank.kept()), tmp_path / "copied.db")


def test_another_mlflow_has_another_name(monkeypatch, tmp_path):
    made = tmp_path / "mlflow" / "store" / "db_migrations" / "versions"
    made.mkdir(parents=True)

    class Found:
        submodule_search_locations = (str(tmp_path / "mlflow"),)

    monkeypatch.setattr(blank, "find_spec", lambda _name: Found)
    monkeypatch.setattr(blank, "version", lambda _name: "3.17.2")
    found = [blank.name.__wrapped__()]
    (made / "a.py").write_text("one", encoding="utf-8")
    found.append(blank.name.__wrapped__())
    (made / "a.py").write_text("two", encoding="utf-8")
    found.append(blank.name.__wrapped__())
    monkeypatch.setattr(blank, "version", lambda _name: "3.18.0")
    found.append(blank.name.__wrapped__())
    assert len(set(found)) == 4
    assert found[-1].startswith("mlflow-3.18.0-")


def test_the_name_speaks_of_the_migrations_that_mlflow_has():
    import mlflow

    made = Path(mlflow.__file__).parent / "store"
    assert len(list((made / "db_migrations" / "versions").glob("*.py"))) > 10
    assert (made / "tracking" / "dbmodels" / "initial_models.py").exists()
    assert mlflow.__version__ in blank.name()


def test_what_another_version_left_is_not_used_and_goes_after_a_day(places, a_store):
    places[0].mkdir()
    fresh, old, half = (
        places[0] / name for name in ("mlflow-3.14.0-0.db.gz", "mlflow-3.13.0-0.db.gz", f"{blank.name()}.x.part")
    )
    code = places[0] / "blank.cpython-311.pyc"
    for path in (fresh, old, half, code):
        path.write_bytes(b"")
    for path in (old, half, code):
        os.utime(path, (0, 0))
    assert not list(blank.kept())
    blank.keep(a_store)
    assert {path.name for path in places[0].iterdir()} == {fresh.name, code.name, blank.name()}


def test_where_nothing_can_be_written_nothing_is_kept_and_nobody_is_told_to_make_one(a_store, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(blank, "places", lambda: (tmp_path / "file" / "cache",))
    blank.keep(a_store)
    assert not list(blank.kept())
    assert not blank.is_wanted()
    assert not blank.is_being_made()
    with blank.making() as folder:
        assert folder is None
    blank.wait_for_maker()


def test_a_package_that_can_not_be_written_leaves_the_persons_own_folder(places, a_store):
    places[0].touch()  # no folder can be made there
    blank.keep(a_store)
    assert next(blank.kept()) == places[1] / blank.name()


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_another_persons_is_not_used(places, a_store):
    blank.keep(a_store)
    (found,) = blank.kept()
    os.chown(found, 65534, 65534)
    assert not list(blank.kept())


@pytest.mark.skipif(os.getuid() != 0, reason="only root's files are root's")
def test_roots_is_used_beside_a_package_of_another_user(places, a_store, monkeypatch):
    """As in an image that root prepared."""
    blank.keep(a_store)
    monkeypatch.setattr(blank, "_owner", lambda: 65534)
    monkeypatch.setattr(blank.os, "getuid", lambda: 65534)
    assert list(blank.kept()) == [places[0] / blank.name()]


def test_a_package_of_another_user_is_not_written_to_even_where_that_is_allowed(places, monkeypatch):
    assert blank.place_to_write() == places[0]
    monkeypatch.setattr(blank, "_owner", lambda: 65534)
    monkeypatch.setattr(blank.os, "getuid", lambda: 12345)
    assert blank.place_to_write() == places[1]


def test_a_lock_that_root_left_does_not_shut_the_owner_out(places, monkeypatch):
    places[0].mkdir(parents=True)
    lock = places[0] / blank.LOCK
    lock.touch()
    access = os.access
    monkeypatch.setattr(blank.os, "access", lambda path, how: path != lock and access(path, how))
    assert blank.place_to_write() == places[1]


def test_one_makes_it_at_a_time_and_what_a_killed_one_left_goes(places, monkeypatch):
    monkeypatch.setattr(blank, "LONGEST_TURN_S", 0.0)
    left = places[0] / "mlflow.new"
    left.mkdir(parents=True)
    (left / "half.db").touch()
    assert blank.is_wanted()
    with blank.making() as folder:
        assert (folder, names(folder)) == (left, [])
        assert blank.is_being_made()
        assert not blank.is_wanted()
        with blank.making() as second:
            assert second is None
        assert left.exists()
    assert not left.exists()
    assert blank.is_wanted()


def test_who_makes_it_is_waited_for_but_not_for_ever(places, monkeypatch):
    monkeypatch.setattr(blank, "LOOK_S", 0.001)
    waited = threading.Thread(target=blank.wait_for_maker)
    with blank.making():
        waited.start()
        assert waited.is_alive()
    waited.join()
    monkeypatch.setattr(blank, "LONGEST_WAIT_S", 0.01)
    with blank.making():
        blank.wait_for_maker()


def test_who_would_make_it_waits_for_another_who_does(places, a_store, monkeypatch):
    waits = threading.Event()
    monkeypatch.setattr(blank.time, "sleep", lambda _seconds: waits.set())
    monkeypatch.setattr(own_store, "load_mlflow", lambda: pytest.fail("it is made twice"))
    with ThreadPoolExecutor(1) as pool:
        with blank.making():
            second = pool.submit(make_blank)
            assert waits.wait(10)
            blank.keep(a_store)
        assert second.result()


def test_who_only_looks_whether_it_is_made_keeps_nobody_from_making_it(places, monkeypatch):
    looking, real = [], fcntl.flock

    def flock(descriptor, how):
        if not looking:
            looking.append(descriptor)
            raise BlockingIOError
        real(descriptor, how)

    monkeypatch.setattr(fcntl, "flock", flock)
    with blank.making() as folder:
        assert folder is not None
    assert looking


def test_a_folder_that_can_not_be_made_is_not_given(places):
    places[0].mkdir()
    (places[0] / "mlflow.new").touch()  # no folder, and not removed as one
    with blank.making() as folder:
        assert folder is None


def test_where_nothing_can_be_locked_nobody_waits(places, monkeypatch):
    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert not blank.is_being_made()
    with blank.making() as folder:
        assert folder is None


def test_a_folder_that_can_not_be_removed_takes_no_store_away(tmp_path, monkeypatch):
    def copied(folder, _workspace):
        (folder / "0.db").write_bytes(blank.SQLITE)
        return folder / "0.db"

    def rmtree(_folder, ignore_errors=False):
        if not ignore_errors:
            raise OSError(39, "Directory not empty")

    monkeypatch.setattr(own_store, "_copied", copied)
    monkeypatch.setattr(own_store.shutil, "rmtree", rmtree)
    own_store.make_store(tmp_path)
    assert (tmp_path / "mlflow.db").read_bytes() == blank.SQLITE


def content(workspace):
    """All of a store but its times and order, with the workspace's place taken out."""
    connection = sqlite3.connect(workspace / "mlflow.db")
    try:
        connection.execute("UPDATE experiments SET creation_time = 0, last_update_time = 0")
        return sorted(line.replace(str(workspace), "WORKSPACE") for line in connection.iterdump())
    finally:
        connection.close()


@pytest.fixture
def opened(monkeypatch):
    """The names of the files that MLflow was given to make a store of."""
    seen, real = [], own_store._open

    def see(database, workspace):
        seen.append(database.name)
        real(database, workspace)

    monkeypatch.setattr(own_store, "_open", see)
    return seen


@pytest.mark.slow
def test_a_copy_is_what_mlflow_makes_and_records(places, tmp_path, opened, record):
    by_mlflow, copied = tmp_path / "first", tmp_path / "second"
    for workspace in (by_mlflow, copied):
        Tracker("", workspace).prepare()
    assert opened == ["mlflow.db", "0.db"]
    assert content(by_mlflow) == content(copied)
    assert any("WORKSPACE/mlflow-artifacts" in line for line in content(copied))
    assert record(Tracker("", copied)).problem is None


def _garbage(path):
    path.write_bytes(b"x" * 9999)


def _half(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _changed(path, statements):
    database = path.with_suffix(".changed")
    blank.copy(path, database)
    connection = sqlite3.connect(database)
    connection.executescript(statements)
    connection.close()
    path.write_bytes(gzip.compress(database.read_bytes()))


def _foreign(path):
    _changed(path, "DROP TABLE experiments; CREATE TABLE experiments (a)")


def _older(path):
    _changed(path, "UPDATE alembic_version SET version_num = '451aebb31d03'")


@pytest.mark.slow
@pytest.mark.parametrize("spoil", [_garbage, _half, _foreign, _older])
def test_a_spoiled_one_is_not_used_and_a_whole_one_is_kept_in_its_place(places, tmp_path, opened, record, spoil):
    assert make_blank()
    spoil(places[0] / blank.name())
    tracker = Tracker("", tmp_path / "spoiled")
    assert record(tracker).problem is None
    assert opened[-1] == "mlflow.db"
    assert not (tmp_path / "spoiled" / ".mlflow.db.new").exists()
    Tracker("", tmp_path / "next").prepare()
    assert opened[-1] == "0.db"


@pytest.mark.slow
def test_where_nothing_can_be_kept_a_store_is_made_as_ever(tmp_path, monkeypatch, record):
    (tmp_path / "file").touch()
    monkeypatch.setattr(blank, "places", lambda: (tmp_path / "file" / "cache",))
    assert not make_blank()
    assert record(Tracker("", tmp_path)).problem is None


@pytest.mark.slow
def test_another_process_makes_one_beside_the_package(tmp_path):
    """On a copy of the package, which is written to; the second process finds that there is nothing to do."""
    copy = tmp_path / "genie_widgets"
    shutil.copytree(Path(blank.__file__).parents[1], copy, ignore=shutil.ignore_patterns("mlflow-*", "node_modules"))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "genie_widgets.worker.recording", "--blank"]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    made = copy / "track" / "__pycache__" / blank.name()
    first = made.stat().st_ino
    blank.copy(made, tmp_path / "copied.db")
    assert "experiments" in tables(tmp_path / "copied.db")
    subprocess.run(command, env=environment, cwd=tmp_path, check=True)
    assert made.stat().st_ino == first
    assert not list(made.parent.glob("mlflow.new"))
