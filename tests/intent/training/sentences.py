"""Every written sentence with a target: evidence, texts, and the probabilities by a ranker that saw no such table."""

import hashlib
import random
import re
from dataclasses import replace

import numpy as np
from material import HERE, Example, cases, from_templates, questions, written
from train_ranker import ensemble

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.describing import described, request_read, titled
from genie_widgets.intent.features import Evidences, evidence_for

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
                "sentence": request_read(rest), "title": titled(profile.name), "cards": cards,
            })  # fmt: skip
    return rows


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
        made = ensemble(told(row for row, own in zip(known, fold_of, strict=True) if own != fold), n_members=1)
        rank(made, [row for row, own in zip(known, fold_of, strict=True) if own == fold])
    rank(ensemble(told(known)), [row for row in rows if row["part"] not in ("train", "validate")])


def rank(made, rows):
    """Give each row a ranker's probabilities."""
    for row, (evidence, _, _) in zip(rows, told(rows), strict=True):
        row["first"] = made.probabilities(evidence)
