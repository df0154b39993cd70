"""The same notebook in JupyterLab."""

import nbformat
import pytest
from access import barriers
from hosting import TIMEOUT_MS, Watch
from journey import ask, choose_sample, keys_to_tabs, run_notebook, save, stage, tab, train


@pytest.fixture
def page(browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    watch = Watch().over(page)
    yield page
    context.close()
    watch.check()


@pytest.fixture
def notebook(page, jupyter):
    page.goto(jupyter.lab("genie.ipynb"))
    run_notebook(page)
    page.wait_for_selector(".genie textarea")
    return page


def put_on(page, theme):
    """Change JupyterLab's theme, and wait until the page wears it.

    JupyterLab hides all that it shows between the new theme's name and its first picture, and covers it until then.
    """
    page.evaluate(f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
    page.wait_for_selector(f"body[data-jp-theme-light={str(theme == 'Light').lower()}]", state="attached")
    page.wait_for_selector("#jupyterlab-splash", state="detached")
    page.wait_for_selector(".g-card-results .lm-TabBar-tabLabel >> visible=true")


def test_the_journey_in_a_notebook(notebook, tmp_path):
    choose_sample(notebook, "Late flights")
    ask(notebook, "Which flights will arrive late? 20 seconds")
    stage(notebook, "planned")
    train(notebook)
    notebook.wait_for_selector(".g-live tbody tr")
    stage(notebook, "done")
    notebook.wait_for_selector(".g-verdict")
    # JupyterLab's own pages are its own; what stands in Genie's cell is ours.
    found = []
    # So high that nothing is scrolled away: axe-core looks at what can be seen.
    notebook.set_viewport_size({"width": 1280, "height": 5000})
    for theme in ("Light", "Dark"):
        # JupyterLab takes the keyboard away while it changes its theme: once, and not at each tab.
        put_on(notebook, theme)
        for name in keys_to_tabs(notebook):
            found += barriers(notebook, f"{name}, {theme}", within=".genie .g-card-results")
    assert found == []
    tab(notebook, "Download")
    assert save(notebook, "Download the report", tmp_path).stat().st_size > 10_000
    # The address of a notebook is the notebook's own.
    assert "run=" not in notebook.url


def test_the_page_of_a_jupyter_server_asks_no_other_machine(page, jupyter):
    page.goto(jupyter.page("genie.ipynb"))
    page.wait_for_selector(".genie textarea")
    choose_sample(page, "Penguins")
    stage(page, "profiled")


def test_the_magics_plan_the_cell_s_sentence_offer_what_is_there_and_tell_how(page, jupyter):
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_code_cell(source)
            for source in (
                "%load_ext genie_widgets\nimport genie_widgets as gw\nfrom genie_widgets.data import samples",
                "people = gw.read_table(next(s.path for s in samples() if s.name == 'penguins')).frame",
                "%genie?",
                "%%genie people\nWhich species is it? ignore the year, 10 seconds",
            )
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
    )
    nbformat.write(made, jupyter.root / "magics.ipynb")
    page.goto(jupyter.lab("magics.ipynb"))
    run_notebook(page)
    stage(page, "planned")
    assert page.input_value(".g-card-prompt textarea") == "Which species is it? ignore the year, 10 seconds"
    assert page.locator(".g-card-plan .g-chip[aria-pressed=true]").all_inner_texts() == ["year"]
    page.wait_for_selector(".jp-OutputArea:has-text('the variable that gets the run')")
    # Asked as the Tab key asks; JupyterLab itself gives up on a kernel that takes longer than a second.
    offered = page.evaluate(
        """async code => {
            const { kernel } = window.jupyterapp.shell.currentWidget.sessionContext.session;
            return (await kernel.requestComplete({ code, cursor_pos: code.length })).content.matches;
        }""",
        "%%genie peo",
    )
    assert offered == ["people"]
