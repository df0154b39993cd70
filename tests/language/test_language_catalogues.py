"""Each language says all there is to say, with the same values, in the form that the package reads."""

import string

import catalogues
import pytest
from catalogues import FOLDER, OF_EXTENSION, compiled, compiled_for_extension, languages, missing, of_code, of_language

from genie_widgets.language import LANGUAGES


def test_every_language_offered_has_a_catalogue():
    assert ["en", *languages()] == sorted(LANGUAGES, key=lambda code: (code != "en", code))


def test_texts_are_collected_wherever_they_stand(tmp_path, monkeypatch):
    (tmp_path / "a.py").write_text(
        "\n".join(
            (
                "# Translators: verb",
                "# on a button",
                'A = mark("one")',
                """B = f'<p title="{esc(tr("two"))}">{plural("{n} row", "{n} rows", 1)}</p>'""",
                'C = tr("th" "ree", a=tr("four")), tr(A), other("five")',
            )
        )
    )
    scripts = tmp_path / "labextension" / "src"
    scripts.mkdir(parents=True)
    (scripts / "b.ts").write_text("a(say('five'), say(\n  'six \"{x}\"', { x }));")
    monkeypatch.setattr(catalogues, "PACKAGE", tmp_path)
    found = {message.id: message.auto_comments for message in of_code() if message.id}
    assert list(found) == ["one", "two", ("{n} row", "{n} rows"), "three", "four", "five", 'six "{x}"']
    assert found["one"] == ["Translators: verb on a button"]
    (tmp_path / "a.py").write_text('tr(f"{a} six")')
    with pytest.raises(ValueError, match="six"):
        of_code()


def test_no_text_has_an_unnamed_place():
    assert not [text for text in _texts(of_code()) for name, _ in _places(text) if not name.isidentifier()]


@pytest.mark.parametrize("code", languages())
def test_a_catalogue_has_just_the_texts_of_the_code_all_of_them_translated(code):
    catalogue = of_language(code)
    assert {message.id for message in catalogue} == {message.id for message in of_code()}
    assert missing(catalogue) == []


@pytest.mark.parametrize("code", languages())
def test_a_translation_has_the_places_of_its_text(code):
    wrong = []
    for message in of_language(code):
        ours = [message.id] if isinstance(message.id, str) else list(message.id)
        theirs = [message.string] if isinstance(message.string, str) else list(message.string)
        # One thing may be said without its number ("a row").
        wanted, spare = set(_places(ours[-1])), {("n", form) for name, form in _places(ours[-1]) if name == "n"}
        wrong += [said for said in theirs if message.id and not wanted - spare <= set(_places(said)) <= wanted]
    assert wrong == []


@pytest.mark.parametrize("code", languages())
def test_a_translation_has_no_markup_of_its_own(code):
    wrong = []
    for message in of_language(code):
        if not message.id:
            continue  # the head, which tells the form of plurals
        ours = message.id if isinstance(message.id, str) else "".join(message.id)
        theirs = message.string if isinstance(message.string, str) else "".join(message.string)
        # Texts stand in HTML as they are where they have no value that must be escaped.
        wrong += [theirs for char in "<>&" if char in theirs and char not in ours]
    assert wrong == []


@pytest.mark.parametrize("code", languages())
def test_what_the_package_reads_is_what_was_written(code):
    assert (FOLDER / f"{code}.mo").read_bytes() == compiled(code), "run: python tests/language/catalogues.py compile"


def test_the_extension_is_built_with_what_was_written():
    assert OF_EXTENSION.read_text(encoding="utf-8") == compiled_for_extension()


def _texts(catalogue):
    for message in catalogue:
        yield from [message.id] if isinstance(message.id, str) else message.id


def _places(text):
    parts = string.Formatter().parse(text)
    return [(name, f"{form}{conversion or ''}") for _, name, form, conversion in parts if name is not None]
