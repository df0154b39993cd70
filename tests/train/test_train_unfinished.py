"""A fit that was killed: what is usable in it is found and weighed, and more can be added to it."""

import pickle

import numpy as np
import pandas as pd
import pytest
from autogluon.common.savers import save_pkl

from genie_widgets.machine import detect_machine
from genie_widgets.schema import GenieError, Plan
from genie_widgets.train import Hooks, fit, fit_more, load_model, load_unfinished
from genie_widgets.train.durable import whole_pickles

PLAN = Plan(target="y", problem_type="binary", metric="roc_auc", quality="fast", time_limit_s=30)


class Unpicklable:
    def __reduce__(self):
        raise pickle.PicklingError("the disk is full, say")


def test_a_pickle_that_fails_leaves_the_one_before_whole(tmp_path):
    path = tmp_path / "models" / "trainer.pkl"
    with whole_pickles():
        save_pkl.save(path=str(path), object=[1, 2])
        with pytest.raises(pickle.PicklingError):
            save_pkl.save(path=str(path), object=[b"x" * 10**6, Unpicklable()])
    assert pickle.loads(path.read_bytes()) == [1, 2]
    assert list(path.parent.iterdir()) == [path], "nothing half is left"


def test_outside_autogluon_writes_as_ever(tmp_path):
    before = save_pkl.save_with_fn
    with whole_pickles():
        assert save_pkl.save_with_fn is not before
    assert save_pkl.save_with_fn is before


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(400, 3))
    return pd.DataFrame(x, columns=list("abc")).assign(y=np.where(x[:, 0] + rng.normal(size=400) > 0, "yes", "no"))


class Killed(BaseException):
    """Ends the fit where it stands, as a kill would."""


@pytest.fixture
def killed(frame, tmp_path):
    """A fit that ended between two models, the third of them not begun."""
    finished = []

    def between():
        if len(finished) == 2:
            raise Killed

    hooks = Hooks(on_model_finished=lambda model, *_rest: finished.append(model), between_models=between)
    path = tmp_path / "predictor"
    with pytest.raises(Killed):
        fit(frame, PLAN, path=path, time_limit_s=60.0, machine=detect_machine(), hooks=hooks)
    return path, finished


@pytest.mark.slow
def test_what_was_finished_is_weighed_and_predicts(killed, frame):
    path, finished = killed
    assert set(load_model(path).predictor.model_names()) == set(finished), "readable while it goes on"
    model = load_unfinished(path)
    names = set(model.predictor.model_names())
    assert set(finished) < names, "and an ensemble of them"
    assert len(model.predict_proba(frame)) == len(frame)
    # It is saved so: whoever loads it next finds the same.
    assert set(load_model(path).predictor.model_names()) == names


@pytest.mark.slow
def test_what_was_fitted_before_a_mishap_is_used(frame, tmp_path):
    finished = []

    def between():
        if len(finished) == 2:
            raise TypeError("unsupported operand type(s) for +: 'NoneType' and 'int'")

    hooks = Hooks(on_model_finished=lambda model, *_rest: finished.append(model), between_models=between)
    model = fit(frame, PLAN, path=tmp_path / "predictor", time_limit_s=60.0, machine=detect_machine(), hooks=hooks)
    assert set(finished) < set(model.predictor.model_names()), "and an ensemble of them"
    assert len(model.predict(frame)) == len(frame)


@pytest.mark.parametrize(("mishap", "told"), [(TypeError("None"), TypeError), (ValueError("no rows"), GenieError)])
def test_a_mishap_before_any_model_is_told(frame, tmp_path, monkeypatch, mishap, told):
    def fail(*_args, **_kwargs):
        raise mishap

    monkeypatch.setattr("autogluon.tabular.TabularPredictor.fit", fail)
    with pytest.raises(told):
        fit(frame, PLAN, path=tmp_path / "predictor", time_limit_s=60.0, machine=detect_machine())


@pytest.mark.slow
def test_a_damaged_model_is_left_out(killed, frame):
    path, finished = killed
    broken = path / "models" / finished[1] / "model.pkl"
    broken.write_bytes(broken.read_bytes()[:100])
    model = load_unfinished(path)
    assert model.predictor.model_names() == finished[:1]
    assert len(model.predict(frame)) == len(frame)


@pytest.mark.slow
def test_where_no_model_works_it_is_told(killed):
    path, finished = killed
    for name in finished:
        (path / "models" / name / "model.pkl").write_bytes(b"")
    with pytest.raises(GenieError) as caught:
        load_unfinished(path)
    assert caught.value.problem.code == "no-model"


@pytest.mark.slow
def test_a_fit_that_ended_before_its_first_model_was_begun_is_told(tmp_path):
    """The disk was full, say: the predictor is there, and knows of no models."""
    from autogluon.tabular import TabularPredictor

    TabularPredictor(label="y", path=str(tmp_path / "predictor"), verbosity=0).save()
    with pytest.raises(GenieError) as caught:
        load_unfinished(tmp_path / "predictor")
    assert caught.value.problem.code == "no-model"


@pytest.mark.slow
def test_more_models_join_those_that_are_there(killed, frame):
    path, finished = killed
    told = []
    hooks = Hooks(
        on_model_finished=lambda model, score, *_rest: told.append((model, score)),
        should_stop=lambda: sum(score is not None for _, score in told) >= 2,
    )
    model = fit_more(PLAN, path=path, time_limit_s=120.0, machine=detect_machine(), hooks=hooks)
    names = set(load_model(path).predictor.model_names())
    new = {name for name, score in told if score is not None and not name.startswith("Weighted")}
    assert new
    assert not new & set(finished)
    assert names >= new | set(finished)
    assert model.best_model in names
    assert len(model.predict_proba(frame)) == len(frame)
