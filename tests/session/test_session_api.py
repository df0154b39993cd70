"""The public functions tell what they cannot take."""

import pandas as pd
import pytest

import genie_widgets as gw
from genie_widgets.schema import GenieError


@pytest.mark.parametrize("given", [pd.DataFrame({"a": [1, 2]}), "customers.csv"])
def test_a_table_that_was_not_read_is_told_how_to_read_it(given):
    plan = gw.Plan(target="a", problem_type="regression", metric="rmse")
    for ask in (lambda: gw.plan(given, "predict a"), lambda: gw.train(given, plan)):
        with pytest.raises(GenieError, match="read_table") as caught:
            ask()
        assert caught.value.problem.code == "table-not-read"
        assert caught.value.problem.value == type(given).__name__
