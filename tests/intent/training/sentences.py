"""Every written sentence with a target: evidence, texts, and the probabilities by a ranker that saw no such table."""

import hashlib
import random
import re
import sys
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
from material import HERE, Example, cases, from_templates, questions, written
from mixed import mixed
from train_ranker import ensemble
from train_roles import WISHES, roles, unseen_roles

from genie_widgets.intent import wished
from genie_widgets.intent.commanded import without_context
from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.describing import described, request_read, titled
from genie_widgets.intent.features import Evidences, evidence_for
from genie_widgets.intent.phrases import folded, pattern
from genie_widgets.intent.rereading import said_at
from genie_widgets.intent.roles import ROLES
from genie_widgets.intent.wished import wishes_of

sys.path.insert(0, str(HERE.parent))
from missing_target import without_columns

FOLDS = 3
# What a sentence counts of which only is known that no word of such a wish stands in it.
UNTOLD = 0.3
# Sentences that came later, on tables with enough of them.
LATER = ("mixed", "roles")
# A table that lacks its target keeps so many columns.
LEAST_LEFT = 3


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
    sources |= {("mixed", name): examples for name, examples in mixed().items()}
    sources |= {("roles", name): examples for name, examples in roles().items()}
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
    group, unseen = clusters(sources), unseen_roles(FOLDS)
    checked = {group[table] for table in sources if table[0] == "dev"}
    rows = []
    for table, examples in sources.items():
        profile, cluster = examples[0].profile, "/".join(group[table])
        part = "train" if number_of(cluster) >= 22 else "test" if number_of(cluster) < 11 else "validate"
        part = "dev" if group[table] in checked else part
        cards = [described(column) for column in profile.columns]
        rng = random.Random(table[1])
        with role_classifier(unseen.get(table[1]) if table[0] in LATER else None):
            common = {"part": part, "cluster": cluster, "title": titled(profile.name), "cards": cards}
            more = from_templates(profile, rng, 2) if table[0] not in LATER else []
            rows += [{**common, "absent": False, **row_of(example, profile)} for example in (*examples, *more)]
            for example in without_target(examples):
                there = [described(column) for column in example.profile.columns]
                rows.append({**common, "cards": there, "absent": True, **row_of(example, example.profile)})
    return rows


def without_target(examples):
    """Ask for what the table lacks: one of its targets is taken out, and what is said of it asks for nothing there."""
    asked = sorted({tuple(sorted(example.right)) for example in examples if example.right and example.weight == 1})
    if not asked:
        return []
    out = asked[number_of("absent" + examples[0].profile.name) % len(asked)]
    reduced = without_columns(examples[0].profile, out)
    if reduced is None or len(reduced.columns) < LEAST_LEFT:
        return []
    meant = (example for example in examples if tuple(sorted(example.right)) == out)
    return [replace(example, profile=reduced, right=frozenset()) for example in meant]


def row_of(example, profile):
    """Evidence and texts of one sentence; what is wished of each column, and how much that counts."""
    found = find_constraints(example.prompt, profile)
    evidence = evidence_for(without_context(found.rest, profile), profile)
    right = [i for i, name in enumerate(profile.column_names) if name in example.right]
    role = [
        ROLES.index("ignore" if name in example.ignore else "features" if name in example.features else "neither")
        for name in profile.column_names
    ]
    small = folded(example.prompt)
    silent = not (found.ignore or found.features or any(pattern("constraints", cue).search(small) for cue in WISHES))
    return {
        "right": right or [len(profile.columns)], "x": np.float32(evidence.matrix), "world": np.float32(evidence.world),
        "lang": example.lang, "weight": example.weight, "role": role,
        "sentence": request_read(found.whole, profile.column_names), "said": said_at(found, profile),
        "wishes": np.float32(wishes_of(found, profile)),
        "told": 1.0 if example.told else UNTOLD if silent and example.right else 0.0,
    }  # fmt: skip


@contextmanager
def role_classifier(made):
    """Let the evidence come from another classifier of roles than the one that is shipped."""
    own = wished.classifier
    if made is not None:
        wished.classifier = lambda: made
    try:
        yield
    finally:
        wished.classifier = own


def told(rows):
    """Rows as the ranker is trained on them."""
    nobody = Example(None, "", frozenset(), "")
    made = []
    for row in rows:
        example = replace(nobody, weight=row["weight"], lang=row["lang"])
        made.append((Evidences(row["x"].astype(float), row["world"].astype(float), []), row["right"], example))
    return made


def rank_unseen(rows):
    """Give each row the probabilities by a ranker that saw none of its table's sentences."""
    known = [row for row in rows if row["part"] in ("train", "validate")]
    fold_of = [number_of("fold" + row["cluster"]) % FOLDS for row in known]
    for fold in range(FOLDS):
        made = ensemble(ranked_by(row for row, own in zip(known, fold_of, strict=True) if own != fold), n_members=1)
        rank(made, [row for row, own in zip(known, fold_of, strict=True) if own == fold])
    rank(ensemble(ranked_by(known)), [row for row in rows if row["part"] not in ("train", "validate")])


def ranked_by(rows):
    """What a ranker is trained on.

    With tables that lack their target it doubts so much that less is planned right (tests/bench/RESULTS.md).
    """
    return told(row for row in rows if not row["absent"])


def rank(made, rows):
    """Give each row a ranker's probabilities."""
    for row, (evidence, _, _) in zip(rows, told(rows), strict=True):
        row["first"] = made.probabilities(evidence)
