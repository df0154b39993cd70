"""The bundle holds what it promises, and is written as a whole or not at all."""

import json
import stat
import zipfile

import pandas as pd
import pytest

from genie_widgets.data.cells import MISSING
from genie_widgets.export import bundle as module
from genie_widgets.export import write_bundle
from genie_widgets.schema import Plan

PROMISED = {
    "requirements.txt",
    "predict.py",
    "serve.py",
    "requirements-serve.txt",
    "model.json",
    "input_example.csv",
    "MODEL_CARD.md",
    "README.md",
}
SCRIPT = (module._TEMPLATES / "predict.py.txt").read_text(encoding="utf-8")


@pytest.fixture
def model_path(tmp_path):
    folder = tmp_path / "model" / "models"
    folder.mkdir(parents=True)
    (folder / "best.pkl").write_bytes(b"pickle")
    return tmp_path / "model"


@pytest.fixture
def write(tmp_path, model_path, make_result):
    def bundle(**changes):
        arguments = {
            "result": make_result(),
            "model_path": model_path,
            "input_example": pd.DataFrame({"age": [1, 2], "income": [1.5, 2.5]}),
            "report_path": None,
            **changes,
        }
        return write_bundle(tmp_path / "b.zip", **arguments)

    return bundle


def test_the_bundle_holds_what_it_promises(write):
    with zipfile.ZipFile(write()) as zipped:
        assert set(zipped.namelist()) == PROMISED | {"model/models/best.pkl"}
        assert zipped.read("requirements.txt").decode().splitlines() == ["autogluon.tabular==1.6.3", "pandas==2.3.0"]
        assert zipped.read("input_example.csv").decode().splitlines() == ["age,income", "1,1.5", "2,2.5"]
        assert zipped.testzip() is None


def test_the_report_is_in_the_bundle_where_there_is_one(write, tmp_path):
    (tmp_path / "r.html").write_text("<p>größe</p>", encoding="utf-8")
    with zipfile.ZipFile(write(report_path=tmp_path / "r.html")) as zipped:
        assert zipped.read("report.html").decode() == "<p>größe</p>"


def test_the_facts_beside_the_model_are_those_of_the_result(write, make_result):
    plan = Plan(target='größe "x"\n', problem_type="quantile", metric="pinball_loss", quantile_levels=(0.1, 0.5, 0.9))
    result = make_result(plan=plan, features=("a, b", "日本"))
    with zipfile.ZipFile(write(result=result)) as zipped:
        facts = json.loads(zipped.read("model.json"))
    assert facts == {
        "problem_type": "quantile",
        "target": plan.target,
        "features": ["a, b", "日本"],
        "quantile_levels": [0.1, 0.5, 0.9],
        "versions": result.versions,
        "scored_model": result.scored_model,
        "delivered_model": result.delivered_model,
        "n_scored": result.n_train,
        "n_delivered": result.n_delivered,
        "decision": None,
        "interval": None,
    }


def test_the_readme_names_the_python_it_was_made_with(write):
    with zipfile.ZipFile(write()) as zipped:
        readme = zipped.read("README.md").decode()
    assert "Python 3.11" in readme
    assert "PYTHON" not in readme


def test_a_bundle_that_fails_leaves_the_old_one_and_no_half(write, tmp_path):
    path = write()
    before = path.read_bytes()
    with pytest.raises(FileNotFoundError):
        write(report_path=tmp_path / "none.html")
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"b.zip", "model"}


def test_a_bundle_that_fails_at_first_leaves_nothing(write, tmp_path):
    with pytest.raises(FileNotFoundError):
        write(report_path=tmp_path / "none.html")
    assert {file.name for file in tmp_path.iterdir()} == {"model"}


def test_there_is_no_bundle_without_a_model(write, tmp_path):
    with pytest.raises(FileNotFoundError, match="model"):
        write(model_path=tmp_path / "none")
    assert not (tmp_path / "b.zip").exists()


def test_the_script_is_python_that_knows_no_genie():
    compile(SCRIPT, "predict.py", "exec")
    assert "genie_widgets" not in SCRIPT


def test_the_script_takes_for_missing_what_genie_takes_for_missing():
    names = {"__name__": "predict", "__file__": "predict.py"}
    exec(compile(SCRIPT, "predict.py", "exec"), names)
    assert tuple(names["MISSING"]) == MISSING


def test_nothing_in_the_bundle_is_a_link_or_leaves_its_folder(write, model_path, tmp_path):
    (tmp_path / "secret.txt").write_text("kept")
    (model_path / "link").symlink_to(tmp_path / "secret.txt")
    with zipfile.ZipFile(write()) as zipped:
        for entry in zipped.infolist():
            assert not stat.S_ISLNK(entry.external_attr >> 16)
            assert not entry.filename.startswith("/")
            assert ".." not in entry.filename
