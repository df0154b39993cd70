"""Pay for imports while the person still types."""

from __future__ import annotations


def warm_up() -> None:
    """Import AutoGluon and the libraries it will train with, so that the first fit starts at once."""
    import autogluon.tabular
    import catboost
    import lightgbm
    import sklearn.ensemble
    import xgboost
    from autogluon.features.generators import AutoMLPipelineFeatureGenerator

    # Named once, so that no tool takes the imports for unused.
    _ = (autogluon.tabular, catboost, lightgbm, sklearn.ensemble, xgboost, AutoMLPipelineFeatureGenerator)
