"""What the build draws from the course into the HTML of a page: cards, agendas, pictures.

The extension leaves an empty element for each block that is drawn; templates fill it here, once for
the website and the papers alike.
"""

from __future__ import annotations

import posixpath
import re
from html import escape, unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MARKER = re.compile(r'<div class="cb-(?P<name>[a-z]+)" data-draw="(?P=name)"></div>')
PICTURE = re.compile(
    r'<p><img alt="(?P<alt>[^"]*)" src="(?P<src>[^":]+\.svg)"(?: title="[^"]*")? ?/?></p>'
)
SVG_LABELS = re.compile(r'\s+(?:role|aria-labelledby|aria-label)="[^"]*"')
SVG_WORDS = re.compile(r"<(title|desc)\b[^>]*>.*?</\1>\s*", re.DOTALL)
TERM = re.compile(r'<h2 id="(?P<id>[\w-]+)">(?P<term>.*?)</h2>\s*<p>(?P<words>.*?)</p>', re.DOTALL)
TERM_LINK = re.compile(r'<a href="(?P<path>[^"#]*)#(?P<id>[\w-]+)">(?P<text>[^<]*)</a>')
CITE = re.compile(r'\s*<span class="cb-cite">.*?</span>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")


def draw(html: str, render: Callable[[str], str]) -> str:
    """Fill each element that a block left to be drawn; `render` returns HTML by a block's name."""

    def fill(found: re.Match[str]) -> str:
        name = found["name"]
        return f'<div class="cb-{name}">\n{render(name).strip()}\n</div>'

    return MARKER.sub(fill, html)


def inline_pictures(html: str, page_path: str, read: Callable[[str], str | None]) -> str:
    """Put drawings into the page, so that they take its colours in light, dark and print.

    `read` returns the text of a file by its path below the docs folder. The picture's alternative
    text is the author's.
    """

    def inline(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page_path), found["src"]))
        svg = read(path)
        if svg is None or "<svg" not in svg:
            return found[0]
        return (
            f'<figure class="cb-picture">\n{label_picture(svg, unescape(found["alt"]))}\n</figure>'
        )

    return PICTURE.sub(inline, html)


def label_picture(svg: str, text: str) -> str:
    """Return the drawing with `text` as its alternative, or hidden from readers without one."""
    svg = svg[svg.index("<svg") :].strip()
    tag, rest = svg.split(">", 1)
    tag = SVG_LABELS.sub("", tag)
    label = f'role="img" aria-label="{escape(text)}"' if text else 'aria-hidden="true"'
    return f"{tag} {label}>{SVG_WORDS.sub('', rest)}"


def read_terms(glossary: str) -> dict[str, str]:
    """Return the words of each term of a glossary page, by the address of its heading."""
    return {
        found["id"]: TAG.sub("", CITE.sub("", found["words"])).strip()
        for found in TERM.finditer(glossary)
    }


def explain_terms(html: str, glossary: str, terms: Mapping[str, str], label: str) -> str:
    """Let the first link to each term open its words in place as well.

    The element opens by touch, key and screen reader, and without a script. `glossary` is the file
    name of the glossary's page, `label` the button's name, with {term} in it.
    """
    explained: set[str] = set()

    def explain(found: re.Match[str]) -> str:
        term = found["id"]
        is_term = found["path"].endswith(glossary) and term in terms
        if not is_term or term in explained:
            return found[0]
        explained.add(term)
        name = escape(label.format(term=unescape(found["text"])))
        return (
            f'{found[0]}<button type="button" class="cb-term" popovertarget="term-{term}"'
            f' aria-label="{name}">?</button><span class="cb-term__words" id="term-{term}" popover'
            f' role="note" data-search-exclude>{terms[term]}</span>'
        )

    return TERM_LINK.sub(explain, html)
