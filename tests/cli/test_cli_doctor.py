"""`genie doctor` on a healthy machine, and with things missing or odd."""

import errno
import functools
import importlib.metadata
from types import SimpleNamespace

import pytest

from genie_widgets.cli import doctor
from genie_widgets.cli.doctor import ENGINE_PACKAGES, WIDGET_PACKAGES, examine
from genie_widgets.schema import GenieError
from genie_widgets.session import settings_from_env
from genie_widgets.session.ray_jobs import Node
from genie_widgets.session.runners import runner_of

GIB = 2**30


@pytest.fixture
def container(tmp_path, monkeypatch):
    """Make this machine a container with the limits given."""

    def limit(cpu="max 100000", memory_bytes=8 * GIB):
        cgroup = tmp_path / "root/sys/fs/cgroup"
        cgroup.mkdir(parents=True)
        (tmp_path / "root/proc").mkdir()
        (tmp_path / "root/proc/meminfo").write_text(f"MemTotal: {16 * GIB // 1024} kB\n")
        (cgroup / "cpu.max").write_text(cpu)
        (cgroup / "memory.max").write_text(str(memory_bytes))
        monkeypatch.setattr(doctor, "detect_machine", functools.partial(doctor.detect_machine, tmp_path / "root"))

    return limit


@pytest.fixture
def idle(monkeypatch):
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=100 * GIB))


def test_a_cluster_that_is_to_train_is_looked_at(monkeypatch, container, idle):
    container()
    assert not told_of("cluster")
    monkeypatch.setenv("GENIE_RUNNER", "ray")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert [finding.level for finding in told_of("cluster")] == ["missing"]
    monkeypatch.setenv("GENIE_RAY_ADDRESS", "http://127.0.0.1:9")
    (gone,) = told_of("cluster")
    assert (gone.level, "does not answer" in gone.text, bool(gone.remedy)) == ("missing", True, True)
    monkeypatch.setattr("genie_widgets.session.ray_jobs.RayJobs.nodes", lambda _self: [Node(4, GIB), Node(2, GIB)])
    there, _note = told_of("node")
    assert (there.level, "2 node(s), 6 cores" in there.text) == ("ok", True)
    monkeypatch.setenv("GENIE_RUNNER", "slurm")
    (unknown,) = told_of("slurm")
    with pytest.raises(GenieError) as caught:
        runner_of(settings_from_env())
    assert (unknown.level, unknown.text, unknown.remedy) == (
        "missing",
        caught.value.problem.title,
        caught.value.problem.remedy,
    )


def test_a_file_system_without_locks_is_missing(monkeypatch, container, idle):
    container()

    def refuse(_file, _how):
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", refuse)
    (found,) = told_of("locks")
    assert (found.level, bool(found.remedy)) == ("missing", True)


def told_of(word):
    return [finding for finding in examine() if word in finding.text.lower()]


def told(findings, level):
    return [finding for finding in findings if finding.level == level]


def test_a_healthy_machine_lacks_nothing(genie, container, idle):
    container()
    code, said, _ = genie("doctor")
    assert code == 0, said
    assert "MISSING" not in said
    assert "Everything that Genie needs is here." in said
    for package in WIDGET_PACKAGES + ENGINE_PACKAGES:
        assert f"ok       {package} " in said


def test_what_is_missing_or_odd_has_a_remedy(container, idle, monkeypatch, tmp_path):
    container("50000 100000", GIB)
    (tmp_path / "file").touch()
    monkeypatch.setenv("GENIE_HOME", str(tmp_path / "file/inside"))
    bad = [finding for finding in examine() if finding.level in ("odd", "missing")]
    assert len(bad) == 3
    assert all(finding.remedy for finding in bad)


def test_a_workspace_that_cannot_be_written_is_missing(genie, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GENIE_HOME", str(tmp_path / "file/inside"))
    code, said, _ = genie("doctor")
    assert code == 1
    assert f"MISSING  The workspace {tmp_path}/file/inside cannot be written" in said
    assert "-> Set GENIE_HOME" in said


def test_a_workspace_is_left_as_it_was(genie, workspace):
    before = sorted(workspace.iterdir())
    genie("doctor")
    assert sorted(workspace.iterdir()) == before


@pytest.mark.parametrize("package", ["anywidget", "autogluon.tabular", "xgboost"])
def test_a_missing_package_is_named_with_its_command(genie, monkeypatch, package):
    real = importlib.metadata.version

    def version(name):
        if name.removesuffix("-cpu") == package:
            raise importlib.metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr("importlib.metadata.version", version)
    code, said, _ = genie("doctor")
    assert code == 1
    assert f"MISSING  {package} is not installed." in said
    assert f"-> python -m pip install {package}" in said


def test_few_cores_and_little_memory_are_odd_but_no_failure(genie, container, idle):
    container("50000 100000", GIB)
    code, said, _ = genie("doctor")
    assert code == 0
    assert "odd      0.5 core(s)" in said
    assert "odd      1.0 GiB of memory is little." in said
    assert "2 thing(s) to look at." in said


def test_a_full_disk_and_a_busy_machine_are_odd(container, monkeypatch):
    container()
    monkeypatch.setattr("os.getloadavg", lambda: (1000.0, 0.0, 0.0))
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=GIB))
    odd = " ".join(finding.text for finding in told(examine(), "odd"))
    assert "busy (load 1000.0)" in odd
    assert "1.0 GiB of disk" in odd


def test_the_page_s_files_are_looked_for(monkeypatch, tmp_path):
    monkeypatch.setattr("genie_widgets.voila.settings.notebook_path", lambda: tmp_path / "gone.ipynb")
    missing = told(examine(), "missing")
    assert [finding for finding in missing if "gone.ipynb" in finding.text]


def test_a_key_and_a_tracking_server_are_told_without_their_secrets(genie, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-anyones-eyes")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:secret@tracking.example")
    said = genie("doctor")[1]
    assert "A language model is configured" in said
    assert "MLFLOW_TRACKING_URI" in said
    assert "sk-not" not in said
    assert "secret" not in said


def test_models_that_extras_bring_are_told_with_what_keeps_others_away(monkeypatch, tmp_path):
    from genie_widgets.train import further

    foundation = ("torch", "einops", "einx", "huggingface_hub", "loguru", "omegaconf", "transformers")
    fetch = "hf download autogluon/mitra-classifier config.json model.safetensors && hf download autogluon/mitra-regr"

    def told_with(installed, gpu, fault=""):
        monkeypatch.setattr(further, "is_installed", lambda module: module in installed)
        monkeypatch.setattr(further, "has_gpu", lambda: gpu)
        monkeypatch.setattr(further, "what_keeps_torch_from_loading", lambda: fault)
        return list(doctor._further_models())

    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    assert told_with((), gpu=False) == []
    gpu, network, mitra = told_with(("torch", *foundation[3:]), gpu=False)
    assert "No GPU" in gpu.text
    assert (network.level, network.text) == ("ok", "NeuralNetTorch is among the models (Apache-2.0)")
    assert mitra.text == "optional: Mitra is not tried, as einops and einx are not installed."
    assert mitra.remedy == 'python -m pip install "genie-widgets[foundation]"'
    # An image is built where there is no GPU: the weights are told all the same.
    mitra = told_with(foundation, gpu=False)[-1]
    weights = "the weights autogluon/mitra-classifier and the weights autogluon/mitra-regressor"
    assert mitra.text == f"Mitra lacks a GPU, {weights}. A run fetches nothing itself."
    assert mitra.remedy.startswith(fetch)
    mitra = told_with(foundation, gpu=True)[-1]
    assert mitra.text == f"Mitra lacks {weights}. A run fetches nothing itself."
    assert mitra.remedy.startswith(fetch)
    monkeypatch.setattr(further, "are_kept", lambda _repository, _files: True)
    (_, _, mitra) = told_with(foundation, gpu=False)
    assert (mitra.text, mitra.remedy) == ("Mitra lacks a GPU.", "")
    assert told_with(foundation, gpu=True)[-1].level == "ok"
    (broken,) = told_with(foundation, gpu=False, fault="OSError: libcudart.so.12: cannot open")
    assert (broken.level, bool(broken.remedy)) == ("odd", True)
    assert broken.text == "torch is here but does not load: OSError: libcudart.so.12: cannot open"
