"""A table's menu, the launcher card and the palette, in JupyterLab and in Notebook 7."""

import shutil
import uuid

import pytest
from conftest import TIMEOUT_MS, Watch

from genie_widgets.data import samples

PENGUINS = next(sample for sample in samples() if sample.name == "penguins")
# What Notebook 7 complains of by itself, with this extension or without.
KNOWN = (
    "Cannot convert undefined or null to object",
    "Cannot read properties of undefined (reading 'schema')",
    "Cannot read properties of null (reading 'updateRenderOption')",
)
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
        watch.check(known=KNOWN)


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


def lab(window, jupyter, folder):
    page = window.new_page()
    page.goto(jupyter.lab(folder.name))
    page.wait_for_selector(".jp-Launcher")
    return page


def test_a_tables_menu_opens_the_panel_on_it(window, jupyter, folder):
    shutil.copy(PENGUINS.path, folder / "people.csv")
    (folder / "words.md").write_text("no table")
    page = lab(window, jupyter, folder)
    listed(page, "words.md").click(button="right")
    page.wait_for_selector(".lm-Menu-item:has-text('Rename')")
    assert not page.locator(TRAIN).is_visible()
    page.keyboard.press("Escape")
    choose_from_menu(page, "people.csv")
    page.wait_for_selector(".g-stage-profiled")
    assert "344 rows" in page.inner_text(".g-card-data")
    assert (folder / "Genie people.ipynb").exists()
    # Opened again, it has another name, and the first is as it was.
    choose_from_menu(page, "people.csv")
    page.wait_for_selector(".lm-TabBar-tabLabel:has-text('Genie people 2.ipynb')")
    page.wait_for_selector(".jp-NotebookPanel:not(.lm-mod-hidden) .g-stage-profiled")
    assert (folder / "Genie people 2.ipynb").exists()


def test_a_hostile_file_name_is_data(window, jupyter, folder):
    shutil.copy(PENGUINS.path, folder / HOSTILE)
    page = lab(window, jupyter, folder)
    choose_from_menu(page, "touch")
    page.wait_for_selector(".g-stage-profiled")
    assert "344 rows" in page.inner_text(".g-card-data")
    assert not list(jupyter.root.rglob("pwned*"))
    assert len(list(folder.glob("*.ipynb"))) == 1


def test_the_launcher_card_opens_an_empty_panel(window, jupyter, folder):
    page = lab(window, jupyter, folder)
    page.click(".jp-LauncherCard:has-text('Genie')")
    page.wait_for_selector(".g-stage-empty")
    assert (folder / "Genie.ipynb").exists()


def test_the_palette_knows_both(window, jupyter, folder):
    shutil.copy(PENGUINS.path, folder / "people.csv")
    page = lab(window, jupyter, folder)
    listed(page, "people.csv").click()
    page.keyboard.press("Control+Shift+C")
    page.fill(".lm-CommandPalette-input", "genie")
    page.wait_for_selector(".lm-CommandPalette-item:has-text('Train a model on a table')")
    page.click(".lm-CommandPalette-item:has-text('Train a model on the selected file')")
    page.wait_for_selector(".g-stage-profiled")


def test_notebook_7_opens_the_panel_in_a_tab(window, jupyter, folder):
    shutil.copy(PENGUINS.path, folder / "people.csv")
    page = window.new_page()
    page.goto(jupyter.tree(folder.name))
    with window.expect_page() as opened:
        choose_from_menu(page, "people.csv")
    opened.value.wait_for_selector(".g-stage-profiled")
    assert "344 rows" in opened.value.inner_text(".g-card-data")
