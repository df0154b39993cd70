"""The journey on the Voila page, as a person takes it."""

import csv
import zipfile

from access import barriers
from hosting import Watch
from journey import (
    ask,
    choose_sample,
    drawn,
    is_at,
    keys_to_tabs,
    run_id,
    save,
    stage,
    tab,
    tab_names,
    tab_to,
    train,
    upload,
)

from genie_widgets.data import samples

SAMPLE = {sample.name: sample for sample in samples()}
PLOT_WIDTHS = "[...document.querySelectorAll('figure .svg-container')].map(plot => plot.clientWidth)"


def test_the_whole_journey_from_an_upload_to_the_files(open_page, tmp_path):
    page = open_page()
    upload(page, SAMPLE["penguins"].path)
    stage(page, "profiled")
    assert "344 rows" in page.inner_text(".g-card-data")

    ask(page, "Which species is it? Ignore the year, 20 seconds.")
    stage(page, "planned")
    plan = page.inner_text(".g-card-plan")
    assert "You said: 20 seconds" in plan
    assert page.input_value(".g-card-plan select >> nth=0") == "species"
    assert page.inner_text(".g-chip[aria-pressed=true]") == "year"

    train(page)
    page.wait_for_selector(".g-card-training [role=progressbar]")
    page.wait_for_selector(".g-card-training .g-live tbody tr")
    stage(page, "done")
    page.wait_for_selector(".g-verdict")
    assert "no model had seen" in page.inner_text(".g-verdict")
    assert page.locator(".g-metrics tbody tr").count() > 3

    tab(page, "Leaderboard")
    page.wait_for_selector("text=(chosen)")
    tab(page, "Plots")
    page.wait_for_selector(".g-card-results .js-plotly-plot .main-svg >> visible=true")
    page.click("summary:has-text('In words') >> visible=true >> nth=0")
    tab(page, "Explanation")
    page.wait_for_selector("text=add up to its prediction")
    page.wait_for_selector(".g-card-results .js-plotly-plot .main-svg >> visible=true")

    tab(page, "What if")
    first = page.wait_for_selector(".g-answers span >> visible=true").inner_text()
    page.fill("input[type=number] >> visible=true >> nth=0", "999")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=outside what the model has seen >> visible=true")
    assert page.inner_text(".g-answers") != first
    # On to the box below the field: the value is missing.
    page.keyboard.press("Space")
    page.wait_for_selector("text=/ = missing/ >> visible=true")

    tab(page, "Predict")
    upload(page, SAMPLE["penguins"].path, "results")
    page.wait_for_selector("text=predictions first")
    predictions = save(page, "Download the predictions", tmp_path)
    with predictions.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 344
    assert {row["prediction"] for row in rows} <= {"Adelie", "Chinstrap", "Gentoo"}
    page.click("button:has-text('Why this prediction?')")
    page.wait_for_selector("text=/The predicted probability of .* is/ >> visible=true")

    tab(page, "Download")
    report = save(page, "Download the report", tmp_path)
    assert "no model had seen" in report.read_text(encoding="utf-8")
    bundle = save(page, "Download the model", tmp_path)
    assert {"predict.py", "requirements.txt", "MODEL_CARD.md"} <= set(zipfile.ZipFile(bundle).namelist())
    page.wait_for_selector("text=Recorded in MLflow")

    # A reload, as after a lost connection, shows the same run.
    first = run_id(page)
    page.reload()
    page.wait_for_selector(".g-verdict")
    assert run_id(page) == first


def test_a_training_can_be_stopped_and_goes_on_over_a_reload(open_page):
    page = open_page()
    choose_sample(page, "Late flights")
    ask(page, "Which flights will arrive late? 5 minutes")
    stage(page, "planned")
    train(page)
    page.wait_for_selector(".g-live .g-best")
    page.reload()
    stage(page, "training")
    page.click("button:has-text('Stop and keep the best'):enabled")
    stage(page, "done")
    assert "Stopped" in page.inner_text(".g-card-training")
    page.wait_for_selector(".g-verdict")


def test_a_killed_worker_is_told_with_the_log_at_hand(open_page, tmp_path, home):
    import os
    import signal
    from pathlib import Path

    page = open_page()
    choose_sample(page, "Hourly weather")
    ask(page, "How high is the temperature? 5 minutes")
    stage(page, "planned")
    train(page)
    page.wait_for_selector(".g-live .g-best")
    folder = home / "workspace" / "runs" / run_id(page)
    workers = [
        int(path.parent.name)
        for path in Path("/proc").glob("[0-9]*/cmdline")
        if f"genie_widgets.worker\0{folder}\0".encode() in path.read_bytes()
    ]
    assert workers
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    stage(page, "failed")
    assert "ended without a word" in page.inner_text(".g-card-training")
    assert save(page, "Download the log", tmp_path).name == "genie-log.txt"
    page.click("button:has-text('Back to the plan')")
    stage(page, "planned")


def test_a_file_that_is_no_table_gets_a_remedy(open_page, tmp_path):
    page = open_page()
    for name, content, words in (
        ("empty.csv", b"", "empty"),
        ("header.csv", b"a,b,c\n", "no rows"),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 8, "not a table"),
    ):
        file = tmp_path / name
        file.write_bytes(content)
        upload(page, file)
        problem = page.wait_for_selector(".g-notice .g-problem")
        assert words in problem.inner_text().lower()
        page.click(".g-notice button:has-text('Dismiss')")
        page.wait_for_selector(".g-notice", state="hidden")


def test_hostile_names_and_cells_are_shown_and_never_run(open_page, tmp_path):
    page = open_page()
    hostile = "<img src=x onerror=window.hacked=1>"
    file = tmp_path / "hostile.csv"
    lines = [f'"{hostile}","<script>window.hacked=2</script>",y']
    lines += [f'"{hostile}{i % 3}",{i},{"no" if i % 2 else "yes"}' for i in range(60)]
    file.write_text("\n".join(lines))
    upload(page, file)
    stage(page, "profiled")
    page.click("summary:has-text('What is in the columns')")
    ask(page, f"predict y, ignore {hostile}")
    stage(page, "planned", "asked")
    assert page.locator(f".g-card-data td:has-text('{hostile}')").count() > 0
    assert page.evaluate("window.hacked") is None


def test_a_file_beyond_the_hosts_message_limit_arrives_whole(open_page, tmp_path):
    page = open_page()
    file = tmp_path / "large.csv"
    row = "x" * 200
    with file.open("w") as out:
        out.write("name,size,kind\n")
        out.writelines(f"{row}{i % 7},{i},{'a' if i % 3 else 'b'}\n" for i in range(70_000))
    assert file.stat().st_size > 14e6
    upload(page, file)
    stage(page, "profiled")
    assert "70,000 rows" in page.inner_text(".g-card-data")


def test_a_question_is_answered_by_one_click_and_another_target_changes_what_depends_on_it(open_page):
    page = open_page()
    choose_sample(page, "Penguins")
    ask(page, "predict the bill")
    stage(page, "asked")
    page.click(".g-card-plan button:has-text('bill_depth_mm')")
    stage(page, "planned")
    assert page.input_value(".g-card-plan select >> nth=0") == "bill_depth_mm"
    page.select_option(".g-card-plan select >> nth=0", label="species")
    page.wait_for_function("document.querySelectorAll('.g-card-plan select')[1].value === 'Several classes'")


def test_a_phone_in_the_dark_needs_no_sideways_scrolling(open_page):
    page = open_page("?sample=birdstrikes&theme=dark", viewport={"width": 390, "height": 800})
    stage(page, "profiled")
    page.click("button:has-text('Make a plan'):enabled")
    stage(page, "planned", "asked")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    edges = page.evaluate(
        "[...document.querySelectorAll('.genie .g-card')].flatMap(c => { const b = c.getBoundingClientRect();"
        " return [b.left, b.right]; })"
    )
    assert edges
    assert min(edges) >= 0
    assert max(edges) <= 390


def test_the_keyboard_alone_comes_from_the_start_to_a_plan_and_every_control_has_a_name(open_page):
    page = open_page()
    tab_to(page, ".g-samples button", "Penguins")
    page.keyboard.press("Enter")
    stage(page, "profiled")
    tab_to(page, ".g-card-prompt textarea")
    page.keyboard.press("Control+A")
    page.keyboard.type("Which species is it? Ignore the year.")
    page.wait_for_selector("button:has-text('Make a plan'):enabled")
    tab_to(page, "button", "Make a plan")
    page.keyboard.press("Enter")
    stage(page, "planned")
    assert page.inner_text(".g-chip[aria-pressed=true]") == "year"
    tab_to(page, "button", "Start training")
    nameless = page.evaluate(
        """[...document.querySelectorAll('.genie button, .genie input, .genie select, .genie textarea')]
           .filter(c => c.offsetParent && !(c.labels?.length || c.textContent.trim() || c.ariaLabel))
           .map(c => c.outerHTML.slice(0, 200))"""
    )
    assert nameless == []
    assert barriers(page, "plan") == []


def unfold(page):
    """Open what is folded away beside the results."""
    page.click("summary:has-text('What is in the columns')")
    page.click("summary:has-text('Show code')")
    page.click(".g-toggle:has-text('Language model')")
    page.click(".g-toggle:has-text('Earlier runs')")
    page.wait_for_selector(".g-runs")


WITH_CONTROLS = ("Decide", "Groups", "What if", "Predict", "Ask", "Download")


def test_nothing_keeps_people_out_of_the_results_and_the_keyboard_alone_opens_them(open_page, finished):
    page = open_page(f"?run={finished}&theme=light")
    page.wait_for_selector(".g-verdict")
    unfold(page)
    found = barriers(page, "the page")
    for name in keys_to_tabs(page):
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 900})
            found += barriers(page, f"{name} at {width}", within=".g-card-results")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if name in WITH_CONTROLS:
            page.keyboard.press("Tab")
            assert is_at(page, ".g-card-results .widget-tab-contents *")
            page.keyboard.press("Shift+Tab")
            assert is_at(page, ".lm-TabBar-tab", name)
    assert {*WITH_CONTROLS} <= {*tab_names(page)}
    assert found == []


def test_in_the_dark_nothing_keeps_people_out_and_a_group_that_is_chosen_is_what_plots_show(open_page, finished):
    # So high that nothing is scrolled away: axe-core looks at what can be seen.
    page = open_page(f"?run={finished}&theme=dark", viewport={"width": 390, "height": 5000})
    page.wait_for_selector(".g-verdict")
    unfold(page)
    found = barriers(page, "the page in the dark")
    for name in tab_names(page):
        tab(page, name)
        drawn(page, name)
        if name == "Groups":
            page.click("button:has-text('Compare the groups'):enabled")
            page.wait_for_selector("table:has-text('ROC AUC') >> visible=true")
        found += barriers(page, f"{name} in the dark", within=".g-card-results")
    tab(page, "Groups")
    place = page.get_by_label("Show every figure and plot of")
    assert place.evaluate("place => place.selectedIndex") == 0
    place.select_option(index=1)
    tab(page, "Plots")
    page.wait_for_selector(".g-part:has-text('untouched rows') >> visible=true")
    tab(page, "Verdict")
    found += barriers(page, "a group's figures in the dark", within=".g-card-results")
    page.click(".g-part button:has-text('Show all rows') >> visible=true")
    page.wait_for_selector(".g-part", state="hidden")
    assert found == []


def test_the_report_keeps_nobody_out_asks_for_nothing_and_prints(browser, home, finished):
    report = (home / "workspace" / "runs" / finished / "report.html").read_text(encoding="utf-8")
    found = []
    for scheme in ("light", "dark"):
        context = browser.new_context(viewport={"width": 390, "height": 6000}, color_scheme=scheme)
        page = context.new_page()
        watch = Watch().over(page)
        page.set_content(report)
        page.wait_for_selector("figure .main-svg")
        found += barriers(page, f"the report, {scheme}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if scheme == "light":
            assert page.pdf().startswith(b"%PDF")
            wide = page.evaluate(PLOT_WIDTHS)
            page.evaluate("dispatchEvent(new Event('beforeprint'))")
            # A sheet of A4 less its margins: what is wider would be cut off.
            assert page.evaluate(PLOT_WIDTHS) == [590] * len(wide)
            assert page.locator("details:not([open])").count() == 0
            page.evaluate("dispatchEvent(new Event('afterprint'))")
            assert page.evaluate(PLOT_WIDTHS) == wide
            assert page.locator("details[open]").count() == 0
        context.close()
        watch.check()
    assert found == []
