"""The reference names all there is, and what it shows runs."""

import re
import shlex
from pathlib import Path

import pytest

import genie_widgets as gw
from genie_widgets.cli import build_parser

PAGE = Path(__file__).parents[2] / "notebooks" / "docs" / "reference.md"
TEXT = PAGE.read_text(encoding="utf-8")


def fenced(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def commands():
    lines = [line for block in fenced("sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def test_every_public_name_is_there():
    names = set(gw.__all__) - {"__version__"}
    names |= {name for name in vars(gw.Run) if not name.startswith("_")}
    assert {name for name in names if not re.search(rf"\b{name}\b", TEXT)} == set()


def test_every_command_and_option_is_there_and_each_line_is_understood():
    parser = build_parser()
    subparsers = next(action for action in parser._actions if action.dest == "command").choices
    options = {
        option
        for command in subparsers.values()
        for action in command._actions
        for option in action.option_strings
        if option.startswith("--") and option not in ("--help", "--output")
    }
    assert {option for option in options if option not in TEXT} == set()
    shown = [line for line in commands() if line != ["--version"]]
    assert {line[0] for line in shown} == set(subparsers)
    for line in shown:
        assert parser.parse_args(line).command == line[0]


@pytest.mark.slow
def test_the_examples_of_python_run_from_top_to_bottom(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENIE_HOME", str(tmp_path / "workspace"))
    namespace = {}
    for block in fenced("python"):
        exec(compile(block, str(PAGE), "exec"), namespace)
