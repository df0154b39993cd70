"""`genie runs`, `genie predict`, the live picture of a run, and the unexpected."""

import subprocess

import pytest

from genie_widgets.cli.progress import follow
from genie_widgets.cli.show import print_result
from genie_widgets.session import open_run


def test_an_empty_workspace_says_how_to_start(genie, workspace):
    code, said, _ = genie("runs")
    assert code == 0
    assert "No runs yet" in said


def test_runs_are_listed_newest_first(genie, finished_run):
    old, new = finished_run(ago_s=500, score=0.5), finished_run(table="people.csv")
    code, said, _ = genie("runs")
    lines = said.splitlines()
    assert code == 0
    assert [line.split()[0] for line in lines] == [new.run_id, old.run_id]
    assert "people.csv: species" in lines[0]
    assert "done" in lines[0]
    assert "accuracy 0.5" in lines[1]


def test_a_draft_is_no_run(genie, workspace):
    from genie_widgets.schema import new_run_id
    from genie_widgets.store import RunFolder

    RunFolder.create(workspace, new_run_id())
    assert "No runs yet" in genie("runs")[1]


def test_a_tables_name_does_not_command_the_terminal(genie, finished_run):
    finished_run(table="\x1b[2Jbirds\r.csv")
    said = genie("runs")[1]
    assert "birds" in said
    assert "\x1b" not in said
    assert "\r" not in said


def test_a_run_that_ended_well_has_nothing_to_salvage(genie, finished_run):
    code, _, complaint = genie("resume", finished_run().run_id)
    assert code == 2
    assert "nothing to save here" in complaint


@pytest.mark.parametrize("seconds", ["0", "-5", "soon", "1.5"])
def test_more_time_is_whole_seconds(genie, finished_run, seconds):
    run = finished_run()
    code, _, complaint = genie("resume", run.run_id, f"--time={seconds}")
    assert code == 2
    assert "whole number" in complaint
    assert run.last_resumed() is None


@pytest.mark.parametrize("run", ["nobody", "0" * 32, "../../etc", ""])
def test_a_run_that_is_not_there_is_told(genie, run):
    code, said, complaint = genie("predict", run, "penguins")
    assert (code, said) == (2, "")
    assert "no run of this name" in complaint


def test_a_run_without_a_model_does_not_predict(genie, finished_run, tmp_path):
    code, _, complaint = genie("predict", finished_run().run_id, "penguins", "-o", tmp_path / "out.csv")
    assert code == 2
    assert "no model" in complaint
    assert not (tmp_path / "out.csv").exists()


def test_a_column_set_aside_is_one_that_the_model_learned_from(genie, finished_run, tmp_path):
    run = finished_run()
    code, _, complaint = genie(
        "predict", run.run_id, "penguins", "-o", tmp_path / "out.csv", "--accept-drift", "plumage"
    )
    assert code == 2
    assert "learned from no column 'plumage'" in complaint
    assert not (run.path / "predictions").exists()


def test_a_table_to_predict_that_is_not_there_is_named(genie, finished_run):
    code, _, complaint = genie("predict", finished_run().run_id, "nothing.csv")
    assert code == 2
    assert "nothing.csv" in complaint


@pytest.mark.parametrize("output", [".", "nowhere/out.csv", "file/out.csv"])
def test_an_output_that_cannot_be_written_is_told_before_anything_is_predicted(genie, finished_run, tmp_path, output):
    (tmp_path / "file").touch()
    run = finished_run()
    code, _, complaint = genie("predict", run.run_id, "penguins", "-o", tmp_path / output)
    assert code == 2
    assert "--output" in complaint
    assert not (run.path / "predictions").exists()


def test_a_run_that_has_ended_is_shown_line_by_line(finished_run, capsys):
    result = follow(open_run(finished_run().run_id))
    print_result(result)
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert any(line.startswith("done") for line in lines)
    assert any(line and set(line) == {"━"} for line in lines)
    assert any(line.startswith("LightGBM *") for line in lines)
    assert "It is good." in lines
    assert any("0.75  [0.5 to 0.9]  baseline 0.4" in line for line in lines)


def test_the_unexpected_gets_a_number_and_its_details_a_log(genie, workspace, monkeypatch):
    monkeypatch.setattr("genie_widgets.list_runs", lambda: 1 / 0)
    code, _, complaint = genie("runs")
    assert code == 70
    assert "Traceback" not in complaint
    reference = complaint.partition("reference ")[2].partition(")")[0]
    log = (workspace / "log.txt").read_text()
    assert f"reference {reference}\n" in log
    assert "ZeroDivisionError" in log


def test_a_damaged_run_does_not_hide_the_others(genie, finished_run):
    damaged, whole = finished_run(), finished_run()
    damaged.request_path.write_text("{}")
    code, said, _ = genie("runs")
    assert code == 0
    assert whole.run_id in said


@pytest.mark.parametrize("home", ["~nobody-of-this-name/genie", "{file}/inside"])
def test_the_unexpected_is_told_where_the_workspace_cannot_be_had(genie, tmp_path, monkeypatch, home):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GENIE_HOME", home.format(file=tmp_path / "file"))
    code, _, complaint = genie("run", "penguins", "predict the species", "--yes", "--no-llm")
    # A problem told properly is as good.
    assert code in (2, 70)
    assert complaint.strip().splitlines()[-1]
    assert "genie: " in complaint


def test_ctrl_c_has_an_exit_code_of_its_own(monkeypatch, genie):
    def interrupted(*_arguments, **_more):
        raise KeyboardInterrupt

    monkeypatch.setattr("genie_widgets.plan", interrupted)
    assert genie("plan", "penguins", "predict the species") == (130, "", "")


def test_the_installed_command_is_the_same(command):
    done = subprocess.run([command, "runs"], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "No runs yet" in done.stdout
