"""Where tables come from: what a host allows, and the last table's file, kept so that it can be read differently."""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from genie_widgets.language import tr
from genie_widgets.schema import GenieError, Problem, ReadOptions, Settings

if TYPE_CHECKING:
    from pydantic import SecretStr

    from genie_widgets.data import Table


class Intake:
    """Reads tables, one at a time.

    Parameters
    ----------
    settings : Settings
        What the host allows.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._file: Path | bytes | IO[bytes] | None = None

    @property
    def can_read_again(self) -> bool:
        """Whether there is a file that can be read differently."""
        return self._file is not None

    def read(self, source: Any, name: str | None) -> Table:
        """Read what code gives: a table, a frame, a path, bytes; nothing is forbidden to it."""
        from genie_widgets.data import Table, read_table

        with self._lock:
            table = source if isinstance(source, Table) else read_table(source, name=name)
            is_file = isinstance(source, str | Path | bytes)
            self._keep(Path(source).absolute() if isinstance(source, str | Path) else source if is_file else None)
            return table

    def read_upload(self, path: Path, name: str) -> Table:
        """Read an uploaded file. It loses its name at once, and is gone once another table is read or we end."""
        file = path.open("rb")
        path.unlink(missing_ok=True)
        return self._read_file(file, name)

    def read_path(self, text: str) -> Table:
        """Read a file of this machine that a person named.

        Raises
        ------
        GenieError
            If the host forbids it, it is too large, or it cannot be read.
        """
        from genie_widgets.data import read_table

        if not self._settings.allow_paths:
            raise forbidden(tr("Files of this machine may not be named on this page."), "GENIE_ALLOW_PATHS")
        path = Path(text.strip().strip("\"'")).expanduser()
        with self._lock:
            with contextlib.suppress(OSError, ValueError):
                self._check_size(path.stat().st_size, path.name)
            table = read_table(path)
            self._keep(path.absolute())
            return table

    def read_url(self, address: str) -> Table:
        """Read a file from the network.

        Raises
        ------
        GenieError
            If the host forbids it, it is too large, or it cannot be fetched or read.
        """
        from genie_widgets.data import fetch

        settings = self._settings
        if not settings.allow_urls:
            raise forbidden(tr("Addresses on the network may not be named on this page."), "GENIE_ALLOW_URLS")
        file, name = fetch(
            address,
            settings.workspace / "uploads",
            max_bytes=settings.max_upload_bytes,
            public_only=settings.public_urls_only,
        )
        return self._read_file(file, name)

    def read_query(self, address: SecretStr, query: str) -> Table:
        """Read the rows of a query on a database.

        Raises
        ------
        GenieError
            If the host forbids it, or the database does not answer.
        """
        from genie_widgets.data import read_query

        if not self._settings.allow_queries:
            raise forbidden(tr("Databases may not be named on this page."), "GENIE_ALLOW_QUERIES")
        with self._lock:
            table = read_query(address, query)
            self._keep(None)
            return table

    def read_again(self, name: str, options: ReadOptions) -> Table:
        """Read the last table's file once more, as a person says; the table stays if that fails."""
        from genie_widgets.data import read_table

        with self._lock:
            if self._file is None:
                raise GenieError(
                    Problem(
                        code="no-file",
                        title=tr("The file of this table is not at hand any more."),
                        remedy=tr("Choose it again."),
                        culprit=name,
                    )
                )
            return read_table(self._file, name=name, options=options)

    def forget(self) -> None:
        """Let go of the last table's file; one that is being read is left to its reader."""
        if self._lock.acquire(blocking=False):
            try:
                self._keep(None)
            finally:
                self._lock.release()

    def _read_file(self, file: IO[bytes], name: str) -> Table:
        from genie_widgets.data import read_table

        with self._lock:
            try:
                table = read_table(file, name=name)
            except BaseException:
                file.close()
                raise
            self._keep(file)
            return table

    def _check_size(self, size: int, name: str) -> None:
        from genie_widgets.data import problems

        limit = self._settings.max_upload_bytes
        if limit is not None and size > limit:
            raise problems.too_large_here(name, limit)

    def _keep(self, file: Path | bytes | IO[bytes] | None) -> None:
        last, self._file = self._file, file
        if last is not None and not isinstance(last, Path | bytes):
            last.close()


def without_password(address: str) -> str:
    """Give an address as it may be shown."""
    scheme, mark, rest = address.strip().partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}"


def forbidden(title: str, setting: str, remedy: str = "") -> GenieError:
    """Tell what a host forbids, by the setting that would allow it; without another remedy a file can be uploaded."""
    upload = tr("Upload the file instead; who runs the page can allow it with {setting}=1.", setting=setting)
    return GenieError(
        Problem(
            code="not-allowed-here",
            title=title,
            remedy=remedy or upload,
            culprit=setting,
        )
    )
