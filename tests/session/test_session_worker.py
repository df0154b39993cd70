"""The worker's handle against small programs: one that answers, dies, is slow, or talks nonsense."""

import os
import signal
import threading

import pytest

from genie_widgets.schema import GenieError

ECHO = """
say({"type": "hello"})
say({"type": "ready"})
while (message := hear()) is not None:
    say({"id": message["id"], "ok": True, "value": message})
"""


def ask(handle, operation="ping", **arguments):
    return handle.request(operation, timeout_s=120.0, **arguments)


def problem_of(handle, **arguments):
    with pytest.raises(GenieError) as caught:
        handle.request("predict", **{"timeout_s": 120.0, **arguments})
    assert caught.value.problem.remedy
    return caught.value.problem


def test_it_asks_and_gets_the_answer(program, folder):
    handle = program(ECHO)(folder)
    assert handle.ready.wait(30)
    assert handle.is_alive
    assert ask(handle, "predict", input="a.parquet") == {
        "id": 1,
        "op": "predict",
        "language": "en",
        "input": "a.parquet",
    }
    assert ask(handle)["id"] == 2


def test_it_is_told_to_serve_only_where_asked(program, folder):
    start = program('say({"id": hear()["id"], "ok": True, "value": {"arguments": sys.argv[1:]}})')
    assert ask(start(folder))["arguments"] == [str(folder.path)]
    assert ask(start(folder, mode="serve"))["arguments"] == [str(folder.path), "--serve"]


def test_answers_find_their_questions_in_any_order(program, folder):
    handle = program(
        """
        first, second = hear(), hear()
        for message in (second, first):
            say({"id": message["id"], "ok": True, "value": {"word": message["word"]}})
        """
    )(folder)
    answers = {}
    threads = [
        threading.Thread(target=lambda word=word: answers.update({word: ask(handle, word=word)["word"]}))
        for word in ("a", "b")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {"a": "a", "b": "b"}


def test_the_workers_own_problem_is_told(program, folder):
    handle = program(
        """
        problem = {"code": "column-missing", "title": "Column a is missing.", "remedy": "Add it."}
        say({"id": hear()["id"], "ok": False, "problem": problem})
        """
    )(folder)
    assert problem_of(handle).code == "column-missing"


def test_a_worker_that_dies_over_a_question_says_so(program, folder):
    handle = program("hear()")(folder)
    problem = problem_of(handle)
    assert problem.code == "worker-died"
    assert "log" in problem.remedy


def test_a_worker_that_is_killed_says_so(program, folder):
    handle = program('say({"type": "ready"}); time.sleep(600)')(folder)
    assert handle.ready.wait(30)
    threading.Timer(0, os.kill, (handle.pid, signal.SIGKILL)).start()
    assert problem_of(handle).code == "worker-died"
    assert handle._process.wait(30) == -signal.SIGKILL
    assert not handle.is_alive


def test_a_worker_that_is_gone_is_not_waited_for(program, folder):
    handle = program("")(folder)
    handle._process.wait(30)
    assert problem_of(handle, timeout_s=600.0).code == "worker-died"
    assert not handle.is_alive


def test_nothing_is_left_open_of_a_worker_that_is_gone(program, folder):
    handle = program("")(folder)
    handle._ear.join(30)
    process = handle._process
    assert (process.stdin.closed, process.stdout.closed, process.returncode) == (True, True, 0)


def test_a_worker_that_is_slow_is_not_waited_for_for_ever(program, folder):
    handle = program("hear(); time.sleep(600)")(folder)
    problem = problem_of(handle, timeout_s=0.05)
    assert problem.code == "worker-slow"
    assert handle.is_alive


def test_a_late_answer_is_not_taken_for_the_next_ones(program, folder):
    handle = program(
        """
        late, other = hear(), hear()
        say({"id": late["id"], "ok": True, "value": {"of": "late"}})
        say({"id": other["id"], "ok": True, "value": {"of": "other"}})
        """
    )(folder)
    assert problem_of(handle, timeout_s=0.01).code == "worker-slow"
    assert ask(handle) == {"of": "other"}


@pytest.mark.parametrize(
    "nonsense",
    [
        "hello",
        "{",
        "42",
        "null",
        '"text"',
        "[1, 2]",
        "{}",
        '{"id": [1]}',
        '{"id": {"a": 1}, "ok": true}',
        '{"id": 99, "ok": true, "value": {}}',
        '{"type": ["ready"]}',
    ],
)
def test_nonsense_between_answers_is_passed_over(program, folder, nonsense):
    handle = program(
        f"""
        message = hear()
        say({nonsense!r})
        say({{"id": message["id"], "ok": True, "value": {{"after": "nonsense"}}}})
        hear()
        """
    )(folder)
    assert ask(handle) == {"after": "nonsense"}


def test_bytes_that_are_no_text_are_passed_over(program, folder):
    handle = program(
        """
        message = hear()
        sys.stdout.buffer.write(bytes(range(128, 256)) + bytes([10]))
        sys.stdout.buffer.flush()
        say({"id": message["id"], "ok": True, "value": {"after": "bytes"}})
        hear()
        """
    )(folder)
    assert ask(handle) == {"after": "bytes"}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"ok": True},
        {"ok": True, "value": None},
        {"ok": True, "value": [1]},
        {"ok": False},
        {"ok": False, "problem": None},
        {"ok": False, "problem": {"code": "c"}},
    ],
)
def test_an_answer_without_sense_is_a_problem_not_a_traceback(program, folder, answer):
    handle = program(f'say({{"id": hear()["id"], **{answer!r}}}); hear()')(folder)
    assert problem_of(handle).code == "worker-nonsense"


def test_what_the_worker_prints_to_its_error_stream_is_in_the_runs_log(program, folder):
    handle = program('sys.stderr.write("a library says hello"); sys.stderr.flush()')(folder)
    handle._process.wait(30)
    assert "a library says hello" in folder.log_path.read_text(encoding="utf-8")


def test_the_language_models_key_is_not_given_to_the_worker(program, folder, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("GENIE_MARK", "seen")
    handle = program('say({"id": hear()["id"], "ok": True, "value": dict(os.environ)})')(folder)
    environment = ask(handle)
    assert environment["GENIE_MARK"] == "seen"
    assert "sk-secret" not in environment.values()


def test_closing_lets_an_idle_worker_end_by_itself(program, folder):
    handle = program(ECHO)(folder)
    handle.close()
    assert handle._process.wait(30) == 0
    handle.close()
    assert problem_of(handle).code == "worker-died"


def test_a_worker_that_will_not_end_is_ended(program, folder, monkeypatch):
    monkeypatch.setattr("genie_widgets.session.process.CLOSE_TIMEOUT_S", 0.2)
    handle = program(
        """
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say({"type": "ready"})
        time.sleep(600)
        """
    )(folder)
    assert handle.ready.wait(30)
    handle.terminate()
    assert not handle.is_alive
