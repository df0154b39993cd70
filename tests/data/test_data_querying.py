"""Queries on a real database: rows come, nothing is written, and the address is told to nobody."""

import sqlite3

import pandas as pd
import pytest
from pydantic import SecretStr
from sqlalchemy.exc import DBAPIError

from genie_widgets.data import read_query
from genie_widgets.data.querying import _engine, _url
from genie_widgets.schema import GenieError


@pytest.fixture
def database(tmp_path):
    path = tmp_path / "shop.db"
    with sqlite3.connect(path) as made:
        frame = pd.DataFrame({"id": range(100), "town": ["Ulm", "50% off; now"] * 50, "spent": [1.5, None] * 50})
        frame.to_sql("customers", made, index=False)
    made.close()
    return path


def ask(database, query, **options):
    return read_query(SecretStr(f"sqlite:///{database}"), query, **options)


def problem_of(address, query="SELECT 1 AS a, 2 AS b"):
    with pytest.raises(GenieError) as caught:
        read_query(SecretStr(address), query)
    return caught.value.problem


def test_a_query_is_a_table(database):
    table = ask(database, "-- all\nSELECT town, spent, id FROM customers WHERE town LIKE '50% %' ;\n")
    assert table.columns == ("town", "spent", "id")
    assert table.frame["spent"].isna().all()
    assert table.frame["id"].tolist()[:3] == [1, 3, 5]
    assert (table.name, table.profile.reading) == ("shop", ("a query on SQLite",))


def test_names_that_stand_twice_are_told(database):
    assert ask(database, "WITH c AS (SELECT * FROM customers) SELECT id, id, spent FROM c").columns[:2] == (
        "id",
        "id_2",
    )


def test_more_than_the_memory_bears_is_sampled_and_said_so(database):
    query = "SELECT a.id, b.town FROM customers a, customers b, customers c WHERE c.id < 10"
    table = ask(database, query, budget_bytes=2_000_000)
    assert table.profile.n_rows_in_file == 100_000
    assert 5_000 < len(table.frame) < 60_000
    assert "sampled" in [problem.code for problem in table.profile.problems]


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM customers",
        "/* SELECT */ DROP TABLE customers",
        "PRAGMA query_only = OFF",
        "ATTACH 'x.db' AS x",
        "SELECT 1, 2; DELETE FROM customers",
        "WITH c AS (SELECT 1) DELETE FROM customers",
        "SELECT 1, 2 INTO OUTFILE '/tmp/x'",
        "",
    ],
)
def test_what_does_more_than_read_is_not_done(database, query):
    problem_of(f"sqlite:///{database}", query)
    assert len(ask(database, "SELECT * FROM customers").frame) == 100


def test_the_database_itself_refuses_to_write(database):
    engine = _engine(_url(SecretStr(f"sqlite:///{database}")))
    with engine.connect() as connection, pytest.raises(DBAPIError, match="readonly"):
        connection.exec_driver_sql("DELETE FROM customers")


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    assert problem_of(f"sqlite:///{tmp_path}/new.db").code == "query-failed"
    assert not list(tmp_path.iterdir())


def test_the_databases_own_words_are_told(database):
    problem = problem_of(f"sqlite:///{database}", "SELECT * FROM clients")
    assert "no such table: clients" in problem.title


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://ann:s3cret@127.0.0.1:1/shop",
        "mysql://ann:s3cret@127.0.0.1:1/shop",
        "mssql+pyodbc://ann:s3cret@host/shop",
        "nonsense://ann:s3cret@host/shop",
        "ann:s3cret@host",
        "sqlite:////nowhere/s3cret/\0.db",
        "",
    ],
)
def test_what_goes_wrong_tells_nothing_of_the_address(address, caplog, capfd):
    caplog.set_level("DEBUG")
    with pytest.raises(GenieError) as caught:
        read_query(SecretStr(address), "SELECT 1 AS a, 2 AS b")
    told = repr(caught.value) + caplog.text + "".join(capfd.readouterr())
    assert "s3cret" not in told
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None or caught.value.__suppress_context__
