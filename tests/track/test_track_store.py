"""The workspace's own store is made quickly, and then kept as SQLite keeps what must not be lost."""

import pytest

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


def test_only_a_store_that_is_being_made_does_not_wait_for_the_disk(tmp_path, waits_for_the_disk, capfd):
    Tracker("", tmp_path).prepare()
    assert waits_for_the_disk == {
        str(tmp_path / ".mlflow.db.new" / "mlflow.db"): {False},
        str(tmp_path / "mlflow.db"): {True},
    }
    assert not (tmp_path / ".mlflow.db.new").exists()
    assert "Traceback" not in capfd.readouterr().err
