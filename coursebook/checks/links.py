"""Links, pictures and references, checked without the network."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from coursebook.grammar import Form
from coursebook.problems import Problem, Rule, closest, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Course, Link, Page

VAGUE_TEXTS = frozenset(
    [
        *("click", "click here", "click this", "here", "link", "page", "this", "this link"),
        *("this page", "website", "details", "find out more", "info", "learn more", "more"),
        *("read more", "read on", "see", "see here", "it", "that", "continue", "next", "go"),
    ]
)
MOST_SITUATIONS = 8
SCRIPTS = frozenset({"javascript", "data", "vbscript"})
SCHEMES = frozenset({"https", "mailto", "tel", "sms"})
"""What a link may begin with; where telephone numbers may stand is another rule."""


def targets(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find links that lead nowhere, or not everywhere."""
    for link in page.links:
        if problem := _outside(link) or _inside(page, link, scope.course):
            message, rule = problem
            yield Problem(page.source, link.line, message, rule)


def _outside(link: Link) -> tuple[str, Rule] | None:
    """Return what is wrong with an address that leads out of the course."""
    target, scheme = link.target, _scheme(link.target)
    if scheme in SCRIPTS:
        return f"Link {target!r} runs or holds code; expected an address.", Rule.SCRIPT_LINK
    if scheme == "http":
        return f"Link {target!r} is not encrypted; expected https.", Rule.PLAIN_HTTP
    if target.startswith(("/", "\\")) and not target.startswith("//"):
        return f"Link {target!r} begins with a slash; write it from this page.", Rule.ABSOLUTE_PATH
    if scheme == "file" or len(scheme) == 1:
        message = f"Link {target!r} leads into one computer; write it from this page."
        return message, Rule.ABSOLUTE_PATH
    if target.startswith(("//", "www.")) or (scheme and scheme not in SCHEMES):
        return f"Link {target!r} does not begin with https://.", Rule.PLAIN_HTTP
    return None


def _scheme(target: str) -> str:
    found = re.match(r"([a-zA-Z][a-zA-Z0-9+.-]*):", target)
    return found[1].lower() if found else ""


def _inside(page: Page, link: Link, course: Course) -> tuple[str, Rule] | None:
    """Return what is wrong with an address within the course."""
    target, path = link.target, resolve(page, link.target)
    found = course.by_path.get(path)
    if _scheme(target) or path in course.assets:
        return None
    if "\\" in target:
        return f"Link `{target}` has backslashes; expected /.", Rule.MISSING_PAGE
    if found is None:
        return _nothing_there(page, link, path, course)
    if found.is_draft and not page.is_draft:
        return f"Page {path!r} is a draft and will not be published.", Rule.MISSING_PAGE
    return _anchor(page, found, target) if "#" in target or not target else None


def resolve(page: Page, target: str) -> str:
    """Return the address below docs that a link on a page leads to."""
    path = unquote(urlsplit(target).path)
    if not path:
        return page.path
    return posixpath.normpath(posixpath.join(posixpath.dirname(page.path), path))


def _nothing_there(page: Page, link: Link, path: str, course: Course) -> tuple[str, Rule]:
    """Return why nothing is found at a path, and what an author may have meant."""
    everything = [*course.by_path, *course.assets]
    if same := next((known for known in everything if known.lower() == path.lower()), None):
        written = _from(page, same)
        message = f"Link {link.target!r} differs in capital letters; expected {written!r}."
        return message, Rule.LETTER_CASE
    ending = posixpath.splitext(path)[1]
    is_page = not link.is_image and ending in ("", ".md", ".html")
    known = course.by_path if is_page else course.assets
    near = _near(path, known)
    hint = f" Did you mean {_from(page, near)!r}?" if near else ""
    what, rule = ("page", Rule.MISSING_PAGE) if is_page else ("file", Rule.MISSING_ASSET)
    return f"There is no {what} {path!r}.{hint}", rule


def _near(path: str, known: Iterable[str]) -> str | None:
    """Return what may be meant: the index of a folder, the same name elsewhere, a near name."""
    known = list(known)
    stem = path.removesuffix(".html").removesuffix(".md")
    name = posixpath.basename(stem)
    for likely in (f"{stem}.md", f"{stem}/index.md"):
        if likely in known:
            return likely
    same = [item for item in known if posixpath.splitext(posixpath.basename(item))[0] == name]
    return same[0] if same else closest(path, known)


def _from(page: Page, path: str) -> str:
    """Return a path below docs as a link on this page writes it."""
    return posixpath.relpath(path, posixpath.dirname(page.path) or ".")


def _anchor(page: Page, found: Page, target: str) -> tuple[str, Rule] | None:
    """Return what is wrong with the part that a link names on the page it leads to."""
    anchor = unquote(urlsplit(target).fragment)
    if anchor in found.anchors:
        return None
    if not anchor:
        return (
            "A link leads nowhere; expected an address between the brackets.",
            Rule.MISSING_ANCHOR,
        )
    where = "This page" if page is found else f"Page {found.path!r}"
    hint = did_you_mean(f"#{anchor}", [f"#{known}" for known in sorted(found.anchors)])
    return f"{where} has no part #{anchor}.{hint}", Rule.MISSING_ANCHOR


def texts(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find links that do not say where they lead, and pictures without a text."""
    del scope
    for link in page.links:
        text = " ".join(link.text.split())
        if link.is_image:
            if not text:
                message = f"Picture {link.target!r} has no alternative text: `![what it shows](…)`."
                yield Problem(page.source, link.line, message, Rule.IMAGE_ALT)
        elif not text and _holds_picture(page, link):
            continue
        elif not text or re.sub(r"[\W_]+$|^[\W_]+", "", text.lower()) in VAGUE_TEXTS:
            what = f"Link text {text!r}" if text else "A link without text"
            message = f"{what} does not say where it leads, on its own or on paper."
            yield Problem(page.source, link.line, message, Rule.LINK_TEXT)


def _holds_picture(page: Page, link: Link) -> bool:
    """Whether a link is one picture, whose alternative text is then its text."""
    return any(other.is_image and other.line == link.line for other in page.links)


def references(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find reference links without their definition, and definitions nobody uses."""
    del scope
    defined = {definition.label for definition in page.definitions}
    used = {reference.label for reference in page.references}
    for reference in page.references:
        if reference.label not in defined:
            hint = did_you_mean(reference.label, defined)
            message = f"Reference [{reference.label}] is not defined on this page.{hint}"
            yield Problem(page.source, reference.line, message, Rule.UNDEFINED_REFERENCE)
    meant = {closest(label, defined) for label in used - defined}
    for definition in page.definitions:
        if definition.label not in used | meant:
            message = f"Definition [{definition.label}] is not used on this page."
            yield Problem(page.source, definition.line, message, Rule.UNUSED_REFERENCE)


def navigation(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find published pages that are not in the navigation."""
    del scope
    if not page.in_nav and not page.is_draft:
        message = f"This page is not in the navigation; add {page.path!r} to `nav` in mkdocs.yml."
        yield Problem(page.source, 1, message, Rule.NOT_IN_NAV)


def situations(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find situations that lead to a whole page, or too many to read at once."""
    if page.form is not Form.HOME:
        return
    for block in scope.blocks(page, "situations"):
        inside = [link for link in page.links if block.line < link.line < block.end]
        if not block.is_closed:
            continue
        if len(inside) > MOST_SITUATIONS:
            message = f"There are {len(inside)} situations; expected at most {MOST_SITUATIONS}."
            yield Problem(page.source, block.line, message, Rule.SITUATION_TARGET)
        for link in inside:
            if "#" not in link.target and resolve(page, link.target) != scope.vocabulary.support:
                message = f"Link {link.target!r} leads to a whole page; name the part that helps:"
                message += f" `{link.target}#…`."
                yield Problem(page.source, link.line, message, Rule.SITUATION_TARGET)


def reached_practices(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find practices that the home page does not lead to."""
    if page.form is not Form.HOME or scope.blocks(page, "practices"):
        return
    linked = {resolve(page, link.target) for link in page.links}
    for practice in scope.course.practices:
        if practice.path not in linked and not practice.is_draft:
            message = f"No link leads to {practice.path!r}; add one, or a block 'practices'."
            yield Problem(page.source, 1, message, Rule.UNREACHED_PRACTICE)


CHECKS: tuple[Check, ...] = (targets, texts, references, navigation, situations, reached_practices)
