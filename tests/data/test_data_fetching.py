"""Files behind addresses: fetched whole, within a limit, from where the host allows, and told without their secrets."""

import base64
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from genie_widgets.data import fetch, read_table, read_url
from genie_widgets.data.fetching import is_public
from genie_widgets.schema import GenieError, ReadOptions

CSV = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(50))


class Files(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        answer = {
            "/people.csv": lambda: self.say(200, CSV),
            "/data%20of%20May.csv?key=s3cret": lambda: self.say(200, CSV),
            "/page": lambda: self.say(200, b"<html></html>", {"Content-Type": "text/html; charset=utf-8"}),
            "/away": lambda: self.say(302, b"", {"Location": f"http://localhost:{self.server.server_port}/people.csv"}),
            "/to-file": lambda: self.say(302, b"", {"Location": "file:///etc/passwd"}),
            "/cut": lambda: self.say(200, CSV, {"Content-Length": str(len(CSV) + 10), "Connection": "close"}),
        }.get(self.path, lambda: self.say(404, b""))
        answer()

    def say(self, status, content, headers=()):
        self.send_response(status)
        for name, value in {"Content-Type": "text/csv", "Content-Length": str(len(content)), **dict(headers)}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        self.close_connection = True

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    made = ThreadingHTTPServer(("127.0.0.1", 0), Files)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    made.address = f"http://127.0.0.1:{made.server_port}"
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def problem_of(address, folder, **options):
    with pytest.raises(GenieError) as caught:
        fetch(address, folder, **options)
    assert not list(folder.iterdir())
    return caught.value.problem


def test_a_file_is_fetched_and_leaves_no_trace(server, tmp_path):
    file, name = fetch(f"{server.address}/people.csv", tmp_path)
    with file:
        assert not list(tmp_path.iterdir())
        table = read_table(file, name=name)
        assert (table.name, len(table.frame)) == ("people.csv", 50)
        assert not file.closed


def test_a_table_is_read_from_the_network_as_one_says(server):
    table = read_url(f"{server.address}/people.csv", options=ReadOptions(as_text=("a",)))
    assert table.frame["a"].tolist()[:2] == ["0", "1"]


def test_spaces_and_keys_reach_the_server(server, tmp_path):
    file, name = fetch(f" {server.address}/data of May.csv?key=s3cret ", tmp_path)
    file.close()
    assert name == "data of May.csv"


def test_a_password_is_sent_to_its_host_alone_and_never_shown(server, tmp_path):
    address = server.address.replace("//", "//ann:pa%20ss@")
    fetch(f"{address}/away", tmp_path)[0].close()
    (_, sent), (_, sent_on) = server.asked[-2:]
    assert base64.b64decode(sent.split()[1]) == b"ann:pa ss"
    assert sent_on is None
    told = str(problem_of(f"{address}/nothing?key=s3cret", tmp_path))
    assert "404" in told
    assert not any(secret in told for secret in ("ann", "pa%20ss", "pa ss", "s3cret"))


@pytest.mark.parametrize(
    ("path", "code", "words"),
    [
        ("/page", "web-page", "web page"),
        ("/nothing", "not-fetched", "404"),
        ("/to-file", "not-fetched", ""),
        ("/cut", "not-fetched", ""),
    ],
)
def test_what_is_no_file_is_told(server, tmp_path, path, code, words):
    problem = problem_of(server.address + path, tmp_path)
    assert problem.code == code
    assert words in problem.title


def test_a_file_larger_than_allowed_is_not_fetched(server, tmp_path):
    assert problem_of(f"{server.address}/people.csv", tmp_path, max_bytes=100).code == "larger-than-allowed"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "people.csv",
        "file:///etc/passwd",
        "ftp://host/a.csv",
        "http://",
        "http://a:b/c",
        "gopher://x",
        "http://[::1",
    ],
)
def test_what_is_no_address_of_the_network_is_refused(tmp_path, address):
    assert problem_of(address, tmp_path).code == "no-address"


def test_a_host_that_is_not_there_is_told(tmp_path):
    assert problem_of("http://127.0.0.1:1/a.csv", tmp_path).code == "not-fetched"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0"])
def test_a_public_page_reaches_nothing_of_its_own_network(server, tmp_path, host):
    n = len(server.asked)
    problem = problem_of(f"http://{host}:{server.server_port}/people.csv", tmp_path, public_only=True)
    assert problem.code == "not-fetched"
    assert len(server.asked) == n


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("192.168.1.1", False),
        ("::ffff:127.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("224.0.0.1", False),
    ],
)
def test_which_addresses_are_public(address, public):
    assert is_public(address) is public
