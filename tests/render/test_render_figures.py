"""Plots as Plotly's JSON: valid, finite, told in words, and no two things drawn as one."""

import json

import numpy as np
import pytest

from genie_widgets import render
from genie_widgets.schema import (
    Confusion,
    Contribution,
    Curve,
    Decision,
    ExplainedOutput,
    Explanation,
    RowExplanation,
)

TYPES = ["binary", "multiclass", "regression", "quantile"]


def every_figure(result):
    drawn = [*render.figures(result)]
    drawn += render.explained_figures(result.explanation)
    drawn += [render.waterfall_figure(result.explanation, row) for row in (0, 3)]
    drawn.append(render.importance_figure(result.explanation, 1))
    return drawn


def with_evaluation(make, problem_type, **changes):
    result = make.result("x", problem_type)
    return result.model_copy(update={"evaluation": result.evaluation.model_copy(update=changes)})


@pytest.mark.parametrize("problem_type", TYPES)
def test_every_figure_is_valid_for_plotly_and_plain_json(make, problem_type):
    from plotly.graph_objects import Figure

    for figure in every_figure(make.result("x", problem_type)):
        assert json.loads(json.dumps(figure.spec, allow_nan=False)) == json.loads(json.dumps(figure.spec))
        assert set(figure.spec) == {"data", "layout", "config"}
        made = Figure(data=figure.spec["data"], layout=figure.spec["layout"])
        assert len(made.data) == len(figure.spec["data"]) > 0


@pytest.mark.parametrize(
    ("problem_type", "kinds"),
    [
        (
            "binary",
            ["confusion", "roc", "precision_recall", "calibration", "gain", "lift", "threshold", "importance"],
        ),
        ("multiclass", ["confusion", "per_class", "roc", "precision_recall", "calibration", "importance"]),
        ("regression", ["predicted_true", "residuals", "error_by_size", "importance"]),
        ("quantile", ["quantile_coverage", "pinball", "importance"]),
    ],
)
def test_each_problem_type_has_its_plots(make, problem_type, kinds):
    assert [figure.kind for figure in render.figures(make.result("x", problem_type))] == kinds


def test_curves_of_several_classes_say_that_each_is_drawn_against_the_others(make):
    result = make.result("x", "multiclass")
    one = [c for c in result.evaluation.curves if c.series == result.evaluation.curves[0].series]
    alone = result.model_copy(update={"evaluation": result.evaluation.model_copy(update={"curves": tuple(one)})})
    for shown, is_told in ((result, True), (alone, False)):
        titles = {figure.kind: figure.title for figure in render.figures(shown)}
        for kind in ("roc", "precision_recall", "calibration"):
            assert ("each class against all others" in titles[kind]) == is_told


@pytest.mark.parametrize("problem_type", TYPES)
def test_each_plot_is_told_in_words_with_figures(make, problem_type):
    for figure in every_figure(make.result("x", problem_type)):
        assert figure.title
        assert any(char.isdigit() for char in figure.text)


def test_a_result_without_figures_has_no_plots(make):
    assert render.figures(make.result(evaluation=None, explanation=None)) == ()


def test_an_explanation_without_outputs_is_not_drawn(make):
    result = make.result("x", evaluation=None)
    empty = result.explanation.model_copy(update={"outputs": ()})
    bare = result.model_copy(update={"explanation": empty})
    assert render.figures(bare) == ()
    assert "data-figure" not in render.report_html(bare, make.profile("x"), "x").split("<script>")[0]


def test_a_curve_without_points_is_left_out(make):
    empty = with_evaluation(make, "regression", curves=(Curve(kind="residuals", series="a", x=(), y=()),))
    assert [figure.kind for figure in render.figures(empty)] == ["importance"]


def test_a_curve_of_an_unknown_kind_is_left_out(make):
    odd = with_evaluation(make, "regression", curves=(Curve(kind="new", series="a", x=(1.0,), y=(1.0,)),))
    assert [figure.kind for figure in render.figures(odd)] == ["importance"]


def test_the_words_say_the_figures_of_the_plot(make):
    words = {figure.kind: figure.text for figure in render.figures(make.result("x", "binary"))}
    assert "x 83%" in words["confusion"]
    assert "Found at 10% false alarms: x: 60%; other: 60%." in words["roc"]
    assert "said 10%, came true 60%" in words["calibration"]
    words = {figure.kind: figure.text for figure in render.figures(make.result("x", "quantile"))}
    assert "0.1: 60%" in words["quantile_coverage"]


def test_a_class_that_no_row_has_is_not_divided_by(make):
    confusion = render.figures(make.result("x", "binary"))[0]
    assert confusion.spec["data"][0]["z"] == [[5 / 6, 1 / 6], [0, 0]]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("kind", ["predicted_true", "residuals", "quantile_coverage", "calibration"])
def test_a_point_that_is_no_number_does_not_break_the_page(make, kind, value):
    # One NaN in JSON, and a browser draws none of the plots.
    curve = Curve(kind=kind, series="a", x=(0.0, value, 1.0), y=(value, 0.5, 1.0))
    for figure in render.figures(with_evaluation(make, "regression", curves=(curve,))):
        json.dumps(figure.spec, allow_nan=False)


def test_columns_with_the_same_long_beginning_keep_a_bar_each(make):
    columns = ["concentration of the substance measured in the sample " + end for end in "abc"]
    explanation = make.explanation("x", columns=columns)
    bars = render.importance_figure(explanation).spec["data"][0]
    assert len(set(bars["y"])) == 3
    steps = render.waterfall_figure(explanation, 0).spec["data"][0]
    assert len(set(steps["y"])) == len(steps["y"]) == 5


def test_classes_with_the_same_long_beginning_keep_a_row_each(make):
    labels = tuple("a class with a very long name, number " + end for end in "123")
    counts = tuple(tuple(int(i == j) for j in range(3)) for i in range(3))
    heat = render.figures(with_evaluation(make, "multiclass", confusion=Confusion(labels=labels, counts=counts)))[0]
    assert len(set(heat.spec["data"][0]["x"])) == 3


def test_many_columns_are_cut_to_the_strongest(make):
    explanation = make.explanation("x", n_columns=40)
    bars = render.importance_figure(explanation).spec["data"][0]
    assert len(bars["x"]) == 15
    assert bars["x"] == sorted(bars["x"], reverse=True)


@pytest.mark.parametrize("unit", ["probability", "target"])
def test_a_waterfall_ends_where_the_prediction_is(make, unit):
    explanation = make.explanation("x", unit=unit, n_columns=30)
    steps = render.waterfall_figure(explanation, 1).spec["data"][0]
    scale = 100 if unit == "probability" else 1
    assert sum(steps["x"][:-1]) == pytest.approx(steps["x"][-1])
    assert steps["x"][-1] == pytest.approx(scale * explanation.outputs[0].rows[1].prediction)
    assert steps["measure"][0] == "absolute"
    assert steps["measure"][-1] == "total"
    assert len(steps["x"]) == len(steps["y"]) == len(steps["measure"])


@pytest.mark.parametrize("unit", ["probability", "target"])
def test_a_waterfall_shows_the_way_and_little_else(make, unit):
    explanation = make.explanation("x", unit=unit, n_columns=30)
    drawn = render.waterfall_figure(explanation, 1).spec
    steps, ends, *_ = drawn["data"]
    scale = 100 if unit == "probability" else 1
    way = np.cumsum(steps["x"][:-1])
    low, high = drawn["layout"]["xaxis"]["range"]
    span = way.max() - way.min()
    assert way.min() - 0.1 * span < low <= way.min()
    assert way.max() <= high < way.max() + 0.1 * span
    # A bar that is cut off would mislead: where the way begins and ends, a point stands.
    assert ends["x"] == pytest.approx([way[0], scale * explanation.outputs[0].rows[1].prediction])
    assert ends["y"] == [steps["y"][0], steps["y"][-1]]
    assert steps["totals"]["marker"]["color"] == "rgba(0,0,0,0)"


def way_of(prediction, base, value, error=0.0, unit="probability"):
    part = Contribution(column="a", cell="1", value=value, standard_error=error)
    row = RowExplanation(row=0, prediction=prediction, contributions=(part,))
    output = ExplainedOutput(label="Yes", base_value=base, importance=(), rows=(row,))
    explanation = Explanation(
        path="exact",
        method="",
        unit=unit,
        n_rows=1,
        n_background=1,
        additivity_error=0.0,
        outputs=(output,),
        seconds=0.0,
    )
    return render.waterfall_figure(explanation, 0).spec["layout"]["xaxis"]["range"]


def test_a_waterfall_leaves_room_for_errors_and_none_for_impossible_probabilities():
    assert way_of(1.0, 0.2, 0.8) == pytest.approx([15.2, 100.0])
    assert way_of(0.0, 0.5, -0.5) == pytest.approx([0.0, 53.0])
    low, high = way_of(0.5, 0.4, 0.1, error=0.1)
    assert low == pytest.approx(30 - 2.4)
    assert high == pytest.approx(70 + 2.4)
    low, high = way_of(5.0, 5.0, 0.0, unit="target")
    assert low < 5 < high
    low, high = way_of(0.0, 0.0, 0.0, unit="target")
    assert low < 0 < high


def test_a_row_is_told_in_sentences_of_its_own_figures(make):
    explanation = make.explanation("blue", columns=["colour", "size"])
    row = explanation.outputs[0].rows[0]
    first, *rest = render.row_sentences(explanation, row, "yes", 0.4)
    assert first == "The predicted probability of yes is 35.0%, against 40.0% on average."
    assert rest == [
        "colour = blue lowers the predicted probability of yes for this row by 10 points.",
        "size = blue raises it by 5.0 points.",
    ]


def test_a_number_is_told_in_the_targets_unit(make):
    explanation = make.explanation("blue", unit="target", columns=["colour"])
    sentences = render.row_sentences(explanation, explanation.outputs[0].rows[0], "price", 0.4)
    assert sentences == [
        "The predicted price is 0.300, against 0.400 on average.",
        "colour = blue lowers the predicted price for this row by 0.100.",
    ]


def test_a_column_that_moves_nothing_is_not_told(make):
    explanation = make.explanation("blue", columns=["colour"])
    row = explanation.outputs[0].rows[0]
    still = row.model_copy(update={"contributions": (row.contributions[0].model_copy(update={"value": 0.0}),)})
    assert len(render.row_sentences(explanation, still, "yes", 0.4)) == 1


def test_classes_of_a_confusion_are_sorted_and_the_worst_found_comes_first_by_class(make):
    confusion = Confusion(labels=("a", "b", "c"), counts=((1, 0, 1), (0, 6, 0), (1, 0, 3)))
    plots = {figure.kind: figure for figure in render.figures(with_evaluation(make, "multiclass", confusion=confusion))}
    heat = plots["confusion"].spec["data"][0]
    assert heat["x"] == heat["y"] == ["b", "c", "a"]
    assert heat["z"] == [[1, 0, 0], [0, 0.75, 0.25], [0, 0.5, 0.5]]
    recall, precision = plots["per_class"].spec["data"]
    assert recall["y"] == ["a", "c", "b"]
    assert recall["x"] == [0.5, 0.75, 1]
    assert precision["x"] == [0.5, 0.75, 1]


def test_a_decision_is_marked_where_the_threshold_is_shown(make):
    result = make.result("x", "binary")
    decided = result.model_copy(
        update={"decision": Decision(rule="threshold", threshold=0.3, positive="x", negative="y", n_rows=9)}
    )
    before, after = (
        next(figure for figure in render.figures(each) if figure.kind == "threshold") for each in (result, decided)
    )
    assert len(after.spec["data"]) == len(before.spec["data"]) + 1
    assert after.text.endswith("Decided: 30.0%.")
