"""Fixtures: a small sound course, and what is told of it once a case has changed it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from building import ROOT, run_mkdocs

from coursebook.checks import check_course
from coursebook.course import Course
from coursebook.reader import Source, read_page
from coursebook.schema import read_yaml
from coursebook.services import read_services
from coursebook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursebook.course import Page
    from coursebook.problems import Problem
    from coursebook.services import Service

COURSE = Path(__file__).parent / "cases" / "course"
"""A course on baking bread, with one sound page of each form."""
NOTE = "notes/note.md"
"""The page whose text is the `page:` of a case; its front matter has five lines."""
TODAY = dt.date(2025, 1, 31)


@dataclass
class SmallCourse:
    """The sources of a course, as an author would change them."""

    files: dict[str, str]
    """Pages, `course.yml` and `help.yml`, by their path below docs."""
    assets: set[str]
    sources: list[str] = field(default_factory=lambda: ["levain2020crumb"])
    words: dict[str, Any] = field(default_factory=dict)
    """What replaces keys of `course.yml`."""
    encodings: dict[str, str] = field(default_factory=dict)
    not_in_nav: tuple[str, ...] = ()
    today: dt.date = TODAY

    def change(self, case: Mapping[str, Any]) -> None:
        """Make of the course what a case says.

        `page` is the text of the note, `pages` whole sources by path, `without` paths that go,
        `edit` words to replace in each file, `vocabulary` keys to replace in `course.yml`;
        `assets` and `sources` are added, `encoding` and `not_in_nav` name pages, `today` a day.
        """
        if body := case.get("page"):
            front, _, _ = self.files[NOTE].partition("\n\n")
            self.files[NOTE] = f"{front}\n\n{body}"
        for path, source in (case.get("pages") or {}).items():
            self.files[path] = source
        for path in case.get("without") or ():
            del self.files[path]
        for path, edits in (case.get("edit") or {}).items():
            for old, new in edits.items():
                assert self.files[path].count(old) == 1, f"{path} does not hold {old!r} once"
                self.files[path] = self.files[path].replace(old, new)
        self.assets |= set(case.get("assets") or ())
        self.sources += case.get("sources") or []
        self.words = case.get("vocabulary") or {}
        self.encodings = case.get("encoding") or {}
        self.not_in_nav = tuple(case.get("not_in_nav") or ())
        self.today = case.get("today") or TODAY

    @property
    def course_file(self) -> str:
        """The text of `course.yml`."""
        text = self.files["course.yml"]
        if not self.words:
            return text
        return yaml.safe_dump(yaml.safe_load(text) | self.words, sort_keys=False)

    def problems(self) -> list[str]:
        """Return every problem, as an author sees it."""
        vocabulary, found = read_vocabulary(self.course_file)
        if vocabulary is None:
            return [str(problem) for problem in found]
        pages: list[Page] = []
        problems: list[Problem] = []
        for path in [path for path in self.files if path.endswith(".md")]:
            content = self.files[path].encode(self.encodings.get(path, "utf-8"))
            source = Source(path, content, path not in self.not_in_nav, f"docs/{path}")
            page, found = read(source, self.course_file)
            pages.append(page)
            problems += found
        services, found = read_help(self.files["help.yml"])
        course = Course(
            tuple(pages),
            assets=frozenset(self.assets),
            sources={key: line for line, key in enumerate(self.sources, start=1)},
            services=services,
            bibliography="docs/references.bib",
            service_file="docs/help.yml",
        )
        every = check_course(course, vocabulary, reading=problems + found, today=self.today)
        return [str(problem) for problem in every]


@lru_cache
def read_vocabulary(text: str) -> tuple[Vocabulary | None, list[Problem]]:
    """Return the words of a course; most cases share them."""
    return read_yaml(text, Vocabulary, path="course.yml")


@lru_cache
def read(source: Source, course_file: str) -> tuple[Page, list[Problem]]:
    """Return a page; most cases leave most pages as they are."""
    vocabulary, problems = read_vocabulary(course_file)
    assert vocabulary is not None, problems
    return read_page(source, vocabulary)


@lru_cache
def read_help(text: str) -> tuple[tuple[Service, ...], list[Problem]]:
    """Return the help services; most cases share them."""
    return read_services(text, "docs/help.yml")


@pytest.fixture
def small_course() -> SmallCourse:
    """Return a sound course for a test to change."""
    docs = COURSE / "docs"
    texts = [path for path in docs.rglob("*") if path.suffix in (".md", ".yml")]
    order = sorted(texts, key=lambda path: (path.suffix, path.parent != docs, str(path)))
    files = {path.relative_to(docs).as_posix(): path.read_text("utf-8") for path in order}
    files["course.yml"] = (COURSE / "course.yml").read_text("utf-8")
    return SmallCourse(files, assets={"images/loaf.svg", "help.yml", "references.bib"})


@pytest.fixture
def vocabulary(small_course: SmallCourse) -> Vocabulary:
    """Return the words of the sound course."""
    found, problems = read_vocabulary(small_course.course_file)
    assert found is not None, problems
    return found


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the real course once, as `make` does, and return the folder of its site."""
    folder = tmp_path_factory.mktemp("real") / "site"
    done = run_mkdocs(ROOT, "build", "--strict", "--site-dir", str(folder))
    assert done.returncode == 0, done.stdout + done.stderr
    return folder
