"""Packed files: gzip, Zstandard and zip, unpacked to a file of our own and never to a name of theirs."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from typing import IO, Any

from genie_widgets.data import problems
from genie_widgets.data.source import Source
from genie_widgets.language import tr

# Beyond this, a file may not unpack to more than so many times its size: tables do not, bombs do.
SUSPICIOUS_BYTES, MAX_RATIO = 2**30, 200
MAX_UNPACKED_BYTES = 16 * 2**30
IN_MEMORY_BYTES = 64 * 2**20
PIECE_BYTES = 1 << 20
MAX_MEMBERS = 1000
_WHAT_UNPACKERS_RAISE = (OSError, EOFError, ValueError, RuntimeError, NotImplementedError, zlib.error)


def _zstd(file: IO[bytes]) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(file, mode="r"), "zstd")


_OPEN: dict[str, Callable[[IO[bytes]], Any]] = {
    "gzip": lambda file: gzip.GzipFile(fileobj=file),
    "zstd": _zstd,
}
PACKED = frozenset(_OPEN)


def unpack(source: Source, kind: str) -> Source:
    """Unpack a file that holds one other.

    Parameters
    ----------
    source : Source
        The packed file.
    kind : str
        One of `PACKED`.

    Returns
    -------
    Source
        The file inside.

    Raises
    ------
    GenieError
        If it is damaged, or unpacks to more than is reasonable.
    """
    return _copied(lambda: _OPEN[kind](source.file()), source, source.name, kind)


def list_members(source: Source) -> dict[str, zipfile.ZipInfo] | None:
    """List the files of a zip archive that may be tables, the largest first.

    Returns
    -------
    dict or None
        Names as people see them; None if the archive cannot be read.
    """
    try:
        with zipfile.ZipFile(source.file()) as archive:
            entries = archive.infolist()[:MAX_MEMBERS]
    except (zipfile.BadZipFile, *_WHAT_UNPACKERS_RAISE):
        return None
    tables = [
        entry
        for entry in entries
        if not entry.is_dir()
        and entry.file_size
        and not entry.filename.startswith("__MACOSX/")
        and not entry.filename.rsplit("/", 1)[-1].startswith(".")
    ]
    return {entry.filename: entry for entry in sorted(tables, key=lambda entry: -entry.file_size)}


def unpack_member(source: Source, entry: zipfile.ZipInfo) -> Source:
    """Unpack one file of a zip archive; its name is shown, and never becomes a path.

    Raises
    ------
    GenieError
        If it is protected, damaged, or unpacks to more than is reasonable.
    """
    if entry.flag_bits & 1:
        raise problems.protected(source.name, "archive")
    with zipfile.ZipFile(source.file()) as archive:
        return _copied(lambda: archive.open(entry), source, entry.filename.rsplit("/", 1)[-1], tr("a zip archive"))


def _copied(opened: Callable[[], Any], source: Source, name: str, kind: str) -> Source:
    # In memory while it is small, then on disk; it has no name, and is gone once it is closed.
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 -- closed with the source
    limit = min(MAX_UNPACKED_BYTES, shutil.disk_usage(tempfile.gettempdir()).free // 2)
    written = 0
    try:
        with opened() as file:
            while piece := file.read(PIECE_BYTES):
                written += len(piece)
                bomb = written > SUSPICIOUS_BYTES and written > MAX_RATIO * source.size
                if written > limit or bomb:
                    target.close()
                    raise problems.too_large_unpacked(source.name, written)
                target.write(piece)
    except (zipfile.BadZipFile, *_WHAT_UNPACKERS_RAISE):
        target.close()
        raise problems.broken(source.name, kind) from None
    return Source(target, name)
