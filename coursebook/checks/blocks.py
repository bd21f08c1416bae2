"""Lesson blocks: what Python-Markdown passes over in silence when one is misspelt."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from coursebook.grammar import Content, Form
from coursebook.problems import Problem, Rule, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Block, Page
    from coursebook.grammar import BlockSpec

POINT = re.compile(r"^[-*+] (?P<text>.*)$", re.MULTILINE)
POINT_ID = re.compile(r"(?P<id>[a-z][a-z0-9-]*):\s+\S")
LINK_ITEM = re.compile(r"^\[(?:[^\[\]]|\[[^\]]*\])+\]\([^)]+\)$")
FEWEST_CHOICES = 2


def syntax(page: Page, scope: Scope) -> Iterator[Problem]:
    """Every block is known, closed, at the margin, and its options can be read."""
    for line in page.stray_closes:
        message = "Nothing is open that this line could close."
        yield Problem(page.source, line, message, Rule.STRAY_CLOSE)
    for block in page.blocks:
        if block.name not in scope.specs:
            message = f"No block is called {block.name!r}.{nearest(block.name, scope.specs)}"
            yield Problem(page.source, block.line, message, Rule.UNKNOWN_BLOCK)
        if not block.is_closed:
            message = f"Block {block.name!r} is never closed; expected a line of slashes as long."
            yield Problem(page.source, block.line, message, Rule.UNCLOSED_BLOCK)
        if not block.is_at_margin:
            message = f"Block {block.name!r} does not begin at the margin; move it out of the list."
            yield Problem(page.source, block.line, message, Rule.BLOCK_MARGIN)
        if block.fault:
            message = f"The options of block {block.name!r} cannot be read: {block.fault}."
            yield Problem(page.source, block.line, message, Rule.BAD_OPTIONS)


def options(page: Page, scope: Scope) -> Iterator[Problem]:
    """A block has its title and its options, and no others."""
    for block, spec in _known(page, scope):
        if spec.title and not spec.title.endswith("?") and not block.title:
            message = f"Block {block.name!r} wants {spec.title}: `/// {block.name} | …`."
            yield Problem(page.source, block.line, message, Rule.MISSING_OPTION)
        if not spec.title and block.title:
            message = f"Block {block.name!r} takes no words after a bar."
            yield Problem(page.source, block.line, message, Rule.UNKNOWN_OPTION)
        for name in block.options:
            if name not in spec.options:
                hint = nearest(name, spec.options)
                message = f"Block {block.name!r} takes no option {name!r}.{hint}"
                yield Problem(page.source, block.option_lines[name], message, Rule.UNKNOWN_OPTION)
        if not block.fault:
            yield from _values(page, block, spec)


def _values(page: Page, block: Block, spec: BlockSpec) -> Iterator[Problem]:
    for name, option in spec.options.items():
        if name not in block.options:
            if option.required:
                message = f"Block {block.name!r} wants an option {name!r}: {option.expected}."
                yield Problem(page.source, block.line, message, Rule.MISSING_OPTION)
            continue
        value, line = block.options[name], block.option_lines[name]
        try:
            option.parse(value)
        except ValueError:
            message = f"Option {name!r} of {block.name!r} is {value!r}; expected {option.expected}."
            yield Problem(page.source, line, message, Rule.WRONG_VALUE)
    inhale, exhale = block.options.get("in"), block.options.get("out")
    if isinstance(inhale, int) and isinstance(exhale, int) and exhale < inhale:
        message = f"Breathing out takes {exhale} s; expected no less than in, {inhale} s."
        yield Problem(page.source, block.option_lines["out"], message, Rule.WRONG_VALUE)


def places(page: Page, scope: Scope) -> Iterator[Problem]:
    """A block stands on a page and inside a block that may hold it."""
    for block, spec in _known(page, scope):
        if page.kind and page.form not in spec.forms:
            forms = ", ".join(sorted(spec.forms))
            message = (
                f"Block {block.name!r} may not stand on a page of this kind, only on: {forms}."
            )
            yield Problem(page.source, block.line, message, Rule.BLOCK_PLACE)
        if block.parent and block.parent not in spec.inside:
            message = f"Block {block.name!r} may not stand inside {block.parent!r}."
            yield Problem(page.source, block.line, message, Rule.BLOCK_INSIDE)


def required(page: Page, scope: Scope) -> Iterator[Problem]:
    """A section holds the blocks it must hold, as many as its kind says."""
    kind = scope.kind(page)
    for section in kind.sections if kind else ():
        heading = next((h for h in page.headings if h.text == section.title), None)
        if heading is None:
            continue
        here = Counter(block.name for block in page.blocks if block.section == section.title)
        for name, (least, most) in section.must.items():
            if not least <= here[name] <= most:
                expected = str(least) if least == most else f"{least} to {most}"
                message = (
                    f"Section {section.title!r} holds {here[name]} of block {name!r};"
                    f" expected {expected}."
                )
                yield Problem(page.source, heading.line, message, Rule.MISSING_BLOCK)


def contents(page: Page, scope: Scope) -> Iterator[Problem]:
    """A block has content of the form it needs, or none where the build draws it."""
    for block, spec in _known(page, scope):
        if spec.content is Content.NONE and block.content.strip():
            message = f"Block {block.name!r} takes no content."
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
    groups = [group for group in re.split(r"\n\s*\n", block.content) if group.strip()]
    choices = [group for group in groups if not group.startswith((" ", "\t"))]
    if len(choices) < FEWEST_CHOICES:
        message = (
            f"A check needs {FEWEST_CHOICES} choices or more, with an empty line between them."
        )
        yield Problem(page.source, block.line, message, Rule.BLOCK_CONTENT)
    for choice in choices:
        lines = choice.splitlines()
        has_feedback = any(re.match(r":[ \t]+\S", line) for line in lines[1:])
        if not has_feedback or lines[0].startswith(":"):
            line = _line_in(page, block, lines[0])
            message = f"Choice {lines[0]!r} has no feedback; expected a line `:   …` below it."
            yield Problem(page.source, line, message, Rule.BLOCK_CONTENT)
    if "[x]" in block.content or "[ ]" in block.content:
        message = "A check has no boxes: each choice is a line, with its feedback below it."
        yield Problem(page.source, block.line, message, Rule.BLOCK_CONTENT)


def _points(page: Page, block: Block) -> Iterator[Problem]:
    for found in POINT.finditer(block.content):
        if not POINT_ID.match(found["text"]):
            line = _line_in(page, block, found[0])
            message = "A point begins with the id of its objective: `- first-id: words`."
            yield Problem(page.source, line, message, Rule.BLOCK_CONTENT)


def _link_items(page: Page, block: Block) -> Iterator[Problem]:
    for found in POINT.finditer(block.content):
        if not LINK_ITEM.match(found["text"].strip()):
            line = _line_in(page, block, found[0])
            message = "Each item here is one link: `- [words](page.md#part)`."
            yield Problem(page.source, line, message, Rule.BLOCK_CONTENT)


def _line_in(page: Page, block: Block, text: str) -> int:
    lines = page.text.split("\n")
    for number in range(block.line, block.end):
        if lines[number - 1].strip() == text.strip():
            return number
    return block.line


def ids(page: Page, scope: Scope) -> Iterator[Problem]:
    """An id is used once on a page."""
    del scope
    first: dict[str, int] = {}
    for block in page.blocks:
        if block.id is None:
            continue
        if block.id in first:
            message = f"Id {block.id!r} stands also on line {first[block.id]}."
            line = block.option_lines.get("id", block.line)
            yield Problem(page.source, line, message, Rule.DUPLICATE_ID)
        first.setdefault(block.id, block.line)


def facilitators(page: Page, scope: Scope) -> Iterator[Problem]:
    """Nothing of a facilitator block leaves a trace on a learner's page."""
    del scope
    for block in page.blocks_named("facilitator"):
        for heading in page.headings:
            if block.line < heading.line < block.end:
                message = "A facilitator block holds no heading."
                yield Problem(page.source, heading.line, message, Rule.FACILITATOR_CONTENT)
        for offset, line in enumerate(block.content.split("\n")):
            if re.search(r"\{:?[^{}]*#[\w-]+[^{}]*\}|\[\^[^\]]+\]", line):
                message = "A facilitator block holds no id and no footnote."
                start = block.line + len(block.option_lines) + 1 + offset
                yield Problem(page.source, start, message, Rule.FACILITATOR_CONTENT)


def scenes(page: Page, scope: Scope) -> Iterator[Problem]:
    """A practice shows each kind of scene once."""
    if page.form is not Form.PRACTICE:
        return
    found = page.blocks_named("scene")
    counts = Counter(str(block.options.get("with")) for block in found)
    for name in scope.vocabulary.scenes:
        if found and counts[name] != 1:
            message = f"Scenes {name!r}: {counts[name]} on this page, expected one of each kind."
            line = next((b.line for b in found if b.options.get("with") == name), found[0].line)
            yield Problem(page.source, line, message, Rule.SCENE_KINDS)


def _known(page: Page, scope: Scope) -> Iterator[tuple[Block, BlockSpec]]:
    for block in page.blocks:
        if spec := scope.specs.get(block.name):
            yield block, spec


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
