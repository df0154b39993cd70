"""A file behind an address on the network: fetched by HTTP, to a file without a name, within a limit."""

from __future__ import annotations

import base64
import http.client
import ipaddress
import shutil
import socket
import ssl
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import IO, Any

from genie_widgets.data import problems
from genie_widgets.data.reading import read_table
from genie_widgets.data.table import Table
from genie_widgets.language import tr
from genie_widgets.schema import ReadOptions

TIMEOUT_S = 30.0
PIECE_BYTES = 1 << 20
# Addresses that stand for others, which may be of this network.
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")


class _RefusedError(OSError):
    """An address of this machine or of its own network."""


class _LostError(ValueError):
    """Less came than was announced."""


def read_url(address: str, *, options: ReadOptions | None = None, max_bytes: int | None = None) -> Table:
    """Fetch and read a table.

    Parameters
    ----------
    address : str
        Begins with ``http://`` or ``https://``.
    options : ReadOptions, optional
        How to read it where it would be understood otherwise.
    max_bytes : int, optional
        The largest file; None means half of what the disk holds.

    Raises
    ------
    GenieError
        If it cannot be fetched or read.
    """
    file, name = fetch(address, Path(tempfile.gettempdir()), max_bytes=max_bytes)
    with file:
        return read_table(file, name=name, options=options)


def fetch(
    address: str, folder: Path, *, max_bytes: int | None = None, public_only: bool = False
) -> tuple[IO[bytes], str]:
    """Fetch a file.

    Parameters
    ----------
    address : str
        Begins with ``http://`` or ``https://``; a name and password in it are sent, and never shown.
    folder : Path
        Where the file lies, without a name: it is gone once it is closed.
    max_bytes : int, optional
        The largest file; None means half of what the disk holds.
    public_only : bool
        Refuse addresses of this machine and of its own network, wherever a name or a redirect leads.

    Returns
    -------
    tuple
        The open file, and what it is called.

    Raises
    ------
    GenieError
        If there is no file there, or it is too large.
    """
    parts = _parts(address)
    name = urllib.parse.unquote(parts.path).rstrip("/").rsplit("/", 1)[-1] or str(parts.hostname)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    limit = max_bytes if max_bytes is not None else shutil.disk_usage(folder).free // 2
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 -- the caller's
    try:
        with _opener(public_only).open(_request(parts), timeout=TIMEOUT_S) as answer:
            if answer.headers.get_content_type() in ("text/html", "application/xhtml+xml"):
                raise problems.unreadable(
                    "web-page",
                    tr("At {host} there is a web page, and no table.", host=parts.hostname),
                    tr("Give the address that the page's download link has."),
                    name,
                )
            _copy(answer, file, name, limit)
    except urllib.error.HTTPError as error:
        file.close()
        error.close()
        meaning = http.client.responses.get(error.code) or tr("no reason given")
        raise _failed(parts, tr("it answers {status} ({meaning})", status=str(error.code), meaning=meaning)) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        file.close()
        raise _failed(parts, _reason(error)) from None
    except BaseException:
        file.close()
        raise
    return file, name


def _parts(address: str) -> urllib.parse.SplitResult:
    try:
        parts = urllib.parse.urlsplit(address.strip())
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known:
        raise problems.unreadable(
            "no-address",
            tr("This is no address of a file on the network."),
            tr("Give one that begins with https:// or http://."),
            "address",
        )
    return parts


def _request(parts: urllib.parse.SplitResult) -> urllib.request.Request:
    host = parts.netloc.rpartition("@")[2]
    path = urllib.parse.quote(parts.path, safe="/%:@!$&'()*+,;=~")
    query = urllib.parse.quote(parts.query, safe="/%:@!$&'()*+,;=~?")
    made = urllib.request.Request(  # noqa: S310 -- http and https alone, see `_parts`
        urllib.parse.urlunsplit((parts.scheme, host.encode("idna").decode(), path or "/", query, "")),
        headers={"User-Agent": "genie-widgets", "Accept": "*/*"},
    )
    if parts.username is not None:
        words = f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        # Not sent on to where a redirect leads.
        made.add_unredirected_header("Authorization", f"Basic {base64.b64encode(words.encode()).decode()}")
    return made


def _opener(public_only: bool) -> urllib.request.OpenerDirector:
    """Make an opener that knows HTTP alone: no redirect leads to a file of this machine."""
    made = urllib.request.OpenerDirector()
    handlers: list[Any] = [
        urllib.request.HTTPRedirectHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
        urllib.request.UnknownHandler(),
    ]
    if public_only:
        handlers += [_PublicHTTP(), _PublicHTTPS()]
    else:
        handlers += [urllib.request.ProxyHandler(), urllib.request.HTTPHandler(), urllib.request.HTTPSHandler()]
    for handler in handlers:
        made.add_handler(handler)
    return made


def _connect_publicly(address: tuple[str, int], timeout: Any = TIMEOUT_S, _source: Any = None) -> socket.socket:
    """Connect to a public address: the very one that was judged, so that a name cannot lead elsewhere meanwhile."""
    host, port = address
    last: OSError = _RefusedError()
    for family, kind, protocol, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not is_public(str(place[0])):
            raise _RefusedError
        made = socket.socket(family, kind, protocol)
        try:
            made.settimeout(timeout)
            made.connect(place)
        except OSError as error:
            made.close()
            last = error
        else:
            return made
    raise last


def is_public(address: str) -> bool:
    """Say whether an IP address is one of the open network."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip.sixtofour is not None or ip.teredo is not None or ip in _TRANSLATED:
            return False
    return ip.is_global and not ip.is_multicast


class _PublicConnection(http.client.HTTPConnection):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._create_connection = _connect_publicly


class _PublicSecureConnection(http.client.HTTPSConnection):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._create_connection = _connect_publicly


class _PublicHTTP(urllib.request.HTTPHandler):
    def http_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_PublicConnection, request)


class _PublicHTTPS(urllib.request.HTTPSHandler):
    def https_open(self, request: urllib.request.Request) -> Any:
        return self.do_open(_PublicSecureConnection, request, context=ssl.create_default_context())


def _copy(answer: Any, file: IO[bytes], name: str, limit: int) -> None:
    written = 0
    while piece := answer.read(PIECE_BYTES):
        written += len(piece)
        if written > limit:
            raise problems.too_large_here(name, limit)
        file.write(piece)
    announced = answer.headers.get("Content-Length", "")
    if announced.isdecimal() and written < int(announced):
        raise _LostError


def _reason(error: Exception) -> str:
    inner = getattr(error, "reason", None)
    cause = inner if isinstance(inner, Exception) else error
    if isinstance(cause, _RefusedError):
        return tr("addresses of this machine and its network are not fetched here")
    if isinstance(cause, TimeoutError):
        return tr("no answer came")
    if isinstance(cause, socket.gaierror):
        return tr("there is no such host")
    if isinstance(cause, ssl.SSLError):
        return tr("its certificate is not trusted")
    if isinstance(cause, _LostError):
        return tr("the connection was lost half-way")
    return getattr(cause, "strerror", None) or tr("it did not answer as a server of files does")


def _failed(parts: urllib.parse.SplitResult, reason: str) -> Exception:
    # Neither the path nor the query: they may hold a key.
    host = str(parts.hostname)[:80]
    return problems.unreadable(
        "not-fetched",
        tr("Nothing could be fetched from {host}: {reason}.", host=host, reason=reason),
        tr("Check the address, or upload the file."),
        host,
    )
