"""Upload files by Genie's drop zone and by a plain HTTP request to the same server, in turn, in one run.

    python tests/bench/upload.py [--megabytes 10 200 1000]

One Jupyter server with its default limits serves a page by Voila, and a handler that streams a request's body to disk.
Chromium sends the same file to the drop zone, to that handler, and by Jupyter's contents API as JupyterLab's own upload
does (below 500 MB only); the drop zone's way ends when the page says that the file is here. Printed: MB/s of each,
ratios (aim: at least 0.8), and by how much the kernel's peak memory grew (aim: below 64 MB).
"""

import argparse
import os
import re
import statistics
import sys
import tempfile
from pathlib import Path

from panel_ready import one_cell_notebook, serve, stop
from quiet_tab import quiet_tab

from genie_widgets.voila.settings import voila_environment

PORT = 8961
CELL = """
import os
from pathlib import Path
from genie_widgets.widgets.upload import Upload
Path("kernel.pid").write_text(str(os.getpid()))
Upload(Path("arrived"), lambda path, name: path.unlink(), label="Choose a file")
"""
BY_PANEL = """() => {
    const input = document.querySelector('input.g-up-input');
    const message = document.querySelector('.g-up-message');
    message.textContent = '';
    window.panel = new Promise(resolve => {
        input.addEventListener('change', () => (window.began = performance.now()), { capture: true, once: true });
        new MutationObserver((_, observer) => {
            if (!message.textContent.includes(' is here')) return;
            observer.disconnect();
            resolve((performance.now() - window.began) / 1000);
        }).observe(message, { childList: true });
    });
}"""
BY_HTTP = """async () => {
    const file = document.querySelector('#plain').files[0];
    const began = performance.now();
    const answer = await fetch('/plain-upload', { method: 'PUT', body: file });
    const said = await answer.text();
    if (said !== String(file.size)) throw new Error(said);
    return (performance.now() - began) / 1000;
}"""

# As JupyterLab's own upload does it: pieces in base64, one after another.
BY_CONTENTS = """async () => {
    const file = document.querySelector('#plain').files[0];
    const piece = 1 << 20;
    const began = performance.now();
    for (let offset = 0, chunk = 1; offset < file.size; offset += piece, chunk += 1) {
        const url = await new Promise(resolve => {
            const reader = new FileReader();
            reader.onload = () => resolve(reader.result);
            reader.readAsDataURL(file.slice(offset, offset + piece));
        });
        const content = url.slice(url.indexOf(',') + 1);
        const last = offset + piece >= file.size;
        const body = JSON.stringify({ type: 'file', format: 'base64', content, chunk: last ? -1 : chunk });
        const answer = await fetch('/api/contents/taken.bin', { method: 'PUT', body });
        if (!answer.ok) throw new Error(await answer.text());
    }
    return (performance.now() - began) / 1000;
}"""

PLAIN_INPUT = "document.body.append(Object.assign(document.createElement('input'), {type: 'file', id: 'plain'}))"


def write_file(path, megabytes):
    block = os.urandom(1_000_000)
    with path.open("wb") as file:
        for _ in range(megabytes):
            file.write(block)


def upload_server(folder):
    one_cell_notebook(folder / "upload.ipynb", CELL)
    extensions = {"voila.server_extension": True, "plain_upload": True}
    command = [
        *(sys.executable, "-m", "jupyter", "server", "--no-browser", "--allow-root", "--IdentityProvider.token="),
        *(f"--ServerApp.port={PORT}", "--ServerApp.port_retries=0", "--ServerApp.disable_check_xsrf=True"),
        *(f"--ServerApp.root_dir={folder}",),
        f"--ServerApp.jpserver_extensions={extensions}",
    ]
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]
    environment = {
        **voila_environment(),
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "PLAIN_UPLOAD": str(folder / "plain"),
    }
    return serve(command, PORT, environment, folder / "server.log")


def peak_mb(pid):
    return int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def by_panel(tab, path):
    tab.evaluate(f"({BY_PANEL})()")
    tab.choose_file("input.g-up-input", path)
    return tab.evaluate("window.panel")


def by_http(tab, path, way):
    tab.choose_file("#plain", path)
    return tab.evaluate(f"({way})()")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, nargs="+", default=[10, 200, 1000])
    sizes = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = upload_server(folder)
        try:
            with quiet_tab(f"http://127.0.0.1:{PORT}/voila/render/upload.ipynb", folder) as tab:
                tab.wait_for("input.g-up-input")
                tab.evaluate(PLAIN_INPUT)
                pid = int((folder / "kernel.pid").read_text())
                for megabytes in sizes:
                    compare(tab, pid, folder / "file.bin", megabytes)
        finally:
            stop(server)


def compare(tab, pid, path, megabytes):
    """Send one file by each way in turn, and print what it took; a large one not by the slowest way."""
    write_file(path, megabytes)
    before, panel, plain, contents = peak_mb(pid), [], [], []
    for _ in range(5 if megabytes < 100 else 3):
        plain.append(by_http(tab, path, BY_HTTP))
        panel.append(by_panel(tab, path))
        if megabytes < 500:
            contents.append(by_http(tab, path, BY_CONTENTS))
    ours, streamed = (megabytes / statistics.median(way) for way in (panel, plain))
    told = [f"drop zone {ours:.0f} MB/s", f"plain HTTP {streamed:.0f} MB/s, ratio {ours / streamed:.2f}"]
    if contents:
        jupyters = megabytes / statistics.median(contents)
        told.append(f"Jupyter's own upload {jupyters:.0f} MB/s, ratio {ours / jupyters:.2f}")
    told.append(f"kernel's peak memory +{peak_mb(pid) - before:.0f} MB")
    print(f"{megabytes:5,} MB: {'; '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
