"""A workspace of the test's own, a run in it, and a request to write there."""

import time

import pytest

from genie_widgets.schema import ColumnProfile, Plan, RunRequest, RunResult, TableProfile, new_run_id
from genie_widgets.store import RunFolder

PLAN = Plan(target="species", problem_type="multiclass", metric="accuracy", time_limit_s=20)


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "workspace"


@pytest.fixture
def folder(workspace):
    return RunFolder.create(workspace, new_run_id())


@pytest.fixture
def request_of():
    def make(folder, prompt="predict the species"):
        profile = TableProfile(
            name="birds.csv",
            n_rows=3,
            n_sampled=3,
            columns=(ColumnProfile(name="species", kind="category", dtype="object"),),
        )
        return RunRequest(run_id=folder.run_id, prompt=prompt, plan=PLAN, profile=profile, created_at=time.time())

    return make


@pytest.fixture
def result_of():
    def make(folder, **changes):
        fields = {
            "run_id": folder.run_id,
            "status": "done",
            "prompt": "predict the species",
            "table_name": "birds.csv",
            "plan": PLAN,
            "n_rows": 3,
            "n_train": 2,
            "n_holdout": 1,
            "features": (),
        }
        return RunResult.model_validate({**fields, **changes})

    return make
