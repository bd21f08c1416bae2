"""The list of what a device keeps, when its reader asks for the course to be kept there."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

WORKER = "service-worker.js"
"""The theme brings it into the site, with a gap for the list."""

GAP = re.compile(r"(?<=const { version, files } = )[^;]+")
"""Where the list goes. An address in it holds no semicolon, so that a list is found again."""

LEAVE_OUT = (
    "*.map",
    "*.zip",
    "404.html",
    "CNAME",
    "_headers",
    "downloads/*",
    "sitemap.xml*",
    WORKER,
)
"""Files of the site that are not kept, as patterns in which * also stands for /."""


def write(site: Path, leave_out: Collection[str] = LEAVE_OUT) -> None:
    """Fill the list into the site's service worker; last of all, as it holds everything's hash."""
    worker = site / WORKER
    files = json.dumps(kept(site, leave_out), indent=2)
    version = hashlib.sha256(files.encode()).hexdigest()[:16]
    filled = f'{{ version: "{version}", files: {files} }}'
    text, gaps = GAP.subn(filled, worker.read_text("utf-8"))
    if gaps != 1:
        raise ValueError(f"{worker} has no line that matches {GAP.pattern}")
    worker.write_text(text, "utf-8", newline="\n")


def kept(site: Path, leave_out: Collection[str] = LEAVE_OUT) -> dict[str, str]:
    """Return the address of every file that is kept, and the hash by which browsers check it."""
    paths = {path.relative_to(site).as_posix(): path for path in site.rglob("*") if path.is_file()}
    return {
        quote(name): integrity(path.read_bytes())
        for name, path in sorted(paths.items())
        if not any(fnmatchcase(name, pattern) for pattern in leave_out)
    }


def integrity(data: bytes) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(data).digest()).decode()
