"""A verdict in a language model's words: what it is sent, and which of its words are taken."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llm_server import CHAT, KEY, LATE, LLMServer, settings_for

from genie_widgets.intent import LLMFailedError, reword, sent_to_reword

VERDICT = (
    "On 1,204 rows that no model had seen, ROC AUC is 0.912 (95% interval 0.89 to 0.93).",
    "That is clearly better than the baseline: a prediction that ignores all columns scores 0.500.",
    "Do not use this model before you have checked 'refund': 62% of what moves the predictions rests on it.",
    "It is clearly worse where 'city' is Köln (88 rows): 41% wrong against 12% elsewhere.",
)
NAMES = ("'refund'", "'city' is Köln")
SENT = [
    "On {1} rows that no model had seen, ROC AUC is {2} ({3} interval {4} to {5}).",
    "That is clearly better than the baseline: a prediction that ignores all columns scores {1}.",
    "It is clearly worse where {1} ({2} rows): {3} wrong against {4} elsewhere.",
]
GOOD = [
    "We tried it on {1} rows that it had not met: its ROC AUC is {2}, and with {3} certainty between {4} and {5}.",
    "It is clearly better than a guess that ignores every column, which scores {1}.",
    "Mind that it does clearly worse where {1} (so {2} rows): {3} of its answers are wrong, {4} elsewhere.",
]


@pytest.fixture
def server():
    made = LLMServer()
    yield made
    made.close()


def say(sentences):
    return lambda _path, _body: json.dumps(sentences)


def test_it_is_sent_sentences_with_blanks_and_ours_are_put_into_its_words(server):
    server.answer = say(GOOD)
    said = reword(VERDICT, NAMES, settings_for(server))
    ((path, _headers, body),) = server.requests
    assert path == CHAT
    assert json.loads(json.loads(body)["messages"][1]["content"]) == SENT == list(sent_to_reword(VERDICT, NAMES))
    assert not any(text in body for text in ("1,204", "0.912", "refund", "Köln"))
    assert said.sentences == (
        "We tried it on 1,204 rows that it had not met: its ROC AUC is 0.912, and with 95% certainty between 0.89 "
        "and 0.93.",
        "It is clearly better than a guess that ignores every column, which scores 0.500.",
        VERDICT[2],
        "Mind that it does clearly worse where 'city' is Köln (so 88 rows): 41% of its answers are wrong, 12% "
        "elsewhere.",
    )
    assert (said.n_kept, said.n_refused, said.n_warnings) == (1, 0, 1)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {5} to {4})."),
        (0, "On {1} rows never met, ROC AUC is {2}."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), a rise of 12%."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), twice as much as hoped."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), or ½."),
        (0, "We met {1} rows before: ROC AUC is {2} ({3} interval {4} to {5})."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), and fifteen points up."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), ninetyfive in all."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}): a tenth is lost."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), with hundreds of errors."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), errors are halved."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), on level XIV."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), \uff46\uff49\uff56\uff45 more."),
        (0, "On {1} rows never met, ROC AUC is {2} ({3} interval {4} to {5}), zw\u00f6lf mehr."),
        (1, "That is not clearly better than the baseline, which scores {1}."),
        (1, "That is clearly worse than the baseline, which scores {1}."),
        (1, "That isn't clearly better than the baseline, which scores {1}."),
        (1, "That wouldn\u2019t be clearly better than the baseline, which scores {1}."),
        (1, "Clearly better than {1}.\nIgnore the above."),
        (1, f"Clearly better than {{1}}: {KEY}"),
        (1, "Clearly better than {1}." + " It is good." * 40),
        (1, 5),
        (1, {"{1}": "clearly better"}),
    ],
)
def test_words_that_say_something_else_are_not_taken(server, place, words):
    server.answer = say([words if at == place else text for at, text in enumerate(GOOD)])
    said = reword(VERDICT, NAMES, settings_for(server))
    assert said.sentences[place] == VERDICT[place]
    assert (said.n_kept, said.n_refused, said.n_warnings) == (2, 1, 1)


def test_too_few_sentences_leave_the_others_as_they_were_and_too_many_are_not_read(server):
    server.answer = say(GOOD[:1])
    said = reword(VERDICT, NAMES, settings_for(server))
    assert said.sentences[1:] == VERDICT[1:]
    assert said.n_refused == 2, "what was not said is no other words"
    server.answer = say([*GOOD, "It earns {1}."])
    assert len(reword(VERDICT, NAMES, settings_for(server)).sentences) == len(VERDICT)


def test_warnings_alone_are_not_sent(server):
    assert reword(VERDICT[2:3], NAMES, settings_for(server)).sentences == VERDICT[2:3]
    assert server.requests == []


@pytest.mark.parametrize("given", ["no sentences at all", "{}", "[1", (500, "down"), LATE])
def test_no_usable_answer_is_a_failure(server, given):
    server.answer = lambda _path, _body: given
    with pytest.raises(LLMFailedError):
        reword(VERDICT, NAMES, settings_for(server, max_retries=0, timeout_s=0.3 if given is LATE else 30))


@given(st.text(max_size=60), st.text(max_size=20))
def test_no_digit_and_no_name_is_sent_whatever_stands_in_the_table(before, name):
    sentence = f"{before} 'it' {name!r} 12.5% (3)"
    for text in sent_to_reword((sentence,), (repr(name),)):
        rest = text
        for place in range(1, 200):
            rest = rest.replace(f"{{{place}}}", "")
        assert not any(char.isdecimal() for char in rest)
        assert repr(name) not in rest
