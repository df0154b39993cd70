"""A table's menu, a notebook's DataFrames, the launcher card and the palette, in JupyterLab and in Notebook 7."""

import json
import shutil
import uuid

import pytest
from hosting import TIMEOUT_MS, Watch

from genie_widgets.data import samples

PENGUINS = next(sample for sample in samples() if sample.name == "penguins")
FRAMES = "Train a model on a DataFrame"
TRAIN = ".lm-Menu-item:has-text('Train a model with Genie')"
# Ends the text, begins a line of IPython's own after each separator that Python or IPython knows, and is a good name.
HOSTILE = (
    '\'it\\");open("pwned","w")#\u2028!touch pwned\u2029!touch pwned\x85%sx touch pwned\x0c!touch pwned {x} $y ñ.csv'
)


@pytest.fixture
def window(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    watches = []
    context.on("page", lambda page: watches.append(Watch().over(page)))
    yield context
    context.close()
    for watch in watches:
        watch.check(ours_only=True)  # Notebook 7 complains of itself


@pytest.fixture
def folder(jupyter):
    """A folder of its own for each test, below the server's root."""
    path = jupyter.root / uuid.uuid4().hex[:8]
    path.mkdir()
    return path


def listed(page, name):
    return page.locator(".jp-DirListing-item >> visible=true", has_text=name)


def choose_from_menu(page, name):
    listed(page, name).click(button="right")
    page.click(TRAIN)


def test_in_lab_a_tables_menu_the_launcher_and_the_palette_open_the_panel(window, jupyter, folder):
    shutil.copy(PENGUINS.path, folder / "people.csv")
    (folder / "words.md").write_text("no table")
    (folder / "Genie.ipynb").write_text("mine")
    page = window.new_page()
    page.goto(jupyter.lab(folder.name))
    page.click(".jp-LauncherCard:has-text('Genie')")
    page.wait_for_selector(".g-stage-empty")
    assert (folder / "Genie 2.ipynb").exists()
    assert (folder / "Genie.ipynb").read_text() == "mine"

    listed(page, "words.md").click(button="right")
    page.wait_for_selector(".lm-Menu-item:has-text('Rename')")
    assert not page.locator(TRAIN).is_visible()
    page.keyboard.press("Escape")
    choose_from_menu(page, "people.csv")
    page.wait_for_selector(".g-stage-profiled")
    assert "344 rows" in page.inner_text(".g-card-data >> visible=true")
    assert (folder / "Genie people.ipynb").exists()

    listed(page, "people.csv").click()
    page.keyboard.press("Control+Shift+C")
    page.fill(".lm-CommandPalette-input", "genie")
    page.wait_for_selector(".lm-CommandPalette-item:has-text('Train a model on a table')")
    page.wait_for_selector(".lm-CommandPalette-item:has-text('Train a model on the selected file')")


def test_in_notebook_7_the_menu_opens_a_tab_and_a_hostile_file_name_is_data(window, jupyter, folder):
    shutil.copy(PENGUINS.path, folder / HOSTILE)
    page = window.new_page()
    page.goto(jupyter.tree(folder.name))
    with window.expect_page() as opened:
        choose_from_menu(page, "touch")
    opened.value.wait_for_selector(".g-stage-profiled")
    assert "344 rows" in opened.value.inner_text(".g-card-data")
    assert not list(jupyter.root.rglob("pwned*"))
    assert len(list(folder.glob("*.ipynb"))) == 1


MAKE = """import pandas as pd
from genie_widgets.data import read_table, samples
few = pd.DataFrame({"a": [1], "b": [2]})
number = 3
globals()['x"); open("pwned", "w") #'] = few
people = read_table(next(s.path for s in samples() if s.name == "penguins")).frame"""


@pytest.fixture(params=["lab", "notebook"])
def host(request):
    """JupyterLab, or Notebook 7."""
    return request.param


@pytest.fixture
def open_notebook(host, window, jupyter, folder):
    """Open a notebook of these cells in either host; nothing is run yet."""

    def open_one(*sources):
        cells = [
            {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
            for i, s in enumerate(sources)
        ]
        kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
        content = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
        (folder / "n.ipynb").write_text(json.dumps(content))
        path = f"{folder.name}/n.ipynb"
        page = window.new_page()
        page.goto(getattr(jupyter, host)(path))
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
        return page

    return open_one


def run_cell(page, number):
    prompt = page.locator(".jp-CodeCell .jp-InputArea-prompt").nth(number)
    early = page.locator(".jp-Dialog button")
    # The host drops what is run before its kernel is there, with a dialog or without, and calls that kernel idle, too.
    while not any(sign.isdigit() or sign == "*" for sign in prompt.inner_text()):
        if early.count():
            early.last.click()
        prompt.click()
        page.locator("[data-jp-item-name='run'] >> visible=true").click()
        page.wait_for_timeout(500)


def ended(page, number, count):
    page.locator(".jp-CodeCell .jp-InputArea-prompt").nth(number).get_by_text(f"[{count}]:").wait_for()


def ask_in_palette(page):
    page.keyboard.press("Control+Shift+C")
    page.fill(".lm-CommandPalette-input", FRAMES)
    # By the keyboard: the list is drawn anew as it is searched, and may take the item away from under a click.
    page.wait_for_selector(f".lm-CommandPalette-item.lm-mod-active:has-text('{FRAMES}')")
    page.keyboard.press("Enter")


def told(page):
    """Give what the host's dialog says, and close it."""
    words = page.inner_text(".jp-Dialog-body")
    page.click(".jp-Dialog button:has-text('Close')")
    page.wait_for_selector(".jp-Dialog", state="detached")
    return words


def test_one_of_the_notebooks_frames_is_chosen_and_gets_the_panel_in_a_cell_of_its_own(open_notebook, jupyter):
    page = open_notebook(MAKE, "people.head()", "number")
    for number in range(3):
        run_cell(page, number)
        ended(page, number, number + 1)
    page.locator("table.dataframe td").first.click(button="right")
    page.click(f".lm-Menu-item:has-text('{FRAMES}')")
    choice = page.locator(".jp-Dialog select")
    choice.wait_for()
    assert choice.locator("option").all_inner_texts() == ["few (1 row, 2 columns)", "people (344 rows, 8 columns)"]
    assert choice.input_value() == "people (344 rows, 8 columns)"  # the cell's own
    page.click(".jp-Dialog button:has-text('Open Genie')")
    page.wait_for_selector(".g-stage-profiled")
    assert "344 rows" in page.inner_text(".g-card-data")
    assert "people" in page.inner_text(".g-card-data")
    assert 'gw.Genie(people, name="people")' in page.locator(".jp-CodeCell .cm-content").nth(2).inner_text()
    ended(page, 2, 4)  # the questions left no trace in the notebook's count
    assert not list(jupyter.root.rglob("pwned*"))


def test_of_one_frame_nothing_is_asked_and_what_hinders_is_told(open_notebook):
    page = open_notebook(
        "number = 3",
        "import pandas as pd; few = pd.DataFrame({'a': [1, 2] * 30, 'b': [2, 3] * 30})",
        "import sys; kept = sys.modules['genie_widgets.data']; sys.modules['genie_widgets.data'] = None",
        "sys.modules['genie_widgets.data'] = kept; input()",
    )
    run_cell(page, 0)
    ended(page, 0, 1)
    ask_in_palette(page)
    assert "holds no DataFrame" in told(page)
    run_cell(page, 1)
    ended(page, 1, 2)
    run_cell(page, 2)
    ended(page, 2, 3)
    ask_in_palette(page)
    assert "%pip install -U genie-widgets" in told(page)
    run_cell(page, 3)
    page.wait_for_selector(".jp-Stdin-input")
    page.locator(".jp-CodeCell .jp-InputArea-prompt").nth(1).click()
    ask_in_palette(page)
    assert "busy" in told(page)
    page.locator(".jp-Stdin-input").press("Enter")
    ended(page, 3, 4)
    page.locator(".jp-CodeCell .jp-InputArea-prompt").nth(1).click()
    ask_in_palette(page)
    page.wait_for_selector(".g-stage-profiled")
    assert "60 rows" in page.inner_text(".g-card-data")
    page.click(".lm-MenuBar-item:has-text('Kernel')")
    page.click(".lm-Menu-item:has-text('Shut Down Kernel')")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator:not([data-status='idle'])", state="attached")
    ask_in_palette(page)
    assert "no running kernel" in told(page)


def test_in_a_german_lab_the_entries_are_german(window, jupyter, folder):
    shutil.copy(PENGUINS.path, folder / "people.csv")
    page = window.new_page()
    settings = jupyter.settings("@jupyterlab/translation-extension:plugin")
    try:
        assert page.request.put(settings, data={"raw": '{"locale": "de_DE"}'}).ok
        page.goto(jupyter.lab(folder.name))
        listed(page, "people.csv").click(button="right")
        page.wait_for_selector(".lm-Menu-item:has-text('Modell mit Genie trainieren')")
    finally:
        assert page.request.put(settings, data={"raw": "{}"}).ok
