"""Deciding and comparing groups, from Python and from a session, on a run that has ended."""

import gettext
import json

import numpy as np
import pandas as pd
import pytest
from llm_server import LLMServer, settings_for
from sklearn.metrics import accuracy_score

import genie_widgets as gw
from genie_widgets.language import catalogue, saying
from genie_widgets.render import esc
from genie_widgets.schema import GenieError, LLMSettings, ResultUpdated, RunRequest
from genie_widgets.session import Run, Session, Stage
from genie_widgets.session.rewording import reworded, would_be_sent
from genie_widgets.store import RunFolder


@pytest.fixture
def ended(scored_run, folder, monkeypatch):
    """Make the folder of a run that has ended; gives the run, and counts its records."""
    records = []
    monkeypatch.setattr("genie_widgets.session.deciding.record_again", records.append)

    def build(problem_type="binary", n=400):
        return scored_run(folder, problem_type, n), records

    return build


def test_a_decision_is_saved_told_recorded_and_taken_back(ended, folder):
    run, records = ended()
    before = run.result
    decision = run.decide(cost_missed=500, cost_false_alarm=20)
    after = run.result
    assert after.decision == decision
    assert decision.words[0] in after.verdict
    assert after.evaluation.confusion != before.evaluation.confusion
    assert after.evaluation.metrics[0] == before.evaluation.metrics[0]
    assert esc(decision.words[0]) in run.report_path.read_text(encoding="utf-8")
    assert records == [folder]
    assert run.events()[-1] == ResultUpdated(seq=run.events()[-1].seq, time=run.events()[-1].time, part="decision")
    assert run.view.status == "done"
    assert run.decide() is None
    assert run.result.evaluation == before.evaluation.model_copy(
        update={"weak_groups": run.result.evaluation.weak_groups}
    )


def test_a_capacity_is_of_as_many_rows_as_the_table_had_unless_said(ended):
    run, _ = ended()
    assert run.decide(capacity=40).of_rows == 400
    assert run.decide(capacity=40, of_rows=100).of_rows == 100


def test_what_cannot_be_decided_says_why_and_changes_nothing(ended, folder):
    run, records = ended("multiclass")
    with pytest.raises(GenieError, match="exactly two"):
        run.decide(threshold=0.5)
    folder.scored_path.unlink()
    with pytest.raises(GenieError, match="no scored rows"):
        run.decide(threshold=0.5)
    folder.result_path.unlink()
    with pytest.raises(GenieError, match="not scored"):
        run.decide(threshold=0.5)
    assert records == []


def test_a_run_that_goes_on_cannot_be_decided(make, folder, frame):
    table = gw.read_table(frame, name="t")
    request = RunRequest(run_id=folder.run_id, prompt="", plan=make.plan(), profile=table.profile, created_at=1e12)
    folder.write_request(request)
    with pytest.raises(GenieError):
        Run(folder).decide(threshold=0.5)


def test_out_of_fold_groups_decisions_and_differences_are_widened_as_the_score_is(ended, scored_run):
    run, _ = ended()
    other = scored_run(blur=0.5)

    def widths():
        figures = [run.groups("town").groups[0].figures[0], *run.decide(capacity=40).expected]
        run.decide()
        return [figure.high - figure.low for figure in (*figures, run.compare(other).difference)]

    before = widths()
    for one in (run, other):
        path = RunFolder(one.path).scored_path
        rows = pd.read_parquet(path)
        rows.assign(fold=np.arange(len(rows)) % 4).to_parquet(path)
    after = widths()
    # The group's figure and the difference are of a metric that ranks, which folds widen more.
    wanted = [1.35, *[1.2] * (len(before) - 2), 1.35]
    assert [wide / plain for wide, plain in zip(after, before, strict=True)] == pytest.approx(wanted, rel=0.1)


def test_figures_by_a_column_that_was_left_out_follow_the_decision(ended):
    run, _ = ended()
    scored = run.scored
    assert list(scored.columns[:3]) == ["size", "town", "left"]
    assert (scored["left"] == scored["truth"]).all()
    for threshold in (None, 0.2):
        run.decide(threshold=threshold)
        report = run.groups("town")
        assert not report.was_used
        alarm = np.where(scored["probability of yes"] >= (threshold or 0.5), "yes", "no")
        for group in report.groups:
            rows = (scored["town"] == group.group).to_numpy()
            shown = {figure.name: figure.value for figure in group.figures}
            assert shown["accuracy"] == pytest.approx(accuracy_score(scored["truth"][rows], alarm[rows]))
            assert group.n_rows == rows.sum()
    with pytest.raises(GenieError, match="no column 'nowhere'"):
        run.groups("nowhere")


def test_a_session_shows_both_and_groups_follow_the_threshold(ended, settings):
    run, _ = ended()
    session = Session(settings)
    session.open_run(run.id)
    assert session.wait_idle()
    while session.state.stage != Stage.DONE:
        pass
    session.show_groups("town")
    assert session.wait_idle()
    before = session.state.groups
    session.show_part("Oslo")
    assert session.wait_idle()
    part = session.state.part
    assert part == run.part("town", "Oslo")
    session.decide(threshold=0.1)
    assert session.wait_idle()
    followed = session.state.part
    assert followed.evaluation.n_rows == part.evaluation.n_rows == (run.scored["town"] == "Oslo").sum()
    assert followed.evaluation.confusion != part.evaluation.confusion
    assert session.state.result.decision.threshold == 0.1
    assert session.state.groups.column == "town"
    assert session.state.groups != before
    assert session.state.problem is None
    session.decide(threshold=7)
    assert session.wait_idle()
    assert session.state.problem.code == "decision-unclear"
    session.show_part("nowhere")
    assert session.wait_idle()
    assert session.state.problem.code == "no-such-group"
    session.show_part(None)
    assert session.state.part is None
    session.show_part("Rom")
    assert session.wait_idle()
    session.show_groups("size")
    assert session.wait_idle()
    assert session.state.part is None
    session.close()


def test_the_verdict_is_said_in_other_words_until_it_changes(ended, settings):
    run, _ = ended()
    with pytest.raises(GenieError, match="No language model"):
        run.reword(llm=None)
    server = LLMServer()
    server.answer = lambda _path, body: json.dumps(
        [f"Well: {text}" for text in json.loads(body["messages"][1]["content"])]
    )
    try:
        session = Session(settings)
        session.use_llm(settings_for(server))
        session.open_run(run.id)
        assert session.wait_idle()
        while session.state.stage != Stage.DONE:
            pass
        sent = session.sent_to_reword()
        session.reword()
        assert session.wait_idle()
        said = session.state.rewording
        assert said.sentences == tuple(f"Well: {sentence}" for sentence in run.result.verdict)
        ((_path, _headers, body),) = server.requests
        assert tuple(json.loads(json.loads(body)["messages"][1]["content"])) == sent
        session.decide(threshold=0.2)
        assert session.wait_idle()
        assert session.state.rewording is None
        server.answer = lambda _path, _body: "no"
        session.reword()
        assert session.wait_idle()
        assert session.state.problem.code == "llm-failed"
        session.close()
    finally:
        server.close()


def test_a_verdict_in_another_language_is_sent_to_nobody(ended):
    run, _ = ended()
    request = run.request.model_copy(update={"language": "de"})
    assert would_be_sent(run.result, run.request)
    assert would_be_sent(run.result, request) == ()
    with pytest.raises(GenieError, match="in English only"):
        reworded(run.result, request, LLMSettings(api_key="not-a-key", base_url="http://127.0.0.1:9/v1"))


def test_what_is_kept_with_a_run_is_in_its_language_whoever_decides(ended, monkeypatch):
    class German(gettext.NullTranslations):
        def gettext(self, message):
            return f"«{message}»"

        def ngettext(self, one, many, n):
            return f"«{one if n == 1 else many}»"

    english = catalogue.translations("en")
    monkeypatch.setattr(catalogue, "_chosen", [])
    monkeypatch.setitem(catalogue.LANGUAGES, "de", "Deutsch")
    monkeypatch.setattr(saying, "translations", lambda code: German() if code == "de" else english)
    run, _ = ended()
    folder = run._folder
    folder.write_request(folder.read_request().model_copy(update={"language": "de"}))
    with pytest.raises(GenieError, match=r"\AA threshold is a probability"):
        run.decide(threshold=7)
    decision = run.decide(threshold=0.2)
    assert all(words.startswith("«") for words in (*decision.words, *run.result.verdict))
