"""A debugger of the notebook stays out of our processes."""

import subprocess
import sys

import pytest

SCRIPT = """
import subprocess, sys
import debugpy
debugpy.listen(("127.0.0.1", 0))
from genie_widgets.session.spawning import start_process
asks = [sys.executable, "-c", "import sys; print(any('pydevd' in name for name in sys.modules))"]
print(subprocess.run(asks, capture_output=True, text=True, check=True).stdout.strip())
print(start_process(asks, stdout=subprocess.PIPE, text=True).communicate()[0].strip())
"""


def test_without_a_debugger_a_process_is_as_any():
    from genie_widgets.session.spawning import start_process

    said, _ = start_process([sys.executable, "-c", "print(1)"], stdout=subprocess.PIPE, text=True).communicate()
    assert said == "1\n"


@pytest.mark.slow
def test_with_jupyters_debugger_on_our_process_is_free_of_it_and_another_is_not():
    told = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=120)
    assert told.stdout.split() == ["True", "False"]
