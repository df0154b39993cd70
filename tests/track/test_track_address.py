"""The record's address never shows a password; names and figures are such as MLflow takes."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from genie_widgets.track import Tracker
from genie_widgets.track.address import scrubbed, with_credentials, without_credentials
from genie_widgets.track.facts import key, metrics, registry_name


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("https://me:secret@example.org:5000/a?token=secret#secret", "https://example.org:5000/a"),
        ("http://example.org", "http://example.org"),
        ("sqlite:////tmp/mlflow.db", "sqlite:////tmp/mlflow.db"),
        ("postgresql://me:secret@db/mlflow", "postgresql://db/mlflow"),
        ("sqlite:////home/a@b/mlflow.db", "sqlite:////home/a@b/mlflow.db"),
        ("./runs/a@b", "./runs/a@b"),
        # What people write where it should have been quoted, or forget.
        ("https://me:se/cr?e#t@example.org/a", "https://example.org/a"),
        ("https://me:se@cret@example.org", "https://example.org"),
        ("me:secret@example.org:5000", "example.org:5000"),
        ("https://[no-address", "https://[no-address"),
    ],
)
def test_credentials_are_never_shown(uri, shown):
    assert without_credentials(uri) == shown


def test_a_kept_address_gets_its_credentials_from_the_environment(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "https://me:secret@example.org")
    assert with_credentials("https://example.org") == "https://me:secret@example.org"
    assert with_credentials("https://other.org") == "https://other.org"
    assert with_credentials("") == ""


@settings(max_examples=50, deadline=None)
@given(uri=st.text(max_size=60) | st.from_regex(r"https?://[^@]{0,9}:[^@]{0,9}@.{0,20}", fullmatch=True))
def test_any_text_as_address_is_shown_without_an_error(uri, tmp_path_factory):
    shown = without_credentials(uri)
    assert Tracker(uri or "x", tmp_path_factory.getbasetemp()).shown_uri == without_credentials(uri or "x")
    assert without_credentials(shown) == shown


@given(password=st.text(alphabet="abcXYZ/?#@:%[]!", min_size=4, max_size=12))
def test_no_password_is_in_what_is_shown_or_written(password):
    uri = f"https://someone:{password}1@example.org/mlflow"
    assert without_credentials(uri) == "https://example.org/mlflow"
    assert f"{password}1" not in scrubbed(f"cannot reach {uri} with {password}1", uri)


def test_what_is_written_keeps_all_but_the_credentials():
    uri = "https://me:p%40ssword@example.org?token=abcdef"
    text = "me cannot reach example.org with p@ssword or p%40ssword, nor /?token=abcdef/api"
    assert scrubbed(text, uri) == "me cannot reach example.org with *** or ***, nor /?***/api"
    assert scrubbed(text, "sqlite:////tmp/x.db") == text


@settings(max_examples=50, deadline=None)
@given(name=st.text(max_size=300))
@example(name="größe")
@example(name="../../x")
@example(name="/x/")
@example(name="a//b")
@example(name=".")
@example(name="x" * 500)
def test_any_name_becomes_one_that_mlflow_takes(name):
    from mlflow.utils.validation import _validate_metric_name

    _validate_metric_name(key(name))


def test_a_name_that_mlflow_takes_is_kept():
    assert key("models/LightGBM_BAG L1/holdout-1.5") == "models/LightGBM_BAG L1/holdout-1.5"


@settings(max_examples=50, deadline=None)
@given(target=st.text(max_size=300), table=st.text(max_size=300))
def test_any_table_and_target_make_a_name_that_the_registry_takes(target, table, asked_and_found):
    from mlflow.utils.validation import _validate_model_name

    _, found = asked_and_found(target)
    name = registry_name(found.model_copy(update={"table_name": table}))
    _validate_model_name(name)
    assert name.isascii()
    assert len(name) <= 250


def test_the_registered_name_is_a_plain_one(asked_and_found):
    _, found = asked_and_found("Größe & <b>")
    assert registry_name(found) == "genie-t-csv-gr-e-b"


def test_only_figures_that_are_numbers_are_recorded(asked_and_found):
    _, found = asked_and_found()
    found = found.model_copy(update={"timings": {"training": 1.5, "odd": float("nan")}})
    assert metrics(found) == {"seconds/training": 1.5}
