"""The table's card: how it was read can be changed, and tables come from elsewhere."""

import gc
import sqlite3

import ipywidgets as w
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from pydantic import SecretStr
from test_widgets_panel import control, every, is_shown, press, settle, text

import genie_widgets as gw
from genie_widgets.widgets.chips import Chips
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.other_sources import OtherSources
from genie_widgets.widgets.read_differently import AS_FOUND
from genie_widgets.widgets.secret import Secret

MESSY = b"zip;price;day\n01234;1,5;01/02/2024\n98765;2,5;03/04/2024\n00501;3,5;05/06/2024\n"


@pytest.fixture
def make_panel(monkeypatch):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    made = []

    def make(**environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        made.append(gw.Genie())
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def panel(make_panel):
    return make_panel()


@pytest.fixture
def shell():
    made = InteractiveShell.instance()
    yield made
    InteractiveShell.clear_instance()


def unfold(panel, title):
    for part in every(panel):
        if isinstance(part, Disclosure) and part.title == title:
            part.is_open = True


def open_sources(panel):
    unfold(panel, "Take it from elsewhere")


def choice(panel, words):
    found = control(panel, w.Dropdown, words)
    return found, dict(found.options)


def read(panel, content, name="messy.csv"):
    panel.session.load_table(content, name=name)
    settle(panel)
    unfold(panel, "Read it differently")


def test_what_was_understood_is_shown_and_changed(panel):
    assert "Between cells" not in [c.description for c in every(panel) if isinstance(c, w.Dropdown)]
    read(panel, MESSY)
    delimiter, offered = choice(panel, "Between cells")
    assert delimiter.index == 0
    assert is_shown(panel, delimiter)
    assert "As found: Semicolon" in offered
    assert "As found: UTF-8" in choice(panel, "Encoding")[1]
    assert "As found: Comma: 1.234,50" in choice(panel, "Decimal mark")[1]
    assert not is_shown(panel, control(panel, w.Dropdown, "Sheet"))

    choice(panel, "Decimal mark")[0].value = "."
    choice(panel, "Dates")[0].value = "month"
    next(c for c in every(panel) if isinstance(c, Chips) and "as they are written" in c.description).value = ["zip"]
    press(panel, "Read it again so")
    settle(panel)
    frame = panel.table.frame
    assert frame["zip"].tolist() == ["01234", "98765", "00501"]
    assert frame["day"].dt.month.tolist() == [1, 3, 5]
    assert panel.session.state.profile.layout.asked.decimal == "."
    assert choice(panel, "Decimal mark")[0].value == "."

    press(panel, "Read it as found")
    settle(panel)
    assert panel.table.frame["day"].dt.month.tolist() == [2, 4, 6]
    assert choice(panel, "Dates")[0].value == AS_FOUND
    assert not is_shown(panel, control(panel, w.Button, "Read it as found"))


def test_a_choice_that_does_not_work_stands_to_be_corrected(panel):
    read(panel, MESSY)
    choice(panel, "Rows above")[0].value = 20
    press(panel, "Read it again so")
    settle(panel)
    assert "no rows" in text(panel)
    assert choice(panel, "Rows above")[0].value == 20


def test_a_sheet_is_chosen(panel, tmp_path):
    path = tmp_path / "book.xlsx"
    with pd.ExcelWriter(path) as book:
        pd.DataFrame({"a": range(9), "b": range(9)}).to_excel(book, sheet_name="Long", index=False)
        pd.DataFrame({"c": range(3), "d": range(3)}).to_excel(book, sheet_name="Short", index=False)
    read(panel, path, "book.xlsx")
    assert not is_shown(panel, control(panel, w.Dropdown, "Between cells"))
    choice(panel, "Sheet")[0].value = "Short"
    press(panel, "Read it again so")
    settle(panel)
    assert panel.table.columns == ("c", "d")


def test_what_carries_its_types_has_nothing_to_change(panel):
    read(panel, pd.DataFrame({"a": [1, 2], "b": [3, 4]}), "frame")
    assert not is_shown(panel, control(panel, w.Button, "Read it again so"))


def test_a_path_and_a_query_are_read(panel, tmp_path):
    path = tmp_path / "messy.csv"
    path.write_bytes(MESSY)
    open_sources(panel)
    control(panel, w.Text, "A file on this machine").value = str(path)
    press(panel, "Open it")
    settle(panel)
    assert panel.table.name == "messy.csv"
    with sqlite3.connect(tmp_path / "shop.db") as database:
        database.execute("CREATE TABLE t AS SELECT 1 AS a, 2 AS b")
    database.close()
    press(panel, "Ask it")
    assert "Give an address and a query." in text(panel)
    secret = next(c for c in every(panel) if isinstance(c, Secret) and "database" in c.label)
    secret.secret = SecretStr(f"sqlite:///{tmp_path}/shop.db")
    control(panel, w.Textarea, "Query").value = "SELECT * FROM t"
    press(panel, "Ask it")
    settle(panel)
    assert panel.table.columns == ("a", "b")


def test_only_what_the_host_allows_is_offered(make_panel):
    panel = make_panel(VOILA_BASE_URL="/")
    open_sources(panel)
    for words in ("Open it", "Fetch it", "Ask it", "Take it"):
        found = [c for c in every(panel) if isinstance(c, w.Button) and c.description == words]
        assert not any(is_shown(panel, c) for c in found)
    some = make_panel(VOILA_BASE_URL="/", GENIE_ALLOW_URLS="1")
    open_sources(some)
    assert is_shown(some, control(some, w.Button, "Fetch it"))
    assert not [c for c in every(some) if isinstance(c, w.Button) and c.description == "Open it"]


def test_the_notebooks_frames_are_offered_as_they_come_and_go(shell, make_panel):
    panel = make_panel()
    open_sources(panel)
    frames = control(panel, w.Dropdown, "A DataFrame of this notebook")
    assert not is_shown(panel, frames)
    shell.user_ns.update(people=pd.DataFrame({"a": [1, 2], "b": [3, 4]}), _hidden=pd.DataFrame(), number=3)
    shell.events.trigger("post_run_cell", None)
    assert is_shown(panel, frames)
    assert frames.options == (("people (2 rows, 2 columns)", "people"),)
    frames.value = "people"
    press(panel, "Take it")
    settle(panel)
    assert panel.table.name == "people"
    del shell.user_ns["people"]
    shell.events.trigger("post_run_cell", None)
    assert not is_shown(panel, frames)


def test_a_panel_that_is_gone_is_not_told_of_cells(shell, panel):
    before = len(shell.events.callbacks["post_run_cell"])
    step = OtherSources(panel.session)
    assert len(shell.events.callbacks["post_run_cell"]) == before + 1
    del step
    gc.collect()
    shell.events.trigger("post_run_cell", None)
    assert len(shell.events.callbacks["post_run_cell"]) <= before + 1
