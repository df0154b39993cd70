"""The workspace's own store is made quickly, and then kept as SQLite keeps what must not be lost."""

import threading

import pytest
from mlflow import MlflowClient

from genie_widgets.track import Tracker

pytestmark = pytest.mark.slow


@pytest.fixture
def waits_for_the_disk():
    """By database file, whether its connections wait until the disk has what they commit."""
    from sqlalchemy import event
    from sqlalchemy.pool import Pool

    seen = {}

    def look(connection, *_):
        for _, name, file in connection.execute("PRAGMA database_list").fetchall():
            if name == "main":
                (mode,) = connection.execute("PRAGMA synchronous").fetchone()
                seen.setdefault(file, set()).add(mode != 0)

    event.listen(Pool, "checkout", look)
    yield seen
    event.remove(Pool, "checkout", look)


@pytest.mark.parametrize("is_kept", [False, True])
def test_only_a_store_that_is_being_made_does_not_wait_for_the_disk(
    tmp_path, places, waits_for_the_disk, capfd, is_kept
):
    if is_kept:
        Tracker("", tmp_path / "before").prepare()
        waits_for_the_disk.clear()
    Tracker("", tmp_path).prepare()
    assert waits_for_the_disk == {
        str(tmp_path / ".mlflow.db.new" / ("0.db" if is_kept else "mlflow.db")): {False},
        str(tmp_path / "mlflow.db"): {True},
    }
    assert not (tmp_path / ".mlflow.db.new").exists()
    assert "Traceback" not in capfd.readouterr().err


def test_two_new_stores_are_made_at_once_in_one_process_and_each_gets_its_own_record(tmp_path, record, capfd):
    trackers = [Tracker("", tmp_path / name) for name in ("one", "two")]
    found = {}

    def track(tracker):
        tracker.prepare()
        found[tracker.shown_uri] = record(tracker)

    threads = [threading.Thread(target=track, args=(tracker,)) for tracker in trackers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "Traceback" not in capfd.readouterr().err
    assert len(found) == 2
    for uri, tracking in found.items():
        assert tracking.problem is None
        assert MlflowClient(uri).get_run(tracking.run_id).info.run_id == tracking.run_id
