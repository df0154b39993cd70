"""The JupyterLab extension: its built files are of these very sources, whole, and ask no other machine."""

import hashlib
import json
from pathlib import Path

EXTENSION = Path(__file__).parents[2] / "genie_widgets" / "labextension"
BUILT = EXTENSION / "built"


def test_the_built_files_are_made_from_the_sources():
    sources = [EXTENSION / "package.json", EXTENSION / "tsconfig.json", *(EXTENSION / "src").iterdir()]
    present = {str(s.relative_to(EXTENSION)): hashlib.sha256(s.read_bytes()).hexdigest() for s in sources}
    recorded = json.loads((BUILT / "sources.json").read_text())
    assert recorded == present, "build it anew: genie_widgets/labextension/README.md says how"


def test_what_jupyter_loads_is_there():
    load = json.loads((BUILT / "package.json").read_text())["jupyterlab"]["_build"]["load"]
    assert (BUILT / load).is_file()


def test_every_script_is_small_and_names_no_host():
    scripts = list((BUILT / "static").glob("*.js"))
    assert scripts
    assert sum(script.stat().st_size for script in scripts) < 60_000
    for script in scripts:
        text = script.read_text().replace("http://www.w3.org/2000/svg", "")
        assert "http://" not in text, script.name
        assert "https://" not in text, script.name


def test_the_versions_agree():
    from genie_widgets import __version__

    assert json.loads((EXTENSION / "package.json").read_text())["version"] == __version__
