"""Tables from elsewhere: a variable of the notebook, a path, an address, a database; each where the host allows it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import ipywidgets as w

from genie_widgets.data import frame_line, notebook_frames
from genie_widgets.language import tr
from genie_widgets.session import Session, SessionState, Stage
from genie_widgets.widgets.disclosure import Disclosure
from genie_widgets.widgets.elements import button, field, html, row, show, with_classes
from genie_widgets.widgets.secret import Secret
from genie_widgets.widgets.step import Step


class OtherSources(Step):
    """Takes a table from elsewhere than an upload."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        settings = session.settings
        self._buttons: list[w.Button] = []
        self._frames = w.Dropdown(description=tr("A DataFrame of this notebook"))
        self._path = w.Text(description=tr("A file on this machine"), placeholder="data/people.csv")
        self._url = w.Text(description=tr("An address on the network"), placeholder="https://example.org/people.csv")
        self._database = Secret(
            tr("Address of a database (kept in memory only)"), "postgresql://name:password@host/database"
        )
        self._query = w.Textarea(description=tr("Query (only reads)"), placeholder="SELECT * FROM customers")
        self._frame_row = self._source(self._frames, tr("Take it"), self._load_frame)
        allowed = [
            (
                settings.allow_paths,
                self._source(self._path, tr("Open it"), lambda: session.load_path(self._path.value)),
            ),
            (settings.allow_urls, self._source(self._url, tr("Fetch it"), lambda: session.load_url(self._url.value))),
            (settings.allow_queries, self._of_database()),
        ]
        self._allowed = [source for is_allowed, source in allowed if is_allowed]
        self._content = with_classes(w.VBox(), "g-sources")
        self.root = Disclosure(tr("Take it from elsewhere"), self._content)
        # Most people upload: what they do not open is not drawn.
        self.root.on_toggle(self._fill)
        self._offer_frames()
        _after_each_cell(self._offer_frames)

    def _fill(self) -> None:
        self._content.children = (self._frame_row, *self._allowed)

    def _source(self, control: Any, words: str, action: Callable[[], object]) -> w.Box:
        act = button(words, lambda: self.guarded(action))
        self._buttons.append(act)
        return with_classes(w.Box([field(control), act]), "g-source")

    def _of_database(self) -> w.VBox:
        ask = button(tr("Ask it"), lambda: self.guarded(self._load_query))
        self._buttons.append(ask)
        self._told = html("", "g-mut")
        return with_classes(w.VBox([self._database, field(self._query), row(ask, self._told)]), "g-sources")

    def _load_frame(self) -> None:
        name = self._frames.value
        frame = notebook_frames().get(name)
        if frame is not None:
            self.session.load_table(frame, name=name)

    def _load_query(self) -> None:
        address, query = self._database.secret, self._query.value
        missing = not address.get_secret_value().strip() or not query.strip()
        self._told.value = tr("Give an address and a query.") if missing else ""
        if not missing:
            self.session.load_query(address, query)

    def _offer_frames(self) -> None:
        options = [(frame_line(name, frame), name) for name, frame in notebook_frames().items()]
        if tuple(options) != tuple(self._frames.options):
            chosen = self._frames.value
            self._frames.options = options
            if chosen in [name for _, name in options]:
                self._frames.value = chosen
        show(self._frame_row, bool(options))
        show(self.root, bool(options or self._allowed))

    def render(self, state: SessionState) -> None:
        """Offer the notebook's frames; nothing can be taken while something is under way."""
        self._offer_frames()
        for act in self._buttons:
            act.disabled = bool(state.busy) or state.stage == Stage.TRAINING


def _after_each_cell(method: Callable[[], None]) -> None:
    """Call a method after each cell of the notebook, for as long as its object lives."""
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        return
    held = weakref.WeakMethod(method)

    def after(_result: Any = None) -> None:
        alive = held()
        if alive is None:
            shell.events.unregister("post_run_cell", after)
        else:
            alive()

    shell.events.register("post_run_cell", after)
