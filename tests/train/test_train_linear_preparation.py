"""What linear models are given is, bit by bit, what scikit-learn makes of the same rows."""

import logging
import pickle

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.compose import ColumnTransformer

from genie_widgets.train.linear_preparation import COMPARED_ROWS, LinearPreparation, quick, quicken


def table(n=400, seed=0, n_cities=4):
    """Columns as AutoGluon hands them to its models: numbers, truth as small numbers, categories with gaps."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "even": rng.normal(size=n),
            "skewed": rng.exponential(size=n) ** 3,
            "few": rng.poisson(0.2, n),
            "short": rng.exponential(size=n).astype(np.float32) ** 2,
            "truth": rng.integers(0, 2, n).astype(np.int8),
            "city": pd.Categorical(rng.integers(0, n_cities, n)),
        }
    )
    frame.loc[rng.random(n) < 0.2, ["even", "skewed", "city"]] = np.nan
    return frame


def fitted(frame, path, problem_type="binary"):
    from autogluon.tabular.models import LinearModel

    rng = np.random.default_rng(1)
    target = {
        "binary": lambda: rng.integers(0, 2, len(frame)),
        "multiclass": lambda: rng.integers(0, 3, len(frame)),
        "regression": lambda: rng.normal(size=len(frame)),
    }[problem_type]()
    model = LinearModel(path=str(path), name="LinearModel", problem_type=problem_type)
    model.fit(X=frame, y=pd.Series(target), num_cpus=1, num_gpus=0)
    return model


def trusted(original):
    """Give the quick preparation, and let it prepare by itself from now on."""
    preparation = quick(original)
    assert isinstance(preparation, LinearPreparation)
    preparation.transform(table(COMPARED_ROWS, 9))
    assert not preparation.is_refused
    return preparation


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return fitted(table(), tmp_path_factory.mktemp("linear"))


@pytest.fixture
def never_original(monkeypatch):
    def never(_self, _frame):
        raise AssertionError("scikit-learn was asked")

    return lambda: monkeypatch.setattr(ColumnTransformer, "transform", never)


def far_out():
    frame = table(4, 3)
    frame.loc[0, ["even", "skewed", "few", "short"]] = [1e9, -1e9, 10_000, 0.0]
    frame.loc[1, ["even", "skewed", "few", "short", "city"]] = np.nan
    frame["city"] = frame["city"].cat.set_categories(range(6))
    frame.loc[2, "city"] = 5
    return frame


@pytest.mark.parametrize(
    "rows",
    [table(), table(1, 2), table(500, 4), far_out(), table(3, 5)[["city", "few", "truth", "short", "skewed", "even"]]],
    ids=["learnt", "one row", "others", "far out, missing, unseen", "in another order"],
)
def test_the_same_bits(model, rows, never_original):
    original = model._pipeline
    wanted = original.transform(rows)
    preparation = trusted(original)
    never_original()
    found = preparation.transform(rows)
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)


def test_values_that_were_learnt_often_take_the_middle_of_their_ranks(model, never_original):
    original, rows = model._pipeline, table(30).assign(few=np.arange(30) / 10)
    wanted = original.transform(rows)
    preparation = trusted(original)
    never_original()
    np.testing.assert_array_equal(preparation.transform(rows), wanted)


def test_sparse_where_scikit_learn_gives_a_sparse_matrix(tmp_path):
    original = fitted(table(n_cities=60), tmp_path)._pipeline
    preparation = trusted(original)
    found, wanted = preparation.transform(table(50, 2, 60)), original.transform(table(50, 2, 60))
    assert sparse.issparse(wanted)
    assert type(found) is type(wanted)
    np.testing.assert_array_equal(found.toarray(), wanted.toarray())


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_predictions_stay_what_they_were(tmp_path, kind):
    model, rows = fitted(table(), tmp_path, kind), table(300, 2)
    before = model.predict_proba(rows)
    quicken([model])
    assert isinstance(model._pipeline, LinearPreparation)
    for _ in range(2):
        np.testing.assert_array_equal(model.predict_proba(rows), before)


def test_what_it_does_not_know_is_left_to_scikit_learn(model):
    preparation = trusted(model._pipeline)
    with pytest.raises(ValueError, match="infinity"):
        preparation.transform(table(2, 2).assign(even=np.inf))
    rows = table(3, 2).assign(truth=[True, False, True])
    np.testing.assert_array_equal(preparation.transform(rows), model._pipeline.transform(rows))


def test_one_that_comes_out_otherwise_is_refused(model, caplog):
    preparation = quick(model._pipeline)
    *others, last = preparation._blocks
    preparation._blocks = (*others, lambda frame: last(frame) + 1e-12)
    rows = table(5, 2)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            np.testing.assert_array_equal(preparation.transform(rows), model._pipeline.transform(rows))
    assert preparation.is_refused
    assert len(caplog.records) == 1


def test_only_what_autogluon_prepares_is_quickened(model):
    class Another(ColumnTransformer):
        pass

    another = Another([])
    assert quick(another) is another
    unknown = ColumnTransformer([("words", "passthrough", ["even"])]).fit(table())
    assert quick(unknown) is unknown
    assert quick(None) is None


def test_what_is_saved_is_the_models_own(model):
    again = pickle.loads(pickle.dumps({"pipeline": quick(model._pipeline)}))["pipeline"]
    assert type(again) is ColumnTransformer
    assert b"genie_widgets" not in pickle.dumps(quick(model._pipeline))
    np.testing.assert_array_equal(again.transform(table()), model._pipeline.transform(table()))


def test_the_folds_of_a_bagged_model_are_quickened(tmp_path):
    class Bag:
        def __init__(self, *models):
            self.models = [*models]

    fold = fitted(table(), tmp_path)
    quicken([Bag(fold, "still on disk")])
    assert isinstance(fold._pipeline, LinearPreparation)
