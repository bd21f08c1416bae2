"""Citations, and how much a page may claim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursebook.problems import Problem, Rule, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Page


def citations(page: Page, scope: Scope) -> Iterator[Problem]:
    """A citation names a source of the bibliography."""
    if scope.vocabulary.bibliography is None:
        return
    for citation in page.citations:
        if citation.key not in scope.course.sources:
            hint = nearest(citation.key, scope.course.sources)
            hint = hint if hint.startswith(" Did") else ""
            message = f"The bibliography has no source {citation.key!r}.{hint}"
            yield Problem(page.source, citation.line, message, Rule.UNKNOWN_SOURCE)


def cited_evidence(page: Page, scope: Scope) -> Iterator[Problem]:
    """What is said of evidence carries a citation."""
    if scope.vocabulary.bibliography is None:
        return
    for block in page.blocks_named("evidence"):
        if not any(block.line < citation.line < block.end for citation in page.citations):
            message = "Block 'evidence' cites nothing; expected a key such as [@author2020word]."
            yield Problem(page.source, block.line, message, Rule.EVIDENCE_UNCITED)


def ceilings(page: Page, scope: Scope) -> Iterator[Problem]:
    """No page claims more than it may."""
    evidence = scope.vocabulary.evidence
    ceiling = evidence.ceilings.get(page.name, {}) if evidence else {}
    grades = list(evidence.grades) if evidence else []
    for block in page.blocks_named("evidence"):
        for outcome, most in ceiling.items():
            grade = block.options.get(outcome)
            if grade in grades and grades.index(str(grade)) < grades.index(most):
                message = f"{outcome}: {grade!r} claims more than course.yml allows, {most!r}."
                line = block.option_lines[outcome]
                yield Problem(page.source, line, message, Rule.ABOVE_CEILING)


def unused_sources(scope: Scope) -> Iterator[Problem]:
    """A source of the bibliography is cited somewhere."""
    cited = {citation.key for page in scope.course.pages for citation in page.citations}
    for key, line in scope.course.sources.items():
        if key not in cited:
            message = f"Nothing cites {key!r}."
            yield Problem(scope.course.bibliography, line, message, Rule.UNUSED_SOURCE)


CHECKS: tuple[Check, ...] = (citations, cited_evidence, ceilings)
