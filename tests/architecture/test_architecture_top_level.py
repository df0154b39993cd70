"""The top level of the repository is fixed: what else lies there was left by somebody's command."""

import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
FIXED = set(
    ".ci .gitignore CHANGELOG.md LICENSE README.md binder genie_widgets notebooks pyproject.toml tests".split()  # noqa: SIM905
)


def test_nothing_else_is_kept_at_the_top():
    if shutil.which("git") is None or not (REPOSITORY / ".git").exists():
        pytest.skip("this is no clone")
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split("/")[0] for line in listed.rstrip("\0").split("\0")} == FIXED
