"""The workspace's note of its champions: one a registered model, and a damaged file hides no run."""

from genie_widgets.store import Champions


def test_each_registered_model_has_one_champion(tmp_path):
    champions = Champions(tmp_path / "new")
    assert champions.runs() == frozenset()
    champions.note("a", "1")
    champions.note("b", "2")
    champions.note("a", "3")
    assert champions.runs() == {"2", "3"}
    champions.note("b", "")
    assert Champions(tmp_path / "new").runs() == {"3"}


def test_a_damaged_note_is_none(tmp_path):
    (tmp_path / "champions.json").write_text("[1")
    assert Champions(tmp_path).runs() == frozenset()
    (tmp_path / "champions.json").write_text("[1]")
    assert Champions(tmp_path).runs() == frozenset()
