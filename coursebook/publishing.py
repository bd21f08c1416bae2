"""From a built folder to a site that asks nobody, and to what readers take away from it.

The order matters: the policy is written into the pages, the pages go into the bundles, the facts of
the bundles into the page that lists them, and the hash of everything into what a device may keep.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursebook import bundle, keeping, policy
from coursebook.onefile import join

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from coursebook.handout import Paper
    from coursebook.onefile import Leaf
    from coursebook.policy import Breach

DOWNLOADS = "downloads"
"""Folder of the site that holds what is taken away."""
FACTS = "<!--downloads-->"
"""Where a page lists them, in a part that only the website shows."""
PAPERS = re.compile(r"<!--papers-->.*?<!--/papers-->", re.DOTALL)
"""A part of a page that leads to papers."""
OFFLINE = re.compile(r"<!--offline (.*?) offline-->", re.DOTALL)
"""A part of a page that only the bundle shows."""


@dataclass(frozen=True)
class Download:
    """A file to take away, as the page that lists it shows it."""

    name: str
    size: int
    """In bytes."""
    sha256: str
    pages: int

    @property
    def kilobytes(self) -> int:
        """Its size, rounded up."""
        return -(-self.size // 1000)


@dataclass(frozen=True)
class Downloads:
    """Everything to take away."""

    folder: Download
    folder_with_papers: Download | None
    file: Download
    papers: tuple[Paper, ...]


@dataclass(frozen=True)
class Edition:
    """What is to be published, and how it is called."""

    name: str
    """Begins file names: strong-course-1.0."""
    epoch: int
    """Seconds since 1970, UTC."""
    address: str
    """Of the published website, or empty."""
    beside: dict[str, str]
    """Texts that stand in a bundle beside the site, by their names."""
    leaves: tuple[Leaf, ...]
    papers: tuple[Paper, ...]


def publish(
    site: Path,
    edition: Edition,
    *,
    show_file: Callable[[Sequence[Leaf]], str],
    show_downloads: Callable[[str, Downloads], str],
) -> list[Breach]:
    """Finish the site in its folder, or return what its own policy forbids, and change nothing.

    `show_file` draws the one file of all pages, `show_downloads` the list for the page of a path.
    """
    pages = policy.read_pages(site)
    known = policy.known_scripts(policy.KNOWN.read_text("utf-8"))
    if found := list(policy.breaches(site, pages, known)):
        return found
    policy.write(site, pages, known)
    (site / DOWNLOADS).mkdir(exist_ok=True)
    downloads = Downloads(
        file=_write_file(site, edition, show_file),
        folder=_write_bundle(site, edition, with_papers=False),
        folder_with_papers=_write_bundle(site, edition, with_papers=True)
        if edition.papers
        else None,
        papers=edition.papers,
    )
    for path in sorted(site.rglob("*.html")):
        text = path.read_text("utf-8")
        if FACTS in text:
            name = path.relative_to(site).as_posix()
            text = OFFLINE.sub("", text.replace(FACTS, show_downloads(name, downloads)))
            path.write_text(text, "utf-8", newline="\n")
    files = [path for path in (site / DOWNLOADS).iterdir() if path.name != "SHA256SUMS"]
    (site / DOWNLOADS / "SHA256SUMS").write_text(bundle.sums(files), "utf-8", newline="\n")
    keeping.write(site)
    return []


def _write_file(
    site: Path, edition: Edition, show_file: Callable[[Sequence[Leaf]], str]
) -> Download:
    def read(path: str) -> bytes | None:
        return (site / path).read_bytes() if (site / path).is_file() else None

    leaves = join(edition.leaves, site=edition.address, read=read)
    path = site / DOWNLOADS / f"{edition.name}.html"
    path.write_text(show_file(leaves), "utf-8", newline="\n")
    return Download(path.name, path.stat().st_size, bundle.sha256(path), len(leaves))


def _write_bundle(site: Path, edition: Edition, *, with_papers: bool) -> Download:
    def rewrite(text: str) -> str:
        text = OFFLINE.sub(r"\1", bundle.offline(text))
        return text if with_papers else PAPERS.sub("", text)

    left_out = f"{DOWNLOADS}/*.html" if with_papers else f"{DOWNLOADS}/*"
    name = f"{edition.name}-with-papers.zip" if with_papers else f"{edition.name}.zip"
    made = bundle.write(
        site,
        site / DOWNLOADS / name,
        edition.beside,
        epoch=edition.epoch,
        leave_out=(*bundle.LEAVE_OUT, left_out),
        rewrite=rewrite,
    )
    return Download(name, made.size, made.sha256, made.pages)
