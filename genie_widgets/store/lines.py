"""Short lines that a workspace keeps of what happened: written at a file's end by whoever comes, the newest read."""

from __future__ import annotations

from pathlib import Path


def note_line(path: Path, line: str) -> None:
    """Write a line at a file's end; its folder is made if need be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as file:
        # A short line at the file's end is written whole, whoever else writes.
        file.write(f"{line}\n")


def newest_lines(path: Path, n_bytes: int) -> list[str]:
    """Give the lines in a file's last bytes, of which the first may be a part; none where there is no file."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - n_bytes))
            return file.read().decode("ascii", errors="replace").split("\n")
    except OSError:
        return []


def number(text: str) -> float | None:
    """Read a number that is finite and not below 0; None where there is none."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found < float("inf") else None
