"""A run that is taken up again: what its training is given."""

import time
from contextlib import contextmanager
from importlib import import_module
from types import SimpleNamespace

import pandas as pd
import pytest

from genie_widgets.schema import GenieError, Problem, Resumed
from genie_widgets.worker import pipeline, resuming
from genie_widgets.worker.allotment import Allotment
from genie_widgets.worker.budget import plan_budget


@pytest.fixture
def on_a_cluster(monkeypatch):
    """Folds have nodes; a run is its training."""

    @contextmanager
    def nodes(_allotment, _plan, _path):
        yield "nodes"

    def carry_out(folder, request, work, *, allotment, **_named):
        run = pipeline.Run(folder, request, plan_budget(time.time(), 60, 300), allotment=allotment)
        columns = [*request.plan.feature_columns(request.profile.column_names), request.plan.target]
        return work(run, SimpleNamespace(train=pd.DataFrame(columns=columns)))

    monkeypatch.setattr(Allotment, "nodes", nodes)
    monkeypatch.setattr(resuming, "carry_out", carry_out)
    monkeypatch.setattr(resuming, "hooks_of", lambda _run, _split: None)


def test_an_extension_has_the_nodes_whether_a_model_is_there_or_not(make_folder, on_a_cluster, monkeypatch):
    told, train = [], import_module("genie_widgets.train")  # the package: its name in the one above is a function's

    def fit_more(_plan, *, nodes, **_named):
        told.append(("more", nodes))
        raise GenieError(Problem(code="no-model", title="none", remedy="train"))

    monkeypatch.setattr(train, "fit_more", fit_more)
    monkeypatch.setattr(train, "fit", lambda _rows, _plan, *, nodes, **_named: told.append(("anew", nodes)))
    folder = make_folder(quality="best")
    folder.append(Resumed(how="extension", seconds=60))
    resuming.resume(folder, allotment=Allotment(cores=2, memory_bytes=2**30))
    assert told == [("more", "nodes"), ("anew", "nodes")]
