"""Numbers, durations and the one way by which text enters HTML."""

import html
import math

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genie_widgets import render
from genie_widgets.render import cell_number, duration, esc, moment, number


@given(text=st.text())
@settings(max_examples=50, deadline=None)
def test_escaped_text_holds_no_markup_and_reads_as_it_was(text):
    escaped = esc(text)
    assert not set(escaped) & set("<>\"'")
    seen = "".join(char if char.isprintable() or char in "\n\t\u202f" else "\N{REPLACEMENT CHARACTER}" for char in text)
    assert html.unescape(escaped) == seen


@pytest.mark.parametrize(
    "char",
    ["\0", "\x1b", "\r", "\u202e", "\u200b", "\xa0", "\ud800"],
    ids=["nul", "esc", "cr", "rtl", "zwsp", "nbsp", "surrogate"],
)
def test_what_cannot_be_seen_is_made_visible(char):
    assert esc(f"a{char}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_a_text_without_end_is_cut_and_says_so():
    shown = esc("x" * 1_000_000)
    assert len(shown) < 10_000
    assert shown.endswith("…")


def test_a_cut_does_not_cut_an_escape_in_two():
    shown = esc("&" * 1_000_000)
    assert shown.replace("&amp;", "") == "…"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
        (-math.inf, "–"),
        (0, "0"),
        (-0.0, "0"),
        (7, "7"),
        (1234, "1,234"),
        (-1234, "-1,234"),
        (10**9, "1,000,000,000"),
        (0.5, "0.500"),
        (0.12345, "0.123"),
        (0.9996, "1.00"),
        (2.5, "2.50"),
        (12.345, "12.3"),
        (123.45, "123"),
        (99.96, "100"),
        (999.4, "999"),
        (999.5, "1,000"),
        (999.6, "1,000"),
        (-999.7, "-1,000"),
        (12345.6, "12,346"),
        (0.000123, "0.000123"),
    ],
)
def test_a_figure_is_written_as_people_write_it(value, shown):
    assert number(value) == shown


@given(value=st.floats(-1e307, 1e307))
@example(value=999.6)
@example(value=1e300)
@example(value=-5e-324)
@settings(max_examples=50, deadline=None)
def test_any_figure_is_short_and_near_its_value(value):
    shown = number(value)
    assert len(shown) <= 24
    assert float(shown.replace(",", "")) == pytest.approx(value, rel=0.006)
    if 1e-3 <= abs(value) < 1e12:
        assert "e" not in shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "0 s"),
        (0.4, "0 s"),
        (45, "45 s"),
        (59.4, "59 s"),
        (59.7, "1 min"),
        (60, "1 min"),
        (61, "1:01 min"),
        (90, "1:30 min"),
        (120.2, "2 min"),
        (3599, "59:59 min"),
        (3599.8, "1 h"),
        (3600, "1 h"),
        (3660, "1:01 h"),
        (9000, "2:30 h"),
        (7200, "2 h"),
    ],
)
def test_a_duration_is_written_as_people_say_it(seconds, shown):
    assert duration(seconds) == shown


@given(seconds=st.floats(0, 1e6))
@settings(max_examples=50, deadline=None)
def test_no_duration_counts_to_sixty(seconds):
    shown = duration(seconds)
    assert shown.split(" ")[1] in ("s", "min", "h")
    assert ":60" not in shown
    assert not shown.startswith("60 ")


def test_a_moment_is_a_date_and_a_time():
    assert moment(0)[:3] in ("197", "196")
    assert len(moment(1.7e9)) == len("2023-11-14 22:13")


def test_every_public_name_is_there_and_no_other():
    for name in render.__all__:
        assert getattr(render, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = render.nonsense


def test_a_year_has_no_mark_between_its_thousands():
    assert [cell_number(value) for value in (2008.0, -9999.0, 10_000.0, 1234.5)] == ["2008", "-9999", "10,000", "1,234"]
