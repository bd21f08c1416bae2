"""Read Markdown sources into a course, with the line of everything that can be wrong."""

from __future__ import annotations

import html
import re
import textwrap
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import yaml
from markdown.extensions.toc import slugify, unique

from coursebook.course import Block, Citation, Heading, Link, Page, Reference
from coursebook.grammar import Form
from coursebook.matter import MATTER, Matter
from coursebook.problems import Problem, Rule, nearest
from coursebook.schema import key_lines, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.vocabulary import Vocabulary

FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?\n)?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
CODE_FENCE = re.compile(
    r"^(?P<indent> *)(?P<fence>`{3,}|~{3,})[^\n]*\n.*?(?:^(?P=indent)(?P=fence)[`~]*[ \t]*$|\Z)",
    re.DOTALL | re.MULTILINE,
)
CODE_SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
BLOCK_OPEN = re.compile(
    r"^(?P<indent>[ \t>*+\-0-9.]*?)(?P<fence>/{3,})[ \t]*(?P<name>[\w-]+)[ \t]*(?:\|(?P<title>.*))?$"
)
BLOCK_CLOSE = re.compile(r"^(?P<indent>[ \t>]*)(?P<fence>/{3,})[ \t]*$")
HEADING = re.compile(r"^(?P<marks>#{1,6})[ \t]*(?P<text>.*?)[ \t]*#*[ \t]*$")
SETEXT = re.compile(r"^(?:=+|-+)[ \t]*$")
ATTRIBUTES = re.compile(r"\{:?[ \t]*(?P<attributes>[^{}\n]*#(?P<id>[\w:-]+)[^{}\n]*)\}")
LINK = re.compile(
    r"(?P<image>!?)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]"
    r"\(\s*(?:<(?P<angled>[^>\n]*)>|(?P<target>[^\s()]*(?:\([^\s()]*\)[^\s()]*)*))"
    r"(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)"
)
AUTO_LINK = re.compile(r"<(?P<target>(?:https?|ftp|mailto|tel|javascript|data):[^>\s]*)>", re.I)
REFERENCE = re.compile(r"(?<!\\)(?P<image>!?)\[(?P<text>[^\[\]]+)\]\[(?P<label>[^\[\]]*)\]")
DEFINITION = re.compile(
    r"^ {0,3}\[(?P<label>(?!\^)[^\[\]]+)\]:[ \t]*<?(?P<target>[^\s>]+)>?[^\n]*$", re.MULTILINE
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


def read_page(source: Source, vocabulary: Vocabulary) -> tuple[Page | None, list[Problem]]:
    """Return the page, or None where it cannot be read at all, and the problems of reading."""
    label = source.label or source.path
    try:
        text = source.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.content[: error.start].count(b"\n") + 1
        message = f"Byte {error.start} is not UTF-8; save the file as UTF-8."
        return None, [Problem(label, line, message, Rule.NOT_UTF8)]
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    front, body = _split(text)
    problems: list[Problem] = []
    kind, kind_problems = _kind(source.path, label, front, vocabulary)
    problems += kind_problems
    form = vocabulary.kinds[kind].form if kind else Form.PAGE
    matter: Matter | None = None
    if front is None:
        message = "Expected front matter: facts between two lines of three hyphens."
        problems.append(Problem(label, 1, message, Rule.NO_FRONT_MATTER))
    else:
        matter, found = read_yaml(front, MATTER[form], path=label, first_line=2, context=vocabulary)
        problems += found
    scan = _Scan(body)
    blocks, stray = _read_blocks(scan)
    headings = _read_headings(scan)
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
        links=tuple(_read_links(scan)),
        references=tuple(_read_references(scan)),
        definitions=tuple(
            Reference(found["label"].lower(), scan.line(found.start()))
            for found in DEFINITION.finditer(scan.masked)
        ),
        citations=tuple(_read_citations(scan, blocks)),
        ids=tuple(
            found["id"]
            for found in ATTRIBUTES.finditer(scan.masked)
            if not _is_heading_line(scan.masked, found.start())
        ),
        in_nav=source.in_nav,
    )
    return page, problems


def _split(text: str) -> tuple[str | None, str]:
    """Return front matter, if any, and the body with an empty line for each line of it."""
    found = FRONT_MATTER.match(text)
    if not found:
        return None, text
    return found[1] or "", "\n" * found[0].count("\n") + text[found.end() :]


def _kind(
    path: str, label: str, front: str | None, vocabulary: Vocabulary
) -> tuple[str | None, list[Problem]]:
    declared, line = None, 1
    for number, text in enumerate((front or "").splitlines(), start=2):
        if found := re.match(r"kind:[ \t]*([\w-]+)[ \t]*$", text):
            declared, line = found[1], number
    kind = vocabulary.kind_of(path, declared)
    if kind:
        return kind, []
    word = declared or path.partition("/")[0]
    message = f"No kind of page for {word!r}.{nearest(word, vocabulary.kinds)}"
    return None, [Problem(label, line, message, Rule.UNKNOWN_KIND)]


class _Scan:
    """A body in which code is blanked out, so that nothing in it is taken for Markdown."""

    def __init__(self, body: str) -> None:
        self.body = body
        masked = body
        for pattern in (CODE_FENCE, COMMENT, CODE_SPAN):
            masked = pattern.sub(_blank, masked)
        self.masked = masked
        """Code and comments blanked out, every other character in its place."""
        self.lines = masked.split("\n")
        plain = DEFINITION.sub(_blank, masked)
        plain = LINK.sub(_keep_text, plain)
        plain = CITATION.sub(_blank, plain)
        self.plain = AUTO_LINK.sub(_blank, plain)
        """Addresses blanked out as well."""

    def line(self, offset: int) -> int:
        """Return the line, from 1, on which a character stands."""
        return self.masked.count("\n", 0, offset) + 1


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", found[0])


def _keep_text(found: re.Match[str]) -> str:
    start, end = found.start("text") - found.start(), found.end("text") - found.start()
    whole = found[0]
    blanked = re.sub(r"[^\n]", " ", whole)
    return blanked[:start] + whole[start:end] + blanked[end:]


@dataclass
class _Open:
    """A block whose closing line has not come yet."""

    name: str
    title: str
    fence: str
    line: int
    first: int
    """Line on which its content begins."""
    options: dict[str, object]
    option_lines: dict[str, int]
    fault: str | None
    is_at_margin: bool
    parents: list[str] = field(default_factory=list)


def _read_blocks(scan: _Scan) -> tuple[list[Block], list[int]]:
    """Return the blocks in the order of their opening lines, and the lines of stray closes."""
    opened: list[_Open] = []
    closed: list[Block] = []
    stray: list[int] = []
    lines, number = scan.lines, 0
    while number < len(lines):
        number += 1
        line = lines[number - 1]
        if found := BLOCK_OPEN.match(line):
            block, number = _open(found, lines, number)
            block.parents = [outer.name for outer in opened]
            opened.append(block)
        elif found := BLOCK_CLOSE.match(line):
            if any(block.fence == found["fence"] for block in opened):
                while opened:
                    block = opened.pop()
                    is_closed = block.fence == found["fence"]
                    closed.append(_close(block, lines, number, is_closed=is_closed))
                    if is_closed:
                        break
            else:
                stray.append(number)
    closed += [_close(block, lines, len(lines) + 1, is_closed=False) for block in opened]
    return sorted(closed, key=lambda block: block.line), stray


def _open(found: re.Match[str], lines: list[str], number: int) -> tuple[_Open, int]:
    """Return the block that opens on this line, and the last line of its options."""
    last = number
    while last < len(lines) and re.match(r"(?: {4}|\t)\s*\S", lines[last]):
        last += 1
    header = "\n".join(lines[number:last])
    options, option_lines, fault = _read_options(header, number + 1)
    block = _Open(
        name=found["name"],
        title=(found["title"] or "").strip(),
        fence=found["fence"],
        line=number,
        first=last + 1,
        options=options,
        option_lines=option_lines,
        fault=fault,
        is_at_margin=not found["indent"],
    )
    return block, last


def _read_options(
    header: str, first_line: int
) -> tuple[dict[str, object], dict[str, int], str | None]:
    if not header.strip():
        return {}, {}, None
    text = textwrap.dedent(header)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        value = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        return {}, {}, str(getattr(error, "problem", None) or error).splitlines()[0]
    if not isinstance(value, dict) or not isinstance(node, yaml.MappingNode):
        return {}, {}, "expected `name: value`"
    lines = {str(key.value): first_line + key.start_mark.line for key, _ in node.value}
    return {str(key): item for key, item in value.items()}, lines, None


def _close(block: _Open, lines: list[str], number: int, *, is_closed: bool) -> Block:
    content = "\n".join(lines[block.first - 1 : number - 1])
    return Block(
        name=block.name,
        title=block.title,
        options=block.options,
        option_lines=block.option_lines,
        content=content.strip("\n"),
        line=block.line,
        end=min(number, len(lines)),
        parent=block.parents[-1] if block.parents else None,
        fault=block.fault,
        is_closed=is_closed,
        is_at_margin=block.is_at_margin,
    )


def _placed(block: Block, headings: tuple[Heading, ...]) -> Block:
    """Return the block with the level-two heading above it."""
    above = [h.text for h in headings if h.level <= 2 and h.line < block.line]  # noqa: PLR2004
    return replace(block, section=above[-1] if above else None)


def _is_heading_line(text: str, offset: int) -> bool:
    start = text.rfind("\n", 0, offset) + 1
    return text[start : start + 1] == "#"


def _read_headings(scan: _Scan) -> tuple[Heading, ...]:
    """Return the headings, with the addresses that Python-Markdown's `toc` will give them."""
    taken: set[str] = set()
    headings = []
    for number, line in enumerate(scan.lines, start=1):
        level, text = 0, ""
        if found := HEADING.match(line):
            level, text = len(found["marks"]), found["text"]
        elif SETEXT.match(line) and number > 1 and _is_text(scan.lines[number - 2]):
            level, text = (1 if line.startswith("=") else 2), scan.lines[number - 2].strip()
            number -= 1  # noqa: PLW2901
        if not level:
            continue
        own = ATTRIBUTES.search(text)
        text = ATTRIBUTES.sub("", text).strip()
        words = plain_text(text)
        slug = own["id"] if own else unique(slugify(words, "-"), taken)
        taken.add(slug)
        headings.append(Heading(level, words, slug, number))
    return tuple(headings)


def _is_text(line: str) -> bool:
    return bool(re.match(r" {0,3}[^\s#>|\-*+/=]", line)) and not DEFINITION.match(line)


def plain_text(markdown: str) -> str:
    """Return the words of one line of Markdown, as a heading's address is made from."""
    text = LINK.sub(lambda found: found["text"], markdown)
    text = re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", text)
    return html.unescape(text).strip()


def _read_links(scan: _Scan) -> Iterator[Link]:
    found_links = []
    for found in LINK.finditer(scan.masked):
        target = found["angled"] if found["angled"] is not None else found["target"]
        link = Link(
            target, plain_text(found["text"]), scan.line(found.start()), bool(found["image"])
        )
        found_links.append((found.start(), link))
        inner = found["text"]
        for image in LINK.finditer(inner):  # a picture inside a link
            start = found.start("text") + image.start()
            link = Link(
                image["target"] or "", image["text"], scan.line(start), bool(image["image"])
            )
            found_links.append((start, link))
    for found in AUTO_LINK.finditer(scan.masked):
        link = Link(found["target"], found["target"], scan.line(found.start()))
        found_links.append((found.start(), link))
    texts = {
        found["label"].lower() or found["text"].lower(): found
        for found in REFERENCE.finditer(scan.masked)
    }
    for found in DEFINITION.finditer(scan.masked):
        used = texts.get(found["label"].lower())
        text = used["text"] if used else found["label"]
        link = Link(
            found["target"],
            plain_text(text),
            scan.line(found.start()),
            bool(used and used["image"]),
        )
        found_links.append((found.start(), link))
    yield from (link for _, link in sorted(found_links, key=lambda pair: pair[0]))


def _read_references(scan: _Scan) -> Iterator[Reference]:
    for found in REFERENCE.finditer(scan.masked):
        label = found["label"] or found["text"]
        yield Reference(label.lower(), scan.line(found.start()))
    defined = {found["label"].lower() for found in DEFINITION.finditer(scan.masked)}
    for found in re.finditer(r"(?<![\]\\!\w])\[([^\[\]@]+)\](?![\[(:])", scan.masked):
        if found[1].lower() in defined:
            yield Reference(found[1].lower(), scan.line(found.start()))


def _read_citations(scan: _Scan, blocks: list[Block]) -> Iterator[Citation]:
    for found in CITATION.finditer(scan.masked):
        line = scan.line(found.start())
        around = [block.name for block in blocks if block.line < line < block.end]
        for key in found["keys"].split(";"):
            yield Citation(key.strip()[1:], line, around[-1] if around else None)
