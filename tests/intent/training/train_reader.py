"""Train the reader to read a sentence beside the likeliest columns, and say how good that is.

    V/bin/pip install jax    # in an environment V that has Genie; JAX gives the gradients, numpy runs what is shipped
    V/bin/python tests/intent/training/shrink_reader.py FOLDER/reader.npz
    V/bin/python tests/intent/training/train_reader.py --keep FOLDER [--minutes 40] [--share 0.5] [--go-on]
    V/bin/python tests/intent/training/train_reader.py --keep FOLDER --write    # what was trained, into genie_widgets

Tables that have half of their columns in common are kept together. A ninth of them, and all of cases/dev, are only for
checking; a ninth ends the training and calibrates. With `--all` the first ninth is trained on, too: for what is
shipped, where sets that others wrote judge it. The ranker's probabilities come from rankers that saw none of a
table's sentences. Of the requests one writer's, and a tenth, are only for checking. FOLDER keeps the evidence and
the requests, which take minutes, and what is trained (`trained.pkl`); with `--go-on` it is trained on, or, in a new
folder, what is shipped. With `--runs` several trainings begin with the same, and the mean of their
weights is kept. After a change of what is seen of a sentence or a column take a new FOLDER.
"""

import argparse
import os
import pickle
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
from ahead import Ahead
from joint import MATRICES, beginning, embedded, layers_of, read_alone
from judging import (
    judged_by_all,
    kinds_of,
    missed_by,
    padded,
    scored,
    scores_of,
    softmax,
    tell,
    tell_requests,
    tell_roles,
)
from material import HERE
from mixed import mixed_requests
from sentences import gathered, number_of, rank_unseen, rows_of
from sequences import Pieces, Rows
from shrink_reader import rounded
from sklearn.linear_model import LogisticRegression
from steps import Training
from train_requests import NAMED, PREDICT, VAGUE

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.describing import request_read
from genie_widgets.intent.reader.weights import layer
from genie_widgets.intent.rereading import ALONE, MOST_READ, to_read

PASSES, BATCH, RATE = 3.0, 16, 1e-4
# So often a training is judged.
CHECKS = 3
# What the kind of request and the roles count in choosing the best.
OF_KIND, OF_ROLE = 0.3, 0.3
N_LAYERS = 6
FIGURES = HERE.parent / "rereading_figures.npz"
OUT = HERE.parents[2] / "genie_widgets" / "intent" / "reader" / "reader.npz"
# Shares taken in a pass: of templates, of what the ranker is sure of, of others whose wishes are not told, and of
# sentences whose target is taken out of the table.
TEMPLATES, SURE_ONES, OTHERS, ABSENT = 0.1, 0.15, 0.45, 0.45
# Some are only known to be refused, not what they ask for instead.
REFUSED = "refused"
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

    rows, asked = kept(folder / "rows.pkl", ranked), kept(folder / "requests.pkl", requests)
    sentences = [row["sentence"] for row in rows] + [sentence for *_, sentence in asked]
    cards = (card for row in rows for card in row["cards"])
    return rows, asked, Pieces(sentences, (row["title"] for row in rows), cards)


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


def shipped(base, saved):
    """The arrays of the file that is shipped: the words', the layers, and the head."""
    words = saved["p"]["words"]
    made = {"tokens": base["tokens"], "places": np.asarray(words["places"], "f2")}
    made["pieces"], made["pieces.steps"] = rounded(np.asarray(words["pieces"]), axis=1)
    made |= {name: np.asarray(words[name], "f4") for name in ("norm.weight", "norm.bias")}
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
    # Of the weights as they are rounded: what rounding costs is told by the sets of cases.
    written = from_shipped()
    own, p = Rows([row], pieces, written["scaling"]), written["p"]
    parts, batch = own.examples[0][0], own.batch([0])
    columns, roles, kinds = (np.asarray(part)[0] for part in scored(p, pieces.table, batch))
    n_pieces, states = sum(map(len, parts)), embedded(p["words"], pieces.table, batch)
    alone = read_alone(p["lower"], states, batch["part"])[0, :n_pieces]
    chosen = to_read(row["first"], row["wishes"])
    n = len(chosen)
    np.savez_compressed(
        FIGURES,
        pieces=np.float16(states[0, :n_pieces]), counts=[len(part) for part in parts], alone=np.float16(alone),
        evidence=np.float32(row["x"][chosen]), first=row["first"][[*chosen, -1]], wishes=row["wishes"][chosen],
        said=[at for i in chosen for at in row["said"][i]], n_said=[len(row["said"][i]) for i in chosen],
        columns=softmax(columns[[*range(n), -1]], written["sharpness"]), roles=softmax(roles[:n]), kinds=softmax(kinds),
    )  # fmt: skip


def words_and_layers(stored):
    """Of a file such as the shipped one."""
    words = {name: np.float32(stored[name]) for name in ("places", "norm.weight", "norm.bias")}
    words["pieces"] = stored["pieces"] * stored["pieces.steps"]
    return words, [layer(stored, f"{number}.") for number in range(N_LAYERS)]


def from_shipped():
    """What is shipped, as it is kept while it is trained."""
    with np.load(OUT) as stored:
        words, layers = words_and_layers(stored)
        head = {name.removeprefix("head."): array for name, array in stored.items() if name.startswith("head.")}
    kinds, sharpness = str(head.pop("kind_names")).split(), float(head.pop("sharpness"))
    scaling = np.float32(head.pop("mean")), np.float32(head.pop("scale"))
    layers = layers_of(layers)
    p = {
        "words": words,
        "lower": layers[:ALONE],
        "layers": layers[ALONE:],
        "head": {k: np.float32(a) for k, a in head.items()},
    }
    return {"p": p, "scaling": scaling, "kinds": kinds, "sharpness": sharpness}


def share_of(row):
    """How many of such sentences a pass takes: of templates, and of what the ranker is sure of, some are enough."""
    chosen = to_read(row["first"], row["wishes"])
    if row["right"][0] < len(row["cards"]) and not set(chosen) & set(row["right"]):
        return 0.0
    if row["absent"]:
        return ABSENT
    if row["weight"] < 1:
        return TEMPLATES
    if row["told"] == 1:
        return 1.0
    return OTHERS if row["first"][row["right"]].sum() <= 0.95 else SURE_ONES


@dataclass
class Setting:
    """All that a training takes.

    Attributes
    ----------
    train : Rows
        Sentences with a target.
    checks : dict of str to Rows
        Those that are only for checking.
    asked : dict of str to list of (pieces, kind)
        Requests of every kind, by the part they are for.
    kinds : list of str
        Names of the kinds.
    scaling : tuple
        Mean and scale of the evidence.
    pieces : Pieces
        Of all texts.
    """

    train: Rows
    checks: dict
    asked: dict
    kinds: list
    scaling: tuple
    pieces: Pieces

    def lost(self, p, table):
        """Print how good weights are on the tables that end the training, and give what is lost."""
        validate, asked = self.checks["validate"], self.asked["validate"]
        made, roles, _ = scores_of(p, table, validate)
        tell("validate", made, validate)
        tell_roles(roles, validate)
        told, meant = kinds_of(p, table, asked), np.array([kind for _, kind in asked])
        tell_requests("requests held back", told, meant, self.kinds)
        known = meant >= 0
        of_kind = -float(np.log(softmax(told)[np.flatnonzero(known), meant[known]]).mean())
        of_role = validate.lost_in_roles(softmax(roles))
        of_column = missed_by(made, validate)
        print(f"  of the column {of_column:.4f}, of the kind {of_kind:.4f}, of the roles {of_role:.4f}", flush=True)
        return of_column + OF_KIND * of_kind + OF_ROLE * of_role


def set_up(rows, asked, pieces, scaling, share=1.0, is_all=False):
    """Divide rows and requests into what is trained on and what is for checking."""
    kinds = [PREDICT, VAGUE, *sorted({kind for _, kind, *_ in asked} - {PREDICT, VAGUE, REFUSED})]
    number = {**{kind: at for at, kind in enumerate(kinds)}, REFUSED: -1}
    asked = [(part, (pieces.sentences[text], number[kind])) for part, kind, _, text in asked]
    learned = ("train", "test") if is_all else ("train",)
    by_part = {name: [one for part, one in asked if part == name] for name in ("train", "validate", "test")}
    by_part["train"] = [one for name in learned for one in by_part[name]]
    own = [row for row in rows if row["part"] in learned and number_of("share" + row["cluster"]) < 100 * share]
    own = [(row, part) for row, part in zip(own, map(share_of, own), strict=True) if part]
    checks = {
        name: Rows([r for r in rows if r["part"] == name and r["weight"] == 1], pieces, scaling)
        for name in PARTS
        if name not in learned
    }
    for name, check in checks.items():
        tell(f"{name}, the ranker alone", np.stack([padded(e[2], -30) for e in check.examples]), check)
    train = Rows([row for row, _ in own], pieces, scaling, [part for _, part in own])
    print(f"{train.shares.sum():.0f} of {len(own)} sentences a pass, {np.mean(train.lengths()):.0f} pieces;", end=" ")
    print(f"{len(by_part['train'])} requests", flush=True)
    return Setting(train, checks, by_part, kinds, scaling, pieces)


def best_of(setting, training, arguments):
    """Train; give the weights that were the best on the tables that end it, and what they lose."""
    asked, size = setting.asked["train"], arguments.batch
    total = int(arguments.passes * setting.train.shares.sum() / size)
    best, p = np.inf, None
    for step in training.steps(setting.train, len(asked), total, arguments.minutes, size):
        if step % max(1, total // CHECKS) == 0:
            lost = setting.lost(training.averaged, training.table)
            if lost < best:
                best, p = lost, jax.tree.map(np.asarray, training.averaged)
    lost = setting.lost(training.averaged, training.table)
    return (p, best) if best < lost else (jax.tree.map(np.asarray, training.averaged), lost)


def mean_of(weights):
    """The mean of several trainings' weights: better than each, where they began with the same."""
    return jax.tree.map(lambda *own: np.mean(own, axis=0, dtype="f"), *weights)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, required=True, help="a folder for evidence and what is trained")
    parser.add_argument("--share", type=float, default=1.0, help="of the tables to train on")
    parser.add_argument("--minutes", type=float, default=60, help="of each training")
    parser.add_argument("--passes", type=float, default=PASSES)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--rate", type=float, default=RATE)
    parser.add_argument("--seed", type=int, default=1, help="another one with --go-on")
    parser.add_argument("--runs", type=int, default=1, help="trainings from the same beginning, of which is the mean")
    parser.add_argument("--processes", type=int, default=max(0, (os.cpu_count() or 1) - 3), help="that make batches")
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
    setting = set_up(rows, asked, pieces, scaling, arguments.share, arguments.all)
    ahead = Ahead(setting.train, setting.asked["train"], arguments.processes)
    if not arguments.go_on:
        with np.load(base) as stored:
            words, layers = words_and_layers(stored)
        n_evidence, rng = setting.train.examples[0][1].shape[1], np.random.default_rng(0)
        told = by_wishes(setting.train.rows)
        p = beginning(words, layers[:ALONE], layers[ALONE:], n_evidence, len(setting.kinds), told, rng)
    table, made = tuple(map(jnp.asarray, pieces.table)), []
    for run in range(arguments.runs):
        training = Training(p, table, ahead, arguments.rate, arguments.seed + run)
        made.append(best_of(setting, training, arguments)[0])
    p = jax.tree.map(lambda old, new: arguments.before * old + (1 - arguments.before) * new, p, mean_of(made))
    sharpness = judged_by_all(p, table, setting.checks, setting.asked, setting.kinds)
    saved = {"p": p, "scaling": scaling, "kinds": setting.kinds, "sharpness": sharpness}
    trained.write_bytes(pickle.dumps(saved))


if __name__ == "__main__":
    main()
