"""A run's live progress in the terminal: a bar and the leaderboard so far."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from genie_widgets.cli.show import printable

if TYPE_CHECKING:
    from rich.console import RenderableType

    from genie_widgets.schema import RunResult
    from genie_widgets.session import Run
    from genie_widgets.store import RunView

POLL_INTERVAL_S = 0.25
MODELS_SHOWN = 8


def follow(run: Run) -> RunResult:
    """Show a run until it ends.

    Ctrl-C once asks the run to stop and keep the best; a second time leaves
    it training by itself.

    Parameters
    ----------
    run : Run
        A run that was started.

    Returns
    -------
    RunResult
        What the run found.

    Raises
    ------
    GenieError
        If the run failed or was interrupted.
    """
    from rich.console import Console
    from rich.live import Live

    asked_to_stop = False
    console = Console()
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        while True:
            try:
                view = run.view
                live.update(_picture(view))
                if view.is_over:
                    break
                time.sleep(POLL_INTERVAL_S)
            except KeyboardInterrupt:
                if asked_to_stop:
                    raise
                asked_to_stop = True
                run.stop()
                live.console.print("Stopping, and keeping the best so far. Ctrl-C again leaves it to itself.")
    if not console.is_terminal:
        console.print()  # into a file or a pipe, the last picture comes without its line end
    return run.wait()


def _picture(view: RunView) -> RenderableType:
    from rich.console import Group
    from rich.padding import Padding
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    waiting = f"waiting for its turn, {view.before} before it" if view.before else view.status
    if view.asks_cores:
        memory = view.asks_memory_bytes / 10**9
        waiting = f"waiting in the cluster's queue until {view.asks_cores} core(s) and {memory:.1f} GB are free"
    clock = f"{view.elapsed_s:.0f} of {view.time_limit_s} s"
    parts: list[RenderableType] = [
        Text(printable(f"{view.status if view.is_over else view.text or waiting} · {clock}")),
        Padding(ProgressBar(total=1.0, completed=view.fraction, width=60), 0),  # the bar alone ends no line
    ]
    scored = [model for model in view.models if model.score_validation is not None]
    if scored:
        board = Table(box=None, pad_edge=False)
        board.add_column("model so far")
        board.add_column(f"validation {scored[-1].metric}", justify="right")
        board.add_column("fit", justify="right")
        for model in scored[-MODELS_SHOWN:]:
            mark = " *" if view.best is not None and view.best.model == model.model else ""
            board.add_row(Text(printable(model.model + mark)), f"{model.score_validation:.4g}", f"{model.fit_s:.1f} s")
        parts.append(board)
    return Group(*parts)
