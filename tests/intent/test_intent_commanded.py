"""A sentence that says outright what to predict, among others that wonder or tell."""

import pandas as pd
import pytest

from genie_widgets.data import read_table
from genie_widgets.intent import make_plan
from genie_widgets.intent.commanded import without_context


@pytest.fixture(scope="module")
def profile():
    n = 60
    return read_table(
        pd.DataFrame(
            {
                "LotNr": [f"L{i:04d}" for i in range(n)],
                "YrBuilt": [1950 + i for i in range(n)],
                "Recipe": [["R12", "R13", "R14"][i % 3] for i in range(n)],
                "DefectClass": [["scratch", "none", "particle", "edge"][i % 4] for i in range(n)],
                "SalePrice": [1000.5 + 37 * i for i in range(n)],
            }
        ),
        name="homes",
    ).profile


@pytest.mark.parametrize(
    ("prompt", "target"),
    [
        ("Does YrBuilt matter? Predict SalePrice.", "SalePrice"),
        ("I say it is the recipe. Please predict the defect class of each.", "DefectClass"),
        ("Predict the sale price. Has YrBuilt to do with it?", "SalePrice"),
        ("YrBuilt spielt wohl keine Rolle? Bitte SalePrice vorhersagen.", "SalePrice"),
        ("是不是 YrBuilt 的原因？预测 SalePrice。", "SalePrice"),
    ],
)
def test_what_is_wondered_about_is_not_predicted(profile, prompt, target):
    made = make_plan(profile, prompt)
    assert made.status == "plan", made
    assert made.target == target
    (evidence,) = [item for item in made.evidence if item.field == "target"]
    assert evidence.quote in prompt


@pytest.mark.parametrize(
    "prompt",
    [
        "predict SalePrice",
        "Here are homes. Predict SalePrice.",
        "Predict SalePrice. Predict DefectClass.",
        "What is the recipe? And what the sale price?",
        "The target is SalePrice. Predict it from YrBuilt.",
        "",
    ],
)
def test_all_is_read_where_nothing_or_more_than_one_thing_is_commanded(profile, prompt):
    read = without_context(prompt, profile)
    assert read == prompt or read.strip() in prompt
    assert len(read) == len(prompt)
    if "target" not in prompt:
        assert read == prompt
