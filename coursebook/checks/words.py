"""Words: what is promised, who is diagnosed, how long it is, and raw HTML."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from coursebook.problems import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Page
    from coursebook.vocabulary import Avoid

PARAGRAPH_OF = r"(?:[^{0}\n]|\n(?!\s*\n))*"
QUOTATION = re.compile(
    rf"“{PARAGRAPH_OF.format('“”')}”|‘{PARAGRAPH_OF.format('‘’')}’"
    rf'|"{PARAGRAPH_OF.format(chr(34))}"|^ {{0,3}}>.*$',
    re.MULTILINE,
)
"""What stands in quotation marks, within a paragraph, or is a quotation of Markdown."""
TAG = re.compile(
    r"<(?P<slash>/?)(?P<name>[a-zA-Z][\w-]*)(?P<attributes>(?:\s(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)?)>"
)
EVENT = re.compile(r"(?<![\w-])on[a-z]{3,}\s*=", re.IGNORECASE)
STYLE = re.compile(r"(?<![\w-])style\s*=", re.IGNORECASE)
ATTRIBUTE_LIST = re.compile(r"\{:?[^{}\n]*\}")
SCRIPTS = frozenset({"script", "iframe", "object", "embed", "noscript", "form", "base", "meta"})
STYLES = frozenset({"style", "link", "font", "center"})
LINKS = frozenset({"a", "img", "audio", "video", "source", "picture", "svg"})


def word_choice(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find phrases that promise or diagnose."""
    text, matter = _outside_quotations(page, scope), list(facts(page))
    for avoid in scope.vocabulary.avoid:
        pattern = _pattern(avoid)
        for line, fact in matter:
            for found in pattern.finditer(fact):
                yield _unwanted(page, line, found[0], avoid)
        for found in pattern.finditer(text):
            yield _unwanted(page, text.count("\n", 0, found.start()) + 1, found[0], avoid)


@cache
def _pattern(avoid: Avoid) -> re.Pattern[str]:
    """Return what finds these phrases, however they are broken into lines or set off."""
    phrases = [
        r"[\s*_]+".join(re.escape(word).replace("'", "['’]") for word in phrase.split())
        for phrase in sorted(avoid.phrases, key=len, reverse=True)
    ]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(phrases)})(?![^\W_])", re.IGNORECASE)


def _unwanted(page: Page, line: int, words: str, avoid: Avoid) -> Problem:
    phrase = " ".join(re.sub(r"[*_]", " ", words).split())
    why, better = avoid.why.rstrip("."), avoid.better.rstrip(".")
    message = f"{phrase!r}: {why}. Better: {better}."
    return Problem(page.source, line, message, Rule.WORD_CHOICE)


def facts(page: Page) -> Iterator[tuple[int, str]]:
    """Yield the words of front matter that readers see, with their lines."""
    if page.matter:
        for key, value in page.matter.model_dump(include={"title", "summary"}).items():
            yield page.line_of(key), value
        for key, value in getattr(page.matter, "objectives", {}).items():
            yield page.line_of(f"objectives.{key}"), value


def _outside_quotations(page: Page, scope: Scope) -> str:
    """Return the text of a page with quotations blanked out."""
    lines = page.plain.split("\n")
    for block in page.blocks:
        spec = scope.specs.get(scope.meant(block.name))
        if spec and spec.is_quotation and block.is_closed:
            for number in range(block.line, block.end + 1):
                lines[number - 1] = ""
    return QUOTATION.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), "\n".join(lines))


def raw_html(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find scripts, styles and event attributes, and links outside Markdown."""
    del scope
    for found in TAG.finditer(page.masked):
        name, attributes = found["name"].lower(), found["attributes"]
        line = page.masked.count("\n", 0, found.start()) + 1
        if name in SCRIPTS and not found["slash"]:
            message = f"<{name}> may not stand in a page."
            yield Problem(page.source, line, message, Rule.RAW_SCRIPT)
        elif name in STYLES and not found["slash"]:
            message = f"<{name}> may not stand in a page; looks live in the theme."
            yield Problem(page.source, line, message, Rule.RAW_STYLE)
        elif name in LINKS and not found["slash"]:
            message = f"<{name}> is raw HTML; write it in Markdown, where it is checked."
            yield Problem(page.source, line, message, Rule.RAW_LINK)
        yield from _attributes(page, line, attributes)
    for found in ATTRIBUTE_LIST.finditer(page.masked):
        line = page.masked.count("\n", 0, found.start()) + 1
        yield from _attributes(page, line, found[0])


def _attributes(page: Page, line: int, attributes: str) -> Iterator[Problem]:
    if EVENT.search(attributes):
        message = "An event attribute (on…=) may not stand in a page."
        yield Problem(page.source, line, message, Rule.RAW_EVENT)
    if STYLE.search(attributes):
        message = "A style attribute may not stand in a page; looks live in the theme."
        yield Problem(page.source, line, message, Rule.RAW_STYLE)


def lengths(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find pages and sections with too many words."""
    kind = scope.kind(page)
    if kind is None:
        return
    lines = page.plain.split("\n")
    limits = [(kind.words, "This page", 1, len(lines) + 1)]
    tops = [heading for heading in page.headings if heading.level <= 2]  # noqa: PLR2004
    ends = [*(heading.line for heading in tops[1:]), len(lines) + 1]
    for heading, end in zip(tops, ends, strict=False):
        section = next((s for s in kind.sections if s.title == heading.text), None)
        if section:
            limits.append((section.words, f"Section {section.title!r}", heading.line, end))
    for most, what, start, end in limits:
        count = count_words("\n".join(lines[start - 1 : end - 1]))
        if most and count > most:
            message = f"{what} has {count} words; expected at most {most}."
            yield Problem(page.source, start, message, Rule.TOO_MANY_WORDS)


def count_words(text: str) -> int:
    """Count the words of Markdown text that a reader reads; options and fences do not count."""
    text = re.sub(r"^/{3,}[^|\n]*\|?", "", text, flags=re.MULTILINE)
    text = re.sub(r"^(?: {4}|\t)[\w-]+:.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"^#{1,6} ", "", text, flags=re.MULTILINE)
    return len(re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text))


CHECKS: tuple[Check, ...] = (word_choice, raw_html, lengths)
