"""Requests about a run's model: bad ones get a problem and end nothing, and no path leaves the run's folder."""

import threading
from importlib import import_module

import pandas as pd
import pytest

from genie_widgets.machine import Machine
from genie_widgets.worker import serving
from genie_widgets.worker.flipping import plain_cell
from genie_widgets.worker.serving import Server


@pytest.fixture
def folder(make_folder):
    return make_folder()


@pytest.fixture
def server(folder):
    return Server(folder, None)


def problem(answer):
    assert answer["ok"] is False
    assert "value" not in answer
    assert answer["problem"]["title"]
    assert answer["problem"]["remedy"]
    return answer["problem"]


def test_a_ping_is_answered_under_its_id(server):
    assert server.answer({"id": 7, "op": "ping"}) == {"id": 7, "ok": True, "value": {}}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"op": None},
        {"op": "destroy"},
        {"op": ["ping"]},
        {"op": "_predict"},
        {"op": "predict"},
        {"op": "predict", "input": "table.parquet"},
        {"op": "predict", "input": "none.parquet", "output": "out.csv"},
        {"op": "predict", "input": None, "output": None},
        {"op": "predict", "input": "a\0b", "output": "out.csv"},
        {"op": "predict", "input": "request.json", "output": "out.csv"},
        {"op": "predict", "input": ".", "output": "out.csv"},
        {"op": "explain", "input": "table.parquet", "first": "many"},
        {"op": "explain", "input": "none.parquet"},
        {"op": "what_if"},
        {"op": "flip", "cells": {"no column": 1}},
        {"op": "what_if", "cells": 5},
        {"op": "what_if", "cells": {"no column": 1}},
    ],
    ids=repr,
)
def test_a_bad_request_gets_a_problem_and_the_next_is_answered(server, message, capsys):
    problem(server.answer({"id": 1, **message}))
    assert server.answer({"id": 2, "op": "ping"})["ok"]


@pytest.mark.parametrize("outside", ["../../../etc/passwd", "/etc/passwd", "a/../../b.parquet", "link/b.parquet"])
def test_a_path_outside_the_runs_folder_is_refused(server, folder, tmp_path, outside):
    (folder.path / "link").symlink_to(tmp_path)
    for operation in ("predict", "explain"):
        found = problem(server.answer({"id": 1, "op": operation, "input": outside, "output": "out.csv"}))
        assert found["code"] == "path-outside"
        assert found["value"] == outside
    found = problem(server.answer({"id": 1, "op": "predict", "input": "table.parquet", "output": outside}))
    assert found["code"] == "path-outside"
    assert list(tmp_path.iterdir()) == []


def test_rows_without_the_models_columns_are_told_by_name(server, folder):
    pd.DataFrame({"a": [1]}).to_parquet(folder.path / "new.parquet")
    found = problem(server.answer({"id": 1, "op": "predict", "input": "new.parquet", "output": "out.csv"}))
    assert found["code"] == "columns-missing"


def test_a_run_whose_model_is_gone_says_so(server, capsys):
    found = problem(server.answer({"id": 1, "op": "predict", "input": "table.parquet", "output": "out.csv"}))
    assert found["code"] == "model-unusable"


@pytest.fixture
def asked(finished):
    """Rows to predict, in the folder of a finished run, and the server of its slim model."""
    folder, model = finished
    rows = pd.read_parquet(folder.table_path).head(25)
    rows.to_parquet(folder.path / "new.parquet")
    return Server(folder, None), folder, rows, model


@pytest.mark.slow
def test_new_rows_are_predicted_as_by_the_model_in_memory(asked):
    server, folder, rows, model = asked
    wanted = list(model.predict(rows.drop(columns="species")))
    shuffled = rows[list(rows.columns)[::-1]].assign(prediction="mine")
    # An index that repeats must not repeat the rows.
    shuffled.set_axis([0] * len(rows)).to_parquet(folder.path / "new.parquet")
    answer = server.answer({"id": 1, "op": "predict", "input": "new.parquet", "output": "out.csv"})
    assert answer["ok"], answer
    value = answer["value"]
    assert (value["n_rows"], value["output"], value["problems"]) == (25, "out.csv", [])
    written = pd.read_csv(folder.path / "out.csv")
    assert list(written["genie prediction"]) == wanted
    assert set(written["prediction"]) == {"mine"}
    predicted = pd.read_parquet(folder.path / "out.parquet")
    assert list(predicted.columns) == value["columns"]
    probabilities = predicted.drop(columns="prediction")
    assert probabilities.sum(axis=1).to_numpy() == pytest.approx(1.0, abs=1e-3)
    assert list(probabilities.columns) == [f"probability of {label}" for label in model.classes]


@pytest.mark.slow
def test_odd_cells_are_predicted_and_told(asked):
    server, folder, rows, _model = asked
    number = next(name for name in rows.columns if pd.api.types.is_float_dtype(rows[name]))
    word = next(name for name in rows.columns if rows[name].dtype == object and name != "species")
    rows.astype({number: object}).assign(**{number: "many", word: "Atlantis"}).to_parquet(folder.path / "new.parquet")
    answer = server.answer({"id": 1, "op": "predict", "input": "new.parquet", "output": "out.csv"})
    assert answer["ok"], answer
    told = [(found["code"], found["culprit"]) for found in answer["value"]["problems"]]
    assert told == [("cells-unread", number), ("values-unseen", word)]
    assert len(pd.read_csv(folder.path / "out.csv")) == 25


@pytest.mark.slow
def test_an_explanation_adds_up_and_covers_the_rows_asked_for(asked):
    server, _folder, _rows, _model = asked
    message = {"id": 1, "op": "explain", "input": "new.parquet", "first": 5, "max_rows": 3, "budget_s": 2}
    answer = server.answer(message)
    assert answer["ok"], answer
    for output in answer["value"]["outputs"]:
        assert len(output["rows"]) == 3
        for row in output["rows"]:
            total = output["base_value"] + sum(part["value"] for part in row["contributions"])
            assert total == pytest.approx(row["prediction"], abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("changes", [{"first": 10_000}, {"max_rows": 0}, {"budget_s": "soon"}], ids=str)
def test_an_explanation_of_nothing_or_in_no_time_is_answered(asked, changes):
    server, *_ = asked
    problem(server.answer({"id": 1, "op": "explain", "input": "new.parquet", **changes}))
    assert server.answer({"id": 2, "op": "ping"})["ok"]


@pytest.mark.slow
def test_a_change_that_flips_the_answer_does_so_when_it_is_tried(asked):
    server, _folder, rows, _model = asked
    cells = {name: getattr(cell, "item", lambda cell=cell: cell)() for name, cell in rows.iloc[0].items()}
    cells = {name: None if pd.isna(cell) else cell for name, cell in cells.items() if name != "species"}
    answer = server.answer({"id": 1, "op": "flip", "cells": cells})
    assert answer["ok"], answer
    found = answer["value"]
    assert found["changes"]
    assert found["after"] != found["before"]
    for changes, wanted in (({}, found["before"]), (found["changes"], found["after"])):
        tried = server.answer({"id": 2, "op": "what_if", "cells": {**cells, **changes}, "budget_s": 1})
        assert tried["value"]["prediction"] == wanted


class Guessing:
    """A model of no parts, with its three probabilities."""

    positive_class = None

    def __init__(self, classes, first):
        self.classes, self._first, self.taken_apart = classes, first, 0

    def ensemble(self, _rows):
        self.taken_apart += 1

    def predict_proba(self, rows):
        rest = (1 - self._first) / 2
        return pd.DataFrame([[self._first, rest, rest]] * len(rows), columns=list(self.classes), index=rows.index)

    def predict_from_proba(self, probabilities):
        return probabilities.idxmax(axis=1)


def test_what_is_kept_for_explanations_is_of_the_model_that_predicts(server, folder, penguins, monkeypatch):
    classes = sorted(penguins.frame["species"].unique())
    models = [Guessing(classes, 0.6), Guessing(classes, 0.8)]
    left = iter(models)
    # By its module: the package gives a function of the same name.
    monkeypatch.setattr(import_module("genie_widgets.train"), "load_model", lambda _path: next(left))
    row = penguins.frame.drop(columns="species").iloc[0]
    cells = {name: None if pd.isna(cell) else plain_cell(cell) for name, cell in row.items()}

    def base_value():
        answer = server.answer({"id": 1, "op": "what_if", "cells": cells, "budget_s": 0.1})
        assert answer["ok"], answer
        return answer["value"]["explanation"]["outputs"][0]["base_value"]

    assert [base_value(), base_value()] == pytest.approx([0.6, 0.6])
    # A better model lies there now.
    (folder.predictor_path / "models").mkdir(parents=True)
    (folder.predictor_path / "models" / "trainer.pkl").touch()
    assert base_value() == pytest.approx(0.8)
    assert [model.taken_apart for model in models] == [1, 1]


class Silent:
    """The pipe of somebody who asks nothing until `asks_after` looks at it."""

    def __init__(self, asks_after=None):
        self.is_closed, self.looks, self.answers, self._asks_after = threading.Event(), 0, [], asks_after

    def hear(self, _timeout_s):
        self.looks += 1
        if self.looks == self._asks_after:
            return {"id": 1, "op": "ping"}
        if self.looks > 20:
            self.is_closed.set()
        return None

    def say(self, message):
        self.answers.append(message)


@pytest.mark.parametrize(("available", "looks"), [(1, 1), (8, 21)])
def test_a_server_that_nobody_asks_ends_where_memory_is_scarce(make_folder, monkeypatch, available, looks):
    monkeypatch.setattr(serving, "SCARCE_IDLE_S", -1.0)
    monkeypatch.setattr(serving, "detect_machine", lambda **_: Machine(2, 8 * 2**30, available * 2**30, 2**30))
    pipe = Silent()
    Server(make_folder(), None).serve(pipe)
    assert pipe.looks == looks


def test_a_server_that_still_records_stays_though_memory_is_scarce(make_folder, monkeypatch):
    monkeypatch.setattr(serving, "SCARCE_IDLE_S", -1.0)
    monkeypatch.setattr(serving, "detect_machine", lambda **_: Machine(2, 8 * 2**30, 2**30, 2**30))
    folder, pipe = make_folder(), Silent()
    with folder.share_recorders():
        Server(folder, None).serve(pipe)
    assert pipe.looks == 21


def test_a_server_that_was_just_asked_stays_though_memory_is_scarce(make_folder, monkeypatch):
    monkeypatch.setattr(serving, "detect_machine", lambda **_: Machine(2, 8 * 2**30, 2**30, 2**30))
    pipe = Silent(asks_after=3)
    Server(make_folder(), None).serve(pipe)
    assert (len(pipe.answers), pipe.looks) == (1, 21)
