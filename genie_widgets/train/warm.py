"""Pay for imports while the person still types."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genie_widgets.schema import Plan

_HYPERPARAMETERS = {
    "GBM": {"num_boost_round": 2},
    "CAT": {"iterations": 2},
    "XGB": {"n_estimators": 2},
    "RF": {"n_estimators": 2},
}


def warm_up(plan: Plan | None = None) -> None:
    """Rehearse a fit on forty made rows, so that the first real one starts at once.

    Parameters
    ----------
    plan : Plan, optional
        What will be fitted, where that is known: a neural network is rehearsed where its models may be of that kind, or
        else where there is a GPU, as then any but a fast one has it.

    Notes
    -----
    AutoGluon and its models import most of what they need inside their fits
    (MLflow's autologging check alone takes two seconds): only a fit pays for all of it.
    """
    import numpy as np
    import pandas as pd
    from autogluon.features.generators import AutoMLPipelineFeatureGenerator
    from autogluon.tabular import TabularPredictor

    from genie_widgets.train.further import further_kinds, has_gpu
    from genie_widgets.train.packages import remember_packages
    from genie_widgets.train.portfolio import wants_further

    remember_packages()
    wants = has_gpu() if plan is None else wants_further(plan, has_gpu)
    is_here = wants and any(kind.key == "NN_TORCH" for kind in further_kinds("binary"))
    further = {"NN_TORCH": {"num_epochs": 1}} if is_here else {}
    rows = np.arange(40)
    frame = pd.DataFrame({"number": rows % 7, "word": np.where(rows % 3, "a", "b"), "target": rows % 2})
    with tempfile.TemporaryDirectory() as folder:
        TabularPredictor("target", problem_type="binary", path=folder, verbosity=0).fit(
            frame,
            hyperparameters=_HYPERPARAMETERS | further,
            num_cpus=1,
            fit_weighted_ensemble=False,
            dynamic_stacking=False,
            feature_generator=AutoMLPipelineFeatureGenerator(verbosity=0),
        )
