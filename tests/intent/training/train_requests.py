"""Train the classifier of requests on committed data, and say how good it is on sentences that it has not seen.

    python tests/intent/training/train_requests.py [--folds 5] [--without-cases]
    python tests/intent/training/train_requests.py --harder    # judges the shipped classifier, trains nothing

Writes genie_widgets/intent/model/requests.npz. A sentence counts once: with its columns' names and with the sign that
stands for one. Scores are told by language and by the writers' styles.
"""

import argparse
import re
from collections import defaultdict
from importlib.resources import files
from pathlib import Path

import numpy as np
from hashed import folds_of, rows_of, save
from material import HERE, written
from sklearn.linear_model import LogisticRegression

from genie_widgets.data import read_table
from genie_widgets.intent.constraints import find_constraints
from genie_widgets.intent.requests import COLUMN, classifier, masked_request, vector
from genie_widgets.intent.scoring import read_cases

OUT = Path(__file__).parents[3] / "genie_widgets" / "intent" / "model" / "requests.npz"
C = 20.0
# So near to the one best fit that the rounded weights do not depend on the order in which threads add up.
TOLERANCE = 1e-6
NAMED = re.compile(r"\[([^\]]+)\]")
TABLE_WEIGHT, WORD_WEIGHT = 0.6, 0.25
PREDICT, VAGUE = "predict", "vague"
THRESHOLDS = (0.3, 0.5, 0.7, 0.85)
# The cases' kinds that are refused, as the planner names them.
CASE_KINDS = {
    "cause": "causal", "what-if": "causal", "uplift": "causal", "plot": "reporting", "query": "reporting",
    "code": "writing", "sql": "writing", "adversarial": "writing", "anomaly": "anomalies", "forecast": "forecasting",
    "clustering": "clustering", "editing": "editing", "chat": "chat", "survival": "survival", "off-task": "chat",
}  # fmt: skip


def blocks(name):
    """Give (kind, language, style, text, weight, group) of every sentence of a file of requests."""
    made = []
    block = ()
    for group, line in enumerate((HERE / name).read_text(encoding="utf-8").splitlines()):
        if line.startswith("@ "):
            block = tuple(line[2:].split())
        elif line and not line.startswith("#"):
            texts = {NAMED.sub(r"\1", line), NAMED.sub(f" {COLUMN} ", line)}
            made += [(*block, text, 1 / len(texts), group) for text in sorted(texts)]
    return made


def sentences():
    """Give the same of all that is trained on; a group is never divided between folds."""
    made = blocks("requests.txt")
    for examples in written().values():
        for example in examples:
            if example.right:
                text = masked_request(find_constraints(example.prompt, example.profile).rest, example.profile)
                made.append((PREDICT, example.lang, "table", text, TABLE_WEIGHT, 10_000 + len(made)))
    lexicon = (files("genie_widgets.intent") / "model" / "lexicon.tsv").read_text(encoding="utf-8")
    for number, line in enumerate(lexicon.splitlines()):
        # A column's name alone asks for it, in every language.
        names = [] if line.startswith("#") else line.split("\t")[0].split()
        made += [(PREDICT, "", "word", n.replace("_", " "), WORD_WEIGHT, 20_000 + number) for n in names[::4]]
    return made


def from_cases(folder):
    """The same of a folder of cases: those to be planned, and those to be refused."""
    made, profiles = [], {}
    for case in read_cases((folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()):
        kind = PREDICT if case.expect is None else CASE_KINDS.get(case.kind)
        if kind is None or case.table is None:
            continue
        if case.table not in profiles:
            profiles[case.table] = read_table(folder / "tables" / case.table).profile
        rest = find_constraints(case.prompt, profiles[case.table]).rest
        text = masked_request(rest, profiles[case.table])
        made.append((kind, case.lang, "case", text, 1.0, 30_000 + len(made)))
    return made


def fitted(x, kinds, weights):
    return LogisticRegression(C=C, max_iter=2000, tol=TOLERANCE).fit(x, kinds, sample_weight=weights)


def refused(model, x):
    """How probable all the kinds that are refused are, taken together."""
    names = list(model.classes_)
    return 1 - model.predict_proba(x)[:, [names.index(PREDICT), names.index(VAGUE)]].sum(axis=1)


def tell(title, scores, meant):
    shares = ", ".join(
        f"{t}: {np.mean(scores[meant] > t):.1%} and {np.mean(scores[~meant] > t):.1%}"
        for t in THRESHOLDS
        if meant.any() and not meant.all()
    )
    if shares:
        print(f"  {title}: {meant.sum()} to refuse, {(~meant).sum()} not; refused of both above {shares}")


def judge():
    """Say how good the shipped classifier is on sentences that it has not learned from."""
    kinds, languages, _, texts, _, _ = (np.array(part) for part in zip(*blocks("requests_harder.txt"), strict=True))
    chances = [classifier().probabilities(text) for text in texts]
    scores = np.array([1 - chance[PREDICT] - chance[VAGUE] for chance in chances])
    own, meant, english = kinds != VAGUE, kinds != PREDICT, languages == "en"
    for name, chosen in (("all", own), ("English", own & english), ("other languages", own & ~english)):
        tell(name, scores[chosen], meant[chosen])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--without-cases", action="store_true", help="leave tests/intent/cases/dev out of training")
    parser.add_argument("--harder", action="store_true", help="judge the shipped classifier on requests_harder.txt")
    asked = parser.parse_args()
    if asked.harder:
        judge()
        return
    made = sentences()
    if not asked.without_cases:
        made += from_cases(HERE.parent / "cases" / "dev")
    kinds, languages, styles, texts, weights, groups = (np.array(part) for part in zip(*made, strict=True))
    weights = weights.astype(float)
    x = rows_of([vector(text) for text in texts])
    folds = folds_of(groups.astype(int), asked.folds)
    scores = np.zeros(len(texts))
    for fold in range(asked.folds):
        seen = folds != fold
        scores[~seen] = refused(fitted(x[seen], kinds[seen], weights[seen]), x[~seen])
    own = (styles != "word") & (kinds != VAGUE)
    meant = kinds != PREDICT
    tell("all", scores[own], meant[own])
    by = defaultdict(list)
    for i in np.flatnonzero(own):
        by[languages[i]].append(i)
        by[styles[i]].append(i)
    for name, chosen in sorted(by.items()):
        tell(name, scores[chosen], meant[chosen])
    model = fitted(x, kinds, weights)
    save(OUT, model.classes_, model)


if __name__ == "__main__":
    main()
