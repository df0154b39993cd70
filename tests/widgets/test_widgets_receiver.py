"""The kernel's side of an upload, without a browser."""

import errno
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.widgets.receiver import Receiver


class Browser:
    """Sends a file as the page does, and remembers what it heard."""

    def __init__(self, folder, max_bytes=None):
        self.heard = []
        self.done = []
        self.receiver = Receiver(
            folder,
            send=self.heard.append,
            on_done=lambda path, name: self.done.append((path, name)),
            max_bytes=max_bytes,
        )

    def begin(self, size, name="people.csv", identity="a", first=None):
        message = {"op": "begin", "id": identity, "name": name, "size": size, "fingerprint": f"{name}|{size}"}
        self.receiver.receive(message, [] if first is None else [memoryview(first)])
        return self.heard[-1]

    def piece(self, data, offset, generation, identity="a"):
        message = {"op": "piece", "id": identity, "generation": generation, "offset": offset}
        self.receiver.receive(message, [memoryview(data)])


@pytest.fixture
def browser(tmp_path):
    return Browser(tmp_path / "uploads")


def test_a_file_arrives_whole_and_under_its_name(browser):
    go = browser.begin(6)
    assert (go["op"], go["offset"]) == ("go", 0)
    browser.piece(b"abc", 0, go["generation"])
    browser.piece(b"def", 3, go["generation"])
    path, name = browser.done[0]
    assert name == "people.csv"
    assert path.read_bytes() == b"abcdef"
    assert path.suffix == ".csv"
    assert [heard["op"] for heard in browser.heard] == ["go", "got", "got", "done"]


@settings(max_examples=50, deadline=None)
@given(data=st.binary(min_size=1, max_size=4000), cuts=st.lists(st.integers(1, 700), min_size=1, max_size=20))
def test_any_pieces_give_the_same_file(tmp_path_factory, data, cuts):
    browser = Browser(tmp_path_factory.mktemp("uploads"))
    go = browser.begin(len(data))
    offset = place = 0
    while offset < len(data):
        piece = data[offset : offset + cuts[place % len(cuts)]]
        browser.piece(piece, offset, go["generation"])
        offset += len(piece)
        place += 1
    assert browser.done[0][0].read_bytes() == data


def test_a_first_piece_goes_with_the_question_where_to_begin(browser):
    go = browser.begin(6, first=b"abc")
    assert (go["op"], go["offset"]) == ("go", 3)
    browser.piece(b"def", 3, go["generation"])
    assert browser.done[0][0].read_bytes() == b"abcdef"


def test_a_small_file_arrives_with_one_message(browser):
    browser.begin(3, first=b"abc")
    assert [heard["op"] for heard in browser.heard] == ["go", "done"]
    assert browser.done[0][0].read_bytes() == b"abc"


def test_a_first_piece_that_is_here_already_is_not_written_again(tmp_path):
    first = Browser(tmp_path)
    first.piece(b"de", 3, first.begin(6, first=b"abc")["generation"])
    second = Browser(tmp_path)
    go = second.begin(6, identity="b", first=b"abc")
    assert go["offset"] == 5
    second.piece(b"f", 5, go["generation"], identity="b")
    assert second.done[0][0].read_bytes() == b"abcdef"


def test_a_first_piece_of_more_bytes_than_announced_is_refused(browser):
    assert browser.begin(2, first=b"abc")["op"] == "error"
    assert browser.done == []


def test_an_empty_file_arrives(browser):
    browser.begin(0)
    assert browser.done[0][0].read_bytes() == b""


def test_a_file_that_is_here_is_not_taken_twice_where_its_browser_asks_once_more(browser):
    browser.begin(0)
    assert browser.begin(0) == {"op": "done", "id": "a"}
    assert len(browser.done) == 1
    browser.begin(0, identity="b")
    assert len(browser.done) == 2


def test_a_lost_piece_is_asked_for_again(browser):
    go = browser.begin(6)
    browser.piece(b"def", 3, go["generation"])
    again = browser.heard[-1]
    assert (again["op"], again["offset"]) == ("go", 0)
    browser.piece(b"abc", 0, go["generation"])  # sent before the browser heard: of the old generation
    assert browser.heard[-1] is again
    browser.piece(b"abcdef", 0, again["generation"])
    assert browser.done[0][0].read_bytes() == b"abcdef"


def test_a_broken_upload_goes_on_where_it_was_even_in_another_page(tmp_path):
    first = Browser(tmp_path)
    first.piece(b"abc", 0, first.begin(6)["generation"])
    second = Browser(tmp_path)
    go = second.begin(6, identity="b")
    assert go["offset"] == 3
    second.piece(b"def", 3, go["generation"], identity="b")
    assert second.done[0][0].read_bytes() == b"abcdef"


def test_cancel_leaves_nothing(browser, tmp_path):
    go = browser.begin(6)
    browser.piece(b"abc", 0, go["generation"])
    browser.receiver.receive({"op": "cancel", "id": "a"}, [])
    assert list((tmp_path / "uploads").iterdir()) == []
    browser.piece(b"def", 3, go["generation"])
    assert browser.done == []


def test_a_file_above_the_hosts_limit_is_refused_before_it_is_sent(tmp_path):
    browser = Browser(tmp_path / "uploads", max_bytes=10)
    heard = browser.begin(11)
    assert heard["op"] == "error"
    assert "larger" in heard["text"]
    assert not (tmp_path / "uploads").exists()


def test_more_bytes_than_announced_are_refused(browser):
    go = browser.begin(3)
    browser.piece(b"abcd", 0, go["generation"])
    assert browser.heard[-1]["op"] == "error"
    assert browser.done == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "..\\..\\boot.ini", "/root/.ssh/id", "a/b.csv", "", "x.c/s", "."])
def test_a_strangers_name_is_never_a_path(tmp_path, name):
    browser = Browser(tmp_path / "uploads")
    go = browser.begin(1, name=name)
    browser.piece(b"x", 0, go["generation"])
    path, shown = browser.done[0]
    assert path.parent == tmp_path / "uploads"
    assert "/" not in shown
    assert [file.name for file in tmp_path.iterdir()] == ["uploads"]


def test_a_full_disk_is_told(browser, monkeypatch):
    go = browser.begin(6)

    def full(_data):
        raise OSError(errno.ENOSPC, "No space left on device")

    file = SimpleNamespace(write=full, close=lambda: None)
    monkeypatch.setattr(browser.receiver._job, "file", file)
    browser.piece(b"abc", 0, go["generation"])
    assert browser.heard[-1]["op"] == "error"
    assert "disk is full" in browser.heard[-1]["text"]


@settings(max_examples=50, deadline=None)
@given(
    message=st.dictionaries(
        st.sampled_from(["op", "id", "generation", "offset", "kind"]),
        st.one_of(st.none(), st.integers(), st.text(max_size=5), st.sampled_from(["piece", "cancel", "begun"])),
    )
)
def test_nonsense_changes_nothing(tmp_path_factory, message):
    browser = Browser(tmp_path_factory.mktemp("uploads"))
    browser.receiver.receive(message, [])
    assert browser.done == []
