"""One self-contained HTML file of the whole course, to send by chat and open on any phone.

Pages become articles, links between them become fragments, styles and pictures stand inside.
"""

from __future__ import annotations

import base64
import mimetypes
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

TAG = re.compile(r"<[a-zA-Z][^<>]*>")
NAMES = re.compile(r'(?P<before>\s(?:id|popovertarget|for|aria-labelledby)=")(?P<name>[^"]*)"')
ADDRESS = re.compile(r'\s(?P<attribute>href|src)="(?P<address>[^"]*)"')


@dataclass(frozen=True)
class Leaf:
    """A page on its way into the file."""

    url: str
    """Its address below the site's folder, as in practices/listening.html."""
    title: str
    html: str

    @property
    def anchor(self) -> str:
        """The fragment at which it begins."""
        return anchor_of(self.url)


def anchor_of(url: str) -> str:
    """Return the fragment at which the page of this address begins: practices-listening."""
    return url.removesuffix(".html").replace("/", "-")


def join(leaves: Iterable[Leaf], *, site: str, read: Callable[[str], bytes | None]) -> list[Leaf]:
    """Return the pages with their ids, links and pictures made fit to stand in one file.

    `site` is the address of the published website, or empty; `read` returns a file of the site. A
    link to a page that is not inside leads to the website, or nowhere where that has no address.
    """
    kept = list(leaves)
    inside = {leaf.url: leaf.anchor for leaf in kept}
    return [Leaf(leaf.url, leaf.title, _fit(leaf, inside, site, read)) for leaf in kept]


def _fit(
    leaf: Leaf, inside: Mapping[str, str], site: str, read: Callable[[str], bytes | None]
) -> str:
    def address(found: re.Match[str]) -> str:
        url = found["address"]
        if found["attribute"] == "src":
            return f' src="{_data(_resolve(leaf.url, url), read)}"'
        target = _link(leaf, url, inside, site)
        return f' href="{target}"' if target else ""

    def tag(found: re.Match[str]) -> str:
        named = NAMES.sub(lambda name: f'{name["before"]}{leaf.anchor}-{name["name"]}"', found[0])
        return ADDRESS.sub(address, named)

    return TAG.sub(tag, leaf.html)


def _link(leaf: Leaf, url: str, inside: Mapping[str, str], site: str) -> str:
    parts = urlsplit(url)
    if parts.scheme or url.startswith("//"):
        return url
    path = _resolve(leaf.url, parts.path) if parts.path else leaf.url
    if path in inside:
        return f"#{inside[path]}-{parts.fragment}" if parts.fragment else f"#{inside[path]}"
    return f"{site}{path}" if site else ""


def _resolve(url: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(url), path))


def _data(path: str, read: Callable[[str], bytes | None]) -> str:
    """Return a picture as an address that holds it."""
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"data:{kind};base64,{base64.b64encode(read(path) or b'').decode()}"
