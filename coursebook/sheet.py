"""Sheets that go home: what stands on paper of a page, taken from its rendered HTML.

Every sentence stands on its own source line, so a sentence that does not belong on paper can go.
"""

from __future__ import annotations

import posixpath
import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from coursebook.problems import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from coursebook.course import Course, Page
    from coursebook.vocabulary import Vocabulary

FONT = "Atkinson Hyperlegible"
"""Made for low vision; the only family on a paper."""
SHORT_WORDS = 60
"""What a section that is declared `short` holds beside a picture, and at least one paragraph."""
SCREEN_ONLY = {"headerlink", "footnote-backref", "cb-cite", "cb-term", "cb-term__words"}
"""Classes of what helps on a screen and not on paper."""
INLINE = {"a", "strong", "em", "code", "abbr", "span"}
"""Elements inside a sentence."""


@dataclass(frozen=True)
class Part:
    """A section of a page, as it stands on its sheet."""

    title: str
    slug: str
    """Its address on the page, which a look may hang on."""
    id: str
    html: str
    is_short: bool


@dataclass(frozen=True)
class Sheet:
    """What goes home of one page."""

    page: Page
    id: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """Its words alone."""
        return " ".join(" ".join(_parse(part.html).itertext()) for part in self.parts)


@dataclass(frozen=True)
class Binding:
    """The pages that are bound into one paper, and so what a link on one of them may lead to."""

    course: Course
    vocabulary: Vocabulary
    ids: Mapping[str, str]
    """Where each page begins on the paper, by its path."""
    site: str = ""
    """Address of the published website, if it is known."""

    @classmethod
    def of(
        cls, pages: Iterable[Page], course: Course, vocabulary: Vocabulary, site: str = ""
    ) -> Binding:
        """Return a binding of these pages."""
        ids = {page.path: page.path.removesuffix(".md").replace("/", "-") for page in pages}
        return cls(course, vocabulary, ids, site)

    def sheet(self, page: Page, html: str) -> Sheet:
        """Return the sections that go home, made fit for paper."""
        kind = self.vocabulary.kinds[page.kind]
        declared = {section.title: section.sheet for section in kind.sections if section.sheet}
        name = self.ids[page.path]
        sections = [found for found in _sections(_parse(html)) if found[0].text in declared]
        slugs = {heading.get("id", "") for heading, _ in sections}
        parts = []
        for heading, content in sections:
            title = heading.text or ""
            is_short = declared[title] == "short"
            if is_short:
                _shorten(content)
            _drop_screen_parts(content, title)
            self._fit_links(page, content, slugs)
            _namespace(content, name)
            _fit_pictures(page, content)
            _add_fields(content)
            slug = heading.get("id", "")
            parts.append(Part(title, slug, f"{name}-{slug}", _serialise(content), is_short))
        return Sheet(page, name, tuple(parts))

    def fit(self, page: Page, html: str) -> str:
        """Return the HTML of a page that stays with the facilitator, made fit for paper as it is.

        Links lead to a part of the paper, with its number, or to an address that can be read.
        """
        content = _parse(html)
        _drop_screen_parts(content, "")
        parents = _parents(content)
        for link, path, fragment in _course_links(page, content):
            if path == page.path or path in self.ids:
                link.set("href", f"#{fragment}" if path == page.path else f"#{self.ids[path]}")
                _add_page_number(link, parents[link])
            elif path != self.vocabulary.glossary:
                _add_words(link, self._on_site(path, fragment))
        _fit_pictures(page, content)
        _add_fields(content)
        return _serialise(content)

    def _fit_links(self, page: Page, content: ET.Element, slugs: set[str]) -> None:
        """Let each link lead to a page of the paper or to an address that can be read."""
        parents = _parents(content)
        for link, path, fragment in _course_links(page, content):
            if path == self.vocabulary.support:
                # The foot of each sheet leads there in neutral words; the page's own may betray.
                _drop_sentence(link, parents)
            elif path == page.path and fragment in slugs:
                link.set("href", f"#{fragment}")
            elif path in self.ids and path != page.path:
                link.set("href", f"#{self.ids[path]}")
                _add_page_number(link, parents[link])
            elif path != self.vocabulary.glossary:
                _add_words(link, self._on_site(path, fragment))

    def _on_site(self, path: str, fragment: str) -> str:
        """Return where a page stands that is not on this paper."""
        if not self.site:
            return self.vocabulary.words.on_site
        address = path.removesuffix(".md") + ".html" + (f"#{fragment}" if fragment else "")
        return _readable(f"{self.site.rstrip('/')}/{address}")


def find_problems(sheet: Sheet, course: Course, vocabulary: Vocabulary) -> Iterator[Problem]:
    """Yield each word that must not go home, and each picture that is not in the docs folder."""
    page, text = sheet.page, sheet.text
    for word in vocabulary.sheets.forbidden:
        if re.search(rf"\b{re.escape(word)}", text, re.IGNORECASE):
            message = f"{word!r} stands on no paper that goes home, where others may read it."
            yield Problem(page.source, _line_of(page, word), message, Rule.WORD_CHOICE)
    for part in sheet.parts:
        for picture in _parse(part.html).iter("img"):
            source = picture.get("src", "")
            if source not in course.assets:
                lines = [n.line for n in page.links if _picture_path(page, n.target) == source]
                message = f"A paper shows only pictures of the docs folder, not {source!r}."
                yield Problem(page.source, min(lines, default=1), message, Rule.MISSING_ASSET)


def _line_of(page: Page, word: str) -> int:
    """Return the first line below the front matter that holds the word."""
    lines = page.text.lower().splitlines()
    return next((number for number, line in enumerate(lines, 1) if word.lower() in line), 1)


# Each step changes the elements of one section in place.


def _parse(html: str) -> ET.Element:
    """Return the body of a page; without namespaces, which no HTML parser would know again."""
    from tinyhtml5 import parse  # type: ignore[import-untyped]  # noqa: PLC0415 - WeasyPrint's own

    root: ET.Element = parse(html, namespace_html_elements=False)
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    body = root.find("body")
    return ET.Element("body") if body is None else body


def _serialise(content: ET.Element) -> str:
    return "".join(ET.tostring(child, encoding="unicode", method="html") for child in content)


def _sections(body: ET.Element) -> list[tuple[ET.Element, ET.Element]]:
    """Return each level-two heading, with an element that holds what stands below it."""
    found: list[tuple[ET.Element, ET.Element]] = []
    for child in body:
        if child.tag == "h2":
            found.append((child, ET.Element("div")))
        elif found:
            found[-1][1].append(child)
    return found


def _shorten(content: ET.Element) -> None:
    """Keep the picture and the first paragraphs: more of them where there is no picture."""
    pictures = [
        child for child in content if child.tag == "figure" or child.find("img") is not None
    ]
    most, words = SHORT_WORDS if pictures else 3 * SHORT_WORDS, 0
    for child in [child for child in content if child not in pictures]:
        length = len("".join(child.itertext()).split())
        if child.tag == "p" and (not words or words + length <= most):
            words += length
        else:
            words = most
            content.remove(child)


def _drop_screen_parts(content: ET.Element, title: str) -> None:
    """Drop what only a screen can use, and labels that repeat the heading above them."""
    for child, parent in _parents(content).items():
        classes = set(child.get("class", "").split())
        is_repeated = "cb-label" in classes and child.text == title
        is_decoration = child.tag == "svg" and child.get("aria-hidden") == "true"
        if classes & SCREEN_ONLY or is_repeated or is_decoration:
            _remove(child, parent)


def _namespace(content: ET.Element, name: str) -> None:
    """Put the name of the page before each id, since pages share ids."""
    for element in content.iter():
        if identifier := element.get("id"):
            element.set("id", f"{name}-{identifier}")


def _parents(content: ET.Element) -> dict[ET.Element, ET.Element]:
    return {child: parent for parent in content.iter() for child in parent}


def _remove(child: ET.Element, parent: ET.Element) -> None:
    """Remove an element, and the space before it, but not the text after it."""
    at = list(parent).index(child)
    _set_text_before(parent, at, _text_before(parent, at).rstrip(" ") + (child.tail or ""))
    parent.remove(child)


def _text_before(parent: ET.Element, at: int) -> str:
    return (parent[at - 1].tail if at else parent.text) or ""


def _set_text_before(parent: ET.Element, at: int, text: str) -> None:
    if at:
        parent[at - 1].tail = text
    else:
        parent.text = text


def _drop_sentence(link: ET.Element, parents: Mapping[ET.Element, ET.Element]) -> None:
    """Drop the source line that a link stands on, and its paragraph if nothing else is left."""
    while parents[link].tag in INLINE:
        link = parents[link]
    parent = parents[link]
    first = last = list(parent).index(link)
    while first and "\n" not in _text_before(parent, first):
        first -= 1
    while last + 1 < len(parent) and "\n" not in (parent[last].tail or ""):
        last += 1
    before = _text_before(parent, first).rpartition("\n")[0]
    after = (parent[last].tail or "").partition("\n")[2]
    _set_text_before(parent, first, "\n".join(filter(None, (before, after))))
    del parent[first : last + 1]
    if parent.tag == "p" and not len(parent) and not (parent.text or "").strip():
        _remove(parent, parents[parent])


def _resolve(page: Page, target: str) -> tuple[str | None, str]:
    """Return the path and the fragment that a link leads to; no path if it leaves the course."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None, ""
    if not parts.path:
        return page.path, parts.fragment
    path = posixpath.normpath(posixpath.join(posixpath.dirname(page.path), unquote(parts.path)))
    return re.sub(r"\.html$", ".md", path), parts.fragment


def _course_links(page: Page, content: ET.Element) -> Iterator[tuple[ET.Element, str, str]]:
    """Yield each link into the course, cut, with path and fragment; say where others lead."""
    for link in [element for element in content.iter("a") if element.get("href")]:
        target = link.attrib.pop("href")
        path, fragment = _resolve(page, target)
        if path is None:
            link.set("href", target)
            _add_words(link, _readable(target))
        else:
            yield link, path, fragment


def _readable(address: str) -> str:
    return re.sub(r"^(https?://(www\.)?|mailto:|tel:)", "", address).rstrip("/")


def _add_words(link: ET.Element, words: str) -> None:
    """Say after a link where it leads, unless it says so itself."""
    if words not in "".join(link.itertext()):
        link.tail = f" ({words}){link.tail or ''}"


def _add_page_number(link: ET.Element, parent: ET.Element) -> None:
    """Let the style sheet count a page after its link: inside, it would be a second link."""
    number = ET.Element("span", {"class": "on-page", "data-target": link.get("href", "")})
    number.tail, link.tail = link.tail, None
    parent.insert(list(parent).index(link) + 1, number)


def _fit_pictures(page: Page, content: ET.Element) -> None:
    """Name drawings by a title, which PDF reads, and pictures by their path below docs."""
    for drawing in content.iter("svg"):
        title = ET.Element("title")
        title.text = drawing.attrib.pop("aria-label", "")
        drawing.attrib.pop("role", None)
        drawing.insert(0, title)
        for element in drawing.iter():
            if element.get("font-family") == "inherit":  # which WeasyPrint does not resolve
                element.set("font-family", FONT)
    for picture in content.iter("img"):
        picture.set("src", _picture_path(page, picture.get("src", "")))


def _picture_path(page: Page, source: str) -> str:
    """Return the path of a picture below docs, or its address elsewhere."""
    return _resolve(page, source)[0] or source


def _add_fields(content: ET.Element) -> None:
    """Lay a text field over each space to write in, named after its prompt."""
    for block in content.iter("div"):
        if block.get("class") in ("cb-write", "cb-plan"):
            _add_areas(block)
        elif block.get("class") == "cb-scale":
            _add_numbers(block)


def _add_areas(block: ET.Element) -> None:
    """Lay a field over each space; the parts of a plan become rows of their own."""
    prompt, label, row = "", None, 0
    for child in list(block):
        classes = set(child.get("class", "").split())
        if "cb-plan__part" in classes:
            label, row = child, row + 1
        elif classes & {"cb-prompt", "cb-label"}:
            prompt = child.text or ""
        elif "cb-space" in classes:
            name, title = block.get("id", ""), prompt
            if label is not None:
                name, title = f"{name}-{row}", ": ".join(filter(None, (prompt, label.text)))
                _wrap(block, label, child)
            ET.SubElement(child, "textarea", {"name": name, "title": title})


def _wrap(block: ET.Element, label: ET.Element, space: ET.Element) -> None:
    row = ET.Element("div", {"class": "cb-plan__row"})
    block.insert(list(block).index(label), row)
    for element in (label, space):
        block.remove(element)
        row.append(element)


def _add_numbers(block: ET.Element) -> None:
    """Add a box to each row of a scale, for whoever would rather write the number or type it."""
    prompt = block.findtext("p", "")
    for count, row in enumerate(block.iter("tr"), 1):
        cell = ET.SubElement(row, "td", {"class": "cb-scale__own"})
        name, title = f"{block.get('id')}-{count}", f"{prompt} {row.findtext('th', '')}"
        ET.SubElement(cell, "input", {"name": name, "title": title, "maxlength": "2"})
