"""What is taken away: predictions that a spreadsheet can open, a card in plain words, a bundle all or nothing."""

import csv
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets.export import write_bundle, write_predictions
from genie_widgets.export.card import model_card
from genie_widgets.schema import Evaluation, MetricValue, Plan, Problem, RunResult

FORMULAS = ["=1+1", '=HYPERLINK("http://a","b")', "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"]


def result(**changes):
    plan = Plan(target="churned", problem_type="binary", metric="roc_auc", positive_class="yes", ignore=("id",))
    metric = MetricValue(name="roc_auc", label="ROC AUC", value=0.8123, low=0.7512, high=0.8634, baseline=0.5)
    return RunResult(
        **{
            "run_id": "0" * 32,
            "status": "done",
            "prompt": "who will churn?",
            "table_name": "people.csv",
            "plan": plan,
            "n_rows": 1000,
            "n_train": 800,
            "n_holdout": 200,
            "features": ("age", "income"),
            "classes": ("no", "yes"),
            "best_model": "LightGBM",
            "evaluation": Evaluation(n_rows=200, split="at random", metrics=(metric,), baseline="always no"),
            "verdict": ("ROC AUC is 0.812.",),
            "versions": {"python": "3.11.7", "autogluon.tabular": "1.6.3"},
            "requirements": ("autogluon.tabular==1.6.3", "pandas==2.3.0"),
            **changes,
        }
    )


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_text_in_a_spreadsheet(cell, tmp_path):
    frame = pd.DataFrame({cell: [cell, "plain"], "n": [-3, 4]})
    with write_predictions(frame, tmp_path / "p.csv").open(encoding="utf-8-sig", newline="") as file:
        header, first, second = list(csv.reader(file))
    assert (header[0], first[0]) == (f"'{cell}", f"'{cell}")
    assert (first[1], second[0]) == ("-3", "plain")
    sheet = openpyxl.load_workbook(write_predictions(frame.iloc[:, [1]].assign(t=cell), tmp_path / "p.xlsx")).active
    assert sheet["B2"].data_type == "s"


@pytest.mark.parametrize("cell", ["-3", "+3.5", "-1,200.50", "-5%", "1e-3", "-1e5"])
def test_a_number_stays_as_it_was(cell, tmp_path):
    path = write_predictions(pd.DataFrame({"a": [cell]}), tmp_path / "p.csv")
    assert path.read_text(encoding="utf-8-sig").splitlines()[1].strip('"') == cell


@settings(max_examples=50, deadline=None)
@given(
    cells=st.lists(
        st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30),
        min_size=1,
        max_size=8,
    )
)
def test_no_cell_of_a_csv_begins_a_formula_and_every_word_survives(cells, tmp_path_factory):
    path = write_predictions(pd.DataFrame({"a": cells}), tmp_path_factory.mktemp("p") / "p.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [row[0] if row else "" for row in csv.reader(file)][1:]
    assert len(rows) == len(cells)
    for cell, row in zip(cells, rows, strict=True):
        assert row in (cell, f"'{cell}")


def test_the_callers_frame_is_not_changed(tmp_path):
    frame = pd.DataFrame({"a": ["=1"], "b": pd.Categorical(["=2"])})
    before = frame.copy()
    write_predictions(frame, tmp_path / "p.csv")
    pd.testing.assert_frame_equal(frame, before)


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"not \.html"):
        write_predictions(pd.DataFrame({"a": [1]}), tmp_path / "p.html")


def test_the_card_says_how_good_on_what_and_against_what():
    card = model_card(result())
    for words in ("0.8123", "0.7512 to 0.8634", "0.5", "200 rows", "always no", "who will churn?", "LightGBM"):
        assert words in card.replace("\\", "")


def test_hostile_words_are_plain_in_the_card():
    hostile = "<script>x</script>\n# Heading [a](javascript:b) | `c`"
    warning = Problem(code="w", title=hostile, remedy="", severity="warning")
    card = model_card(result(prompt=hostile, features=(hostile,), notes=(warning,), table_name=hostile))
    assert "<script>" not in card
    assert "\n# Heading" not in card
    assert "](javascript" not in card


@pytest.fixture
def model_path(tmp_path):
    folder = tmp_path / "model" / "models"
    folder.mkdir(parents=True)
    (folder / "best.pkl").write_bytes(b"pickle")
    return tmp_path / "model"


def bundle(path, model_path, **changes):
    example = pd.DataFrame({"age": [1, 2], "income": [1.5, 2.5]})
    return write_bundle(
        path, result=result(), model_path=model_path, input_example=example, report_path=None, **changes
    )


def test_the_bundle_holds_what_it_promises(tmp_path, model_path):
    with zipfile.ZipFile(bundle(tmp_path / "b.zip", model_path)) as zipped:
        names = set(zipped.namelist())
        requirements = zipped.read("requirements.txt").decode()
    promised = {"requirements.txt", "predict.py", "model.json", "input_example.csv", "MODEL_CARD.md", "README.md"}
    assert names == promised | {"model/models/best.pkl"}
    assert requirements.splitlines() == ["autogluon.tabular==1.6.3", "pandas==2.3.0"]


def test_a_bundle_that_fails_leaves_the_old_one_and_no_half(tmp_path, model_path, monkeypatch):
    path = bundle(tmp_path / "b.zip", model_path)
    before = path.read_bytes()
    monkeypatch.setattr("genie_widgets.export.bundle.model_card", lambda _result: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        bundle(path, model_path)
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"b.zip", "model"}


def test_the_bundles_script_is_python_that_knows_no_genie():
    from genie_widgets.export import bundle as module

    source = (module._TEMPLATES / "predict.py.txt").read_text()
    compile(source, "predict.py", "exec")
    assert "genie_widgets" not in source
