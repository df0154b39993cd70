"""What is shipped and comes from others has its licence beside it."""

from importlib.resources import files


def test_the_distilled_vectors_bring_their_licence():
    model = files("genie_widgets.intent") / "model"
    assert (model / "vectors.npz").is_file()
    assert "all-MiniLM-L6-v2" in (model / "NOTICE.txt").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in (model / "LICENSE-Apache-2.0.txt").read_text(encoding="utf-8")
