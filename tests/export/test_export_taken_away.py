"""The bundle, unpacked elsewhere, predicts without Genie as the model itself does."""

import json
import os
import subprocess
import sys
import zipfile

import pandas as pd
import pytest

from genie_widgets.export import write_bundle

pytestmark = pytest.mark.slow

# Found before the real one: whatever imports Genie in the fresh process fails.
NO_GENIE = 'raise ImportError("the bundle must work without Genie")\n'


@pytest.fixture(scope="session")
def unpacked(trained, make_result, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundle")
    result = make_result(
        plan=trained.plan,
        features=tuple(trained.rows.columns),
        versions=trained.model.versions(),
        requirements=tuple(trained.model.requirements()),
    )
    path = write_bundle(
        folder / "bundle.zip",
        result=result,
        model_path=trained.slim,
        input_example=trained.rows,
        report_path=None,
    )
    elsewhere = folder / "another place"
    with zipfile.ZipFile(path) as bundle:
        bundle.extractall(elsewhere)
    return elsewhere


@pytest.fixture
def command(tmp_path):
    (tmp_path / "genie_widgets.py").write_text(NO_GENIE)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(folder, *arguments):
        return subprocess.run(
            [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
        )

    return run


def test_the_fresh_process_really_cannot_import_genie(command, unpacked):
    done = command(unpacked, "-c", "import genie_widgets")
    assert done.returncode != 0
    assert "without Genie" in done.stderr


def test_the_example_is_predicted_as_by_the_model_itself(command, unpacked, trained):
    done = command(unpacked, "predict.py", "input_example.csv", "out.csv")
    assert done.returncode == 0, done.stderr
    assert f"{len(trained.rows)} rows" in done.stdout
    out = pd.read_csv(unpacked / "out.csv", keep_default_na=False, dtype={"code": str})
    assert list(out["prediction"]) == list(trained.model.predict(trained.rows))
    wanted = trained.model.predict_proba(trained.rows)
    for label in wanted.columns:
        assert out[f"probability of {label}"].to_numpy() == pytest.approx(wanted[label].to_numpy(), abs=1e-6)
    for name in ("region", "code"):
        assert list(out[name]) == list(trained.rows[name])


@pytest.mark.parametrize("ending", ["parquet", "xlsx"])
def test_other_files_are_predicted_alike_whatever_their_columns_order(command, unpacked, trained, tmp_path, ending):
    rows = trained.rows[list(trained.rows.columns)[::-1]].assign(note="mine", prediction="my own")
    path = tmp_path / f"new.{ending}"
    rows.to_parquet(path) if ending == "parquet" else rows.to_excel(path, index=False)
    done = command(unpacked, "predict.py", str(path), str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    out = pd.read_csv(tmp_path / "out.csv")
    assert list(out["prediction (predicted)"]) == list(trained.model.predict(trained.rows))
    assert set(out["prediction"]) == {"my own"}


def test_what_stands_for_a_missing_cell_is_one_for_the_model_too(command, unpacked, trained, tmp_path):
    rows = trained.rows.astype(object)
    rows.loc[::3, "children"] = "?"
    rows.loc[1::3, "region"] = "NULL"
    rows.to_csv(tmp_path / "new.csv", index=False)
    done = command(unpacked, "predict.py", str(tmp_path / "new.csv"), str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    holes = trained.rows.copy()
    holes.loc[::3, "children"] = float("nan")
    holes.loc[1::3, "region"] = None
    wanted = trained.model.predict_proba(holes)["yes"].to_numpy()
    out = pd.read_csv(tmp_path / "out.csv", keep_default_na=False)
    assert out["probability of yes"].to_numpy() == pytest.approx(wanted, abs=1e-6)
    assert list(out["children"][:2]) == ["?", str(trained.rows["children"][1])]


ASK = """
import json
import sys
import pandas as pd
from fastapi.testclient import TestClient
import serve
rows = json.loads(pd.read_parquet(sys.argv[1]).to_json(orient="records", date_format="iso"))
with TestClient(serve.app) as client:
    assert client.get("/health").json()["status"] == "ok"
    answer = client.post("/predict", json={"rows": rows})
    assert answer.status_code == 200, answer.text
    few = client.post("/predict", json={"rows": [{"children": 1}]})
    assert few.status_code == 422 and "missing" in few.json()["detail"], few.text
    assert client.post("/predict", json={"rows": []}).status_code == 422
    assert client.post("/predict", json={"rows": [{"children": {"a": 1}}]}).status_code == 422
print(json.dumps(answer.json()["predictions"]))
"""


def test_the_bundle_serves_over_http_as_the_model_itself_predicts(command, unpacked, trained, tmp_path):
    trained.rows.to_parquet(tmp_path / "new.parquet")
    done = command(unpacked, "-c", ASK, str(tmp_path / "new.parquet"))
    assert done.returncode == 0, done.stderr
    answered = json.loads(done.stdout.splitlines()[-1])
    assert [row["prediction"] for row in answered] == list(trained.model.predict(trained.rows))
    wanted = trained.model.predict_proba(trained.rows)["yes"].to_numpy()
    assert [row["probability of yes"] for row in answered] == pytest.approx(list(wanted), abs=1e-6)


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("children,region\n1,EU\n", "few.csv", "These columns are missing: größe"),
        ("a,b\n", "new.html", "this reads .csv, .parquet and .xlsx"),
    ],
)
def test_a_table_it_cannot_take_gets_a_sentence_and_no_traceback(command, unpacked, tmp_path, content, name, words):
    (tmp_path / name).write_text(content)
    done = command(unpacked, "predict.py", str(tmp_path / name), str(tmp_path / "out.csv"))
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out.csv").exists()
