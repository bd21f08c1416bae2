"""The offline bundle: a built site in one zip, the same bytes whenever the same site is zipped.

strong-course-1.0/
  Start here.html     opens the course, or says that the zip must be unpacked first
  Read me.txt
  course/             the site
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import time
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatchcase
from html import unescape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from coursebook.policy import Breach, policy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    Rewrite = Callable[[str], str]

START, READ_ME, COURSE = "Start here.html", "Read me.txt", "course"
"""What the folder in the zip holds."""

LEAVE_OUT = (
    "*.map",
    "*.zip",
    "404.html",  # a host shows it, and its links begin at the root of the host
    "CNAME",
    "_headers",
    "downloads/SHA256SUMS",  # it cannot hold the hash of what it is in
    "robots.txt",
    "search/search_index.json",  # opened from a folder, pages read the same from search_index.js
    "service-worker.js",
    "sitemap.xml*",
)
"""Files of the site that are of no use in a folder, as patterns in which * also stands for /."""

_EARLIEST = 315532800
"""A zip knows no time before 1980."""

_ID = re.compile(r"""\sid=["']?([^"'\s>]+)""")
_LINK = re.compile(r"""\s(?:href|src)=["']?([^"'\s>]+)""")
_ONLINE = re.compile(r"<!--online-->.*?<!--/online-->", re.DOTALL)


@dataclass(frozen=True)
class Bundle:
    """What readers are told of a bundle."""

    path: Path
    pages: int
    size: int
    """In bytes."""

    sha256: str


def offline(text: str) -> str:
    """Return a page without what stands between <!--online--> and <!--/online-->."""
    return _ONLINE.sub("", text)


def write(  # noqa: PLR0913 -- each says one thing of a bundle
    site: Path,
    target: Path,
    beside: Mapping[str, str],
    *,
    epoch: int,
    leave_out: Collection[str] = LEAVE_OUT,
    rewrite: Rewrite = offline,
) -> Bundle:
    """Zip a site into one folder, named as the zip, with the texts that stand `beside` it."""
    course = contents(site, leave_out=leave_out, rewrite=rewrite)
    files = {name: text.encode() for name, text in beside.items()}
    files |= {f"{COURSE}/{path}": data for path, data in course.items()}
    moment = time.gmtime(max(epoch, _EARLIEST))[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for path, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{target.stem}/{path}", moment)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix everywhere: it is written into the zip
            entry.external_attr = 0o100644 << 16
            bundle.writestr(entry, data)
    return Bundle(target, len(_pages(course)), target.stat().st_size, sha256(target))


def contents(
    site: Path, *, leave_out: Collection[str] = LEAVE_OUT, rewrite: Rewrite = offline
) -> dict[str, bytes]:
    """Return what a bundle holds of a site: each path, and the bytes there."""
    files = {}
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.is_dir() or any(fnmatchcase(name, pattern) for pattern in leave_out):
            continue
        data = path.read_bytes()
        files[name] = rewrite(data.decode()).encode() if name.endswith(".html") else data
    return files


def dangling(files: Mapping[str, bytes]) -> Iterator[Breach]:
    """Yield every link of a page to a file, or a part of a page, that is not inside."""
    texts = {path: data.decode() for path, data in files.items() if path.endswith(".html")}
    parts = {path: set(_ID.findall(text)) for path, text in texts.items()}
    for page, text in texts.items():
        for link in _LINK.finditer(text):
            path, part = _target(page, unescape(link[1]))
            if path and (path not in files or (part and part not in parts.get(path, (part,)))):
                line = text.count("\n", 0, link.start()) + 1
                yield Breach(page, line, f"A link leads nowhere: {link[1]}")


def _target(page: str, link: str) -> tuple[str, str]:
    """Return the file that a link leads to and the part of it, or nothing if it leads elsewhere."""
    address = urlsplit(link)
    if address.scheme or address.netloc:
        return "", ""
    path = posixpath.join(posixpath.dirname(page), unquote(address.path)) if address.path else page
    return posixpath.normpath(path), unquote(address.fragment)


def beside(*, url: str, **facts: str) -> dict[str, str]:
    """Return the start file and the read-me, given `title`, `version`, `date` and `licence`."""
    here = Path(__file__).parent
    online = f"\nor read online: {url}" if url else "."
    facts |= {"online": online, "start": START, "course": COURSE, "policy": policy(())}
    return {
        START: Template((here / "start.html").read_text("utf-8")).substitute(facts),
        READ_ME: Template((here / "read-me.txt").read_text("utf-8")).substitute(facts),
    }


def sums(paths: Iterable[Path]) -> str:
    """Return the text of a SHA256SUMS file, to be checked by `sha256sum --check`."""
    return "".join(f"{sha256(path)}  {path.name}\n" for path in sorted(paths))


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def is_spare(path: str, languages: Collection[str]) -> bool:
    """Whether a file of the theme is of no use on any site that is searched in these languages."""
    if path.endswith(".map"):
        return True
    folder, _, name = path.rpartition("/lunr/")
    return bool(folder) and name not in _searchers(languages)


def _searchers(languages: Collection[str]) -> set[str]:
    """Return the files, below lunr/, that the theme's search loads: none for English alone."""
    foreign = set(languages) - {"en"}
    names = {f"min/lunr.{language}.min.js" for language in foreign}
    names |= {"min/lunr.multi.min.js"} if len(set(languages)) > 1 else set()
    names |= {"tinyseg.js"} & {"tinyseg.js" for language in foreign if language == "ja"}
    names |= {"wordcut.js" for language in foreign if language in ("hi", "th")}
    return names | {"min/lunr.stemmer.support.min.js"} if names else names


def _pages(files: Iterable[str]) -> list[str]:
    """Return the pages that are for reading, and not part of how they work."""
    return [path for path in files if path.endswith(".html") and not path.startswith("assets/")]
