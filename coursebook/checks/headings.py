"""Headings and the sections of a kind of page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown.extensions.toc import slugify

from coursebook.problems import Problem, Rule, closest, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Heading, Page
    from coursebook.vocabulary import Section

SECTION_LEVEL = 2


def level_one(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find headings of level one: the title stands in front matter."""
    for heading in _headings(page, scope):
        if heading.level == 1:
            message = f"Heading {heading.text!r} is of level one, as the title in front matter is;"
            message += " begin it with `##`."
            yield Problem(page.source, heading.line, message, Rule.HEADING_ONE)


def skipped_levels(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find headings that skip a level."""
    above = 1
    for heading in _headings(page, scope):
        if heading.level > above + 1:
            message = f"Heading {heading.text!r} is of level {heading.level}, below one of level"
            message += f" {above}; begin it with `{'#' * (above + 1)}`."
            yield Problem(page.source, heading.line, message, Rule.HEADING_SKIP)
        above = heading.level


def duplicate_slugs(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find two headings, blocks or ids with one address: `toc` would rename one in silence."""
    others = {f"{block.name}-{block.id}": "A block" for block in page.blocks if block.id}
    others |= dict.fromkeys(page.ids, "Another id")
    first: dict[str, int] = {}
    for heading in _headings(page, scope):
        address = _address(heading)
        if address in first:
            message = f"Heading {heading.text!r} gets the address #{address}, as the heading on"
            message += f" line {first[address]} does; name them apart."
            yield Problem(page.source, heading.line, message, Rule.DUPLICATE_SLUG)
        elif address in others:
            message = f"{others[address]} of this page has the address #{address}, as heading"
            message += f" {heading.text!r} does; name them apart."
            yield Problem(page.source, heading.line, message, Rule.DUPLICATE_SLUG)
        first.setdefault(address, heading.line)


def _address(heading: Heading) -> str:
    """Return the address that a heading has, or would have if it were alone."""
    own = slugify(heading.text, "-")
    counted = re.escape(re.sub(r"_\d+$", "", own)) + r"_\d+"
    return own if re.fullmatch(counted, heading.slug) else heading.slug


def sections(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find sections that are unknown to the kind of a page, out of order, or missing."""
    kind = scope.kind(page)
    if kind is None or not kind.sections:
        return
    headings = [h for h in _headings(page, scope) if h.level == SECTION_LEVEL]
    titles = [section.title for section in kind.sections]
    yield from _unknown(page, headings, titles)
    yield from _misplaced(page, headings, titles)
    yield from _missing(page, headings, kind.sections)


def _unknown(page: Page, headings: list[Heading], titles: list[str]) -> Iterator[Problem]:
    for heading in headings:
        if heading.text not in titles:
            message = f"A page of kind {page.kind!r} has no section {heading.text!r}."
            message += nearest(heading.text, titles)
            yield Problem(page.source, heading.line, message, Rule.UNKNOWN_SECTION)


def _misplaced(page: Page, headings: list[Heading], titles: list[str]) -> Iterator[Problem]:
    """Find the fewest sections that, moved, leave all in order."""
    known = {h.text: h for h in reversed(headings) if h.text in titles}
    found = sorted(known.values(), key=lambda heading: heading.line)
    places = [titles.index(heading.text) for heading in found]
    kept = _longest_rise(places)
    for heading, place in zip(found, places, strict=True):
        if place not in kept:
            above = max((other for other in kept if other < place), default=None)
            message = f"Section {heading.text!r} is out of order; expected it "
            message += "first." if above is None else f"below {titles[above]!r}."
            yield Problem(page.source, heading.line, message, Rule.MISPLACED_SECTION)


def _longest_rise(places: list[int]) -> list[int]:
    """Return the longest of the rising series that can be picked from these numbers."""
    series: list[list[int]] = []
    for place in places:
        before = [rise for rise in series if rise[-1] < place]
        series.append([*max(before, key=len, default=[]), place])
    return max(series, key=len, default=[])


def _missing(
    page: Page, headings: list[Heading], sections: tuple[Section, ...]
) -> Iterator[Problem]:
    """Find required sections that are not there, nor misspelt."""
    titles = [section.title for section in sections]
    here = {heading.text for heading in headings}
    here |= {
        closest(heading.text, titles) or "" for heading in headings if heading.text not in titles
    }
    missing = [s.title for s in sections if s.required and s.title not in here]
    if page.matter is None and not page.text.strip():
        return  # an empty file, which is told already
    end = page.text.rstrip("\n").count("\n") + 1
    if len(missing) > 1 and not here.intersection(titles):
        message = f"None of the sections of this page is there; expected: {', '.join(missing)}."
        yield Problem(page.source, end, message, Rule.MISSING_SECTION)
        return
    for title in missing:
        same = next((h for h in page.headings if h.text.lower() == title.lower()), None)
        below = next((h for h in headings if h.text in titles[titles.index(title) + 1 :]), None)
        if same and same.level == 1:
            continue
        where = f"above {below.text!r}" if below else "at the end"
        line = below.line if below else end
        message = f"Section {title!r} is missing; expected `## {title}` {where}."
        if same:
            message = f"Section {title!r} is of level {same.level}; expected `## {title}`."
            line = same.line
        yield Problem(page.source, line, message, Rule.MISSING_SECTION)


def _headings(page: Page, scope: Scope) -> list[Heading]:
    """Return the headings of a page, but not those that a facilitator block should not hold."""
    notes = [b for b in scope.blocks(page, "facilitator") if b.is_closed]
    return [h for h in page.headings if not any(b.line < h.line < b.end for b in notes)]


CHECKS: tuple[Check, ...] = (level_one, skipped_levels, duplicate_slugs, sections)
