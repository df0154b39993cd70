"""`genie run` from the sentence to the predictions, stopped half-way by Ctrl-C."""

import re
import signal
import subprocess

import pandas as pd
import psutil
import pytest

from genie_widgets.schema import ModelFinished, StopRequested
from genie_widgets.session import open_run

LIMIT_S = 180


@pytest.mark.slow
def test_ctrl_c_stops_a_run_keeps_the_best_and_lets_it_predict(command, genie, workspace, tmp_path):
    process = subprocess.Popen(
        [command, "run", "penguins", "Predict the species", "--yes", "--time", "20", "--no-llm"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        while not (found := re.search(r"^Run ([0-9a-f]{32})$", said, re.M)):
            line = process.stdout.readline()
            assert line, f"it ended: {said}"
            said += line
        run = open_run(found[1])
        workers = [child.pid for child in psutil.Process(process.pid).children(recursive=True)]
        interrupt_when_training(process, run)
        rest, complaint = process.communicate(timeout=LIMIT_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert process.returncode == 0, complaint
    assert "Stopping, and keeping the best so far" in rest
    assert f"genie predict {run.id}" in rest
    assert "Traceback" not in rest + complaint

    assert run.view.status == "stopped"
    assert any(isinstance(event, StopRequested) for event in run.events())
    assert any(isinstance(event, ModelFinished) and event.score_validation is not None for event in run.events())
    assert run.result.best_model
    assert run.result.evaluation is not None
    # The worker ends as soon as nobody needs its model.
    psutil.wait_procs([psutil.Process(pid) for pid in workers if psutil.pid_exists(pid)], timeout=LIMIT_S)
    assert [pid for pid in workers if psutil.pid_exists(pid)] == []

    assert "stopped" in genie("runs")[1]
    code, said, _ = genie("predict", run.id, "penguins", "-o", tmp_path / "out.csv")
    assert (code, said) == (0, f"344 rows written to {tmp_path / 'out.csv'}\n")
    predicted = pd.read_csv(tmp_path / "out.csv")
    assert len(predicted) == 344
    assert "prediction" in predicted
    lacking = tmp_path / "lacking.csv"
    predicted[["sex", "year"]].to_csv(lacking, index=False)
    code, _, complaint = genie("predict", run.id, lacking, "-o", tmp_path / "no.csv")
    assert code == 2
    assert "bill_length_mm" in complaint
    predicted.assign(body_mass_g="heavy").to_csv(lacking, index=False)
    code, said, _ = genie("predict", run.id, lacking, "-o", tmp_path / "odd.csv")
    assert code == 0
    assert "warning: 342 cell(s) of body_mass_g" in said or "warning: 344 cell(s) of body_mass_g" in said


def interrupt_when_training(process, run):
    """Send one Ctrl-C as soon as a model is being fitted."""
    import time

    deadline = time.monotonic() + LIMIT_S
    while not any(event.type == "model_started" for event in run.events()):
        assert process.poll() is None, "it ended before it trained"
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
