"""What is shipped and comes from others has its licence beside it."""

from importlib.resources import files


def test_what_is_made_of_the_sentence_transformer_brings_its_licence():
    model = files("genie_widgets.intent") / "model"
    notice = (model / "NOTICE.txt").read_text(encoding="utf-8")
    assert "all-MiniLM-L6-v2" in notice
    for name in ("vectors.npz", "reader.npz"):
        assert (model / name).is_file()
        assert name in notice
    assert "Version 2.0, January 2004" in (model / "LICENSE-Apache-2.0.txt").read_text(encoding="utf-8")
