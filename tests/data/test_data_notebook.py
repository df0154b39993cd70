"""The DataFrames of a notebook: which ones there are, and which a cell can name."""

import sys
from types import ModuleType

import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell

from genie_widgets.data import frame_offers, notebook_frames

PEOPLE = pd.DataFrame({"a": range(1234), "b": 1})


@pytest.fixture
def shell():
    made = InteractiveShell.instance()
    yield made
    InteractiveShell.clear_instance()


def offers(shell):
    """What the extension gets: an expression's value as Jupyter's protocol carries it."""
    answer = shell.user_expressions({"x": '__import__("genie_widgets.data", fromlist=["x"]).frame_offers()'})["x"]
    assert answer["status"] == "ok", answer
    return answer["data"]["application/json"]


def test_frames_are_offered_by_name_size_and_code_and_nothing_else_is(shell):
    shell.user_ns.update(people=PEOPLE, one=PEOPLE[["a"]].head(1), column=PEOPLE["a"], _hidden=PEOPLE, number=3)
    assert offers(shell) == [
        {
            "name": "people",
            "text": "people (1,234 rows, 2 columns)",
            "code": 'import genie_widgets as gw\n\ngw.Genie(people, name="people")',
        },
        {
            "name": "one",
            "text": "one (1 row, 1 column)",
            "code": 'import genie_widgets as gw\n\ngw.Genie(one, name="one")',
        },
    ]


@pytest.mark.parametrize(
    ("name", "is_offered"),
    [
        ("größe_2", True),
        ("人口", True),
        ("match", True),
        ("class", False),
        ("None", False),
        ("two words", False),
        ('x"); import os; os.abort(); ("', False),
        ("x\n!touch pwned", False),
        ("ﬁgures", False),  # Python would look for "figures"
        ("", False),
    ],
)
def test_only_what_a_cell_can_name_is_offered(shell, name, is_offered):
    shell.user_ns[name] = PEOPLE
    assert [offer["name"] for offer in offers(shell)] == [name] * is_offered


@pytest.mark.parametrize("name", ["people", "größe_2", "gw"])
def test_the_code_opens_the_panel_on_the_frame_and_writes_over_nothing(shell, name, monkeypatch):
    opened = []
    monkeypatch.setattr("genie_widgets.widgets.Genie", lambda *table, **options: opened.append((table, options)))
    shell.user_ns.update({"gw": "gigawatts", name: PEOPLE})
    before = {key: shell.user_ns[key] for key in ("gw", name)}
    assert shell.run_cell(offers(shell)[0]["code"]).success
    (((table,), options),) = opened
    assert table is PEOPLE
    assert options == {"name": name}
    assert all(shell.user_ns[key] is value for key, value in before.items())


def test_the_usual_short_name_stays_in_use(shell):
    shell.run_cell("import genie_widgets as gw")
    shell.user_ns["people"] = PEOPLE
    assert offers(shell)[0]["code"].startswith("import genie_widgets as gw\n")


def test_outside_a_notebook_there_are_none():
    assert notebook_frames() == {}
    assert frame_offers().data == []


def test_pandas_that_another_thread_is_importing_is_no_trouble(shell, monkeypatch):
    shell.user_ns["people"] = 1
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))
    assert notebook_frames() == {}
