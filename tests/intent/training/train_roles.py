"""Train the classifier of columns' roles on committed data, and say how good it is on tables that it has not seen.

    python tests/intent/training/train_roles.py [--folds 5] [--show]
    python tests/intent/training/train_roles.py --check tests/intent/training/roles_heldout.txt

Writes genie_widgets/intent/model/roles.npz. Tables are kept whole between folds. With --check it trains nothing, but
says how many of a file's sentences the planner reads whole: the columns to leave out, or to keep to, and no other.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from hashed import folds_of, rows_of, save
from material import HERE, Example, column, written
from mixed import mixed
from sklearn.linear_model import LogisticRegression

from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.linear import Classifier
from genie_widgets.intent.phrases import folded, pattern
from genie_widgets.intent.reading import read
from genie_widgets.intent.roles import ROLES, vector
from genie_widgets.intent.spoken import Spoken
from genie_widgets.schema import ColumnProfile, TableProfile

sys.path.insert(0, str(HERE.parent))
from constraint_templates import cases as template_cases

OUT = Path(__file__).parents[3] / "genie_widgets" / "intent" / "model" / "roles.npz"
C = 10.0
TEMPLATE_WEIGHT, TABLE_WEIGHT, MIXED_WEIGHT = 0.1, 0.5, 0.5
OWN = ("written", "mixed")
MARKS = {"-": "ignore", "+": "features", "=": "neither"}
THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9)
WISHES = ("ignore", "ignore_after", "only", "only_after")
N_ROWS = 5000


def read_roles(path):
    """Give (profile, target, language, role, columns, sentence) of every line of a file of roles."""
    profiles = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@"):
            key, *columns = (part.strip() for part in line[1:].split(" | "))
            built = tuple(column(*told.rsplit(":", 1)) for told in columns)
            profiles[key] = TableProfile(name=f"{key}.csv", n_rows=N_ROWS, n_sampled=N_ROWS, columns=built)
        elif line and not line.startswith("#"):
            key, target, lang, told, sentence = line.split("|", 4)
            yield profiles[key], target, lang, MARKS[told[0]], set(told[1:].split(",")), sentence.replace("\\n", "\n")


def roles():
    """The sentences of roles.txt, by table."""
    tables = {}
    for profile, target, lang, role, named, sentence in read_roles(HERE / "roles.txt"):
        wishes = {role: frozenset(named)} if role != "neither" else {}
        right = frozenset({target} & set(profile.column_names))
        tables.setdefault(profile.name, []).append(Example(profile, sentence, right, lang, told=True, **wishes))
    return tables


def unseen_roles(n_folds):
    """Give for each table of roles.txt, and of the mixed ones, a classifier that saw none of its sentences."""
    made = rows()
    names, _, styles, meant, vectors, weights, *_ = zip(*made, strict=True)
    names, styles, meant, weights = (np.array(part) for part in (names, styles, meant, weights))
    x, folds, found = rows_of(vectors), folds_of(names, n_folds), {}
    for fold in range(n_folds):
        model = fitted(x[folds != fold], meant[folds != fold], weights[folds != fold])
        order = [list(model.classes_).index(ROLES.index(role)) for role in ROLES]
        own = Classifier(ROLES, np.float32(model.coef_[order].T), np.float32(model.intercept_[order]), vector)
        found |= dict.fromkeys(names[(folds == fold) & np.isin(styles, OWN)], own)
    return found


def rows():
    """Give (group, language, style, role, features, weight) of every column that a sentence speaks of."""
    made = []

    def add(name, profile, lang, wishes, sentence, style, weight):
        spoken = Spoken(read(sentence, profile), profile, set())
        units = spoken.units()
        for i, (here, columns) in enumerate(units):
            others = [span for j, (span, _) in enumerate(units) if j != i]
            meant = next((role for role, named in wishes.items() if set(columns) & named), "neither")
            made.append((name, lang, style, meant, vector(sentence, here, others), weight, sentence, columns))

    for profile, _, lang, role, named, sentence in read_roles(HERE / "roles.txt"):
        add(profile.name, profile, lang, {role: named}, sentence, "written", 1.0)
    for name, examples in mixed().items():
        for x in examples:
            if x.right:
                wishes = {"ignore": x.ignore, "features": x.features}
                add(name, x.profile, x.lang, wishes, x.prompt, "mixed", MIXED_WEIGHT)
    for profile, named, role, lang, sentence in from_templates():
        add(profile.name, profile, lang, {role: named}, sentence, "template", TEMPLATE_WEIGHT)
    for examples in written().values():
        for x in examples:
            small = folded(x.prompt)
            # What seems to hold such a wish is not told apart there.
            if x.right and not any(pattern("constraints", cue).search(small) for cue in WISHES):
                add(x.profile.name, x.profile, x.lang, {}, x.prompt, "table", TABLE_WEIGHT)
    return made


def from_templates():
    """Give (profile, columns named beside the target, role, language, sentence) of every template with names."""
    kind = {"kind": "number", "dtype": "float64", "n_distinct": 500, "minimum": 0, "maximum": 1}
    for sign, lang, sentence, _, named, names in template_cases():
        columns = tuple(ColumnProfile(name=name, **kind) for name in names)
        profile = TableProfile(name=f"template {names[0]}", n_rows=N_ROWS, n_sampled=N_ROWS, columns=columns)
        yield profile, set(named), MARKS[sign], lang, sentence


def fitted(x, roles, weights):
    return LogisticRegression(C=C, max_iter=300, tol=1e-3).fit(
        x, [ROLES.index(role) for role in roles], sample_weight=weights
    )


def tell(title, scores, roles):
    """Print how many of the columns are found that a wish is about, and how many others are taken for such."""
    meant = np.array([ROLES.index(role) for role in roles])
    told = []
    for t in THRESHOLDS:
        said = np.where(scores.max(1) >= t, scores.argmax(1), 0)
        wished = meant > 0
        found = f"{np.mean(said[wished] == meant[wished]):.1%} and " if wished.any() else ""
        told.append(f"{t}: {found}{np.mean(said[~wished] > 0):.1%}")
    print(f"{title}: {len(meant)} columns; found, and taken though not meant, from {', '.join(told)}")


def check(path):
    right = defaultdict(list)
    for profile, target, lang, role, named, sentence in read_roles(path):
        found = find_constraints(sentence, profile)
        found.without_target(target)
        # Ids are left out whatever is said.
        useless = {column.name for column in profile.columns if column.kind == "id"}
        wanted = {"ignore": (named - useless, set()), "features": (set(), named), "neither": (set(), set())}[role]
        read_whole = (set(found.ignore) - useless, set(found.features)) == wanted
        for group in ("all", role, "English" if lang == "en" else "other languages"):
            right[group].append(read_whole)
    for group, hits in right.items():
        print(f"{group}: {sum(hits)} of {len(hits)} read whole")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--check", type=Path, help="a file of such sentences that is not trained on")
    asked = parser.parse_args()
    if asked.check:
        check(asked.check)
        return
    made = rows()
    names, languages, styles, roles, vectors, weights, sentences, columns = zip(*made, strict=True)
    names, styles, roles, weights, languages = (np.array(part) for part in (names, styles, roles, weights, languages))
    x = rows_of(vectors)
    folds = folds_of(names, asked.folds)
    scores = np.zeros((len(made), len(ROLES)))
    for fold in range(asked.folds):
        seen = folds != fold
        scores[~seen] = fitted(x[seen], roles[seen], weights[seen]).predict_proba(x[~seen])
    for style in OWN:
        tell(style, scores[styles == style], roles[styles == style])
    own = np.isin(styles, OWN)
    tell("other sentences", scores[styles == "table"], roles[styles == "table"])
    for language in sorted(set(languages[own])):
        chosen = own & (languages == language)
        tell(language, scores[chosen], roles[chosen])
    if asked.show:
        for i in np.flatnonzero(own):
            said = ROLES[scores[i].argmax()]
            if said != roles[i]:
                print(f"  {roles[i]} said {said} {scores[i].max():.2f} {columns[i]} | {sentences[i]}")
    save(OUT, ROLES, fitted(x, roles, weights))


if __name__ == "__main__":
    main()
