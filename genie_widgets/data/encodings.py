"""What encoding a text file has, and its text as a stream of UTF-8."""

from __future__ import annotations

import codecs
import io
import re
from dataclasses import dataclass
from typing import Any

from genie_widgets.data.sniffing import looks_wide
from genie_widgets.data.source import Source
from genie_widgets.language import tr

PIECE_BYTES = 4 << 20
# Encodings that spreadsheets and old systems write; charset-normalizer judges which of them makes words of the bytes.
LEGACY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "koi8_r", "cp850", "mac_roman",
    "shift_jis", "gb18030", "big5", "euc_jp", "euc_kr", "cp949",
)  # fmt: skip
_EVIDENCE_BYTES = 16 << 10
# Of so few lines that are not ASCII, no more can be told than that spreadsheets write Windows-1252.
_LEAST_EVIDENCE = 24
# Words that are not ASCII, with what stands close to them.
_NOT_ASCII = re.compile(rb"[^\r\n;,\t|]{0,20}[\x80-\xff][^\r\n;,\t|]{0,40}")
# Another guess than Windows-1252 must be so much less odd.
_SURE = 0.06
MIXED = "mixed"
# What other languages' letters look like where they are taken for Windows-1252.
_SYMBOL_IN_WORD = re.compile(r"[^\W\d_][¹³¼½¾£¿¡¥¯][^\W\d_]")
_TURKISH, _ICELANDIC = re.compile(r"[þýðÝÞÐ]"), re.compile(r"[áíúæ]")
_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
}
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)


@dataclass(frozen=True)
class Encoding:
    """An encoding, and what was seen while it was found.

    Attributes
    ----------
    name : str
        As Python calls it, or "mixed": UTF-8 with lines of Windows-1252 in it.
    n_nul : int
        NUL bytes that belong to no character; they are left out.
    """

    name: str
    n_nul: int = 0

    @property
    def words(self) -> str:
        """The name as people know it."""
        if self.name == MIXED:
            return tr("UTF-8, and Windows-1252 in some lines")
        return _NAMES.get(self.name, self.name.upper().replace("_", "-").replace("CP125", "Windows-125"))


def find_encoding(source: Source) -> Encoding:
    """Find a text file's encoding; all of it is looked at, since one byte may decide."""
    head = source.head(4096)
    for bom, name in _BOMS:
        if head.startswith(bom) and name != "utf-8-sig":
            return Encoding(name)
    wide = looks_wide(head)
    if wide:
        return Encoding(wide)
    decoder = codecs.getincrementaldecoder("utf-8")()
    reader, n_nul = source.reader(), 0
    odd, last = bytearray(), b""
    while True:
        piece = reader.read(PIECE_BYTES)
        n_nul += piece.count(0)
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError:
            decoder.reset()
            _gather(piece or last, odd)  # with nothing after it: the file ends within a character
        if not piece:
            break
        last = piece
    if not odd:
        return Encoding("utf-8", n_nul)
    return Encoding(_legacy(bytes(odd)), n_nul)


def _gather(piece: bytes, odd: bytearray) -> None:
    """Gather words that are not ASCII: only they tell encodings apart."""
    for match in _NOT_ASCII.finditer(piece):
        if len(odd) > _EVIDENCE_BYTES:
            return
        odd += match[0].strip() + b"\n"


def _legacy(odd: bytes) -> str:
    lines = odd.splitlines()
    whole = [line for line in lines if _is_utf8(line)]
    if len(whole) >= max(1, len(lines) // 2):
        return MIXED
    found = "cp1252"
    if sum(byte > 127 for byte in odd) >= _LEAST_EVIDENCE:
        from charset_normalizer import from_bytes

        matches = from_bytes(odd, cp_isolation=list(LEGACY), enable_fallback=False)
        best = matches.best()
        if best is not None and best.encoding in LEGACY and not _western(best, list(matches)):
            found = best.encoding
    if found == "cp1252":
        text = odd.decode("cp1252", "replace")
        # Once in a while a symbol stands between letters; in a Polish text every other word has one.
        symbols = len(_SYMBOL_IN_WORD.findall(text))
        often = symbols > 1 and symbols > 0.1 * sum(byte > 127 for byte in odd)
        if often and not _SYMBOL_IN_WORD.search(odd.decode("cp1250", "replace")):
            return "cp1250"
        if len(set(_TURKISH.findall(text))) > 1 and not _ICELANDIC.search(text):
            return "cp1254"
    return found


def _western(best: Any, matches: list[Any]) -> bool:
    """Say whether Windows-1252, by far the commonest, explains the bytes as well as the best guess does."""
    if best.encoding == "cp1252" or "cp1252" in best.could_be_from_charset:
        return True
    western = next((match for match in matches if match.encoding == "cp1252"), None)
    return western is not None and western.chaos <= best.chaos + _SURE


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def decode(content: bytes, encoding: Encoding) -> str:
    """Decode the beginning of a file; a character that is cut in half at its end is left out."""
    if encoding.name == MIXED:
        return b"".join(_recoded_lines(content)).decode().removeprefix("\ufeff").replace("\0", "")
    decoder = codecs.getincrementaldecoder(encoding.name)(errors="replace")
    return decoder.decode(content).removeprefix("\ufeff").replace("\0", "")


def utf8_stream(source: Source, encoding: Encoding) -> io.RawIOBase:
    """Give the file's text as UTF-8, without NUL bytes."""
    reader = source.reader()
    if encoding.name in ("utf-8", "utf-8-sig") and not encoding.n_nul:
        return reader
    return _Recoded(reader, encoding)


def _recoded_lines(content: bytes) -> list[bytes]:
    return [
        line if _is_utf8(line) else line.decode("cp1252", "replace").encode()
        for line in content.splitlines(keepends=True)
    ]


class _Recoded(io.RawIOBase):
    """A stream of another encoding, as UTF-8."""

    def __init__(self, reader: io.RawIOBase, encoding: Encoding) -> None:
        super().__init__()
        self._reader = reader
        self._mixed = encoding.name == MIXED
        self._decoder = None if self._mixed else codecs.getincrementaldecoder(encoding.name)(errors="replace")
        self._rest = b""
        self._ready = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        parts = [self._ready]
        have = len(self._ready)
        while size is None or size < 0 or have < size:
            piece = self._piece()
            if piece is None:
                break
            parts.append(piece)
            have += len(piece)
        joined = b"".join(parts)
        end = len(joined) if size is None or size < 0 else size
        self._ready = joined[end:]
        return joined[:end]

    def _piece(self) -> bytes | None:
        raw = self._reader.read(PIECE_BYTES) or b""
        if not raw and not self._rest:
            return None
        if self._decoder is not None:
            text = self._decoder.decode(raw, final=not raw)
            if not raw and not text:
                return None
            return text.replace("\0", "").encode("utf-8", "replace")
        content = self._rest + raw
        cut = content.rfind(b"\n") + 1 if raw else len(content)
        self._rest = content[cut:]
        return b"".join(_recoded_lines(content[:cut])).replace(b"\0", b"")
