"""Uploads: a large file whose connection is cut half-way, in both hosts, and a small one on a slow connection."""

import contextlib
import os
import socket
import threading
import zipfile
from urllib.parse import urlsplit

import pytest
from hosting import REPOSITORY, TIMEOUT_MS
from journey import run_notebook, stage, upload

SIZE = 300_000_000
ROWS = 1000
REMEMBER_WHAT_IS_SAID = """() => {
    window.said = [];
    const message = document.querySelector('.g-card-data .g-up-message');
    new MutationObserver(() => window.said.push(message.textContent)).observe(message, { childList: true });
}"""

# How the address of the drop zone's own connection to the kernel is told from the page's.
LANE = "session_id=upload-"
REFUSE_LANES = """lane => {
    window.refused = 0;
    window.WebSocket = class extends WebSocket {
        constructor(address, protocols) {
            if (address.includes(lane)) {
                window.refused += 1;
                throw new Error('refused');
            }
            super(address, protocols);
        }
    };
}"""

# The drop zone alone, with a clock of its own and a kernel at the end of a line that carries so many bytes a second.
SLOW_LINE = """async ({ code, bytes, rate }) => {
    let now = 0;
    let tick = null;
    performance.now = () => now;
    window.setInterval = work => (tick = work);
    const line = [];
    const file = new Uint8Array(bytes);
    const sent = [];
    const values = { accept: '', label: 'Choose', window: 4, largest_piece_bytes: 8 << 20, stall_ms: 8000,
        words: new Proxy({}, { get: () => '' }) };
    let hear = null;
    const model = {
        get: name => values[name],
        on: (what, heard) => what === 'msg:custom' && (hear = heard),
        off: () => {},
        send: (message, _, buffers) => line.push({ message, size: buffers ? buffers[0].byteLength : 0 }),
    };
    const el = document.createElement('div');
    document.body.append(el);
    const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    (await import(address)).default.render({ model, el });
    const chosen = new DataTransfer();
    chosen.items.add(new File([file], 'slow.csv'));
    const input = el.querySelector('input');
    input.files = chosen.files;
    input.dispatchEvent(new Event('change'));

    let generation = 0, offset = 0, checked = 0;
    while (offset < bytes && now < 3600e3) {
        await new Promise(done => setTimeout(done));
        if (!line.length) continue;
        const { message, size } = line.shift();
        const there = now + (1000 * size) / rate;
        for (; checked + 1000 <= there; checked += 1000) {
            now = checked + 1000;
            tick();
        }
        now = there;
        sent.push(message.op);
        if (message.op === 'begin') {
            if (offset === 0) offset = size;
            hear({ op: 'go', id: message.id, generation: ++generation, offset });
        } else if (message.op === 'piece' && message.generation === generation && message.offset === offset) {
            offset += size;
            hear({ op: 'got', id: message.id, generation, offset });
        }
    }
    return { offset, seconds: now / 1000, begun: sent.filter(op => op === 'begin').length };
}"""


class Wire:
    """What stands between the browser and a server; it can be cut."""

    def __init__(self, port):
        self._server_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._open = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                here, _ = self._listener.accept()
                there = socket.create_connection(("127.0.0.1", self._server_port))
                self._open |= {here, there}
                for source, target in ((here, there), (there, here)):
                    threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source, target):
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 18):
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self):
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self._open.clear()

    def close(self):
        self._listener.close()
        self.cut()


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """An archive of a small table behind much that is hidden: a byte too few or too many, and it is none."""
    path = tmp_path_factory.mktemp("large") / "large.zip"
    block = os.urandom(1 << 20)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        with archive.open(".ballast", "w") as ballast:
            for _ in range(SIZE // len(block)):
                ballast.write(block)
        archive.writestr("table.csv", "a,b\n" + "".join(f"{i},{i * i}\n" for i in range(ROWS)))
    yield path
    path.unlink()


@pytest.fixture(params=["voila", "jupyter"])
def wired(request, browser):
    given = request.getfixturevalue(request.param)
    address = urlsplit(given if request.param == "voila" else given.lab("genie.ipynb"))
    wire = Wire(address.port)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    page.goto(address._replace(netloc=f"127.0.0.1:{wire.port}").geturl())
    if request.param == "jupyter":
        run_notebook(page)
    page.wait_for_selector(".g-card-data input[type=file]", state="attached")
    yield page, wire
    context.close()
    wire.close()


def test_a_large_upload_goes_on_where_the_connection_was_cut(wired, large):
    page, wire = wired
    lanes = []
    page.on("websocket", lambda opened: LANE in opened.url and lanes.append(opened))
    page.evaluate(REMEMBER_WHAT_IS_SAID)
    upload(page, large)
    page.wait_for_function("document.querySelector('.g-card-data progress').value > 0.5")
    wire.cut()
    stage(page, "profiled")
    assert f"{ROWS:,} rows" in page.inner_text(".g-card-data")
    resumed = [words for words in page.evaluate("window.said") if words.startswith("Going on at")]
    assert resumed
    assert float(resumed[-1].split()[3]) > 100  # MB
    assert len(lanes) > 1
    assert all(lane.is_closed() for lane in lanes)


def test_where_a_second_connection_is_refused_the_pages_own_carries_the_file(open_page, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("a,b\n" + "".join(f"{i},{i * i}\n" for i in range(200_000)))
    page = open_page()
    page.evaluate(REFUSE_LANES, LANE)
    upload(page, path)
    stage(page, "profiled")
    assert "200,000 rows" in page.inner_text(".g-card-data")
    assert page.evaluate("window.refused") > 0


@pytest.mark.parametrize("refused", [False, True])
def test_a_file_that_changes_while_it_is_sent_is_not_taken(browser, voila, large, refused):
    page = browser.new_page()
    page.goto(voila)
    page.wait_for_selector(".g-card-data input[type=file]", state="attached")
    if refused:
        page.evaluate(REFUSE_LANES, LANE)
    page.evaluate(REMEMBER_WHAT_IS_SAID)
    upload(page, large)
    page.wait_for_function("document.querySelector('.g-card-data progress').value > 0.1")
    changed = large.stat().st_mtime - 60
    os.utime(large, (changed, changed))
    page.wait_for_function("window.said.some(words => words.includes('changed while it was read'))")
    page.wait_for_selector(".g-card-data .g-up-row", state="hidden")
    page.close()


def test_a_slow_connection_hears_of_every_piece_before_it_is_taken_for_lost(browser):
    page = browser.new_page()
    code = (REPOSITORY / "genie_widgets" / "widgets" / "static" / "upload.js").read_text()
    line = {"code": code, "bytes": 2_000_000, "rate": 30_000}
    arrived = page.evaluate(SLOW_LINE, line)
    page.close()
    assert arrived["offset"] == line["bytes"]
    assert arrived["begun"] <= 2
    assert arrived["seconds"] < 1.5 * line["bytes"] / line["rate"]
