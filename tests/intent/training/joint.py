"""The joint layers in JAX: what `train_reader.py` trains, and the loss that it is trained by."""

from operator import attrgetter

import jax
import jax.numpy as jnp
import numpy as np
from sequences import PARTS, WIDTH

from genie_widgets.intent.reader.encoder import HEADS
from genie_widgets.intent.roles import ROLES
from genie_widgets.intent.wished import N_WISHES

HIDDEN, OF_ROLE = 64, 48
DROPPED = 0.2
MATRICES = ("asked", "mixed", "wide", "narrow")
NORMS = ("norm_mixed", "norm_out")
# What the kind of request counts beside the column.
OF_SENTENCE, OF_REQUEST = 0.25, 0.5
# What the roles count.
OF_ROLES = 0.5
# The first kinds, a prediction and a vague request, are not refused.
N_KEPT = 2


def layers_of(layers):
    """The arrays of the encoder's layers."""
    names = [f"{name}.{part}" for name in (*MATRICES, *NORMS) for part in ("weight", "bias")]
    return [{name: np.asarray(attrgetter(name)(layer)) for name in names} for layer in layers]


def beginning(words, lower, layers, n_evidence, n_kinds, by_wishes, rng):
    """Weights to begin with: the ranker is trusted, and what speaks for a wish by a linear model's weights and bias."""

    def random(n_in, n_out, scale=1.0):
        return rng.normal(0, scale / np.sqrt(n_in), (n_in, n_out)).astype("f")

    head = {
        "types": np.zeros((3, WIDTH), "f"), "told": np.zeros((n_evidence, WIDTH), "f"),
        "role_said": random(WIDTH, OF_ROLE), "role_card": random(WIDTH, OF_ROLE),
        "role_evidence": random(n_evidence, OF_ROLE, 0.35),
        "role_bias": np.zeros(OF_ROLE, "f"), "role_out": random(OF_ROLE, len(ROLES)),
        "role_straight": np.float32(by_wishes[0]), "role_out_bias": np.float32(by_wishes[1]),
        "of_card": random(WIDTH, HIDDEN), "of_nearness": random(3, HIDDEN, 0.35),
        "of_evidence": random(n_evidence, HIDDEN, 0.35),
        "bias": np.zeros(HIDDEN, "f"), "out": np.zeros(HIDDEN, "f"),
        "none_title": np.zeros(WIDTH, "f"), "none_sentence": np.zeros(WIDTH, "f"), "none_bias": np.zeros((), "f"),
        "trust": np.ones(2, "f"), "kinds": np.zeros((WIDTH, n_kinds), "f"), "kinds_bias": np.zeros(n_kinds, "f"),
    }  # fmt: skip
    return {"words": words, "lower": layers_of(lower), "layers": layers_of(layers), "head": head}


def norm(layer, name, x):
    centred = x - x.mean(-1, keepdims=True)
    return (
        centred * jax.lax.rsqrt((centred**2).mean(-1, keepdims=True) + 1e-12) * layer[f"{name}.weight"]
        + layer[f"{name}.bias"]
    )


def dense(layer, name, x):
    return x @ layer[f"{name}.weight"] + layer[f"{name}.bias"]


def embedded(words, table, batch):
    """The states before the first layer; `table` tells the pieces and places that a batch gives the numbers of."""
    ids, places = (own[batch["pieces"]] for own in table)
    return norm(words, "norm", words["pieces"][ids] + words["places"][places])


def read_alone(layers, x, part):
    """Let each part read itself."""
    return read(layers, x, part[:, :, None] == part[:, None, :])


def read_together(layers, x, part):
    """Let all parts read the sentence and each other; the sentence reads itself."""
    return read(layers, x, (part[:, None, :] == 0) | ((part[:, :, None] > 0) & (part[:, None, :] > 0)))


def read(layers, x, heard):
    n, length, _ = x.shape
    away = jnp.where(heard, 0.0, -1e9)[:, None]
    for layer in layers:
        asked = dense(layer, "asked", x).reshape(n, length, 3, HEADS, WIDTH // HEADS)
        query, key, value = (asked[:, :, i] for i in range(3))
        scores = jnp.einsum("bqhd,bkhd->bhqk", query, key) * (WIDTH // HEADS) ** -0.5 + away
        mixed = jnp.einsum("bhqk,bkhd->bqhd", jax.nn.softmax(scores, -1), value).reshape(n, length, WIDTH)
        x = norm(layer, "norm_mixed", x + dense(layer, "mixed", mixed))
        x = norm(layer, "norm_out", x + dense(layer, "narrow", jax.nn.gelu(dense(layer, "wide", x))))
    return x


def means(x, part, n_parts):
    """The mean of each part's pieces, shape (n, n_parts, width)."""
    member = (part[:, None, :] == jnp.arange(n_parts)[None, :, None]).astype(x.dtype)
    return jnp.einsum("bpl,bld->bpd", member, x) / jnp.maximum(member.sum(-1), 1)[..., None]


def nearness(whole, there):
    """How near in meaning each column is to the sentence, and how much less than the mean and the nearest."""
    unit = whole * jax.lax.rsqrt((whole**2).sum(-1, keepdims=True) + 1e-6)
    near = jnp.einsum("bpd,bd->bp", unit[:, 2:], unit[:, 0])
    mean = (near * there).sum(1, keepdims=True) / there.sum(1, keepdims=True)
    nearest = jnp.where(there, near, -1.0).max(1, keepdims=True)
    return jnp.stack([6 * (near - 0.2), 8 * (near - mean), 8 * (near - nearest)], axis=-1)


def dropped(x, key):
    if key is None:
        return x
    return x * jax.random.bernoulli(key, 1 - DROPPED, x.shape) / (1 - DROPPED)


def column_logits(p, table, batch, key=None):
    """Scores of the columns and last of none, of the columns' roles, and of the kinds of request."""
    head, part = p["head"], batch["part"]
    kind_of_part = jnp.minimum(jnp.arange(PARTS), 2)
    added = head["types"][kind_of_part] + jnp.pad(batch["x"] @ head["told"], ((0, 0), (2, 0), (0, 0)))
    member = (part[:, :, None] == jnp.arange(PARTS)).astype("f")
    x = read_alone(p["lower"], embedded(p["words"], table, batch), part)
    x = read_together(p["layers"], x + jnp.einsum("blp,bpd->bld", member, added), part)
    whole = means(x, part, PARTS)
    said = jnp.einsum("bcl,bld->bcd", batch["said"].astype("f"), x)
    near = nearness(whole, batch["logs"][:, :-1] > -20)
    whole, said = dropped(whole, key), dropped(said, key)
    hidden = whole[:, 2:] @ head["of_card"] + near @ head["of_nearness"] + batch["x"] @ head["of_evidence"]
    hidden = jnp.tanh(hidden + head["bias"])
    scores = head["trust"][0] * batch["logs"][:, :-1] + hidden @ head["out"]
    none = whole[:, 1] @ head["none_title"] + whole[:, 0] @ head["none_sentence"] + head["none_bias"]
    none = head["trust"][1] * batch["logs"][:, -1] + none
    hidden = said @ head["role_said"] + whole[:, 2:] @ head["role_card"] + batch["x"] @ head["role_evidence"]
    hidden = jnp.tanh(hidden + head["role_bias"])
    straight = batch["x"][:, :, -N_WISHES:] @ head["role_straight"]
    roles = hidden @ head["role_out"] + straight + head["role_out_bias"]
    kinds = whole[:, 0] @ head["kinds"] + head["kinds_bias"]
    return jnp.concatenate([scores, none[:, None]], axis=1), roles, kinds


def kind_logits(p, table, batch, key=None):
    """Scores of the kinds of request, of sentences alone."""
    head = p["head"]
    x = read_alone(p["lower"], embedded(p["words"], table, batch), batch["part"])
    x = read_together(p["layers"], x + head["types"][0], batch["part"])
    return dropped(means(x, batch["part"], 1)[:, 0], key) @ head["kinds"] + head["kinds_bias"]


def loss(p, table, batch, requests, key):
    """Of the column that is meant, of the roles, and of the kind of request (0 is a prediction)."""
    one, other = jax.random.split(key)
    columns, roles, kinds = column_logits(p, table, batch, one)
    right = jax.nn.logsumexp(jnp.where(batch["wanted"] > 0, columns, -jnp.inf), axis=1)
    missed = ((jax.nn.logsumexp(columns, axis=1) - right) * batch["weight"]).sum() / batch["weight"].sum()
    means_column = batch["weight"] * (batch["wanted"][:, -1] == 0)
    doubted = -(jax.nn.log_softmax(kinds)[:, 0] * means_column).sum() / jnp.maximum(means_column.sum(), 1)
    own = jnp.take_along_axis(jax.nn.log_softmax(roles), batch["role"][:, :, None], axis=2)[:, :, 0]
    there = (batch["logs"][:, :-1] > -20) * batch["told"][:, None]
    mixed_up = -(own * there).sum() / jnp.maximum(batch["told"].sum(), 1)
    told = jax.nn.log_softmax(kind_logits(p, table, requests, other))
    kind = requests["kind"]
    own = jnp.take_along_axis(told, jnp.maximum(kind, 0)[:, None], axis=1)[:, 0]
    # Of some it is only known that they are to be refused.
    mistaken = -jnp.where(kind < 0, jax.nn.logsumexp(told[:, N_KEPT:], axis=1), own).mean()
    total = missed + OF_SENTENCE * doubted + OF_ROLES * mixed_up + OF_REQUEST * mistaken
    return total, (missed, doubted, mixed_up, mistaken)
