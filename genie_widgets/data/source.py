"""A file's bytes, on disk or in memory: opened once, so that what happens to the file's name does no harm."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO

from genie_widgets.data import problems
from genie_widgets.language import tr

HEAD_BYTES = 1 << 20


class Source:
    """The bytes of one file, as many as there were when it was opened.

    Parameters
    ----------
    file : binary file
        Open for reading, and seekable; closed with the source.
    name : str
        What a person calls it.
    keep : bool
        Leave the file open when the source is closed: it is its owner's.
    """

    def __init__(self, file: IO[bytes], name: str, *, keep: bool = False) -> None:
        self.name = name
        self._file = file
        self._keep = keep
        self.size = file.seek(0, os.SEEK_END)

    @classmethod
    def of_bytes(cls, content: bytes, name: str) -> Source:
        """Make a source of bytes in memory."""
        return cls(io.BytesIO(content), name)

    @classmethod
    def of_path(cls, path: Path, name: str) -> Source:
        """Open a file.

        Raises
        ------
        GenieError
            If it cannot be opened.
        """
        try:
            if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe or a device may have no end
                raise problems.unreadable(
                    "no-plain-file",
                    tr("{file} is no plain file.", file=path.name),
                    tr("Save it as a file first."),
                    path.name,
                )
            return cls(path.open("rb"), name)
        except FileNotFoundError:
            raise problems.unreadable(
                "no-such-file",
                tr("There is no file {file}.", file=path.name),
                tr("Check the spelling and the folder."),
                path.name,
            ) from None
        except IsADirectoryError:
            raise problems.unreadable(
                "is-a-folder", tr("{file} is a folder.", file=path.name), tr("Name a file in it."), path.name
            ) from None
        except PermissionError:
            raise problems.unreadable(
                "no-permission",
                tr("{file} may not be read.", file=path.name),
                tr("Ask its owner for the permission to read it."),
                path.name,
            ) from None
        except (OSError, ValueError) as error:  # a name that no file can have, a disk that fails
            shown = repr(path.name[:60])[1:-1]
            reason = getattr(error, "strerror", None) or tr("no file can have this name")
            raise problems.unreadable(
                "unreadable-file",
                tr("{file} could not be opened: {reason}.", file=shown, reason=reason),
                tr("Check the name, or copy the file."),
                shown,
            ) from None

    def close(self) -> None:
        """Let go of the file."""
        if not self._keep:
            self._file.close()

    def head(self, n: int = HEAD_BYTES) -> bytes:
        """Give the first bytes."""
        self._file.seek(0)
        return self._file.read(min(n, self.size))

    def whole(self) -> bytes:
        """Give all bytes."""
        return Reader(self).read()

    def file(self) -> IO[bytes]:
        """Give the file itself, at its beginning, for readers that seek."""
        self._file.seek(0)
        return self._file

    def reader(self) -> Reader:
        """Give a stream of the bytes from the beginning; one at a time may be in use."""
        return Reader(self)


class Reader(io.RawIOBase):
    """A stream of a source's bytes that ends where the file ended when it was opened.

    A file that grows while it is read is read as it was; one that is cut short
    is told, and never taken for a shorter table.
    """

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source
        self._file = source.file()
        self._left = source.size

    def readable(self) -> bool:
        """Say yes."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Read at most `size` bytes; all that are left where it is negative.

        Raises
        ------
        GenieError
            If the file has been cut short.
        """
        wanted = self._left if size is None or size < 0 else min(size, self._left)
        piece = self._file.read(wanted)
        if len(piece) < wanted:
            name = self._source.name
            raise problems.unreadable(
                "file-changed",
                tr("{file} became shorter while it was read.", file=name),
                tr("Wait until it is written; then retry."),
                name,
            )
        self._left -= len(piece)
        return piece
