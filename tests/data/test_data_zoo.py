"""Awkward files, as people bring them, each with the reading that a person would give it beside it."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyreadstat
import pytest

from genie_widgets.data import read_table
from genie_widgets.data.source import Source
from genie_widgets.schema import GenieError, ReadOptions

DAY = pd.Timestamp
SHARED = Path(__file__).parents[2].parent / "shared" / "intent_cases" / "tables"


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name.replace("__", "/").replace("_csv", ".csv"), content)
    return buffer.getvalue()


def zstd(content):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


BANK = (
    "Umsätze Girokonto;;;\nZeitraum: Mai 2024;;;\n;;;\nBuchungstag;Empfänger;Betrag;PLZ\n"
    "02.05.2024;Müller & Söhne;-1.234,50;01067\n03.05.2024;Café Zürich;12,00;80331\n31.05.2024;Gehalt;2.500,00;04109\n"
    "Summe;;1.277,50;\n"
)
BANK_ROWS = [
    [DAY("2024-05-02"), "Müller & Söhne", -1234.5, "01067"],
    [DAY("2024-05-03"), "Café Zürich", 12.0, "80331"],
    [DAY("2024-05-31"), "Gehalt", 2500.0, "04109"],
]
PLAIN = b"a,b\n1,x\n2,y\n"
PLAIN_ROWS = [[1, "x"], [2, "y"]]

# name: (content, expected rows, words that the reading must say)
ZOO = {
    "bank utf-8": (BANK.encode(), BANK_ROWS, ["semicolon", "decimal comma", "3 title row(s)", "1 row(s) of totals"]),
    "bank cp1252": (BANK.encode("cp1252"), BANK_ROWS, ["Windows-1252"]),
    "bank bom": (BANK.encode("utf-8-sig"), BANK_ROWS, ["UTF-8"]),
    "bank utf-16": (BANK.encode("utf-16"), BANK_ROWS, ["UTF-16"]),
    "utf-16 without mark": (BANK.encode("utf-16-le"), BANK_ROWS, ["UTF-16"]),
    "gzip": (gzip.compress(PLAIN), PLAIN_ROWS, ["gzip"]),
    "zstd": (zstd(PLAIN), PLAIN_ROWS, ["Zstandard"]),
    "zip": (zipped(people_csv=PLAIN), PLAIN_ROWS, ["zip"]),
    "zip of two": (zipped(small_csv="a,b\n1,2\n", folder__large_csv=PLAIN * 9), None, ["folder/large.csv of 2"]),
    "tricky zip": (zipped(**{"..__..__evil_csv": PLAIN}), PLAIN_ROWS, ["zip"]),
    "short line": (b"a,b,c\n1,x,2\n2,y\n3,z,4\n", [[1, "x", 2], [2, "y", None], [3, "z", 4]], []),
    "long lines": (b"a,b\n1,x\n2,y\n3,z,!\n4,w\n", [[1, "x"], [2, "y"], [4, "w"]], []),
    "long by empty cells": (b"a,b\n1,x\n2,y,,\n", PLAIN_ROWS, []),
    "open quote": (b'a,b\n1,x\n"2,y\n3,z\n', [["1", "x"], ['"2', "y"], ["3", "z"]], ["quotes taken as they stand"]),
    "remark below": (
        b"a,b,c\n1,x,2\n2,y,3\n3,z,4\nSource: town hall\n",
        [[1, "x", 2], [2, "y", 3], [3, "z", 4]],
        ["1 line(s) below"],
    ),
    "markdown": (
        b"Sales\n\n| town | n | paid |\n|:-----|--:|---|\n| Ulm | 1 | 2.50 |\n| Bonn | 2 | - |\n| Kiel | 3 | 1.00 |\n",
        [["Ulm", 1, 2.5], ["Bonn", 2, None], ["Kiel", 3, 1.0]],
        ["line of dashes"],
    ),
    "database client": (
        b" id | town \n----+------\n  1 | Ulm\n  2 | Bonn\n  3 | Kiel\n",
        [[1, "Ulm"], [2, "Bonn"], [3, "Kiel"]],
        ["line of dashes"],
    ),
    "row names": (b"a b\nx 1 2\n".replace(b" ", b","), [["x", 1, 2]], []),
    "no names": (b"5.1,3.5,no\n4.9,3.0,no\n4.7,3.2,yes\n5.0,3.1,no\n", None, ["no row of column names"]),
    "years as names": (b"town,2019,2020\nA,1,2\nB,3,4\nC,5,6\nD,7,8\n", None, ["comma"]),
    "nul bytes": (b"a,b\n1,x\0\n2,\0y\n" + b"3,zzzzzzzzzzzz\n" * 9, None, ["NUL byte(s) left out"]),
    "mixed encodings": (
        "a,b\n1,Käse\n2,Öl\n3,süß\n".encode() + "4,Größe\n".encode("cp1252"),
        [[1, "Käse"], [2, "Öl"], [3, "süß"], [4, "Größe"]],
        ["in some lines"],
    ),
    "dates that decide": (
        b"a,b\n01/02/2024,31/01/2024\n03/04/2024,01/02/2024\n",
        [[DAY("2024-02-01"), DAY("2024-01-31")], [DAY("2024-04-03"), DAY("2024-02-01")]],
        ["dates with the day first"],
    ),
    "months in words": (
        b'a,b\n"Sep 17, 2017",31-Jan-24\n"Oct 1, 2017",1-Feb-24\n',
        [[DAY("2017-09-17"), DAY("2024-01-31")], [DAY("2017-10-01"), DAY("2024-02-01")]],
        [],
    ),
    "compact dates": (
        b"date,n\n20240131,1\n20240201,2\n",
        [[DAY("2024-01-31"), 1], [DAY("2024-02-01"), 2]],
        [],
    ),
    "money": (
        "a;b;c;d\n€1 200;(5);12 %;1e3\n€3;7;3,5 %;2e3\n".encode(),
        [[1200, -5, 12.0, 1000], [3, 7, 3.5, 2000]],
        ["percent signs"],
    ),
    "json lines": (b'{"a": 1, "b": "x"}\n{"a": 2, "b": "y"}\n', PLAIN_ROWS, ["JSON lines"]),
    "json in an object": (b'{"rows": [{"a": 1, "b": "x"}, {"a": 2, "b": "y"}]}', PLAIN_ROWS, ["JSON"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", ZOO)
def test_each_file_of_the_zoo_is_read_as_a_person_would(kind):
    content, rows, words = ZOO[kind]
    table = read_table(content, name="zoo")
    for word in words:
        assert any(word in said for said in table.profile.reading), table.profile.reading
    if rows is not None:
        assert table.frame.astype(object).where(table.frame.notna(), None).to_numpy().tolist() == rows


@pytest.mark.parametrize(("kind", "count"), [("short line", "1 with too few"), ("long lines", "1 with too many")])
def test_lines_that_do_not_fit_are_counted_and_shown(kind, count):
    (problem,) = [p for p in read_table(ZOO[kind][0]).profile.problems if p.code == "ragged-lines"]
    assert count in problem.title
    assert "line 3" in problem.title or "line 4" in problem.title


def test_short_lines_stay_where_they_stood():
    lines = "".join(f"{i}\n" if i % 7 == 3 else f"{i},x\n" for i in range(500))
    table = read_table(f"a,b\n{lines}".encode())
    assert list(table.frame["a"]) == list(range(500))
    assert table.frame["b"].isna().sum() == len(range(3, 500, 7))


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1250", ["Żółw", "Łódź", "Gdańsk", "źródło", "młody", "Kraków"]),
        ("cp1251", ["Москва", "город", "цена", "большой", "Казань"]),
        ("cp1254", ["İstanbul", "Şişli", "şehir", "güneş", "büyük", "ağaç", "çeşme"]),
        ("shift_jis", ["東京", "大阪", "価格", "都市", "北海道", "京都"]),
        ("cp1252", ["Größe", "süß", "Müller", "Zürich", "Straße"]),
    ],
)
def test_old_encodings_are_told_apart(encoding, words):
    text = "town;n\n" + "".join(f"{words[i % len(words)]};{i}\n" for i in range(60))
    table = read_table(text.encode(encoding))
    assert list(table.frame["town"][: len(words)]) == words
    assert table.profile.layout.options.encoding == encoding


class TestOptions:
    def test_a_person_may_say_how_the_numbers_are_written(self):
        content = b"a;b\n1.234;x\n2.500;y\n"
        assert list(read_table(content).frame["a"]) == [1.234, 2.5]
        assert list(read_table(content, options=ReadOptions(decimal=",")).frame["a"]) == [1234, 2500]
        assert list(read_table(b"a\tb\n1,5\tx\n2,25\ty\n", options=ReadOptions(decimal=".")).frame["a"]) == [
            "1,5",
            "2,25",
        ]

    def test_a_person_may_say_the_order_of_dates(self):
        content = b"a,b\n01/02/2024,x\n03/04/2024,y\n"
        assert list(read_table(content).frame["a"]) == [DAY("2024-01-02"), DAY("2024-03-04")]
        read = read_table(content, options=ReadOptions(date_order="day")).frame
        assert list(read["a"]) == [DAY("2024-02-01"), DAY("2024-04-03")]

    def test_a_person_may_say_the_layout(self):
        content = "über\nx:1\ny:2\n".encode("cp1252")
        table = read_table(content, options=ReadOptions(delimiter=":", encoding="cp1252", title_rows=1, header=False))
        assert table.frame.to_numpy().tolist() == [["x", 1], ["y", 2]]
        again = read_table(content, options=table.profile.layout.options)
        assert again.frame.equals(table.frame)

    def test_a_column_may_be_kept_as_text(self):
        assert list(read_table(PLAIN, options=ReadOptions(as_text=("a",))).frame["a"]) == ["1", "2"]

    def test_a_file_of_an_archive_and_a_sheet_may_be_chosen(self, tmp_path):
        archive = zipped(small_csv=PLAIN, large_csv="c,d\n" + "5,6\n" * 50)
        table = read_table(archive)
        assert table.profile.layout.members == ("large.csv", "small.csv")
        assert read_table(archive, options=ReadOptions(member="small.csv")).columns == ("a", "b")
        with pd.ExcelWriter(tmp_path / "book.xlsx") as book:
            for name, value in (("first", 1), ("second", 2)):
                pd.DataFrame({"a": [value] * 3, "b": [5, 6, 7]}).to_excel(book, sheet_name=name, index=False)
        table = read_table(tmp_path / "book.xlsx", options=ReadOptions(sheet="second"))
        assert table.profile.layout.sheets == ("first", "second")
        assert list(table.frame["a"]) == [2, 2, 2]

    @pytest.mark.parametrize(
        ("content", "options"),
        [
            (zipped(a_csv=PLAIN), ReadOptions(member="b.csv")),
            (PLAIN, ReadOptions(encoding="klingon")),
            (PLAIN, ReadOptions(delimiter="--")),
            (PLAIN, ReadOptions(delimiter="\n")),
        ],
    )
    def test_what_is_not_there_is_told(self, content, options):
        with pytest.raises(GenieError) as caught:
            read_table(content, options=options)
        assert caught.value.problem.code == "no-such-part"


@pytest.mark.parametrize("kind", ["feather", "arrow", "stata", "spss", "sas-transport"])
def test_files_with_types_of_their_own_are_read(kind, tmp_path):
    frame = pd.DataFrame({"town": ["Bonn", "Ulm", "Kiel"], "n": [1.5, 2.5, 3.5]})
    path = tmp_path / "file"
    if kind == "feather":
        pyarrow.feather.write_feather(frame, path)
    elif kind == "arrow":
        with pa.ipc.new_stream(path, pa.Schema.from_pandas(frame)) as stream:
            stream.write_table(pa.Table.from_pandas(frame))
    else:
        write = {"stata": pyreadstat.write_dta, "spss": pyreadstat.write_sav, "sas-transport": pyreadstat.write_xport}
        write[kind](frame, path)
    table = read_table(path)
    assert table.frame.to_numpy().tolist() == frame.to_numpy().tolist()
    content = path.read_bytes()
    with pytest.raises(GenieError):
        read_table(content[: len(content) // 3])


@pytest.mark.parametrize("style", ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%d %H:%M:%S+00:00"])
@pytest.mark.parametrize("lines", [False, True])
def test_dates_in_json_are_dates_and_what_only_begins_like_one_is_not(style, lines):
    days = pd.date_range("2024-02-27", periods=4)
    rows = [{"day": day.strftime(style), "part": f"{day:%Y-%m-%d}-A", "n": n} for n, day in enumerate(days)]
    rows[1]["day"] = None
    content = "\n".join(map(json.dumps, rows)) if lines else json.dumps(rows)
    table = read_table(content.encode())
    assert [c.kind for c in table.profile.columns] == ["date", "category", "integer"]
    assert table.frame["day"].tolist() == [days[0], pd.NaT, *days[2:]]
    kept = read_table(content.encode(), options=ReadOptions(as_text=("day",)))
    assert kept.frame["day"].iloc[0] == rows[0]["day"]


def test_a_file_of_sas_is_read():
    packed = (Path(__file__).parent / "sas" / "iris.sas7bdat.gz").read_bytes()
    for content in (packed, gzip.decompress(packed)):
        table = read_table(content)
        assert table.frame.shape == (150, 5)
        assert table.frame.iloc[0].tolist() == [5.1, 3.5, 1.4, 0.2, "setosa"]
    with pytest.raises(GenieError):
        read_table(content[: len(content) // 3])


class TestHarm:
    def test_a_bomb_is_refused_by_its_ratio(self, monkeypatch):
        monkeypatch.setattr("genie_widgets.data.archives.SUSPICIOUS_BYTES", 100_000)
        for bomb in (zstd(b"0" * 3_000_000), zipped(a_csv=b"0" * 3_000_000), gzip.compress(b"0" * 3_000_000)):
            with pytest.raises(GenieError) as caught:
                read_table(bomb)
            assert caught.value.problem.code == "too-large-unpacked"

    def test_a_file_removed_or_grown_while_it_is_read_is_read_as_it_was(self, tmp_path):
        path = tmp_path / "log.csv"
        path.write_bytes(PLAIN)
        source = Source.of_path(path, "log.csv")
        with path.open("ab") as file:
            file.write(b"3,z\n")
        path.unlink()
        assert source.whole() == PLAIN
        source.close()

    def test_a_file_cut_short_while_it_is_read_is_told(self, tmp_path):
        path = tmp_path / "log.csv"
        path.write_bytes(PLAIN * 100)
        source = Source.of_path(path, "log.csv")
        path.write_bytes(PLAIN)
        with pytest.raises(GenieError) as caught:
            source.whole()
        source.close()
        assert caught.value.problem.code == "file-changed"

    def test_a_file_that_grows_or_vanishes_while_it_is_read_is_read_as_it_was(self, tmp_path):
        path = tmp_path / "log.csv"
        path.write_bytes(PLAIN)
        source = Source.of_path(path, "log.csv")
        with path.open("ab") as writer:
            writer.write(b"3,z\n" * 9)
        assert source.whole() == PLAIN
        path.unlink()
        assert source.whole() == PLAIN
        source.close()

    def test_a_locked_workbook_and_archive_are_told(self):
        entry = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le")
        locked = bytearray(zipped(a_csv=PLAIN))
        locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
        for content in (entry, bytes(locked)):
            with pytest.raises(GenieError) as caught:
                read_table(content)
            assert caught.value.problem.code == "protected-file"

    def test_a_parquet_file_cut_short_is_told(self):
        buffer = io.BytesIO()
        pd.DataFrame({"a": range(100), "b": range(100)}).to_parquet(buffer)
        with pytest.raises(GenieError) as caught:
            read_table(buffer.getvalue()[:-200])
        assert caught.value.problem.code == "broken-file"

    def test_many_columns_are_read(self):
        content = ",".join(f"c{i}" for i in range(300)) + "\n" + ",".join("1" * 300) + "\n"
        assert len(read_table(content.encode()).columns) == 300


@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_a_file_larger_than_its_share_of_the_memory_is_sampled_and_says_so(kind, tmp_path):
    frame = pd.DataFrame({"place": range(40_000), "word": ["x", "y"] * 20_000})
    path = tmp_path / f"large.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    elif kind == "parquet":
        frame.to_parquet(path, row_group_size=5000)
    else:
        frame.to_json(path, orient="records", lines=True)
    tables = [read_table(path, budget_bytes=200_000) for _ in range(2)]
    sampled = tables[0]
    assert sampled.profile.n_rows_in_file == 40_000
    assert 1000 < sampled.profile.n_rows < 20_000
    assert "sampled" in {problem.code for problem in sampled.profile.problems}
    assert sampled.frame.equals(tables[1].frame)
    places = sampled.frame["place"]
    assert places.is_monotonic_increasing
    # Uniformly over the file: each quarter gives its part.
    quarters = (places // 10_000).value_counts(normalize=True)
    assert quarters.min() > 0.2
    assert quarters.max() < 0.3


@pytest.mark.parametrize("kind", ["csv", "parquet", "feather", "jsonl"])
def test_a_file_larger_than_the_memory_keeps_the_rows_of_rare_classes_where_it_is_asked_to(kind, tmp_path):
    place = np.arange(40_000)
    word = np.where(place % 4_000 == 7, "rare", np.where(place % 2 == 0, "x", "y"))
    frame = pd.DataFrame({"place": place, "word": word})
    path = tmp_path / f"large.{kind}"
    if kind == "csv":
        # One of the rare rows has a cell too few, and one stands in quotes.
        text = (
            frame.assign(more=1)
            .to_csv(index=False)
            .replace("7,rare,1\n", "7,rare\n", 1)
            .replace("4007,rare", '4007," rare"')
        )
        path.write_text(text)
    elif kind == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_parquet(path, row_group_size=5000) if kind == "parquet" else frame.to_feather(path, chunksize=5000)
    plain = read_table(path, budget_bytes=200_000)
    table = read_table(path, budget_bytes=200_000, options=ReadOptions(stratify_by="word"))
    assert (plain.frame["word"] == "rare").sum() < 10
    assert (table.frame["word"] == "rare").sum() == 10
    assert table.profile.n_rows_in_file == 40_000
    assert 1000 < len(table.frame) < 20_000
    places = table.frame["place"]
    assert places[places != 7].is_monotonic_increasing  # where a cell is missing, the row comes last
    others = table.frame["word"].value_counts(normalize=True)
    assert others["x"] == pytest.approx(others["y"], rel=0.2)
    (told,) = (problem for problem in table.profile.problems if problem.code == "sampled")
    assert "of each class of word about" in told.title
    assert "more frequent" in told.remedy


@pytest.mark.parametrize("column", ["place", "no such column"])
@pytest.mark.parametrize("kind", ["csv", "parquet", "jsonl"])
def test_a_sample_by_what_has_no_classes_is_one_of_all_rows_alike(kind, column, tmp_path):
    path = tmp_path / f"large.{kind}"
    frame = pd.DataFrame({"place": range(40_000), "word": ["x", "y"] * 20_000})
    writers = {"csv": frame.to_csv, "parquet": frame.to_parquet}
    writers[kind](path, index=False) if kind in writers else frame.to_json(path, orient="records", lines=True)
    plain = read_table(path, budget_bytes=200_000)
    asked = read_table(path, budget_bytes=200_000, options=ReadOptions(stratify_by=column))
    assert asked.frame.equals(plain.frame)
    assert "of each class" not in next(p.title for p in asked.profile.problems if p.code == "sampled")


def test_a_plan_says_that_its_table_is_a_sample(tmp_path):
    import genie_widgets as gw

    path = tmp_path / "large.csv"
    pd.DataFrame({"price": [i * 1.5 for i in range(9000)], "kind": ["x", "y"] * 4500}).to_csv(path, index=False)
    answer = gw.plan(read_table(path, budget_bytes=100_000), "predict the kind", llm=None)
    assert "sampled" in {problem.code for problem in answer.problems}
    assert not answer.blockers


DATES = {
    "AirQualityUCITrain.csv": {"Date"}, "BTC-USD.csv": {"Date"}, "bitconnect_price.csv": {"Date"},
    "kc_house_data.csv": {"date"}, "marketing_campaign.csv": {"Dt_Customer"},
    "telecom_customer_churn.csv": {"joining_date"},
}  # fmt: skip
MUST_BE_TEXT = {"kc_house_data.csv": {"id"}, "2016_Building_Energy_Benchmarking.csv": {"TaxParcelIdentificationNumber"}}
MUST_BE_NUMBERS = {
    "Bengaluru_House_Data.csv": {"total_sqft"}, "telecom_customer_churn.csv": {"avg_frequency_login_days"},
}  # fmt: skip


def real_files():
    import json

    if not SHARED.exists():
        return []
    return list(json.loads(SHARED.with_suffix(".json").read_text()).items())


@pytest.mark.skipif(not SHARED.exists(), reason="the shared tables are not here")
@pytest.mark.parametrize(("name", "facts"), real_files(), ids=[name for name, _ in real_files()])
def test_a_real_file_is_read_with_the_types_that_a_person_would_give_it(name, facts):
    table = read_table(SHARED / name)
    assert (table.profile.n_rows, len(table.columns)) == (facts["rows"], facts["columns"])
    if table.profile.layout.kind == "text":
        understood = table.profile.layout.options
        assert understood.delimiter == facts["read"].get("sep", ",")
        assert understood.encoding == facts["read"].get("encoding", "utf-8")
        hints = {"sep": understood.delimiter, "encoding": understood.encoding, **facts["read"]}
        plain = pd.read_csv(SHARED / name, na_values=["-", "?", "--", "."], **hints)
        for ours, theirs in zip(table.columns, plain.columns, strict=True):
            if plain[theirs].dtype.kind in "if" and ours not in MUST_BE_TEXT.get(name, ()):
                assert table.frame[ours].dtype.kind in "if", ours
                assert table.frame[ours].sum() == pytest.approx(plain[theirs].sum())
    dates = {c for c in table.columns if pd.api.types.is_datetime64_any_dtype(table.frame[c])}
    assert dates == DATES.get(name, set())
    assert all(table.frame[column].dtype == object for column in MUST_BE_TEXT.get(name, ()))
    assert all(table.frame[column].dtype == "float64" for column in MUST_BE_NUMBERS.get(name, ()))
