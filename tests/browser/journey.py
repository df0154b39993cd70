"""What a person does on the page, in words."""

import re


def stage(page, *names):
    """Wait until the journey has come to one of these stages."""
    page.wait_for_selector(", ".join(f".g-stage-{name}" for name in names))


def run_notebook(page):
    """Run all cells of the notebook that JupyterLab opens, once it can."""
    page.wait_for_function("window.jupyterapp?.restored !== undefined")
    page.evaluate("window.jupyterapp.restored")
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    page.evaluate(
        """async () => {
            const panel = window.jupyterapp.shell.currentWidget;
            await panel.context.ready;
            await panel.sessionContext.ready;
            await window.jupyterapp.commands.execute('notebook:run-all-cells');
        }"""
    )


def choose_sample(page, title):
    page.click(f".g-samples button:has-text('{title}')")
    stage(page, "profiled")


def upload(page, file, card="data"):
    page.set_input_files(f".g-card-{card} input[type=file] >> visible=true", file)


def ask(page, sentence):
    page.fill(".g-card-prompt textarea", sentence)
    page.click("button:has-text('Make a plan'):enabled")


def train(page):
    page.click(".g-card-plan button:has-text('rain'):enabled")
    stage(page, "training")


def tab(page, name):
    page.click(f".g-card-results .lm-TabBar-tab:has-text('{name}')")


def keys_to_tabs(page):
    """Go through the tabs of the results by the keyboard alone; yields the name of each that is open and drawn."""
    first, *others = tab_names(page)
    page.focus(".g-card-plan .g-chip >> nth=-1")
    tab_to(page, ".g-card-results .lm-TabBar-tab")
    for name in (first, *others):
        page.keyboard.press("Home" if name == first else "ArrowRight")
        assert is_at(page, ".lm-TabBar-tab", name)
        page.keyboard.press("Enter")
        drawn(page, name)
        yield name
        assert is_at(page, ".lm-TabBar-tab", name)


def drawn(page, name):
    """Wait until the tab that was chosen shows what it holds."""
    page.wait_for_selector(f".g-card-results .lm-TabBar-tab.lm-mod-current:has-text('{name}')")
    page.wait_for_selector(".g-card-results .widget-tab-contents > :not(.lm-mod-hidden) > * >> visible=true")
    if name in ("Plots", "Explanation"):
        page.wait_for_selector(".g-card-results .js-plotly-plot .main-svg >> visible=true")
        page.wait_for_function(
            """() => [...document.querySelectorAll('.g-card-results .js-plotly-plot')].filter(p => p.offsetParent)
               .every(p => Math.abs(p.clientWidth - p.querySelector('.main-svg').clientWidth) <= 1)"""
        )


def tab_names(page):
    return page.locator(".g-card-results .lm-TabBar-tabLabel >> visible=true").all_inner_texts()


def is_at(page, selector, words=""):
    """Whether the keyboard is at a control that says so."""
    return page.evaluate(
        "([selector, words]) => document.activeElement.matches(selector)"
        " && document.activeElement.textContent.includes(words)",
        [selector, words],
    )


def tab_to(page, selector, words="", key="Tab", most=60):
    """Press Tab until the keyboard is at a control."""
    for _ in range(most):
        page.keyboard.press(key)
        if is_at(page, selector, words):
            return
    raise AssertionError(f"{key} does not come to {selector} {words}")


def save(page, label, folder):
    """Press a download button; give the file that the browser saved."""
    with page.expect_download() as download:
        page.click(f".g-down button:has-text('{label}'):enabled >> visible=true")
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def run_id(page):
    return re.search(r"run=([0-9a-f]{32})", page.url)[1]
