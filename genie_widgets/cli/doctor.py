"""`genie doctor`: what is missing or odd on this machine, and how to mend it."""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from genie_widgets.machine import detect_machine

GIB = 2**30
MIN_MEMORY_BYTES = 2 * GIB
MIN_DISK_BYTES = 2 * GIB
# What the panel, the plots and the pages need in the browser's server.
WIDGET_PACKAGES = ("jupyterlab", "ipywidgets", "anywidget", "voila", "plotly")
ENGINE_PACKAGES = ("autogluon.tabular", "lightgbm", "catboost", "xgboost", "shap", "mlflow", "openai")
OPTIONAL_PACKAGES = {"xlrd": "reads old .xls files", "torch": "neural networks among the models: extra neural"}


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's report; `remedy` is empty where nothing is to be done."""

    level: Literal["ok", "note", "odd", "missing"]
    text: str
    remedy: str = ""


def add_commands(commands: Any) -> None:
    """Add this module's command."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor", help="say what is missing or odd here, and how to mend it"
    )
    parser.set_defaults(action=_doctor)


def _doctor(_arguments: argparse.Namespace) -> int:
    findings = list(examine())
    marks = {"ok": "ok     ", "note": "note   ", "odd": "odd    ", "missing": "MISSING"}
    for finding in findings:
        print(f"{marks[finding.level]}  {finding.text}")
        if finding.remedy:
            print(f"         -> {finding.remedy}")
    bad = [finding for finding in findings if finding.level in ("odd", "missing")]
    print("Everything that Genie needs is here." if not bad else f"{len(bad)} thing(s) to look at.")
    return 1 if any(finding.level == "missing" for finding in bad) else 0


def examine() -> Iterator[Finding]:
    """Yield every finding, cheapest first.

    Yields
    ------
    Finding
        In the order in which a person should mend them.
    """
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _python,
        _machine,
        _workspace,
        _packages,
        _further_models,
        _page,
        _language_server,
        _tracking,
        _cluster,
    )
    for check in checks:
        yield from check()


def _python() -> Iterator[Finding]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("ok", f"Python {version}")
    if sys.prefix == sys.base_prefix:
        yield Finding(
            "note", "Genie runs outside a virtual environment.", "python3 -m venv .venv keeps its pins apart."
        )


def _machine() -> Iterator[Finding]:
    machine = detect_machine()
    cores = f"{machine.cores:g} core(s), as this container allows them"
    if machine.cores < 1:
        yield Finding("odd", f"{cores}: training will be slow.", "Give the container a whole core, or runs more time.")
    else:
        yield Finding("ok", cores)
    memory = f"{machine.memory_bytes / GIB:.1f} GiB of memory"
    if machine.memory_bytes < MIN_MEMORY_BYTES:
        yield Finding("odd", f"{memory} is little.", "Give the container at least 2 GiB, or use small tables.")
    else:
        yield Finding("ok", memory)
    load = os.getloadavg()[0]
    if load > 2 * machine.cores:
        yield Finding(
            "odd", f"The machine is busy (load {load:.1f}).", "Training will find fewer models in the same time."
        )


def _workspace() -> Iterator[Finding]:
    import shutil

    from genie_widgets.store import default_workspace

    workspace = default_workspace()
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=workspace):
            pass
    except OSError as error:
        yield Finding(
            "missing",
            f"The workspace {workspace} cannot be written: {error.strerror}.",
            "Set GENIE_HOME to a folder that you may write.",
        )
        return
    yield Finding("ok", f"Workspace {workspace}")
    yield from _locks(workspace)
    free = shutil.disk_usage(workspace).free
    if free < MIN_DISK_BYTES:
        yield Finding(
            "odd", f"Only {free / GIB:.1f} GiB of disk is free.", "Free some space, or set GENIE_HOME to another disk."
        )
    else:
        yield Finding("ok", f"{free / GIB:.0f} GiB of disk free")


def _locks(workspace: Path) -> Iterator[Finding]:
    """Look whether the workspace's file system gives locks: some network file systems give none."""
    from genie_widgets.store import hold_alone

    try:
        with hold_alone(workspace / "doctor.lock"):
            pass
    except OSError as error:
        yield Finding(
            "missing",
            f"The file system of the workspace gives no locks: {error.strerror}.",
            "Mount it with locks (NFS without `nolock`), or set GENIE_HOME to another.",
        )
    finally:
        (workspace / "doctor.lock").unlink(missing_ok=True)


def _version(package: str) -> str | None:
    # XGBoost comes under another name where there is no GPU.
    for name in (package, f"{package}-cpu"):
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            return importlib.metadata.version(name)
    return None


def _packages() -> Iterator[Finding]:
    for package in WIDGET_PACKAGES + ENGINE_PACKAGES:
        version = _version(package)
        if version is None:
            yield Finding("missing", f"{package} is not installed.", f"python -m pip install {package}")
        else:
            yield Finding("ok", f"{package} {version}")
    for package, purpose in OPTIONAL_PACKAGES.items():
        version = _version(package)
        if version is None:
            yield Finding("note", f"optional: {package} is not installed ({purpose}).")
        else:
            yield Finding("ok", f"{package} {version} (optional)")


def _further_models() -> Iterator[Finding]:
    """Tell which kinds of models extras bring here, and what keeps others away.

    An image is built where there is no GPU: what else is missing is told all the same.
    """
    from genie_widgets.train.further import KINDS, absent, has_gpu, is_installed, what_keeps_torch_from_loading

    if not is_installed("torch"):
        return
    if reason := what_keeps_torch_from_loading():
        yield Finding(
            "odd",
            f"torch is here but does not load: {reason}",
            "Install it again, or remove it: python -m pip uninstall torch. Trees are trained all the same.",
        )
        return
    yield Finding(
        "ok", "A GPU that torch can use" if has_gpu() else "No GPU that torch can use: models learn on the cores"
    )
    for kind in KINDS:
        if missing := absent(kind):
            yield Finding(
                "note",
                f"optional: {kind.name} is not tried, as {_listed(missing)} {_are(missing)} not installed.",
                f'python -m pip install "genie-widgets[{kind.extra}]"',
            )
            continue
        lacking = [f"the weights {repository}" for repository, _ in kind.lacks]
        if kind.needs_gpu and not has_gpu():
            lacking = ["a GPU", *lacking]
        if lacking:
            fetched = " A run fetches nothing itself." if kind.lacks else ""
            yield Finding("note", f"{kind.name} lacks {_listed(lacking)}.{fetched}", kind.how_to_fetch)
        else:
            yield Finding("ok", f"{kind.name} is among the models ({kind.licence})")


def _listed(things: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(things[:-1]), things[-1]]))


def _are(things: Sequence[str]) -> str:
    return "is" if len(things) == 1 else "are"


def _page() -> Iterator[Finding]:
    from genie_widgets.voila.settings import jupyter_path, notebook_path

    for what, path in (("notebook", notebook_path()), ("page template", jupyter_path())):
        if Path(path).exists():
            yield Finding("ok", f"The {what} is in place")
        else:
            yield Finding(
                "missing", f"The {what} is not at {path}.", "Install genie-widgets again; its files are incomplete."
            )
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("darwin", "win32")):
        yield Finding("note", "No display: `genie demo` prints the address instead of opening a browser.")


def _language_server() -> Iterator[Finding]:
    if os.environ.get("OPENAI_API_KEY") or os.environ.get("OPENAI_BASE_URL"):
        yield Finding("ok", "A language model is configured; column names, types and summary figures are sent to it.")
    else:
        yield Finding(
            "note", "No OPENAI_API_KEY: plans come from the embedded planner, and nothing leaves the machine."
        )


def _tracking() -> Iterator[Finding]:
    if os.environ.get("MLFLOW_TRACKING_URI"):
        yield Finding("ok", "Runs are logged to the address in MLFLOW_TRACKING_URI.")
    else:
        yield Finding("ok", "Runs are logged to the workspace's own MLflow store.")


def _cluster() -> Iterator[Finding]:
    from genie_widgets.schema import GenieError
    from genie_widgets.session.configuration import settings_from_env
    from genie_widgets.session.ray_jobs import RayJobs
    from genie_widgets.session.runners import runner_of

    settings = settings_from_env()
    try:
        if runner_of(settings) == "local":
            return
        nodes = RayJobs(settings.ray_address).nodes()
    except GenieError as error:
        yield Finding("missing", error.problem.title, error.problem.remedy)
        return
    cores = sum(node.cores for node in nodes)
    yield Finding(
        "ok", f"Trainings run on the Ray cluster at {settings.ray_address}: {len(nodes)} node(s), {cores} cores"
    )
    yield Finding(
        "note",
        f"Every node must have {settings.workspace} under this same path, and genie-widgets[ray] installed.",
        "A run whose node lacks either says so.",
    )
