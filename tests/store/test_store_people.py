"""The people of a class, and their keys."""

import stat

import pytest

from genie_widgets.store import People


def test_each_gets_a_key_of_their_own_and_keeps_it(workspace):
    keys = People(workspace).enrol(["Ana", "Ben"])
    assert list(keys) == ["Ana", "Ben"]
    assert len(set(keys.values())) == 2
    assert People(workspace).enrol(["Cleo", "Ana"])["Ana"] == keys["Ana"]
    assert [People(workspace).name_of(keys[name]) for name in ("Ana", "Ben")] == ["Ana", "Ben"]


def test_only_the_owner_may_read_the_keys(workspace):
    People(workspace).enrol(["Ana"])
    assert stat.S_IMODE((workspace / "people.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("key", ["", "Ana", "é", "\ud83d", "x" * 10_000])
def test_a_key_that_is_nobody_s_names_nobody(workspace, key):
    assert People(workspace).name_of(key) == ""
    People(workspace).enrol(["Ana"])
    assert People(workspace).name_of(key) == ""


@pytest.mark.parametrize("content", ["", "{", "[1]", "7"])
def test_a_file_that_is_damaged_names_nobody(workspace, content):
    workspace.mkdir()
    (workspace / "people.json").write_text(content)
    assert People(workspace).name_of("x") == ""
