"""`genie plan` and what `genie run` says before it trains."""

import json
import os
import socket
import subprocess

import pytest

from genie_widgets.cli.show import printable
from genie_widgets.data import samples
from genie_widgets.schema import Plan

COMMANDS = ("demo", "dashboard", "run", "plan", "predict", "runs", "doctor")
VAGUE = "Predict it"
SENTENCE = "Predict the species, ignore the island, 3 minutes"


@pytest.fixture
def birds(tmp_path):
    path = tmp_path / "birds.csv"
    path.write_text("size,town,species\n" + "".join(f"{n},{'ab'[n % 2]},{'xyz'[n % 3]}\n" for n in range(60)))
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_of_its_own(genie, command):
    code, said, _ = genie(command, "--help")
    assert code == 0
    assert said.startswith(f"usage: genie {command}")
    assert command in genie("--help")[1]


def test_the_version_is_told(genie):
    import genie_widgets

    assert genie("--version") == (0, f"genie {genie_widgets.__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [(), ("wish",), ("plan",), ("plan", "table"), ("run", "t", "p", "--time", "soon"), ("demo", "--host", "x")],
)
def test_a_wrong_call_is_told_with_the_usage(genie, arguments):
    code, said, complaint = genie(*arguments)
    assert (code, said) == (2, "")
    assert complaint.startswith("usage: genie")


def test_a_plan_is_shown_with_its_evidence(genie):
    code, said, _ = genie("plan", "penguins", SENTENCE)
    assert code == 0
    assert "predict  species" in said
    assert "leave out  island" in said
    assert "time  180 s" in said
    assert "(prompt: species)" in said


def test_a_plan_as_json_is_the_plan(genie):
    code, said, complaint = genie("plan", "penguins", SENTENCE, "--json")
    plan = Plan.model_validate_json(said)
    assert (code, complaint) == (0, "")
    assert (plan.target, plan.time_limit_s) == ("species", 180)
    assert "island" in plan.ignore


@pytest.mark.parametrize(
    ("sentence", "status"),
    [(VAGUE, "question"), ("group the birds into clusters", "refusal"), ("", "question")],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_a_question_or_a_refusal_is_no_plan(genie, sentence, status, as_json):
    code, said, _ = genie("plan", "penguins", sentence, *(("--json",) if as_json else ()))
    assert code == 3
    if as_json:
        assert json.loads(said)["status"] == status
    else:
        assert ("1. species" in said) == (status == "question")
        assert said.strip()


def test_every_sample_is_found_by_its_name(genie):
    for sample in samples():
        assert genie("plan", sample.name, sample.prompt)[0] == 0


def test_a_file_comes_before_a_sample_of_its_name(genie, birds, monkeypatch):
    monkeypatch.chdir(birds.parent)
    birds.rename("penguins")
    assert "town" in genie("plan", "penguins", "predict town")[1]


def test_a_file_that_is_not_there_is_named(genie, tmp_path):
    code, said, complaint = genie("plan", tmp_path / "nothing.csv", "predict a")
    assert (code, said) == (2, "")
    assert "nothing.csv" in complaint
    assert len(complaint.splitlines()) == 2


@pytest.mark.parametrize(
    "content",
    [b"", b"a,b\n", b"a\n1\n2\n", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"PAR1 torn"],
    ids=["empty", "header", "column", "picture", "torn"],
)
def test_a_file_that_is_no_table_is_named(genie, tmp_path, content):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    code, said, complaint = genie("plan", path, "predict a")
    assert (code, said) == (2, "")
    assert "table.csv" in complaint


def test_a_folder_is_no_table(genie, tmp_path):
    code, _, complaint = genie("plan", tmp_path, "predict a")
    assert code == 2
    assert "folder" in complaint


def test_a_file_that_may_not_be_read_is_named(genie, birds):
    genie("plan", birds, "predict town")  # all that is needed is imported by who may read it
    birds.chmod(0)
    # Root may read everything: somebody else is asked then.
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        code, _, complaint = genie("plan", birds, "predict town")
    finally:
        if root:
            os.seteuid(0)
    assert code == 2
    assert "birds.csv may not be read" in complaint


def test_a_sentence_in_the_place_of_the_table_is_told(genie):
    code, _, complaint = genie("plan", "which customers will leave? " * 20, "people.csv")
    assert code == 2
    assert "could not be opened" in complaint
    assert "Check the name" in complaint


def test_a_name_of_odd_bytes_is_read(genie, birds):
    odd = birds.with_name(os.fsdecode(b"Gr\xf6\xdfe.csv"))
    birds.rename(odd)
    assert genie("plan", odd, "predict town")[0] == 0


def test_what_a_terminal_would_obey_is_not_printed(genie, birds):
    code, _, complaint = genie("plan", "\x1b[2J\x07nothing.csv", "predict town")
    assert code == 2
    assert printable(complaint) == complaint
    birds.write_text(birds.read_text().replace("town", "to\x1b]0;owned\x07wn"))
    assert "\x1b" not in "".join(genie("plan", birds, "predict species")[1:])


def test_without_llm_no_language_model_is_asked(genie, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-anyones-eyes")
        monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.getsockname()[1]}/v1")
        code, said, _ = genie("plan", "penguins", SENTENCE, "--no-llm", "--json")
        assert code == 0
        assert not [e for e in Plan.model_validate_json(said).evidence if e.source == "llm"]
        with pytest.raises(BlockingIOError):
            server.accept()


def test_a_reader_that_has_gone_is_no_error(command):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [command, "plan", "penguins", SENTENCE],
        check=False,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_run_is_not_started_unasked(genie, workspace):
    code, said, complaint = genie("run", "penguins", SENTENCE)
    assert code == 0
    assert "predict  species" in said
    assert "--yes" in complaint
    assert not (workspace / "runs").exists()


@pytest.mark.parametrize(("keys", "shown"), [("n\n", "Train this?"), ("\n", "Train this?"), ("\x04", "Train this?")])
def test_a_person_may_say_no(genie, terminal, workspace, keys, shown):
    terminal(keys)
    code, said, complaint = genie("run", "penguins", SENTENCE)
    assert (code, complaint) == (0, "")
    assert shown in said
    assert not (workspace / "runs").exists()


def test_a_question_is_answered_by_number(genie, terminal):
    terminal("99\nx\n1\nn\n")
    code, said, _ = genie("run", "penguins", VAGUE)
    assert code == 0
    assert "1. species" in said
    assert "predict  species" in said


@pytest.mark.parametrize("keys", ["\n", "\x04"])
def test_a_question_may_be_left(genie, terminal, keys):
    terminal(keys)
    assert genie("run", "penguins", VAGUE)[0] == 3


def test_a_question_that_nobody_answers_says_how(genie, workspace):
    code, said, complaint = genie("run", "penguins", VAGUE, "--yes")
    assert code == 3
    assert "1. species" in said
    assert "--target" in complaint
    assert not (workspace / "runs").exists()


def test_a_question_is_answered_by_the_target(genie):
    code, said, _ = genie("run", "penguins", VAGUE, "--target", "sex")
    assert code == 0
    assert "predict  sex" in said


def test_target_and_time_come_before_the_sentence(genie):
    _, said, _ = genie("run", "penguins", SENTENCE, "--target", "sex", "--time", 77)
    assert "predict  sex" in said
    assert "time  77 s" in said


def test_what_an_empty_answer_means_is_said(genie, tmp_path):
    rows = "\n".join(f"{i % 7},{'yes' if i % 3 else ''}" for i in range(60))
    table = tmp_path / "orders.csv"
    table.write_text(f"size,paid\n{rows}\n")
    code, said, _ = genie("run", table, "predict paid")
    assert code == 2
    assert "Say what an empty cell means" in said
    code, said, _ = genie("run", table, "predict paid", "--empty-target", "no")
    assert code == 0
    assert "empty answer  no" in said
    assert "problem type  binary" in said


def test_a_target_that_is_no_column_is_named(genie):
    code, _, complaint = genie("run", "penguins", SENTENCE, "--target", "plumage", "--yes")
    assert code == 2
    assert "plumage" in complaint


@pytest.mark.parametrize("seconds", [0, -5])
def test_no_time_is_no_plan_to_train(genie, workspace, seconds):
    code, said, complaint = genie("run", "penguins", SENTENCE, "--time", seconds, "--yes")
    assert code == 2
    assert "time" in said + complaint
    assert not (workspace / "runs").exists()


def test_a_refusal_is_not_trained(genie, workspace):
    assert genie("run", "penguins", "group the birds into clusters", "--yes")[0] == 3
    assert not (workspace / "runs").exists()


@pytest.fixture
def cases(birds):
    tables = birds.parent / "tables"
    tables.mkdir()
    birds.rename(tables / "birds.csv")
    told = [
        {"id": "right", "table": "birds.csv", "prompt": "predict the species", "target": "species"},
        {"id": "wrong", "table": "birds.csv", "prompt": "predict the species", "target": "town"},
        {"id": "no table", "prompt": "predict the species", "target": "species"},
    ]
    lines = [json.dumps(case | {"problem_type": "multiclass", "lang": "en"}) for case in told]
    (birds.parent / "cases.jsonl").write_text("\n".join(lines))
    return birds.parent


def test_a_folder_of_cases_is_scored(genie, cases):
    code, said, complaint = genie("plan", "--batch", cases)
    assert (code, complaint) == (0, "")
    assert "target and type right      1 of 2 (50.0%)" in said
    assert "want of a table: 1" in said
    assert "lang en" in said


def test_a_score_as_json_tells_every_case(genie, cases):
    figures = json.loads(genie("plan", "--batch", cases, "--json")[1])
    assert (figures["right"], figures["wrong"]) == (1, 1)
    assert [one["verdict"] for one in figures["judged"]] == ["right", "wrong"]


def test_what_is_not_right_is_shown_on_demand(genie, cases):
    said = genie("plan", "--batch", cases, "--show")[1]
    assert "meant town (multiclass); said species (multiclass)" in said


def test_a_folder_without_cases_is_named(genie, tmp_path):
    code, _, complaint = genie("plan", "--batch", tmp_path)
    assert code == 2
    assert "cases.jsonl" in complaint


@pytest.mark.parametrize("arguments", [("--batch", "x", "penguins"), ("penguins",), ()])
def test_a_table_and_a_sentence_or_a_folder(genie, arguments):
    assert genie("plan", *arguments)[0] == 2
