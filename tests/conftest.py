"""Every test has its own workspace, and none reaches a language model or a tracking server by accident."""

import os
import signal

import pytest

# As the worker does it for itself: models that tests train here must not starve the servers that they started.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

# What a shell runs in the background ignores Ctrl-C, and so would every program that tests start and stop by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _own_world(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("GENIE_HOME", str(tmp_path_factory.mktemp("workspace")))
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL", "GENIE_LLM_MODEL", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)
