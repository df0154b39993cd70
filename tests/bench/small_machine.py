"""The shipped samples where there are 2 GB of memory and one core, as in a small container.

    python tests/bench/small_machine.py [--memory-gb 2] [--cores 1] [--seconds 60] [--samples penguins ...]

A kernel with a real session, and the workers that it starts, in a control group of
their own (so Genie finds the limits as it does anywhere, and the system enforces them):
each sample is read, planned from its own sentence, trained, and its own table is
predicted by the model. Aims: each ends with a scored model within 1.1 times the seconds given, and nothing is
ended for lack of memory. Where control groups cannot be written it says so and ends.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from limits import Limits, memory_of, processes

GIB = 2**30
MOST_OF_BUDGET = 1.1


def one_sample(name, seconds):
    """Go the whole way with a sample; prints what became of it as JSON."""
    from genie_widgets.machine import detect_machine
    from genie_widgets.schema import Finished
    from genie_widgets.session import Session, settings_from_env

    machine = detect_machine()
    session = Session(settings_from_env())
    session.load_sample(name)
    session.wait_idle(600)
    session.wait_worker_ready(600)
    session.make_plan()
    session.wait_idle(600)
    session.edit_plan(time_limit_s=seconds)
    session.wait_idle(600)
    session.confirm()
    session.wait_idle(600)
    run = session.run
    result = run.wait()
    total = next(e.time for e in run.events() if isinstance(e, Finished)) - run.request.created_at
    run.wait_recorded(300)
    tracking = run.result.tracking
    session.predict_own_table()
    session.wait_idle(600)
    main, predictions = result.evaluation.metrics[0], session.state.predictions
    print(
        json.dumps(
            {
                "sample": name,
                "cores": machine.cores,
                "memory": machine.memory_bytes,
                "total_s": total,
                "models": len(result.leaderboard),
                "rows": result.n_train,
                "score": f"{main.name} {main.value:.3f} ({main.low:.3f} to {main.high:.3f})",
                "explained": result.explanation is not None,
                "recorded": tracking is not None and tracking.problem is None,
                "predicted": 0 if predictions is None else predictions.n_rows,
                "stages": result.timings,
                "warned": [warning.code for warning in run.view.warnings],
            }
        )
    )
    session.close()


def measured(name, arguments, limits, workspace):
    """Run one sample in the group; gives what it told, and the peaks of its kernel and its workers."""
    words = [sys.executable, __file__, "--one", name, "--seconds", str(arguments.seconds)]
    environment = {**os.environ, "GENIE_HOME": str(workspace)}
    kernel = subprocess.Popen(limits.command(words), stdout=subprocess.PIPE, text=True, env=environment)
    peaks = [0, 0]
    try:
        while kernel.poll() is None:
            sizes = [memory_of(pid) for pid, _ in processes(workspace)]
            peaks = [max(peaks[0], memory_of(kernel.pid)), max(peaks[1], *sizes, 0)]
            time.sleep(0.2)
        while processes(workspace):
            time.sleep(0.2)
    finally:
        kernel.kill()
    text = kernel.communicate()[0]
    return (json.loads(text) if text else None), peaks


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory-gb", type=float, default=2.0)
    parser.add_argument("--cores", type=float, default=1.0)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--samples", nargs="+")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one_sample(arguments.one, arguments.seconds)
        return 0
    from genie_widgets.data import samples

    wrong = []
    for name in arguments.samples or [sample.name for sample in samples()]:
        limits = Limits(int(arguments.memory_gb * GIB), arguments.cores)
        try:
            with tempfile.TemporaryDirectory() as workspace:
                told, (kernel, worker) = measured(name, arguments, limits, Path(workspace))
            peak, kills = limits.peak_bytes(), limits.kills()
        finally:
            limits.remove()
        memory = (
            f"peaks: kernel {kernel / 2**20:.0f} MiB, worker {worker / 2**20:.0f} MiB, "
            f"group with files {peak / 2**20:.0f} MiB; {kills} ended for lack of memory"
        )
        if told is None:
            wrong.append(f"{name}: no result")
            print(f"{name}: NO RESULT; {memory}", flush=True)
            continue
        share = told["total_s"] / arguments.seconds
        stages = ", ".join(f"{stage} {spent:.1f}" for stage, spent in told["stages"].items())
        print(
            f"{name} ({told['cores']:g} core, {told['memory'] / GIB:.1f} GiB found): {told['total_s']:.1f} s of"
            f" {arguments.seconds} = {share:.2f}; {told['models']} models from {told['rows']:,} rows; {told['score']};"
            f" explained {told['explained']}, recorded {told['recorded']}, {told['predicted']:,} rows predicted;"
            f" {memory}; {stages}; warned of {told['warned']}",
            flush=True,
        )
        wrong += [f"{name}: {share:.2f} of the budget"] * (share > MOST_OF_BUDGET)
        wrong += [f"{name}: {kills} processes ended for lack of memory"] * bool(kills)
        wrong += [f"{name}: nothing predicted"] * (not told["predicted"])
    print(f"not as it must be: {wrong or 'nothing'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
