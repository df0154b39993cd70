"""People's text is data: whatever it says, the HTML has the same tags and attributes as for a harmless word."""

import json
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from genie_widgets import render
from genie_widgets.schema import LLMExchange, ModelFinished

ATTACKS = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<!--",
    "--><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)' autofocus='",
    "` onload=alert(1)",
    "<svg/onload=alert(1)>",
    "</td></table><iframe src=https://example.org>",
    "</style><style>@import 'https://example.org'</style>",
    "<a href='javascript:alert(1)'>x</a>",
    "<![CDATA[<b>]]>",
    "&lt;b&gt;",
    "&#60;b&#62;",
    "<extra>",
    "%{x}",
    "]]></textarea></title></main>",
    "\ud800<b>",
]
TEXTS = st.one_of(
    st.sampled_from(ATTACKS),
    st.text(min_size=1),
    st.tuples(st.text(), st.sampled_from(ATTACKS), st.text()).map("".join),
    st.text("<>\"'&=/!-` abscriptonload", min_size=1),
)
MANY = settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Skeleton(HTMLParser):
    """Keeps tags, attributes' names and comments, never the text."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.parts, self.words = [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.parts.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag):
        self.parts.append(("/", tag))

    def handle_comment(self, data):
        self.parts.append(("!", data))

    handle_decl = handle_pi = unknown_decl = handle_comment

    def handle_data(self, data):
        self.words.append(data)


def model(text):
    return ModelFinished(model=text, score_validation=0.5, metric="accuracy", fit_s=1.0, is_best=True, reason=text)


def exchange(text):
    return LLMExchange(model=text, server=text, instructions=text, text=text, status="failed", why=text, requests=1)


PIECES = {
    "problem": lambda make, text: render.problem_html(make.problem(text)),
    "problems": lambda make, text: render.problems_html(make.plan(text).problems),
    "profile": lambda make, text: render.profile_html(make.profile(text)),
    "plan": lambda make, text: render.plan_summary_html(make.plan(text), make.profile(text)),
    "evidence": lambda make, text: render.evidence_html(make.plan(text), "target"),
    "said": lambda make, text: render.said_html((text, "then " + text), make.plan(text)),
    "change": lambda make, text: render.change_html(make.plan(text), make.plan("other", "regression"), text),
    "exchange": lambda make, text: render.exchange_html(exchange(text)),
    "progress": lambda make, text: render.progress_html(fraction=0.5, text=text, elapsed_s=1, limit_s=2),
    "rows": lambda make, text: render.rows_html([text, "b"], [[text, text], ["1", text]], text),
    "verdict": lambda make, text: render.verdict_html(make.result(text)),
    "metrics": lambda make, text: render.metrics_html(make.result(text).evaluation),
    "leaderboard": lambda make, text: render.leaderboard_html(make.result(text).leaderboard, text, text),
    "models": lambda make, text: render.models_html([model(text)], text, text),
}


@pytest.mark.parametrize("piece", PIECES)
@given(text=TEXTS)
@example(text="</script><img src=x onerror=alert(1)>")
@MANY
def test_hostile_text_adds_no_tag_and_no_attribute(make, piece, text):
    made = Skeleton(PIECES[piece](make, text))
    harmless = Skeleton(PIECES[piece](make, "harmless"))
    assert made.parts == harmless.parts
    assert len(harmless.parts) >= 2


@pytest.mark.parametrize("piece", PIECES)
def test_the_text_itself_is_shown_as_it_stands(make, piece):
    text = "<b class=\"x\" id='y'>&amp;</b>"
    assert text in "".join(Skeleton(PIECES[piece](make, text)).words)


@pytest.mark.parametrize("problem_type", ["binary", "regression"])
@given(text=TEXTS)
@MANY
def test_a_report_of_hostile_text_has_the_same_skeleton(make, monkeypatch, problem_type, text):
    monkeypatch.setattr("plotly.offline.get_plotlyjs", lambda: "'the library'")

    def report(word):
        return Skeleton(render.report_html(make.result(word, problem_type), make.profile(word), word, created_at=1e9))

    assert report(text).parts == report("harmless").parts


# All that Genie's own figures say there.
TEMPLATES = {
    "",
    "%{text}",
    "%{y}: %{x:.3g}<extra></extra>",
    "%{text}: %{x:+.3g}<extra></extra>",
    "%{text}: %{y:+.3g}<extra></extra>",
    "%{y}: %{x:+.3g}<extra></extra>",
    "%{y}, %{x}: %{z:.3g} ± %{customdata:.2g}<extra></extra>",
    "%{y}: %{delta:+.3g}<extra></extra>",
    "recall (found), %{y}: %{x:.0%} of %{customdata:,} rows<extra></extra>",
    "precision (right), %{y}: %{x:.0%} of %{customdata:,} rows<extra></extra>",
    "true %{y}, predicted %{x}: %{text} rows (%{z:.0%})<extra></extra>",
}


def templates(drawn):
    traces = [trace for figure in drawn for trace in figure.spec["data"]]
    return {value for trace in traces for name, value in trace.items() if name.endswith("template")}


def strings(value):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from strings(inner)
            assert isinstance(name, str)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


@pytest.mark.parametrize("problem_type", ["binary", "multiclass", "regression", "quantile"])
@given(text=TEXTS)
@MANY
def test_no_text_reaches_plotly_as_markup_or_as_a_template(make, problem_type, text):
    # Plotly reads some HTML in labels (links among it) and fills in %{...} in templates.
    result = make.result(text, problem_type)
    drawn = [*render.figures(result), *render.explained_figures(result.explanation)]
    drawn.append(render.waterfall_figure(result.explanation, 0))
    drawn += [one for one in [render.compared_figure(result.explanation, text)] if one is not None]
    for figure in drawn:
        for shown in strings(figure.spec):
            assert "<" not in shown.replace("<extra></extra>", "").replace("<br>", "")
    assert templates(drawn) <= TEMPLATES


def test_a_name_that_closes_the_script_stays_inside_the_figures_data(make):
    name = "</script><script>alert(1)</script><!--"
    source = render.report_html(make.result(name), make.profile(name), name)
    assert "<script>alert(1)" not in source
    assert "<!--" not in source.split("<script>")[0]


def test_a_report_reads_its_figures_back_as_they_were_drawn(make, monkeypatch):
    monkeypatch.setattr("plotly.offline.get_plotlyjs", lambda: "'the library'")
    result = make.result("</script>")
    source = render.report_html(result, make.profile("x"), "x")
    told = [
        piece.split("</script>")[0].split(">", 1)[1] for piece in source.split('<script type="application/json"')[1:]
    ]
    drawn = [*render.figures(result), *render.explained_figures(result.explanation)]
    assert [json.loads(text) for text in told] == [json.loads(json.dumps(figure.spec)) for figure in drawn]
