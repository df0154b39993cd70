"""Bring the catalogues of texts up to date with the code.

python tests/language/catalogues.py update            # new texts are added empty, those that went are dropped
python tests/language/catalogues.py compile           # what the package reads
python tests/language/catalogues.py missing es        # what is still to be translated
"""

from __future__ import annotations

import ast
import json
import re
import sys
import tokenize
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).parents[2] / "genie_widgets"
FOLDER = PACKAGE / "language" / "catalogues"
EXTENSION = Path("labextension", "src")
OF_EXTENSION = PACKAGE / EXTENSION / "catalogues.json"
# How many texts each takes.
SAID_BY = {"tr": 1, "mark": 1, "plural": 2}
FOR_TRANSLATORS = "Translators:"
Key = tuple[str, ...]
# A catalogue has no date: it changes when a text does.
HEAD = {
    "project": "Genie",
    "version": "texts",
    "msgid_bugs_address": "none",
    "last_translator": "Genie's authors",
    "language_team": "none",
    "creation_date": datetime.fromtimestamp(0, UTC),
    "revision_date": datetime.fromtimestamp(0, UTC),
    "charset": "utf-8",
    "fuzzy": False,
}


def of_code() -> Catalog:
    """Collect the texts of the code, in the order of its files."""
    found = Catalog(**HEAD)
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        comments = _comments(path)
        for call in _calls(ast.parse(source)):
            texts = _texts_of(call)
            if texts:
                place = (path.relative_to(PACKAGE).as_posix(), None)
                message = texts[0] if len(texts) == 1 else tuple(texts)
                found.add(message, None, [place], auto_comments=_above(call.lineno, comments))
    for path, text in of_extension():
        found.add(text, None, [(path.relative_to(PACKAGE).as_posix(), None)])
    return found


def of_extension() -> Iterator[tuple[Path, str]]:
    """Give the texts of the JupyterLab extension with their files."""
    for path in sorted((PACKAGE / EXTENSION).glob("*.ts")):
        for found in re.finditer(r"\bsay\(\s*'([^'\\]+)'", path.read_text(encoding="utf-8")):
            yield path, found[1]


# Not by Babel's own collector: it does not look into f-strings.
def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """Find the calls that say or mark a text, in the order of the code."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAID_BY:
        yield node
    for child in ast.iter_child_nodes(node):
        yield from _calls(child)


def _texts_of(call: ast.Call) -> list[str]:
    """Give the literals of a call; none where it says what was marked elsewhere."""
    assert isinstance(call.func, ast.Name)
    given = call.args[: SAID_BY[call.func.id]]
    built = [part for part in given if isinstance(part, ast.JoinedStr | ast.BinOp)]
    if built:
        raise ValueError(f"no text can be collected from {ast.unparse(call)}")
    return [part.value for part in given if isinstance(part, ast.Constant) and isinstance(part.value, str)]


def _comments(path: Path) -> dict[int, str]:
    """Give the lines that are comments, by number."""
    with path.open("rb") as code:
        tokens = [token for token in tokenize.tokenize(code.readline) if token.type == tokenize.COMMENT]
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.line.strip() == token.string}


def _above(line: int, comments: dict[int, str]) -> list[str]:
    """Give what is said to translators directly above a line."""
    said: list[str] = []
    while (line := line - 1) in comments:
        said.insert(0, comments[line])
        if said[0].startswith(FOR_TRANSLATORS):
            return [" ".join(said)]
    return []


def of_language(language: str) -> Catalog:
    """Read a language's catalogue; an empty one where there is none."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(language, **HEAD)
    with path.open("rb") as written:
        return read_po(written, language)


def update(language: str) -> None:
    """Write the code's texts with the translations there are."""
    old, new = of_language(language), of_code()
    made = Catalog(language, header_comment=f"# Genie's texts: {language}.", **HEAD)
    for message in new:
        if message.id:
            known = old.get(message.id)
            said = known.string if known is not None and known.id == message.id else None
            made.add(message.id, said, sorted(message.locations), auto_comments=message.auto_comments)
    with (FOLDER / f"{language}.po").open("wb") as out:
        write_po(out, made, width=0, sort_by_file=True, omit_header=False, include_lineno=False)


def compiled(language: str) -> bytes:
    """Give the catalogue in the form that the package reads."""
    catalogue, out = of_language(language), BytesIO()
    catalogue.creation_date, catalogue.revision_date = HEAD["creation_date"], HEAD["revision_date"]
    write_mo(out, catalogue)
    return out.getvalue()


def compiled_for_extension() -> str:
    """Give the extension's texts in every language, in the form that it is built with."""
    texts = dict.fromkeys(text for _, text in of_extension())
    said = {code: {text: of_language(code).get(text).string for text in texts} for code in languages()}
    return json.dumps(said, ensure_ascii=False, indent=1) + "\n"


def missing(catalogue: Catalog) -> list[str | Key]:
    """List the texts that are not translated."""
    return [message.id for message in catalogue if message.id and not _is_said(message.string)]


def _is_said(said: str | Key) -> bool:
    return bool(said) if isinstance(said, str) else bool(said) and all(said)


def languages() -> list[str]:
    """List the languages that have a catalogue."""
    return sorted(path.stem for path in FOLDER.glob("*.po"))


if __name__ == "__main__":
    step, *named = sys.argv[1:]
    for code in named or languages():
        if step == "update":
            update(code)
            print(code, len(missing(of_language(code))), "texts are not translated yet")
        elif step == "compile":
            (FOLDER / f"{code}.mo").write_bytes(compiled(code))
        else:
            print(*missing(of_language(code)), sep="\n")
    if step == "compile":
        OF_EXTENSION.write_text(compiled_for_extension(), encoding="utf-8")
