"""Flat buffers, read without their schema: a table's fields are found by their numbers."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class FlatTable:
    """A table in a buffer.

    Attributes
    ----------
    data : bytes
    at : int
        Where it begins.
    """

    data: bytes
    at: int

    @classmethod
    def root(cls, data: bytes) -> FlatTable:
        """Find the table that all others are reached from."""
        return cls(data, _read("I", data, 0))

    def _place(self, field: int) -> int | None:
        """Find a field; None where it was left out, and has its default."""
        fields = self.at - _read("i", self.data, self.at)
        entry = 4 + 2 * field
        offset = _read("H", self.data, fields + entry) if entry < _read("H", self.data, fields) else 0
        return self.at + offset if offset else None

    def number(self, field: int, kind: str, default: int) -> int:
        """Read a number, of a kind as `struct` names it."""
        place = self._place(field)
        return default if place is None else _read(kind, self.data, place)

    def table(self, field: int) -> FlatTable:
        """Read a table, which must be there."""
        place = self._place(field)
        if place is None:
            raise ValueError(f"the flat buffer has no table {field}")
        return FlatTable(self.data, place + _read("I", self.data, place))

    def array(self, field: int, dtype: Any) -> Any:
        """Read a vector of numbers or of structs; an empty one where it was left out."""
        place = self._place(field)
        if place is None:
            return np.zeros(0, dtype=dtype)
        place += _read("I", self.data, place)
        return np.frombuffer(self.data, dtype, count=_read("I", self.data, place), offset=place + 4)

    def tables(self, field: int) -> list[FlatTable]:
        """Read a vector of tables; an empty one where it was left out."""
        place = self._place(field)
        if place is None:
            return []
        first = place + _read("I", self.data, place) + 4
        return [
            FlatTable(self.data, first + 4 * at + offset) for at, offset in enumerate(self.array(field, "<u4").tolist())
        ]


def _read(kind: str, data: bytes, at: int) -> int:
    (number,) = struct.unpack_from("<" + kind, data, at)
    return int(number)
