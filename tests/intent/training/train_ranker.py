"""Train the planner's ranker on committed data, and say how good it is on tables that it has not seen.

    python tests/intent/training/train_ranker.py [--folds 5] [--check CASES_DIR]

Writes genie_widgets/intent/model/ranker.npz. Tables are kept whole: each is scored by a ranker that saw none of its
sentences. What it doubts is read again: train_reader.py begins with its probabilities, and calibrates.
"""

import argparse
from pathlib import Path

import numpy as np
from material import cases

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.features import evidence_for
from genie_widgets.intent.ranker import Ranker

OUT = Path(__file__).parents[3] / "genie_widgets" / "intent" / "model" / "ranker.npz"
HIDDEN, MEMBERS, STEPS, RATE, DECAY = 8, 3, 220, 0.04, 0.005
THRESHOLDS = (0.4, 0.5, 0.6, 0.7, 0.8)


def prepared(tables):
    """Evidence of every example, by table."""
    made = {}
    for name, examples in tables.items():
        rows = []
        for example in examples:
            asked = find_constraints(example.prompt, example.profile)
            evidence = evidence_for(asked.rest, example.profile)
            right = [i for i, c in enumerate(example.profile.column_names) if c in example.right]
            rows.append((evidence, right or [len(example.profile.columns)], example))
        made[name] = rows
    return made


def train(rows, seed):
    """One member: cross-entropy over the columns and none, by Adam."""
    rng = np.random.default_rng(seed)
    # One precision throughout: half the time.
    x = np.concatenate([e.matrix for e, _, _ in rows])
    world = np.array([e.world for e, _, _ in rows])
    sizes = np.array([len(e.matrix) for e, _, _ in rows])
    owner = np.repeat(np.arange(len(rows)), sizes)
    start = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    weight = np.array([example.weight for _, _, example in rows])
    weight /= weight.sum()
    wanted, wanted_none = np.zeros(len(x)), np.zeros(len(rows))
    for i, (evidence, right, _) in enumerate(rows):
        for r in right:
            if r == len(evidence.matrix):
                wanted_none[i] = 1
            else:
                wanted[start[i] + r] = 1
    mean, scale = x.mean(0), x.std(0) + 0.05
    x = ((x - mean) / scale).astype(np.float32)
    p = {
        "hidden": rng.normal(0, 0.15, (x.shape[1], HIDDEN)),
        "hidden_bias": np.zeros(HIDDEN),
        "out": rng.normal(0, 0.15, HIDDEN),
        "straight": np.zeros(x.shape[1]),
        "nothing": np.zeros(world.shape[1]),
    }
    p = {k: a.astype(np.float32) for k, a in p.items()}
    weight, wanted, wanted_none, world = (a.astype(np.float32) for a in (weight, wanted, wanted_none, world))
    m, v = ({k: np.zeros_like(a) for k, a in p.items()} for _ in range(2))
    for step in range(1, STEPS + 1):
        h = np.tanh(x @ p["hidden"] + p["hidden_bias"])
        s = h @ p["out"] + x @ p["straight"]
        none = world @ p["nothing"]
        top = np.maximum(np.maximum.reduceat(s, start), none)
        e, en = np.exp(s - top[owner]), np.exp(none - top)
        total = np.add.reduceat(e, start) + en
        hit = np.add.reduceat(e * wanted, start) + en * wanted_none + 1e-12
        # d(-log of the right ones' share) / d score
        ds = (e / total[owner] - e * wanted / hit[owner]) * weight[owner]
        dn = (en / total - en * wanted_none / hit) * weight
        dh = ds[:, None] * p["out"] * (1 - h**2)
        grad = {
            "hidden": x.T @ dh + DECAY * p["hidden"],
            "hidden_bias": dh.sum(0),
            "out": h.T @ ds + DECAY * p["out"],
            "straight": x.T @ ds + DECAY * p["straight"],
            "nothing": world.T @ dn + 0.1 * DECAY * p["nothing"],
        }
        for k, g in grad.items():
            m[k] = 0.9 * m[k] + 0.1 * g
            v[k] = 0.999 * v[k] + 0.001 * g**2
            rate = RATE * (1 - step / STEPS) + 0.001
            p[k] -= rate * m[k] / (1 - 0.9**step) / (np.sqrt(v[k] / (1 - 0.999**step)) + 1e-8)
    return mean, scale, p


def ensemble(rows, n_members=MEMBERS):
    """Several members of different beginnings."""
    members = [train(rows, seed) for seed in range(n_members)]
    mean, scale = members[0][:2]
    stacked = {k: np.stack([p[k] for _, _, p in members]) for k in members[0][2]}
    return Ranker(mean=mean, scale=scale, **stacked)


def out_of_fold(rows, folds):
    """Give (ranker, evidence, right, example) of every written sentence; the ranker never saw its table."""
    from sentences import number_of, told

    fold_of = [number_of("fold" + row["cluster"]) % folds for row in rows]
    scored = []
    for fold in range(folds):
        made = ensemble(told(row for row, own in zip(rows, fold_of, strict=True) if own != fold), n_members=1)
        left_out = told(row for row, own in zip(rows, fold_of, strict=True) if own == fold)
        scored += [(made, *one) for one in left_out if one[2].weight == 1]
    return scored


def tell(scored, show=False):
    """Print right, wrong and asked by threshold."""
    judged = []
    for made, evidence, right, example in scored:
        p = made.probabilities(evidence)
        order = [int(i) for i in np.argsort(-p[:-1])]
        meant = right != [len(evidence.matrix)]
        judged.append((order[0] in right, p[order[0]], meant, bool(set(order[:3]) & set(right)), example.lang))
        if show and ((meant and (order[0] not in right or p[order[0]] < 0.6)) or (not meant and p[order[0]] >= 0.6)):
            names = example.profile.column_names
            said = ", ".join(f"{names[i]} {p[i]:.2f}" for i in order[:3])
            print(f"  {example.profile.name[:30]} | {example.prompt[:110]} | meant {set(example.right)} | {said}")
    asked_for = [one for one in judged if one[2]]
    vague = [one for one in judged if not one[2]]
    print(f"{len(asked_for)} with a target, first {np.mean([o[0] for o in asked_for]):.1%},", end=" ")
    print(f"among three {np.mean([o[3] for o in asked_for]):.1%}; {len(vague)} without")
    for t in THRESHOLDS:
        right = np.mean([o[0] and o[1] >= t for o in asked_for])
        wrong = np.mean([not o[0] and o[1] >= t for o in asked_for])
        kept = np.mean([o[1] < t for o in vague]) if vague else 1
        others = [o for o in asked_for if o[4] != "en"]
        foreign = f"; not English right {np.mean([o[0] and o[1] >= t for o in others]):.1%}" if others else ""
        print(f"  from {t}: right {right:.1%}, wrong {wrong:.1%}{foreign}; asked {kept:.1%}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--check", type=Path, help="a folder of cases that is not trained on")
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    from sentences import gathered, ranked_by, rows_of

    rows = [row for row in rows_of(gathered()) if not row["absent"]]
    print(f"{len(rows)} sentences")
    tell(out_of_fold(rows, arguments.folds))
    made = ensemble(ranked_by(rows))
    np.savez_compressed(OUT, **{k: np.float32(v) for k, v in made.__dict__.items()})
    if arguments.check:
        print(f"{arguments.check}:")
        rows = [(made, *row) for part in prepared(cases(arguments.check)).values() for row in part]
        tell(rows, arguments.show)


if __name__ == "__main__":
    main()
