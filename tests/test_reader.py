"""What the reader finds in a page, held against what Python-Markdown makes of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from bs4 import BeautifulSoup
from markdown import Markdown

from coursebook.blocks import BlocksExtension
from coursebook.reader import Source, read_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytest_golden.plugin import GoldenTestFixture

    from coursebook.course import Page
    from coursebook.vocabulary import Vocabulary

CASES = sorted((Path(__file__).parent / "cases/reader").glob("*.yml"))
SOUND = [path for path in CASES if not path.stem.endswith("-fault")]
"""Those that Python-Markdown renders as they were meant; of others a check tells."""
FRONT_MATTER = re.compile(r"\A\ufeff?---\n.*?\n(?:---|\.\.\.)\n?", re.DOTALL)


def told(page: Page) -> Iterator[tuple[int, str]]:
    """Yield all that was found on a page, each with its line."""
    for heading in page.headings:
        yield heading.line, f"heading {heading.level} {heading.text!r} #{heading.slug}"
    for block in page.blocks:
        options = "".join(f" {name}={value!r}" for name, value in block.options.items())
        notes = {
            "unclosed": not block.is_closed,
            "not at the margin": not block.is_at_margin,
            f"in {block.parent}": block.parent,
            f"below {block.section!r}": block.section,
            f"fault: {block.fault}": block.fault,
        }
        extra = "".join(f", {note}" for note, is_so in notes.items() if is_so)
        title = f" {block.title!r}" if block.title else ""
        yield block.line, f"block {block.name}{title}{options} to line {block.end}{extra}"
    for line in page.stray_closes:
        yield line, "stray close"
    for link in page.links:
        yield (
            link.line,
            f"{'picture' if link.is_image else 'link'} {link.text!r} to {link.target!r}",
        )
    for reference in page.references:
        yield reference.line, f"reference [{reference.label}]"
    for definition in page.definitions:
        yield definition.line, f"definition [{definition.label}]"
    for citation in page.citations:
        where = f" in {citation.block}" if citation.block else ""
        yield citation.line, f"citation {citation.key}{where}"


def read(source: str, vocabulary: Vocabulary) -> tuple[Page, list[str]]:
    """Return the page and its problems, without those that every page without facts has."""
    page, problems = read_page(Source("notes/note.md", source.encode()), vocabulary)
    is_about_facts = not source.lstrip("\ufeff").startswith("---") and source
    return page, [str(p) for p in problems if not (is_about_facts and p.rule == "no-front-matter")]


@pytest.mark.golden_test("cases/reader/*.yml")
def test_reading(golden: GoldenTestFixture, vocabulary: Vocabulary) -> None:
    """Everything on a page is found, at its line, and nothing in code."""
    page, problems = read(golden["source"], vocabulary)

    assert [f"{line}: {what}" for line, what in sorted(told(page))] == golden.out["found"]
    assert (problems or None) == golden.out.get("problems")


def rendered(source: str, vocabulary: Vocabulary) -> BeautifulSoup:
    """Return a page as Python-Markdown renders it with the extensions of a course."""
    markdown = Markdown(
        extensions=[
            *("abbr", "attr_list", "def_list", "fenced_code", "footnotes", "sane_lists"),
            *("tables", "toc", BlocksExtension(vocabulary=vocabulary)),
        ]
    )
    text = FRONT_MATTER.sub("", source.replace("\r\n", "\n"))
    return BeautifulSoup(markdown.convert(text), "html.parser")


def source_of(path: Path) -> str:
    """Return the source of a case."""
    case: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return str(case["source"])


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_addresses_are_those_of_toc(path: Path, vocabulary: Vocabulary) -> None:
    """Headings have the level, words and address that `toc` gives them."""
    source = source_of(path)
    html = rendered(source, vocabulary)
    page, _ = read(source, vocabulary)
    for note in html.select("sup[id^=fnref]"):
        note.decompose()
    expected = [
        (int(heading.name[1]), " ".join(heading.get_text().split()), heading["id"])
        for heading in html.find_all(re.compile("^h[1-6]$"))
    ]

    assert expected == [(heading.level, heading.text, heading.slug) for heading in page.headings]


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_links_are_those_of_the_page(path: Path, vocabulary: Vocabulary) -> None:
    """Links and pictures that are read are those that a reader can follow and see."""
    source = source_of(path)
    html = rendered(source, vocabulary)
    page, _ = read(source, vocabulary)
    links = [a["href"] for a in html.select("a:not(.footnote-ref, .footnote-backref)")]
    pictures = [image["src"] for image in html.find_all("img")]

    assert sorted(links) == sorted(link.target for link in page.links if not link.is_image)
    assert sorted(pictures) == sorted(link.target for link in page.links if link.is_image)


@pytest.mark.parametrize("path", SOUND, ids=lambda path: path.stem)
def test_blocks_are_those_of_the_page(path: Path, vocabulary: Vocabulary) -> None:
    """Blocks that are read without a fault are those that are rendered."""
    source = source_of(path)
    page, _ = read(source, vocabulary)
    found = [block.name for block in page.blocks]
    classes = [element["class"][0] for element in rendered(source, vocabulary).select("div[class]")]
    drawn = [name.removeprefix("cb-") for name in classes if name[3:] in vocabulary.blocks]

    assert sorted(drawn) == sorted(found)
