"""Markdown extension for citations: `[@key]` in the text, and the list of sources below it.

The bibliography is BibTeX, which pybtex reads and formats.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markdown import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.treeprocessors import Treeprocessor
from pybtex.backends.html import Backend
from pybtex.database import parse_string
from pybtex.exceptions import PybtexError
from pybtex.richtext import Text
from pybtex.style.formatting.unsrt import Style as UnsrtStyle
from pybtex.style.template import Node, field, sentence

from coursebook.problems import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown import Markdown
    from pybtex.database import Entry

CITATION = r"\[(@[^\[\]\s;]+(?:;\s*@[^\[\]\s;]+)*)\](?![(:])"
ENTRY = re.compile(
    r"^[ \t]*@(?!comment|string|preamble)\w+\s*\{\s*([^,\s]+)\s*,", re.IGNORECASE | re.MULTILINE
)
BEFORE_LINKS = 175
"""Priority: before `reference` (170) and `link` (160) take the brackets."""
BEFORE_TOC = 15
"""Priority: after `inline` (20), which finds the citations, and before `toc` (5)."""
TWO = 2


@dataclass(frozen=True)
class Wording:
    """The words around a citation, in the language of the course."""

    sources: str = "Sources"
    cite_and: str = "and"
    cite_others: str = "and others"
    undated: str = "undated"


class Style(UnsrtStyle):  # type: ignore[misc] # pybtex has no types
    """Sources as pybtex formats them, but with titles as they were written."""

    def format_title(self, e: Entry, which_field: str, as_sentence: bool = True) -> Node:  # noqa: FBT001, FBT002 - pybtex's signature
        """Keep capitals: pybtex's own style turns "Japan" and "RCTs" into small letters."""
        title = field(which_field)
        return sentence[title] if as_sentence else title


@dataclass(frozen=True)
class Bibliography:
    """The sources of a course."""

    entries: Mapping[str, Entry]
    lines: Mapping[str, int]
    """Keys in the order of the file, with the line of each."""
    formatted: Mapping[str, str]
    """The sources as HTML by key, sorted by author and year."""

    def label(self, key: str, wording: Wording) -> str:
        """Return a source as it stands in a sentence: `Kross and Ayduk, 2017`."""
        entry = self.entries[key]
        names = [_plain(" ".join(p.prelast_names + p.last_names)) for p in _persons(entry)]
        if not names:
            who = _plain(entry.fields.get("title", key))
        elif len(names) > TWO or "others" in names[1:]:
            who = f"{names[0]} {wording.cite_others}"
        else:
            who = f" {wording.cite_and} ".join(names)
        return f"{who}, {entry.fields.get('year', wording.undated)}"


def read_bibliography(text: str, path: str) -> tuple[Bibliography, list[Problem]]:
    """Return the bibliography of a BibTeX text, and the problems in it."""
    lines: dict[str, int] = {}
    try:
        entries = dict(parse_string(text, "bibtex").entries)
    except PybtexError as error:
        message = f"This is not sound BibTeX: {error}."
        problem = Problem(path, _line_of(error, text), message, Rule.BAD_BIBLIOGRAPHY)
        return Bibliography({}, {}, {}), [problem]
    for found in ENTRY.finditer(text):
        lines[found[1]] = text.count("\n", 0, found.start(1)) + 1
    problems, formatted, style = [], {}, Style()
    for key, entry in sorted(entries.items(), key=lambda item: _sort_key(item[1])):
        try:
            formatted[key] = _format(entry, style)
        except (PybtexError, AttributeError) as error:  # a field is missing, or no such type
            what = str(error) if isinstance(error, PybtexError) else f"no type @{entry.type}"
            message = f"Source {key!r} cannot be formatted: {what}."
            problems.append(Problem(path, lines.get(key, 1), message, Rule.BAD_BIBLIOGRAPHY))
    return Bibliography(entries, {key: lines.get(key, 1) for key in entries}, formatted), problems


def _line_of(error: PybtexError, text: str) -> int:
    """Return the line that pybtex names, or of the entry or else the words that it names last."""
    if found := re.search(r"line (\d+)", str(error)):
        return int(found[1])
    named = [found for found in ENTRY.finditer(text) if found[1] in str(error).split()]
    quoted = re.search(r"'(.+)'", str(error))
    place = named[-1].start(1) if named else text.rfind(quoted[1]) if quoted else 0
    return text.count("\n", 0, max(place, 0)) + 1


def _format(entry: Entry, style: Style) -> str:
    (formatted,) = style.format_entries([entry])
    markup = formatted.text.render(Backend("utf-8"))
    # Marks of pybtex's own, which no theme knows.
    return re.sub(r'<span class="bibtex-protected">|</span>', "", markup).replace("\n", " ")


def _persons(entry: Entry) -> list[Any]:
    return list(entry.persons.get("author") or entry.persons.get("editor") or [])


def _sort_key(entry: Entry) -> tuple[str, str, str]:
    persons = _persons(entry)
    name = " ".join(persons[0].last_names) if persons else entry.fields.get("title", "")
    return _plain(name).lower(), str(entry.fields.get("year", "")), entry.key


def _plain(text: str) -> str:
    """Return text of BibTeX without its braces and commands."""
    return str(Text.from_latex(text)).replace("\N{NO-BREAK SPACE}", " ")


class CitationProcessor(InlineProcessor):
    """Turns `[@key; @other]` into links to the list of sources."""

    def __init__(self, md: Markdown, bibliography: Bibliography, wording: Wording) -> None:
        super().__init__(CITATION, md)
        self.bibliography = bibliography
        self.wording = wording
        self.cited: dict[str, None] = {}
        """Keys cited on this page, in the order of their first use."""

    def handleMatch(  # type: ignore[override]
        self, m: re.Match[str], data: str
    ) -> tuple[ET.Element | None, int | None, int | None]:
        del data
        keys = [key.strip()[1:] for key in m[1].split(";")]
        if any(key not in self.bibliography.lines for key in keys):
            return None, None, None
        element = ET.Element("span", {"class": "cb-cite"})
        element.text = "("
        for key in keys:
            self.cited.setdefault(key)
            link = ET.SubElement(element, "a", {"href": f"#source-{key}"})
            link.text = self.bibliography.label(key, self.wording)
            link.tail = "; "
        element[-1].tail = ")"
        return element, m.start(0), m.end(0)


class SourcesTreeprocessor(Treeprocessor):
    """Adds the list of sources that the page cites."""

    def __init__(self, md: Markdown, processor: CitationProcessor) -> None:
        super().__init__(md)
        self.processor = processor

    def run(self, root: ET.Element) -> None:
        cited = self.processor.cited
        if not cited:
            return
        heading = ET.SubElement(root, "h2", {"class": "cb-sources-heading"})
        heading.text = self.processor.wording.sources
        listing = ET.SubElement(root, "ul", {"class": "cb-sources"})
        formatted = self.processor.bibliography.formatted
        for key in sorted(cited, key=list(formatted).index):
            item = ET.SubElement(listing, "li", {"id": f"source-{key}"})
            item.text = self.md.htmlStash.store(formatted[key])
        self.processor.cited = {}


class CitationsExtension(Extension):
    """Reads the bibliography once, and serves every page from it."""

    def __init__(self, **configs: object) -> None:
        self.config = {
            # Empty text, since Python-Markdown reads values for a None as booleans.
            "bibliography": ["", "a Bibliography, if the host has read it"],
            "path": ["docs/references.bib", "where it stands, if it has not"],
            "wording": [Wording(), "the words around a citation"],
        }
        super().__init__(**configs)

    def extendMarkdown(self, md: Markdown) -> None:
        """Register, by name and priority.

        | registry         | name               | priority                              |
        | ---------------- | ------------------ | ------------------------------------- |
        | inlinePatterns   | coursebook-cite    | 175, before the brackets are links    |
        | treeprocessors   | coursebook-sources | 15, after inline and before toc       |
        """
        bibliography = self.getConfig("bibliography") or self._read()
        processor = CitationProcessor(md, bibliography, self.getConfig("wording"))
        md.inlinePatterns.register(processor, "coursebook-cite", BEFORE_LINKS)
        sources = SourcesTreeprocessor(md, processor)
        md.treeprocessors.register(sources, "coursebook-sources", BEFORE_TOC)

    def _read(self) -> Bibliography:
        path = self.getConfig("path")
        bibliography, problems = read_bibliography(Path(path).read_text(encoding="utf-8"), path)
        if problems:
            raise ValueError("\n".join(map(str, problems)))
        return bibliography


def makeExtension(**configs: object) -> CitationsExtension:
    """Return the extension, as Python-Markdown asks for it."""
    return CitationsExtension(**configs)
