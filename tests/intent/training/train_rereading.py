"""Train the second reading of the likeliest columns, and say how good it is on tables that it has not seen.

    V/bin/pip install jax    # in an environment V that has Genie; JAX gives the gradients, numpy runs what is shipped
    V/bin/python tests/intent/training/train_rereading.py --keep FOLDER [--share 0.5] [--members 3]

Tables that have half of their columns in common are kept together. A ninth of them, and all of cases/dev, are only for
checking; a ninth ends the training and calibrates. The ranker's probabilities come from rankers that saw none of a
table's sentences. FOLDER keeps the evidence and the encoder's states, which take minutes; a member then takes one more.
Writes rereading.npz into FOLDER unless --share is given; `rereading.py` runs it.
"""

import argparse
import hashlib
import pickle
import random
import re
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from describing import described, request_read
from material import HERE, Example, cases, from_templates, questions, written
from reader import token_states
from rereading import BEST, HEADS, KEENNESS, LEAST, MOST_CARD_PIECES, MOST_PIECES, Read, nearness
from train_ranker import ensemble

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.features import Evidences, evidence_for

LOOKED, HIDDEN, WIDTH = 64, 64, 384
EPOCHS, BATCH, RATE, DECAY, DROPPED = 3, 16, 1e-3, 0.1, 0.4
# Of the columns that are read again so many are learned from: the right ones and likely others.
COMPARED = 6
FOLDS = 3


def number_of(name):
    """A number below 100 that a name always has."""
    return int(hashlib.md5(name.encode()).hexdigest(), 16) % 100


def gathered():
    """Every written sentence, by table and where it comes from."""
    sources = {("tables", name): list(examples) for name, examples in written().items()}
    for path in sorted((*HERE.glob("harder_*.txt"), *HERE.glob("public_*.txt"))):
        sources |= {(path.stem, name): examples for name, examples in written(path).items()}
    for name, examples in cases(HERE.parent / "cases" / "dev").items():
        sources["dev", name] = list(examples)
    for name, examples in questions().items():
        folder, _, file = name.rpartition("/")
        sources.setdefault(("dev", file) if folder == "dev" else ("tables", name), []).extend(examples)
    return {source: examples for source, examples in sources.items() if examples}


def clusters(sources):
    """Name for each table the first of those that share their columns with it."""
    tables = sorted(sources)
    names = [{re.sub(r"[\W_]", "", c.casefold()) for c in sources[t][0].profile.column_names} for t in tables]
    first = list(range(len(tables)))

    def root(i):
        while first[i] != i:
            i = first[i]
        return i

    for i in range(len(tables)):
        for j in range(i):
            common = len(names[i] & names[j])
            if common >= 3 and common >= len(names[i] | names[j]) / 2:
                first[root(i)] = root(j)
    return {table: tables[root(i)] for i, table in enumerate(tables)}


def rows_of(sources):
    """Evidence and texts of every sentence, and what the table is for."""
    group = clusters(sources)
    checked = {group[table] for table in sources if table[0] == "dev"}
    rows = []
    for table, examples in sources.items():
        profile, cluster = examples[0].profile, "/".join(group[table])
        part = "train" if number_of(cluster) >= 22 else "test" if number_of(cluster) < 11 else "validate"
        part = "dev" if group[table] in checked else part
        cards = [described(column) for column in profile.columns]
        rng = random.Random(table[1])
        for example in [*examples, *from_templates(profile, rng, 2)]:
            rest = find_constraints(example.prompt, profile).rest
            evidence = evidence_for(rest, profile)
            right = [i for i, name in enumerate(profile.column_names) if name in example.right]
            rows.append({
                "part": part, "cluster": cluster, "lang": example.lang, "weight": example.weight,
                "right": right or [len(cards)], "x": np.float32(evidence.matrix), "world": np.float32(evidence.world),
                "sentence": request_read(rest, profile.name), "cards": cards,
            })  # fmt: skip
    return rows


def evidence_of(row):
    return Evidences(row["x"].astype(float), row["world"].astype(float), [])


def rank_unseen(rows):
    """Give each row the probabilities by a ranker that saw none of its table's sentences."""

    def fit(chosen, members=1):
        nobody = Example(None, "", frozenset(), "")
        told = [(evidence_of(r), r["right"], Example(**{**nobody.__dict__, "weight": r["weight"]})) for r in chosen]
        return ensemble(told, n_members=members)

    known = [row for row in rows if row["part"] in ("train", "validate")]
    for fold in range(FOLDS):
        inside = [number_of("fold" + row["cluster"]) % FOLDS == fold for row in known]
        made = fit([row for row, left_out in zip(known, inside, strict=True) if not left_out])
        for row, left_out in zip(known, inside, strict=True):
            if left_out:
                row["first"] = made.probabilities(evidence_of(row))
    made = fit(known, 3)
    for row in rows:
        if row["part"] not in ("train", "validate"):
            row["first"] = made.probabilities(evidence_of(row))


def states_of(texts, most):
    """The encoder's states of each text."""
    unique = sorted(set(texts), key=len)
    made = {}
    for start in range(0, len(unique), 512):
        chosen = unique[start : start + 512]
        for text, states in zip(chosen, token_states(chosen, most=most), strict=True):
            made[text] = (np.float16(states.layers[-2]), states.layers[-1].mean(axis=0))
    return made


class Batches:
    """Rows as arrays: the ranker's best columns of each, best first.

    Parameters
    ----------
    rows : list of dict
        From `rows_of`, with `first`.
    states : dict
        Of all texts.
    scaling : tuple
        Mean and scale of the evidence; mean of the pieces and how much too long they are.
    """

    def __init__(self, rows, states, scaling):
        mean, scale, self.centre, self.spread = scaling
        self.examples = [self._example(row, states, mean, scale) for row in rows]

    def _example(self, row, states, mean, scale):
        first = row["first"]
        best = np.argsort(-first[:-1], kind="stable")[:BEST]
        logs = np.log(np.float32(first[[*best, -1]]) + LEAST)
        cards = [Read(*states["cards"][row["cards"][i]]) for i in best]
        sentence = Read(*states["sentences"][row["sentence"]])
        x = np.clip((row["x"][best] - mean) / scale, -5, 5)
        x = np.concatenate([x, nearness(cards, sentence, logs[:-1])], axis=1)
        wanted = np.float32([i in row["right"] for i in (*best, len(first) - 1)])
        # A table of few columns: as if it had more, which nobody means.
        few = [len(best)] * (BEST - len(best))
        logs, wanted = np.insert(logs, few, -30), np.insert(wanted, few, 0)
        return row, sentence.pieces, [card.pieces for card in cards], x, logs, wanted

    def arrays(self, chosen, rng=None):
        """A batch; with `rng` of fewer columns, the right ones among them."""
        n = BEST if rng is None else COMPARED
        examples = [self.examples[i] for i in chosen]
        length = 20 if max(len(e[1]) for e in examples) <= 20 else MOST_PIECES
        made = {
            "sentence": np.zeros((len(chosen), length, WIDTH), "f"), "there": np.zeros((len(chosen), length), bool),
            "cards": np.zeros((len(chosen), n, MOST_CARD_PIECES, WIDTH), "f"),
            "in_card": np.zeros((len(chosen), n, MOST_CARD_PIECES), bool),
            "x": np.zeros((len(chosen), n, examples[0][3].shape[1]), "f"),
            "logs": np.full((len(chosen), n + 1), -30, "f"), "wanted": np.zeros((len(chosen), n + 1), "f"),
            "weight": np.array([e[0]["weight"] for e in examples], "f"),
        }  # fmt: skip
        for b, (_, sentence, cards, x, logs, wanted) in enumerate(examples):
            kept = np.arange(len(cards))
            if rng is not None:
                likely = logs[: len(cards)] + 0.7 * rng.gumbel(size=len(cards))
                kept = np.lexsort((-likely, -wanted[: len(cards)]))[:n]
            made["sentence"][b, : len(sentence)], made["there"][b, : len(sentence)] = sentence, True
            for k, i in enumerate(kept):
                made["cards"][b, k, : len(cards[i])], made["in_card"][b, k, : len(cards[i])] = cards[i], True
            made["in_card"][b, len(kept) :, 0] = True
            made["x"][b, : len(kept)] = x[kept]
            made["logs"][b, [*range(len(kept)), -1]] = logs[[*kept, -1]]
            made["wanted"][b, [*range(len(kept)), -1]] = wanted[[*kept, -1]]
        for name, there in (("sentence", "there"), ("cards", "in_card")):
            made[name] = (made[name] - self.centre) / self.spread * made[there][..., None]
        return made


def beginning(n_evidence, rng):
    """Weights to begin with: the ranker is trusted, and nothing is added to it."""

    def random(n_in, n_out, scale=1.0):
        return rng.normal(0, scale / np.sqrt(n_in), (n_in, n_out)).astype("f")

    return {
        "ask": random(WIDTH, LOOKED), "heard": random(WIDTH, LOOKED), "own": random(WIDTH, LOOKED),
        "differs": np.zeros((WIDTH, LOOKED), "f"), "keen": np.ones(HEADS, "f"),
        "joined": random(3 * LOOKED + HEADS, WIDTH), "joined_bias": np.zeros(WIDTH, "f"),
        "of_joined": random(WIDTH, HIDDEN), "of_evidence": random(n_evidence, HIDDEN, 0.35),
        "bias": np.zeros(HIDDEN, "f"), "out": np.zeros(HIDDEN, "f"),
        "none": np.zeros(WIDTH, "f"), "none_bias": np.zeros((), "f"), "trust": np.ones(2, "f"),
    }  # fmt: skip


def by_head(x, unit=False):
    parts = x.reshape(*x.shape[:-1], HEADS, -1)
    return parts / jnp.sqrt((parts**2).sum(-1, keepdims=True) + 1e-6) if unit else parts


def logits(p, batch, key=None):
    """As `Rereading.probabilities` computes them, for many sentences at once."""
    sentence, cards, there, in_card = (batch[name] for name in ("sentence", "cards", "there", "in_card"))
    answer, ask = by_head(sentence @ p["ask"], True), by_head(cards @ (p["ask"] + p["differs"]), True)
    near = jnp.einsum("bkchd,bshd->bkhcs", ask, answer)
    share = jax.nn.softmax(
        jnp.where(there[:, None, None, None], KEENNESS * p["keen"][:, None, None] * near, -jnp.inf), axis=-1
    )
    found = jnp.einsum("bkhcs,bshd->bkchd", share, by_head(sentence @ p["heard"])).reshape(*cards.shape[:3], LOOKED)
    own = jnp.tanh(cards @ p["own"])
    made = jnp.concatenate([own, found, own * found, 3 * (share * near).sum(-1).transpose(0, 1, 3, 2)], axis=-1)
    counts = in_card.sum(2)[..., None]
    joined = jnp.tanh((made * in_card[..., None]).sum(2) / counts @ p["joined"] + p["joined_bias"])
    whole = sentence.sum(1) / there.sum(1)[:, None]
    if key is not None:
        one, other = jax.random.split(key)
        joined *= jax.random.bernoulli(one, 1 - DROPPED, joined.shape) / (1 - DROPPED)
        whole *= jax.random.bernoulli(other, 1 - DROPPED, whole.shape) / (1 - DROPPED)
    scores = jnp.tanh(joined @ p["of_joined"] + batch["x"] @ p["of_evidence"] + p["bias"]) @ p["out"]
    none = batch["logs"][:, -1] * p["trust"][1] + whole @ p["none"] + p["none_bias"]
    return jnp.concatenate([batch["logs"][:, :-1] * p["trust"][0] + scores, none[:, None]], axis=1)


def loss(p, batch, key):
    made = logits(p, batch, key)
    right = jax.nn.logsumexp(jnp.where(batch["wanted"] > 0, made, -jnp.inf), axis=1)
    return ((jax.nn.logsumexp(made, axis=1) - right) * batch["weight"]).sum() / batch["weight"].sum()


@jax.jit
def stepped(p, first, second, batch, key, rate, step):
    """One step of Adam with decay of the weights; the ranker stays trusted."""
    gradient = jax.grad(loss)(p, batch, key)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)

    def new(p, m, v):
        return p - rate * (m / (1 - 0.9**step) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8) + DECAY * p)

    trust = p["trust"]
    made = jax.tree.map(new, p, first, second)
    return {**made, "trust": made["trust"] + rate * DECAY * trust}, first, second


scored = jax.jit(logits)


def in_batches(examples, rng=None):
    """Batches of sentences of like length; with `rng` in a random order, and none that is not full."""
    order = np.arange(len(examples)) if rng is None else rng.permutation(len(examples))
    made = []
    for start in range(0, len(order), 16 * BATCH):
        near = sorted(order[start : start + 16 * BATCH], key=lambda i: len(examples[i][1]))
        made += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
    if rng is None:
        return made
    full = [chosen for chosen in made if len(chosen) == BATCH]
    return [full[i] for i in rng.permutation(len(full))]


def scores_of(p, batches):
    made = np.zeros((len(batches.examples), BEST + 1), "f")
    for chosen in in_batches(batches.examples):
        padded = [*chosen, *[chosen[0]] * (BATCH - len(chosen))]
        made[chosen] = np.asarray(scored(p, batches.arrays(padded)))[: len(chosen)]
    return made


def member(train, validate, seed):
    """Train one member, and keep it as it was when it did best on the tables that end the training."""
    rng = np.random.default_rng(seed)
    learned = [i for i, e in enumerate(train.examples) if e[5].any() and (e[0]["weight"] == 1 or rng.random() < 0.2)]
    subset = [train.examples[i] for i in learned]
    p = beginning(subset[0][3].shape[1], rng)
    first, second = (jax.tree.map(np.zeros_like, p) for _ in range(2))
    total, step, key, best = EPOCHS * (len(subset) // BATCH), 0, jax.random.PRNGKey(seed), (np.inf, p)
    for epoch in range(EPOCHS):
        for chosen in in_batches(subset, rng):
            step, (key, used) = step + 1, jax.random.split(key)
            rate = RATE * min(1, step / 60) * max(0.02, 1 - step / total)
            batch = train.arrays([learned[i] for i in chosen], rng)
            p, first, second = stepped(p, first, second, batch, used, rate, step)
        missed = missed_by(scores_of(p, validate), validate, 1.0)
        print(f"  member {seed}, after {epoch + 1}: {missed:.3f}", flush=True)
        best = min(best, (missed, jax.tree.map(np.asarray, p)), key=lambda one: one[0])
    return best[1]


def probabilities(made, sharpness):
    exp = np.exp(sharpness * (made - made.max(1, keepdims=True)))
    return exp / exp.sum(1, keepdims=True)


def missed_by(made, batches, sharpness):
    """What is lost: minus the logarithm of the right ones' probability."""
    wanted = np.stack([e[5] for e in batches.examples])
    return float(-np.log((probabilities(made, sharpness) * wanted).sum(1) + 1e-3).mean())


def tell(name, made, batches, sharpness=1.0):
    """Print how often the right column is first, and how many are right where few are wrong."""
    wanted = np.stack([e[5] for e in batches.examples])
    asked = np.array([e[0]["weight"] == 1 and e[0]["right"][0] < len(e[0]["cards"]) for e in batches.examples])
    english = np.array([e[0]["lang"] == "en" for e in batches.examples])
    p = probabilities(made, sharpness)
    order = np.argsort(-p[:, :-1], axis=1)
    hit, sure = np.take_along_axis(wanted, order[:, :3], axis=1), p[np.arange(len(p)), order[:, 0]]
    right = hit[:, 0] > 0
    told = []
    for few in (0.02, 0.05):
        at = [t for t in np.linspace(0, 1, 201) if (asked & ~right & (sure >= t)).sum() <= few * asked.sum()]
        told.append(f"{(asked & right & (sure >= at[0])).sum() / asked.sum():.1%}" if at else "none")
    print(f"{name}: {asked.sum()}, first {right[asked].mean():.1%}", end=" ")
    print(f"(English {right[asked & english].mean():.1%}, others {right[asked & ~english].mean():.1%}),", end=" ")
    print(f"among three {hit.max(1)[asked].mean():.1%}; right where 2% and 5% are wrong: {', '.join(told)}", flush=True)


def kept(path, make):
    """Load what was made before, or make it."""
    if not path.exists():
        path.write_bytes(pickle.dumps(make()))
    return pickle.loads(path.read_bytes())


def prepared(folder):
    folder.mkdir(parents=True, exist_ok=True)

    def ranked():
        rows = rows_of(gathered())
        rank_unseen(rows)
        return rows

    rows = kept(folder / "rows.pkl", ranked)

    def states():
        cards = {card for row in rows for card in row["cards"]}
        return {
            "cards": states_of(cards, MOST_CARD_PIECES),
            "sentences": states_of([row["sentence"] for row in rows], MOST_PIECES),
        }

    return rows, kept(folder / "states.pkl", states)


def shipped(members, scaling, sharpness):
    """The arrays of `Rereading`."""
    stacked = {name: np.stack([p[name] for p in members]) for name in members[0]}
    stacked |= {"answer": stacked["ask"], "ask": stacked["ask"] + stacked.pop("differs")}
    named = dict(zip(("mean", "scale", "centre", "spread"), scaling, strict=True))
    return {**stacked, **named, "sharpness": np.float32(sharpness)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, required=True, help="a folder for evidence and states")
    parser.add_argument("--share", type=float, default=1.0, help="of the tables to train on; nothing is written")
    parser.add_argument("--members", type=int, default=3)
    arguments = parser.parse_args()
    rows, states = prepared(arguments.keep)
    evidence = np.concatenate([row["x"] for row in rows[::3]])
    pieces = np.concatenate([read[0] for read in list(states["sentences"].values())[::40]]).astype("f")
    centre = pieces.mean(0)
    spread = np.linalg.norm(pieces - centre, axis=1).mean() / 4
    scaling = evidence.mean(0), evidence.std(0) + 0.05, centre, spread

    def only(part):
        return Batches([row for row in rows if row["part"] == part], states, scaling)

    def learned(row):
        return row["part"] == "train" and number_of("share" + row["cluster"]) < 100 * arguments.share

    train, checks = Batches([row for row in rows if learned(row)], states, scaling), {n: only(n) for n in PARTS}
    for name, batches in checks.items():
        tell(f"{name}, the ranker alone", np.stack([e[4] for e in batches.examples]), batches)
    members = [member(train, checks["validate"], seed) for seed in range(arguments.members)]
    made = {name: np.mean([scores_of(p, batches) for p in members], axis=0) for name, batches in checks.items()}
    validate = made["validate"], checks["validate"]
    sharpness = min(np.arange(0.6, 1.5, 0.05), key=lambda s: missed_by(*validate, s))
    print(f"{len(train.examples)} sentences, sharpness {sharpness:.2f}")
    for name, batches in checks.items():
        tell(name, made[name], batches, sharpness)
    if arguments.share == 1:
        arrays = shipped(members, scaling, sharpness).items()
        out = arguments.keep / "rereading.npz"
        np.savez_compressed(out, **{k: np.asarray(v, "f2" if np.size(v) > 2000 else "f4") for k, v in arrays})
        print(f"{out.name}: {out.stat().st_size:,} bytes")


PARTS = ("validate", "test", "dev")

if __name__ == "__main__":
    main()
