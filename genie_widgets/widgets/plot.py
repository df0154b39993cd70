"""A plot in the panel: Plotly's JSON, drawn by the host's own renderer, with its words below."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import tr
from genie_widgets.render import Figure, esc
from genie_widgets.widgets.download import Download
from genie_widgets.widgets.elements import html, show, with_classes

_MIME = "application/vnd.plotly.v1+json"


class Plot:
    """A place for a plot; a plot that is there already is not drawn again."""

    def __init__(self) -> None:
        self._title = html()
        self._output = with_classes(w.Output(), "g-plot")
        self._words = html()
        self._data: Download | None = None
        self._shown: Figure | None = None
        self.root = w.VBox([self._title, self._output, self._words])
        show(self.root, False)

    def draw(self, figure: Figure | None, title: str = "") -> None:
        """Draw a plot, or none."""
        if figure == self._shown:
            return
        self._shown = figure
        show(self.root, figure is not None)
        if figure is None:
            return
        # Its height is reserved before it is drawn: nothing jumps.
        self._output.layout.min_height = f"{figure.spec['layout']['height']}px"
        self._title.value = f"<h3>{esc(title or figure.title)}</h3>"
        words = f"<summary>{esc(tr('In words'))}</summary><p>{esc(figure.text)}</p>"
        self._words.value = f'<details class="g-details">{words}</details>'
        data = {_MIME: figure.spec, "text/plain": figure.text}
        self._output.outputs = ({"output_type": "display_data", "data": data, "metadata": {}},)
        self._offer(figure)

    def _offer(self, figure: Figure) -> None:
        """Offer the figures of the plot as a file, where the plot has them; a button for each is made once."""
        if not figure.table:
            return
        if self._data is None:
            self._data = with_classes(Download(tr("Download the data")), "g-data")
            self.root.children = (*self.root.children, self._data)
        self._data.offer_made(lambda: _csv(figure), f"genie-{figure.kind}.csv")


def _csv(figure: Figure) -> bytes:
    from genie_widgets.export import table_csv

    return table_csv(figure.table)
