"""Headings and the sections of a kind of page."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from coursebook.problems import Problem, Rule, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Page

SECTION_LEVEL = 2


def level_one(page: Page, scope: Scope) -> Iterator[Problem]:
    """The title stands in front matter, so no heading of the text is level one."""
    del scope
    for heading in page.headings:
        if heading.level == 1:
            message = (
                f"Heading {heading.text!r} is level one; the title stands in front matter, so begin"
                " headings with `##`."
            )
            yield Problem(page.source, heading.line, message, Rule.HEADING_ONE)


def skipped_levels(page: Page, scope: Scope) -> Iterator[Problem]:
    """Headings go down one level at a time."""
    del scope
    above = 1
    for heading in page.headings:
        if heading.level > above + 1:
            message = (
                f"Heading {heading.text!r} is level {heading.level} below level {above};"
                f" expected level {above + 1} at most."
            )
            yield Problem(page.source, heading.line, message, Rule.HEADING_SKIP)
        above = heading.level


def duplicate_slugs(page: Page, scope: Scope) -> Iterator[Problem]:
    """No two headings have the same words, so that no address is renamed in silence."""
    del scope
    first: dict[str, int] = {}
    for heading in page.headings:
        words = heading.text.lower()
        if words in first:
            message = (
                f"Heading {heading.text!r} stands also on line {first[words]}; name them apart."
            )
            yield Problem(page.source, heading.line, message, Rule.DUPLICATE_SLUG)
        first.setdefault(words, heading.line)
    slugs = {heading.slug for heading in page.headings}
    for block in page.blocks:
        address = f"{block.name}-{block.id}"
        if block.id and address in slugs:
            message = f"A heading has the address #{address} too; choose another id."
            yield Problem(page.source, block.line, message, Rule.DUPLICATE_SLUG)


def sections(page: Page, scope: Scope) -> Iterator[Problem]:
    """A page has the sections of its kind, in their order, and no others."""
    kind = scope.kind(page)
    if kind is None or not kind.sections:
        return
    titles = [section.title for section in kind.sections]
    found = [heading for heading in page.headings if heading.level == SECTION_LEVEL]
    counts = Counter(heading.text for heading in found)
    missing = [s.title for s in kind.sections if s.required and not counts[s.title]]
    last = -1
    for heading in found:
        if heading.text not in titles:
            hint = nearest(heading.text, missing or titles)
            message = f"A page of kind {page.kind!r} has no section {heading.text!r}.{hint}"
            yield Problem(page.source, heading.line, message, Rule.UNKNOWN_SECTION)
            continue
        place = titles.index(heading.text)
        if place < last:
            message = (
                f"Section {heading.text!r} comes before {titles[last]!r} in this kind of page."
            )
            yield Problem(page.source, heading.line, message, Rule.MISPLACED_SECTION)
        last = max(place, last)
    end = page.text.count("\n") + 1
    for title in missing:
        after = [h for h in found if h.text in titles[titles.index(title) + 1 :]]
        line = after[0].line if after else end
        message = f"Section {title!r} is missing; expected `## {title}` above this line."
        yield Problem(page.source, line, message, Rule.MISSING_SECTION)


CHECKS: tuple[Check, ...] = (level_one, skipped_levels, duplicate_slugs, sections)
