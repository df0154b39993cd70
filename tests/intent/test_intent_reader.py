"""The sentence reader: it cuts as the float model does, each text alone, and hostile texts are bounded."""

import threading

import numpy as np
import pytest

from genie_widgets.intent.reader.states import token_states
from genie_widgets.intent.reader.weights import weights
from genie_widgets.intent.reader.wordpiece import LONGEST_WORD, MOST_PIECES, WordPiece

ALONE = 3
# As the tokenizer of all-MiniLM-L6-v2 cuts them.
CUT = [
    ("Which customers are going to leave us next month?", "which customers are going to leave us next month ?"),
    ("Predict churn without customer_id, please!", "predict chu ##rn without customer _ id , please !"),
    ("Prédire le prix (en €) sans l'année", "pre ##di ##re le prix ( en € ) sans l ' anne ##e"),
    ("预测房价", "[UNK] [UNK] [UNK] [UNK]"),
    ("кто уйдёт?", "к ##т ##о у ##и ##д ##е ##т ?"),
    ("Kündigung: 3,5 %", "kun ##di ##gun ##g : 3 , 5 %"),
    ("the model's r² isn't 0.95...", "the model ' s r ##² isn ' t 0 . 95 . . ."),
    ("해지 예측", "ᄒ ##ᅢ ##ᄌ ##ᅵ [UNK]"),
    ("क्या वह जाएगा", "क ##य ##ा व ##ह ज ##ा ##ए ##ग ##ा"),
    ("tab\there\u200b and\x00 control", "tab here and control"),
    ("e-mail@x_y.com #1 <b>", "e - mail @ x _ y . com # 1 < b >"),
]


def read(texts):
    return [states.mean(axis=0) for states in token_states(texts, ALONE)]


@pytest.fixture(scope="module")
def tokens():
    rows = weights().tokenizer._rows
    return sorted(rows, key=rows.get)


@pytest.mark.parametrize(("text", "expected"), CUT)
def test_a_text_falls_into_the_pieces_of_the_real_tokenizer(tokens, text, expected):
    ids = weights().tokenizer.pieces(text)
    assert [tokens[i] for i in ids] == ["[CLS]", *expected.split(), "[SEP]"]


def test_a_word_that_is_not_known_falls_into_known_pieces():
    assert "xylophonists" not in weights().tokenizer._rows
    assert weights().tokenizer._rows["[UNK]"] not in weights().tokenizer.pieces("xylophonists zzyzx")


def test_a_part_that_nothing_is_known_of_makes_the_word_unknown():
    cut = WordPiece(["[UNK]", "[CLS]", "[SEP]", "ab", "##c"])
    assert cut.pieces("abc abd") == [1, 3, 4, 0, 2]


def test_what_is_read_beside_a_text_changes_nothing():
    texts = ["a", "how many eggs does a hen lay in a week", "", "price"]
    for text, vector in zip(texts, read(texts), strict=True):
        np.testing.assert_allclose(read([text])[0], vector, atol=1e-5)
        assert vector.dtype == np.float32
    assert token_states([], ALONE) == []


@pytest.mark.parametrize(
    "text",
    [
        "word " * 2_000, "x" * 10_000, " " * 10_000, "🦄" * 5_000, "\x00\x07\u202e" * 3_000,
        "!" * 10_000, "예" * 10_000, "é\u0301" * 5_000,
    ],
    ids=["words", "one word", "blanks", "emoji", "control", "signs", "Korean", "accents"],
)  # fmt: skip
def test_a_hostile_text_is_cut(text):
    [states] = token_states([text], ALONE)
    assert len(states) <= MOST_PIECES
    assert np.isfinite(states).all()


def test_a_long_word_is_one_unknown_piece():
    assert len(weights().tokenizer.pieces("x" * (LONGEST_WORD + 1))) == 3


def test_readers_at_once_leave_the_threads_as_they_were():
    from threadpoolctl import threadpool_info

    def threads():
        return [lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"]

    before = threads()
    readers = [threading.Thread(target=read, args=([f"price {i}"],)) for i in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert threads() == before
