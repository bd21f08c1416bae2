"""Citations, and how much a page may claim."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursebook.problems import Problem, Rule, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Page

HALF_CITATION = re.compile(r"\[[^\[\]\n]*(?<![\w.])@[\w:-]+[^\[\]\n]*\](?!\()")
"""Brackets around a key, whatever else stands in them."""


def citations(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find citations of sources that the bibliography does not have."""
    if scope.vocabulary.bibliography is None:
        return
    for citation in page.citations:
        if citation.key not in scope.course.sources:
            hint = did_you_mean(citation.key, scope.course.sources)
            message = f"The bibliography has no source {citation.key!r}.{hint}"
            yield Problem(page.source, citation.line, message, Rule.UNKNOWN_SOURCE)
    cited = {citation.line for citation in page.citations}
    for number, text in enumerate(page.plain.split("\n"), start=1):
        if (found := HALF_CITATION.search(text)) and number not in cited:
            message = f"{found[0]} is no citation; expected [@key] or [@key; @other], and no colon"
            message += " behind it."
            yield Problem(page.source, number, message, Rule.UNKNOWN_SOURCE)


def cited_evidence(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find what is said of evidence without a citation."""
    if scope.vocabulary.bibliography is None:
        return
    for block in scope.blocks(page, "evidence"):
        is_cited = any(block.line < citation.line < block.end for citation in page.citations)
        if block.is_closed and block.content.strip() and not is_cited:
            message = "Block 'evidence' cites nothing; expected a key such as [@author2020word]."
            yield Problem(page.source, block.line, message, Rule.EVIDENCE_UNCITED)


def ceilings(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find pages that claim more than they may."""
    evidence = scope.vocabulary.evidence
    ceiling = evidence.ceilings.get(page.name, {}) if evidence else {}
    grades = list(evidence.grades) if evidence else []
    for block in scope.blocks(page, "evidence"):
        for outcome, most in ceiling.items():
            grade = block.options.get(outcome)
            if grade in grades and grades.index(str(grade)) < grades.index(most):
                message = f"Grade {grade!r} for {outcome!r} claims more than"
                message += f" {scope.course.vocabulary_file} allows this page: {most!r}."
                line = block.option_lines[outcome]
                yield Problem(page.source, line, message, Rule.ABOVE_CEILING)


def unused_sources(scope: Scope) -> Iterator[Problem]:
    """Find sources that no page cites."""
    cited = {citation.key for page in scope.course.pages for citation in page.citations}
    for key, line in scope.course.sources.items():
        if key not in cited:
            message = f"No page cites {key!r}."
            yield Problem(scope.course.bibliography, line, message, Rule.UNUSED_SOURCE)


CHECKS: tuple[Check, ...] = (citations, cited_evidence, ceilings)
