"""The real course: its pages, their order, and what course.yml declares."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest
import yaml
from building import ROOT

from coursebook.config import read_site
from coursebook.grammar import Form
from coursebook.reading import check, read_course, read_vocabulary

if TYPE_CHECKING:
    from coursebook.problems import Problem
    from coursebook.reading import Reading

PRACTICES = [
    "understanding",
    "self-awareness",
    "emotional-regulation",
    "communication",
    "trust-and-reliability",
    "emotional-availability",
]
FIXED_ADDRESSES = [
    *(f"practices/{name}.md" for name in PRACTICES),
    *(
        f"reference/{name}.md"
        for name in (
            "support",
            "glossary",
            "sources",
            "myths",
            "about",
            "privacy",
            "accessibility",
            "facilitating",
            "authors",
        )
    ),
]


@cache
def read() -> tuple[Reading, list[Problem]]:
    """Return the real course, and every problem of it."""
    inputs = read_site(str(ROOT / "mkdocs.yml"))
    vocabulary, problems = read_vocabulary(inputs.vocabulary)
    assert vocabulary, problems
    reading = read_course(inputs, vocabulary)
    return reading, check(inputs, reading)


@pytest.fixture
def reading() -> Reading:
    """Return the real course."""
    return read()[0]


def test_it_has_no_problem() -> None:
    """No page of the real course breaks a rule; notices are told elsewhere."""
    _, problems = read()

    assert [str(problem) for problem in problems if not problem.rule.is_notice] == []


def test_no_page_is_a_draft(reading: Reading) -> None:
    """What is in the course is published."""
    assert [page.path for page in reading.course.pages if page.is_draft] == []


def test_no_rule_is_switched_off() -> None:
    """The real course keeps to every rule."""
    assert read_site(str(ROOT / "mkdocs.yml")).off == {}


def test_practices_stand_in_order(reading: Reading) -> None:
    """The six practices stand in the navigation in their order."""
    assert [practice.name for practice in reading.course.practices] == PRACTICES


@pytest.mark.parametrize("name", PRACTICES)
def test_a_practice_has_every_section(reading: Reading, name: str) -> None:
    """A practice has the sections that course.yml requires, in that order."""
    kind = reading.vocabulary.kinds["practice"]
    page = reading.course.by_path[f"practices/{name}.md"]
    found = [heading.text for heading in page.headings if heading.level == 2]

    assert [title for title in found if title in {s.title for s in kind.sections}] == found
    required = [section.title for section in kind.sections if section.required]
    assert [title for title in found if title in required] == required


@pytest.mark.parametrize("name", PRACTICES)
def test_a_practice_has_three_exercises(reading: Reading, name: str) -> None:
    """A practice has three exercises, and one of them for somebody alone."""
    course = reading.course
    exercises = course.exercises_of(course.by_path[f"practices/{name}.md"])

    assert len(exercises) == 3
    assert any("alone" in exercise.exercise.who for exercise in exercises)


def test_exercises_are_grouped_by_practice(reading: Reading) -> None:
    """Exercises stand in the navigation in the order of their practices."""
    order = [exercise.exercise.practice for exercise in reading.course.exercises]

    assert list(dict.fromkeys(order)) == PRACTICES
    assert order == sorted(order, key=PRACTICES.index)


@pytest.mark.parametrize("path", FIXED_ADDRESSES)
def test_addresses_stay(reading: Reading, path: str) -> None:
    """Pages that others link to have the addresses they were given."""
    assert path in reading.course.by_path


def test_every_page_is_in_the_navigation(reading: Reading) -> None:
    """A reader reaches every page by the navigation."""
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}

    assert pages == {page.path for page in reading.course.pages if page.in_nav}


def test_every_picture_is_used(reading: Reading) -> None:
    """No picture lies about that no page, template or setting shows."""
    words = "\n".join(page.text for page in reading.course.pages)
    words += (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    marks = {f"images/marks/{name}.svg" for name in PRACTICES}
    pictures = [asset for asset in reading.course.assets if asset.startswith("images/")]

    lost = [path for path in pictures if path not in marks and path not in words]
    assert [path for path in lost if not path.startswith("images/social.")] == []


class TestVocabulary:
    """What course.yml declares."""

    def test_word_rules(self, reading: Reading) -> None:
        """At least 30 phrases of promise and diagnosis are kept out, never single common words."""
        avoid = reading.vocabulary.avoid
        phrases = [phrase for entry in avoid for phrase in entry.phrases]

        assert len(set(phrases)) >= 30
        assert len(set(phrases)) == len(phrases)
        assert [entry for entry in avoid if not entry.why.strip() or not entry.better.strip()] == []
        common = {"always", "never", "will", "must", "should", "safe", "love", "best"}
        assert {phrase.lower() for phrase in phrases} & common == set()

    def test_ceilings(self, reading: Reading) -> None:
        """Each practice has a ceiling for each outcome."""
        evidence = reading.vocabulary.evidence
        assert evidence is not None

        assert list(evidence.ceilings) == PRACTICES
        for ceiling in evidence.ceilings.values():
            assert set(ceiling) == set(evidence.outcomes)

    def test_languages_agree(self, reading: Reading) -> None:
        """The language of the course is that of the theme, or one kind of it."""
        source = re.sub(r"!ENV \[.*?\]", '""', (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
        theme = yaml.safe_load(source)["theme"]

        assert reading.vocabulary.language.split("-")[0] == theme["language"]

    def test_each_form_has_a_kind(self, reading: Reading) -> None:
        """The course uses every form that the package knows, and every kind that it declares."""
        kinds = reading.vocabulary.kinds

        assert {kind.form for kind in kinds.values()} == set(Form)
        assert {page.kind for page in reading.course.pages} == set(kinds)


def test_the_bibliography_is_used(reading: Reading) -> None:
    """Nearly every source is cited by some page; a few wait for the next."""
    cited = {citation.key for page in reading.course.pages for citation in page.citations}

    assert cited <= set(reading.course.sources)
    assert len(set(reading.course.sources) - cited) <= 10


def test_every_service_says_where_it_was_found(reading: Reading) -> None:
    """Each help service has a way to reach it, and the place where it was found."""
    services = reading.course.services

    assert len(services) > 20
    assert [s.service for s in services if not (s.number or s.text or s.web)] == []
    assert [s.service for s in services if not s.source.strip()] == []
