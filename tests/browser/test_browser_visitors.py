"""Two visitors at once on a shared page: neither reaches the other's run, files or history."""

import itertools
import json
import os
import sys
import urllib.error
import urllib.request

import pytest
from hosting import REPOSITORY, TIMEOUT_MS, Watch, free_port, serve, stop
from journey import ask, run_id, stage, train, upload

from genie_widgets.schema import ColumnProfile, Plan, RunRequest, TableProfile, new_run_id
from genie_widgets.store import People, RunFolder

SECRET = "Zanzibar-4711"
DOORS = ("files/", "voila/files/", "static/", "voila/static/", "api/contents/", "voila/api/contents/", "voila/render/")
LISTS = ("api/contents", "voila/api/contents", "api/kernels", "api/sessions", "api/terminals", "tree", "lab")
# Send one's own kernel code, then a question that it does answer.
ASK_MY_KERNEL = """async code => {
    const config = JSON.parse(document.getElementById('jupyter-config-data').textContent);
    const socket = new WebSocket(`ws://${location.host}/api/kernels/${config.kernelId}/channels?session_id=x`);
    await new Promise(done => (socket.onopen = done));
    const send = (msg_type, content) => socket.send(JSON.stringify({
        header: {msg_id: msg_type, username: '', session: 'x', msg_type, version: '5.3', date: ''},
        parent_header: {}, metadata: {}, channel: 'shell', buffers: [], content,
    }));
    send('execute_request', {
        code, silent: false, store_history: false, user_expressions: {}, allow_stdin: false,
    });
    send('kernel_info_request', {});
    await new Promise(done => (socket.onmessage = message => {
        if (message.data.includes('kernel_info_reply')) done();
    }));
    return 'answered';
}"""


@pytest.fixture(scope="module")
def shared(home):
    """The page as `genie dashboard` serves it to several people, and its workspace."""
    from genie_widgets.voila.settings import notebook_path, voila_arguments, voila_environment

    port = free_port()
    workspace = home / "shared"
    command = [sys.executable, "-m", "voila", *voila_arguments(notebook_path(), port=port, ready=1)]
    environment = {**voila_environment(), "GENIE_HOME": str(workspace), "GENIE_SHARED": "1"}
    server = serve(command, port, environment, home / "shared.log")
    yield f"http://127.0.0.1:{port}/", workspace
    stop(server)


@pytest.fixture
def visitors(browser, shared):
    """Give a function that lets one more visitor in, with a browser of their own."""
    contexts = []

    def let_in(query=""):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        contexts.append((context, Watch().over(page)))
        page.goto(shared[0] + query)
        page.wait_for_selector(".genie textarea")
        return page

    yield let_in
    for context, watch in contexts:
        context.close()
        assert watch.outside == []


def get(address):
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace")


def test_neither_reaches_what_is_the_others(visitors, shared, tmp_path):
    address, workspace = shared
    file = tmp_path / "mine.csv"
    file.write_text("place,size,kind\n" + "".join(f"{SECRET}-{i % 7},{i},{'a' if i % 3 else 'b'}\n" for i in range(90)))
    first = visitors()
    upload(first, file)
    stage(first, "profiled")
    ask(first, "predict the kind, 20 seconds")
    stage(first, "planned")
    train(first)
    run = workspace / "runs" / run_id(first)

    # The other sees nothing of it, and has no list of runs; nor by guessing, nor by a path in the address.
    almost = run.name[:-1] + ("0" if run.name[-1] != "0" else "1")
    for guess in ("", f"?run={almost}", f"?run=..%2Fruns%2F{run.name}"):
        second = visitors(guess)
        if guess:
            second.wait_for_selector(".g-notice .g-problem >> visible=true")
        assert SECRET not in second.content()
        assert "mine.csv" not in second.content()
        assert second.locator("text=Earlier runs >> visible=true").count() == 0
        assert second.locator(".g-card-results >> visible=true").count() == 0

    # By the server's own addresses: files, contents, kernels.
    inside = [f"runs/{run.name}/request.json", f"runs/{run.name}/events.jsonl", "mlflow.db"]
    relative = os.path.relpath(workspace, REPOSITORY / "notebooks")
    for name in inside:
        paths = (str(workspace / name), f"{relative}/{name}", f"{relative}/{name}".replace("../", "..%2f"), name)
        for door, path in itertools.product(DOORS, paths):
            status, text = get(f"{address}{door}{path}")
            assert status >= 400, (door, path, status)
            assert SECRET not in text, (door, path)
    for door in LISTS:
        status, text = get(address + door)
        assert status >= 400, (door, text[:300])

    # By one's own kernel: the server passes on what widgets say, and nothing that would be run.
    code = f"open({json.dumps(str(tmp_path / 'reached'))}, 'w').close()"
    assert second.evaluate(ASK_MY_KERNEL, code) == "answered"
    assert not (tmp_path / "reached").exists()
    # Meanwhile the first one's training went on, or ended.
    stage(first, "training", "done")


def test_each_of_a_class_is_shown_their_own_runs_and_name(visitors, shared):
    _, workspace = shared
    keys = People(workspace).enrol(["Ana", "Ben"])
    folder = RunFolder.create(workspace, new_run_id())
    columns = (ColumnProfile(name="species", kind="category", dtype="object"),)
    folder.write_request(
        RunRequest(
            run_id=folder.run_id,
            prompt="",
            plan=Plan(target="species", problem_type="multiclass", metric="accuracy", time_limit_s=20),
            profile=TableProfile(name="ana's birds", n_rows=3, n_sampled=3, columns=columns),
            created_at=0.0,
            person="Ana",
        )
    )
    shown = {}
    for name, key in keys.items():
        page = visitors(f"?person={key}&sample=penguins")
        stage(page, "profiled")
        ask(page, "Which species is it?")
        page.wait_for_selector(f".g-card-plan:has-text('You train as {name}.')")
        page.click("text=Earlier runs")
        shown[name] = page.wait_for_selector(":text('There is none yet.'), td:has-text(\"ana's birds\")").inner_text()
        assert f"person={key}" in page.url
    assert "birds" in shown["Ana"]
    assert shown["Ben"] == "There is none yet."
