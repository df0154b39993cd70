"""Take README's picture of the panel from the real page.

    python tests/browser/take_picture.py [FOLDER]

Serves the page, asks about a sample table in Chromium, and saves the plan.
"""

import sys
import tempfile
from pathlib import Path

from hosting import CHROMIUM, REPOSITORY, TIMEOUT_MS, free_port, serve, stop
from journey import ask, choose_sample, stage
from playwright.sync_api import sync_playwright

from genie_widgets.voila.settings import notebook_path, voila_arguments, voila_environment

FOLDER = REPOSITORY / "notebooks" / "images"
SENTENCE = "Which flights will arrive late? Ignore the flight id, 1 minute."


def take(page, folder):
    page.wait_for_selector(".genie textarea")
    choose_sample(page, "Late flights")
    ask(page, SENTENCE)
    stage(page, "planned")
    page.mouse.move(0, 0)
    page.locator(".g-card-plan").screenshot(path=folder / "plan.png", animations="disabled")


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        command = [sys.executable, "-m", "voila", *voila_arguments(notebook_path(), port=port)]
        server = serve(command, port, {**voila_environment(), "GENIE_HOME": home}, Path(home) / "voila.log")
        try:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            page = browser.new_page(viewport={"width": 1000, "height": 900})
            page.set_default_timeout(TIMEOUT_MS)
            page.goto(f"http://127.0.0.1:{port}/?theme=light")
            take(page, folder)
            browser.close()
        finally:
            stop(server)
    print(folder / "plan.png")


if __name__ == "__main__":
    main()
