"""How the page is served: what Voila is told, and why."""

from __future__ import annotations

import os
from pathlib import Path

_HERE = Path(__file__).parent
IDLE_MINUTES, CULL_CHECK_S = 10, 60


def jupyter_path() -> Path:
    """Name the folder that holds the page's template, laid out as Jupyter looks for data."""
    return _HERE / "share"


def notebook_path() -> Path:
    """Name the notebook that is the page: the clone's own, or the copy that was installed."""
    clone = _HERE.parent.parent / "notebooks" / "genie.ipynb"
    return clone if clone.exists() else _HERE / "genie.ipynb"


def voila_options() -> dict[str, object]:
    """Give the settings of the page that do not depend on where it is served."""
    return {
        "VoilaConfiguration.template": "genie",
        # /voila/files/ asks nobody for the token: it serves nothing.
        "VoilaConfiguration.file_denylist": [".*"],
        "VoilaConfiguration.allow_template_override": "NO",
        # What else is installed for JupyterLab may not fit Voila's older parts, and slows every load.
        "VoilaConfiguration.extension_allowlist": [
            "@voila-dashboards/widgets-manager8",
            "@jupyter-widgets/jupyterlab-manager",
            "anywidget",
            "jupyterlab-plotly",
        ],
        "VoilaConfiguration.strip_sources": True,
        "VoilaConfiguration.show_tracebacks": False,
        # Every load leaves a kernel behind; those that nobody is connected to are ended.
        "MappingKernelManager.cull_idle_timeout": 60 * _idle_minutes(),
        "MappingKernelManager.cull_interval": CULL_CHECK_S,
    }


def _idle_minutes() -> int:
    given = os.environ.get("GENIE_IDLE_MINUTES", "")
    return int(given) if given.isdecimal() and int(given) else IDLE_MINUTES


def voila_environment() -> dict[str, str]:
    """Give the environment of a process that serves the page: Voila finds templates on ``JUPYTER_PATH`` alone."""
    paths = [str(jupyter_path()), os.environ.get("JUPYTER_PATH", "")]
    return {**os.environ, "JUPYTER_PATH": os.pathsep.join(path for path in paths if path)}


def voila_arguments(notebook: Path, *, port: int, token: str = "", ip: str = "127.0.0.1", ready: int = 0) -> list[str]:
    """Write Voila's command line.

    Parameters
    ----------
    notebook : Path
        The notebook to serve.
    port : int
        Port to listen on.
    token : str
        Who knows it is let in; empty lets everybody in.
    ip : str
        Address to listen on.
    ready : int
        How many kernels are started ahead, each with the panel made, for the visitors that come next.

    Returns
    -------
    list of str
        Arguments of ``python -m voila``.
    """
    options = [
        f"--{name}={item}"
        for name, value in voila_options().items()
        # A list is given item by item: that is how traitlets takes it from a command line.
        for item in (value if isinstance(value, list) else [value])
    ]
    return [
        str(notebook),
        "--no-browser",
        f"--Voila.ip={ip}",
        f"--port={port}",
        f"--token={token}",
        # Nobody else's port is taken instead: the address was already printed.
        "--Voila.port_retries=0",
        *options,
        *(_started_ahead(ready) if ready > 0 else ()),
    ]


def _started_ahead(ready: int) -> list[str]:
    return [
        "--VoilaConfiguration.preheat_kernel=True",
        f"--VoilaConfiguration.default_pool_size={ready}",
        "--VoilaConfiguration.multi_kernel_manager_class=genie_widgets.voila.kernels.PatientKernelManager",
    ]
