"""What the ranker is trained on: the tables and sentences of tables.txt, templates over columns, and the cases."""

import re
from dataclasses import dataclass
from pathlib import Path

from genie_widgets.schema import ColumnProfile, TableProfile
from genie_widgets.schema.table import ValueCount

HERE = Path(__file__).parent
SAMPLES = HERE.parents[2] / "genie_widgets" / "data" / "samples"
DEV_TABLES = HERE.parent / "cases" / "dev" / "tables"
N_ROWS = 5000
TEMPLATE_WEIGHT = 0.25


@dataclass(frozen=True)
class Example:
    """A sentence on a table, the columns that are right (none: a question is), and how much it counts.

    Where it is told which columns are to be left out, or to be kept to, `told` is true.
    """

    profile: TableProfile
    prompt: str
    right: frozenset
    lang: str
    weight: float = 1.0
    ignore: frozenset = frozenset()
    features: frozenset = frozenset()
    told: bool = False


def column(name, told):
    """A profile from a few words: see the head of tables.txt."""
    numbers = {"f": "number", "i": "integer"}
    if match := re.fullmatch(r"([fi])(\d*)", told):
        n = int(match[2] or (900 if match[1] == "f" else 60))
        top = tuple(ValueCount(value=str(v), count=N_ROWS // n) for v in range(min(n, 50) if n <= 50 else 5))
        return ColumnProfile(
            name=name, kind=numbers[match[1]], dtype="float64", n_distinct=n, top_values=top, minimum=0, maximum=n
        )
    if match := re.fullmatch(r"cat(\d*)", told):
        return ColumnProfile(name=name, kind="category", dtype="object", n_distinct=int(match[1] or 15))
    if told in ("id", "text", "date", "const"):
        kind = "constant" if told == "const" else told
        n = {"id": N_ROWS, "text": N_ROWS - 7, "date": 900, "const": 1}[told]
        length = 60.0 if told == "text" else 8.0
        return ColumnProfile(name=name, kind=kind, dtype="object", n_distinct=n, mean_length=length)
    values = told.split("/")
    whole = all(re.fullmatch(r"-?\d+", value) for value in values)
    kind = "integer" if whole else "category"
    if len(values) == 2 and (not whole or set(values) == {"0", "1"}):
        kind = "boolean"
    top = tuple(ValueCount(value=v, count=N_ROWS // len(values)) for v in values)
    ends = {"minimum": 0, "maximum": 9} if whole else {}
    return ColumnProfile(name=name, kind=kind, dtype="object", n_distinct=len(values), top_values=top, **ends)


def written(path=HERE / "tables.txt", known=None):
    """The sentences of a file such as tables.txt, by table; a table in `known` is named without its columns."""
    tables = {}
    profile = None
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@") and " | " not in line:
            owner = line[1:].strip()
            profile = known(owner)
            tables[owner] = []
        elif line.startswith("@"):
            file, *columns = line[1:].split(" | ")
            told = (part.strip().rsplit(":", 1) for part in columns)
            # Values may hold blanks and strokes; a name may hold a colon: the last one divides.
            built = tuple(column(name, kind) for name, kind in told)
            profile = TableProfile(name=file.strip(), n_rows=N_ROWS, n_sampled=N_ROWS, columns=built)
            owner = profile.name
            tables[owner] = []
        elif line.strip() and not line.startswith("#"):
            target, lang, prompt = line.split(" > ", 2)
            names = set(profile.column_names)
            right = set() if target == "-" else {target} if target in names else set(target.split("/"))
            assert right <= names, (profile.name, target)
            tables[owner].append(Example(profile, prompt, frozenset(right), lang))
    return tables


def questions():
    """The sentences of questions.txt, by table: none is trained on."""
    from genie_widgets.data import read_table

    trained = written()

    def known(name):
        folder, _, file = name.partition("/")
        if file:
            return read_table({"samples": SAMPLES, "dev": DEV_TABLES}[folder] / file).profile
        return trained[name][0].profile

    return written(HERE / "questions.txt", known)


# {x} is the column that is meant, {a}, {b}, {c} are others.
TEMPLATES = """
en|predict {x}
en|{x}
en|{x} please
en|Predict the {x} from {a} and {b}
en|predict {x} using {a}, {b} and {c}
en|Using {a} and {b}, predict {x}
en|use {a}, {b} to estimate the {x}
en|given {a} and {b}, what is the {x}
en|I want a model for {x}. We know {a} and {b}.
en|build a model that predicts {x} based on features such as {a}, {b}, {c}
en|estimate {x} for each {a}
en|the target is {x}
en|{x} is the target, {a} and {b} are inputs
en|what determines {x}? predict it
en|The data has {a}, {b} and {c}. Predict the column "{x}".
en|which {x}
en|classify {x}
en|train on this table to forecast {x}
es|predecir {x}
es|predice {x} a partir de {a} y {b}
es|quiero saber {x}
es|usa {a} y {b} para predecir {x}
fr|prédire {x}
fr|prédire {x} à partir de {a} et {b}
fr|je veux estimer {x}
de|{x} vorhersagen
de|Bitte {x} anhand von {a} und {b} vorhersagen
de|Sage {x} voraus
pt|prever {x}
pt|prever {x} com base em {a} e {b}
it|prevedi {x}
it|prevedere {x} in base a {a} e {b}
zh|预测{x}
zh|根据{a}和{b}预测{x}
zh|用{a}、{b}来预测{x}
ja|{x}を予測
ja|{a}と{b}から{x}を予測してください
ko|{x} 예측해줘
ko|{a}와 {b}를 기반으로 {x}를 예측
hi|{x} का अनुमान लगाओ
hi|{a} और {b} के आधार पर {x} की भविष्यवाणी करो
ru|предскажи {x}
ru|спрогнозируй {x} на основе {a} и {b}
""".strip().splitlines()
NOBODY = """
predict|en
predict it|en
make a model|en
train something good|en
can you help me?|en
hello|en
asdf qwer zxcv|en
predict the unicorn|en
predict the moon phase|en
what do you think about this?|en
analyse my data|en
do your magic|en
I have a table of things|en
what will happen|en
the future|en
haz un modelo|es
predice algo|es
fais un modèle|fr
mach was draus|de
做个模型|zh
予測して|ja
예측해줘|ko
сделай модель|ru
faça um modelo|pt
""".strip().splitlines()


def from_templates(profile, rng, n):
    """Sentences by template over a table's columns, and some that mean none."""
    useful = [c.name for c in profile.columns if c.kind not in ("id", "constant", "empty") and len(c.name) > 1]
    made = []
    if len(useful) < 4:
        return made
    for _ in range(n):
        x, a, b, c = rng.sample(useful, 4)
        lang, template = rng.choice(TEMPLATES).split("|", 1)
        said = [spoken(name, rng) for name in (x, a, b, c)]
        prompt = template.format(x=said[0], a=said[1], b=said[2], c=said[3])
        made.append(Example(profile, prompt, frozenset({x}), lang, TEMPLATE_WEIGHT))
    for _ in range(max(1, n // 5)):
        prompt, lang = rng.choice(NOBODY).split("|")
        made.append(Example(profile, prompt, frozenset(), lang, TEMPLATE_WEIGHT))
    return made


def spoken(name, rng):
    """A column's name as people write it: as it is, in words, or with a slip."""
    how = rng.random()
    if how < 0.4:
        return name
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_.\-]+", " ", name).lower()
    if how < 0.85 or len(words) < 6:
        return words
    at = rng.randrange(1, len(words) - 2)
    return words[:at] + words[at + 1] + words[at] + words[at + 2 :]


def cases(folder):
    """The examples of a folder of cases, by table."""
    from genie_widgets.data import read_table
    from genie_widgets.intent.scoring import read_cases

    tables = {}
    if not folder.exists():
        return tables
    profiles = {}
    for case in read_cases((folder / "cases.jsonl").read_text(encoding="utf-8").splitlines()):
        if case.table is None:
            continue
        if case.expect is not None and (case.expect == "refuse" or case.kind in ("off-task", "refuse", "refusal")):
            continue  # told by the words of the task, not by the columns
        if case.table not in profiles:
            profiles[case.table] = read_table(folder / "tables" / case.table).profile
        right = frozenset() if case.expect else frozenset({case.target, *case.target_accept})
        wishes = {"ignore": frozenset(case.ignore), "features": frozenset(case.features), "told": True}
        tables.setdefault(case.table, []).append(Example(profiles[case.table], case.prompt, right, case.lang, **wishes))
    return tables
