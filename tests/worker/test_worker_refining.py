"""What a run had no time to explain is explained when it is over; whatever else is asked goes first."""

from importlib import import_module
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from genie_widgets.evaluate import Split
from genie_widgets.schema import ExplainedOutput, Explanation, RunResult, new_run_id
from genie_widgets.store import RunFolder
from genie_widgets.worker import serving
from genie_widgets.worker.serving import Server
from genie_widgets.worker.to_explain import BACKGROUND_ROWS, EXPLAINED_ROWS, ToExplain


def split_of(frame, n_holdout):
    return Split(train=frame.iloc[n_holdout:], holdout=frame.iloc[:n_holdout], how="")


def explanation(path="exact", n_rows=3, n_background=4):
    return Explanation(
        path=path,
        method="",
        unit="probability",
        n_rows=n_rows,
        n_background=n_background,
        additivity_error=0.0,
        outputs=(ExplainedOutput(label="y", base_value=0.0, importance=(), rows=()),),
        seconds=0.0,
    )


def test_the_first_rows_of_the_task_are_those_that_a_short_run_explains():
    frame = pd.DataFrame({"x": range(500)})
    task = ToExplain.of(split_of(frame, 200), seed=3)
    assert (len(task.rows), len(task.background)) == (EXPLAINED_ROWS, BACKGROUND_ROWS)
    assert set(task.rows) <= set(range(200))
    assert set(task.background) <= set(range(200, 500))
    few = frame.iloc[:200].sample(30, random_state=3)
    assert few.index.tolist() == task.rows[:30]


def test_what_is_left_is_read_as_it_was_left(tmp_path):
    folder = RunFolder.create(tmp_path, new_run_id())
    assert ToExplain.left_in(folder) is None
    task = ToExplain([3, 1, 2], [7, 8, 9, 10])
    task.leave(folder)
    assert ToExplain.left_in(folder) == task


@pytest.mark.parametrize(
    ("found", "is_done"),
    [
        (explanation(), True),
        (explanation("sampled"), False),
        (explanation(n_rows=2), False),
        (explanation(n_background=2), False),
    ],
)
def test_it_is_done_when_all_rows_are_explained_exactly_against_all(found, is_done):
    assert ToExplain([3, 1, 2], [7, 8, 9, 10]).is_done_by(found) == is_done


class Guessing:
    """A model of no parts."""

    positive_class = None

    def __init__(self, classes):
        self.classes, self.asked = classes, 0

    def ensemble(self, _rows):
        return None

    def predict_proba(self, rows):
        self.asked += 1
        size = rows["body_mass_g"].fillna(0).to_numpy()
        first = 1 / (1 + np.exp((4000 - size) / 500))
        rest = (1 - first) / 2
        return pd.DataFrame(np.column_stack([first, rest, rest]), columns=list(self.classes), index=rows.index)


@pytest.fixture
def server(make_folder, penguins, monkeypatch):
    monkeypatch.setattr(serving, "REFINING_S", 1.0)
    folder = make_folder()
    features = tuple(name for name in penguins.frame.columns if name != "species")
    request = folder.read_request()
    folder.write_result(
        RunResult(
            run_id=folder.run_id,
            status="done",
            prompt="",
            table_name="penguins",
            plan=request.plan,
            n_rows=len(penguins.frame),
            n_train=300,
            n_holdout=44,
            features=features,
        )
    )
    model = Guessing(sorted(penguins.frame["species"].unique()))
    return Server(folder, model), folder, model


class ReadyKernels:
    def are_ready(self, *, only_adding):
        return True


def test_the_rows_that_the_run_chose_are_explained(server, penguins, monkeypatch):
    monkeypatch.setattr(import_module("genie_widgets.explain"), "compile_kernels", ReadyKernels, raising=False)
    server, folder, model = server
    ToExplain.of(split_of(penguins.frame, 40), seed=0).leave(folder)
    answer = server.answer({"id": 1, "op": "refine"})
    assert answer["ok"], answer
    found = Explanation.model_validate(answer["value"]["explanation"])
    task = ToExplain.left_in(folder)
    wanted = model.predict_proba(penguins.frame.loc[task.rows])
    for place, output in enumerate(found.outputs):
        assert [row.prediction for row in output.rows] == pytest.approx(wanted.iloc[:, place].tolist())
    assert (found.n_rows, found.n_background) == (40, BACKGROUND_ROWS)
    assert answer["value"]["is_final"]
    assert not answer["value"]["again"]


@pytest.mark.parametrize(("are_ready", "again"), [(True, False), (False, True)])
def test_what_was_cut_short_is_left_for_another_time(server, penguins, monkeypatch, are_ready, again):
    monkeypatch.setattr(import_module("genie_widgets.explain"), "explain", lambda *_what, **_how: explanation())
    kernels = SimpleNamespace(are_ready=lambda **_how: are_ready)
    monkeypatch.setattr(import_module("genie_widgets.explain"), "compile_kernels", lambda: kernels, raising=False)
    server, folder, _ = server
    ToExplain.of(split_of(penguins.frame, 40), seed=0).leave(folder)
    value = server.answer({"id": 1, "op": "refine"})["value"]
    assert value["explanation"]["n_rows"] == 3
    assert (value["is_final"], value["again"]) == (False, again)


def test_who_asks_something_else_goes_first(server, penguins, monkeypatch):
    monkeypatch.setattr(serving, "REFINING_S", 60.0)
    server, folder, model = server
    ToExplain.of(split_of(penguins.frame, 40), seed=0).leave(folder)
    server._is_asked_more = lambda: model.asked > 0
    answer = server.answer({"id": 1, "op": "refine"})
    assert answer["value"] == {"explanation": None, "is_final": False, "again": True}
    assert model.asked < 5


def test_where_nothing_is_left_the_model_is_not_asked(server):
    server, _, model = server
    assert server.answer({"id": 1, "op": "refine"})["value"] == {"explanation": None, "is_final": True, "again": False}
    assert not model.asked
