"""Step 1: a table, from a file or from the samples, and what is in it."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.data import Sample, samples
from genie_widgets.language import tr
from genie_widgets.render import esc, profile_html
from genie_widgets.session import Session, SessionState
from genie_widgets.widgets.elements import button, card, heading, html, show, with_classes
from genie_widgets.widgets.other_sources import OtherSources
from genie_widgets.widgets.read_differently import ReadDifferently
from genie_widgets.widgets.step import Later, Step
from genie_widgets.widgets.upload import Upload


class DataStep(Step):
    """Takes a table and shows its profile."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        settings = session.settings
        self._upload = Upload(
            settings.workspace / "uploads",
            lambda path, name: self.guarded(lambda: session.load_upload(path, name)),
            max_bytes=settings.max_upload_bytes,
            label=tr("Choose a table"),
        )
        self._samples = with_classes(w.Box([self._sample(sample) for sample in samples()]), "g-samples")
        self._or = html(f'<p class="g-mut g-or">{esc(tr("or try one of these:"))}</p>')
        self._profile = html()
        self._elsewhere = OtherSources(session)
        self._differently = Later(session, ReadDifferently, lambda state: state.profile is not None)
        self.root = card(
            heading(1, tr("Your table")),
            self._upload,
            self._elsewhere.root,
            self._or,
            self._samples,
            self._profile,
            self._differently.root,
            name="data",
        )

    def _sample(self, sample: Sample) -> w.Button:
        return button(
            f"{sample.title}: {sample.description}", lambda: self.guarded(lambda: self.session.load_sample(sample.name))
        )

    def render(self, state: SessionState) -> None:
        """Show the table's profile; the samples make room for it."""
        show(self._samples, state.profile is None)
        show(self._or, state.profile is None)
        self._upload.label = tr("Choose a table") if state.profile is None else tr("Choose another table")
        self._profile.value = profile_html(state.profile) if state.profile is not None else ""
        self._elsewhere.paint(state)
        self._differently.paint(state)
