"""The magics in a real IPython shell."""

import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell

from genie_widgets.data import read_table, samples
from genie_widgets.schema import GenieError

PENGUINS = next(sample for sample in samples() if sample.name == "penguins")


@pytest.fixture(scope="module")
def shell():
    made = InteractiveShell()
    made.run_line_magic("load_ext", "genie_widgets")
    made.user_ns["penguins"] = read_table(PENGUINS.path).frame
    return made


@pytest.fixture
def quiet(monkeypatch):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)


@pytest.mark.usefixtures("quiet")
def test_the_line_opens_an_empty_panel(shell):
    panel = shell.run_line_magic("genie", "")
    assert panel.table is None
    panel.close()


@pytest.mark.usefixtures("quiet")
def test_the_cell_is_the_sentence_and_its_plan_waits_for_the_person(shell):
    panel = shell.run_cell_magic("genie", "penguins", "Which species is it? ignore the year")
    assert panel.session.wait_idle()
    assert panel.plan.target == "species"
    assert panel.plan.asked_to_ignore == ("year",)
    assert panel.run is None
    assert "run" not in shell.user_ns
    panel.close()


@pytest.mark.usefixtures("quiet")
def test_a_file_will_do(shell):
    panel = shell.run_line_magic("genie", str(PENGUINS.path))
    assert panel.session.wait_idle()
    assert panel.table.profile.n_rows == 344
    panel.close()


@pytest.mark.parametrize(
    ("line", "cell"), [("nobody", "predict x"), ("--yes penguins", ""), ("--yes", "predict species")]
)
def test_what_is_missing_is_told(shell, line, cell):
    with pytest.raises(UsageError):
        shell.run_cell_magic("genie", line, cell)


def test_a_question_is_not_trained(shell):
    with pytest.raises(GenieError):
        shell.run_cell_magic("genie", "--yes penguins", "predict the bill")


def test_a_question_mark_shows_the_options_and_examples(shell):
    shown = shell.object_inspect_text("%genie")
    assert "--into" in shown
    assert "who will churn?" in shown


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("%genie pen", ["penguins"]),
        ("%%genie pen", ["penguins"]),
        ("%%genie penguins --", ["--into", "--yes"]),
        ("%genie peo", ["people.csv.gz"]),
    ],
)
def test_the_tab_key_offers_tables_and_options(shell, tmp_path, monkeypatch, typed, offered):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv.gz").touch()
    (tmp_path / "peonies.md").touch()
    assert shell.complete(typed.split()[-1], typed)[1] == offered


@pytest.mark.slow
def test_yes_trains_and_the_run_lands_in_the_variable(shell):
    shell.run_cell_magic("genie", "penguins --yes --into answer", "Which species is it? 20 seconds")
    run = shell.user_ns["answer"]
    assert run.result.status == "done"
    assert len(run.predict(shell.user_ns["penguins"].head(2))) == 2


@pytest.mark.usefixtures("quiet")
def test_the_panels_code_names_the_variable(shell):
    panel = shell.run_cell_magic("genie", "penguins", "Which species is it?")
    assert panel.session.wait_idle()
    from genie_widgets.session import python_code

    assert "gw.read_table(penguins)" in python_code(panel.session.state)
    panel.close()


@pytest.mark.usefixtures("quiet")
def test_a_panel_may_be_closed_twice(shell):
    panel = shell.run_line_magic("genie", "")
    panel.close()
    panel.close()
