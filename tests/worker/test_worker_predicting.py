"""A file of new rows: part by part as in one go; unseen values and rows of another kind are told."""

import re

import numpy as np
import pandas as pd
import pytest

from genie_widgets.schema import Decision, Evaluation, Interval, Plan, RunResult
from genie_widgets.worker import predicting
from genie_widgets.worker.predicting import Job, learned_rows


class Line:
    """Predicts the sum of two columns; never more rows at once than a part has."""

    most = 0

    def predict(self, frame):
        self.most = max(self.most, len(frame))
        return frame["a"] + frame["b"]

    def predict_proba(self, frame):
        return None


class Coin:
    """Gives the column `a` as the probability of a whole-number class."""

    def predict_proba(self, frame):
        return pd.DataFrame({0: 1 - frame["a"], 1: frame["a"]}, index=frame.index)

    def predict_from_proba(self, probabilities):
        return (probabilities[1] >= 0.5).astype(int)


@pytest.fixture
def learned():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {"a": rng.normal(size=400), "b": rng.normal(size=400), "town": rng.choice(["Rom", "Oslo"], 400), "y": 1.5}
    ).assign(y=lambda frame: frame["a"] + 0.5)


def result_of(request, **changes):
    fields = {"run_id": request.run_id, "status": "done", "prompt": "", "table_name": "t", "plan": request.plan}
    return RunResult(**fields, n_rows=1, n_train=1, n_holdout=1, features=(), **changes)


@pytest.fixture
def predict(make_request, learned, tmp_path):
    """Predict rows; give what is said, the file with its own columns, and the predictions."""

    def run(rows, model=None, plan=None, drift_accepted=(), learned=learned, prepared_for=None, **changes):
        request = make_request(learned, **(plan or {}))
        rows.to_parquet(tmp_path / "input.parquet")
        words = learned if prepared_for is None else prepared_for
        job = Job(lambda: model or Line(), request, result_of(request, **changes), learned, words, drift_accepted)
        output = tmp_path / "out.csv"
        said = job.run(tmp_path / "input.parquet", output, with_table=True, progress=tmp_path / "progress")
        return said, pd.read_csv(output), pd.read_parquet(output.with_suffix(".parquet"))

    return run


def codes(said):
    return [problem["code"] for problem in said["problems"]]


def test_parts_give_the_same_as_one_go_with_bounded_parts_and_progress(predict, learned, monkeypatch, tmp_path):
    rows = learned.drop(columns="y").assign(id=range(400))[["id", "town", "b", "a"]]
    _, whole, _ = predict(rows)
    monkeypatch.setattr(predicting, "CHUNK_ROWS", 70)
    model = Line()
    said, parts, predicted = predict(rows, model)
    pd.testing.assert_frame_equal(parts, whole)
    assert list(parts.columns) == ["id", "town", "b", "a", "prediction"]
    assert list(parts["id"]) == list(range(400))
    assert parts["prediction"].to_numpy() == pytest.approx((rows["a"] + rows["b"]).to_numpy())
    assert (said["n_rows"], said["columns"], codes(said)) == (400, ["prediction"], [])
    assert len(predicted) == 400
    assert model.most == 70
    assert (tmp_path / "progress").read_text() == "400"


def test_cells_and_values_are_counted_over_all_parts(predict, learned, monkeypatch):
    monkeypatch.setattr(predicting, "CHUNK_ROWS", 50)
    rows = learned.drop(columns="y").astype({"a": object})
    rows.loc[[3, 80, 390], "a"] = "many"
    rows.loc[[5, 300], "town"] = "Atlantis"
    rows["a"] = rows["a"].astype(str)
    said, _, _ = predict(rows)
    assert codes(said) == ["cells-unread", "values-unseen"]
    assert said["problems"][0]["title"].startswith("3 cell(s) of a ")
    assert "in 2 rows: 'Atlantis'" in said["problems"][1]["title"]


def test_words_kept_once_each_are_read_counted_and_written_as_any_other(predict, learned, monkeypatch):
    monkeypatch.setattr(predicting, "CHUNK_ROWS", 90)
    rows = learned.drop(columns="y")
    rows.loc[[5, 300], "town"] = 'At,"lantis"'
    rows.loc[[6, 301], "town"] = None
    # The second part has none of a value that stands in the whole column's list, and one is in no row at all.
    coded = rows.assign(town=pd.Categorical(rows["town"], categories=['At,"lantis"', "Rom", "Oslo", "Nowhere"]))
    seen = []

    class Looking(Line):
        def predict(self, frame):
            seen.append(frame["town"])
            return super().predict(frame)

    plain, plain_table, _ = predict(rows, Looking())
    plain_seen, seen = seen, []
    said, table, _ = predict(coded, Looking())
    assert said == plain
    assert codes(said) == ["values-unseen"]
    assert "in 2 rows: 'At,\"lantis\"'." in said["problems"][0]["title"]
    pd.testing.assert_frame_equal(table, plain_table)
    assert list(table["town"].fillna("")) == list(rows["town"].fillna(""))
    pd.testing.assert_series_equal(pd.concat(seen), pd.concat(plain_seen))
    assert pd.concat(seen).dtype == object
    assert pd.concat(seen)[6] is None


def test_rows_of_another_kind_are_told_with_advice(predict, learned):
    rows = learned.drop(columns="y").assign(a=learned["a"] + 3)
    said, _, _ = predict(rows)
    assert codes(said) == ["rows-differ"]
    told = said["problems"][0]
    assert (told["culprit"], told["severity"]) == ("a", "warning")
    assert re.fullmatch(
        r"a differs in \d+% of the rows: half of them below -?0\.\d+ where the model learned, half below 2\.\d+ here\.",
        told["title"],
    )
    assert "Do not count on the score" in told["remedy"]


def test_rows_that_differ_in_a_column_set_aside_are_a_note_and_in_another_a_warning(predict, learned):
    rows = learned.drop(columns="y").assign(a=learned["a"] + 3, b=np.nan, town="Rom")
    said, _, _ = predict(rows, drift_accepted=("b", "town"))
    told = {problem["culprit"]: problem for problem in said["problems"]}
    assert {name: problem["severity"] for name, problem in told.items()} == {
        "a": "warning",
        "b": "info",
        "town": "info",
    }
    assert "empty in 0% where the model learned, empty in 100% here" in told["b"]["title"]
    assert re.search(r"'(Rom|Oslo)' in \d+% where the model learned, '(Rom|Oslo)' in \d+% here", told["town"]["title"])


def test_of_many_columns_that_differ_the_rest_is_counted(predict, learned):
    wide = learned.assign(**{f"x{i}": learned["a"] for i in range(6)})
    moved = wide.drop(columns="y").assign(**{f"x{i}": wide["a"] + 1 + i for i in range(6)})
    said, _, _ = predict(moved, learned=wide)
    assert codes(said) == ["rows-differ"] * 4 + ["more-rows-differ"]
    assert said["problems"][-1]["title"].startswith("2 more columns differ")


def test_numbers_come_with_their_interval(predict, learned):
    evaluation = Evaluation(
        n_rows=9, split="", metrics=(), baseline="", interval=Interval(level=0.9, half_width=2.0, n_rows=99)
    )
    said, table, _ = predict(learned.drop(columns="y"), evaluation=evaluation)
    assert said["columns"] == ["prediction", "low (90%)", "high (90%)"]
    assert (table["high (90%)"] - table["low (90%)"]).to_numpy() == pytest.approx(4.0)


def test_a_decision_is_used_and_labels_keep_their_type(predict, learned):
    rows = learned.drop(columns="y").assign(a=np.linspace(0, 1, 400))
    binary = {"problem_type": "binary", "metric": "roc_auc", "positive_class": "1"}
    _, table, predicted = predict(rows, Coin(), binary)
    assert list(table["prediction"]) == [int(chance >= 0.5) for chance in rows["a"]]
    decision = Decision(rule="threshold", threshold=0.2, positive="1", negative="0", n_rows=9)
    _, table, predicted = predict(rows, Coin(), binary, decision=decision)
    assert list(table["prediction"]) == [int(chance >= 0.2) for chance in rows["a"]]
    assert pd.api.types.is_integer_dtype(predicted["prediction"])


def test_no_rows_give_no_predictions(predict, learned):
    said, table, predicted = predict(learned.drop(columns="y").head(0))
    assert said["n_rows"] == 0
    assert list(table.columns) == ["a", "b", "town", "prediction"]
    assert len(table) == len(predicted) == 0


def test_rows_kept_apart_or_left_out_are_not_those_learned_from(learned):
    plan = Plan(target="y", problem_type="regression", metric="rmse")
    scored = pd.DataFrame({"truth": [1, 2]}, index=[0, 399])
    assert list(learned_rows(learned, plan, scored).index) == list(range(1, 399))
    assert learned_rows(learned, plan, None) is learned
    twice = pd.concat([learned, learned.head(5)], ignore_index=True)
    rest = learned_rows(twice, plan.model_copy(update={"rows_left_out": ("repeated",)}), scored)
    assert list(rest.index) == list(range(1, 399))


def test_a_word_that_came_in_only_after_the_columns_were_prepared_is_still_unseen(predict, learned):
    rows = learned.drop(columns="y").head(50)
    said, _, _ = predict(rows, prepared_for=learned[learned["town"] == "Rom"])
    (unseen,) = [problem for problem in said["problems"] if problem["code"] == "values-unseen"]
    assert "'Oslo'" in unseen["title"]
    assert "values-unseen" not in codes(predict(rows)[0])
