"""Papers: what stands on a sheet, and what the workbook is like to eye, ear and keyboard."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import outloud  # type: ignore[import-untyped]
import pdfua
import pikepdf
import pymupdf  # outloud's own
import pytest
from building import ROOT
from jinja2 import Environment, FileSystemLoader
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.config.base import Config
from mkdocs.plugins import BasePlugin, event_priority
from PIL import Image
from pypdf import PdfReader

from coursebook.course import Course, Page
from coursebook.handout import (
    EDITIONS,
    SIZES,
    Book,
    Manuscript,
    Paper,
    bind,
    css_content,
    make_papers,
    obstacle,
    press,
    workbook_names,
    workbooks,
)
from coursebook.reader import Source, read_page
from coursebook.sheet import Binding, Sheet, find_problems
from coursebook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

POINTS = 72 / 25.4
"""Points in a millimetre."""
THEME = ROOT / "coursebook" / "theme"


# A small course: one kind of page, of which four sections are declared and three go home.

SMALL = Vocabulary.model_validate(
    {
        "title": "Bread",
        "short": "bread",
        "version": "1",
        "licence": {"name": "Free", "url": "https://example.org", "sentence": "Copy it."},
        "support": "help.md",
        "glossary": "words.md",
        "sheets": {"directory": "example.org", "forbidden": ["scald"]},
        "kinds": {
            "practice": {
                "form": "practice",
                "name": "Practice",
                "folder": "practices",
                "sections": [
                    {"title": "Try it", "sheet": "whole"},
                    {"title": "Samples", "required": False},
                    {"title": "The idea", "sheet": "short"},
                    {"title": "If this is too much", "sheet": "whole"},
                ],
            }
        },
    }
)
FRONT = """\
---
title: Kneading
summary: Push and fold.
reviewed: 2026-01-15
objectives: {first: Push., second: Fold.}
---

"""


def small_page(text: str = "", path: str = "practices/kneading.md") -> Page:
    """Return a page of the small course."""
    source = Source(path, (FRONT + text).encode(), in_nav=True, label=f"docs/{path}")
    page, _ = read_page(source, SMALL)
    assert page is not None
    return page


def sheet_of(html: str, *others: Page, text: str = "", site: str = "") -> Sheet:
    """Return the sheet of a page that was rendered so, bound with other pages."""
    page = small_page(text)
    course = Course((page, *others), assets=frozenset({"images/loaf.png"}))
    return Binding.of(course.pages, course, SMALL, site).sheet(page, html)


def tried(html: str, *others: Page, site: str = "") -> str:
    """Return what stands on paper of a section with this content."""
    sheet = sheet_of(f'<h2 id="try-it">Try it</h2>{html}', *others, site=site)
    return sheet.parts[0].html


class TestSheet:
    """What goes home of a page."""

    def test_holds_the_declared_sections_in_their_order(self) -> None:
        """Sections without `sheet:`, such as samples, stay on the site."""
        sheet = sheet_of(
            '<h2 id="try-it">Try it</h2><p>Push.</p><h2 id="samples">Samples</h2><p>Ama.</p>'
            '<h2 id="the-idea">The idea</h2><p>Air.</p>'
        )

        assert [(part.title, part.id) for part in sheet.parts] == [
            ("Try it", "practices-kneading-try-it"),
            ("The idea", "practices-kneading-the-idea"),
        ]
        assert "Ama" not in sheet.text

    def test_drops_a_sentence_that_leads_to_the_support_page(self) -> None:
        """The foot of every sheet leads there in neutral words."""
        html = (
            '<p>Stop here.\nIf it burns, <a href="../help.html">More support</a> first.\nRest.</p>'
        )

        assert tried(html) == "<p>Stop here.\nRest.</p>"

    def test_drops_a_paragraph_of_which_nothing_is_left(self) -> None:
        """No empty line remains of it."""
        html = '<p>Push.</p><p>See <strong><a href="../help.html#now">Help</a></strong>.</p>'

        assert tried(html) == "<p>Push.</p>"

    def test_links_to_its_own_pages_by_number(self) -> None:
        """The style sheet counts the page beside the link."""
        html = '<p>Then <a href="baking.html#steps">bake</a>.</p>'

        assert tried(html, small_page(path="practices/baking.md")) == (
            '<p>Then <a href="#practices-baking">bake</a>'
            '<span class="on-page" data-target="#practices-baking"></span>.</p>'
        )

    @pytest.mark.parametrize(
        ("site", "where"),
        [("", "on the website"), ("https://x.org/b/", "x.org/b/practices/flour.html#rye")],
    )
    def test_says_where_other_pages_stand(self, site: str, where: str) -> None:
        """A page that is not on paper is named by its address, where that is known."""
        html = '<p>Read <a href="flour.html#rye">Flour</a>.</p>'

        assert tried(html, site=site) == f"<p>Read <a>Flour</a> ({where}).</p>"

    def test_prints_addresses_that_can_be_read(self) -> None:
        """An address that is its own text is not printed twice."""
        html = (
            '<p><a href="https://www.example.org/a/">A</a>'
            '<a href="https://example.org">example.org</a></p>'
        )

        assert "A</a> (example.org/a)<a" in tried(html)
        assert tried(html).endswith("example.org</a></p>")

    def test_takes_terms_as_plain_words(self) -> None:
        """The glossary is not on paper, and a term needs no address."""
        html = (
            '<p>A <a href="../words.html#crumb">crumb</a><button class="cb-term">?</button>'
            '<span class="cb-term__words">Inside.</span> <span class="cb-cite">(X)</span>.</p>'
        )

        assert tried(html) == "<p>A <a>crumb</a>.</p>"

    def test_puts_its_name_before_each_id(self) -> None:
        """Pages that are joined share ids."""
        assert 'id="practices-kneading-x"' in tried('<p id="x">Push.</p>')

    def test_names_drawings_by_a_title(self) -> None:
        """PDF takes the alternative from there alone; decorations say nothing."""
        html = (
            '<svg role="img" aria-label="A loaf" font-family="inherit"><path/></svg>'
            '<svg aria-hidden="true"><path/></svg>'
        )

        assert tried(html) == (
            '<svg font-family="Atkinson Hyperlegible"><title>A loaf</title><path></path></svg>'
        )

    def test_says_a_label_once(self) -> None:
        """A block whose label repeats the heading above it goes without."""
        html = '<div class="cb-care"><p class="cb-label">If this is too much</p><p>Stop.</p></div>'
        sheet = sheet_of(f'<h2 id="x">If this is too much</h2>{html}')

        assert sheet.parts[0].html == '<div class="cb-care"><p>Stop.</p></div>'

    def test_keeps_the_picture_and_the_first_words_of_a_short_section(self) -> None:
        """At least one paragraph stays, however long it is."""
        long = "word " * 100
        html = f"<figure>Loaf</figure><p>{long}</p><p>Second.</p><ul><li>Third.</li></ul>"
        sheet = sheet_of(f'<h2 id="the-idea">The idea</h2>{html}')

        assert "Loaf" in sheet.text
        assert "Second." not in sheet.text
        assert "Third." not in sheet.text

    def test_lays_a_named_field_over_each_space(self) -> None:
        """The name hangs on the author's id, the label on the prompt."""
        html = (
            '<div class="cb-write" id="write-first"><p class="cb-prompt">What came first?</p>'
            '<div class="cb-space"></div></div>'
        )

        assert '<textarea name="practices-kneading-write-first" title="What came first?">' in tried(
            html
        )

    def test_makes_a_row_of_each_part_of_a_plan(self) -> None:
        """Each has its own field."""
        part = '<p class="cb-plan__part">{}</p><div class="cb-space"></div>'
        html = (
            '<div class="cb-plan" id="plan-x"><p class="cb-label">My plan</p>'
            f"{part.format('When')}{part.format('then')}</div>"
        )

        assert re.findall(r'name="([^"]*)" title="([^"]*)"', tried(html)) == [
            ("practices-kneading-plan-x-1", "My plan: When"),
            ("practices-kneading-plan-x-2", "My plan: then"),
        ]

    def test_gives_each_row_of_a_scale_a_box(self) -> None:
        """Whoever cannot circle a number can write or type it."""
        html = (
            '<div class="cb-scale" id="scale-x"><p class="cb-prompt">How warm?</p><table>'
            "<tr><th>Before</th><td>0</td></tr><tr><th>After</th><td>0</td></tr></table></div>"
        )

        assert re.findall(r'name="([^"]*)" title="([^"]*)"', tried(html)) == [
            ("practices-kneading-scale-x-1", "How warm? Before"),
            ("practices-kneading-scale-x-2", "How warm? After"),
        ]


class TestProblems:
    """What must not be printed is a problem with its line."""

    def test_a_word_that_must_not_go_home(self) -> None:
        """Whatever its ending."""
        sheet = sheet_of(
            '<h2 id="try-it">Try it</h2><p>It scalded me.</p>', text="Push.\nIt scalded me."
        )

        (problem,) = find_problems(sheet, Course(), SMALL)

        assert str(problem) == (
            "docs/practices/kneading.md:9: 'scald' stands on no paper that goes home,"
            " where others may read it. [word-choice]"
        )

    def test_a_picture_from_elsewhere(self) -> None:
        """Papers show only what the docs folder holds."""
        address = "https://example.org/a.png"
        sheet = sheet_of(
            f'<h2 id="x">Try it</h2><p><img src="{address}"><img src="../images/loaf.png"></p>',
            text=f"Push.\n![A loaf]({address})",
        )
        course = Course(assets=frozenset({"images/loaf.png"}))

        (problem,) = find_problems(sheet, course, SMALL)

        assert str(problem) == (
            "docs/practices/kneading.md:9: A paper shows only pictures of the docs folder,"
            f" not '{address}'. [missing-asset]"
        )


def manuscript(html: str) -> Manuscript:
    """Return a small paper before it is printed."""
    document = f'<html lang="en"><title>T</title><body id="a">{html}</body></html>'
    return Manuscript("small", "Small", SIZES[0], EDITIONS[0], document, {"a.md": "a"})


class TestPapers:
    """From a manuscript to a PDF."""

    def test_a_course_without_sheets_has_no_workbook(self) -> None:
        """Only declared sections go home."""
        kinds = {"page": {"form": "page", "name": "Page"}}
        without = SMALL.model_copy(
            update={"kinds": Vocabulary.model_validate(SMALL.model_dump() | {"kinds": kinds}).kinds}
        )

        assert workbook_names(without) == []

    def test_says_what_stands_in_the_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """In one line, and nothing where all is there."""
        assert obstacle() is None

        monkeypatch.setitem(sys.modules, "weasyprint", None)

        assert obstacle() == "Papers need WeasyPrint: pip install coursebook[handout]"

    def test_counters_stand_in_words(self) -> None:
        """Quotation marks in them stay words."""
        assert css_content('“{n}” "of" {all}', n="counter(page)", all="X") == (
            r'"“" counter(page) "” \"of\" " X'
        )

    @pytest.mark.parametrize(
        "address", ["https://example.org/a.png", "missing.png", ROOT.joinpath("README.md").as_uri()]
    )
    def test_only_files_of_the_docs_folder_are_read(self, address: str, tmp_path: Path) -> None:
        """What is missing is told, and the paper is not kept."""
        paper, faults, _ = press(manuscript(f'<img src="{address}" alt="A">'), tmp_path)

        assert paper.pages == 1
        assert any(address in fault for fault in faults)

    def test_a_paper_is_printed_once(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The next build takes it as it is, until something that it depends on changes."""
        with caplog.at_level(logging.INFO):
            cache = tmp_path / "cache"
            first = make_papers([manuscript("<p>Push.</p>")], docs=tmp_path, cache=cache)
            second = make_papers([manuscript("<p>Push.</p>")], docs=tmp_path, cache=cache)

        assert first == second
        assert first[0].starts == {"a.md": 1}
        assert [record.getMessage() for record in caplog.records].count(
            "Printing 1 papers, 1 at a time"
        ) == 1


# The workbook of the real course, printed once.


class NoOptions(Config):
    """The plugin below takes none."""


class Keep(BasePlugin[NoOptions]):
    """Keeps the pages of a build as they are once everything is drawn."""

    pages: dict[str, str]

    @event_priority(-100)  # Last: after the pages are drawn.
    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        self.pages = {
            file.src_uri: file.page.content or ""
            for file in files.documentation_pages()
            if file.page
        }
        return env


@dataclass(frozen=True)
class Workbook:
    """The workbook of the real course, in all versions."""

    book: Book
    pages: Mapping[str, str]
    manuscripts: list[Manuscript]
    papers: list[Paper]

    @property
    def vocabulary(self) -> Vocabulary:
        return self.book.binding.vocabulary

    @cached_property
    def exercises(self) -> list[Sheet]:
        return [sheet for chapter in self.book.chapters for sheet in chapter.exercises]

    @cached_property
    def sheets(self) -> list[Sheet]:
        """All sheets, in their order."""
        return [
            sheet
            for chapter in self.book.chapters
            for sheet in (chapter.practice, *chapter.exercises)
        ]


@pytest.fixture(scope="session")
def workbook(tmp_path_factory: pytest.TempPathFactory) -> Workbook:
    """Build the real course, and print its workbook."""
    folder = tmp_path_factory.mktemp("papers")
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder / "site"))
    keep = Keep()
    config.plugins["keep"] = keep
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    config.plugins.on_shutdown()
    plugin: Any = config.plugins["coursebook"]
    book = bind(plugin.reading.course, plugin.vocabulary, keep.pages)
    env = Environment(loader=FileSystemLoader([ROOT / "overrides", THEME]), autoescape=False)  # noqa: S701 - as MkDocs's
    docs = ROOT / "docs"
    manuscripts = workbooks(book, env, docs)
    papers = make_papers(manuscripts, docs=docs, cache=folder / "cache")
    return Workbook(book, keep.pages, manuscripts, papers)


@dataclass(frozen=True)
class Opened:
    """A paper opened for reading."""

    paper: Paper
    reader: PdfReader

    @cached_property
    def texts(self) -> list[str]:
        """Words of each page, on one line."""
        return [" ".join(page.extract_text().split()) for page in self.reader.pages]


@pytest.fixture(scope="session", params=range(4), ids=["a4", "letter", "large-a4", "large-letter"])
def opened(workbook: Workbook, request: pytest.FixtureRequest) -> Opened:
    """Return each version of the workbook in turn."""
    paper = workbook.papers[request.param]
    return Opened(paper, PdfReader(BytesIO(paper.data)))


class TestLook:
    """The workbook to the eye."""

    def test_nothing_in_it_is_forbidden(self, workbook: Workbook) -> None:
        """No word that must not go home, no picture from elsewhere."""
        assert workbook.book.problems == ()

    def test_has_its_size(self, opened: Opened) -> None:
        """Every page has the size that the paper is named for."""
        size = opened.paper.size
        expected = [round(side * POINTS) for side in (size.width, size.height)]

        assert all(
            [round(float(side)) for side in page.mediabox[2:]] == expected
            for page in opened.reader.pages
        )

    def test_says_how_many_pages_it_has(self, opened: Opened) -> None:
        """The site shows that number."""
        assert opened.paper.pages == len(opened.reader.pages)

    def test_every_page_carries_head_and_foot(self, opened: Opened, workbook: Workbook) -> None:
        """Page x of y, version, licence and a neutral line; the cover has no head."""
        vocabulary = workbook.vocabulary
        total = opened.paper.pages
        foot = f"{vocabulary.title}. Version {vocabulary.version}. {vocabulary.licence.sentence}"
        support = f"More support: page {total} of your booklet, or {vocabulary.sheets.directory}"
        for number, text in enumerate(opened.texts, 1):
            assert foot in text
            assert support in text
            assert number == 1 or f"Page {number} of {total}" in text

    def test_pages_begin_where_it_says(self, opened: Opened, workbook: Workbook) -> None:
        """The site links to these pages."""
        for page in (
            *workbook.book.binding.course.practices,
            *workbook.book.binding.course.exercises,
        ):
            start = opened.paper.starts[page.path]
            assert page.title in opened.texts[start - 1]
            assert page.title not in opened.texts[start - 2] or start <= 4

    def test_a_practice_is_one_leaf(self, opened: Opened, workbook: Workbook) -> None:
        """It begins on the right, and in the usual print its exercises follow on the next leaf."""
        for chapter in workbook.book.chapters:
            start = opened.paper.starts[chapter.practice.page.path]
            assert start % 2 == 1
            if not opened.paper.edition.name:
                assert opened.paper.starts[chapter.exercises[0].page.path] == start + 2

    def test_contents_name_the_pages(self, opened: Opened, workbook: Workbook) -> None:
        """Each title stands behind its number."""
        contents = " ".join(opened.texts[1:4])
        for sheet in workbook.exercises:
            assert f"{opened.paper.starts[sheet.page.path]} {sheet.page.title}" in contents

    def test_no_letter_is_too_small(self, opened: Opened) -> None:
        """12 points at least, in drawings too; 16 in large print, whose text has 18."""
        least = 16 if opened.paper.edition.name else 12
        document: Any = pymupdf.open(stream=opened.paper.data)  # type: ignore[no-untyped-call]
        sizes = {
            round(span["size"], 1)
            for page in document
            for block in page.get_text("dict")["blocks"]
            for line in block.get("lines", [])
            for span in line["spans"]
        }

        assert min(sizes) >= least - 0.1
        assert opened.paper.edition.points in sizes

    def test_only_our_fonts_are_in_it(self, opened: Opened) -> None:
        """Each is embedded."""
        document = pikepdf.open(BytesIO(opened.paper.data))
        fonts = [item for item in document.objects if _is(item, "/Type", "/FontDescriptor")]

        assert fonts
        assert all("Atkinson-Hyperlegible" in str(font.FontName) for font in fonts)
        assert all("/FontFile2" in font for font in fonts)

    def test_is_filled_well(self, opened: Opened, tmp_path: Path) -> None:
        """No page is less than a third full, unless a sheet ends there."""
        (tmp_path / "paper.pdf").write_bytes(opened.paper.data)
        subprocess.run(
            ["pdftoppm", "-gray", "-r", "36", tmp_path / "paper.pdf", tmp_path / "page"], check=True
        )
        starts = {*opened.paper.starts.values(), opened.paper.pages}
        thin = [
            number
            for number, path in enumerate(sorted(tmp_path.glob("page-*.pgm")), 1)
            if number + 1 not in starts and number not in (1, opened.paper.pages)
            if _filled(path) < 1 / 3 and "Notes" not in opened.texts[number]
        ]

        assert thin == []


def _is(item: object, key: str, value: str) -> bool:
    return isinstance(item, pikepdf.Dictionary) and item.get(key) == value


def _filled(path: Path) -> float:
    """Return how far down the space between head and foot there is ink."""
    image = Image.open(path).point(lambda shade: 255 if shade < 200 else 0)
    width, height = image.size
    top, bottom = round(height * 0.1), round(height * 0.85)
    box = image.crop((0, top, width, bottom)).getbbox()
    return box[3] / (bottom - top) if box else 0.0


class TestWords:
    """What the workbook says, and does not say."""

    def test_holds_what_the_site_holds(self, opened: Opened, workbook: Workbook) -> None:
        """Each exercise's title, and each prompt under its id, are the same on paper and screen."""
        fields = opened.reader.get_fields() or {}
        for sheet in workbook.exercises:
            html = workbook.pages[sheet.page.path]
            for block in sheet.page.blocks_named("write"):
                assert f'id="write-{block.id}"' in html
                field = fields[f"{sheet.id}-write-{block.id}"]
                assert _plain(field["/TU"]) == _plain(block.title)
            for name, rows in (("scale", 2), ("plan", 3)):
                for block in sheet.page.blocks_named(name):
                    assert f'id="{name}-{block.id}"' in html
                    for row in range(1, rows + 1):
                        assert f"{sheet.id}-{name}-{block.id}-{row}" in fields

    def test_keeps_to_neutral_words(self, opened: Opened, workbook: Workbook) -> None:
        """A sheet in a bag can be read by the person it is about."""
        words = " ".join(opened.texts).lower()
        assert not [word for word in workbook.vocabulary.sheets.forbidden if word in words]

    def test_says_nothing_that_is_the_facilitators(
        self, opened: Opened, workbook: Workbook
    ) -> None:
        """Nor what invented people wrote."""
        words = _plain(" ".join(opened.texts))
        for sheet in workbook.exercises:
            for block in sheet.page.blocks:
                if block.name in ("facilitator", "sample"):
                    first = _plain(block.content.strip().splitlines()[0])
                    assert len(first) < 25 or first not in words

    def test_a_prompt_stands_with_its_space(self, opened: Opened) -> None:
        """On one page, that is."""
        for page, text in zip(opened.reader.pages, opened.texts, strict=True):
            for widget in _widgets(page):
                label = str(widget["/TU"]).removesuffix(" Before").removesuffix(" After")
                assert all(part in text for part in label.split(": ", 1)[-1:])

    def test_space_has_its_declared_size(self, opened: Opened, workbook: Workbook) -> None:
        """So many lines at the pitch of the edition."""
        declared = {
            f"{sheet.id}-write-{block.id}": block.options.get("lines", 3)
            for sheet in workbook.exercises
            for block in sheet.page.blocks_named("write")
        }
        pitch = opened.paper.edition.pitch * POINTS
        for page in opened.reader.pages:
            for widget in _widgets(page):
                if lines := declared.get(widget["/T"]):
                    _, low, _, high = (float(side) for side in widget["/Rect"])
                    assert abs(high - low) >= int(str(lines)) * pitch - 2


def _plain(text: str) -> str:
    """Return letters and digits only: typography differs between source and paper."""
    return "".join(re.findall(r"\w+", text.lower()))


def _widgets(page: Any) -> Iterator[Any]:  # noqa: ANN401 - pypdf's own
    for reference in page.get("/Annots", []):
        annotation = reference.get_object()
        if annotation["/Subtype"] == "/Widget":
            yield annotation


class TestAccess:
    """The workbook to ear and keyboard."""

    def test_two_checkers_find_no_error(self, opened: Opened, tmp_path: Path) -> None:
        """They see a part of PDF/UA; the tests below see more."""
        path = tmp_path / "paper.pdf"
        path.write_bytes(opened.paper.data)
        report = pdfua.validate(str(path))
        found = outloud.check(path)

        assert [f for f in report.findings if f.severity is pdfua.Severity.ERROR] == []
        assert [f for f in found.findings if f.severity == "error"] == []

    def test_names_itself(self, opened: Opened, workbook: Workbook) -> None:
        """Title, language and the mark of PDF/UA-1."""
        document = pikepdf.open(BytesIO(opened.paper.data))
        title = f"{workbook.vocabulary.title}: Workbook"

        assert str(document.docinfo.Title).startswith(title)
        assert str(document.Root.Lang) == workbook.vocabulary.language
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert document.open_metadata()["pdfuaid:part"] == "1"

    def test_bookmarks_are_the_contents(self, opened: Opened, workbook: Workbook) -> None:
        """A practice opens to its exercises."""
        outline = opened.reader.outline
        flat = [str(item.title) for item in _flat(outline)]

        assert flat == [
            "Strong Bonds",
            "Contents",
            *(sheet.page.title for sheet in workbook.sheets),
            "More support",
        ]

    def test_headings_go_down_one_level_at_a_time(self, opened: Opened) -> None:
        """In reading order, from the first page to the last."""
        levels = [int(kind[2:]) for kind, _ in _elements(opened) if re.fullmatch("/H[1-6]", kind)]

        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_pictures_have_words(self, opened: Opened, workbook: Workbook) -> None:
        """The author's own."""
        figures = [item for kind, item in _elements(opened) if kind == "/Figure"]
        written = [
            _plain(link.text)
            for chapter in workbook.book.chapters
            for link in chapter.practice.page.links
            if link.is_image
        ]

        assert [_plain(str(figure.Alt)) for figure in figures] == written

    def test_lists_and_tables_are_told(self, opened: Opened) -> None:
        """Items stand in lists, header cells have a scope, data cells their headers."""
        for kind, item in _elements(opened):
            kids = [str(kid.S) for kid in _kids(item) if "/S" in kid]
            if kind == "/L":
                assert set(kids) <= {"/LI", "/L"}
                assert item.A.ListNumbering in ("/Decimal", "/None")
            elif kind == "/TH":
                assert item.A.Scope in ("/Row", "/Column")
            elif kind == "/TD":
                assert len(item.A.Headers) == 1
            elif kind in ("/Span", "/P", "/Div"):
                assert item.K is not None

    def test_fields_have_names_and_places(self, opened: Opened) -> None:
        """Each once, with a label, and in the structure where its prompt stands."""
        widgets = [widget for page in opened.reader.pages for widget in _widgets(page)]
        names = [widget["/T"] for widget in widgets]
        forms = [item for kind, item in _elements(opened) if kind == "/Form"]

        assert len(names) == len(set(names)) == len(forms)
        assert all(str(widget["/TU"]).strip() for widget in widgets)
        assert all(widget["/F"] == 4 for widget in widgets)

    def test_heads_and_feet_are_not_read_out(self, opened: Opened) -> None:
        """They are furniture of the page: no marked words stand outside of the structure."""
        spoken = {
            (item.Pg.objgen, int(kid))
            for _, item in _elements(opened)
            for kid in (item.K if isinstance(item.K, pikepdf.Array) else [item.K])
            if isinstance(kid, int)
        }
        document = _document(opened)
        for page in document.pages:
            for mark in pikepdf.parse_content_stream(page, "BDC"):
                properties: Any = mark.operands[1]
                if "/MCID" in properties:
                    assert (page.objgen, int(properties.MCID)) in spoken


_documents: dict[str, pikepdf.Pdf] = {}


def _document(opened: Opened) -> pikepdf.Pdf:
    name = opened.paper.name
    return _documents.setdefault(name, pikepdf.open(BytesIO(opened.paper.data)))


def _flat(outline: Any) -> Iterator[Any]:  # noqa: ANN401 - pypdf's own
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _kids(element: Any) -> list[Any]:  # noqa: ANN401 - pikepdf's own
    kids = element.get("/K", [])
    found = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in found if isinstance(kid, pikepdf.Dictionary)]


def _elements(opened: Opened) -> Iterator[tuple[str, Any]]:
    """Yield each element of the structure in reading order, with its kind."""

    def walk(element: Any) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - pikepdf's own
        for kid in _kids(element):
            if "/S" in kid:
                yield str(kid.S), kid
                yield from walk(kid)

    yield from walk(_document(opened).Root.StructTreeRoot)


class TestPress:
    """How it is made."""

    def test_is_the_same_each_time_and_soon_made(self, workbook: Workbook) -> None:
        """Byte for byte, and in 0.15 s of processor time a page at most."""
        paper, faults, seconds = press(workbook.manuscripts[0], ROOT / "docs")

        assert faults == ()
        assert paper.data == workbook.papers[0].data
        assert seconds / paper.pages < 0.15

    def test_names_are_known_beforehand(self, workbook: Workbook) -> None:
        """So that links to papers can be checked before they are made."""
        assert [paper.name for paper in workbook.papers] == workbook_names(workbook.vocabulary)
