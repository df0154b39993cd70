"""Pieces of words that the encoder knows, as BERT's uncased WordPiece cuts them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

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

    def pieces(self, text: str, most: int = MOST_PIECES) -> list[int]:
        """Cut a text.

        Parameters
        ----------
        text : str
            In any script: words that the vocabulary lacks fall into pieces, or letters.
        most : int
            As many pieces at most, the signs of the beginning and the end among them.

        Returns
        -------
        list of int
            Rows of the vocabulary; at least the two signs.
        """
        ids = [self._rows[BEGIN]]
        for word in _words(text[:MOST_CHARACTERS]):
            ids += self._cut(word)
            if len(ids) >= most - 1:
                break
        return [*ids[: most - 1], self._rows[END]]

    def _cut(self, word: str) -> list[int]:
        """Take the longest known piece again and again; a word of which a part is unknown is unknown."""
        whole = [self._rows[UNKNOWN]]
        if len(word) > LONGEST_WORD:
            return whole
        found, at = [], 0
        while at < len(word):
            mark = "##" if at else ""
            for end in range(min(len(word), at + self._longest), at, -1):
                row = self._rows.get(mark + word[at:end])
                if row is not None:
                    found.append(row)
                    at = end
                    break
            else:
                return whole
        return found


def _words(text: str) -> Iterator[str]:
    """Split into words and signs, in small letters without accents."""
    word = ""
    for char in text:
        apart = _is_ideograph(char)
        if char in "\t\n\r" or (category := unicodedata.category(char)) == "Zs" or apart:
            if word:
                yield word
                word = ""
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
                        word = ""
                    yield small
                else:
                    word += small
    if word:
        yield word


def _is_ideograph(char: str) -> bool:
    return char >= "\u3400" and any(low <= ord(char) <= high for low, high in _IDEOGRAPHS)


def _is_sign(char: str) -> bool:
    return char in _ASCII_SIGNS or (not char.isascii() and unicodedata.category(char)[0] == "P")
