"""Read Markdown sources into a course, with the line of everything that can be wrong.

Code wants fences: four spaces are not read as code, since blocks and lists use them too.
"""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from markdown import Markdown

from coursebook.course import Block, Citation, Heading, Link, Page, Reference
from coursebook.grammar import Form
from coursebook.matter import MATTER, Matter
from coursebook.problems import Problem, Rule, closest, did_you_mean, nearest
from coursebook.schema import key_lines, parse_yaml, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.vocabulary import Vocabulary

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
KIND = re.compile(r"^kind:[ \t]*[\"']?(?P<kind>[\w-]+)[\"']?[ \t]*(?:#.*)?$", re.MULTILINE)

SAME_PARAGRAPH = (
    # Not an empty line, a block's slashes, a heading or an item of a list: these come before code.
    r"(?:(?!\n(?:[ \t]*\n|[ \t>]*(?:/{3}|#)|[ \t>]*(?:[-*+]|\d+\.)[ \t])).)"
)
LITERAL = re.compile(
    # A fence of code, also in a list or a quotation; one that is never closed is no code.
    r"^(?P<indent>[ \t>]*(?:(?:[-*+]|\d+\.)[ \t]+)?)(?P<fence>`{3,}|~{3,})[^`\n]*\n(?:.*?\n)??"
    r"[ \t>]*(?P=fence)[ \t]*$"
    # A comment; within a line, Python-Markdown does not let it go on to another paragraph.
    rf"|^<!--.*?-->|<!--{SAME_PARAGRAPH}*?-->"
    r"|\\[\\`*_{}\[\]()>#+.!|/-]"
    rf"|(?<!`)(?P<ticks>`+)(?!`){SAME_PARAGRAPH}+?(?<!`)(?P=ticks)(?!`)",
    re.DOTALL | re.MULTILINE,
)
"""What is never taken for Markdown: code, comments and escaped characters."""
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)

INDENT = r"(?P<indent>(?:[ \t>]|[-*+][ \t]|\d+\.[ \t])*)"
BLOCK_OPEN = re.compile(INDENT + r"(?P<fence>/{3,})[ \t]*(?P<name>[\w-]+)[ \t]*(?P<rest>.*)$")
BLOCK_CLOSE = re.compile(r"[ \t>]*(?P<fence>/{3,})[ \t]*$")
OPTION_LINE = re.compile(r" {4,}\S")
MARGIN = 4
"""Fewer spaces than these are none to Python-Markdown."""

HEADING = re.compile(
    r"(?:[ \t]*(?:>|[-*+](?=[ \t])|\d+\.(?=[ \t]))[ \t]*)*(?P<heading>(?P<marks>#{1,6}).*)$"
)
UNDERLINE = re.compile(r"(?:=+|-+) *$")
FOOTNOTE = re.compile(r"\[\^[^\]\n]+\]")
OWN_ID = re.compile(
    r"\{:?[ \t]*[^{}\n]*?(?:#|\bid=[\"']?)(?P<id>[\w:-]+)[^{}\n]*\}"
    r"|<[a-zA-Z][^<>]*?\sid=[\"']?(?P<html>[\w:-]+)"
)

TEXT = r"(?:[^\[\]\n]|\n(?![ \t]*\n)|\[[^\[\]]*\](?:\([^()\n]*\))?)*"
TITLE = r"(?:\"[^\n]*?\"|'[^\n]*?')"
LINK = re.compile(
    rf"(?P<image>!?)\[(?P<text>{TEXT})\]\(\s*"
    r"(?:<(?P<angled>[^<>\n]*)>|(?P<target>(?:[^()\n]|\([^()\n]*\))*?))"
    rf"(?:\s+{TITLE})?\s*\)"
)
AUTO_LINK = re.compile(r"<(?P<target>(?:https?|ftp)://[^<>\s]*)>", re.IGNORECASE)
REFERENCE = re.compile(
    rf"(?P<image>!?)\[(?![@^])(?P<text>{TEXT})\](?P<space>\s?)\[(?![@^])(?P<label>[^\[\]]*)\]"
)
SHORT_REFERENCE = re.compile(r"(?P<image>!?)\[(?P<text>[^\[\]@^][^\[\]]*)\](?![\[(])")
DEFINITION = re.compile(
    r"^ {0,3}\[(?P<label>(?![\^@])[^\[\]]+)\]:[ \t]*\n?[ \t]*<?(?P<target>[^\s>]+)>?[ \t]*"
    rf"(?:\n?[ \t]*(?:{TITLE}|\([^\n]*\)))?[ \t]*$",
    re.MULTILINE,
)
CITATION = re.compile(r"\[(?P<keys>@[^\[\]\s;]+(?:;\s*@[^\[\]\s;]+)*)\](?![(:])")


@dataclass(frozen=True)
class Source:
    """One page before it is read."""

    path: str
    """Its address below the docs folder."""
    content: bytes
    in_nav: bool = True
    label: str = ""
    """Its address for messages."""


def read_page(source: Source, vocabulary: Vocabulary) -> tuple[Page, list[Problem]]:
    """Return the page, with whatever can be read of it, and the problems of reading."""
    label = source.label or source.path
    text, problems = _decode(source.content, label)
    front, body = _split(text)
    top = body.partition("\n\n")[0] if front is None else front
    kind, form, kind_problems = _kind(source.path, label, top, vocabulary)
    if front is None and "/" not in source.path:
        kind_problems = []  # the kind would stand in the facts, whose lack is told already
    matter, matter_problems = _read_matter(text, front, form, label, vocabulary)
    if kind_problems and matter_problems:
        # Which keys a page takes is known with its kind.
        matter_problems = [p for p in matter_problems if p.rule is not Rule.UNKNOWN_KEY]
    scan = _Scan(body)
    blocks, stray = _read_blocks(scan)
    ids = [found["id"] or found["html"] for found in OWN_ID.finditer(_without_headings(scan))]
    headings = _read_headings(scan, [*ids, *(f"{b.name}-{b.id}" for b in blocks if b.id)])
    page = Page(
        path=source.path,
        source=label,
        kind=kind or "",
        form=form,
        matter=matter,
        text=body,
        plain=scan.plain,
        masked=scan.masked,
        key_lines=key_lines(front or "", first_line=2),
        headings=headings,
        blocks=tuple(_placed(block, headings) for block in blocks),
        stray_closes=tuple(stray),
        deep_code=tuple(scan.line(found.start()) for found in scan.fences if found["indent"]),
        links=tuple(_read_links(scan)),
        references=tuple(reference for reference, _ in _read_references(scan)),
        definitions=tuple(
            Reference(_label(found["label"]), scan.line(found.start()))
            for found in DEFINITION.finditer(scan.masked)
        ),
        citations=tuple(_read_citations(scan, blocks)),
        ids=tuple(ids),
        in_nav=source.in_nav,
    )
    return page, problems + kind_problems + matter_problems


def _decode(content: bytes, label: str) -> tuple[str, list[Problem]]:
    """Return the text of a file, its lines ended as everywhere, and what is wrong with it."""
    problems = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        message = "Here stands a character that is not UTF-8; save the file as UTF-8."
        problems.append(Problem(label, line, message, Rule.NOT_UTF8))
        text = content.decode("utf-8-sig", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n"), problems


def _split(text: str) -> tuple[str | None, str]:
    """Return front matter, if any, and the body with an empty line for each line of it."""
    found = FRONT_MATTER.match(text)
    if not found:
        return None, text
    return found[1] or "", "\n" * found[0].count("\n") + text[found.end() :]


def _kind(
    path: str, label: str, front: str, vocabulary: Vocabulary
) -> tuple[str | None, Form, list[Problem]]:
    """Return the kind of a page, and its form: where the kind is misspelt, that of the nearest."""
    found = KIND.search(front)
    kind = vocabulary.kind_of(path, found["kind"] if found else None)
    if kind:
        return kind, vocabulary.kinds[kind].form, []
    folders = {k.folder: name for name, k in vocabulary.kinds.items() if k.folder}
    folder, has_folder, _ = path.partition("/")
    line, meant = 1, None
    if found:
        line = 2 + front.count("\n", 0, found.start())
        meant = closest(found["kind"], vocabulary.kinds)
        message = f"No kind of page is called {found['kind']!r}."
        message += nearest(found["kind"], vocabulary.kinds)
    elif has_folder:
        meant = folders.get(closest(folder, folders) or "")
        message = f"No kind of page lives in the folder {folder!r}.{did_you_mean(folder, folders)}"
        message += " Move the page, or give its front matter a `kind`."
    else:
        message = "This page lives in no folder; expected `kind` in its front matter, one of: "
        message += ", ".join(vocabulary.kinds) + "."
    form = vocabulary.kinds[meant].form if meant else Form.PAGE
    return None, form, [Problem(label, line, message, Rule.UNKNOWN_KIND)]


def _read_matter(
    text: str, front: str | None, form: Form, label: str, vocabulary: Vocabulary
) -> tuple[Matter | None, list[Problem]]:
    """Return the facts of a page, or None and what is wrong with them."""
    if front is not None:
        return read_yaml(front, MATTER[form], path=label, first_line=2, context=vocabulary)
    message = "A page begins with its facts, between two lines of three hyphens."
    if text.startswith("---"):
        message = "The facts of this page have no end; expected a second line of three hyphens."
    elif text.lstrip().startswith("---"):
        message = "Nothing may stand above the three hyphens that begin the facts of a page."
    return None, [Problem(label, 1, message, Rule.NO_FRONT_MATTER)]


class _Scan:
    """A body in which code is blanked out, so that nothing in it is taken for Markdown."""

    def __init__(self, body: str) -> None:
        self.body = body
        self.fences = [found for found in LITERAL.finditer(body) if found["fence"]]
        """Fenced code."""
        self.masked = LITERAL.sub(_blank, body)
        """Code, comments and escapes blanked out, every other character in its place."""
        self.lines = self.masked.split("\n")
        self.source_lines = COMMENT.sub(_blank, body).split("\n")
        """The lines as they were written, code and all, but without comments."""
        self.defined = {
            _label(found["label"]): found["target"] for found in DEFINITION.finditer(self.masked)
        }
        self.plain = self._without_addresses()
        """Addresses blanked out as well."""

    def _without_addresses(self) -> str:
        plain = DEFINITION.sub(_blank, self.masked)
        for _ in range(2):  # a picture may stand in a link
            plain = LINK.sub(_keep_text, plain)
        return AUTO_LINK.sub(_blank, CITATION.sub(_blank, plain))

    def line(self, offset: int) -> int:
        """Return the line, from 1, on which a character stands."""
        return self.masked.count("\n", 0, offset) + 1

    def written(self, found: re.Match[str], group: str) -> str:
        """Return part of what was found in the masked text as it was written."""
        return self.body[found.start(group) : found.end(group)]


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _keep_text(found: re.Match[str]) -> str:
    start, end = found.start("text") - found.start(), found.end("text") - found.start()
    blanked = _blank(found)
    return blanked[:start] + found["text"] + blanked[end:]


def _label(text: str) -> str:
    """Return the label of a reference as Python-Markdown compares it."""
    return " ".join(text.lower().split())


@dataclass
class _Open:
    """A block as it is being read."""

    block: Block
    fence: str
    first: int
    """Line on which its content begins."""
    outer: tuple[_Open, ...]
    end: int = 0
    """Line of its closing slashes, 0 until it has come."""


def _read_blocks(scan: _Scan) -> tuple[list[Block], list[int]]:
    """Return the blocks in the order of their opening lines, and the lines of stray closes."""
    every: list[_Open] = []
    opened: list[_Open] = []
    stray: list[int] = []
    number = 0
    while number < len(scan.lines):
        number += 1
        line = scan.lines[number - 1]
        if found := BLOCK_CLOSE.match(line):
            if not _close(opened, found["fence"], number):
                stray.append(number)
        elif found := BLOCK_OPEN.match(line):
            block, last = _read_opening(found, scan, number)
            every.append(_Open(block, found["fence"], last + 1, tuple(opened)))
            opened.append(every[-1])
            number = last
    return [_finished(block, scan) for block in every], stray


def _close(opened: list[_Open], fence: str, number: int) -> bool:
    """Close the innermost open block of this fence, if there is one, and drop those inside it."""
    if all(block.fence != fence for block in opened):
        return False
    while opened:
        block = opened.pop()
        if block.fence == fence:
            block.end = number
            break
    return True


def _read_opening(found: re.Match[str], scan: _Scan, number: int) -> tuple[Block, int]:
    """Return the block that opens on this line, and the last line of its options."""
    indent = found["indent"]
    is_deep = bool(indent.strip()) or len(indent.expandtabs(MARGIN)) >= MARGIN
    width = len(indent.expandtabs(MARGIN)) if is_deep else 0
    header: list[str] = []
    for line in scan.source_lines[number:]:
        inner = line.expandtabs(MARGIN)[width:]
        if not OPTION_LINE.match(inner):
            break
        header.append(inner)
    options, option_lines, fault = _read_options("\n".join(header), number + 1)
    rest = scan.source_lines[number - 1][found.start("rest") :].strip()
    if rest and not rest.startswith("|"):
        fault = f"a title stands behind a bar, as in `{found['fence']} {found['name']} | {rest}`"
    block = Block(
        name=found["name"],
        title=rest.removeprefix("|").strip(),
        options=options,
        option_lines=option_lines,
        content="",
        line=number,
        end=0,
        fault=fault,
        is_at_margin=not indent,
    )
    return block, number + len(header)


def _read_options(
    header: str, first_line: int
) -> tuple[dict[str, object], dict[str, int], str | None]:
    """Return the options of a block, their lines, and why they cannot be read."""
    if not header:
        return {}, {}, None
    node, value, fault = parse_yaml(textwrap.dedent(header))
    if fault:
        return {}, {}, fault[1]
    if not isinstance(value, dict) or not isinstance(node, yaml.MappingNode):
        return {}, {}, "indented lines below it are options, `name: value`; content is not indented"
    lines = {str(key.value): first_line + key.start_mark.line for key, _ in node.value}
    return {str(key): item for key, item in value.items()}, lines, None


def _finished(opened: _Open, scan: _Scan) -> Block:
    """Return the block, now that it is known where it ends and what stands around it."""
    end = opened.end or len(scan.lines) + 1
    content = "\n".join(scan.source_lines[opened.first - 1 : end - 1])
    around = [outer.block.name for outer in opened.outer if outer.end]
    return replace(
        opened.block,
        content=content.strip("\n"),
        end=min(end, len(scan.lines)),
        is_closed=bool(opened.end),
        parent=around[-1] if around else None,
    )


def _placed(block: Block, headings: tuple[Heading, ...]) -> Block:
    """Return the block with the level-two heading above it."""
    above = [h.text for h in headings if h.level <= 2 and h.line < block.line]  # noqa: PLR2004
    return replace(block, section=above[-1] if above else None)


def _without_headings(scan: _Scan) -> str:
    return "\n".join("" if HEADING.match(line) else line for line in scan.lines)


def _read_headings(scan: _Scan, ids: list[str]) -> tuple[Heading, ...]:
    """Return the headings, with the addresses that Python-Markdown's `toc` will give them.

    It is asked itself, since an address depends on all others, and on what is code or a link.
    """
    found: list[tuple[int, str]] = []
    for number, line in enumerate(scan.lines, start=1):
        source = scan.source_lines[number - 1]
        if heading := HEADING.match(line):
            found.append((number, source[heading.start("heading") :]))
        elif UNDERLINE.match(source) and _opens_paragraph(scan, number - 1):
            text = scan.source_lines[number - 2].strip()
            found.append((number - 1, ("# " if line.startswith("=") else "## ") + text))
    sources = [FOOTNOTE.sub("", source) for _, source in found]
    others = [f"x\n{{: #{identifier} }}" for identifier in dict.fromkeys(ids)]
    others += [f"[{label}]: {target}" for label, target in scan.defined.items()]
    markdown = _markdown()
    markdown.reset()
    markdown.convert("\n\n".join(sources + others))
    tokens = _flat(markdown.toc_tokens)  # type: ignore[attr-defined]
    return tuple(
        Heading(token["level"], html.unescape(token["name"]), token["id"], number)
        for (number, _), token in zip(found, tokens, strict=False)
    )


@lru_cache(maxsize=1)
def _markdown() -> Markdown:
    return Markdown(extensions=["attr_list", "toc"])


def _flat(tokens: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for token in tokens:
        yield token
        yield from _flat(token["children"])


def _opens_paragraph(scan: _Scan, number: int) -> bool:
    """Whether the text on this line begins after an empty line, a heading or a block's slashes."""
    lines = ["", *scan.lines]
    text, above = lines[number], lines[number - 1] if number > 1 else ""
    begins = re.match(r" {0,3}\S", text) and not BLOCK_OPEN.match(text)
    borders = (HEADING, UNDERLINE, BLOCK_OPEN, BLOCK_CLOSE)
    after_border = not above.strip() or any(border.match(above) for border in borders)
    return bool(begins and not BLOCK_CLOSE.match(text) and after_border)


def plain_text(markdown: str) -> str:
    """Return the words of one line of Markdown."""
    text = markdown
    for pattern in (LINK, REFERENCE):
        text = pattern.sub(lambda found: found["text"], text)
    text = re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text)
    return html.unescape(text).strip()


def _read_links(scan: _Scan) -> Iterator[Link]:
    """Return the links and pictures in the order of the text."""
    automatic = AUTO_LINK.finditer(scan.masked)
    links = [
        *_inline_links(scan, 0, len(scan.masked)),
        *((found.start(), _link(scan, found, "target")) for found in automatic),
        *_reference_links(scan),
    ]
    yield from (link for _, link in sorted(links, key=lambda pair: pair[0]))


def _inline_links(scan: _Scan, start: int, end: int) -> Iterator[tuple[int, Link]]:
    """Find links written in place, and in the text of each the pictures."""
    for found in LINK.finditer(scan.masked, start, end):
        yield found.start(), _link(scan, found, "text")
        yield from _inline_links(scan, found.start("text"), found.end("text"))


def _link(scan: _Scan, found: re.Match[str], text: str) -> Link:
    groups = found.groupdict()
    group = "angled" if groups.get("angled") is not None else "target"
    words = plain_text(scan.written(found, text))
    is_image = bool(groups.get("image"))
    return Link(scan.written(found, group).strip(), words, scan.line(found.start()), is_image)


def _reference_links(scan: _Scan) -> Iterator[tuple[int, Link]]:
    """Find links whose address is defined elsewhere on the page."""
    for reference, found in _read_references(scan):
        if target := scan.defined.get(reference.label):
            words = plain_text(scan.written(found, "text"))
            yield found.start(), Link(target, words, reference.line, bool(found["image"]))


def _read_references(scan: _Scan) -> Iterator[tuple[Reference, re.Match[str]]]:
    """Find `[text][label]`, and `[label]` alone where it is defined."""
    text = DEFINITION.sub(_blank, scan.masked)
    for found in REFERENCE.finditer(text):
        label = _label(found["label"] or found["text"])
        if not found["space"] or label in scan.defined:
            yield Reference(label, scan.line(found.start())), found
    for found in SHORT_REFERENCE.finditer(REFERENCE.sub(_blank, text)):
        if _label(found["text"]) in scan.defined:
            yield Reference(_label(found["text"]), scan.line(found.start())), found


def _read_citations(scan: _Scan, blocks: list[Block]) -> Iterator[Citation]:
    for found in CITATION.finditer(scan.masked):
        line = scan.line(found.start())
        around = [block.name for block in blocks if block.line < line < block.end]
        for key in found["keys"].split(";"):
            yield Citation(key.strip()[1:], line, around[-1] if around else None)
