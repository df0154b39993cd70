"""How the page is served: nothing in, nothing out, and set up where a Jupyter server looks for it."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from genie_widgets.voila.__main__ import set_up
from genie_widgets.voila.settings import jupyter_path, notebook_path, voila_arguments, voila_environment


def test_no_file_beside_the_notebook_is_served():
    assert "--VoilaConfiguration.file_denylist=.*" in voila_arguments(notebook_path(), port=1)


def test_a_template_of_a_notebooks_own_is_not_taken():
    assert "--VoilaConfiguration.allow_template_override=NO" in voila_arguments(notebook_path(), port=1)


def test_only_what_the_page_needs_is_loaded_one_by_one():
    arguments = [a for a in voila_arguments(notebook_path(), port=1) if "extension_allowlist" in a]
    assert len(arguments) == 4
    assert not any("[" in argument for argument in arguments)


@pytest.mark.parametrize(("minutes", "seconds"), [("", 600), ("45", 2700), ("0", 600), ("never", 600), ("-3", 600)])
def test_a_host_says_when_a_kernel_that_nobody_uses_ends(monkeypatch, minutes, seconds):
    monkeypatch.setenv("GENIE_IDLE_MINUTES", minutes)
    assert f"--MappingKernelManager.cull_idle_timeout={seconds}" in voila_arguments(notebook_path(), port=1)


def test_kernels_are_started_ahead_if_asked():
    assert not [a for a in voila_arguments(notebook_path(), port=1) if "preheat" in a]
    arguments = voila_arguments(notebook_path(), port=1, ready=3)
    assert "--VoilaConfiguration.preheat_kernel=True" in arguments
    assert "--VoilaConfiguration.default_pool_size=3" in arguments


def test_a_kernel_that_waited_is_not_ended_at_the_first_look(monkeypatch):
    from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

    from genie_widgets.voila.kernels import PatientKernelManager

    looked_at = []

    async def look(_self, kernel_id):
        looked_at.append(kernel_id)

    monkeypatch.setattr(AsyncMappingKernelManager, "cull_kernel_if_idle", look)
    manager = PatientKernelManager()
    running = ["a", "b"]
    monkeypatch.setattr(manager, "list_kernel_ids", lambda: running)
    # In a thread of its own: the browser's driver keeps a loop in this one.
    with ThreadPoolExecutor(1) as thread:

        def look_at(kernel):
            thread.submit(asyncio.run, manager.cull_kernel_if_idle(kernel)).result()

        for kernel in ("a", "b", "a"):
            look_at(kernel)
        assert looked_at == ["a"]
        running.remove("a")
        look_at("b")
        assert manager._seen == {"b"}


def test_the_template_is_found_by_the_environment(monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
    assert voila_environment()["JUPYTER_PATH"] == f"{jupyter_path()}:/elsewhere"
    assert (jupyter_path() / "voila" / "templates" / "genie" / "index.html.j2").exists()


def test_the_notebook_is_imports_and_one_call():
    cells = [cell for cell in json.loads(notebook_path().read_text())["cells"] if cell["cell_type"] == "code"]
    assert "".join(cells[0]["source"]).split("\n") == ["import genie_widgets as gw", "", "gw.Genie()"]
    assert len(cells) == 1


def test_the_template_links_to_no_other_host():
    text = (jupyter_path() / "voila" / "templates" / "genie" / "index.html.j2").read_text()
    assert "http" not in text


def test_a_jupyter_server_is_set_up(tmp_path):
    written = set_up(tmp_path / "config", tmp_path / "data")
    settings = json.loads((tmp_path / "config" / "voila.json").read_text())
    assert settings["VoilaConfiguration"]["template"] == "genie"
    assert settings["VoilaConfiguration"]["file_denylist"] == [".*"]
    assert settings["MappingKernelManager"]["cull_idle_timeout"] > 0
    assert all(path.exists() for path in written)
