"""The private pipe carries JSON lines; whatever else a library prints goes to the log."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import os, sys
from pathlib import Path
from genie_widgets.worker.protocol import Pipe
pipe = Pipe(Path(sys.argv[1]))
{body}
"""
ECHO = """
while (message := pipe.hear(60)) is not None:
    pipe.say({"heard": message})
pipe.say({"closed": pipe.is_closed.is_set()})
"""


@pytest.fixture
def talk(tmp_path):
    def run(body, sent=b""):
        command = [sys.executable, "-c", PROGRAM.format(body=body), str(tmp_path / "log.txt")]
        done = subprocess.run(command, input=sent, capture_output=True, timeout=120, check=False)
        log = (tmp_path / "log.txt").read_text(encoding="utf-8")
        assert done.returncode == 0, log
        assert done.stderr == b""
        return [json.loads(line) for line in done.stdout.splitlines()], log

    return run


def test_messages_are_heard_in_their_order_and_the_end_is_told(talk):
    said, _ = talk(ECHO, b'{"op": "a"}\n{"op": "b"}\n')
    assert said == [{"heard": {"op": "a"}}, {"heard": {"op": "b"}}, {"closed": True}]


@pytest.mark.parametrize(
    "nonsense",
    [b"", b"hello", b"{", b"[1]", b"42", b"null", b"\xff\xfe\x80", b"\0", b"[" * 100_000, b'{"op": "\xff"}'],
    ids=lambda nonsense: repr(nonsense[:12]),
)
def test_nonsense_is_passed_over_and_what_follows_is_heard(talk, nonsense):
    said, _ = talk(ECHO, nonsense + b'\n{"op": "after"}\n')
    assert said == [{"heard": {"op": "after"}}, {"closed": True}]


def test_any_text_crosses_unharmed(talk):
    word = 'größe 👩‍🔬 "quoted"\nline\u2028 \ud800'
    said, _ = talk(ECHO, json.dumps({"word": word}).encode() + b"\n")
    assert said[0] == {"heard": {"word": word}}


def test_whatever_is_printed_goes_to_the_log(talk):
    body = """
print("from print")
sys.stderr.write("from stderr\\n")
os.write(1, b"from C, 1\\n")
os.write(2, b"from C, 2\\n")
os.system("echo from a child")
sys.stdout.flush()
pipe.say({"only": "this"})
"""
    said, log = talk(body)
    assert said == [{"only": "this"}]
    for words in ("from print", "from stderr", "from C, 1", "from C, 2", "from a child"):
        assert words in log


def test_the_log_is_continued_and_its_owners_alone(talk, tmp_path):
    (_, first), (_, second) = talk("print('one', flush=True)"), talk("print('two', flush=True)")
    assert (first, second) == ("one\n", "one\ntwo\n")
    assert (tmp_path / "log.txt").stat().st_mode & 0o077 == 0


def test_a_message_awaited_in_vain_is_none(talk):
    said, _ = talk("""
heard = pipe.hear(0)
pipe.say({"heard": heard})
""")
    assert said == [{"heard": None}]


def test_a_listener_that_is_gone_is_no_error(tmp_path):
    body = """
pipe.hear(60)
for _ in range(3):
    pipe.say({"word": "x" * 100_000})
print("still here", pipe.is_closed.is_set(), flush=True)
"""
    command = [sys.executable, "-c", PROGRAM.format(body=body), str(tmp_path / "log.txt")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.close()
        process.stdin.close()
        process.wait(120)
    assert (tmp_path / "log.txt").read_text() == "still here True\n"
