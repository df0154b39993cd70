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


def test_help_is_there(shell):
    assert "--into" in shell.find_line_magic("genie").__doc__


@pytest.mark.slow
def test_yes_trains_and_the_run_lands_in_the_variable(shell):
    shell.run_cell_magic("genie", "penguins --yes --into answer", "Which species is it? 20 seconds")
    run = shell.user_ns["answer"]
    assert run.result.status == "done"
    assert len(run.predict(shell.user_ns["penguins"].head(2))) == 2
