"""What is installed is looked up once in a process, however many predictors are saved and loaded."""

import importlib

import pytest

from genie_widgets.train.packages import remember_packages


@pytest.fixture
def predictors(monkeypatch):
    """AutoGluon's module, and how often it looked up what is installed."""
    module = importlib.import_module("autogluon.tabular.predictor.predictor")
    looked_up = []
    monkeypatch.setattr(module, "get_autogluon_metadata", lambda: looked_up.append(1) or {"version": "1"})
    return module, looked_up


def test_it_is_looked_up_once(predictors):
    module, looked_up = predictors
    for _ in range(3):
        remember_packages()
        assert module.get_autogluon_metadata() == {"version": "1"}
    assert len(looked_up) == 1


def test_another_version_of_autogluon_without_it_is_left_alone(predictors, monkeypatch):
    module, _ = predictors
    monkeypatch.delattr(module, "get_autogluon_metadata")
    remember_packages()
    assert not hasattr(module, "get_autogluon_metadata")
