"""The page in the person's language: the browser's at first, then the one that was chosen, also after a reload."""

import pytest
from access import barriers
from hosting import TIMEOUT_MS, Watch

LIST = ".g-language select"
BOX = ".g-card-prompt textarea"


@pytest.fixture
def visitor(browser, voila):
    """Give a function that opens the page in a browser of a language."""
    contexts = []

    def arrive(locale, query=""):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, locale=locale)
        context.set_default_timeout(TIMEOUT_MS)
        page = context.new_page()
        contexts.append((context, Watch().over(page)))
        page.goto(voila + query)
        page.wait_for_selector(BOX)
        return page

    yield arrive
    for context, watch in contexts:
        context.close()
        watch.check()


def speaks(page, code):
    page.wait_for_selector(f".genie[lang={code}]")


def test_the_page_speaks_the_browsers_language_and_remembers_another_that_is_chosen(visitor):
    page = visitor("de-AT", "?sample=penguins")
    speaks(page, "de")
    page.wait_for_selector("text=344 Zeilen")
    assert barriers(page, "German", ".genie") == []

    page.select_option(LIST, label="Français")
    speaks(page, "fr")
    page.wait_for_selector("text=344 lignes")
    page.wait_for_function(f"document.activeElement?.matches('{LIST}')")
    page.reload()
    speaks(page, "fr")
    page.wait_for_selector("text=344 lignes")


def test_an_address_may_name_the_language(visitor):
    page = visitor("de-DE", "?lang=zh&sample=penguins")
    speaks(page, "zh")
    page.wait_for_selector("text=344 行")
    page.select_option(LIST, label="English")
    speaks(page, "en")
    page.wait_for_selector("text=344 rows")
    assert "lang=en" in page.url


def test_a_language_that_is_not_there_is_english_and_a_runs_results_have_their_own(visitor, finished):
    page = visitor("nl-NL", f"?run={finished}&lang=es")
    speaks(page, "es")
    page.wait_for_selector(".g-stage-done .g-verdict")
    # What was said when it was trained stays as it was said; what the page says of it is in the page's language.
    assert "no model had seen" in page.inner_text(".g-verdict")
    assert page.inner_text(".g-card-results h2").endswith("Resultados")
    assert barriers(page, "Spanish results", ".genie") == []
    other = visitor("nl-NL")
    speaks(other, "en")
