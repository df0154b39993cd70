"""A request and its result without a model, and a Tracker's arguments made of them."""

import time

import pytest

from genie_widgets.schema import Plan, RunRequest, RunResult, TableProfile
from genie_widgets.track import blank


@pytest.fixture(scope="session")
def asked_and_found():
    def make(target="y", prompt="p", **changes):
        plan = Plan(target=target, problem_type="regression", metric="r2")
        profile = TableProfile(name="t.csv", n_rows=10, columns=(), n_sampled=10)
        asked = RunRequest(run_id="0" * 32, prompt=prompt, plan=plan, profile=profile, created_at=time.time())
        found = {
            "run_id": "0" * 32,
            "status": "done",
            "prompt": prompt,
            "table_name": "t.csv",
            "plan": plan,
            "n_rows": 10,
            "n_train": 8,
            "n_holdout": 2,
            "features": ("x",),
        }
        return asked, RunResult(**{**found, **changes})

    return make


@pytest.fixture
def record(asked_and_found, tmp_path):
    """Record a run without a model by a tracker."""

    def log(tracker, *arguments, figures=None, recorded="", **changes):
        asked, found = asked_and_found(*arguments, **changes)
        return tracker.log(
            request=asked,
            result=found,
            figures=figures or {},
            report_path=tmp_path / "none",
            model_path=tmp_path / "none",
            input_example=None,
            recorded=recorded,
        )

    return log


@pytest.fixture
def places(tmp_path, monkeypatch):
    """Two folders for blank stores, with none in them."""
    found = (tmp_path / "beside", tmp_path / "own")
    monkeypatch.setattr(blank, "places", lambda: found)
    return found
