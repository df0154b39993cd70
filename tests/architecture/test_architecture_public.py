"""The public face: every promised name is there, and is what it says."""

import importlib

import pytest

import genie_widgets as gw
from genie_widgets.cli import build_parser

NAMES = ("Genie", "read_table", "plan", "train", "open_run", "Run", "Plan", "Question", "Refusal", "Problem")
COMMANDS = ("demo", "dashboard", "run", "plan", "predict", "runs", "doctor")


@pytest.mark.parametrize("name", NAMES)
def test_name_is_public(name):
    assert name in gw.__all__
    assert callable(getattr(gw, name))


def test_importing_an_engine_hides_no_public_name():
    engine = importlib.import_module("genie_widgets.train")
    assert gw.train is not engine
    assert gw.train is importlib.import_module("genie_widgets.session").train


def test_unknown_names_are_told():
    with pytest.raises(AttributeError, match="no attribute 'wish'"):
        gw.wish  # noqa: B018


@pytest.mark.parametrize("command", COMMANDS)
def test_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args([command, "--help"])
    assert stop.value.code == 0
    assert command in capsys.readouterr().out
