"""Many visitors of one machine who start nearly at once: what each waits, what all take, what is left over.

    python tests/bench/visitors.py [--visitors 30] [--seconds 12] [--rows 500] [--memory-gb 8] [--cores 2]

Each visitor is a process of its own with a real session, as a page's kernel is: a
table, a sentence, the plan, its confirmation at once, the training, the
predictions of a few rows; the page stays open until everybody is done. All
share a workspace whose host set ``GENIE_SHARED``. Aims: everybody ends with a
usable model; nobody waits for longer than ten seconds without having been told
his place and how long it may take; no process is ended for lack of memory; no
process, lock, place or draft is left over. `--memory-gb` and `--cores` put all
of it into a control group, where these can be written.
"""

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from limits import Limits, memory_of, processes
from tables import churn_table

MOST_UNTOLD_S = 10.0
PATIENCE_S = 30.0
GIB = 2**30


def visit(number, rows, seconds, over):
    """Be one visitor; prints what became of it as JSON."""
    from genie_widgets.session import Session, Stage, settings_from_env

    session, seen = Session(settings_from_env()), []
    session.subscribe(lambda state: seen.append((time.time(), state)))
    frame = churn_table(rows, seed=number)
    session.load_table(frame, name=f"visitor {number}")
    session.wait_idle(600)
    session.set_prompt(f"who will churn? {seconds} seconds")
    session.make_plan()
    session.wait_idle(600)
    confirmed = time.time()
    session.confirm()
    session.wait_idle(600)
    while session.state.stage == Stage.TRAINING:
        time.sleep(0.1)
    state, ended = session.state, time.time()
    result = state.result
    if state.stage == Stage.DONE:
        session.predict(frame.drop(columns="churn").head(5), name="new")
        session.wait_idle(600)
    trained = [(at, s.view) for at, s in seen if s.run_id and s.view is not None and at >= confirmed]
    told = [(at, view) for at, view in trained if view.before > 0]
    began = next((at for at, view in trained if view.status != "waiting"), ended)
    first_word = min([told[0][0]] if told else [began], default=began)
    problem = session.state.problem or (state.view.problem if state.view else None)
    took = state.view.elapsed_s if state.view else 0.0
    print(
        json.dumps(
            {
                "number": number,
                "usable": session.state.predictions is not None and session.state.predictions.n_rows == 5,
                "scored": result is not None and result.evaluation is not None,
                "explained": result is not None and result.explanation is not None,
                "problem": problem.code if problem else "",
                "untold_s": max(0.0, min(first_word, began) - confirmed),
                "waited_s": began - confirmed,
                "place": told[0][1].before if told else 0,
                "estimate_s": told[0][1].about_s if told else 0.0,
                "estimate_error_s": (told[0][1].about_s - (began - told[0][0])) if told else 0.0,
                "of_the_budget": took / seconds,
                "models": len(state.view.models) if state.view else 0,
                "warned": [warning.code for warning in state.view.warnings] if state.view else [],
            }
        ),
        flush=True,
    )
    while not over.exists():
        time.sleep(0.2)
    session.close()


def watch(workspace, started, kernels, peaks):
    """Note what kinds of processes take now."""
    now = defaultdict(list)
    for pid in kernels:
        now["kernel"].append(memory_of(pid))
    for pid, command in processes(workspace):
        if pid not in kernels:
            now["worker" if "genie_widgets.worker " in command else "other"].append(memory_of(pid))
    for kind, sizes in now.items():
        most, count, total = peaks.get(kind, (0, 0, 0))
        peaks[kind] = (max(most, *sizes), max(count, len(sizes)), max(total, sum(sizes)))
    everything = sum(map(sum, now.values()))
    if everything > peaks.get("together", (0, 0, 0))[2]:
        peaks["together"] = (time.time() - started, sum(map(len, now.values())), everything)


def left_over(workspace):
    """Name what is still there though everybody has gone."""
    from genie_widgets.store import RunFolder, list_run_ids

    deadline = time.monotonic() + PATIENCE_S
    while processes(workspace) and time.monotonic() < deadline:
        time.sleep(0.2)
    found = [f"process {pid}: {command}" for pid, command in processes(workspace)]
    found += [f"place in the queue: {path.name}" for path in (workspace / "queue").glob("[0-9]*")]
    asked = set(list_run_ids(workspace))
    for path in (workspace / "runs").iterdir():
        folder = RunFolder(path)
        found += [f"draft: {path.name}"] * (path.name not in asked)
        found += [f"lock: {path.name}"] * (folder.is_alive() or folder.is_recording())
    return found


def together(arguments, workspace, limits):
    """Let all of them in, and wait; gives what they told, the peaks and how long it took."""
    over = Path(workspace) / "over"
    environment = {**os.environ, "GENIE_HOME": str(workspace), "GENIE_SHARED": "1"}
    command = [sys.executable, __file__, "--rows", str(arguments.rows), "--seconds", str(arguments.seconds)]
    started, peaks, visitors = time.time(), {}, []
    outputs = [over.with_name(f"visitor-{number}") for number in range(arguments.visitors)]
    try:
        for number, output in enumerate(outputs):
            words = [*command, "--visitor", str(number), "--over", str(over)]
            with output.open("w") as told:
                visitors.append(
                    subprocess.Popen(limits.command(words) if limits else words, stdout=told, env=environment)
                )
        kernels = {visitor.pid for visitor in visitors}
        while any(v.poll() is None and not _read(o) for v, o in zip(visitors, outputs, strict=True)):
            watch(workspace, started, kernels, peaks)
            time.sleep(1.0)
        took = time.time() - started
        over.touch()
        for visitor in visitors:
            visitor.wait(120)
    finally:
        for visitor in visitors:
            visitor.kill()
            visitor.wait()
    return [_read(output) for output in outputs], peaks, took


def _read(output):
    text = output.read_text().strip()
    return json.loads(text) if text else None


def tell(told, peaks, took, arguments, left, kills):
    """Print the figures; gives what is not as it must be."""
    ended = [one for one in told if one]
    wrong = [f"{len(told) - len(ended)} visitors ended without a word"] * (len(ended) < len(told))
    for one in ended:
        if not (one["usable"] and one["scored"]):
            wrong.append(f"visitor {one['number']} has no usable result ({one['problem'] or 'no problem told'})")
        if one["place"] and one["untold_s"] > MOST_UNTOLD_S:
            wrong.append(f"visitor {one['number']} waited {one['untold_s']:.0f} s without a word")
    waited = [one for one in ended if one["place"]]
    print(
        f"{len(ended)} of {arguments.visitors} visitors, {arguments.seconds} s and {arguments.rows} rows each:"
        f" all done after {took:.0f} s; usable {sum(one['usable'] for one in ended)},"
        f" explained {sum(one['explained'] for one in ended)}, models {_spread([one['models'] for one in ended])}"
    )
    at_once = [one["waited_s"] for one in ended if not one["place"]]
    print(f"begun without a queue ('Starting the training process' meanwhile), after seconds: {_spread(at_once)}")
    if waited:
        print(
            f"in the queue {len(waited)}; seconds until told the place: {_spread([one['untold_s'] for one in waited])}"
        )
        print(f"seconds waited there: {_spread([one['waited_s'] for one in waited])}")
        print(f"estimate less wait, in seconds: {_spread([one['estimate_error_s'] for one in waited])}")
    print(f"run, of the budget: {_spread([one['of_the_budget'] for one in ended])}")
    for kind, (most, count, total) in sorted(peaks.items()):
        if kind != "together":
            print(f"{kind}: at most {most / 2**20:.0f} MiB each, {count} at once, {total / GIB:.2f} GiB together")
    at, count, total = peaks["together"]
    print(f"all: {total / GIB:.2f} GiB at most, of {count} processes, after {at:.0f} s")
    print(f"warned of: {sorted({code for one in ended for code in one['warned']})}; ended for lack of memory: {kills}")
    wrong += left + ["processes were ended for lack of memory"] * bool(kills)
    print(f"not as it must be: {wrong or 'nothing'}")
    return wrong


def _spread(values):
    if not values:
        return "none"
    return f"{min(values):.1f} to {max(values):.1f} (median {statistics.median(values):.1f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--seconds", type=int, default=12)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--memory-gb", type=float)
    parser.add_argument("--cores", type=float)
    parser.add_argument("--visitor", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--over", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.visitor is not None:
        visit(arguments.visitor, arguments.rows, arguments.seconds, arguments.over)
        return 0
    limits = None
    if arguments.memory_gb or arguments.cores:
        limits = Limits(int((arguments.memory_gb or 1024) * GIB), arguments.cores or os.cpu_count())
    with contextlib.ExitStack() as stack:
        if limits is not None:
            stack.callback(limits.remove)
        workspace = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        told, peaks, took = together(arguments, workspace, limits)
        wrong = tell(told, peaks, took, arguments, left_over(workspace), limits.kills() if limits else 0)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
