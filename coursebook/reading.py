"""Read a whole course: its pages, its words, its sources and its help services."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import yaml

from coursebook.checks import check_course, read_off
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
    """A file beside the pages."""

    label: str
    """Its address for messages."""
    text: str = ""
    problems: tuple[Problem, ...] = ()
    """Why it has no text, if it could not be read."""

    def line_of(self, key: str) -> int:
        """Return the line on which a key of YAML stands, or 1."""
        found = re.search(rf"^[ \t-]*{re.escape(key)}[ \t]*:", self.text, re.MULTILINE)
        return self.text.count("\n", 0, found.end()) + 1 if found else 1


@dataclass(frozen=True)
class Inputs:
    """Everything that a course is read from."""

    site: TextFile
    """The configuration of MkDocs."""
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
        return read_text(self.docs / name, f"{self.label}/{name}")


@dataclass(frozen=True)
class Reading:
    """A course, its words and sources, and the problems met while reading them."""

    vocabulary: Vocabulary
    course: Course
    bibliography: Bibliography | None
    """None where there is none, or none that can be read."""
    problems: tuple[Problem, ...]


def read_text(path: Path, label: str) -> TextFile:
    """Return a file's text, or what keeps it from being read."""
    try:
        return TextFile(label, path.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        message = f"Byte {error.start} is not UTF-8; save the file as UTF-8."
        return TextFile(label, problems=(Problem(label, line, message, Rule.NOT_UTF8),))
    except OSError as error:
        message = f"This file of the course cannot be read: {error.strerror}."
        return TextFile(label, problems=(Problem(label, 1, message, Rule.MISSING_ASSET),))


def read_vocabulary(file: TextFile) -> tuple[Vocabulary | None, list[Problem]]:
    """Return the words of a course, or None and what is wrong with them."""
    if file.problems:
        return None, list(file.problems)
    return read_yaml(file.text, Vocabulary, path=file.label)


def read_course(inputs: Inputs, vocabulary: Vocabulary) -> Reading:
    """Read every page and file of a course; nothing is checked yet."""
    problems: list[Problem] = []
    pages = []
    for source in inputs.sources:
        page, found = read_page(source, vocabulary)
        problems += found
        pages.append(page)
    bibliography, found = _read_bibliography(inputs, vocabulary)
    services, service_problems = _read_services(inputs, vocabulary)
    local_services, local_problems = _read_local_services(inputs)
    problems += [*found, *service_problems, *local_problems]
    course = Course(
        pages=tuple(pages),
        assets=inputs.assets,
        sources=bibliography.lines if bibliography else {},
        services=services,
        local_services=local_services,
        bibliography=f"{inputs.label}/{vocabulary.bibliography}",
        service_file=f"{inputs.label}/{vocabulary.services}",
        site_file=inputs.site.label,
        vocabulary_file=inputs.vocabulary.label,
    )
    return Reading(vocabulary, course, bibliography, tuple(problems))


def check(inputs: Inputs, reading: Reading) -> list[Problem]:
    """Return every problem of a course, in the order of its navigation."""
    off, problems = read_off(inputs.off, inputs.site.label)
    line = inputs.site.line_of("switched_off")
    problems = [replace(problem, line=line) for problem in problems]
    found = [*reading.problems, *problems]
    if reading.bibliography is None:
        off |= {Rule.UNKNOWN_SOURCE}  # one broken file is one problem, not one for each citation
    return check_course(reading.course, reading.vocabulary, reading=found, off=off)


def _read_bibliography(
    inputs: Inputs, vocabulary: Vocabulary
) -> tuple[Bibliography | None, list[Problem]]:
    if not vocabulary.bibliography:
        return None, []
    file = inputs.beside(vocabulary.bibliography)
    bibliography, found = read_bibliography(file.text, file.label)
    problems = [*file.problems, *found]
    return (None if problems else bibliography), problems


def _read_services(
    inputs: Inputs, vocabulary: Vocabulary
) -> tuple[tuple[Service, ...], list[Problem]]:
    if not vocabulary.services:
        return (), []
    file = inputs.beside(vocabulary.services)
    if file.problems:
        return (), list(file.problems)
    return read_services(file.text, file.label)


def _read_local_services(inputs: Inputs) -> tuple[tuple[Service, ...], list[Problem]]:
    """Read the services of mkdocs.yml, where every problem stands at the line of their key."""
    if not inputs.local_help:
        return (), []
    text = yaml.safe_dump(list(inputs.local_help))
    services, problems = read_services(text, inputs.site.label)
    line = inputs.site.line_of("local_help")
    services = tuple(service.model_copy(update={"line": line}) for service in services)
    return services, [replace(problem, line=line) for problem in problems]
