"""The small widgets: download, bridge, secret, chips."""

import json
from dataclasses import replace
from types import SimpleNamespace

import ipywidgets as w
import pytest

from genie_widgets.render import Figure
from genie_widgets.schema import Tracking
from genie_widgets.widgets.bridge import Bridge
from genie_widgets.widgets.chips import Chips
from genie_widgets.widgets.download import MAX_PIECE_BYTES, Download
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.results.files import _record_html
from genie_widgets.widgets.secret import Secret


@pytest.fixture
def heard(monkeypatch):
    messages = []
    for kind in (Download, Bridge, Secret):
        monkeypatch.setattr(kind, "send", lambda _self, content, buffers=None: messages.append((content, buffers)))
    return messages


def test_a_file_is_given_in_the_pieces_asked_for(tmp_path, heard):
    file = tmp_path / "model.zip"
    file.write_bytes(bytes(range(100)))
    download = Download("Save")
    download.offer(file)
    assert download.name == "model.zip"
    download._on_message(None, {"op": "open", "id": "a"}, [])
    download._on_message(None, {"op": "get", "id": "a", "offset": 40, "length": 20}, [])
    assert heard[0][0] == {"op": "size", "id": "a", "size": 100}
    assert heard[1][1] == [bytes(range(40, 60))]


def test_nothing_is_given_before_it_is_offered(heard):
    download = Download("Save")
    download._on_message(None, {"op": "open", "id": "a"}, [])
    assert heard == []


def test_what_is_made_is_made_when_it_is_asked_for(heard):
    made = []
    download = Download("Save")
    download.offer_made(lambda: made.append(1) or b"a,b", "data.csv")
    assert (download.name, made) == ("data.csv", [])
    download._on_message(None, {"op": "open", "id": "a"}, [])
    download._on_message(None, {"op": "get", "id": "a", "offset": 1, "length": 9}, [])
    assert heard[0][0] == {"op": "size", "id": "a", "size": 3}
    assert heard[1][1] == [b",b"]
    download.offer(None)
    download._on_message(None, {"op": "open", "id": "b"}, [])
    assert len(heard) == 2


def test_a_plot_gives_its_data_away_without_formulas(heard):
    plot = Plot()
    bare = Figure("t", "importance", {"layout": {"height": 100}}, "words")
    plot.draw(bare)
    assert not any(isinstance(child, Download) for child in plot.root.children)
    for cell in ("=1+1", "-3"):
        plot.draw(replace(bare, table=(("column", "part"), (cell, 0.5))))
    (download,) = [child for child in plot.root.children if isinstance(child, Download)]
    assert download.name == "genie-importance.csv"
    download._on_message(None, {"op": "get", "id": "a", "offset": 0, "length": 99}, [])
    assert heard[-1][1] == [b"\xef\xbb\xbfcolumn,part\r\n-3,0.5\r\n"]
    plot.draw(replace(bare, table=(("column",), ("=1+1",))))
    download._on_message(None, {"op": "get", "id": "a", "offset": 0, "length": 99}, [])
    assert heard[-1][1] == [b"\xef\xbb\xbfcolumn\r\n'=1+1\r\n"]


def test_the_page_names_no_path(tmp_path, heard):
    offered, secret = tmp_path / "report.html", tmp_path / "secret.txt"
    offered.write_text("report")
    secret.write_text("secret")
    download = Download("Save")
    download.offer(offered)
    download._on_message(None, {"op": "get", "id": "a", "offset": 0, "length": 9, "path": str(secret)}, [])
    assert heard[0][1] == [b"report"]


def test_one_piece_has_a_limit(tmp_path, heard):
    file = tmp_path / "large.bin"
    with file.open("wb") as out:
        out.truncate(3 * MAX_PIECE_BYTES)
    download = Download("Save")
    download.offer(file)
    download._on_message(None, {"op": "get", "id": "a", "offset": 0, "length": 10**12}, [])
    assert len(heard[0][1][0]) == MAX_PIECE_BYTES


def test_a_file_that_is_gone_is_told(tmp_path, heard):
    download = Download("Save")
    download.offer(tmp_path / "gone.zip")
    download._on_message(None, {"op": "open", "id": "a"}, [])
    assert heard[0][0]["op"] == "error"


def test_the_bridge_answers_and_tells_when_the_page_is_left(heard):
    left = []
    bridge = Bridge(lambda: left.append(True))
    bridge._on_message(None, {"op": "ping"}, [])
    bridge._on_message(None, {"op": "left"}, [])
    bridge._on_message(None, "nonsense", [])
    assert heard == [({"op": "pong"}, None)]
    assert left == [True]


def test_a_key_is_in_no_state_that_a_notebook_could_hold(heard):
    secret = Secret("Key")
    secret._on_message(None, {"op": "secret", "value": "sk-very-secret"}, [])
    assert secret.secret.get_secret_value() == "sk-very-secret"
    assert "sk-very-secret" not in json.dumps(secret.get_state(), default=str)
    assert "sk-very-secret" not in repr(secret.secret)
    secret.clear()
    assert secret.secret.get_secret_value() == ""


def test_chips_send_only_what_differs():
    chips = Chips("Left out")
    seen = []
    chips.observe(seen.append, ["options", "value"])
    chips.offer(["a", "b"], ["b"])
    chips.offer(["a", "b"], ["b"])
    assert [change["name"] for change in seen] == ["options", "value"]


def test_what_is_folded_away_is_shown_when_opened_and_told():
    from genie_widgets.widgets.disclosure import Disclosure

    body, told = w.HTML("hidden"), []
    disclosure = Disclosure("More", body)
    disclosure.on_toggle(lambda: told.append(disclosure.is_open))
    assert disclosure.children[1].layout.display == "none"
    disclosure.is_open = True
    assert disclosure.children[1].layout.display is None
    disclosure.is_open = False
    assert told == [True, False]


def test_the_code_is_shown_once_there_is_a_table(monkeypatch):
    from genie_widgets.data import samples
    from genie_widgets.session import Session
    from genie_widgets.widgets.code_step import CodeStep

    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    session = Session()
    step = CodeStep(session)
    step.paint(session.state)
    assert step.root.layout.display == "none"
    session.load_sample(samples()[0].name)
    assert session.wait_idle()
    step.paint(session.state)
    assert step.root.layout.display is None
    assert samples()[0].name in step.root.text
    session.close()


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://mlflow.example/?a=<b>", '<a href="https://mlflow.example/?a=&lt;b&gt;" target="_blank"'),
        ("javascript:alert(1)", "mlflow ui --backend-store-uri &#x27;javascript:alert(1)&#x27;"),
        ("sqlite:////a b/mlflow.db", "mlflow ui --backend-store-uri &#x27;sqlite:////a b/mlflow.db&#x27;"),
    ],
)
def test_mlflow_is_opened_where_it_has_an_address_and_told_how_elsewhere(uri, shown):
    result = SimpleNamespace(tracking=Tracking(uri=uri, experiment="genie", run_id="r", model_uri="m"))
    html = _record_html(result, with_command=True)
    assert shown in html
    assert "mlflow ui" not in _record_html(result, with_command=False)
    assert ("<a " in html) == uri.startswith("https")
