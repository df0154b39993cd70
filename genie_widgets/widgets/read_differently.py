"""How a table was read, as controls: what a person changes is how it is read again."""

from __future__ import annotations

from typing import Any

import ipywidgets as w

from genie_widgets.language import mark, tr
from genie_widgets.schema import FileLayout, ReadOptions, TableProfile
from genie_widgets.session import Session, SessionState, Stage
from genie_widgets.widgets.chips import Chips
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.elements import button, choose, field, html, row, show, with_classes
from genie_widgets.widgets.step import Step

_DELIMITERS = {
    ",": mark("Comma"),
    ";": mark("Semicolon"),
    "\t": mark("Tab"),
    "|": mark("Bar |"),
    " ": mark("Space"),
    ":": mark("Colon"),
    "^": mark("Caret ^"),
    "~": mark("Tilde ~"),
}
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "cp1252": mark("Windows-1252, western"),
    "iso8859-15": mark("ISO 8859-15, western"),
    "cp850": mark("DOS 850, western"),
    "mac_roman": mark("Macintosh, western"),
    "cp1250": mark("Windows-1250, central Europe"),
    "cp1257": mark("Windows-1257, Baltic"),
    "cp1251": mark("Windows-1251, Cyrillic"),
    "koi8_r": mark("KOI8-R, Cyrillic"),
    "cp1253": mark("Windows-1253, Greek"),
    "cp1254": mark("Windows-1254, Turkish"),
    "cp1255": mark("Windows-1255, Hebrew"),
    "cp1256": mark("Windows-1256, Arabic"),
    "shift_jis": mark("Shift JIS, Japanese"),
    "euc_jp": mark("EUC-JP, Japanese"),
    "gb18030": mark("GB 18030, Chinese"),
    "big5": mark("Big5, Chinese"),
    "cp949": mark("CP949, Korean"),
}
_DECIMALS = {".": mark("Point: 1,234.50"), ",": mark("Comma: 1.234,50")}
_HEADERS = {True: mark("In the first row"), False: mark("There are none")}
_ORDERS = {"day": mark("Day first: 31/12/2024"), "month": mark("Month first: 12/31/2024")}
MAX_TITLE_ROWS = 20
# A list of ipywidgets shows nothing where its value is None.
AS_FOUND = "as found"
_TITLES = dict(enumerate([mark("None"), *map(str, range(1, MAX_TITLE_ROWS + 1))]))
_FIELDS: dict[str, tuple[str, dict[Any, str]]] = {
    "member": (mark("File of the archive"), {}),
    "sheet": (mark("Sheet"), {}),
    "delimiter": (mark("Between cells"), _DELIMITERS),
    "encoding": (mark("Encoding"), _ENCODINGS),
    "decimal": (mark("Decimal mark"), _DECIMALS),
    "title_rows": (mark("Rows above the column names"), _TITLES),
    "header": (mark("Column names"), _HEADERS),
    "date_order": (mark("Dates"), _ORDERS),
}
# Which of them mean something, by the kind of file.
_MEANT = {
    "text": ("delimiter", "encoding", "decimal", "title_rows", "header", "date_order"),
    "workbook": ("sheet", "decimal", "title_rows", "header", "date_order"),
    "typed": (),
}


class ReadDifferently(Step):
    """Shows how the table's file was read, and has it read again as the person says."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._profile: TableProfile | None = None
        self._controls = {name: w.Dropdown(description=tr(label)) for name, (label, _) in _FIELDS.items()}
        self._cells = {name: field(control) for name, control in self._controls.items()}
        self._text = with_classes(
            Chips(tr("Columns kept as they are written (ids, codes): press to choose")), "g-wide", "g-keep"
        )
        self._fields = with_classes(w.Box([*self._cells.values(), self._text]), "g-fields")
        self._again = button(tr("Read it again so"), lambda: self.guarded(self._read_again), primary=True)
        self._as_found = button(tr("Read it as found"), lambda: self.guarded(lambda: session.read_again(ReadOptions())))
        self._why = html("", "g-mut")
        self.root = Disclosure(tr("Read it differently"), self._fields, row(self._again, self._as_found, self._why))

    def _read_again(self) -> None:
        said = {
            name: control.value
            for name, control in self._controls.items()
            if self._is_offered(name) and control.value != AS_FOUND
        }
        profile = self.session.state.profile
        layout = profile.layout if profile is not None else None
        by = None if layout is None else layout.asked.stratify_by
        said |= {"as_text": tuple(self._text.value), "stratify_by": by}
        self.session.read_again(ReadOptions.model_validate(said))

    def _is_offered(self, name: str) -> bool:
        return bool(self._cells[name].layout.display != "none")

    def render(self, state: SessionState) -> None:
        """Show how it was read; what a person has chosen stands until the table is another."""
        profile = state.profile
        layout = profile.layout if profile is not None and self.session.can_read_again else None
        meant = _meant(layout) if layout is not None else ()
        show(self.root, bool(meant))
        locked = bool(state.busy) or state.stage == Stage.TRAINING
        self._again.disabled = self._as_found.disabled = locked
        self._why.value = tr("A training is under way.") if state.stage == Stage.TRAINING else ""
        if profile is None or layout is None or profile is self._profile:
            return
        self._profile = profile
        for name, control in self._controls.items():
            show(self._cells[name], name in meant)
            if name in meant:
                asked = getattr(layout.asked, name)
                choose(control, _options(name, layout), AS_FOUND if asked is None else asked)
        show(self._text, layout.kind != "typed")
        names = list(profile.column_names)
        self._text.offer(names, [name for name in names if name in layout.asked.as_text])
        show(self._as_found, layout.asked != ReadOptions())


def _meant(layout: FileLayout) -> tuple[str, ...]:
    return (
        *(("member",) if len(layout.members) > 1 else ()),
        *(n for n in _MEANT[layout.kind] if n != "sheet" or len(layout.sheets) > 1),
    )


def _options(name: str, layout: FileLayout) -> list[tuple[str, Any]]:
    """List what may be chosen; the first is what was found, and leaves the rest to be found."""
    labels: dict[Any, str] = {value: tr(label) for value, label in _FIELDS[name][1].items()}
    labels = labels or {part: part for part in (layout.sheets if name == "sheet" else layout.members)}
    found, asked = getattr(layout.options, name), getattr(layout.asked, name)
    is_known = found is not None and asked is None
    known = tr("As found: {value}", value=labels.get(found, found)) if is_known else tr("As found")
    others = {} if asked is None or asked in labels else {asked: str(asked)}
    return [(known, AS_FOUND), *((label, value) for value, label in {**labels, **others}.items())]
