"""The figures by the groups of a column: where the model serves some worse than others."""

from __future__ import annotations

import ipywidgets as w

from genie_widgets.language import mark, plural, tr
from genie_widgets.render import esc, groups_figure, groups_html
from genie_widgets.schema import GroupReport
from genie_widgets.session import Session, SessionState, blockers
from genie_widgets.widgets.elements import button, choose, field, html, row, show, with_classes
from genie_widgets.widgets.plot import Plot
from genie_widgets.widgets.step import Tab

ALL_ROWS = -1


class GroupsTab(Tab):
    """One column at a time; columns that the model did not learn from are offered as well."""

    title = mark("Groups")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._column = w.Dropdown(description=tr("Compare by"))
        self._figure = w.Dropdown(description=tr("Figure drawn"))
        self._ask = button(tr("Compare the groups"), lambda: self.guarded(self._compare), primary=True)
        self._why = html("", "g-mut")
        self._table, self._plot = html(), Plot()
        self._shown: GroupReport | None = None
        self._part = w.Dropdown(description=tr("Show every figure and plot of"))
        choices = with_classes(w.Box([field(self._figure), field(self._part)]), "g-fields")
        self._report = w.VBox([self._table, choices, self._plot.root])
        self.on_change(self._figure, lambda _value: self._draw())
        self.on_change(self._part, self._show_part)
        lead = tr(
            "Is the model as good for everyone? The figures of the untouched rows by the groups of a column: of those "
            "it learned from, or of one that was left out."
        )
        fields = with_classes(w.Box([field(self._column)]), "g-fields")
        self.root = w.VBox([html(f"<p>{esc(lead)}</p>"), fields, row(self._ask), self._why, self._report])

    def _compare(self) -> None:
        if self._column.value:
            self.session.show_groups(self._column.value)

    def _show_part(self, place: int | None) -> None:
        if self._shown is not None and place is not None:
            self.session.show_part(None if place == ALL_ROWS else self._shown.groups[place].group)

    def render(self, state: SessionState) -> None:
        """Offer the columns, and show the groups last asked for."""
        result, profile = state.result, state.profile
        if result is None or profile is None:
            return
        # Where it is known to fail comes first, then what it learned from, then the rest.
        weak = [group.column for group in result.evaluation.weak_groups] if result.evaluation is not None else []
        others = [
            c.name
            for c in profile.columns
            if c.name != result.plan.target and c.kind not in ("id", "constant", "empty")
        ]
        wanted = list(dict.fromkeys([*weak, *(name for name in others if name in result.features), *others]))
        if tuple(self._column.options) != tuple((name, name) for name in wanted):
            choose(self._column, [(name, name) for name in wanted], wanted[0] if wanted else None)
        reasons = blockers(state, "predict")
        self._ask.disabled = bool(reasons)
        self._why.value = esc(" ".join(reasons))
        show(self._report, state.groups is not None)
        if state.groups is not None and state.groups is not self._shown:
            self._table.value = groups_html(state.groups)
            figures = state.groups.groups[0].figures if state.groups.groups else ()
            choose(self._figure, [(item.label, place) for place, item in enumerate(figures)], 0)
        if state.groups is not None:
            names = [row.group for row in state.groups.groups]
            options = [
                (plural("only {group} ({n:,} row)", "only {group} ({n:,} rows)", row.n_rows, group=row.group), place)
                for place, row in enumerate(state.groups.groups)
            ]
            self._part.disabled = bool(reasons)
            shown = names.index(state.part.group) if state.part is not None and state.part.group in names else ALL_ROWS
            choose(self._part, [(tr("all rows"), ALL_ROWS), *options], shown)
        self._shown = state.groups
        self._draw()

    def _draw(self) -> None:
        if self._shown is not None:
            self._plot.draw(groups_figure(self._shown, self._figure.value or 0))
