"""Seconds until Genie's panel can be used, against a notebook of one label, on the same host in one run.

    python tests/bench/panel_ready.py [--rounds 7] [--ready 2]
    python tests/bench/panel_ready.py --lab [--rounds 7]

Both pages are opened in turn by the same Chromium, so that the machine's noise
meets both alike; the ratio of the medians is what counts (aim: at most 1.3).
With ``--ready``, Genie is also opened where so many kernels are started ahead,
each time after the next one has waited long enough to be made. With ``--lab``
in JupyterLab: from opening the notebook, run as soon as its kernel is there, and
from running it in that new kernel alone.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from hosting import CHROMIUM, serve, stop
from playwright.sync_api import sync_playwright

from genie_widgets.voila.settings import notebook_path, voila_arguments, voila_environment

# Long enough for a kernel to start and make its panel, so that a visitor finds it made.
REFILL_S = 10.0
ONE_LABEL = "import ipywidgets as w\nw.Label('ready')"


def one_cell_notebook(path, code):
    """Write the page's notebook with another cell; gives the path."""
    notebook = json.loads(Path(notebook_path()).read_text())
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"][:1]
    notebook["cells"][0]["source"] = code
    path.write_text(json.dumps(notebook))
    return path


def page_server(notebook, port, log, ready=0):
    command = [sys.executable, "-m", "voila", *voila_arguments(notebook, port=port, token="", ready=ready)]
    return serve(command, port, voila_environment(), log)


def seconds_until(browser, port, selector):
    page = browser.new_page()
    start = time.perf_counter()
    page.goto(f"http://127.0.0.1:{port}/")
    page.wait_for_selector(selector, timeout=60_000)
    seconds = time.perf_counter() - start
    page.close()
    return seconds


def seconds_in_lab(browser, port, notebook, selector):
    page = browser.new_page()
    opened = time.perf_counter()
    page.goto(f"http://127.0.0.1:{port}/lab/tree/{notebook}?reset")
    page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']", state="attached", timeout=60_000)
    page.click(".jp-Notebook .jp-CodeCell .cm-content")
    prompt = page.locator(".jp-CodeCell .jp-InputArea-prompt").first
    # JupyterLab drops what is run before its kernel is there, and calls that kernel idle, too.
    while not any(sign.isdigit() or sign == "*" for sign in prompt.inner_text()):
        start = time.perf_counter()
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(200)
    page.wait_for_selector(selector, timeout=60_000)
    end = time.perf_counter()
    page.close()
    return end - opened, end - start


def in_lab(rounds):
    """Measure both notebooks in turn, each time with a kernel of its own."""
    times = {"one label": [], "Genie": []}
    run = {"one label, run": [], "Genie, run": []}
    selectors = {"one label": ".widget-label:has-text('ready')", "Genie": ".genie textarea"}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        root, port = Path(folder), 8954
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}"]
        command += [f"--ServerApp.root_dir={root}", "--IdentityProvider.token=", "--LabApp.news_url=None"]
        server = serve(command, port, dict(os.environ), root / "lab.log")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            for turn in range(rounds + 1):
                for name, cell in (("one label", ONE_LABEL), ("Genie", "import genie_widgets as gw\ngw.Genie()")):
                    notebook = one_cell_notebook(root / f"{name.split()[-1]}-{turn}.ipynb", cell).name
                    whole, last = seconds_in_lab(browser, port, notebook, selectors[name])
                    if turn:  # the first fills the caches
                        times[name].append(whole)
                        run[f"{name}, run"].append(last)
        finally:
            browser.close()
            stop(server)
    return times, run


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ready", type=int, default=0, help="also where so many kernels are started ahead")
    parser.add_argument("--lab", action="store_true", help="in JupyterLab")
    arguments = parser.parse_args()
    for times in in_lab(arguments.rounds) if arguments.lab else [on_page(arguments)]:
        show(times)


def on_page(arguments):
    """Measure the pages in turn, as Voila serves them."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        label = one_cell_notebook(Path(folder) / "label.ipynb", ONE_LABEL)
        pages = {
            "one label": (label, 8951, ".widget-label:has-text('ready')", 0),
            "Genie": (Path(notebook_path()), 8952, ".genie textarea", 0),
        }
        if arguments.ready:
            pages["started ahead"] = (Path(notebook_path()), 8953, ".genie textarea", arguments.ready)
        servers = [
            page_server(notebook, port, Path(folder) / f"{port}.log", ready)
            for notebook, port, _, ready in pages.values()
        ]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        try:
            for _, port, selector, _ in pages.values():
                seconds_until(browser, port, selector)  # fills the caches
            times = {name: [] for name in pages}
            for _ in range(arguments.rounds):
                for name, (_, port, selector, ready) in pages.items():
                    time.sleep(REFILL_S if ready else 0)
                    times[name].append(seconds_until(browser, port, selector))
        finally:
            browser.close()
            for server in servers:
                stop(server)
    return times


def show(times):
    """Print each median, and how many times the first one, the label's, it is."""
    medians = {name: statistics.median(values) for name, values in times.items()}
    label = next(iter(medians.values()))
    for name, values in times.items():
        print(f"{name:>14}: median {medians[name]:.2f} s of {', '.join(f'{v:.2f}' for v in values)}")
    for name in list(times)[1:]:
        print(f"{name}: ratio {medians[name] / label:.2f} (aim: at most 1.3)")


if __name__ == "__main__":
    main()
