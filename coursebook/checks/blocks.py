"""Lesson blocks: what Python-Markdown passes over in silence when one is misspelt."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from coursebook.grammar import Content, Form
from coursebook.problems import Problem, Rule, closest, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Block, Page
    from coursebook.grammar import BlockSpec

POINT = re.compile(r"[-*+] +(?P<text>.*)$")
POINT_ID = re.compile(r"(?P<id>[a-z][a-z0-9-]*):\s+\S")
LINK_ITEM = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])+\]\([^)]+\)$")
FEEDBACK = re.compile(r" {0,3}:[ \t]+\S")
BOX = re.compile(r"(?:[-*+] +)?\[[ xX]\]")
OPEN_CODE = re.compile(r"(?P<fence>`{3,}|~{3,})")
TRACE = re.compile(r"\{:?[^{}]*#[\w-]+[^{}]*\}|\[\^[^\]]+\]|<[^<>]*\sid=")
FEWEST_CHOICES = 2


def syntax(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find blocks that are unknown, open, away from the margin, or opened wrongly."""
    for line in page.stray_closes:
        message = "No block is open that these slashes could close."
        yield Problem(page.source, line, message, Rule.STRAY_CLOSE)
    for block in page.blocks:
        if block.name not in scope.specs:
            message = f"No block is called {block.name!r}.{nearest(block.name, scope.specs)}"
            yield Problem(page.source, block.line, message, Rule.UNKNOWN_BLOCK)
        elif block.fault:
            message = f"Block {block.name!r} cannot be read: {block.fault}."
            yield Problem(page.source, block.line, message, Rule.BAD_OPTIONS)
        if not block.is_closed:
            message = f"Block {block.name!r} is never closed; expected a line with as many slashes."
            yield Problem(page.source, block.line, message, Rule.UNCLOSED_BLOCK)
        if not block.is_at_margin:
            message = f"Block {block.name!r} stands in a list, in a quotation or behind spaces;"
            message += " move it to the margin."
            yield Problem(page.source, block.line, message, Rule.BLOCK_MARGIN)
    for line in page.deep_code:
        message = "Code stands in a list, in a quotation or behind spaces; move it to the margin."
        yield Problem(page.source, line, message, Rule.BLOCK_MARGIN)
    for number, text in enumerate(page.masked.split("\n"), start=1):
        if found := OPEN_CODE.match(text):
            message = f"This code is never closed; expected a line {found['fence']} below it."
            yield Problem(page.source, number, message, Rule.UNCLOSED_BLOCK)


def options(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find blocks without their title and options, or with others."""
    for block, spec in _readable(page, scope):
        if spec.title and not spec.title.endswith("?") and not block.title:
            wanted = f"{spec.title} behind a bar: `/// {block.name} | …`"
            message = f"Block {block.name!r} wants {wanted}."
            yield Problem(page.source, block.line, message, Rule.MISSING_OPTION)
        if not spec.title and block.title:
            message = f"Block {block.name!r} takes no words behind a bar."
            yield Problem(page.source, block.line, message, Rule.UNKNOWN_OPTION)
        for name in block.options:
            if name not in spec.options:
                hint = nearest(name, spec.options)
                message = f"Block {block.name!r} takes no option {name!r}.{hint}"
                yield Problem(page.source, block.option_lines[name], message, Rule.UNKNOWN_OPTION)
        yield from _missing_options(page, block, spec)
        yield from _values(page, block, spec)


def _missing_options(page: Page, block: Block, spec: BlockSpec) -> Iterator[Problem]:
    """Find what a block lacks, unless it stands there misspelt."""
    absent = [n for n, option in spec.options.items() if option.required and n not in block.options]
    misspelt = {closest(name, absent) for name in block.options if name not in spec.options}
    missing = [name for name in absent if name not in misspelt]
    if not missing:
        return
    wanted = ", ".join(f"`{name}` ({spec.options[name].expected})" for name in missing)
    message = f"Block {block.name!r} wants {wanted}."
    if _options_as_content(block, spec):
        message += " Indent options by four spaces, directly below the opening line."
    yield Problem(page.source, block.line, message, Rule.MISSING_OPTION)


def _options_as_content(block: Block, spec: BlockSpec) -> bool:
    """Whether options stand where content begins: not indented, or below an empty line."""
    return any(re.match(rf"\s*{name}:\s", block.content) for name in spec.options)


def _values(page: Page, block: Block, spec: BlockSpec) -> Iterator[Problem]:
    for name, option in spec.options.items():
        if name not in block.options:
            continue
        value, line = block.options[name], block.option_lines[name]
        try:
            option.parse(value)
        except ValueError:
            message = f"Option {name!r} of {block.name!r} is {_shown(value)};"
            message += f" expected {option.expected}{_quotes(value, option.expected)}."
            yield Problem(page.source, line, message, Rule.WRONG_VALUE)
    inhale, exhale = block.options.get("in"), block.options.get("out")
    if isinstance(inhale, int) and isinstance(exhale, int) and exhale < inhale:
        message = f"Breathing out takes {exhale} seconds; expected no less than in, {inhale}."
        yield Problem(page.source, block.option_lines["out"], message, Rule.WRONG_VALUE)


def _shown(value: object) -> str:
    if value is None:
        return "empty"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _quotes(value: object, expected: str) -> str:
    """Say that quotes help where YAML takes words for something else."""
    is_scalar = not isinstance(value, str | list | dict) and value is not None
    return " in quotes" if is_scalar and expected == "words" else ""


def places(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find blocks on a page or inside a block that may not hold them."""
    for block, spec in _known(page, scope):
        if page.kind and page.form not in spec.forms:
            kinds = [n for n, kind in scope.vocabulary.kinds.items() if kind.form in spec.forms]
            message = f"Block {block.name!r} may not stand on a page of kind {page.kind!r}"
            message += f", only on: {', '.join(kinds)}." if kinds else "."
            yield Problem(page.source, block.line, message, Rule.BLOCK_PLACE)
        if block.parent and scope.meant(block.parent) not in spec.inside:
            message = f"Block {block.name!r} may not stand inside {block.parent!r}"
            message += f", only inside: {', '.join(sorted(spec.inside))}." if spec.inside else "."
            yield Problem(page.source, block.line, message, Rule.BLOCK_INSIDE)


def required(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find sections with fewer or more blocks than their kind says."""
    kind = scope.kind(page)
    for section in kind.sections if kind else ():
        heading = next((h for h in page.headings if h.text == section.title), None)
        if heading is None:
            continue
        here = Counter(scope.meant(b.name) for b in page.blocks if b.section == section.title)
        for name, (least, most) in section.must.items():
            is_lost = here[name] < least and page.stray_closes  # its opening line, told already
            if not least <= here[name] <= most and not is_lost:
                expected = str(least) if least == most else f"{least} to {most}"
                message = f"Section {section.title!r} has {here[name] or 'no'} block"
                message += f"{'s' if here[name] > 1 else ''} {name!r}; expected {expected}."
                yield Problem(page.source, heading.line, message, Rule.MISSING_BLOCK)


def contents(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find blocks whose content is not of the form they need."""
    for block, spec in _readable(page, scope):
        if not block.is_closed or _options_as_content(block, spec):
            continue
        if spec.content is Content.NONE and block.content.strip():
            message = f"Block {block.name!r} takes no content: the build draws all of it."
            yield Problem(page.source, block.line, message, Rule.EMPTY_BLOCK)
        elif spec.content not in (Content.NONE, Content.OPTIONAL) and not block.content.strip():
            message = f"Block {block.name!r} is empty."
            yield Problem(page.source, block.line, message, Rule.EMPTY_BLOCK)
        elif spec.content is Content.CHOICES:
            yield from _choices(page, block)
        elif spec.content is Content.POINTS:
            yield from _points(page, block)
        elif spec.content is Content.LINKS:
            yield from _link_items(page, block)


def _choices(page: Page, block: Block) -> Iterator[Problem]:
    """Find choices without feedback, and feedback without a choice."""
    found: list[tuple[int, str, bool]] = []
    above = ""
    for number, text in inner_lines(page, block):
        if FEEDBACK.match(text):
            if not found:
                message = "This feedback has no choice above it."
                yield Problem(page.source, number, message, Rule.BLOCK_CONTENT)
                return
            found[-1] = (*found[-1][:2], True)
        elif text.strip() and not text.startswith((" ", "\t")) and not above.strip():
            found.append((number, text.strip(), False))
        above = text
    if box := next((number for number, text, _ in found if BOX.match(text)), None):
        message = "A check has no boxes: a choice is a line, its feedback a line `:   …` below it."
        yield Problem(page.source, box, message, Rule.BLOCK_CONTENT)
        return
    for number, text, has_feedback in found:
        if not has_feedback:
            message = f"Choice {text!r} has no feedback; expected a line `:   …` below it."
            yield Problem(page.source, number, message, Rule.BLOCK_CONTENT)
    if len(found) < FEWEST_CHOICES:
        message = f"Block {block.name!r} has {len(found)} choice; expected at least"
        message += f" {FEWEST_CHOICES}, with an empty line between them."
        yield Problem(page.source, block.line, message, Rule.BLOCK_CONTENT)


def _points(page: Page, block: Block) -> Iterator[Problem]:
    for number, text in list_items(page, block):
        if not POINT_ID.match(text):
            message = "A point begins with the id of its objective: `- first-id: words`."
            yield Problem(page.source, number, message, Rule.BLOCK_CONTENT)
    if not list(list_items(page, block)):
        message = f"Block {block.name!r} is a list: `- first-id: words`."
        yield Problem(page.source, block.line, message, Rule.BLOCK_CONTENT)


def _link_items(page: Page, block: Block) -> Iterator[Problem]:
    for number, text in list_items(page, block):
        if not LINK_ITEM.match(text.strip()):
            message = "Each item here is one link and no more: `- [words](page.md#part)`."
            yield Problem(page.source, number, message, Rule.BLOCK_CONTENT)
    if not list(list_items(page, block)):
        message = f"Block {block.name!r} is a list: `- [words](page.md#part)`."
        yield Problem(page.source, block.line, message, Rule.BLOCK_CONTENT)


def inner_lines(page: Page, block: Block) -> Iterator[tuple[int, str]]:
    """Yield the lines between the slashes of a block, without its options."""
    first = max([block.line, *block.option_lines.values()]) + 1
    lines = page.text.split("\n")
    yield from ((number, lines[number - 1]) for number in range(first, block.end))


def list_items(page: Page, block: Block) -> Iterator[tuple[int, str]]:
    """Yield the first line of each item of the list in a block, without its mark."""
    for number, text in inner_lines(page, block):
        if found := POINT.match(text):
            yield number, found["text"]


def ids(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find ids that stand twice on a page."""
    del scope
    first: dict[str, int] = {}
    for block in page.blocks:
        if block.id is None:
            continue
        line = block.option_lines.get("id", block.line)
        if block.id in first:
            message = f"Id {block.id!r} stands on line {first[block.id]} too; name them apart."
            yield Problem(page.source, line, message, Rule.DUPLICATE_ID)
        first.setdefault(block.id, line)


def facilitators(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find what a facilitator block would leave on a learner's page."""
    lines = page.masked.split("\n")
    for block in scope.blocks(page, "facilitator"):
        if not block.is_closed:
            continue
        headings = {heading.line for heading in page.headings}
        for number, _ in inner_lines(page, block):
            if number in headings:
                message = "A facilitator block holds no heading; write it in bold."
                yield Problem(page.source, number, message, Rule.FACILITATOR_CONTENT)
            elif TRACE.search(lines[number - 1]):
                message = "A facilitator block holds no id and no footnote."
                yield Problem(page.source, number, message, Rule.FACILITATOR_CONTENT)


def scenes(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find practices that do not show each kind of scene once."""
    found = scope.blocks(page, "scene")
    kind = scope.kind(page)
    wanted = scope.vocabulary.scenes
    is_counted = any("scene" in section.must for section in (kind.sections if kind else ()))
    if page.form is not Form.PRACTICE or not found or not scope.values(page, "scene", "with"):
        return
    if is_counted and len(found) != len(wanted):
        return
    counts = Counter(str(block.options.get("with")) for block in found)
    if any(counts[name] != 1 for name in wanted):
        told = ", ".join(f"{counts[name] or 'none'} of {name!r}" for name in wanted)
        message = f"Expected a scene of each kind; this page has {told}."
        line = next(
            (b.line for b in found if counts[str(b.options.get("with"))] > 1), found[0].line
        )
        yield Problem(page.source, line, message, Rule.SCENE_KINDS)


def _known(page: Page, scope: Scope) -> Iterator[tuple[Block, BlockSpec]]:
    for block in page.blocks:
        if spec := scope.specs.get(block.name):
            yield block, spec


def _readable(page: Page, scope: Scope) -> Iterator[tuple[Block, BlockSpec]]:
    """Yield known blocks whose opening could be read; of others no more is said."""
    yield from ((block, spec) for block, spec in _known(page, scope) if not block.fault)


CHECKS: tuple[Check, ...] = (
    syntax,
    options,
    places,
    required,
    contents,
    ids,
    facilitators,
    scenes,
)
