"""Pay for imports while the person still types."""

from __future__ import annotations

import tempfile

_HYPERPARAMETERS = {
    "GBM": {"num_boost_round": 2},
    "CAT": {"iterations": 2},
    "XGB": {"n_estimators": 2},
    "RF": {"n_estimators": 2},
}


def warm_up() -> None:
    """Rehearse a fit on forty made rows, so that the first real one starts at once.

    AutoGluon and its models import most of what they need inside their fits
    (MLflow's autologging check alone takes two seconds): only a fit pays for all of it.
    """
    import numpy as np
    import pandas as pd
    from autogluon.features.generators import AutoMLPipelineFeatureGenerator
    from autogluon.tabular import TabularPredictor

    from genie_widgets.train.further import is_installed
    from genie_widgets.train.packages import remember_packages

    remember_packages()
    further = {"NN_TORCH": {"num_epochs": 1}} if is_installed("torch") else {}
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
