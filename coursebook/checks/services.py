"""Help services and the page that shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursebook.problems import Problem, Rule
from coursebook.services import check_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Page

TELEPHONE = re.compile(r"(?<![\d.,/-])\+?(?:\d[ -]?){7,14}\d(?![\d/])")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def numbers(page: Page, scope: Scope) -> Iterator[Problem]:
    """Telephone numbers stand in the file of services and nowhere else."""
    if scope.vocabulary.services is None:
        return
    known = {_digits(s.number) for s in scope.course.services if s.number}
    known |= {_digits(s.text) for s in scope.course.services if s.text}
    for line, text in enumerate(page.plain.split("\n"), start=1):
        text = DATE.sub(" ", text)  # noqa: PLW2901
        found = TELEPHONE.search(text) or next(
            (
                candidate
                for candidate in re.finditer(r"(?<![\w.,-])\d[\d -]*\d(?![\w%-]|[.,]\d)", text)
                if _digits(candidate[0]) in known
            ),
            None,
        )
        if found:
            where = scope.vocabulary.services
            message = f"{found[0].strip()!r} looks like a telephone number; they stand in {where}."
            yield Problem(page.source, line, message, Rule.NUMBER_ELSEWHERE)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def stale_services(scope: Scope) -> Iterator[Problem]:
    """A help service was checked not long ago."""
    vocabulary = scope.vocabulary
    path = scope.course.service_file
    yield from check_services(scope.course.services, path, vocabulary.stale, scope.today)


def missing_support(scope: Scope) -> Iterator[Problem]:
    """The support page that course.yml names exists."""
    support = scope.vocabulary.support
    if support and support not in scope.course.by_path:
        message = f"The support page {support!r} does not exist."
        yield Problem(scope.course.vocabulary_file, 1, message, Rule.MISSING_SUPPORT)


CHECKS: tuple[Check, ...] = (numbers,)
