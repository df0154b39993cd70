"""The notebook that makes the model again: valid, free of Genie, and people's text in it is never code."""

import ast
import json
import zipfile

import nbformat
import pandas as pd
import pytest

from genie_widgets.export import write_notebook
from genie_widgets.export.notebook import NAME, notebook
from genie_widgets.schema import Plan

FIT = {"hyperparameters": {"GBM": [{"num_boost_round": 60}], "RF": [{"n_estimators": 200}]}, "num_cpus": 2}
HOSTILE = 'a\'"""\n$x$ $TABLE\n# %% \\ <script>x</script>`'


def code_of(text):
    document = nbformat.reads(text, as_version=4)
    nbformat.validate(document)
    code = [cell.source for cell in document.cells if cell.cell_type == "code"]
    for cell in code:
        compile(cell, "cell", "exec")
    return document, "\n".join(code)


def facts(code):
    """What the notebook gives names to, as plain values."""
    found = {}
    for node in ast.parse(code).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper():
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def test_it_says_what_was_asked_and_comes_to_the_score_without_genie(make_result):
    document, code = code_of(notebook(make_result(), FIT, positive="yes"))
    assert "genie" not in code
    known = facts(code)
    assert known["FIT"] == FIT
    assert known["SCORE"] == 0.8123
    assert known["SIGN"] == 1
    assert known["PREDICTOR"] == {"problem_type": "binary", "eval_metric": "roc_auc", "positive_class": "yes"}
    assert "who will churn?" in document.cells[0].source


@pytest.mark.parametrize("level", [(), (0.1, 0.9)])
def test_errors_are_counted_in_the_metrics_own_sign(make_result, level):
    kind, metric = ("quantile", "pinball_loss") if level else ("regression", "root_mean_squared_error")
    plan = Plan(target="y", problem_type=kind, metric=metric, quantile_levels=level)
    known = facts(code_of(notebook(make_result(plan=plan, evaluation=None), FIT))[1])
    assert known["SIGN"] == -1
    assert known["SCORE"] is None
    assert known["PREDICTOR"].get("quantile_levels", []) == list(level)


def test_hostile_text_is_a_literal_in_code_and_plain_in_prose(make_result):
    plan = Plan(target=HOSTILE, problem_type="binary", metric="accuracy")
    document, code = code_of(
        notebook(make_result(plan=plan, prompt=HOSTILE, table_name=HOSTILE), FIT, positive=HOSTILE)
    )
    assert facts(code)["TARGET"] == HOSTILE
    assert len(document.cells) == len(nbformat.reads(notebook(make_result(), FIT), as_version=4).cells)
    prose = document.cells[0].source
    assert "<script" not in prose.replace("\\<script", "")
    assert "$x$" not in prose.replace("\\$", "")


def test_the_archive_holds_the_very_rows(make_result, tmp_path):
    learn = pd.DataFrame(
        {"age": [1, 2, 3], "income": ["a", None, "b"], "churned": [True, False, True]}, index=[9, 4, 7]
    )
    score = learn.set_index(pd.Index([1, 2, 3]))
    plan = Plan(target="churned", problem_type="binary", metric="roc_auc", positive_class="True")
    path = write_notebook(
        tmp_path / "notebook.zip",
        result=make_result(plan=plan),
        fit=FIT | {"hyperparameters": FIT["hyperparameters"] | {"NN_TORCH": [{}]}},
        requirements=["autogluon.tabular==1.6.3", "lightgbm==4.6.0", "torch==2.13.0"],
        learn=learn,
        score=score,
    )
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "learn.parquet"), learn)
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "score.parquet"), score)
    text = (tmp_path / NAME).read_text(encoding="utf-8")
    assert facts(code_of(text)[1])["PREDICTOR"]["positive_class"] is True
    assert json.loads(text)["nbformat"] == 4
    needed = (tmp_path / "requirements.txt").read_text().splitlines()
    # Of all that is fitted, whatever the best model alone needs.
    assert needed[:3] == ["autogluon.tabular==1.6.3", "lightgbm==4.6.0", "torch==2.13.0"]
    assert any(line.startswith("shap==") for line in needed)
