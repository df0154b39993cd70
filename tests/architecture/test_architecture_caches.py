"""The person's own folder for what can be made again, and files that come there whole or not at all."""

from pathlib import Path

import pytest

from genie_widgets.caches import own_cache, whole_file


def test_it_is_where_others_caches_are(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert own_cache() == tmp_path / "genie-widgets"
    monkeypatch.setenv("HOME", str(tmp_path))
    for not_given in ("", "not/absolute"):
        monkeypatch.setenv("XDG_CACHE_HOME", not_given)
        assert own_cache() == tmp_path / ".cache" / "genie-widgets"


def test_a_user_without_a_home_has_none(monkeypatch, tmp_path):
    def nobodys():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", nobodys)
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert own_cache() is None
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert own_cache() == tmp_path / "genie-widgets"


def test_a_file_is_there_whole_or_not_at_all(tmp_path):
    path = tmp_path / "a.txt"
    with whole_file(path) as part, whole_file(path) as another:
        assert part != another
        part.write_text("whole", encoding="utf-8")
        assert not path.exists()
    assert [kept.name for kept in tmp_path.iterdir()] == ["a.txt"]
    assert path.read_text(encoding="utf-8") == "whole"


def test_one_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("before", encoding="utf-8")

    def fail_half_way():
        with whole_file(path) as part:
            part.write_text("half", encoding="utf-8")
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fail_half_way()
    assert [kept.read_text(encoding="utf-8") for kept in tmp_path.iterdir()] == ["before"]
