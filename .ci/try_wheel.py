"""Try the installed wheel as a newcomer would: every door opens, from another folder, without the clone.

Usage: python try_wheel.py PATH_TO_GENIE
"""

import json
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

DEMO_TIMEOUT_S = 120


def out(*command):
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{command} exited {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def demo(genie):
    """The page answers, and Ctrl-C stops it within seconds."""
    # What a shell runs in the background ignores Ctrl-C, and so would the server.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    server = subprocess.Popen([genie, "demo", "--no-browser", "--no-token"], stdout=subprocess.PIPE, text=True)
    address = ""
    deadline = time.monotonic() + DEMO_TIMEOUT_S
    while not address and time.monotonic() < deadline:
        line = server.stdout.readline()
        assert line, "genie demo ended without printing an address"
        if line.startswith("Genie is at "):
            address = line.removeprefix("Genie is at ").strip()
    assert address, "genie demo printed no address"
    with urllib.request.urlopen(address, timeout=DEMO_TIMEOUT_S) as page:
        text = page.read().decode()
    assert "Genie" in text, text[:2000]
    server.send_signal(signal.SIGINT)
    assert server.wait(30) == 0


def main():
    genie = str(Path(sys.argv[1]).resolve())
    import genie_widgets as gw
    from genie_widgets.data import samples
    from genie_widgets.language import speak, tr

    assert "site-packages" in gw.__file__, gw.__file__
    extension = Path(sys.prefix, "share", "jupyter", "labextensions", "genie-widgets")
    load = json.loads((extension / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert (extension / load).is_file()
    assert (extension / "install.json").is_file()
    speak("de")
    assert tr("Your table") == "Ihre Tabelle", "the catalogues are not in the wheel"
    speak("en")
    out(genie, "doctor")
    plans = [json.loads(out(genie, "plan", s.name, s.prompt, "--json", "--no-llm")) for s in samples()]
    assert all(plan["status"] == "plan" for plan in plans), plans
    sample = samples()[0]
    print(out(genie, "run", sample.name, sample.prompt, "--yes", "--time", "30", "--no-llm"))
    listed = out(genie, "runs")
    run_id = listed.split()[0]
    out(genie, "predict", run_id, sample.name, "-o", "wheel-predictions.csv")
    assert Path("wheel-predictions.csv").stat().st_size > 0
    demo(genie)
    print("the wheel plans, trains, predicts and serves the page")


if __name__ == "__main__":
    main()
