"""On a machine that has not compiled the kernels yet: nobody waits for them before the first picture."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from genie_widgets.ensemble import LEAF, Ensemble, Forest, Link, TreeMember, seen_numbers
from genie_widgets.explain import compiled, compiling, shap_values, shapley

FRAME = pd.DataFrame(np.random.default_rng(0).normal(size=(12, 2)), columns=["a", "b"])
ROWS, BACKGROUND = FRAME.iloc[:4], FRAME.iloc[4:]


def one_question(link):
    """A tree: is `a` at most 0?"""
    forest = Forest(
        roots=np.array([0]),
        feature=np.array([0, LEAF, LEAF]),
        threshold=np.zeros(3),
        left=np.array([1, 0, 0]),
        right=np.array([2, 0, 0]),
        missing_left=np.zeros(3, dtype=bool),
        leaf=np.array([0, 0, 1]),
        values=np.array([[-1.0], [1.0]]),
        output=np.array([0]),
        symmetric=np.array([-1]),
    )
    member = TreeMember("tree", 1.0, forest, link, np.zeros(1), lambda f: seen_numbers(f.to_numpy(), np.arange(2)))
    return Ensemble(
        n_outputs=1,
        columns=("a", "b"),
        trees=(member,),
        controls=(),
        others=(),
        transform=lambda frame: frame,
        owners=lambda _rows, _frame: np.arange(2),
        predict_others=lambda frame: np.zeros((len(frame), 1, 1)),
    )


def predict(frame):
    margin = np.where(frame["a"] <= 0, -1.0, 1.0)
    return 1 / (1 + np.exp(-margin))


class Kernels:
    """Kernels that are ready at the n-th time of asking."""

    def __init__(self, ready_at):
        self.ready_at, self.asked = ready_at, []

    def are_ready(self, *, only_adding, within_s=0.0):
        self.asked.append((only_adding, within_s))
        return len(self.asked) >= self.ready_at


def explained(kernels, monkeypatch, *, link=Link.LOGISTIC, others=(), on_partial=None):
    monkeypatch.setattr(shapley, "compile_kernels", lambda: kernels)
    ensemble = replace(one_question(link), others=others)
    return shap_values(predict, ROWS, BACKGROUND, n_outputs=1, budget_s=20, ensemble=ensemble, on_partial=on_partial)


def test_the_first_picture_does_not_wait_for_them(monkeypatch):
    kernels, pictures = Kernels(ready_at=np.inf), []

    def seen(values):
        pictures.append((len(kernels.asked), values.gate_error, len(values.phi)))

    found = explained(kernels, monkeypatch, on_partial=seen)
    # Asked once whether they are there; the picture comes before the wait.
    assert pictures == [(1, None, len(ROWS))]
    assert [wait > 0 for _, wait in kernels.asked] == [False, True]
    assert found.gate_error is None
    assert found.additivity_error < 1e-9


def test_who_shows_no_pictures_makes_none(monkeypatch):
    kernels = Kernels(ready_at=np.inf)
    assert explained(kernels, monkeypatch).gate_error is None
    assert len(kernels.asked) == 2


@pytest.mark.parametrize(("link", "only_adding"), [(Link.IDENTITY, True), (Link.LOGISTIC, False)])
def test_trees_without_a_link_wait_for_less(link, only_adding, monkeypatch):
    kernels = Kernels(ready_at=np.inf)
    explained(kernels, monkeypatch, link=link)
    assert {asked for asked, _ in kernels.asked} == {only_adding}


@pytest.mark.slow
@pytest.mark.usefixtures("kernels")
def test_what_they_find_once_they_are_there_is_what_they_always_find(monkeypatch):
    pictures = []
    late = explained(Kernels(ready_at=2), monkeypatch, on_partial=pictures.append)
    at_once = explained(Kernels(ready_at=1), monkeypatch)
    assert pictures[0].gate_error is None
    assert late.gate_error is not None
    assert (late.phi == at_once.phi).all()


@pytest.mark.slow
@pytest.mark.usefixtures("kernels")
def test_where_other_members_are_walked_last_a_picture_comes_first(monkeypatch):
    pictures = []
    found = explained(Kernels(ready_at=1), monkeypatch, others=("linear",), on_partial=pictures.append)
    assert [picture.gate_error for picture in pictures] == [None]
    assert found.gate_error is not None


def test_a_failure_to_compile_keeps_nobody_waiting(monkeypatch):
    def fail():
        raise RuntimeError("no compiler")

    monkeypatch.setattr(compiling, "rehearse_adding", fail)
    thread = compiling.Compiling()
    with pytest.raises(RuntimeError, match="no compiler"):
        thread.run()
    assert thread.are_ready(only_adding=False)


def test_kept_code_is_named_by_all_that_it_is_made_of():
    from genie_widgets.explain.tree_margins import add_leaves
    from genie_widgets.explain.tree_pairs import row_against_background
    from genie_widgets.explain.tree_sets import rows_against_set

    for kernel in (add_leaves, row_against_background, rows_against_set):
        assert kernel.py_func.__qualname__.endswith(compiled.hash_of_sources())


def test_another_source_of_any_part_is_another_name(tmp_path, monkeypatch):
    for source in ("compiled", *compiled.KERNELS):
        (tmp_path / f"{source}.py").write_text("x = 1", encoding="utf-8")
    monkeypatch.setattr(compiled, "__file__", str(tmp_path / "compiled.py"))
    names = {compiled.hash_of_sources.__wrapped__()}
    for place, source in enumerate(("compiled", *compiled.KERNELS)):
        (tmp_path / f"{source}.py").write_text(f"x = {place + 2}", encoding="utf-8")
        names.add(compiled.hash_of_sources.__wrapped__())
    assert len(names) == 2 + len(compiled.KERNELS)


def test_code_of_other_sources_is_removed(tmp_path, monkeypatch):
    kept = tmp_path / "__pycache__"
    kept.mkdir()
    mine, old = (kept / f"tree_sets.rows_against_set_{name}-84.py311.nbi" for name in (compiled.hash_of_sources(), "0"))
    other = kept / "game.cpython-311.pyc"
    for file in (mine, old, other):
        file.touch()
    monkeypatch.setattr(compiled, "__file__", str(tmp_path / "compiled.py"))
    compiled._forget_old_code()
    assert sorted(kept.iterdir()) == sorted([mine, other])
