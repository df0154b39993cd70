"""The pages and README say what is: the floors, the settings, the links, the modules."""

import re
import tomllib
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
README = REPOSITORY / "README.md"
PAGES = sorted((REPOSITORY / "notebooks" / "docs").glob("*.md"))


def fenced(page, language):
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.M | re.S)
    return [text for kind, text in blocks if kind == language]


def test_the_floors_are_those_that_are_proved():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    assert fenced(REPOSITORY / "notebooks" / "docs" / "extending.md", "")[0].strip().split("\n") == layers


def test_the_tree_in_readme_names_every_module():
    tree = next(block for block in fenced(README, "") if block.startswith("genie_widgets/"))
    folders = {path.name for path in (REPOSITORY / "genie_widgets").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert folders - set(re.findall(r"(\w+)/", tree)) == set()


@pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_every_setting_is_told_and_every_told_one_is_read():
    source = "".join(path.read_text() for path in (REPOSITORY / "genie_widgets").rglob("*.py"))
    read = set(re.findall(r'"(GENIE_[A-Z_]+)"', source))
    pages = (README, REPOSITORY / "notebooks" / "docs" / "hosting.md")
    assert {name for page in pages for name in re.findall(r"GENIE_[A-Z_]+", page.read_text())} == read
