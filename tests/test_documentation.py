"""The documentation site: it has every module, study and page, and needs no other host."""

import csv
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from studies.framework import catalogue
from studies.framework.run import VERDICTS, finished, load
from tools.documentation import laws, links, reference, studies

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))


def pages_of(navigation):
    """Every page of a navigation, whatever its depth."""
    for entry in navigation:
        value = next(iter(entry.values())) if isinstance(entry, dict) else entry
        if isinstance(value, list):
            yield from pages_of(value)
        else:
            yield value


def test_reference_has_every_public_module():
    shown = set(re.findall(r"^::: (\S+)$", "\n".join(reference.pages().values()), re.MULTILINE))
    files = [path for package in reference.PACKAGES for path in (ROOT / package).rglob("*.py")]
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in files
        if not path.name.startswith("_")
    }
    assert modules <= shown
    assert all(importlib.util.find_spec(name) for name in shown)


def test_navigation_of_the_reference_leads_to_all_its_pages():
    assert set(pages_of(reference.navigation())) == set(reference.pages())


def test_every_study_has_a_page_with_its_pictures_and_claims():
    pages = studies.pages()
    folders = [folder for folder in catalogue.COMMITTED.iterdir() if finished(folder)]
    assert len(pages) == len(folders) > 0
    for folder in folders:
        (page,) = [text for place, text in pages.items() if f"/{folder.name}/" in place]
        assert all(f"]({name}.png)" in page for name in load(folder)["pictures"])
        with (folder / VERDICTS).open(encoding="utf-8", newline="") as file:
            assert all(row["claim"] in page for row in csv.DictReader(file))


def test_pages_of_the_navigation_are_committed_or_generated():
    generated = {*studies.pages(), *reference.pages(), laws.PAGE}
    missing = [
        p for p in pages_of(SETTINGS["nav"]) if p not in generated and not (ROOT / p).exists()
    ]
    assert missing == []


def test_gallery_shows_every_picture_that_is_drawn(tmp_path):
    page = laws.page(tmp_path)
    drawn = {path.name for path in tmp_path.glob("*.png")}
    assert drawn == set(re.findall(r"\]\((\S+\.png)\)", page))
    assert len(drawn) > 5


def test_site_loads_nothing_from_other_hosts():
    assert SETTINGS["theme"]["font"] is False
    assert not {"extra_javascript", "extra_css"} & set(SETTINGS)


@pytest.mark.parametrize(
    ("link", "followed"),
    [
        ("[all](studies/)", "[all](studies/README.md)"),
        ("[all](studies/README.md)", "[all](studies/README.md)"),
        ("[home](https://example.org/studies/)", "[home](https://example.org/studies/)"),
    ],
)
def test_links_to_folders_lead_to_their_page(link, followed):
    assert links.follow_folders(link, ROOT) == followed


def test_extra_tools_of_the_site_have_versions():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    versions = (ROOT / "constraints.txt").read_text()
    names = [re.match(r"[\w-]+", requirement)[0] for requirement in groups["docs"]]
    assert [name for name in names if f"\n{name}==" not in versions] == []
