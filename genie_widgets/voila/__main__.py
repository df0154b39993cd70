"""``python -m genie_widgets.voila``: let this person's Jupyter server show the page at ``/voila/render/``.

For Binder and JupyterHub, where Voila is a part of the Jupyter server and takes
its settings from files.
"""

from __future__ import annotations

import json
import shutil
from collections import defaultdict
from pathlib import Path

from genie_widgets.voila.settings import jupyter_path, voila_options


def set_up(config_dir: Path, data_dir: Path) -> list[Path]:
    """Write Voila's settings and the page's template where a Jupyter server looks for them.

    Parameters
    ----------
    config_dir, data_dir : Path
        Jupyter's folders for settings and for data.

    Returns
    -------
    list of Path
        What was written.
    """
    settings: defaultdict[str, dict[str, object]] = defaultdict(dict)
    for option, value in voila_options().items():
        section, name = option.split(".")
        settings[section][name] = value
    config_dir.mkdir(parents=True, exist_ok=True)
    config = config_dir / "voila.json"
    config.write_text(json.dumps(settings, indent=2), encoding="utf-8")
    shutil.copytree(jupyter_path(), data_dir, dirs_exist_ok=True)
    return [config, data_dir / "voila" / "templates" / "genie"]


if __name__ == "__main__":
    from jupyter_core.paths import jupyter_config_dir, jupyter_data_dir

    for path in set_up(Path(jupyter_config_dir()), Path(jupyter_data_dir())):
        print(path)  # noqa: T201 -- a command's output
