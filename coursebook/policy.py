"""The Content-Security-Policy of a built site: written into its pages, and what would break it.

A page may load only what the site holds, and run no inline script but those of the theme and of
our templates. Their hashes stand in `scripts.txt`. A build never adds to that list by itself: it
would bless a planted script. After an update of the theme, `python -m coursebook.policy site`
shows what has changed, and `--accept` writes it down, to be read in the diff.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    Attributes = list[tuple[str, str | None]]

KNOWN = Path(__file__).with_name("scripts.txt")
"""The inline scripts that may run: on each line a hash, and how the script begins."""

POLICY = (
    "default-src 'self'; script-src 'self'{hashes}; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; object-src 'none'"
)
"""Everything from the site alone; pictures inside the styles are `data:`."""

HEADERS = """\
/*
  Content-Security-Policy: {policy}; frame-ancestors 'self'
  X-Content-Type-Options: nosniff
  Referrer-Policy: no-referrer
  Permissions-Policy: {permissions}
{immutable}"""

PERMISSIONS = (
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "microphone",
    "payment",
    "usb",
)
"""What no page ever asks for, and so no page may."""

IMMUTABLE = """
/{path}
  Cache-Control: public, max-age=31536000, immutable
"""
"""For a file whose name changes with its content; all else is for the host to have checked anew."""

DATA_TYPES = frozenset({"application/json", "application/ld+json"})
"""Scripts of these types hold facts and are never run."""

SILENT_LINKS = frozenset({"alternate", "author", "canonical", "help", "license", "next", "prev"})
"""Relations of a `<link>` that load nothing."""

LOADS = {
    "audio": ("src",),
    "embed": ("src",),
    "iframe": ("src",),
    "image": ("href", "xlink:href"),
    "img": ("src", "srcset"),
    "input": ("src",),
    "link": ("href",),
    "object": ("data",),
    "script": ("src",),
    "source": ("src", "srcset"),
    "track": ("src",),
    "use": ("href", "xlink:href"),
    "video": ("src", "poster"),
}
"""Which attributes make the browser load something as soon as the page opens."""

_CHARSET = re.compile(r'<meta charset="?utf-8"?\s*/?>', re.IGNORECASE)
_FINGERPRINT = re.compile(r"\.[0-9a-f]{8}\.")
_HOME = re.compile(r'new URL\("[\w./%-]*",location\)')
_STYLE_URL = re.compile(r"""(?:url\(|@import)\s*["']?((?:https?:)?//[^"')\s]+)""")


@dataclass(frozen=True, order=True)
class Breach:
    """Something in a built site that its policy forbids."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


@dataclass(frozen=True)
class Script:
    """An inline script that a browser would run."""

    line: int
    text: str

    @property
    def hash(self) -> str:
        """What the policy of a page calls it by."""
        return _hash(self.text)

    @property
    def name(self) -> str:
        """What `scripts.txt` calls it by: the same wherever the page stands below the home page."""
        return _hash(_HOME.sub('new URL("",location)', self.text))


@dataclass(frozen=True)
class Page:
    """What matters of a built page."""

    path: str
    """Where it stands in the site, with forward slashes."""

    text: str
    scripts: list[Script] = field(default_factory=list)
    breaches: list[Breach] = field(default_factory=list)
    """What no list of known scripts can allow."""


def read_pages(site: Path) -> list[Page]:
    """Read every page of a built site, in the order of their paths."""
    return [_read(path.relative_to(site), site) for path in sorted(site.rglob("*.html"))]


def known_scripts(text: str) -> frozenset[str]:
    """Return the hashes of a text such as `scripts.txt`."""
    return frozenset(line.split()[0] for line in text.splitlines() if line[:1] not in ("", "#"))


def breaches(site: Path, pages: Iterable[Page], known: Collection[str]) -> Iterator[Breach]:
    """Yield everything in the pages and styles that their policy forbids."""
    for page in pages:
        yield from page.breaches
        for script in page.scripts:
            if script.name not in known:
                yield Breach(page.path, script.line, f"Unknown inline script: {_begin(script)}")
        if not _CHARSET.search(page.text):
            yield Breach(page.path, 1, 'No <meta charset="utf-8">, after which the policy stands.')
    for path in sorted(site.rglob("*.css")):
        text = path.read_text("utf-8")
        for found in _STYLE_URL.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Breach(_posix(path, site), line, f"A style loads from elsewhere: {found[1]}")


def write(site: Path, pages: Iterable[Page], known: Collection[str]) -> None:
    """Give every page its policy, and the site a `_headers` file for hosts that read it."""
    hashes: set[str] = set()
    for page in pages:
        own = {script.hash for script in page.scripts if script.name in known}
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(own)}">'
        text = _CHARSET.sub(rf"\g<0>{meta}", page.text, count=1)
        (site / page.path).write_text(text, "utf-8", newline="")
        hashes |= own
    (site / "_headers").write_text(headers(site, hashes), "utf-8", newline="\n")


def policy(hashes: Iterable[str]) -> str:
    """Return the policy of a page with inline scripts of these hashes."""
    return POLICY.format(hashes="".join(f" '{item}'" for item in sorted(hashes)))


def headers(site: Path, hashes: Iterable[str]) -> str:
    """Return the `_headers` file: the policy of all pages, and how long a file may be kept."""
    files = sorted(_posix(path, site) for path in site.rglob("*") if _FINGERPRINT.search(path.name))
    return HEADERS.format(
        policy=policy(hashes),
        permissions=", ".join(f"{name}=()" for name in PERMISSIONS),
        immutable="".join(IMMUTABLE.format(path=path) for path in files),
    )


def list_scripts(pages: Iterable[Page]) -> str:
    """Return the text of `scripts.txt` for the inline scripts of these pages."""
    begins = {script.name: _begin(script) for page in pages for script in page.scripts}
    lines = sorted(f"{name}  {begin}\n" for name, begin in begins.items())
    return "# Inline scripts that may run. Kept by: python -m coursebook.policy site --accept\n" + (
        "".join(lines)
    )


def main(arguments: list[str]) -> str | None:
    """Show how the inline scripts of a site differ from those known, and accept them if told to."""
    pages = read_pages(Path(arguments[0]))
    old, new = KNOWN.read_text("utf-8"), list_scripts(pages)
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), "known", "found", lineterm="")
    sys.stdout.writelines(f"{line}\n" for line in lines)
    if "--accept" in arguments:
        KNOWN.write_text(new, "utf-8")
    elif old != new:
        return "The inline scripts are others than those known. Read them, then add --accept."
    return None


class _Reader(HTMLParser):
    """Collect a page's inline scripts and breaches."""

    def __init__(self, page: Page) -> None:
        super().__init__(convert_charrefs=False)
        self.page = page
        self.articles = 0
        self.script: list[str] | None = None
        """The pieces of the inline script that is being read."""

    def handle_starttag(self, tag: str, attributes: Attributes) -> None:
        self.articles += tag == "article"
        for message in _faults(tag, attributes):
            self.report(message)
        if tag == "script" and self.articles:
            self.report("The content of a page holds no script.")
        elif tag == "script" and _is_inline(dict(attributes)):
            self.script = []
            self.line = self.getpos()[0]

    def handle_data(self, data: str) -> None:
        if self.script is not None:
            self.script.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.articles -= tag == "article"
        if tag == "script" and self.script is not None:
            self.page.scripts.append(Script(self.line, "".join(self.script)))
            self.script = None

    def report(self, message: str) -> None:
        self.page.breaches.append(Breach(self.page.path, self.getpos()[0], message))


def _read(path: Path, site: Path) -> Page:
    page = Page(path.as_posix(), (site / path).read_bytes().decode("utf-8"))
    reader = _Reader(page)
    reader.feed(page.text)
    reader.close()
    return page


def _faults(tag: str, attributes: Attributes) -> Iterator[str]:
    """Yield what the policy forbids of one tag."""
    if tag == "style":
        yield "Styles stand in files: <style> is not applied."
    if tag == "base":
        yield "Links start from their own page: <base> is not heeded."
    for name, value in attributes:
        if name == "style":
            yield f"Styles stand in files: style={value!r} on <{tag}> is not applied."
        elif name.startswith("on"):
            yield f"Scripts stand in files: {name}={value!r} on <{tag}> does not run."
        elif name == "srcdoc":
            yield "A page holds no other page: srcdoc."
        elif value and re.sub(r"[\s\x00-\x1f]", "", value).lower().startswith("javascript:"):
            yield f"A link leads somewhere: {name}={value!r} on <{tag}> does not run."
    for address in _loads(tag, dict(attributes)):
        if _is_elsewhere(address, picture=tag in ("img", "image", "source")):
            yield f"<{tag}> loads from elsewhere: {address}"


def _loads(tag: str, attributes: dict[str, str | None]) -> Iterator[str]:
    """Yield the addresses that a tag makes a browser load."""
    if tag == "link" and SILENT_LINKS.issuperset((attributes.get("rel") or "").split()):
        return
    for name in LOADS.get(tag, ()):
        value = attributes.get(name) or ""
        if name == "srcset":
            yield from (choice.split()[0] for choice in value.split(",") if choice.strip())
        else:
            yield value.strip()


def _is_elsewhere(address: str, *, picture: bool) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme or parts.netloc) and not (picture and parts.scheme == "data")


def _is_inline(attributes: dict[str, str | None]) -> bool:
    """Whether a browser would run what stands between the tags of this script."""
    kind = (attributes.get("type") or "").strip().lower()
    return "src" not in attributes and kind not in DATA_TYPES


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _begin(script: Script) -> str:
    return " ".join(_HOME.sub('new URL("",location)', script.text).split())[:72]


def _posix(path: Path, site: Path) -> str:
    return path.relative_to(site).as_posix()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
