"""A result whose every figure is known, and one small real model on a table that is easily misread."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from genie_widgets.schema import Evaluation, MetricValue, Plan, RunResult


@pytest.fixture(scope="session")
def make_result():
    def make(**changes):
        plan = Plan(target="churned", problem_type="binary", metric="roc_auc", positive_class="yes", ignore=("id",))
        metric = MetricValue(name="roc_auc", label="ROC AUC", value=0.8123, low=0.7512, high=0.8634, baseline=0.5)
        return RunResult(
            **{
                "run_id": "0" * 32,
                "status": "done",
                "prompt": "who will churn?",
                "table_name": "people.csv",
                "plan": plan,
                "n_rows": 1000,
                "n_train": 800,
                "n_holdout": 200,
                "features": ("age", "income"),
                "classes": ("no", "yes"),
                "best_model": "LightGBM",
                "evaluation": Evaluation(n_rows=200, split="at random", metrics=(metric,), baseline="always no"),
                "verdict": ("ROC AUC is 0.8123.",),
                "versions": {"python": "3.11.7", "autogluon.tabular": "1.6.3"},
                "requirements": ("autogluon.tabular==1.6.3", "pandas==2.3.0"),
                **changes,
            }
        )

    return make


@dataclass(frozen=True)
class Trained:
    """A model, its plan, and rows that it has not seen."""

    model: object
    plan: Plan
    rows: pd.DataFrame
    slim: Path


@pytest.fixture(scope="session")
def trained(tmp_path_factory):
    """A binary model of columns that a careless CSV reader takes for something else."""
    from genie_widgets.machine import detect_machine
    from genie_widgets.train import fit

    folder = tmp_path_factory.mktemp("trained")
    rng = np.random.default_rng(0)
    n = 240
    frame = pd.DataFrame(
        {
            'größe, in "cm"': rng.normal(170, 10, n),
            "children": rng.integers(0, 5, n),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            # Unless told otherwise, pandas takes "None" for a missing cell and "007" for a number.
            "region": rng.choice(["EU", "AS", "None"], n),
            "code": rng.choice(["007", "07", "12"], n),
            "member": rng.choice([True, False], n),
        }
    )
    signal = frame["children"] + 2 * (frame["region"] == "None") + 2 * (frame["code"] == "007")
    signal = signal + frame["member"] - (frame["since"].dt.year == 2021)
    frame["churned"] = np.where(signal + rng.normal(0, 0.5, n) > 3, "yes", "no")
    plan = Plan(target="churned", problem_type="binary", metric="roc_auc", positive_class="yes", quality="fast")
    model = fit(frame.iloc[:200], plan, path=folder / "predictor", time_limit_s=15, machine=detect_machine(disk=folder))
    rows = frame.iloc[200:].drop(columns="churned").reset_index(drop=True)
    return Trained(model, plan, rows, model.save_slim(folder / "model"))
