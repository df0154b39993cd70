"""Where tables come from: read differently, from elsewhere, and only as the host allows."""

import os
import sqlite3
from pathlib import Path

import pytest
from pydantic import SecretStr

from genie_widgets.schema import GenieError, LLMSettings, ReadOptions, Settings
from genie_widgets.session import Session, python_code, remedies, settings_from_env
from genie_widgets.session.intake import without_password

MESSY = "Report of May\n\nzip;price;day\n01234;1,5;01/02/2024\n98765;2,5;03/04/2024\n00501;3,5;05/06/2024\n"


@pytest.fixture
def session_of(tmp_path, monkeypatch, now):
    monkeypatch.setattr("genie_widgets.session.session.Session._prewarm", lambda _self: None)
    made = []

    def make(**settings):
        made.append(Session(Settings(workspace=tmp_path / "workspace", **settings), executor=now))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "may.csv"
    path.write_text(MESSY)
    return path


def layout(session):
    return session.state.profile.layout


def upload(session, file):
    copy = file.with_name("upload")
    copy.write_bytes(file.read_bytes())
    session.load_upload(copy, "may.csv")
    assert not copy.exists()


def test_an_upload_is_read_differently_though_its_file_has_no_name_any_more(session_of, file):
    session = session_of()
    upload(session, file)
    assert layout(session).options.title_rows == 2
    session.set_prompt("predict the price")
    session.make_plan()
    assert session.state.plan is not None
    session.read_again(ReadOptions(delimiter=";", date_order="month", as_text=("price",)))
    assert session.state.plan is None
    assert session.state.profile.name == "may.csv"
    assert session.table.frame["price"].tolist() == ["1,5", "2,5", "3,5"]
    assert session.table.frame["day"].dt.month.tolist() == [1, 3, 5]
    assert (layout(session).asked.delimiter, layout(session).asked.encoding) == (";", None)
    session.read_again(ReadOptions())
    assert session.table.frame["price"].tolist() == [1.5, 2.5, 3.5]


def test_the_code_that_is_shown_reads_it_so_too(session_of, file, monkeypatch):
    session = session_of()
    session.load_path(str(file))
    session.read_again(ReadOptions(date_order="month", as_text=("zip", "price")))
    names = {}
    exec(python_code(session.state), names)
    assert names["table"].frame.equals(session.table.frame)
    database = file.with_name("shop.db")
    with sqlite3.connect(database) as made:
        made.execute("CREATE TABLE t AS SELECT 1 AS a, 'x' AS b")
    made.close()
    session.load_query(SecretStr(f"sqlite:///{database}"), "SELECT * FROM t")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{database}")
    code = python_code(session.state)
    assert str(database) not in code
    exec(code, names)
    assert names["table"].frame.equals(session.table.frame)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://ann:s3cret@host:8443/a@b.csv?x=y", "https://host:8443/a@b.csv?x=y"),
        ("https://host/a.csv", "https://host/a.csv"),
        ("nonsense", "nonsense"),
    ],
)
def test_an_address_is_shown_without_its_password(address, shown):
    assert without_password(address) == shown


def test_what_cannot_be_read_so_leaves_the_table_as_it_was(session_of, file):
    session = session_of()
    upload(session, file)
    before = session.state.profile
    session.read_again(ReadOptions(title_rows=90))
    assert session.state.problem is not None
    assert session.state.profile is before
    session.read_again(ReadOptions(decimal="."))
    assert session.state.problem is None


def test_rows_that_do_not_fit_are_counted_and_shown_after_each_reading(session_of, file):
    file.write_text(MESSY + "1;2\n")
    session = session_of()
    upload(session, file)
    for _ in range(2):
        assert [p.title for p in session.state.profile.problems if p.code == "ragged-lines"]
        session.read_again(ReadOptions(delimiter=";"))


@pytest.mark.parametrize("kind", ["bytes", "path", "typed path", "str"])
def test_every_file_can_be_read_differently(session_of, file, kind):
    session = session_of()
    if kind == "typed path":
        session.load_path(f'"{file}"')
    else:
        session.load_table({"bytes": MESSY.encode(), "path": file, "str": str(file)}[kind], name="may.csv")
    assert session.can_read_again
    session.read_again(ReadOptions(as_text=("zip",)))
    assert session.state.profile.layout.asked.as_text == ("zip",)


def test_what_has_no_file_cannot(session_of, file):
    session = session_of()
    upload(session, file)
    frame = session.table.frame.assign(read=1)
    session.load_table(frame, name="frame")
    assert not session.can_read_again
    session.read_again(ReadOptions())
    assert session.state.problem.code == "no-file"
    assert session.state.profile.name == "frame"


def test_nothing_is_kept_of_a_session_that_is_closed(session_of, file):
    session = session_of()
    upload(session, file)
    kept = session._intake._file
    session.close()
    assert kept.closed
    assert not session.can_read_again


def test_a_host_forbids_what_is_typed_and_not_what_code_gives(session_of, file):
    session = session_of(allow_paths=False, allow_urls=False, allow_queries=False)
    for ask in (
        lambda: session.load_path(str(file)),
        lambda: session.load_url("http://127.0.0.1/a.csv"),
        lambda: session.load_query(SecretStr("sqlite:///x.db"), "SELECT 1, 2"),
    ):
        ask()
        assert session.state.problem.code == "not-allowed-here"
        assert session.state.profile is None
    session.load_table(file)
    assert session.state.profile is not None


def test_where_a_host_lets_nobody_name_a_language_model_only_its_own_is_asked(session_of):
    own = LLMSettings(api_key="sk-of-the-host", model="small")
    session = session_of(allow_llm=False, llm=own)
    for other in ({"base_url": "http://127.0.0.1:9"}, {"model": "large"}, {"api_key": SecretStr("sk-other")}):
        with pytest.raises(GenieError, match="may not be named") as caught:
            session.use_llm(own.model_copy(update=other))
        assert caught.value.problem.code == "not-allowed-here"
        assert session.llm == own
    session.use_llm(None)
    assert session.llm is None
    session.use_llm(own.model_copy(update={"with_values": True}))
    assert session.llm.with_values
    with pytest.raises(GenieError):
        session_of(allow_llm=False).use_llm(own)


def test_the_limit_of_uploads_holds_for_paths_too(session_of, file):
    session = session_of(max_upload_bytes=20)
    session.load_path(str(file))
    assert session.state.problem.code == "larger-than-allowed"


def test_a_query_becomes_the_table_and_its_address_is_nowhere(session_of, tmp_path):
    path = tmp_path / "s3cret.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE t AS SELECT 1 AS a, 2 AS b UNION SELECT 3, 4")
    database.close()
    session = session_of()
    session.load_query(SecretStr(f"sqlite:///{path}"), "SELECT * FROM t")
    assert session.table.frame.to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    assert str(tmp_path) not in session.state.model_dump_json()
    session.load_query(SecretStr(f"sqlite:///{path}x"), "SELECT * FROM t")
    assert session.state.problem.code == "query-failed"
    assert not Path(session.settings.workspace / "log.txt").exists()


def test_a_page_reads_nothing_of_its_server_unless_the_host_says_so(monkeypatch):
    for name in ("GENIE_ALLOW_PATHS", "GENIE_ALLOW_URLS", "GENIE_ALLOW_QUERIES", "GENIE_ALLOW_LLM", "VOILA_BASE_URL"):
        monkeypatch.delenv(name, raising=False)

    def allowed():
        settings = settings_from_env()
        assert settings.allow_llm == ("VOILA_BASE_URL" not in os.environ)
        return settings.allow_paths, settings.allow_urls, settings.allow_queries, settings.public_urls_only

    assert allowed() == (True, True, True, False)
    monkeypatch.setenv("VOILA_BASE_URL", "/")
    assert allowed() == (False, False, False, True)
    monkeypatch.setenv("GENIE_ALLOW_URLS", "1")
    assert allowed() == (False, True, False, True)
    monkeypatch.delenv("VOILA_BASE_URL")
    monkeypatch.setenv("GENIE_ALLOW_PATHS", "0")
    assert allowed() == (False, True, True, False)


def test_a_samples_sentence_is_there_before_its_table_is_shown(session):
    seen = []
    session.subscribe(lambda state: seen.append((state.profile is not None, state.prompt)))
    session.load_sample("penguins")
    assert seen[-1] == (True, seen[-1][1])
    assert {prompt for is_shown, prompt in seen if is_shown} == {seen[-1][1]} != {""}


def planned_payments(session, path, *, n, one_in):
    """A session with a plan for payments, one in so many a fraud."""
    rows = "".join(f"{i},{i % 7},{'fraud' if i % one_in == 5 else 'fine'}\n" for i in range(n))
    path.write_text(f"place,weekday,kind\n{rows}")
    session.load_path(str(path))
    session.set_prompt("predict the kind, 2 minutes")
    session.make_plan()
    return session


def test_rare_classes_that_a_sample_lost_are_read_again_and_the_plan_stays(session_of, tmp_path, monkeypatch):
    monkeypatch.setattr("genie_widgets.data.reading.table_budget_bytes", lambda: 200_000)
    session = planned_payments(session_of(allow_paths=True), tmp_path / "pay.csv", n=40_000, one_in=2000)
    session.edit_plan(time_limit_s=90)
    (told,) = (problem for problem in session.state.plan.problems if problem.code == "thinned-classes")
    more, go_on = (remedy for remedy in remedies(session.state.plan) if remedy.about == told.key)
    session.take_remedy(go_on)
    assert "thinned-classes" in {p.code for p in session.state.plan.problems if p.severity == "info"}
    session.undo()
    n_before = (session.table.frame["kind"] == "fraud").sum()
    session.take_remedy(more)
    assert n_before < (session.table.frame["kind"] == "fraud").sum() == 20
    assert layout(session).asked.stratify_by == "kind"
    plan = session.state.plan
    assert (plan.target, plan.time_limit_s, plan.positive_class) == ("kind", 90, "fraud")
    assert not {"thinned-classes"} & {problem.code for problem in plan.problems}
    code = python_code(session.state)
    assert "stratify_by='kind'" in code
    assert "time_limit_s=90" in code


def test_nothing_is_said_of_rare_classes_where_the_file_is_read_whole(session_of, tmp_path):
    session = planned_payments(session_of(allow_paths=True), tmp_path / "pay.csv", n=4_000, one_in=200)
    assert session.state.plan.target == "kind"
    assert "thinned-classes" not in {problem.code for problem in session.state.plan.problems}
