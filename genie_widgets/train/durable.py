"""Pickles that are whole or not there: a process may be killed, or another may read, at any moment."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# The ending of a file that is being written.
UNFINISHED = ".part"


@contextmanager
def whole_pickles() -> Iterator[None]:
    """Make AutoGluon write each pickle under another name first, and rename it once it is whole.

    AutoGluon opens its files for writing in place: killed in that moment it
    leaves half a file where a usable one was, the list of its models included.
    """
    from autogluon.common.savers import save_pkl

    write = save_pkl.save_with_fn

    def write_whole(path: str, *arguments: Any, **named: Any) -> None:
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f"{place.name}.{secrets.token_hex(4)}{UNFINISHED}")
        try:
            write(str(temporary), *arguments, **named)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)

    save_pkl.save_with_fn = write_whole
    try:
        yield
    finally:
        save_pkl.save_with_fn = write
