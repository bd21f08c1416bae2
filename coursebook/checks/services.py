"""Help services and the page that shows them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursebook.checks.words import facts
from coursebook.problems import Problem, Rule, nearest
from coursebook.services import check_services

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Page

TELEPHONE = re.compile(r"(?<![\w.,/-])\+?(?:\d[ -]?){7,14}\d(?![\w/])")
NUMBER = re.compile(r"(?<![\w.,-])\d[\d -]*\d(?![\w%-]|[.,]\d)")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
YEARS = re.compile(r"\b(?:1[89]|20)\d\d ?[-–] ?(?:1[89]|20)\d\d\b")


def numbers(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find telephone numbers outside the file of services."""
    where = scope.vocabulary.services
    if where is None:
        return
    known = _known_numbers(scope)
    for line, text in [*facts(page), *enumerate(page.plain.split("\n"), start=1)]:
        cleared = YEARS.sub(" ", DATE.sub(" ", text))
        found = TELEPHONE.search(cleared) or next(
            (found for found in NUMBER.finditer(cleared) if _digits(found[0]) in known), None
        )
        if found:
            message = f"{found[0].strip()!r} looks like a telephone number; those stand in {where}."
            yield Problem(page.source, line, message, Rule.NUMBER_ELSEWHERE)
    for link in page.links:
        if link.target.lower().startswith(("tel:", "sms:")):
            message = f"Link {link.target!r} dials a number; numbers stand in {where}."
            yield Problem(page.source, link.line, message, Rule.NUMBER_ELSEWHERE)


def _known_numbers(scope: Scope) -> set[str]:
    """Return the numbers of the help services, without spaces; a service may give two."""
    services = [*scope.course.services, *scope.course.local_services]
    written = [text for service in services for text in (service.number, service.text) if text]
    return {_digits(found[0]) for text in written for found in NUMBER.finditer(text)}


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def stale_services(scope: Scope) -> Iterator[Problem]:
    """Find help services that nobody has checked for too long."""
    course, stale = scope.course, scope.vocabulary.stale
    yield from check_services(course.services, course.service_file, stale, scope.today)
    yield from check_services(course.local_services, course.site_file, stale, scope.today)


def unknown_kinds(scope: Scope) -> Iterator[Problem]:
    """Find help services of a kind that course.yml does not name: no poster would show them."""
    course, guide = scope.course, scope.vocabulary.guide
    if guide is None or not guide.help:
        return
    files = (course.service_file, course.services), (course.site_file, course.local_services)
    for path, services in files:
        for service in services:
            if service.kind not in guide.help:
                known = nearest(service.kind, guide.help)
                message = f"{service.service}: kind {service.kind!r} is not known.{known}"
                yield Problem(path, service.line, message, Rule.OUT_OF_RANGE)


def missing_support(scope: Scope) -> Iterator[Problem]:
    """Find that the support page which course.yml names does not exist."""
    support = scope.vocabulary.support
    if support is None:
        return
    page = scope.course.by_path.get(support)
    if page is None or page.is_draft:
        what = "is a draft and will not be published" if page else "does not exist"
        message = f"The support page {support!r} {what}."
        yield Problem(scope.course.vocabulary_file, 1, message, Rule.MISSING_SUPPORT)


CHECKS: tuple[Check, ...] = (numbers,)
