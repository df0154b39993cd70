"""``%genie`` and ``%%genie``: the panel on a variable of the notebook, with the sentence in the cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_cell_magic, magics_class
from IPython.core.magic_arguments import argument, magic_arguments, parse_argstring

from genie_widgets.language import tr
from genie_widgets.session import Stage, accept, train
from genie_widgets.session import plan as plan_table

if TYPE_CHECKING:
    from genie_widgets.data import Table
    from genie_widgets.session import Run, SessionState
    from genie_widgets.widgets import Genie


MAX_OFFERED = 50
_TABLES = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".json", ".jsonl")


@magics_class
class GenieMagics(Magics):
    """The magics of a notebook."""

    @property
    def _variables(self) -> dict[str, Any]:
        return self.shell.user_ns if self.shell is not None else {}

    @magic_arguments()
    @argument("table", nargs="?", default="", help="a DataFrame of the notebook, or a file")
    @argument("--into", default="run", help="the variable that gets the run (default: run)")
    @argument("--yes", action="store_true", help="train at once if the plan has no problems, and wait for the end")
    @line_cell_magic
    def genie(self, line: str, cell: str | None = None) -> Genie | None:
        """Open the panel; a cell's text is the sentence, and its plan is made at once.

        Nothing is trained before it is confirmed, unless ``--yes`` says so.
        The run lands in a variable.

        Examples::

            %genie

            %genie people.csv

            %%genie people
            who will churn? ignore the id, 5 minutes

            %%genie people --yes --into churn
            who will churn? 1 minute
        """
        arguments = parse_argstring(self.genie, line)
        source = self._source(arguments.table) if arguments.table else None
        sentence = (cell or "").strip()
        if arguments.yes:
            self._train(source, sentence, arguments.into)
            return None
        return self._panel(source, sentence, arguments.into)

    def _source(self, name: str) -> Table | Path:
        """Find what is meant: a DataFrame by its name, so that the panel's code can name it too, or a file."""
        from genie_widgets.data import read_table

        held = self._variables.get(name)
        if held is not None:
            return read_table(held, name=name)
        path = Path(name.strip("\"'")).expanduser()
        if not path.exists():
            raise UsageError(tr("there is no variable and no file called {name}", name=name))
        return path

    def _panel(self, source: Table | Path | None, sentence: str, into: str) -> Genie:
        from genie_widgets.widgets import Genie

        panel = Genie(source, sentence)

        def keep(state: SessionState) -> None:
            if state.stage == Stage.DONE:
                self._variables[into] = panel.run

        panel.session.subscribe(keep)
        if source is not None and sentence:
            panel.session.wait_idle()
            panel.session.make_plan()
        return panel

    def _train(self, source: Table | Path | None, sentence: str, into: str) -> None:
        from genie_widgets.data import read_table

        if source is None or not sentence:
            raise UsageError(tr("--yes needs a table, and a sentence in the cell"))
        table = read_table(source) if isinstance(source, Path) else source
        accepted = accept(plan_table(table, sentence))
        run = train(table, accepted, prompt=sentence)
        self._variables[into] = run
        _watch(run, accepted.time_limit_s)


def _watch(run: Run, limit_s: int) -> None:
    """Show a run's progress in one place until it ends, then its verdict."""
    import time

    from IPython.display import HTML, DisplayHandle

    from genie_widgets.render import metrics_html, models_html, progress_html, style, verdict_html

    shown = DisplayHandle()
    shown.display(HTML(""))

    def page(body: str) -> Any:
        return HTML(f'<style>{style()}</style><div class="genie"><div class="g-card">{body}</div></div>')

    while True:
        view = run.view
        best = view.best.model if view.best is not None else ""
        bar = progress_html(fraction=view.fraction, text=view.text, elapsed_s=view.elapsed_s, limit_s=limit_s)
        shown.update(page(bar + models_html(view.models, view.current_model, best)))
        if view.is_over:
            break
        try:
            time.sleep(0.5)
        except KeyboardInterrupt:
            run.stop()
    result = run.wait()
    figures = metrics_html(result.evaluation) if result.evaluation is not None else ""
    shown.update(page(verdict_html(result) + figures))


def register(shell: Any) -> None:
    """Add the magics, and what the Tab key offers for them, to an IPython shell."""
    shell.register_magics(GenieMagics)
    for name in ("%genie", "%%genie"):
        shell.set_hook("complete_command", _complete, str_key=name)


def _complete(shell: Any, event: Any) -> list[str]:
    """Offer the notebook's DataFrames, the tables of its folder, and the options."""
    if event.line.rstrip().endswith("--into"):
        return []  # a name of the person's own
    from genie_widgets.data import notebook_frames

    files = [repr(path.name) if " " in path.name else path.name for path in sorted(Path().iterdir()) if _is_table(path)]
    return [*notebook_frames(shell), *files[:MAX_OFFERED], "--into", "--yes"]


def _is_table(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(_TABLES)
