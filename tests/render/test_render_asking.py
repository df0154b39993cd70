"""The answer to a question as HTML: every figure beside its source, and nothing of it run."""

from genie_widgets import render
from genie_widgets.schema import Reply, Sourced

HOSTILE = "<img src=x onerror=alert(1)>"


def test_every_figure_stands_beside_its_source_and_everything_is_escaped():
    reply = Reply(
        question=HOSTILE,
        how=HOSTILE,
        words=(HOSTILE,),
        figures=(Sourced(label=HOSTILE, value="0.812", source="300 untouched rows"),),
        columns=("row", HOSTILE),
        rows=(("1", HOSTILE),),
        note=HOSTILE,
    )
    html = render.reply_html(reply)
    assert "<img" not in html
    assert "0.812</td><td>300 untouched rows" in html
    assert "<table" not in render.reply_html(Reply(question="?"))
