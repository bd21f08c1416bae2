"""A course on another subject, in another language and of another shape, with the same package."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import yaml
from bs4 import BeautifulSoup
from building import SECOND, contents, run_mkdocs

from coursebook.vocabulary import Words

if TYPE_CHECKING:
    from pathlib import Path

PAGES = [
    "index.html",
    "lektionen/wozu-planen.html",
    "praxis/ausgaben-sehen.html",
    "uebungen/kassenzettel.html",
    "uebungen/drei-toepfe.html",
    "treffen/ein-abend.html",
    "404.html",
]
ENGLISH = re.compile(
    r"\b(?:the|and|of|this|page|with|your|you|from|for|not|minutes|time|exercises?|practices?"
    r"|workshops?|support|sources?|reviewed|contents|next|previous|search|skip|home|draft|words"
    r"|notes?|checked|back|open|close|menu|leave|before|after)\b",
    re.IGNORECASE,
)
"""Words that would be left in English, none of which is a German word that stands here."""
FOREIGN = re.compile(
    r"strong.bonds|\bbonds?\b|partner|attachment|feeling|relationship", re.IGNORECASE
)
SPOKEN = ("aria-label", "title", "alt", "placeholder", "content", "value")
"""Attributes whose words readers meet."""


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the second course under --strict, and return the folder of its site."""
    folder = tmp_path_factory.mktemp("second") / "site"
    done = run_mkdocs(SECOND, "build", "--strict", "--site-dir", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(params=PAGES)
def page(second: Path, request: pytest.FixtureRequest) -> BeautifulSoup:
    """Return each page of the second course in turn."""
    return BeautifulSoup((second / request.param).read_text(encoding="utf-8"), "html5lib")


def words_of(page: BeautifulSoup) -> list[str]:
    """Return everything on a page that is read or heard, without scripts."""
    for element in page.select("script, style, meta[name=generator], meta[name=viewport]"):
        element.decompose()
    for element in page.select("meta[property='og:type']"):
        element.decompose()
    spoken = [str(e[name]) for name in SPOKEN for e in page.select(f"[{name}]")]
    texts = [" ".join(text.split()) for text in page.find_all(string=True)]
    return [text for text in [*texts, *spoken] if text and text != "html"]


def test_it_has_its_pages(second: Path) -> None:
    """Each page of the course is built."""
    assert set(PAGES) <= set(contents(second))


def test_no_english_word_is_left(page: BeautifulSoup) -> None:
    """Every word around the text comes from course.yml, or from the theme in its language."""
    assert [text for text in words_of(page) if ENGLISH.search(text)] == []


def test_no_word_of_the_other_course_is_left(second: Path) -> None:
    """Nothing of the first course stands in what the package adds to the second."""
    texts = {
        name: content.decode("utf-8")
        for name, content in contents(second).items()
        if name.endswith((".html", ".json")) or name.startswith("assets/coursebook/")
    }

    assert {
        name: FOREIGN.findall(text) for name, text in texts.items() if FOREIGN.search(text)
    } == {}


def test_every_interface_word_is_translated() -> None:
    """The course gives each word that the package knows, so that none falls back to English."""
    given = yaml.safe_load((SECOND / "course.yml").read_text(encoding="utf-8"))["words"]

    assert sorted(set(Words.model_fields) - set(given)) == []


def test_language(page: BeautifulSoup) -> None:
    """Pages say that they are in German."""
    html = page.select_one("html")
    assert html is not None
    assert html["lang"] == "de"


def test_it_needs_no_support_page(page: BeautifulSoup) -> None:
    """Without a support page no foot leads to one, and no word of it stands there."""
    assert page.select(".cb-foot__support") == []


def test_its_own_sections_and_scenes(second: Path) -> None:
    """A practice has the sections of this course, and its scenes by income."""
    path = second / "praxis" / "ausgaben-sehen.html"
    practice = BeautifulSoup(path.read_text(encoding="utf-8"), "html5lib")

    sections = [heading.get_text() for heading in practice.select("article h2")]
    assert sections == [
        "Jetzt gleich",
        "So kann es aussehen",
        "Was es kostet",
        "Übungen",
        "Zum Mitnehmen",
    ]
    labels = [label.get_text() for label in practice.select(".cb-scene .cb-label")]
    assert labels == ["Mit dem ersten Lohn", "Mit wechselnden Schichten", "Mit einer Rente"]
    assert practice.select(".cb-evidence, .cb-sources") == []
    assert len(practice.select(".cb-check .cb-choice")) == 2


def test_its_workshop(second: Path) -> None:
    """A workshop has its agenda with clock times, and facilitator parts are out of it."""
    path = second / "treffen" / "ein-abend.html"
    workshop = BeautifulSoup(path.read_text(encoding="utf-8"), "html5lib")

    times = [cell.get_text() for cell in workshop.select(".cb-agenda tbody td:first-child")]
    assert times == ["18:30", "18:40", "19:00", "19:15", "19:25"]
    assert "anders als gedacht" not in workshop.get_text()
