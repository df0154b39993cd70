"""What keeps people out of a page, as axe-core finds it: no contrast, no name, no way for the keyboard."""

from pathlib import Path

import axe_playwright_python

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def barriers(page, where, within="body"):
    """Tell in words what axe-core finds, by all of its rules, in the parts of the page that a selector names."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("within => axe.run({include: [[within]]}, {resultTypes: ['violations']})", within)
    assert found["passes"], f"{where}: axe-core saw nothing of it"
    return [
        f"{where}: {violation['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for violation in found["violations"]
        for node in violation["nodes"][:4]
    ]
