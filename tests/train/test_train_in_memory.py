"""What predicts is kept in memory where the container has room for it, and measured by its files."""

from dataclasses import replace

import pytest

from genie_widgets.machine import detect_machine
from genie_widgets.train import in_memory
from genie_widgets.train.in_memory import keep_in_memory


class Trainer:
    def __init__(self):
        self.models = {}

    def get_minimum_model_set(self, _name):
        return ["best", "below"]

    def persist(self, *, model_names, with_ancestors, max_memory):
        assert max_memory is None, "else AutoGluon measures every model"
        assert not with_ancestors
        self.models |= dict.fromkeys(model_names)


class Predictor:
    model_best = "best"

    def __init__(self, path):
        self.path, self._trainer = str(path), Trainer()


@pytest.fixture
def predictor(tmp_path):
    for name in ("best", "below/fold"):
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "model.pkl").write_bytes(bytes(500))
    return Predictor(tmp_path)


@pytest.fixture
def free(monkeypatch):
    """Let the container have so many bytes free."""

    def let(n):
        machine = replace(detect_machine(), available_memory_bytes=n)
        monkeypatch.setattr(in_memory, "detect_machine", lambda **_: machine)

    return let


def test_models_that_fit_are_loaded_once(predictor, free):
    free(2_500)
    assert keep_in_memory(predictor)
    assert set(predictor._trainer.models) == {"best", "below"}
    predictor._trainer.persist = None
    assert keep_in_memory(predictor)


def test_models_larger_than_their_share_stay_on_disk(predictor, free):
    free(2_400)
    assert not keep_in_memory(predictor)
    assert not predictor._trainer.models


def test_what_is_in_memory_already_needs_no_room(predictor, free):
    free(1_250)
    predictor._trainer.models["below"] = None
    assert keep_in_memory(predictor)
    assert set(predictor._trainer.models) == {"best", "below"}
