"""One whole run on the penguins, in this process, and the pieces that a run is made of."""

import time

import pandas as pd
import pytest

from genie_widgets.data import read_table, samples
from genie_widgets.schema import Plan, RunRequest, new_run_id
from genie_widgets.store import RunFolder


@pytest.fixture(scope="session")
def penguins():
    return read_table(next(sample for sample in samples() if sample.name == "penguins").path)


@pytest.fixture(scope="session")
def make_folder(penguins, tmp_path_factory):
    """Make the folder of a run that was asked for just now."""

    def make(table=penguins, **plan):
        fields = {"target": "species", "problem_type": "multiclass", "metric": "accuracy", "time_limit_s": 20, **plan}
        folder = RunFolder.create(tmp_path_factory.mktemp("workspace"), new_run_id())
        table.frame.to_parquet(folder.table_path)
        request = RunRequest(
            run_id=folder.run_id,
            prompt="which species?",
            plan=Plan(**fields),
            profile=table.profile,
            created_at=time.time(),
        )
        folder.write_request(request)
        return folder

    return make


@pytest.fixture(scope="session")
def finished(make_folder):
    """A run that went to its end; what uses it is slow."""
    from genie_widgets.worker.pipeline import run_pipeline

    folder = make_folder()
    return folder, run_pipeline(folder)


@pytest.fixture
def make_request():
    """Make the request of a run whose training table was the given frame."""

    def make(frame, target="y", **plan):
        profile = read_table(frame, name="t").profile
        fields = {"target": target, "problem_type": "regression", "metric": "r2", **plan}
        return RunRequest(run_id="0" * 32, prompt="", plan=Plan(**fields), profile=profile, created_at=0.0)

    return make


@pytest.fixture(scope="session")
def trained_frame():
    """A training table with a column of every type."""
    n = 60
    return pd.DataFrame(
        {
            "whole": range(n),
            "part": [i / 7 for i in range(n)],
            "word": [f"w{i % 3}" for i in range(n)],
            "code": [("7", "12", "A1")[i % 3] for i in range(n)],
            "day": pd.Timestamp("2020-01-01") + pd.to_timedelta(range(n), unit="D"),
            "flag": [i % 2 == 0 for i in range(n)],
            "y": [float(i) for i in range(n)],
        }
    )


@pytest.fixture(scope="module")
def forests():
    """Let runs learn one small forest, which knows its rows by heart."""
    from genie_widgets.train import autogluon_fit

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(autogluon_fit, "portfolio", lambda *_arguments: {"hyperparameters": {"RF": {"n_estimators": 30}}})
        yield
