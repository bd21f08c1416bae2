"""Read a whole course: its pages, its words, its sources and its help services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import yaml

from coursebook.citations import read_bibliography
from coursebook.course import Course
from coursebook.problems import Problem, Rule
from coursebook.reader import Source, read_page
from coursebook.schema import read_yaml
from coursebook.services import Service, read_services
from coursebook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from coursebook.citations import Bibliography

@dataclass(frozen=True)
class TextFile:
    """A file beside the pages, its text None where it does not exist."""

    label: str
    text: str | None


@dataclass(frozen=True)
class Inputs:
    """Everything that a course is read from."""

    vocabulary: TextFile
    docs: Path
    label: str
    """The docs folder's address for messages."""
    sources: tuple[Source, ...]
    assets: frozenset[str]
    local_help: tuple[object, ...] = ()
    off: Mapping[str, object] = field(default_factory=dict)
    """Rules that are switched off, by id, with a reason."""

    def beside(self, name: str) -> TextFile:
        """Return a file of the docs folder."""
        path = self.docs / name
        text = path.read_text(encoding="utf-8") if path.is_file() else None
        return TextFile(f"{self.label}/{name}", text)


@dataclass(frozen=True)
class Reading:
    """A course, its words and sources, and the problems met while reading them."""

    vocabulary: Vocabulary
    course: Course
    bibliography: Bibliography | None
    problems: tuple[Problem, ...]


def read_vocabulary(file: TextFile) -> tuple[Vocabulary | None, list[Problem]]:
    """Return the words of a course, or None and what is wrong with them."""
    if file.text is None:
        message = "This file does not exist; it declares the words of the course."
        return None, [Problem(file.label, 1, message, Rule.MISSING_KEY)]
    return read_yaml(file.text, Vocabulary, path=file.label)


def read_course(inputs: Inputs, vocabulary: Vocabulary) -> Reading:
    """Read every page and file of a course; nothing is checked yet."""
    problems: list[Problem] = []
    pages = []
    for source in inputs.sources:
        page, found = read_page(source, vocabulary)
        problems += found
        if page:
            pages.append(page)
    bibliography = None
    if vocabulary.bibliography:
        file = inputs.beside(vocabulary.bibliography)
        bibliography, found = read_bibliography(file.text or "", file.label)
        problems += found
    services: tuple[Service, ...] = ()
    if vocabulary.services:
        file = inputs.beside(vocabulary.services)
        services, found = read_services(file.text or "[]", file.label)
        problems += found
    local_services: tuple[Service, ...] = ()
    if inputs.local_help:
        local = yaml.safe_dump(list(inputs.local_help))
        local_services, found = read_services(local, "mkdocs.yml")
        problems += found
    course = Course(
        pages=tuple(pages),
        assets=inputs.assets,
        sources=bibliography.lines if bibliography else {},
        services=services,
        local_services=local_services,
        bibliography=f"{inputs.label}/{vocabulary.bibliography}",
        service_file=f"{inputs.label}/{vocabulary.services}",
        vocabulary_file=inputs.vocabulary.label,
    )
    return Reading(vocabulary, course, bibliography, tuple(problems))
