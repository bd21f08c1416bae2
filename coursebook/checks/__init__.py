"""The rules of a course: each check is a small generator that yields what it finds, and no more."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from coursebook.checks import (
    blocks,
    evidence,
    exercises,
    headings,
    links,
    services,
    words,
    workshops,
)
from coursebook.checks.scope import Check, Scope
from coursebook.problems import Problem, Rule, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from coursebook.course import Course
    from coursebook.vocabulary import Vocabulary

CHECKS: tuple[Check, ...] = (
    *headings.CHECKS,
    *blocks.CHECKS,
    *links.CHECKS,
    *exercises.CHECKS,
    *workshops.CHECKS,
    *evidence.CHECKS,
    *words.CHECKS,
    *services.CHECKS,
)
"""Every check of a page, by subject."""


def check_course(
    course: Course,
    vocabulary: Vocabulary,
    *,
    reading: Iterable[Problem] = (),
    off: frozenset[Rule] = frozenset(),
    today: dt.date | None = None,
) -> list[Problem]:
    """Return what reading and every check found, once each, in navigation order.

    Rules in `off` are switched off.
    """
    scope = Scope(course, vocabulary, today or dt.datetime.now(dt.UTC).date())
    found = list(reading)
    for page in course.pages:
        for check in CHECKS:
            found += check(page, scope)
    found += evidence.unused_sources(scope)
    found += services.stale_services(scope)
    found += services.unknown_kinds(scope)
    found += services.missing_support(scope)
    order = {page.source: number for number, page in enumerate(course.pages)}
    return sorted(
        {problem for problem in found if problem.rule not in off},
        key=lambda problem: (order.get(problem.path, -1), problem),
    )


def read_off(off: Mapping[str, object], path: str) -> tuple[frozenset[Rule], list[Problem]]:
    """Return the rules that a host has switched off, and what is wrong with that list."""
    known = {str(rule) for rule in Rule}
    problems = []
    for name, reason in off.items():
        if name not in known:
            message = f"switched_off: there is no rule {name!r}.{nearest(name, known)}"
            problems.append(Problem(path, 1, message, Rule.UNKNOWN_RULE))
        elif not isinstance(reason, str) or not reason.strip():
            message = f"switched_off: {name!r} wants a reason in words."
            problems.append(Problem(path, 1, message, Rule.UNKNOWN_RULE))
    return frozenset(Rule(name) for name in off if name in known), problems
