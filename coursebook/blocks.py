"""Markdown extension that renders lesson blocks, in a form that needs no script and prints.

    /// write | What came first?
        id: first
        lines: 3
    ///

What the build draws from the course (cards, agendas) is left as an empty `<div data-draw="…">`;
`coursebook.drawing` fills it. Facilitator blocks are taken out and handed to a sink.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from markdown.treeprocessors import Treeprocessor
from pymdownx.blocks import BlocksExtension as PymdownBlocksExtension
from pymdownx.blocks.block import Block as PymdownBlock

from coursebook.schema import read_yaml
from coursebook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown import Markdown
    from pymdownx.blocks import BlocksProcessor

    from coursebook.grammar import BlockSpec
    from coursebook.vocabulary import Words

DRAWN = "data-draw"
"""Attribute of an element that the build fills from the course."""
SCALE = range(11)
AFTER_TOC = -1
"""Priority: after `toc` (5) and after MkDocs has checked and rewritten links (0)."""


@dataclass(frozen=True)
class Note:
    """A facilitator block, rendered."""

    kind: str
    item: str | None
    html: str


Sink = Callable[[Note], None]


class LessonBlock(PymdownBlock):
    """A block of the grammar; each subclass builds the element of one."""

    SPEC: ClassVar[BlockSpec]
    VOCABULARY: ClassVar[Vocabulary]

    def on_validate(self, parent: ET.Element) -> bool:
        """Refuse a block without the options it requires, as `coursebook.checks` does in words."""
        options = self.SPEC.options.items()
        return all(self.options[name] is not None for name, option in options if option.required)

    def on_create(self, parent: ET.Element) -> ET.Element:
        element = ET.SubElement(parent, "div", {"class": f"cb-{self.NAME}"})
        if identifier := self.options.get("id"):
            element.set("id", f"{self.NAME}-{identifier}")
        self.build(element)
        return element

    def build(self, element: ET.Element) -> None:
        """Put what stands above the content into the block's element."""

    @property
    def words(self) -> Words:
        """Interface words of the course."""
        return self.VOCABULARY.words

    @property
    def title(self) -> str:
        """The words after the bar."""
        return str(self.argument or "")


class Drawn(LessonBlock):
    """Left empty; the build draws it from the course."""

    def build(self, element: ET.Element) -> None:
        element.set(DRAWN, self.NAME)


class Scene(LessonBlock):
    """A scene, with whom it is and its title above it."""

    def build(self, element: ET.Element) -> None:
        kind = self.options["with"]
        element.set("data-with", kind)
        _paragraph(element, "cb-label", self.VOCABULARY.scenes[kind])
        _paragraph(element, "cb-title", self.title)


class Labelled(LessonBlock):
    """Content below a label."""

    def label(self) -> str:
        """Return the words of the label."""
        return str(getattr(self.words, self.NAME))

    def build(self, element: ET.Element) -> None:
        _paragraph(element, "cb-label", self.label())


class Said(Labelled):
    """A sentence to borrow."""

    def on_add(self, block: ET.Element) -> ET.Element:
        """Put the words themselves into a quotation."""
        found = block.find("blockquote")
        return ET.SubElement(block, "blockquote") if found is None else found


class Care(Labelled):
    """A note that looks after the reader."""

    def label(self) -> str:
        return str(getattr(self.words, "care_" + self.options["kind"].replace("-", "_")))

    def build(self, element: ET.Element) -> None:
        element.set("role", "note")
        element.set("data-kind", self.options["kind"])
        super().build(element)


class Myth(Labelled):
    """What people say, and what is nearer the truth."""

    def build(self, element: ET.Element) -> None:
        super().build(element)
        _paragraph(element, "cb-title", self.title)
        _paragraph(element, "cb-label cb-label--answer", self.words.myth_nearer)


class Sample(LessonBlock):
    """What an invented person wrote."""

    def build(self, element: ET.Element) -> None:
        _paragraph(element, "cb-title", self.title)


class Write(LessonBlock):
    """A prompt, and space of its declared size to answer on paper."""

    def build(self, element: ET.Element) -> None:
        _paragraph(element, "cb-prompt", self.title)

    def on_end(self, block: ET.Element) -> None:
        block.append(space(self.options["space"], self.options["lines"]))


class Scale(LessonBlock):
    """A rating from 0 to 10, before and after."""

    def build(self, element: ET.Element) -> None:
        _paragraph(element, "cb-prompt", self.title)

    def on_end(self, block: ET.Element) -> None:
        table = ET.SubElement(block, "table", {"class": "cb-scale__table"})
        for when in (self.words.scale_before, self.words.scale_after):
            row = ET.SubElement(table, "tr")
            ET.SubElement(row, "th", {"scope": "row"}).text = when
            for point in SCALE:
                ET.SubElement(row, "td").text = str(point)
        ends = f"{SCALE[0]}: {self.options['low']}. {SCALE[-1]}: {self.options['high']}."
        _paragraph(block, "cb-scale__ends", ends)


class Check(LessonBlock):
    """A question; each choice opens its own feedback."""

    def build(self, element: ET.Element) -> None:
        _paragraph(element, "cb-prompt", self.title)

    def on_end(self, block: ET.Element) -> None:
        for choices in block.findall("dl"):
            block.remove(choices)
            details = block
            for part in list(choices):
                if part.tag == "dt":
                    details = ET.SubElement(block, "details", {"class": "cb-choice"})
                    ET.SubElement(details, "summary").text = part.text
                else:
                    part.tag = "div"
                    part.set("class", "cb-choice__feedback")
                    details.append(part)


class Plan(Labelled):
    """When, then, and the two-minute version, to be written."""

    def on_end(self, block: ET.Element) -> None:
        words = self.words
        for label, size in ((words.plan_when, 1), (words.plan_then, 2), (words.plan_small, 1)):
            _paragraph(block, "cb-plan__part", label)
            block.append(space("lines", size))


class Breathe(LessonBlock):
    """A guide to slow breathing, in words."""

    def build(self, element: ET.Element) -> None:
        minutes = self.options["minutes"]
        form = self.words.minute if minutes == 1 else self.words.minutes
        text = self.words.breathe.format(
            inhale=self.options["in"], exhale=self.options["out"], minutes=form.format(n=minutes)
        )
        for name in ("in", "out", "minutes"):
            element.set(f"data-{name}", str(self.options[name]))
        _paragraph(element, "cb-prompt", text)
        _paragraph(element, "cb-breathe__stop", self.words.breathe_stop)


class Evidence(LessonBlock):
    """Grades for each outcome, and what they rest on."""

    def build(self, element: ET.Element) -> None:
        evidence = self.VOCABULARY.evidence
        if evidence is None:
            return
        grades = ET.SubElement(element, "dl", {"class": "cb-grades"})
        for outcome, label in evidence.outcomes.items():
            grade = self.options[outcome]
            pair = ET.SubElement(grades, "div", {"data-grade": grade})
            ET.SubElement(pair, "dt").text = label
            ET.SubElement(pair, "dd").text = evidence.grades[grade]


class Keypoints(LessonBlock):
    """Points to take along; the id of each objective becomes data."""

    def on_end(self, block: ET.Element) -> None:
        for item in block.iter("li"):
            holder = item if item.text and item.text.strip() else item.find("p")
            if holder is None or not holder.text:
                continue
            objective, _, words = holder.text.partition(":")
            item.set("data-objective", objective.strip())
            holder.text = words.strip()


class Facilitator(LessonBlock):
    """Rendered like the rest of the page, and then taken out by a treeprocessor."""

    def build(self, element: ET.Element) -> None:
        element.set("data-kind", self.options["kind"])
        if item := self.options["item"]:
            element.set("data-item", item)


RENDERERS: dict[str, type[LessonBlock]] = {
    "scene": Scene,
    "said": Said,
    "write": Write,
    "scale": Scale,
    "check": Check,
    "plan": Plan,
    "breathe": Breathe,
    "sample": Sample,
    "care": Care,
    "evidence": Evidence,
    "keypoints": Keypoints,
    "myth": Myth,
    "facilitator": Facilitator,
}


def space(kind: str, lines: int) -> ET.Element:
    """Return space to write in: `lines` of them, or as high as so many lines.

    Each line is an element with a border below it, which prints sharply; it says nothing aloud.
    """
    attributes = {"class": f"cb-space cb-space--{kind}", "aria-hidden": "true"}
    element = ET.Element("div", attributes | {"data-lines": str(lines)})
    for _ in range(lines):
        ET.SubElement(element, "span", {"class": "cb-line"})
    return element


def _paragraph(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, "p", {"class": name}).text = text


class FacilitatorTreeprocessor(Treeprocessor):
    """Takes facilitator blocks out of the page, whoever the host is."""

    def __init__(self, md: Markdown, sink: Sink | None) -> None:
        super().__init__(md)
        self.sink = sink

    def run(self, root: ET.Element) -> None:
        for parent in list(root.iter()):
            for element in list(parent):
                if element.get("class") == "cb-facilitator":
                    parent.remove(element)
                    if self.sink:
                        self.sink(self._note(element))

    def _note(self, element: ET.Element) -> Note:
        markup = "".join(self.md.serializer(child) for child in element)
        for processor in self.md.postprocessors:
            markup = processor.run(markup)
        return Note(element.get("data-kind", ""), element.get("data-item"), markup.strip())


class BlocksExtension(PymdownBlocksExtension):
    """Registers a block for each entry of the grammar, and takes facilitator blocks out."""

    def __init__(self, **configs: object) -> None:
        self.config = {
            # Empty text, since Python-Markdown reads values for a None as booleans.
            "vocabulary": ["", "the course's words, if the host has read them"],
            "course": ["course.yml", "where they stand, if it has not"],
            "sink": ["", "takes each facilitator Note"],
        }
        super().__init__(**configs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register blocks, and definition lists, in which a check writes its choices."""
        md.registerExtensions(["def_list"], {})
        super().extendMarkdown(md)

    def extendMarkdownBlocks(self, md: Markdown, block_mgr: BlocksProcessor) -> None:
        vocabulary = self.getConfig("vocabulary") or _read_vocabulary(self.getConfig("course"))
        for block in block_types(vocabulary):
            block_mgr.register(block, self.getConfigs())
        taker = FacilitatorTreeprocessor(md, self.getConfig("sink") or None)
        md.treeprocessors.register(taker, "coursebook-facilitator", AFTER_TOC)


def block_types(vocabulary: Vocabulary) -> Iterator[type[LessonBlock]]:
    """Yield a class for each block of the grammar, bound to the words of one course."""
    for spec in vocabulary.blocks.values():
        base = Drawn if spec.is_drawn else RENDERERS.get(spec.name, LessonBlock)
        title = spec.title or ""
        argument = None if title.endswith("?") else bool(title)
        options = {name: (option.default, option.parse) for name, option in spec.options.items()}
        yield type(
            base.__name__,
            (base,),
            {
                "NAME": spec.name,
                "ARGUMENT": argument,
                "OPTIONS": options,
                "SPEC": spec,
                "VOCABULARY": vocabulary,
            },
        )


def _read_vocabulary(path: str) -> Vocabulary:
    text = Path(path).read_text(encoding="utf-8")
    vocabulary, problems = read_yaml(text, Vocabulary, path=path)
    if vocabulary is None:
        raise ValueError("\n".join(map(str, problems)))
    return vocabulary


def makeExtension(**configs: object) -> BlocksExtension:
    """Return the extension, as Python-Markdown asks for it."""
    return BlocksExtension(**configs)
