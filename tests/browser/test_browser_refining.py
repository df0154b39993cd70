"""What a run had no time to explain is explained while somebody looks at it, on the page."""

import json

import pandas as pd
import pytest
from journey import drawn, save, tab

from genie_widgets.schema import Problem, new_run_id
from genie_widgets.store import RunFolder
from genie_widgets.worker.to_explain import ToExplain

N_ROWS, N_BACKGROUND = 30, 40
NO_TIME = "There was no time left to explain the predictions."
ADDS_UP = "add up to its prediction"


@pytest.fixture
def left(home, finished):
    """Copy a finished run as it would be had it been short of time; gives its folder. To be told what it explained."""

    def copy(what_it_explained):
        before = RunFolder(home / "workspace" / "runs" / finished)
        folder = RunFolder.create(home / "workspace", new_run_id())
        for path in before.path.rglob("*"):
            copied = folder.path / path.relative_to(before.path)
            if path.is_dir():
                copied.mkdir(exist_ok=True)
            elif path.suffix in (".json", ".jsonl"):
                copied.write_text(path.read_text(encoding="utf-8").replace(finished, folder.run_id), encoding="utf-8")
            else:
                copied.write_bytes(path.read_bytes())
        rows = pd.read_parquet(folder.table_path).index.tolist()
        ToExplain(rows[:N_ROWS], rows[N_ROWS : N_ROWS + N_BACKGROUND]).leave(folder)
        result = folder.read_result()
        folder.write_result(result.model_copy(update=what_it_explained(result)))
        folder.report_path.write_text("an old report", encoding="utf-8")
        return folder

    return copy


def nothing(_result):
    return {"explanation": None, "notes": (Problem(code="left-out", title=NO_TIME, remedy="", severity="warning"),)}


def few_rows(result):
    found = result.explanation
    outputs = tuple(output.model_copy(update={"rows": output.rows[:5]}) for output in found.outputs)
    return {"explanation": found.model_copy(update={"path": "sampled", "n_rows": 5, "outputs": outputs})}


@pytest.mark.parametrize("what_it_explained", [nothing, few_rows])
def test_what_a_run_had_no_time_to_explain_is_explained_on_the_page_and_in_its_files(
    open_page, left, what_it_explained, tmp_path
):
    folder = left(what_it_explained)
    page = open_page(f"?run={folder.run_id}")
    page.wait_for_selector(".g-verdict")
    tab(page, "Explanation")
    page.wait_for_selector(f"text=Row (1 to {N_ROWS}) >> visible=true")
    page.wait_for_selector(f"text=/exact.* against {N_BACKGROUND} background rows/ >> visible=true")
    page.wait_for_selector(f"text={ADDS_UP} >> visible=true")
    drawn(page, "Explanation")
    # Nothing is left to be found out, and the page says so no longer.
    page.wait_for_selector("text=/explained now|while you look/ >> visible=true", state="hidden")
    page.fill(".g-card-results input[type=number] >> visible=true", str(N_ROWS))
    page.keyboard.press("Tab")
    page.wait_for_selector("text=/The predicted probability of .* is/ >> visible=true")

    result = folder.read_result()
    assert (result.explanation.path, result.explanation.n_rows) == ("exact", N_ROWS)
    assert NO_TIME not in [note.title for note in result.notes]
    assert not folder.to_explain_path.exists()
    last = json.loads(folder.events_path.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["type"], last["part"]) == ("result_updated", "explanation")

    tab(page, "Download")
    assert ADDS_UP in save(page, "Download the report", tmp_path).read_text(encoding="utf-8")

    # Whoever comes later finds it done.
    page.reload()
    page.wait_for_selector(".g-verdict")
    tab(page, "Explanation")
    page.wait_for_selector(f"text=Row (1 to {N_ROWS}) >> visible=true")
    assert folder.read_result().explanation == result.explanation
