"""The kernel's process stays light: opening the panel or planning loads no training library."""

import subprocess
import sys

import pytest

HEAVY = ("autogluon", "shap", "mlflow", "sklearn", "numba", "openai", "ray", "torch")

OPEN_THE_PANEL = "import genie_widgets as gw; gw.Genie()"
PLAN = (
    "import genie_widgets as gw; from genie_widgets.data import samples;"
    "s = samples()[0]; print(gw.plan(gw.read_table(s.path), s.prompt, llm=None).status)"
)


@pytest.mark.parametrize(
    "code",
    [
        "import genie_widgets",
        "import genie_widgets.schema, genie_widgets.store, genie_widgets.data, genie_widgets.intent",
        "import genie_widgets.train, genie_widgets.explain, genie_widgets.evaluate",
        "import genie_widgets.track, genie_widgets.export, genie_widgets.render",
        OPEN_THE_PANEL,
        PLAN,
    ],
)
def test_nothing_heavy_is_loaded(code):
    check = f"{code}\nimport sys\nloaded = [n for n in {HEAVY!r} if n in sys.modules]\nassert not loaded, loaded"
    done = subprocess.run([sys.executable, "-c", check], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_importing_the_package_loads_no_pandas():
    check = "import genie_widgets, sys; assert 'pandas' not in sys.modules and 'ipywidgets' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", check], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_asking_for_the_notebooks_frames_loads_no_pandas():
    check = (
        "from genie_widgets.data import frame_offers; frame_offers(); import sys; assert 'pandas' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", check], check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
