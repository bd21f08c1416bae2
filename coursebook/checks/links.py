"""Links, pictures and references, checked without the network."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from coursebook.course import Course
from coursebook.grammar import Form
from coursebook.problems import Problem, Rule, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Link, Page

VAGUE_TEXTS = frozenset(
    "here|click|click here|click this|this|this page|this link|link|more|read more|learn more|see"
    "|see here|page|details|info|it|that|website|continue|next|go".split("|")
)
MOST_SITUATIONS = 8


def targets(page: Page, scope: Scope) -> Iterator[Problem]:
    """A link leads somewhere that exists."""
    for link in page.links:
        if problem := _target(page, link, scope.course):
            message, rule = problem
            yield Problem(page.source, link.line, message, rule)


def _target(page: Page, link: Link, course: Course) -> tuple[str, Rule] | None:
    target = link.target.strip()
    parts = urlsplit(target)
    scheme = parts.scheme.lower()
    if scheme in ("javascript", "data", "vbscript"):
        return f"Link {target!r} runs code; expected an address.", Rule.SCRIPT_LINK
    if scheme == "http":
        return f"Link {target!r} is not encrypted; expected https.", Rule.PLAIN_HTTP
    if scheme or target.startswith("//"):
        return None if scheme else ("Expected a full address with https.", Rule.PLAIN_HTTP)
    if target.startswith("/"):
        return f"Link {target!r} begins with /; write it from this page.", Rule.ABSOLUTE_PATH
    if not parts.path:
        return _anchor(page, parts.fragment, target)
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), unquote(parts.path)))
    if found := course.by_path.get(path):
        if found.is_draft and not page.is_draft:
            return f"Page {path!r} is a draft and will not be published.", Rule.MISSING_PAGE
        return _anchor(found, parts.fragment, target) if parts.fragment else None
    if path in course.assets:
        return None
    everything = [*course.by_path, *course.assets]
    if same := [known for known in everything if known.lower() == path.lower()]:
        return f"Link {target!r} differs in letter case from {same[0]!r}.", Rule.LETTER_CASE
    if path.endswith(".md") or (not posixpath.splitext(path)[1] and not link.is_image):
        hint = nearest(path, course.by_path) if len(course.by_path) > 1 else ""
        return f"There is no page {path!r}.{_only_near(hint)}", Rule.MISSING_PAGE
    hint = nearest(path, course.assets)
    return f"There is no file {path!r}.{_only_near(hint)}", Rule.MISSING_ASSET


def _anchor(page: Page, fragment: str, target: str) -> tuple[str, Rule] | None:
    anchor = unquote(fragment)
    if not anchor:
        return f"Link {target!r} leads nowhere.", Rule.MISSING_ANCHOR
    if anchor in page.anchors:
        return None
    hint = _only_near(nearest(anchor, page.anchors))
    return f"{page.source} has no part #{anchor}.{hint}", Rule.MISSING_ANCHOR


def _only_near(hint: str) -> str:
    return hint if hint.startswith(" Did") else ""


def texts(page: Page, scope: Scope) -> Iterator[Problem]:
    """The text of a link says where it leads; a picture says what it shows."""
    del scope
    for link in page.links:
        text = link.text.strip()
        if link.is_image:
            if not text:
                message = f"Picture {link.target!r} has no alternative text."
                yield Problem(page.source, link.line, message, Rule.IMAGE_ALT)
        elif not text or re.sub(r"[\W_]+$|^[\W_]+", "", text.lower()) in VAGUE_TEXTS:
            message = f"Link text {text!r} does not say where it leads."
            yield Problem(page.source, link.line, message, Rule.LINK_TEXT)


def references(page: Page, scope: Scope) -> Iterator[Problem]:
    """Reference links and their definitions belong together."""
    del scope
    defined = {definition.label for definition in page.definitions}
    used = {reference.label for reference in page.references}
    for reference in page.references:
        if reference.label not in defined:
            hint = _only_near(nearest(reference.label, defined))
            message = f"Reference [{reference.label}] is not defined on this page.{hint}"
            yield Problem(page.source, reference.line, message, Rule.UNDEFINED_REFERENCE)
    for definition in page.definitions:
        if definition.label not in used:
            message = f"Definition [{definition.label}] is not used on this page."
            yield Problem(page.source, definition.line, message, Rule.UNUSED_REFERENCE)


def navigation(page: Page, scope: Scope) -> Iterator[Problem]:
    """A published page stands in the navigation."""
    del scope
    if not page.in_nav and not page.is_draft:
        message = "This page is not in the navigation of mkdocs.yml."
        yield Problem(page.source, 1, message, Rule.NOT_IN_NAV)


def situations(page: Page, scope: Scope) -> Iterator[Problem]:
    """A situation leads to a part of a page, and there are few enough to read at once."""
    if page.form is not Form.HOME:
        return
    for block in page.blocks_named("situations"):
        inside = [link for link in page.links if block.line < link.line < block.end]
        if len(inside) > MOST_SITUATIONS:
            message = f"{len(inside)} situations; expected at most {MOST_SITUATIONS}."
            yield Problem(page.source, block.line, message, Rule.SITUATION_TARGET)
        for link in inside:
            if "#" not in link.target and link.target != scope.vocabulary.support:
                message = f"{link.target!r} is a whole page; name the part that helps, with a #."
                yield Problem(page.source, link.line, message, Rule.SITUATION_TARGET)


def reached_practices(page: Page, scope: Scope) -> Iterator[Problem]:
    """The home page leads to every practice."""
    if page.form is not Form.HOME or page.blocks_named("practices"):
        return
    linked = {link.target.partition("#")[0] for link in page.links}
    for practice in scope.course.practices:
        if practice.path not in linked and not practice.is_draft:
            message = f"No link leads to {practice.path!r}; add one, or a block `practices`."
            yield Problem(page.source, 1, message, Rule.UNREACHED_PRACTICE)


CHECKS: tuple[Check, ...] = (targets, texts, references, navigation, situations, reached_practices)
