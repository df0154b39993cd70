"""Small predictors of every kind of member that AutoGluon trains here, on a table with every kind of column."""

import numpy as np
import pandas as pd

from genie_widgets.train import TrainedModel

TINY = {
    "GBM": {"num_boost_round": 12},
    "XGB": {"n_estimators": 12},
    "CAT": {"iterations": 12},
    "RF": {"n_estimators": 8},
    "XT": {"n_estimators": 8},
    "LR": {},
    "KNN": {},
}
KINDS = ("LightGBM", "XGBoost", "CatBoost", "RandomForest", "ExtraTrees", "LinearModel", "KNeighbors")
LEVELS = (0.1, 0.5, 0.9)
WORDS = ["good", "bad", "slow", "fast", "price", "nice", "broken", "refund", "thanks", "great", "late", "early"]


def table(kind, n=300, seed=0):
    """Numbers with gaps and zeros, categories, dates and text; the target y as the kind wants it."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "size": np.where(rng.random(n) < 0.3, 0.0, rng.normal(size=n)),
            "count": rng.integers(0, 9, n),
            "city": rng.choice(["Ulm", "Bonn", "Kiel", "Jena", "Trier"], n),
            "day": pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 700, n), unit="D"),
            "note": [" ".join(rng.choice(WORDS, rng.integers(4, 9))) for _ in range(n)],
        }
    )
    frame.loc[::9, "size"] = np.nan
    frame.loc[::13, "city"] = None
    frame.loc[::17, "day"] = pd.NaT
    score = (
        frame["size"].fillna(1) * (frame["city"] == "Ulm")
        + frame["count"] / 4
        + frame["note"].str.contains("refund")
        + (frame["day"].dt.month > 6)
        + rng.normal(size=n) / 3
    )
    if kind in ("regression", "quantile"):
        frame["y"] = score
    elif kind == "binary":
        frame["y"] = np.where(score > score.median(), "yes", "no")
    else:
        frame["y"] = pd.qcut(score, 3, labels=["low", "middle", "high"]).astype(str)
    return frame


def fitted(kind, path, *, members=KINDS, **more):
    """Fit a predictor as `train` does, with tiny models of these kinds."""
    from autogluon.features.generators import AutoMLPipelineFeatureGenerator
    from autogluon.tabular import TabularPredictor

    own = {"binary": {"positive_class": "yes"}, "quantile": {"quantile_levels": list(LEVELS)}}.get(kind, {})
    predictor = TabularPredictor(label="y", problem_type=kind, path=str(path), verbosity=0, **own)
    predictor.fit(
        table(kind),
        hyperparameters={key: value for name, (key, value) in zip(KINDS, TINY.items(), strict=True) if name in members},
        dynamic_stacking=False,
        num_cpus=1,
        feature_generator=AutoMLPipelineFeatureGenerator(
            verbosity=0, text_ngram_params={"vectorizer_strategy": "separate"}
        ),
        **more,
    )
    return predictor


def asking(predictor, name):
    """The predicting function of one of its models, and the names of its outputs."""
    if predictor.problem_type == "regression":
        return lambda rows: predictor.predict(rows, model=name).to_numpy(dtype=float), ("y",)
    if predictor.problem_type == "binary":
        return lambda rows: predictor.predict_proba(rows, model=name)["yes"].to_numpy(), ("yes",)
    if predictor.problem_type == "quantile":
        names = tuple(f"quantile {level}" for level in predictor.quantile_levels)
        return lambda rows: predictor.predict(rows, model=name).to_numpy(dtype=float), names
    labels = tuple(predictor.class_labels)
    return lambda rows: predictor.predict_proba(rows, model=name)[list(labels)].to_numpy(), labels


def described(predictor, name, rows):
    """One of its models, taken apart, or None."""
    from genie_widgets.ensemble import NotTreesError
    from genie_widgets.train.anatomy.describing import describe

    try:
        return describe(predictor, rows, model=name)
    except NotTreesError:
        return None


__all__ = ["KINDS", "LEVELS", "TrainedModel", "asking", "described", "fitted", "table"]
