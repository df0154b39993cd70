"""The processes that keep the record."""

from genie_widgets.schema import Settings
from genie_widgets.session import recording


def test_a_workspaces_own_store_is_made_once(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr(recording.subprocess, "Popen", lambda command, **_options: started.append(command))
    recording.prepare_store(Settings(workspace=tmp_path, tracking_uri="http://localhost:9"))
    assert not started
    recording.prepare_store(Settings(workspace=tmp_path))
    assert [command[-2:] for command in started] == [["--store", str(tmp_path)]]
    (tmp_path / "mlflow.db").touch()
    recording.prepare_store(Settings(workspace=tmp_path))
    assert len(started) == 1
