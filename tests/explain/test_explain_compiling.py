"""On a machine that has not compiled the kernels yet: nobody waits for them before the first picture."""

import fcntl
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from genie_widgets.ensemble import LEAF, Ensemble, Forest, Link, TreeMember, seen_numbers
from genie_widgets.explain import ahead, compiling, kept_code, shap_values, shapley

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
    """Kernels that are there after so many seconds of a made clock, which stands still but for the waiting."""

    def __init__(self, ready_after):
        self.ready_after, self.now, self.asked = ready_after, 0.0, []

    def clock(self):
        return self.now

    def are_ready(self, *, only_adding, within_s=0.0):
        self.asked.append((only_adding, within_s))
        self.now = min(self.now + within_s, max(self.now, self.ready_after))
        return self.now >= self.ready_after


def explained(kernels, monkeypatch, *, link=Link.LOGISTIC, others=(), budget_s=20, **more):
    monkeypatch.setattr(shapley, "compile_kernels", lambda: kernels)
    ensemble = replace(one_question(link), others=others)
    return shap_values(
        predict,
        ROWS,
        BACKGROUND,
        n_outputs=1,
        budget_s=budget_s,
        ensemble=ensemble,
        clock=kernels.clock,
        **more,
    )


def test_the_first_picture_does_not_wait_for_them(monkeypatch):
    kernels, pictures = Kernels(ready_after=np.inf), []

    def seen(values):
        pictures.append((len(kernels.asked), values.gate_error, len(values.phi)))

    found = explained(kernels, monkeypatch, on_partial=seen)
    # Asked once whether they are there; the picture comes before the wait.
    assert pictures == [(1, None, len(ROWS))]
    assert [wait > 0 for _, wait in kernels.asked[:2]] == [False, True]
    assert found.gate_error is None
    assert found.additivity_error < 1e-9


def test_who_shows_no_pictures_makes_none(monkeypatch):
    kernels = Kernels(ready_after=np.inf)
    assert explained(kernels, monkeypatch).gate_error is None
    assert kernels.now == pytest.approx(10)


@pytest.mark.slow
@pytest.mark.usefixtures("kernels")
@pytest.mark.parametrize(
    ("seconds", "compiling_s", "is_exact"), [(0.9, 0.0, True), (8.0, 0.0, False), (8.0, 7.5, True)]
)
def test_seconds_given_for_compiling_are_waited_beyond_the_budget(seconds, compiling_s, is_exact, monkeypatch):
    pictures = []
    found = explained(Kernels(seconds), monkeypatch, budget_s=2, compiling_s=compiling_s, on_partial=pictures.append)
    assert (found.gate_error is not None) == is_exact
    assert pictures[0].gate_error is None


def test_who_asks_to_stop_is_not_kept_waiting_for_them(monkeypatch):
    kernels = Kernels(60.0)
    found = explained(kernels, monkeypatch, budget_s=2, compiling_s=50, should_stop=lambda: kernels.now > 3)
    assert found.gate_error is None
    assert kernels.now < 5


@pytest.mark.parametrize(("link", "only_adding"), [(Link.IDENTITY, True), (Link.LOGISTIC, False)])
def test_trees_without_a_link_wait_for_less(link, only_adding, monkeypatch):
    kernels = Kernels(ready_after=np.inf)
    explained(kernels, monkeypatch, link=link)
    assert {asked for asked, _ in kernels.asked} == {only_adding}


@pytest.mark.slow
@pytest.mark.usefixtures("kernels")
def test_what_they_find_once_they_are_there_is_what_they_always_find(monkeypatch):
    pictures = []
    late = explained(Kernels(ready_after=1.0), monkeypatch, on_partial=pictures.append)
    at_once = explained(Kernels(ready_after=0.0), monkeypatch)
    assert pictures[0].gate_error is None
    assert late.gate_error is not None
    assert (late.phi == at_once.phi).all()


@pytest.mark.slow
@pytest.mark.usefixtures("kernels")
def test_where_other_members_are_walked_last_a_picture_comes_first(monkeypatch):
    pictures = []
    found = explained(Kernels(ready_after=0.0), monkeypatch, others=("linear",), on_partial=pictures.append)
    assert [picture.gate_error for picture in pictures] == [None]
    assert found.gate_error is not None


def test_a_failure_to_compile_keeps_nobody_waiting(monkeypatch):
    def fail():
        raise RuntimeError("no compiler")

    monkeypatch.setattr(compiling, "compile_elsewhere", lambda: None)
    monkeypatch.setattr(compiling, "rehearse_adding", fail)
    thread = compiling.Compiling()
    with pytest.raises(RuntimeError, match="no compiler"):
        thread.run()
    assert thread.are_ready(only_adding=False)


def test_what_is_compiled_elsewhere_is_waited_for_part_by_part(monkeypatch):
    done = []

    class Elsewhere:
        stdout = SimpleNamespace(readline=lambda: done.append("adding, elsewhere"))

        def wait(self):
            done.append("all, elsewhere")

    monkeypatch.setattr(compiling, "compile_elsewhere", Elsewhere)
    monkeypatch.setattr(compiling, "rehearse_adding", lambda: done.append("adding"))
    monkeypatch.setattr(compiling, "rehearse_linking", lambda: done.append("linking"))
    compiling.Compiling().run()
    assert done == ["adding, elsewhere", "adding", "all, elsewhere", "linking"]


@pytest.fixture
def starting():
    """Gives whether a process is started to compile, and with what."""
    started = []

    def ask():
        started.clear()
        ahead.compile_elsewhere.__wrapped__(lambda command, **_options: started.append(command))
        return started

    return ask


def keep_last_kernel(folder):
    name = f"tree_pairs.row_against_background_{kept_code.hash_of_sources()}"
    kept = folder / f"{name}-434.py{sys.version_info.major}{sys.version_info.minor}.nbi"
    kept.touch()
    return kept


def test_nothing_is_started_where_the_kernels_were_seen_to_run(package, starting):
    kept = keep_last_kernel(package / "__pycache__")
    assert starting() == [[sys.executable, "-m", "genie_widgets.explain.ahead"]], "of what CPU they are nobody knows"
    kept_code.note_kept(kept.parent)
    assert not starting()
    kept.unlink()
    assert starting(), "the note alone is none"


def test_a_copy_of_the_package_has_code_of_its_own(package, starting, tmp_path, monkeypatch):
    kept = keep_last_kernel(package / "__pycache__")
    kept_code.note_kept(kept.parent)
    copy = shutil.copytree(tmp_path / "explain", tmp_path / "other" / "explain")
    shutil.copy(tmp_path / "ensemble.py", tmp_path / "other")
    monkeypatch.setattr(kept_code, "__file__", str(copy / "kept_code.py"))
    assert starting()


def cpuinfo(root, flags="fpu avx2", model="17", mhz="2596.134"):
    (root / "proc").mkdir(parents=True, exist_ok=True)
    core = f"model\t\t: {model}\ncpu MHz\t\t: {mhz}\nflags\t\t: {flags}\n"
    (root / "proc/cpuinfo").write_text(f"processor\t: 0\n{core}\nprocessor\t: 1\n{core}\n")
    return kept_code.made_for(root)


def test_another_cpu_python_numba_or_source_is_another_machine(package, tmp_path, monkeypatch):
    here = cpuinfo(tmp_path)
    assert "flags: fpu avx2" in here
    assert cpuinfo(tmp_path, mhz="1200.0") == here
    others = {cpuinfo(tmp_path, flags="fpu avx2 avx512f"), cpuinfo(tmp_path, model="1")}
    for name, value in (("NUMBA_CPU_NAME", "generic"), ("NUMBA_CPU_FEATURES", ""), ("NUMBA_CACHE_DIR", "/c")):
        with monkeypatch.context() as patched:
            patched.setenv(name, value)
            others.add(cpuinfo(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(kept_code, "version", lambda _package: "0.1")
        others.add(cpuinfo(tmp_path))
    with monkeypatch.context() as patched:
        patched.setattr(sys.implementation, "cache_tag", "cpython-399")
        others.add(cpuinfo(tmp_path))
    (package / "compiled.py").write_text("x = 2", encoding="utf-8")
    others.add(cpuinfo(tmp_path))
    assert len(others - {here}) == 8


def test_code_for_another_cpu_is_none(package, starting, monkeypatch):
    """As in an image that was prepared elsewhere."""
    kept = keep_last_kernel(package / "__pycache__")
    kept_code.note_kept(kept.parent)
    elsewhere = kept_code.made_for()
    monkeypatch.setattr(kept_code, "made_for", lambda: f"{elsewhere} amx-int8")
    assert starting()
    kept_code.note_kept(kept.parent)
    assert not starting()
    monkeypatch.setattr(kept_code, "made_for", lambda: elsewhere)
    assert not starting(), "what serves one CPU is left to it"


@pytest.fixture
def unwritable(package, monkeypatch):
    """The package's folder cannot be written; gives the person's own."""
    beside, own = package / "__pycache__", package.parent / "own"
    own.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(package.parent / "cache"))
    can, write = os.access, Path.write_text

    def written(path, *arguments, **options):
        if path.parent == beside:
            raise PermissionError(path)
        return write(path, *arguments, **options)

    monkeypatch.setattr(kept_code.os, "access", lambda path, mode: Path(path) != beside and can(path, mode))
    monkeypatch.setattr(Path, "write_text", written)
    return own


def test_where_the_package_cannot_be_written_a_persons_own_code_counts(package, unwritable, starting):
    keep_last_kernel(unwritable)
    kept_code.note_kept(unwritable)
    assert not starting()
    assert not list((package / "__pycache__").iterdir())


def test_what_was_prepared_beside_a_package_that_cannot_be_written_is_taken(package, unwritable):
    prepared = keep_last_kernel(package / "__pycache__")
    data = prepared.with_name(prepared.name.replace(".nbi", ".1.nbc"))
    data.write_bytes(b"code")
    other = prepared.with_name(prepared.name.replace(kept_code.hash_of_sources(), "0123456789ab"))
    other.touch()
    compiling._take_prepared(unwritable)
    assert sorted(path.name for path in unwritable.iterdir()) == sorted([prepared.name, data.name])
    (unwritable / data.name).write_bytes(b"own")
    compiling._take_prepared(unwritable)
    assert (unwritable / data.name).read_bytes() == b"own"


def test_a_note_beside_code_that_cannot_be_written_is_not_believed(package, starting, monkeypatch):
    """Numba passes it by: it must be copied first."""
    kept = keep_last_kernel(package / "__pycache__")
    kept_code.note_kept(kept.parent)
    monkeypatch.setattr(kept_code.os, "access", lambda path, _mode: Path(path) != kept.parent)
    assert starting()


def homeless(monkeypatch):
    def nobodys():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nobodys)


def test_a_user_without_a_home_has_the_packages_folder(package, starting, monkeypatch):
    homeless(monkeypatch)
    kept = keep_last_kernel(package / "__pycache__")
    assert starting()
    kept_code.note_kept(kept.parent)
    assert not starting()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\0\n%s"])
def test_a_spoiled_note_is_none(package, starting, content):
    kept = keep_last_kernel(package / "__pycache__")
    kept_code.note_kept(kept.parent)
    (note,) = kept.parent.glob("kernels.*.txt")
    note.write_bytes(content.replace(b"%s", kept_code.made_for().encode()))
    assert starting()


@pytest.mark.slow
def test_another_process_compiles_and_keeps_them(tmp_path):
    """On a copy that was never used; the process outlives who reads what it says."""
    package, copy = Path(kept_code.__file__).parents[1], tmp_path / "genie_widgets"
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("*.nb?", "kernels.*", "node_modules"))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-m", "genie_widgets.explain.ahead"]
    kept = copy / "explain" / "__pycache__"
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.wait() == 0
    indexes = sorted(kept.glob("*.nbi"))
    assert len(indexes) == 6
    again = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, check=True)
    assert not again.stdout  # all were there
    (note,) = kept.glob("kernels.*.txt")
    for name in ("sources", "python", "numba"):
        assert f"\n{name}: " in note.read_text()
    # An image that is taken to another CPU: what it brought serves nobody there, and is found out at once.
    of_another = {**environment, "NUMBA_CPU_NAME": "x86-64" if platform.machine() == "x86_64" else "generic"}
    of_another["NUMBA_CPU_FEATURES"] = ""
    elsewhere = subprocess.run(command, env=of_another, cwd=tmp_path, capture_output=True, check=True)
    assert elsewhere.stdout == b"adding\n"
    assert len(list(kept.glob("kernels.*.txt"))) == 2
    assert sorted(kept.glob("*.nbi")) == indexes
    assert len(list(kept.glob("*.nbc"))) == 12


def test_kept_code_is_named_by_all_that_it_is_made_of():
    from genie_widgets.explain.tree_margins import add_leaves
    from genie_widgets.explain.tree_pairs import row_against_background
    from genie_widgets.explain.tree_sets import rows_against_set

    for kernel in (add_leaves, row_against_background, rows_against_set):
        assert kernel.py_func.__qualname__.endswith(kept_code.hash_of_sources())


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package's folder of its own; gives that of the explanations."""
    here = tmp_path / "explain"
    (here / "__pycache__").mkdir(parents=True)
    for source in (tmp_path / "ensemble.py", *(here / f"{name}.py" for name in ("compiled", *kept_code.KERNELS))):
        source.write_text("x = 1", encoding="utf-8")
    monkeypatch.setattr(kept_code, "__file__", str(here / "kept_code.py"))
    monkeypatch.setattr(kept_code, "hash_of_sources", kept_code.hash_of_sources.__wrapped__)
    return here


def test_another_source_of_any_part_is_another_name(package):
    names = {kept_code.hash_of_sources()}
    sources = [package.parent / "ensemble.py", *package.glob("*.py")]
    for place, source in enumerate(sources):
        source.write_text(f"x = {place + 2}", encoding="utf-8")
        names.add(kept_code.hash_of_sources())
    assert len(names) == 1 + len(sources) == 3 + len(kept_code.KERNELS)


def test_code_of_other_sources_is_removed(package):
    kept = package / "__pycache__"
    mine, old = (
        kept / f"tree_sets.rows_against_set_{name}-84.py311.nbi" for name in (kept_code.hash_of_sources(), "0")
    )
    note, old_note = (kept / f"kernels.{name}.123.txt" for name in (kept_code.hash_of_sources(), "0"))
    old_parts = [path.with_name(f"{path.name}.abc.part") for path in (old, old_note)]
    other = kept / "game.cpython-311.pyc"
    for file in (mine, old, other, note, old_note, *old_parts):
        file.touch()
    kept_code.forget_old_code()
    assert sorted(kept.iterdir()) == sorted([mine, other, note])


@pytest.fixture
def locks(package, tmp_path, monkeypatch):
    """The two places for a lock."""
    monkeypatch.setattr(ahead.tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(ahead, "hash_of_sources", kept_code.hash_of_sources)
    name = f"genie-compiling-{os.getuid()}-{kept_code.hash_of_sources()}.lock"
    return package / "__pycache__" / "compiling.lock", tmp_path / name


def can_be_locked(path):
    with path.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_one_compiles_at_a_time_and_the_lock_is_given_back(locks):
    assert not ahead.is_under_way()
    with ahead._one_after_the_other():
        assert not can_be_locked(locks[0])
        assert ahead.is_under_way()
    assert can_be_locked(locks[0])
    assert not ahead.is_under_way()


def test_who_holds_the_lock_for_longer_than_compiling_takes_is_waited_for_no_more(locks, monkeypatch):
    monkeypatch.setattr(ahead, "LONGEST_WAIT_S", 0.05)
    with locks[0].open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with ahead._one_after_the_other():
            assert not can_be_locked(locks[0])


@pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
def test_another_persons_lock_is_not_waited_for(locks):
    with locks[0].open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        os.chown(locks[0], 65534, 65534)
        assert not ahead.is_under_way()
        with ahead._one_after_the_other():
            assert not can_be_locked(locks[1])


def test_a_pipe_in_a_locks_place_keeps_nobody_waiting(locks):
    os.mkfifo(locks[1])
    assert not ahead.is_under_way()
    locks[0].mkdir()
    with ahead._one_after_the_other():
        assert not ahead.is_under_way()


def test_where_nothing_can_be_locked_it_is_compiled_all_the_same(locks, monkeypatch):
    def no_locks(*_):
        raise OSError(37, "No locks available")

    monkeypatch.setattr(ahead.fcntl, "flock", no_locks)
    entered = []
    with ahead._one_after_the_other():
        entered.append(1)
    assert entered
