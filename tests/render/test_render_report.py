"""The report: one file that a browser opens without loading anything, and that says everything in words too."""

import json
import re
from html.parser import HTMLParser

import pytest

from genie_widgets import render

LOADING = {"src", "href", "srcset", "data", "action", "formaction", "poster", "background", "xlink:href", "ping"}


class Page(HTMLParser):
    """Keeps tags, what they would load, scripts and the text that is read."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.loads, self.metas, self.scripts, self.figures = [], [], [], [], []
        self.words, self.styles, self._in = "", "", ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.tags.append(tag)
        self._in = tag
        self.loads += [(tag, name, value) for name, value in attrs if name in LOADING]
        if tag == "meta":
            self.metas.append(named)
        if tag == "script":
            self.scripts.append([named.get("type", ""), named.get("id", ""), ""])
        if "data-figure" in named:
            self.figures.append(named["data-figure"])

    def handle_endtag(self, _tag):
        self._in = ""

    def handle_data(self, data):
        if self._in == "script":
            self.scripts[-1][2] += data
        elif self._in == "style":
            self.styles += data
        else:
            self.words += data


@pytest.fixture
def page(make):
    return Page(render.report_html(make.result("amount"), make.profile("amount"), "predict it", created_at=1e9))


def test_a_browser_would_load_nothing(page):
    assert page.loads == []
    assert not {"link", "iframe", "object", "embed", "base", "img"} & set(page.tags)
    assert "@import" not in page.styles
    assert "url(" not in page.styles
    assert not re.search(r"https?://", page.words + page.styles)


def test_the_browser_is_told_to_load_nothing_before_any_script(make):
    source = render.report_html(make.result("amount"), make.profile("amount"), "x")
    assert source.index("Content-Security-Policy") < source.index("<script")
    page = Page(source)
    policy = next(meta["content"] for meta in page.metas if meta.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert "http" not in policy
    assert "*" not in policy
    assert set(rules) <= {"default-src", "script-src", "style-src", "img-src"}


def test_the_plot_library_is_inside_and_whole(page):
    library = [text for kind, _, text in page.scripts if not kind and len(text) > 1_000_000]
    assert len(library) == 1
    assert "Plotly" in library[0]


def test_every_plot_has_its_data_and_its_words(page, make):
    data = {identity: json.loads(text) for kind, identity, text in page.scripts if kind == "application/json"}
    assert list(data) == page.figures
    result = make.result("amount")
    drawn = [*render.figures(result), *render.explained_figures(result.explanation)]
    assert len(data) == len(drawn)
    for figure in drawn:
        assert figure.text in page.words


def test_it_says_what_was_asked_found_and_used(page):
    for heading in ("Verdict", "What was asked", "Figures", "Plots", "Examples", "Models", "The table", "Notes"):
        assert heading in page.words
    assert "predict it" in page.words
    assert "95% interval" in page.words
    assert "not what causes what" in page.words
    assert "add up to its prediction within" in page.words
    assert "run 00000000" in page.words
    assert "2001-09-" in page.words


def test_a_run_that_found_little_still_has_a_report(make):
    result = make.result("amount", evaluation=None, explanation=None, verdict=(), leaderboard=(), notes=(), versions={})
    page = Page(render.report_html(result, make.profile("amount"), ""))
    assert page.figures == []
    assert "There are none." in page.words
    assert "–" in page.words


def test_a_problem_says_what_to_do_and_how_grave_it_is(make):
    shown = render.problem_html(make.problem("the cause", "warning"))
    assert 'role="note"' in shown
    assert "Take care:" in shown
    assert "Reference the cause" in shown
    assert 'role="alert"' in render.problem_html(make.problem("the cause"))


def test_problems_are_shown_gravest_first(make):
    shown = render.problems_html(make.plan("x").problems)
    assert shown.index("g-error") < shown.index("g-warning") < shown.index("g-info")


def test_progress_is_told_to_a_screen_reader_too():
    shown = render.progress_html(fraction=0.416, text="Training", elapsed_s=50, limit_s=120)
    assert 'aria-valuenow="42"' in shown
    assert "width:42%" in shown
    assert "50 s of 2 min" in shown


def test_a_wide_table_shows_its_first_columns_and_counts_the_rest(make):
    profile = make.profile("x")
    wide = profile.model_copy(update={"columns": profile.columns * 150})
    shown = render.profile_html(wide)
    assert shown.count("<tr>") == 201
    assert "and 100 more columns" in shown


def test_a_long_cell_is_cut_in_the_preview():
    shown = render.rows_html(["a"], [["x" * 500]], "Preview")
    assert "x" * 120 in shown
    assert "x" * 121 not in shown


def test_the_chosen_model_is_named_in_words_not_by_colour_alone(make):
    rows = make.result("best one").leaderboard
    shown = render.leaderboard_html(rows, "root_mean_squared_error", "best one")
    assert "best one <b>(chosen)</b>" in shown
    assert "Lower is better." in shown
    plain = render.leaderboard_html(rows, "accuracy", "best one")
    assert not any(words in plain for words in ("Lower is better.", "own threshold", "all untouched rows"))


def test_the_models_say_that_they_are_compared_without_the_threshold_or_group_that_was_chosen(make):
    rows = make.result("best one").leaderboard
    assert "own threshold" in render.leaderboard_html(rows, "accuracy", "best one", is_decided=True)
    assert "on all untouched rows" in render.leaderboard_html(rows, "accuracy", "best one", is_part=True)


def test_a_score_that_is_not_there_is_a_dash(make):
    assert '<td class="n">–</td>' in render.leaderboard_html(make.result("x").leaderboard, "accuracy", "x")


def test_a_result_without_a_verdict_shows_none(make):
    assert render.verdict_html(make.result("x", verdict=())) == ""


def test_examples_of_a_model_that_was_trained_on_them_are_said_to_be_no_test(make):
    text = render.report_html(make.result(scored_model="A", delivered_model="A"), make.profile("x"), "")
    assert "Some of the untouched rows" in text
    text = render.report_html(make.result(scored_model="A", delivered_model="A_FULL"), make.profile("x"), "")
    assert "Some of the untouched rows" not in text
    assert "these predictions are no test" in text
