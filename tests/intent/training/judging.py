"""How good the reader is on what it was not trained on."""

import jax
import numpy as np
from joint import column_logits, kind_logits
from sequences import in_batches, requests_batch
from train_requests import PREDICT, VAGUE

from genie_widgets.intent.rereading import MOST_READ, to_read
from genie_widgets.intent.target import SURE

BATCH = 64

scored, judged = jax.jit(column_logits), jax.jit(kind_logits)


def scores_of(p, table, rows):
    """Logits of every row's columns, of their roles, and of its kind of request."""
    made = []
    for chosen in in_batches(rows.lengths(), BATCH):
        batch = rows.batch([*chosen, *[chosen[0]] * (BATCH - len(chosen))])
        made.append([np.asarray(part)[: len(chosen)] for part in scored(p, table, batch)])
    order = np.argsort(np.concatenate(in_batches(rows.lengths(), BATCH)))
    return tuple(np.concatenate(part)[order] for part in zip(*made, strict=True))


def kinds_of(p, table, asked):
    """Logits of the kinds of requests, each alone."""
    made = []
    for start in range(0, len(asked), BATCH):
        chosen = asked[start : start + BATCH]
        batch = requests_batch([*chosen, *[chosen[0]] * (BATCH - len(chosen))], most=44)
        made.append(np.asarray(judged(p, table, batch))[: len(chosen)])
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
            print(f"{kind} {own.sum()}, not proposed {(sure[own] < SURE).mean():.1%}", end="; ")
    print(f"proposed of the others {(sure[asked] >= SURE).mean():.1%}", flush=True)


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


def judged_by_all(p, table, checks, by_part, kinds):
    """Print how good it is on what it was not trained on; give the sharpness that the validation tables ask for."""
    sharpness = 1.0
    for name, rows in checks.items():
        made, roles, of_request = scores_of(p, table, rows)
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
        tell_requests(f"requests, {name}", kinds_of(p, table, by_part[name]), meant, kinds)
    return float(sharpness)
