"""Seconds until Genie's panel can be used, against a notebook of one label, on the same Voila host in one run.

    python tests/bench/panel_ready.py [--rounds 7] [--ready 2]

Both pages are opened in turn by the same Chromium, so that the machine's noise
meets both alike; the ratio of the medians is what counts (aim: at most 1.3).
With ``--ready``, Genie is also opened where so many kernels are started ahead,
each time after the next one has waited long enough to be made.
"""

import argparse
import json
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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--ready", type=int, default=0, help="also where so many kernels are started ahead")
    arguments = parser.parse_args()
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
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, values in times.items():
        print(f"{name:>13}: median {medians[name]:.2f} s of {', '.join(f'{v:.2f}' for v in values)}")
    for name in list(pages)[1:]:
        print(f"{name}: ratio {medians[name] / medians['one label']:.2f} (aim: at most 1.3)")


if __name__ == "__main__":
    main()
