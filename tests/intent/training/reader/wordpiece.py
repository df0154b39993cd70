"""Pieces of words that the encoder knows, as BERT's uncased WordPiece cuts them, each with its place in the text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

UNKNOWN, BEGIN, END = "[UNK]", "[CLS]", "[SEP]"
# A text is cut after so many pieces, and read no farther than so many characters.
MOST_PIECES, MOST_CHARACTERS = 128, 4_000
# A longer word is no word.
LONGEST_WORD = 100
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip
_ASCII_SIGNS = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_Letters = list[tuple[str, int]]


class Pieces(NamedTuple):
    """A text in pieces, with the signs of its beginning and its end.

    Attributes
    ----------
    ids : list of int
        Rows of the vocabulary.
    spans : list of (int, int)
        Where each piece stands in the text; (0, 0) for the two signs.
    """

    ids: list[int]
    spans: list[tuple[int, int]]


class WordPiece:
    """Cuts texts into the pieces of a vocabulary.

    Parameters
    ----------
    tokens : list of str
        The vocabulary, in the order of its rows.
    """

    def __init__(self, tokens: list[str]) -> None:
        self._rows = {token: row for row, token in enumerate(tokens)}
        self._longest = max(map(len, tokens))

    def pieces(self, text: str, most: int = MOST_PIECES) -> Pieces:
        """Cut a text.

        Parameters
        ----------
        text : str
            In any script: words that the vocabulary lacks fall into pieces, or letters.
        most : int
            As many pieces at most, the two signs among them.

        Returns
        -------
        Pieces
            At least the two signs.
        """
        ids, spans = [self._rows[BEGIN]], [(0, 0)]
        for word in _words(text[:MOST_CHARACTERS]):
            for row, start, end in self._cut(word):
                ids.append(row)
                spans.append((start, end))
            if len(ids) >= most - 1:
                break
        return Pieces([*ids[: most - 1], self._rows[END]], [*spans[: most - 1], (0, 0)])

    def _cut(self, word: _Letters) -> list[tuple[int, int, int]]:
        """Take the longest known piece again and again; a word of which a part is unknown is unknown."""
        letters = "".join(letter for letter, _ in word)
        whole = (self._rows[UNKNOWN], word[0][1], word[-1][1] + 1)
        if len(letters) > LONGEST_WORD:
            return [whole]
        found, at = [], 0
        while at < len(letters):
            mark = "##" if at else ""
            for end in range(min(len(letters), at + self._longest), at, -1):
                row = self._rows.get(mark + letters[at:end])
                if row is not None:
                    found.append((row, word[at][1], word[end - 1][1] + 1))
                    at = end
                    break
            else:
                return [whole]
        return found


def _words(text: str) -> Iterator[_Letters]:
    """Split into words and signs, in small letters without accents, each letter with its place."""
    word: _Letters = []
    for place, char in enumerate(text):
        apart = _is_ideograph(char)
        if char in "\t\n\r" or (category := unicodedata.category(char)) == "Zs" or apart:
            if word:
                yield word
                word = []
            if not apart:
                continue
        elif char == "\ufffd" or category[0] == "C":
            continue
        for part in unicodedata.normalize("NFD", char):
            if unicodedata.category(part) == "Mn":
                continue
            for small in part.lower():
                if apart or _is_sign(small):
                    if word:
                        yield word
                        word = []
                    yield [(small, place)]
                else:
                    word.append((small, place))
    if word:
        yield word


def _is_ideograph(char: str) -> bool:
    return char >= "\u3400" and any(low <= ord(char) <= high for low, high in _IDEOGRAPHS)


def _is_sign(char: str) -> bool:
    return char in _ASCII_SIGNS or (not char.isascii() and unicodedata.category(char)[0] == "P")
