"""A table's menu, the launcher card and the palette, in JupyterLab and in Notebook 7."""

import shutil
import uuid

import pytest
from hosting import TIMEOUT_MS, Watch

from genie_widgets.data import samples

PENGUINS = next(sample for sample in samples() if sample.name == "penguins")
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
