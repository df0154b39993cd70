"""What more time may bring is said from what was seen."""

import pytest

from genie_widgets.schema import ModelFinished, RunStarted
from genie_widgets.store import fold, outlook


def view(*scores, metric="accuracy"):
    models = [
        ModelFinished(model=f"m{n}", score_validation=score, metric=metric, fit_s=1.0, is_best=False)
        for n, score in enumerate(scores)
    ]
    return fold([RunStarted(time_limit_s=20), *models], alive=True, now=1.0)


@pytest.mark.parametrize(
    ("scores", "metric", "said"),
    [
        ((), "accuracy", ""),
        ((None,), "accuracy", ""),
        ((0.7,), "accuracy", "One model so far: whether others do better is not known yet."),
        ((0.7, None), "accuracy", "One model so far: whether others do better is not known yet."),
        (
            (0.7, 0.8),
            "accuracy",
            "The last model took the validation score from 0.7 to 0.8: more time may still improve it.",
        ),
        (
            (5.0, 4.0),
            "rmse",
            "The last model took the validation score from 5 to 4: more time may still improve it.",
        ),
        (
            (0.8, 0.7),
            "accuracy",
            "m0 is the best of 2 models so far. The model after it was no better; more time may add little.",
        ),
        (
            (0.7, 0.9, 0.8, 0.8),
            "accuracy",
            "m1 is the best of 4 models so far. The 2 models after it were no better; more time may add little.",
        ),
    ],
)
def test_the_outlook(scores, metric, said):
    metric = {"rmse": "root_mean_squared_error"}.get(metric, metric)
    assert outlook(view(*scores, metric=metric)) == said
