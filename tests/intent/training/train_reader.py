"""Train the reader to read a sentence beside the likeliest columns, and say how good that is.

    V/bin/pip install jax    # in an environment V that has Genie; JAX gives the gradients, numpy runs what is shipped
    V/bin/python tests/intent/training/shrink_reader.py FOLDER/reader.npz
    V/bin/python tests/intent/training/train_reader.py --keep FOLDER [--minutes 40] [--share 0.5] [--go-on]
    V/bin/python tests/intent/training/train_reader.py --keep FOLDER --write    # what was trained, into genie_widgets

Tables that have half of their columns in common are kept together. A ninth of them, and all of cases/dev, are only for
checking; a ninth ends the training and calibrates. With `--all` the first ninth is trained on, too: for what is
shipped, where sets that others wrote judge it. The ranker's probabilities come from rankers that saw none of a
table's sentences. Of the requests one writer's, and a tenth, are only for checking. FOLDER keeps the evidence, which
takes minutes, the texts' pieces, and what is trained (`trained.pkl`); with `--go-on` it is trained on, or, in
a new folder, what is shipped. After a change of what is seen of a sentence or a column take a new FOLDER.
"""

import argparse
import pickle
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from joint import MATRICES, beginning, column_logits, kind_logits, layers_of, loss, read_alone
from material import HERE
from mixed import mixed_requests
from sentences import gathered, number_of, rank_unseen, rows_of
from sequences import (
    Rows,
    embedded,
    in_batches,
    requests_batch,
)
from shrink_reader import rounded
from sklearn.linear_model import LogisticRegression
from train_requests import NAMED, PREDICT, VAGUE

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.describing import request_read
from genie_widgets.intent.reader.weights import layer
from genie_widgets.intent.rereading import ALONE, MOST_CARD, MOST_READ, MOST_SENTENCE, MOST_TITLE, to_read

PASSES, BATCH, REQUESTS = 3.0, 16, 8
RATE, HEAD_RATE, DECAY, LONGEST_STEP, AVERAGED = 1e-4, 1e-3, 0.01, 1.0, 0.997
CHECKED_AFTER, WARMING = 300, 80
# The layers that read every part alone learn more slowly.
LOWER = 0.5
# What the kind of request and the roles count in choosing the best.
OF_KIND, OF_ROLE = 0.3, 0.3
N_LAYERS = 6
FIGURES = HERE.parent / "rereading_figures.npz"
OUT = HERE.parents[2] / "genie_widgets" / "intent" / "reader" / "reader.npz"
TEMPLATES, SURE_ONES, OTHERS = 0.1, 0.15, 0.45
# Of the sentences whose target is taken out of the table.
ABSENT = 0.45
# From this probability on the planner proposes a column.
PROPOSED = 0.5
# Some are only known to be refused, not what they ask for instead.
REFUSED = "refused"
# The roles' part of the head begins at nothing, and may learn faster.
OF_ROLE_RATE = 4
CHECKED_WRITER = ("requests_harder.txt", "fourth")
PARTS = ("validate", "test", "dev")


def requests():
    """Give (part, kind, language, sentence) of every request that was written."""
    made, block = [], ()
    for name in ("requests.txt", "requests_harder.txt"):
        for line in (HERE / name).read_text(encoding="utf-8").splitlines():
            if line.startswith("@ "):
                block = tuple(line[2:].split())
            elif line and not line.startswith("#"):
                kind, language, style = block
                text = NAMED.sub(r"\1", line)
                part = "validate" if number_of(text) < 10 else "train"
                made.append(("test" if (name, style) == CHECKED_WRITER else part, kind, language, request_read(text)))
    for table, language, text, profile in mixed_requests():
        part = "validate" if number_of("mixed/" + table) < 22 else "train"
        made.append(
            (part, REFUSED, language, request_read(find_constraints(text, profile).whole, profile.column_names))
        )
    return made


def kept(path, make):
    """Load what was made before, or make it."""
    if not path.exists():
        path.write_bytes(pickle.dumps(make(), protocol=5))
    return pickle.loads(path.read_bytes())


def prepared(folder):
    """Rows, requests and the pieces of all their texts."""
    folder.mkdir(parents=True, exist_ok=True)

    def ranked():
        rows = rows_of(gathered())
        rank_unseen(rows)
        return rows

    rows = kept(folder / "rows.pkl", ranked)
    asked = requests()

    def pieces():
        sentences = [row["sentence"] for row in rows] + [sentence for *_, sentence in asked]
        return {
            "sentences": embedded(sentences, MOST_SENTENCE),
            "titles": embedded([row["title"] for row in rows], MOST_TITLE),
            "cards": embedded([card for row in rows for card in row["cards"]], MOST_CARD),
        }

    return rows, asked, kept(folder / "pieces.pkl", pieces)


def by_wishes(rows):
    """Weights and bias of a linear model of the roles, by what speaks for a wish alone."""
    x, roles = [], []
    for row in rows:
        if row["told"] == 1:
            chosen = to_read(row["first"], row["wishes"])
            x.append(row["wishes"][chosen])
            roles += [row["role"][i] for i in chosen]
    model = LogisticRegression(C=3.0, max_iter=400).fit(np.concatenate(x), roles)
    return (model.coef_ - model.coef_[0]).T, model.intercept_ - model.intercept_[0]


def rates_of(p, rate, head_rate):
    head = {name: head_rate * (OF_ROLE_RATE if name.startswith("role") else 1) for name in p["head"]}
    own = {
        name: jax.tree.map(lambda _, own=own: own, p[name]) for name, own in (("lower", LOWER * rate), ("layers", rate))
    }
    return {**own, "head": head}


@jax.jit
def stepped(p, first, second, averaged, batch, asked, key, rate, head_rate, step):
    """One step of Adam, with decay of the layers' matrices; and the running mean of the weights."""
    (_, parts), gradient = jax.value_and_grad(loss, has_aux=True)(p, batch, asked, key)
    size = jnp.sqrt(sum((g**2).sum() for g in jax.tree.leaves(gradient)))
    gradient = jax.tree.map(lambda g: g * jnp.minimum(1.0, LONGEST_STEP / (size + 1e-9)), gradient)
    first = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)

    def new(p, m, v, rate):
        decay = DECAY * p if p.ndim == 2 else 0.0
        return p - rate * (m / (1 - 0.9**step) / (jnp.sqrt(v / (1 - 0.999**step)) + 1e-8) + decay)

    p = jax.tree.map(new, p, first, second, rates_of(p, rate, head_rate))
    share = jnp.minimum(AVERAGED, (1 + step) / (10 + step))
    averaged = jax.tree.map(lambda a, p: share * a + (1 - share) * p, averaged, p)
    return p, first, second, averaged, parts


scored, judged = jax.jit(column_logits), jax.jit(kind_logits)


def scores_of(p, rows):
    """Logits of every row's columns, of their roles, and of its kind of request."""
    made = []
    for chosen in in_batches(rows.lengths(), BATCH):
        batch = rows.batch([*chosen, *[chosen[0]] * (BATCH - len(chosen))])
        made.append([np.asarray(part)[: len(chosen)] for part in scored(p, batch)])
    order = np.argsort(np.concatenate(in_batches(rows.lengths(), BATCH)))
    return tuple(np.concatenate(part)[order] for part in zip(*made, strict=True))


def kinds_of(p, asked):
    """Logits of the kinds of requests, each alone."""
    made = []
    for start in range(0, len(asked), 32):
        chosen = asked[start : start + 32]
        made.append(np.asarray(judged(p, requests_batch([*chosen, *[chosen[0]] * (32 - len(chosen))], most=44))))
        made[-1] = made[-1][: len(chosen)]
    return np.concatenate(made)


def softmax(logits, sharpness=1.0):
    exp = np.exp(sharpness * (logits - logits.max(-1, keepdims=True)))
    return exp / exp.sum(-1, keepdims=True)


def missed_by(made, rows, sharpness=1.0):
    """What is lost: minus the logarithm of the right ones' probability."""
    wanted = np.stack([padded(e[3]) for e in rows.examples])
    return float(-np.log((softmax(made, sharpness) * wanted).sum(1) + 1e-3).mean())


def padded(told, fill=0):
    """A table of few columns: as if it had more, which nobody means."""
    return np.concatenate([told[:-1], np.full(MOST_READ + 1 - len(told), fill, "f"), told[-1:]])


def tell(name, made, rows, sharpness=1.0):
    """Print how often the right column is first, and how many are right where few are wrong."""
    wanted = np.stack([padded(e[3]) for e in rows.examples])
    asked = np.array([row["weight"] == 1 and row["right"][0] < len(row["cards"]) for row in rows.rows])
    english = np.array([row["lang"] == "en" for row in rows.rows])
    p = softmax(made, sharpness)
    order = np.argsort(-p[:, :-1], axis=1)
    hit, sure = np.take_along_axis(wanted, order[:, :3], axis=1), p[np.arange(len(p)), order[:, 0]]
    right = hit[:, 0] > 0
    told = []
    for few in (0.02, 0.05):
        at = [t for t in np.linspace(0, 1, 201) if (asked & ~right & (sure >= t)).sum() <= few * asked.sum()]
        told.append(f"{(asked & right & (sure >= at[0])).sum() / asked.sum():.1%}" if at else "none")
    print(
        f"{name}: {asked.sum()}, loss {missed_by(made, rows, sharpness):.3f}, first {right[asked].mean():.1%}", end=" "
    )
    print(f"(English {right[asked & english].mean():.1%}, others {right[asked & ~english].mean():.1%}),", end=" ")
    print(f"among three {hit.max(1)[asked].mean():.1%}; right where 2% and 5% are wrong: {', '.join(told)}", end="; ")
    for kind, own in (("asked about", ~asked), ("about what is not there", np.array([r["absent"] for r in rows.rows]))):
        if own.any():
            print(f"{kind} {own.sum()}, not proposed {(sure[own] < PROPOSED).mean():.1%}", end="; ")
    print(f"proposed of the others {(sure[asked] >= PROPOSED).mean():.1%}", flush=True)


def tell_roles(roles, rows):
    """Print of how many sentences with wishes all columns are read, and of how many without one none is."""
    p = softmax(roles)
    told = {}
    for name, number in (("ignore", 1), ("features", 2)):
        for t in (0.4, 0.5, 0.6, 0.7):
            whole, stray = [], []
            for row, own in zip(rows.rows, p, strict=True):
                if row["told"] < 1:
                    continue
                chosen = to_read(row["first"], row["wishes"])
                meant = {i for i, role in enumerate(row["role"]) if role == number}
                said = {i for i, chance in zip(chosen, own[:, number], strict=False) if chance > t}
                (whole if meant else stray).append(said == meant)
            told.setdefault(name, []).append(f"{t}: {np.mean(whole):.1%}, {1 - np.mean(stray):.1%} stray")
        by_rules = []
        for row in rows.rows:
            meant = {i for i, role in enumerate(row["role"]) if role == number}
            if row["told"] == 1 and meant:
                by_rules.append(set(np.flatnonzero(row["wishes"][:, 5 + number])) == meant)
        print(f"  {name}: {len(by_rules)}, by the phrases {np.mean(by_rules):.1%}; {'; '.join(told[name])}", flush=True)


def tell_requests(name, logits, meant, kinds):
    """Print how many of those to refuse, and of predictions, are seen as to be refused."""
    p = softmax(logits)
    refused = 1 - p[:, kinds.index(PREDICT)] - p[:, kinds.index(VAGUE)]
    if (meant < 0).any():
        told = ", ".join(f"{t}: {np.mean(refused[meant < 0] > t):.1%}" for t in (0.3, 0.5, 0.7, 0.9))
        print(f"{name}: {(meant < 0).sum()} of unknown kind to refuse; above {told}")
    refused, meant = refused[meant >= 0], meant[meant >= 0]
    own = meant != kinds.index(VAGUE)
    away = meant != kinds.index(PREDICT)
    shares = ", ".join(
        f"{t}: {np.mean(refused[own & away] > t):.1%} and {np.mean(refused[own & ~away] > t):.1%}"
        for t in (0.3, 0.5, 0.7, 0.9)
    )
    print(f"{name}: {(own & away).sum()} to refuse, {(own & ~away).sum()} not; of both above {shares}", flush=True)


def shipped(base, saved):
    """The arrays of the file that is shipped: the words' as they were, the layers, and the head."""
    made = {name: array for name, array in base.items() if not (name[0].isdigit() or name.startswith("head."))}
    for number, arrays in enumerate([*saved["p"]["lower"], *saved["p"]["layers"]]):
        for name, array in arrays.items():
            whole, _, kind = name.partition(".")
            if whole in MATRICES and kind == "weight":
                made[f"{number}.{whole}.bytes"], made[f"{number}.{whole}.steps"] = rounded(np.asarray(array), axis=0)
            else:
                made[f"{number}.{name}"] = np.asarray(array, "f4")
    mean, scale = saved["scaling"]
    head = {**saved["p"]["head"], "mean": mean, "scale": scale}
    made |= {f"head.{name}": np.asarray(array, "f2" if np.size(array) > 2000 else "f4") for name, array in head.items()}
    return made | {"head.kind_names": " ".join(saved["kinds"]), "head.sharpness": np.float32(saved["sharpness"])}


def write(folder, saved):
    """Write what was trained into genie_widgets, and what JAX makes of one sentence: numpy must make the same."""
    rows, _, pieces = prepared(folder)
    base = folder / "reader.npz"
    with np.load(base if base.exists() else OUT) as stored:
        made = shipped(stored, saved)
    np.savez(OUT, **made)
    print(f"{OUT.name}: {OUT.stat().st_size:,} bytes")
    row = next(r for r in rows if r["part"] == "validate" and 1 in r["role"] and len(r["cards"]) > MOST_READ)
    own = Rows([row], pieces, saved["scaling"])
    parts, batch = own.examples[0][0], own.batch([0])
    columns, roles, kinds = (np.asarray(part)[0] for part in scored(saved["p"], batch))
    alone = read_alone(saved["p"]["lower"], batch["pieces"].astype("f"), batch["part"])[0, : sum(map(len, parts))]
    chosen = to_read(row["first"], row["wishes"])
    n = len(chosen)
    np.savez_compressed(
        FIGURES,
        pieces=np.concatenate(parts), counts=[len(part) for part in parts], alone=np.float16(alone),
        evidence=np.float32(row["x"][chosen]), first=row["first"][[*chosen, -1]], wishes=row["wishes"][chosen],
        said=[at for i in chosen for at in row["said"][i]], n_said=[len(row["said"][i]) for i in chosen],
        columns=softmax(columns[[*range(n), -1]], saved["sharpness"]), roles=softmax(roles[:n]), kinds=softmax(kinds),
    )  # fmt: skip


def from_shipped():
    """What is shipped, as it is kept while it is trained."""
    with np.load(OUT) as stored:
        layers = layers_of([layer(stored, f"{number}.") for number in range(N_LAYERS)])
        head = {name.removeprefix("head."): array for name, array in stored.items() if name.startswith("head.")}
    kinds, sharpness = str(head.pop("kind_names")).split(), float(head.pop("sharpness"))
    scaling = np.float32(head.pop("mean")), np.float32(head.pop("scale"))
    p = {"lower": layers[:ALONE], "layers": layers[ALONE:], "head": {k: np.float32(a) for k, a in head.items()}}
    return {"p": p, "scaling": scaling, "kinds": kinds, "sharpness": sharpness}


class Training:
    """What is trained, and how far it is.

    Parameters
    ----------
    p : dict
        Weights to begin with.
    train : Rows
        Sentences with a target.
    asked : list of (pieces, kind)
        Requests of every kind.
    rate : float
        Of the layers, at its highest.
    seed : int
        Of the order; another one where training goes on, or the same would be read first again.
    """

    def __init__(self, p, train, asked, rate, seed):
        self.p = self.averaged = jax.tree.map(jnp.asarray, p)
        self.first, self.second = (jax.tree.map(jnp.zeros_like, self.p) for _ in range(2))
        self.train, self.asked, self.rate = train, asked, rate
        self.rng, self.key = np.random.default_rng(seed), jax.random.PRNGKey(seed)
        self.step, self.order, self.seen = 0, [], []

    def steps(self, total, minutes):
        """Take a step after the other, until there were so many or so much time has passed."""
        began, lengths = time.time(), self.train.lengths()
        while True:
            for chosen in in_batches(lengths, BATCH, self.rng):
                done = max(self.step / total, (time.time() - began) / 60 / minutes)
                if done >= 1:
                    return
                self._step(chosen, min(1, (self.step + 1) / WARMING) * max(0.02, 1 - done))
                yield self.step
                if self.step % 50 == 0:
                    of_last = ", ".join(f"{value:.3f}" for value in np.mean(self.seen[-50:], axis=0))
                    print(f"{self.step} of {total}, {time.time() - began:.0f} s: {of_last}", flush=True)

    def _step(self, chosen, scale):
        self.step, (self.key, used) = self.step + 1, jax.random.split(self.key)
        if len(self.order) < REQUESTS:
            self.order = list(self.rng.permutation(len(self.asked)))
        some = [self.asked[self.order.pop()] for _ in range(REQUESTS)]
        self.p, self.first, self.second, self.averaged, parts = stepped(
            self.p, self.first, self.second, self.averaged,
            self.train.batch(chosen, self.rng), requests_batch(some, self.rng),
            used, self.rate * scale, HEAD_RATE * scale, self.step,
        )  # fmt: skip
        self.seen.append([float(part) for part in parts])


def is_learned(row, share, rng, parts=("train",)):
    """Whether a sentence is trained on: of templates, and of what the ranker is sure of, some are enough."""
    if row["part"] not in parts or number_of("share" + row["cluster"]) >= 100 * share:
        return False
    chosen = to_read(row["first"], row["wishes"])
    if row["right"][0] < len(row["cards"]) and not set(chosen) & set(row["right"]):
        return False
    if row["absent"]:
        return rng.random() < ABSENT
    if row["weight"] < 1:
        return rng.random() < TEMPLATES
    if row["told"] == 1:
        return True
    return rng.random() < (OTHERS if row["first"][row["right"]].sum() <= 0.95 else SURE_ONES)


def judged_by_all(p, checks, by_part, kinds):
    """Print how good it is on what it was not trained on; give the sharpness that the validation tables ask for."""
    sharpness = 1.0
    for name, rows in checks.items():
        made, roles, of_request = scores_of(p, rows)
        if name == "validate":
            sharpness = min(np.arange(0.6, 1.5, 0.05), key=lambda s: missed_by(made, rows, s))
            print(f"sharpness {sharpness:.2f}")
        tell(name, made, rows, sharpness)
        tell_roles(roles, rows)
        asked_for = np.array([row["right"][0] < len(row["cards"]) for row in rows.rows])
        doubt = 1 - softmax(of_request)[:, 0][asked_for]
        taken = [f"{np.mean(doubt > t):.1%}" for t in (0.3, 0.5, 0.7, 0.9)]
        print(f"  taken for no prediction from 0.3, 0.5, 0.7, 0.9: {', '.join(taken)}")
    for name in {"validate", "test"} & {*checks}:
        meant = np.array([kind for _, kind in by_part[name]])
        tell_requests(f"requests, {name}", kinds_of(p, by_part[name]), meant, kinds)
    return float(sharpness)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, required=True, help="a folder for evidence, pieces and what is trained")
    parser.add_argument("--share", type=float, default=1.0, help="of the tables to train on")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--passes", type=float, default=PASSES)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=1, help="another one with --go-on")
    parser.add_argument("--all", action="store_true", help="train on the tables for the last check, too")
    parser.add_argument("--go-on", action="store_true", help="begin with what was trained before")
    parser.add_argument(
        "--before", type=float, default=0.0, help="what weights of before count in the mean that is kept"
    )
    parser.add_argument("--write", action="store_true", help="write what was trained into genie_widgets, and end")
    arguments = parser.parse_args()
    if arguments.before and not arguments.go_on:
        parser.error("--before needs --go-on")
    trained, base = arguments.keep / "trained.pkl", arguments.keep / "reader.npz"
    if arguments.write:
        write(arguments.keep, pickle.loads(trained.read_bytes()))
        return
    rows, asked, pieces = prepared(arguments.keep)
    evidence = np.concatenate([row["x"] for row in rows[::3]])
    scaling = evidence.mean(0), evidence.std(0) + 0.05
    if arguments.go_on:
        saved = pickle.loads(trained.read_bytes()) if trained.exists() else from_shipped()
        p, scaling = saved["p"], saved["scaling"]
    kinds = [PREDICT, VAGUE, *sorted({kind for _, kind, *_ in asked} - {PREDICT, VAGUE, REFUSED})]
    number = {**{kind: at for at, kind in enumerate(kinds)}, REFUSED: -1}
    asked = [(part, (pieces["sentences"][text], number[kind])) for part, kind, _, text in asked]
    learned_parts = ("train", "test") if arguments.all else ("train",)
    by_part = {name: [one for part, one in asked if part == name] for name in ("train", "validate", "test")}
    by_part["train"] = [one for name in learned_parts for one in by_part[name]]
    rng = np.random.default_rng(0)
    learned = [row for row in rows if is_learned(row, arguments.share, rng, learned_parts)]
    train = Rows(learned, pieces, scaling)
    checks = {
        name: Rows([r for r in rows if r["part"] == name and r["weight"] == 1], pieces, scaling)
        for name in PARTS
        if name not in learned_parts
    }
    for name, check in checks.items():
        tell(f"{name}, the ranker alone", np.stack([padded(e[2], -30) for e in check.examples]), check)
    print(f"{len(train.rows)} sentences, {np.mean(train.lengths()):.0f} pieces; {len(by_part['train'])} requests")
    if not arguments.go_on:
        with np.load(base) as stored:
            layers = [layer(stored, f"{number}.") for number in range(N_LAYERS)]
        p = beginning(
            layers[:ALONE], layers[ALONE:], train.examples[0][1].shape[1], len(kinds), by_wishes(learned), rng
        )
    training, best = Training(p, train, by_part["train"], arguments.rate, arguments.seed), np.inf

    def save(p, sharpness=1.0):
        trained.write_bytes(pickle.dumps({"p": p, "scaling": scaling, "kinds": kinds, "sharpness": sharpness}))

    def check():
        made, roles, _ = scores_of(training.averaged, checks["validate"])
        tell("validate", made, checks["validate"])
        tell_roles(roles, checks["validate"])
        told = kinds_of(training.averaged, by_part["validate"])
        meant = np.array([kind for _, kind in by_part["validate"]])
        tell_requests("requests held back", told, meant, kinds)
        known = meant >= 0
        of_kind = -float(np.log(softmax(told)[np.flatnonzero(known), meant[known]]).mean())
        of_role = checks["validate"].lost_in_roles(softmax(roles))
        print(f"  of the kind {of_kind:.3f}, of the roles {of_role:.3f}", flush=True)
        lost = missed_by(made, checks["validate"]) + OF_KIND * of_kind + OF_ROLE * of_role
        if lost < best:
            save(jax.tree.map(np.asarray, training.averaged))
        return min(best, lost)

    for step in training.steps(int(arguments.passes * (len(train.rows) // BATCH)), arguments.minutes):
        if step % CHECKED_AFTER == 0:
            best = check()
    best = check()
    kept, before = pickle.loads(trained.read_bytes())["p"], arguments.before
    p = jax.tree.map(lambda old, new: before * np.asarray(old) + (1 - before) * np.asarray(new), p, kept)
    save(p, judged_by_all(p, checks, by_part, kinds))


if __name__ == "__main__":
    main()
