"""Papers: sheets joined into one document, and printed as an accessible PDF.

    rendered pages ── bind ──► Book ── workbooks ──► Manuscript ── make_papers ──► Paper

A manuscript holds all that its paper depends on, so that papers can be kept by content and printed
in other processes. Pages, tags, fields and running heads are the work of WeasyPrint.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import logging
import multiprocessing
import os
import re
import string
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from coursebook.sheet import FONT, Binding, Sheet, find_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jinja2 import Environment
    from weasyprint.urls import URLFetcher, URLFetcherResponse  # type: ignore[import-untyped]

    from coursebook.course import Course
    from coursebook.problems import Problem
    from coursebook.vocabulary import Vocabulary

log = logging.getLogger(f"mkdocs.plugins.{__name__}")
# What each level means here. warning: something is missing on a paper, fatal under --strict.
# info: progress.

KEPT = 7 * 24 * 3600
"""Seconds that a paper is kept after the last build that asked for it."""


@dataclass(frozen=True)
class Size:
    """A size of paper, in millimetres."""

    name: str
    label: str
    width: float
    height: float


@dataclass(frozen=True)
class Edition:
    """How large a paper is set. Large print flows anew; it is not enlarged."""

    name: str
    """Stands in file names; empty for the usual print."""
    points: int
    """Size of the text."""
    foot: int
    """Size of the foot of each page, in points."""
    pitch: int
    """From one writing line to the next, in millimetres."""


SIZES = (Size("a4", "A4", 210, 297), Size("letter", "US Letter", 215.9, 279.4))
EDITIONS = (Edition("", 12, 12, 9), Edition("large-print", 18, 16, 12))


@dataclass(frozen=True)
class Chapter:
    """A practice and its exercises."""

    practice: Sheet
    exercises: tuple[Sheet, ...]


@dataclass(frozen=True)
class Book:
    """What goes home of a course, and what must not."""

    binding: Binding
    chapters: tuple[Chapter, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Manuscript:
    """A paper before it is printed."""

    name: str
    title: str
    size: Size
    edition: Edition
    html: str
    ids: Mapping[str, str]
    """Where each page of the course begins in the document, by its path."""
    owners: tuple[str, ...] = ()
    """Paths of the pages that list it; without any, each page that begins in it does."""


@dataclass(frozen=True)
class Paper:
    """A printed paper, as templates show it and the build writes it."""

    name: str
    """File name without its ending, as in first-bread-workbook-a4."""
    title: str
    size: Size
    edition: Edition
    data: bytes
    pages: int
    starts: Mapping[str, int]
    """Number of the page on which a page of the course begins, by its path."""
    owners: tuple[str, ...] = ()
    """Paths of the pages that list it; without any, each page that begins in it does."""

    @property
    def url(self) -> str:
        """Its address below the site's folder."""
        return paper_url(self.name)

    @property
    def kilobytes(self) -> int:
        """Its size, rounded up."""
        return -(-len(self.data) // 1000)


def paper_url(name: str) -> str:
    """Return the address of a paper below the site's folder."""
    return f"downloads/{name}.pdf"


# From pages to manuscripts


def workbook_names(vocabulary: Vocabulary) -> list[str]:
    """Return the names of all workbooks, known before any page is rendered.

    A course that declares no section for paper has none.
    """
    has_sheets = any(s.sheet for kind in vocabulary.kinds.values() for s in kind.sections)
    return [_workbook_name(vocabulary, *chosen) for chosen in _versions() if has_sheets]


def bind(
    course: Course, vocabulary: Vocabulary, pages: Mapping[str, str], *, site: str = ""
) -> Book:
    """Bind the sheets of every practice and exercise that is published.

    `pages` is the HTML of each published page by its path, blocks and pictures included; `site` is
    the address of the website, if it is known.
    """
    bound = [page for page in (*course.practices, *course.exercises) if page.path in pages]
    binding = Binding.of(bound, course, vocabulary, site)
    sheets = {page.path: binding.sheet(page, pages[page.path]) for page in bound}
    chapters = [
        Chapter(
            sheets[page.path],
            tuple(sheets[e.path] for e in course.exercises_of(page) if e.path in sheets),
        )
        for page in course.practices
        if page.path in sheets
    ]
    problems = [p for sheet in sheets.values() for p in find_problems(sheet, course, vocabulary)]
    return Book(binding, tuple(chapters), tuple(problems))


def workbooks(book: Book, env: Environment, docs: Path) -> list[Manuscript]:
    """Return the workbook in each edition and size; `docs` is the folder of its pictures."""
    vocabulary = book.binding.vocabulary
    render = functools.partial(
        env.get_template("handout/workbook.html").render,
        course=book.binding.course,
        vocabulary=vocabulary,
        words=vocabulary.words,
        chapters=book.chapters,
        font=FONT,
        css_content=css_content,
        mark=functools.partial(mark, docs),
    )
    return [
        Manuscript(
            name=_workbook_name(vocabulary, edition, size),
            title=vocabulary.words.workbook,
            size=size,
            edition=edition,
            html=render(edition=edition, size=size),
            ids=book.binding.ids,
        )
        for edition, size in _versions()
        if workbook_names(vocabulary)
    ]


def _versions() -> list[tuple[Edition, Size]]:
    return [(edition, size) for edition in EDITIONS for size in SIZES]


def _workbook_name(vocabulary: Vocabulary, edition: Edition, size: Size) -> str:
    return "-".join(filter(None, (vocabulary.short, "workbook", edition.name, size.name)))


def css_content(words: str, **values: str) -> str:
    """Return words as the value of CSS's `content`, each {name} in them replaced by its counter."""
    parts = []
    for literal, name, _, _ in string.Formatter().parse(words):
        if literal:
            parts.append('"' + re.sub(r'(["\\])', r"\\\1", literal) + '"')
        if name:
            parts.append(values[name])
    return " ".join(parts)


def mark(docs: Path, name: str, colour: str) -> str:
    """Return the mark of a practice as a CSS image, which readers do not hear, or `none`."""
    path = docs / "images" / "marks" / f"{name}.svg"
    if not path.is_file():
        return "none"
    svg = path.read_text(encoding="utf-8").replace("currentColor", colour)
    return f"url(data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"


# From manuscripts to papers


def make_papers(manuscripts: Sequence[Manuscript], *, docs: Path, cache: Path) -> list[Paper]:
    """Return a paper of each manuscript: kept ones as they are, the others printed in parallel."""
    cache.mkdir(parents=True, exist_ok=True)
    places = {manuscript.name: cache / _key(manuscript, docs) for manuscript in manuscripts}
    papers = {m.name: paper for m in manuscripts if (paper := _kept(m, places[m.name]))}
    wanted = [manuscript for manuscript in manuscripts if manuscript.name not in papers]
    for paper, faults in _print_all(wanted, docs):
        papers[paper.name] = paper
        if not faults:
            _keep(paper, places[paper.name])
    _sweep(cache)
    return [papers[manuscript.name] for manuscript in manuscripts]


def _key(manuscript: Manuscript, docs: Path) -> str:
    """Return a file name made of all that the paper depends on."""
    pictures = re.findall(r'<img\b[^>]*?\bsrc="([^":]+)"', manuscript.html)
    code = [Path(__file__), Path(__file__).with_name("structure.py")]
    files = [*code, *_font_files(), *(docs / name for name in pictures)]
    inputs = hashlib.sha256(f"{version('weasyprint')}{manuscript.html}".encode())
    for path in files:
        inputs.update(path.read_bytes() if path.is_file() else b"")
    return f"{manuscript.name}-{inputs.hexdigest()[:16]}"


def _keep(paper: Paper, place: Path) -> None:
    place.with_suffix(".pdf").write_bytes(paper.data)
    facts = {"pages": paper.pages, "starts": dict(paper.starts)}
    place.with_suffix(".json").write_text(json.dumps(facts), encoding="utf-8")  # last: it vouches


def _kept(manuscript: Manuscript, place: Path) -> Paper | None:
    """Return the paper that an earlier build kept, if there is one."""
    pdf, facts = place.with_suffix(".pdf"), place.with_suffix(".json")
    if not (pdf.is_file() and facts.is_file()):
        return None
    pdf.touch()
    facts.touch()
    return _paper(manuscript, pdf.read_bytes(), **json.loads(facts.read_text(encoding="utf-8")))


def _sweep(cache: Path) -> None:
    """Remove papers that no build has asked for lately."""
    for path in cache.iterdir():
        if time.time() - path.stat().st_mtime > KEPT:
            path.unlink(missing_ok=True)


def _paper(manuscript: Manuscript, data: bytes, pages: int, starts: Mapping[str, int]) -> Paper:
    return Paper(
        name=manuscript.name,
        title=manuscript.title,
        size=manuscript.size,
        edition=manuscript.edition,
        data=data,
        pages=pages,
        starts=starts,
        owners=manuscript.owners,
    )


def _print_all(
    manuscripts: Sequence[Manuscript], docs: Path
) -> Iterator[tuple[Paper, tuple[str, ...]]]:
    """Yield each paper as it comes out of the press, with its faults, and tell of it."""
    if not manuscripts:
        return
    workers = min(len(manuscripts), os.cpu_count() or 1)
    log.info("Printing %d papers, %d at a time", len(manuscripts), workers)
    # Spawned: a fork would copy the threads of whoever calls.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context) as pool:
        jobs = [pool.submit(press, manuscript, docs) for manuscript in manuscripts]
        for job in as_completed(jobs):
            paper, faults, seconds = job.result()
            for fault in faults:
                log.warning("%s.pdf: %s", paper.name, fault)
            facts = paper.name, paper.pages, paper.kilobytes, seconds
            log.info("%s.pdf: %d pages, %d KB, %.1f s", *facts)
            yield paper, faults


def obstacle() -> str | None:
    """Return what stands in the way of printing, and how to remove it, if anything does."""
    try:
        import weasyprint  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        return "Papers need WeasyPrint: pip install coursebook[handout]"
    except OSError:
        libraries = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        return f"Papers need Pango, a library of the system: apt install {libraries}"
    return None


def press(manuscript: Manuscript, docs: Path) -> tuple[Paper, tuple[str, ...], float]:
    """Return the paper, what WeasyPrint found missing or wrong, and the processor time it took.

    Only files of `docs` and our fonts are read.
    """
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]

    from coursebook.structure import finish

    began = time.process_time()
    fonts = FontConfiguration()
    html = HTML(string=manuscript.html, base_url=f"{docs.as_uri()}/", url_fetcher=_fetcher(docs))
    with _faults() as faults:
        faces = CSS(string=_font_faces(), font_config=fonts, url_fetcher=html.url_fetcher)
        document = html.render(font_config=fonts, stylesheets=[faces], pdf_forms=True)
        data = document.write_pdf(
            finisher=finish,
            pdf_variant="pdf/ua-1",
            pdf_forms=True,
            pdf_identifier=manuscript.name.encode(),
        )
    numbered = reversed(list(enumerate(document.pages, 1)))  # so that the first page stays
    places = {id_: number for number, page in numbered for id_ in page.anchors}
    starts = {path: places[id_] for path, id_ in manuscript.ids.items() if id_ in places}
    paper = _paper(manuscript, data, len(document.pages), starts)
    return paper, tuple(faults), time.process_time() - began


def _font_files() -> list[Path]:
    import fontpkg_atkinson_hyperlegible as package  # type: ignore[import-untyped]

    return [
        package.ROOT / "files" / f"AtkinsonHyperlegible-{cut}.ttf" for cut in ("Regular", "Bold")
    ]


def _font_faces() -> str:
    face = "@font-face {{ font-family: '{}'; font-weight: {}; src: url('{}') }}"
    files = zip(_font_files(), ("normal", "bold"), strict=True)
    return "".join(face.format(FONT, weight, file.as_uri()) for file, weight in files)


def _fetcher(docs: Path) -> URLFetcher:
    """Return a reader of files that refuses every other address and folder."""
    from weasyprint.urls import URLFetcher

    folders = [docs.resolve(), _font_files()[0].parent.resolve()]

    class LocalFetcher(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
            path = Path(url2pathname(urlsplit(url).path)).resolve()
            is_ours = any(path.is_relative_to(folder) for folder in folders)
            if url.startswith("file:") and not is_ours:
                raise ValueError(f"outside of the docs folder: {url}")
            return super().fetch(url, headers)

    return LocalFetcher(allowed_protocols={"file", "data"})


@contextmanager
def _faults() -> Iterator[list[str]]:
    """Collect what WeasyPrint warns of."""
    found: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage())

    handler = Collector(logging.WARNING)
    logger = logging.getLogger("weasyprint")
    logger.addHandler(handler)
    try:
        yield found
    finally:
        logger.removeHandler(handler)
