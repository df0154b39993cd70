"""The one base of every value: frozen, and strict about unknown fields."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen value that refuses fields it does not know."""

    # JSON knows no NaN and no infinity; as words they come back from a file as the numbers they were.
    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")
