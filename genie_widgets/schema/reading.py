"""How a file is to be read, and how it was: what a person may change."""

from __future__ import annotations

from typing import Literal

from genie_widgets.schema.base import Value

DateOrder = Literal["day", "month"]


class ReadOptions(Value):
    """How to read a file; what is None is found out.

    Attributes
    ----------
    delimiter : str or None
        The mark between cells of a text file.
    encoding : str or None
        A text file's encoding, by Python's name.
    decimal : {".", ","} or None
        The decimal mark; the other one then stands between thousands.
    title_rows : int or None
        Lines or rows above the column names.
    header : bool or None
        Whether the first row after the titles holds the column names.
    date_order : {"day", "month"} or None
        What stands first in dates such as 01/02/2024.
    sheet : str or None
        The sheet of a workbook.
    member : str or None
        The file in an archive.
    as_text : tuple of str
        Columns whose cells are kept as they are written.
    stratify_by : str or None
        The column whose rare classes keep their rows where the file is too large for the memory: of each class
        about 1,000 rows are taken at least, or all there are.
    """

    delimiter: str | None = None
    encoding: str | None = None
    decimal: Literal[".", ","] | None = None
    title_rows: int | None = None
    header: bool | None = None
    date_order: DateOrder | None = None
    sheet: str | None = None
    member: str | None = None
    as_text: tuple[str, ...] = ()
    stratify_by: str | None = None


class FileLayout(Value):
    """How a file was read.

    Attributes
    ----------
    kind : {"text", "workbook", "typed"}
        Whether its cells are text, those of a workbook, or carry types of their own.
    options : ReadOptions
        What was understood; what does not apply to the file is None.
    asked : ReadOptions
        What a person said of it.
    sheets : tuple of str
        Sheets to choose from.
    members : tuple of str
        Files of the archive to choose from.
    can_be_stratified : bool
        Whether it is a sample of a file, which can be read again by `ReadOptions.stratify_by`.
    """

    kind: Literal["text", "workbook", "typed"] = "typed"
    options: ReadOptions = ReadOptions()
    asked: ReadOptions = ReadOptions()
    sheets: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    can_be_stratified: bool = False
