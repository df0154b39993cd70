"""How the parts of a predictor are put together, whatever its library: what is tried, and what that may cost."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from genie_widgets.ensemble import Link, NotTreesError, TreeMember
from genie_widgets.train.anatomy import describing
from genie_widgets.train.anatomy.growing import Grove

ROWS = pd.DataFrame({"a": np.arange(9.0)})
PREDICTOR = SimpleNamespace(problem_type="regression", original_features=["a"], model_best="best")


@pytest.fixture
def mixture(monkeypatch):
    """Let a predictor be a mixture of these models: those called "tree" are described, the others are not."""

    def members_of(_predictor, name, weight, _n_outputs):
        if name != "tree":
            raise NotTreesError("it is odd")
        grove = Grove()
        grove.add(feature=[-1], threshold=[0], left=[0], right=[0], missing_left=[False], values=[[1.0]])
        return [TreeMember(name, weight, grove.forest(), Link.IDENTITY, np.zeros(1), lambda _frame: None)]

    def of(*names):
        shares = [(name, 1 / len(names)) for name in names]
        monkeypatch.setattr(describing, "_mixture", lambda *_: iter(shares))

    monkeypatch.setattr(describing, "members_of", members_of)
    monkeypatch.setattr(describing, "_controls", lambda *_: {})
    monkeypatch.setattr(describing, "Ownership", lambda *_: None)
    return of


def unprepared(_rows):
    raise ValueError("these rows cannot be prepared")


def test_no_rows_are_prepared_where_everything_is_described(mixture):
    mixture("tree")
    found = describing.describe(PREDICTOR, ROWS, transform=unprepared)
    assert [tree.name for tree in found.trees] == ["tree"]
    assert found.layers is None


def test_what_goes_wrong_with_layers_leaves_the_rest_described(mixture):
    mixture("tree", "odd")
    found = describing.describe(PREDICTOR, ROWS, transform=unprepared)
    assert [tree.name for tree in found.trees] == ["tree"]
    assert found.others == ("odd (it is odd)",)
    assert found.layers is None
