"""The list of runs."""

from genie_widgets.schema import Settings
from genie_widgets.session import list_runs


def test_a_run_that_cannot_be_read_is_listed_and_hides_no_other(tmp_path):
    for name, content in (("a" * 32, "{"), ("b" * 32, '{"run_id": 7}')):
        folder = tmp_path / "runs" / name
        folder.mkdir(parents=True)
        (folder / "request.json").write_text(content)
    runs = list_runs(Settings(workspace=tmp_path))
    assert {run.run_id for run in runs} == {"a" * 32, "b" * 32}
    assert {run.status for run in runs} == {"unreadable"}
