"""Explanations as plots: what they draw, say in words, and give away as data."""

import re

import pytest

from genie_widgets import render
from genie_widgets.render.axes import read_cells
from genie_widgets.render.charts import DOWN, QUIET, UP
from genie_widgets.schema import Contribution, ExplainedOutput, Explanation, FeatureImportance, Flip, RowExplanation

BASE = 0.4


def output_of(label, rows, partners=None, error=0.0):
    """`rows` holds for each row its cells and parts by column."""
    explained = []
    for place, row in enumerate(rows):
        parts = [
            Contribution(column=name, cell=cell, value=value, standard_error=error)
            for name, (cell, value) in row.items()
        ]
        parts.sort(key=lambda part: -abs(part.value))
        total = BASE + sum(part.value for part in parts)
        explained.append(RowExplanation(row=place, prediction=total, contributions=tuple(parts)))
    names = list(rows[0])
    sizes = {name: sum(abs(row[name][1]) for row in rows) / len(rows) for name in names}
    importance = tuple(
        FeatureImportance(
            column=name, mean_abs=sizes[name], standard_error=0.01, partner=(partners or {}).get(name, "")
        )
        for name in sorted(names, key=lambda name: -sizes[name])
    )
    return ExplainedOutput(label=label, base_value=BASE, importance=importance, rows=tuple(explained))


def explanation_of(*outputs, unit="probability"):
    return Explanation(
        path="exact",
        method="",
        unit=unit,
        n_rows=len(outputs[0].rows),
        n_background=100,
        additivity_error=0.0,
        outputs=outputs,
        seconds=0.1,
    )


@pytest.fixture
def churn():
    """Month-to-month raises, by more for the young; age has little of its own."""
    rows = []
    for n in range(40):
        monthly, age = n % 2 == 0, 20 + n
        size = (0.2 if monthly else -0.2) * (1.5 if age < 40 else 0.5)
        rows.append(
            {
                "contract": ("Month-to-month" if monthly else "Two year", size),
                "age": (str(age), 0.001 * (40 - n)),
                "since": (f"2020-01-{n % 28 + 1:02d}", 0.0),
            }
        )
    return explanation_of(output_of("Yes", rows, {"contract": "age"}))


def test_numbers_dates_and_words_are_told_apart():
    assert read_cells(["1", "2.5", "missing", "4"]).kind == "number"
    assert read_cells(["1", "0", "1"]).kind == "word", "two numbers are names"
    assert read_cells(["2020-01-01", "2020-02-01 10:00:00", "missing"]).kind == "date"
    assert read_cells(["1", "2", "many"]).kind == "word"
    assert read_cells(["inf", "1", "2", "3"]).kind == "word", "no axis holds it"
    assert read_cells(["missing"] * 3).kind == "word"
    assert read_cells([]).kind == "word"


def test_the_parts_of_a_column_share_its_rows_in_their_order():
    names, order = read_cells([str(n) for n in range(8)] + ["missing"]).parts(4)
    assert order == ["below 2", "2 to below 4", "4 to below 6", "6 or more", "missing"]
    assert names == [order[n // 2] for n in range(8)] + ["missing"]
    names, order = read_cells(["b", "a", "a", "c", "b", "a", "d"]).parts(3)
    assert order == ["a", "b", "any other"]
    assert names == ["b", "a", "a", "any other", "b", "a", "any other"]
    _, order = read_cells(["2020-03-01", "2020-01-01", "2020-02-01", "2020-04-01"]).parts(2)
    assert order == ["below 2020-03-01", "2020-03-01 or more"]
    assert read_cells(["5", "5", "5", "6", "7"]).parts(4)[1] == ["below 6", "6 or more"]


def test_the_importance_says_what_moves_most_and_how_sure_that_is(churn):
    drawn = render.importance_figure(churn)
    assert drawn.text.startswith("contract moves the prediction most: by 20 points up or down on average,")
    assert re.search(r"contract 20(\.0)? \(± 2(\.0)?\)", drawn.text)
    assert drawn.spec["data"][0]["error_x"]["array"][0] == pytest.approx(2.0), "as the words say: twice"
    assert drawn.table[0] == ("column", "mean size of its part", "standard error", "goes with")
    assert drawn.table[1] == ("contract", pytest.approx(0.2), 0.01, "age")
    assert len(drawn.table) == 4


def test_every_row_is_a_point_coloured_by_its_value(churn):
    drawn = render.beeswarm_figure(churn)
    contract, age = drawn.spec["data"][:2]
    assert set(contract["marker"]["color"]) == {QUIET}, "words have no height"
    assert "error_x" not in age, "exact"
    assert age["marker"]["color"][0] == DOWN
    assert age["marker"]["color"][-1] == UP
    assert len(drawn.table) == 1 + 3 * 40
    assert drawn.table[1] == (1, "contract", "Month-to-month", pytest.approx(0.3), 0.0)


def test_the_dependence_is_coloured_by_the_partner(churn):
    drawn = render.dependence_figure(churn, "contract")
    assert [trace["name"] for trace in drawn.spec["data"]] == ["age low", "age high"]
    # A legend wears the colour of a trace's first point: the lowest of the low, the highest of the high.
    low, high = (trace["marker"]["color"] for trace in drawn.spec["data"])
    assert (low[0], high[0]) == (render.explained.shades([0.0])[0], render.explained.shades([1.0])[0])
    assert len({low[0], low[-1], high[-1], high[0]}) == 4
    assert drawn.spec["layout"]["xaxis"]["type"] == "category"
    assert drawn.spec["layout"]["yaxis"]["title"]["text"] == "part in the prediction<br>(points of probability)"
    assert "Month-to-month: +20 points (20 rows)" in drawn.text
    assert "Two year: −20 points (20 rows)" in drawn.text
    assert "goes most with age" in drawn.text
    assert drawn.table[0] == ("row", "contract", "part", "standard error", "age")
    assert drawn.table[1] == (1, "Month-to-month", pytest.approx(0.3), 0.0, "20")


def test_a_column_without_a_partner_has_one_colour(churn):
    drawn = render.dependence_figure(churn, "age")
    (trace,) = drawn.spec["data"]
    assert trace["x"][:2] == [20.0, 21.0]
    assert not trace["showlegend"]
    assert drawn.spec["layout"]["xaxis"]["type"] == "linear"
    assert render.dependence_figure(churn, "since").spec["layout"]["xaxis"]["type"] == "date"
    assert render.dependence_figure(churn, "no such column") is None


def test_what_was_sampled_is_drawn_and_told_with_its_error():
    sampled = explanation_of(output_of("Yes", [{"a": (str(n), 0.01 * n)} for n in range(5)], error=0.002))
    drawn = render.dependence_figure(sampled, "a")
    assert drawn.spec["data"][0]["error_y"]["array"] == pytest.approx([0.4] * 5)
    assert "known within ± 0.4 points" in drawn.text
    swarm = render.beeswarm_figure(sampled)
    assert "known within ± 0.4 points" in swarm.text
    assert swarm.spec["data"][0]["error_x"]["array"] == pytest.approx([0.4] * 5)
    row = sampled.outputs[0].rows[4]
    assert render.row_sentences(sampled, row, "Yes", BASE)[1].endswith("by 4.0 points (± 0.4 points).")
    *_, bars = render.waterfall_figure(sampled, 4).spec["data"]
    assert bars["x"] == pytest.approx([44.0]), "where the step ends"
    assert bars["error_x"]["array"] == pytest.approx([0.4])


def test_groups_are_compared_by_what_makes_their_predictions_differ(churn):
    drawn = render.compared_figure(churn, "contract")
    assert [trace["name"] for trace in drawn.spec["data"]] == ["Month-to-month (20)", "Two year (20)"]
    assert "From “Two year” to “Month-to-month” it changes by +40 points; of that, contract +40 points" in drawn.text
    assert drawn.table[0] == ("column", "Month-to-month", "Two year")
    assert drawn.table[1] == ("rows", 20, 20)
    assert "Why" not in drawn.title, "no cause is claimed"
    gaps = {name: high - low for name, high, low in drawn.table[3:6]}
    means = drawn.table[2]
    assert sum(gaps.values()) == pytest.approx(means[1] - means[2]), "the parts of the difference add up to it"


def test_the_mean_parts_of_groups_have_error_bars():
    words = [("x", 0.1), ("x", 0.3), ("x", 0.2), ("y", -0.1)]
    drawn = render.compared_figure(explanation_of(output_of("Yes", [{"a": word} for word in words], error=0.02)), "a")
    # 0.1, 0.3 and 0.2 spread by 0.1: their mean's error is 0.1 / sqrt(3). A single row has its part's own.
    errors = [0.1 / 3**0.5, 0.02]
    assert [trace["error_x"]["array"] for trace in drawn.spec["data"]] == [pytest.approx([200 * e]) for e in errors]
    assert drawn.table[-1] == ("a, standard error", *(pytest.approx(e) for e in errors))
    assert "twice the standard error" in drawn.text


def test_small_groups_are_said_to_be_chance_and_one_group_is_not_compared():
    few = explanation_of(output_of("Yes", [{"a": (word, 0.1)} for word in ["x"] * 12 + ["y"] * 3]))
    assert "Few rows, so mostly chance: y." in render.compared_figure(few, "a").text
    same = explanation_of(output_of("Yes", [{"a": ("x", 0.1)}] * 5))
    assert render.compared_figure(same, "a") is None


def test_classes_are_shown_beside_each_other():
    outputs = [output_of(name, [{"a": ("1", size), "b": ("2", -0.05)}] * 3) for name, size in [("u", 0.1), ("v", 0.3)]]
    drawn = render.classes_figure(explanation_of(*outputs))
    assert drawn.spec["data"][0]["z"] == [pytest.approx([10.0, 30.0]), pytest.approx([5.0, 5.0])]
    assert re.search(r"v: a 30(\.0)? \(± 2(\.0)?\), b 5(\.00)? \(± 2(\.0)?\)", drawn.text)
    assert drawn.spec["data"][0]["text"][0] == ["10<br>± 2", "30<br>± 2"], "twice the standard error"
    assert drawn.table[0] == ("column", "u", "v", "u, standard error", "v, standard error")
    assert drawn.table[1] == ("a", pytest.approx(0.1), pytest.approx(0.3), 0.01, 0.01)
    assert render.classes_figure(explanation_of(outputs[0])) is None


def test_it_opens_on_the_class_that_is_predicted_most_often():
    rare = output_of("rare", [{"a": ("1", size)} for size in (0.5, -0.3, -0.3)])
    common = output_of("common", [{"a": ("1", -size)} for size in (0.5, -0.3, -0.3)])
    explanation = explanation_of(rare, common)
    assert explanation.opening == 1
    assert [explanation.likeliest(row) for row in range(3)] == [0, 1, 1]
    assert "common" in render.importance_figure(explanation).title
    assert "probability of rare" in render.waterfall_figure(explanation, 0).text
    quantiles = explanation_of(*[output_of(f"q{n}", [{"a": ("1", n)}]) for n in range(3)], unit="target")
    assert (quantiles.opening, quantiles.likeliest(0)) == (1, 1), "the middle one"
    assert explanation_of(rare).opening == 0


def test_what_other_columns_do_together_is_told(churn):
    rows = [{name: ("1", 0.01 * (n + 1)) for n, name in enumerate("abcdef")}]
    explanation = explanation_of(output_of("Yes", rows))
    sentences = render.row_sentences(explanation, explanation.outputs[0].rows[0], "Yes", BASE)
    assert sentences[-1] == "The other 2 columns together raise it by 3.0 points."
    assert len(sentences) == 6


def test_what_flips_an_answer_is_told_and_escaped():
    cells = {"<b>": "old", "n": 3}
    flip = Flip(cells=cells, changes={"<b>": "<i>new</i>", "n": 4.5}, before="No", after="Yes")
    told = render.flip_html(flip)
    assert "&lt;b&gt; = &lt;i&gt;new&lt;/i&gt;</b> instead of old" in told
    assert "<b>n = 4.5</b> instead of 3" in told
    assert "the answer would be <b>Yes</b> instead of No" in told
    nothing = render.flip_html(Flip(cells=cells, changes={}, before="No", after="No"))
    assert "No change of up to three columns" in nothing
