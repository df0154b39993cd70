"""What to take away: report, model, record, and how to go on from Python."""

from __future__ import annotations

import shlex

import ipywidgets as w

from genie_widgets.language import mark, tr
from genie_widgets.render import esc, problem_html
from genie_widgets.schema import RunResult
from genie_widgets.session import Session, SessionState
from genie_widgets.session.mlflow_pages import AS_TRAINING
from genie_widgets.widgets.download import Download
from genie_widgets.widgets.elements import button, html, row, show
from genie_widgets.widgets.step import Tab


class FilesTab(Tab):
    """Downloads, and where the run is recorded."""

    title = mark("Download")

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._report = Download(tr("Download the report"))
        self._bundle = Download(tr("Download the model"))
        self._notebook = Download(tr("Download the notebook"))
        self._log = Download(tr("Download the log"))
        self._record = html()
        self._open = button(tr("Open MLflow"), lambda: self.guarded(session.open_mlflow))
        self._opened = html()
        self._again = button(tr("Record it again"), lambda: self.guarded(session.record))
        self._mlflow = w.VBox([row(self._open), self._opened])
        self._code = html()
        intro = tr(
            "The report opens in any browser, without a network. The model comes with what it needs, a {file} that "
            "works without Genie, and a card that says what it is. The notebook makes the model again without Genie, "
            "from the rows it learned from: keep it where these may be seen.",
            file="<code>predict.py</code>",
        )
        self.root = w.VBox(
            [
                html(f"<p>{intro}</p>"),
                row(self._report, self._bundle, self._notebook, self._log),
                self._record,
                row(self._again),
                self._mlflow,
                self._code,
            ]
        )

    def render(self, state: SessionState) -> None:
        """Offer what there is."""
        run, result = self.session.run, state.result
        if run is None or result is None:
            return
        stem = f"genie-{run.id[:8]}"
        present = {artefact.kind for artefact in result.artefacts}
        self._report.offer(run.report_path if "report" in present else None, f"{stem}-report.html")
        self._bundle.offer(run.bundle_path if "bundle" in present else None, f"{stem}-model.zip")
        self._notebook.offer(run.notebook_path if "notebook" in present else None, f"{stem}-notebook.zip")
        self._log.offer(run.log_path, f"{stem}-log.txt")
        offers = self.session.settings.allow_mlflow_ui
        self._record.value = _record_html(result, with_command=not offers)
        show(self._again, result.tracking is not None and result.tracking.problem is not None)
        self._again.disabled = bool(state.busy)
        show(self._mlflow, offers and result.tracking is not None and result.tracking.is_in_file)
        self._open.disabled = bool(state.busy)
        self._opened.value = _pages_html(state.mlflow_address, result)
        summary = esc(tr("Go on in Python"))
        self._code.value = (
            f'<details class="g-details"><summary>{summary}</summary><pre class="g-code" tabindex="0">'
            f'import genie_widgets as gw\n\nrun = gw.open_run("{run.id}")\nrun.predict(new_rows)</pre></details>'
        )


def _pages_html(address: str, result: RunResult) -> str:
    tracking = result.tracking
    if not address or tracking is None:
        return ""
    place = (
        f"#/experiments/{tracking.experiment_id}/runs/{tracking.run_id}{AS_TRAINING}" if tracking.experiment_id else ""
    )
    said = esc(tr("The run in MLflow"))
    link = f'<a href="{esc(address + place)}" target="_blank" rel="noopener noreferrer">{said}</a>'
    where = esc(tr("(on the machine that Genie runs on, until this page is closed)"))
    return f'<p>{link} <span class="g-mut">{where}</span></p>'


def _record_html(result: RunResult, *, with_command: bool) -> str:
    tracking = result.tracking
    if tracking is None:
        later, now = (
            tr("The MLflow record will be written once the training is over."),
            tr("The MLflow record is being written."),
        )
        return f'<p class="g-mut" role="status">{esc(later if result.status == "training" else now)}</p>'
    if tracking.problem is not None:
        return problem_html(tracking.problem)
    run, model, address = (f"<code>{esc(text)}</code>" for text in (tracking.run_id, tracking.model_uri, tracking.uri))
    recorded = tr(
        "Recorded in MLflow, experiment {experiment}, run {run}, model {model}, at {address}.",
        experiment=f"<b>{esc(tracking.experiment)}</b>",
        run=run,
        model=model,
        address=address,
    )
    told = f"<p>{recorded}</p>"
    if tracking.uri.startswith(("http://", "https://")):
        link = f'<a href="{esc(tracking.uri)}" target="_blank" rel="noopener noreferrer">{esc(tr("Open MLflow"))}</a>'
        return f"{told}<p>{link}</p>"
    if not with_command:
        return told
    command = esc(f"mlflow ui --backend-store-uri {shlex.quote(tracking.uri)}")
    told += f'<p class="g-mut">{esc(tr("To look at it there, run on this machine:"))}</p>'
    return f'{told}<pre class="g-code" tabindex="0">{command}</pre>'
