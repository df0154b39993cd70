"""The sentence reader: it cuts and reads as the float model does, and hostile texts are bounded."""

import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent / "training"))
from reader import encode, token_states
from reader.weights import weights
from reader.wordpiece import LONGEST_WORD, MOST_PIECES, WordPiece

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
# Every 32nd number of the float model's vectors.
VECTORS = {
    "Which customers are going to leave us next month?": (
        0.0754, -0.0157, -0.0323, -0.0244, -0.015, 0.0071, -0.0199, -0.0487, 0.0116, 0.0216, 0.0361, -0.0493
    ),
    "Predict churn without customer_id, please!": (
        -0.1017, 0.1215, -0.0819, 0.0109, 0.0119, -0.0289, -0.0798, -0.0576, -0.0237, 0.0531, -0.0063, 0.0135
    ),
    "how many eggs does a hen lay": (
        0.0503, -0.0172, 0.0159, 0.0204, 0.0165, -0.0297, 0.0425, -0.0879, 0.0212, -0.0248, 0.0299, -0.0109
    ),
    "Prédire le prix (en €) sans l'année": (
        -0.0474, 0.0601, -0.0875, -0.0502, -0.0668, 0.056, -0.0459, -0.0143, 0.019, -0.0177, 0.0203, 0.0413
    ),
    "क्या वह जाएगा": (
        -0.0145, -0.0176, 0.0258, -0.0225, 0.0253, -0.0839, -0.0703, 0.0917, -0.0761, -0.0686, 0.0084, -0.0184
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def tokens():
    rows = weights().tokenizer._rows
    return sorted(rows, key=rows.get)


@pytest.mark.parametrize(("text", "expected"), CUT)
def test_a_text_falls_into_the_pieces_of_the_real_tokenizer(tokens, text, expected):
    ids = weights().tokenizer.pieces(text).ids
    assert [tokens[i] for i in ids] == ["[CLS]", *expected.split(), "[SEP]"]


def test_each_piece_says_where_it_stands():
    text = "Prédire l'année 3,5"
    spans = weights().tokenizer.pieces(text).spans
    assert spans[0] == spans[-1] == (0, 0)
    assert [text[low:high] for low, high in spans[1:-1]] == [
        "Pr\u00e9",
        "di",
        "re",
        "l",
        "'",
        "ann\u00e9",
        "e",
        "3",
        ",",
        "5",
    ]


def test_a_word_that_is_not_known_falls_into_known_pieces():
    assert "xylophonists" not in weights().tokenizer._rows
    assert weights().tokenizer._rows["[UNK]"] not in weights().tokenizer.pieces("xylophonists zzyzx").ids


def test_a_part_that_nothing_is_known_of_makes_the_word_unknown():
    cut = WordPiece(["[UNK]", "[CLS]", "[SEP]", "ab", "##c"])
    assert cut.pieces("abc abd").ids == [1, 3, 4, 0, 2]


@pytest.mark.parametrize("text", list(VECTORS))
def test_a_sentence_is_read_as_the_float_model_reads_it(text):
    made, expected = encode([text])[0][::32], np.array(VECTORS[text])
    assert np.dot(made, expected) / np.linalg.norm(made) / np.linalg.norm(expected) > 0.995


def test_what_is_read_beside_a_text_changes_nothing():
    texts = ["a", "how many eggs does a hen lay in a week", "", "price"]
    together = encode(texts)
    for text, vector in zip(texts, together, strict=True):
        np.testing.assert_allclose(encode([text])[0], vector, atol=1e-5)
    assert together.dtype == np.float32
    assert encode([]).shape == (0, together.shape[1])


def test_the_lower_layers_are_there():
    text = "drop the zip code"
    [deep], [shallow] = token_states([text]), token_states([text], depth=2)
    assert len(shallow.layers) == 3
    assert len(deep.layers) == 1 + len(weights().layers)
    np.testing.assert_allclose(deep.layers[2], shallow.layers[2], atol=1e-5)
    assert deep.within(9, 17) == [3, 4]
    assert text[slice(*deep.spans[3])] == "zip"


@pytest.mark.parametrize(
    "text",
    [
        "word " * 2_000, "x" * 10_000, " " * 10_000, "🦄" * 5_000, "\x00\x07\u202e" * 3_000,
        "!" * 10_000, "예" * 10_000, "é\u0301" * 5_000,
    ],
    ids=["words", "one word", "blanks", "emoji", "control", "signs", "Korean", "accents"],
)  # fmt: skip
def test_a_hostile_text_is_cut(text):
    [states] = token_states([text])
    assert len(states.spans) <= MOST_PIECES
    assert np.isfinite(states.layers[-1]).all()


def test_a_long_word_is_one_unknown_piece():
    assert len(weights().tokenizer.pieces("x" * (LONGEST_WORD + 1)).ids) == 3


def test_readers_at_once_leave_the_threads_as_they_were():
    from threadpoolctl import threadpool_info

    def threads():
        return [lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas"]

    before = threads()
    readers = [threading.Thread(target=encode, args=([f"price {i}"],)) for i in range(8)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert threads() == before


def test_importing_it_loads_no_weights():
    check = (
        "import reader.states as s; from reader.weights import weights;"
        "import sys; assert not weights.cache_info().currsize and 'threadpoolctl' not in sys.modules"
    )
    training = Path(__file__).parent / "training"
    done = subprocess.run(
        [sys.executable, "-c", check], check=False, capture_output=True, text=True, timeout=60, cwd=training
    )
    assert done.returncode == 0, done.stderr
