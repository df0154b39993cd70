"""The committed cases are sound: each can be read, and asks for something its table can answer."""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from genie_widgets.schema import METRICS

CASES = Path(__file__).parent / "cases"
HALVES = [half for half in ("dev", "heldout") if (CASES / half).is_dir()]
LANGUAGES = {"en", "es", "fr", "de", "pt", "it", "zh", "ja", "ko", "hi", "ru"}
PLANS = {"binary", "multiclass", "regression", "quantile"}
FIELDS = {
    "id", "style", "kind", "lang", "table", "prompt", "target", "problem_type", "metric", "ignore", "features",
    "time_limit_s", "quantile_levels", "quality", "validation", "positive_class", "candidates", "expect", "source",
    "note", "target_accept", "problem_type_accept", "metric_accept", "ignore_accept", "features_accept",
    "time_limit_s_accept", "expect_accept", "expect_accept_target",
}  # fmt: skip


@cache
def cases(half):
    return [json.loads(line) for line in (CASES / half / "cases.jsonl").read_text(encoding="utf-8").splitlines()]


@cache
def table(half, name):
    return pd.read_csv(CASES / half / "tables" / name)


def planned(half):
    return [case for case in cases(half) if "expect" not in case]


def names(half):
    return {path.name for path in (CASES / half / "tables").iterdir()}


def fits(values, problem_type):
    distinct = values.nunique()
    if problem_type == "binary":
        return distinct == 2
    if problem_type == "multiclass":
        return 3 <= distinct <= 50 and distinct < len(values) / 2
    return pd.api.types.is_numeric_dtype(values) and distinct > 2


def test_ids_are_unique_and_fields_known():
    every = [case for half in HALVES for case in cases(half)]
    assert max(Counter(case["id"] for case in every).values()) == 1
    assert max(Counter((case["table"], case["prompt"]) for case in every).values()) == 1
    for case in every:
        assert set(case) <= FIELDS, case["id"]
        assert case["prompt"].strip() == case["prompt"] != "", case["id"]
        assert case["source"] == "written for Genie's tests", case["id"]
        assert case["lang"] in LANGUAGES, case["id"]


@pytest.mark.parametrize("half", HALVES)
def test_every_named_column_exists(half):
    for case in cases(half):
        columns = set(table(half, case["table"]).columns)
        named = [*case["ignore"], *case["features"], *case.get("candidates", ()), *case.get("target_accept", ())]
        named += [name for way in ("ignore_accept", "features_accept") for some in case.get(way, ()) for name in some]
        named += [case[field] for field in ("target", "expect_accept_target") if case.get(field)]
        named += [case["validation"]["column"]] if case.get("validation") else []
        assert set(named) <= columns, (case["id"], set(named) - columns)
        assert case["target"] not in {*case["ignore"], *case["features"]}, case["id"]
        assert len(set(case["ignore"])) == len(case["ignore"]), case["id"]
        assert len(set(case["features"])) == len(case["features"]), case["id"]


@pytest.mark.parametrize("half", HALVES)
def test_the_type_fits_the_targets_values(half):
    for case in planned(half):
        values = table(half, case["table"])[case["target"]].dropna()
        for problem_type in (case["problem_type"], *case.get("problem_type_accept", ())):
            assert problem_type in PLANS, case["id"]
            assert fits(values, problem_type), (case["id"], case["target"], problem_type, values.nunique())
        if case.get("positive_class"):
            assert case["positive_class"] in set(values.astype(str)), case["id"]


@pytest.mark.parametrize("half", HALVES)
def test_the_metric_is_known_and_fits_the_type(half):
    for case in planned(half):
        types = {case["problem_type"], *case.get("problem_type_accept", ())}
        for metric in (case["metric"], *case.get("metric_accept", ())):
            assert metric is None or types & set(METRICS[metric].problem_types), (case["id"], metric)
        levels = case.get("quantile_levels", [])
        assert bool(levels) == (case["problem_type"] == "quantile"), case["id"]
        assert levels == sorted(levels), case["id"]
        assert all(0 < level < 1 for level in levels), case["id"]
        assert case["time_limit_s"] is None or 5 <= case["time_limit_s"] <= 24 * 3600, case["id"]
        assert case.get("quality") in {None, "fast", "best"}, case["id"]


@pytest.mark.parametrize("half", HALVES)
def test_what_must_not_be_planned_says_so(half):
    for case in cases(half):
        if "expect" not in case:
            assert case["target"], case["id"]
            continue
        assert case["expect"] in {"clarify", "refuse"}, case["id"]
        assert case["expect"] in case["expect_accept"], case["id"]
        assert set(case["expect_accept"]) <= {"clarify", "refuse"}, case["id"]
        assert case["target"] is None, case["id"]
        assert case["problem_type"] is None, case["id"]


@pytest.mark.parametrize(("half", "least", "tables"), [("dev", 240, 25), ("heldout", 160, 15)])
def test_there_are_as_many_of_each_kind_as_promised(half, least, tables):
    every, plans = cases(half), planned(half)
    asked = Counter(case.get("expect") for case in every)
    spoken = Counter(case["lang"] for case in every)
    bound = [case for case in plans if case["metric"] or case["ignore"] or case["features"] or case["time_limit_s"]]
    assert len(every) >= least
    assert len(names(half)) >= tables
    assert names(half) == {case["table"] for case in every}
    assert len(plans) >= 0.65 * len(every)
    assert min(asked["clarify"], asked["refuse"]) >= 0.1 * len(every)
    assert len(bound) >= len(plans) / 3
    assert spoken["en"] <= 0.75 * len(every)
    assert set(spoken) == LANGUAGES
    assert min(spoken.values()) >= 6


def test_the_halves_share_no_table():
    together = [name for half in HALVES for name in names(half)]
    assert len(together) == len(set(together))


def test_the_sources_name_every_table():
    sources = (CASES / "SOURCES.md").read_text(encoding="utf-8")
    for half in HALVES:
        for name in names(half):
            assert f"`{half}/tables/{name}`" in sources, name


def test_the_folder_stays_small():
    sizes = {path: path.stat().st_size for half in HALVES for path in (CASES / half / "tables").iterdir()}
    assert max(sizes.values()) <= 61_440
    assert sum(sizes.values()) < 3_000_000
    assert all(len(table(path.parts[-3], path.name)) <= 300 for path in sizes)


def test_harder_tables_are_new_to_the_ranker():
    training = Path(__file__).parent / "training"

    def named(path):
        lines = path.read_text(encoding="utf-8").splitlines()
        return [line[1:].split(" | ")[0].strip() for line in lines if line.startswith("@")]

    harder = [name for path in training.glob("harder_*.txt") for name in named(path)]
    known = {
        *named(training / "tables.txt"),
        *(table.name for half in HALVES for table in (CASES / half).glob("tables/*")),
    }
    assert len(harder) >= 100
    assert len(set(harder)) == len(harder)
    assert not known & set(harder)


def test_tables_to_train_on_resemble_no_held_out_one():
    training = Path(__file__).parent / "training"

    def bare(names):
        return {re.sub(r"[\W_]", "", name.casefold()) for name in names} - {""}

    held_out = {path.name: bare(table("heldout", path.name).columns) for path in (CASES / "heldout/tables").iterdir()}
    tables = [
        (file, [column.rsplit(":", 1)[0] for column in columns])
        for path in (training / "tables.txt", *training.glob("harder_*.txt"), *training.glob("public_*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("@")
        for file, *columns in [line[1:].split(" | ")]
    ]
    for line in (training / "mixed_tables.jsonl").read_text(encoding="utf-8").splitlines():
        written = json.loads(line)
        tables.append((written["name"], [column["name"] for column in written["columns"]]))
    for file, columns in tables:
        names = bare(columns)
        for name, theirs in held_out.items():
            common = len(names & theirs)
            alike = common >= 4 and common >= 0.6 * min(len(names), len(theirs))
            assert not alike, (file, name)
            assert not (common >= 3 and common >= 0.5 * len(names | theirs)), (file, name)
    assert len(tables) > 2_000


def test_written_cases_name_columns_of_their_tables():
    training = Path(__file__).parent / "training"
    tables = {}
    for line in (training / "mixed_tables.jsonl").read_text(encoding="utf-8").splitlines():
        written = json.loads(line)
        assert written["id"] not in tables
        tables[written["id"]] = {column["name"] for column in written["columns"]}
    cases = [json.loads(x) for x in (training / "mixed_cases.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len({case["id"] for case in cases}) == len(cases)
    for case in cases:
        names = tables[case["table"]]
        assert case["expect"] in (None, "refuse", "clarify"), case
        assert case["expect"] or case["target"] in names, case
        assert {*case.get("ignore", ()), *case.get("features", ()), *case.get("target_accept", ())} <= names, case
        assert case.get("target") not in case.get("ignore", ()), case
