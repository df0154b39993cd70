"""The panel's bricks: cards, rows, buttons, fields, all styled by the one style sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as w

from genie_widgets.render import esc


def html(value: str = "", *classes: str) -> w.HTML:
    """Make a piece of HTML; people's text in it is escaped by `render`."""
    return with_classes(w.HTML(value), *classes)


def with_classes(widget: Any, *classes: str) -> Any:
    """Add classes to a widget."""
    for name in classes:
        widget.add_class(name)
    return widget


def card(*children: w.Widget, name: str) -> w.VBox:
    """Make a card."""
    return with_classes(w.VBox(list(children)), "g-card", f"g-card-{name}")


def heading(step: int, text: str) -> w.HTML:
    """Make a step's heading."""
    return html(f'<h2><span class="g-step" aria-hidden="true">{step}</span>{esc(text)}</h2>')


def row(*children: w.Widget) -> w.Box:
    """Put widgets beside each other; they wrap, and fill a phone's width."""
    return with_classes(w.Box(list(children)), "g-row", "g-actions")


def button(text: str, on_click: Callable[[], object], *, primary: bool = False) -> w.Button:
    """Make a button."""
    made = w.Button(description=text, button_style="primary" if primary else "")
    made.on_click(lambda _button: on_click())
    return made


def field(control: Any, *more: w.Widget) -> w.VBox:
    """Make a labelled control with what is said about it below."""
    control.style.description_width = "initial"
    with_classes(control, "g-field")
    return with_classes(w.VBox([control, *more]), "g-cell")


def show(widget: Any, visible: bool) -> None:
    """Show or hide a widget."""
    widget.layout.display = None if visible else "none"


def close_all(widget: Any) -> None:
    """Take a widget away for good, with all that it holds."""
    for child in getattr(widget, "children", ()):
        close_all(child)
    widget.close()


def choose(control: Any, options: list[tuple[str, Any]], value: Any) -> None:
    """Give a list its options and its value, changing only what differs."""
    wanted = tuple(options)
    if tuple(control.options) != wanted:
        control.options = wanted
    if control.value != value and any(value == option for _, option in wanted):
        control.value = value
