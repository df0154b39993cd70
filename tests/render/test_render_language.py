"""What is rendered is in the language that is spoken, its figures too; English plots are left to Plotly."""

import gettext
import re

import pytest

from genie_widgets.language import catalogue, saying
from genie_widgets.render import duration, esc, figures, metric_value, number, report_html


@pytest.fixture
def german(monkeypatch):
    """All texts are put between «», in a language with the marks of German."""

    class German(gettext.NullTranslations):
        def gettext(self, message):
            return f"«{message}»"

        def ngettext(self, one, many, n):
            return f"«{one if n == 1 else many}»"

    monkeypatch.setitem(catalogue.LANGUAGES, "de", "Deutsch")
    monkeypatch.setattr(catalogue, "_chosen", ["de"])
    monkeypatch.setattr(saying, "translations", lambda _: German())


@pytest.mark.usefixtures("german")
def test_figures_have_the_marks_of_the_language():
    assert [number(value) for value in (1234.5, 0.1234, 123.4, 99.96)] == ["1.234", "0,123", "123", "100"]
    assert metric_value("accuracy", 0.875) == esc(metric_value("accuracy", 0.875)) == "87,5\u202f%"
    assert duration(90) == "«1:30 min»"


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression", "quantile"])
def test_no_text_of_a_report_stays_english(german, make, kind):
    report = report_html(make.result("t", kind), make.profile("t"), "t", created_at=0.0)
    assert '<html lang="de">' in report
    html = report.partition("<body>")[2].partition("<script>")[0]
    shown = re.sub(r'<script type="application/json".*?</script>', "", html, flags=re.DOTALL)
    parts = [part for part in re.split(r"<[^>]*>", shown) if part.strip()]
    # Between «» stands what was said; of the rest nothing may be a word of ours.
    left = [re.sub(r"«[^«»]*»", "", part) for part in parts]
    while any("«" in part for part in left) and left != (left := [re.sub(r"«[^«»]*»", "", part) for part in left]):
        pass
    assert len(parts) > 50
    assert [part for part in left if re.search(r"[A-Za-z]{2,} [a-z]{2,}", part)] == []


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression", "quantile"])
def test_plots_have_titles_and_marks_of_the_language(german, make, kind):
    for plot in figures(make.result("t", kind)):
        assert plot.spec["layout"]["separators"] == ",."
        titles = [plot.title, *(plot.spec["layout"][axis]["title"]["text"] for axis in ("xaxis", "yaxis"))]
        assert all("«" in title for title in titles if title)
        assert plot.title
        assert "«" in plot.text


def test_an_english_plot_is_left_to_plotlys_own_marks(make):
    assert all("separators" not in plot.spec["layout"] for plot in figures(make.result("t", "binary")))
