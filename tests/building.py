"""Courses to build: copies of the real one, and small ones of a few pages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mkdocs.commands.build import build
from mkdocs.config import load_config

from coursebook.plugin import CoursebookPlugin

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parent.parent
"""The folder of the real course."""
SECOND = ROOT / "tests" / "courses" / "budget"
"""The second course, in German."""

SITE = """\
site_name: A small course
use_directory_urls: false
theme: {name: material, font: false}
validation: {links: {not_found: info, anchors: info, absolute_links: info}}
plugins:
  - search
  - coursebook:
"""
COURSE = """\
title: A small course
short: small
version: "1"
licence: {name: Free, url: "https://example.org/licence", sentence: Copy it.}
kinds:
  home: {form: home, name: Home}
  practice: {form: practice, folder: practices, name: Practice}
  exercise: {form: exercise, folder: exercises, name: Exercise}
  page: {form: page, folder: pages, name: Page}
settings: {alone: On your own, pair: In pairs}
scenes: {friend: With a friend}
"""
HOME = """\
---
kind: home
title: Home
summary: Where it begins.
reviewed: 2026-01-15
---

## Begin

/// practices
///
"""
PRACTICE = """\
---
title: Looking
summary: Look twice.
reviewed: 2026-01-15
objectives:
  first: Look once.
  second: Look twice.
---

## Try it

Look.

/// exercises
///
"""
EXERCISE = """\
---
title: Two looks
summary: Look at one thing twice.
practice: looking
minutes: [1, 5]
who: [alone]
meets: [first, second]
reviewed: 2026-01-15
---

## Steps

Look again.

/// care
    kind: too-much

Look away.
///

/// facilitator
    kind: say

A whisper for the facilitator.
///
"""
PAGES: Mapping[str, str] = {
    "index.md": HOME,
    "practices/looking.md": PRACTICE,
    "exercises/two-looks.md": EXERCISE,
}


def page(text: str, title: str = "A page", more: str = "") -> str:
    """Return a plain page; `more` is front matter."""
    return f"---\ntitle: {title}\nsummary: Some words.\nreviewed: 2026-01-15\n{more}---\n\n{text}\n"


def small_course(
    folder: Path,
    pages: Mapping[str, str | bytes] | None = None,
    *,
    options: str = "",
    course: str = "",
    nav: list[str] | None = None,
) -> Path:
    """Write a course of three pages and those given, and return its folder.

    `options` are lines below the plugin in mkdocs.yml, `course` more lines of course.yml.
    """
    contents = {**PAGES, **(pages or {})}
    for path, text in contents.items():
        file = folder / "docs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    names = nav or [path for path in contents if path.endswith(".md")]
    lines = "".join(f"      {line}\n" for line in options.splitlines())
    listed = "".join(f"  - {name}\n" for name in names)
    (folder / "mkdocs.yml").write_text(f"{SITE}{lines}nav:\n{listed}", encoding="utf-8")
    (folder / "course.yml").write_text(COURSE + course, encoding="utf-8")
    return folder


def copy_course(folder: Path) -> Path:
    """Copy the real course's sources, and return the folder."""
    for name in ("docs", "overrides"):
        shutil.copytree(ROOT / name, folder / name)
    for name in ("mkdocs.yml", "course.yml"):
        shutil.copy(ROOT / name, folder)
    return folder


def run_mkdocs(
    folder: Path, *arguments: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the real command, as an author does."""
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", *arguments],
        cwd=cwd or folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def build_site(folder: Path, *, preview: bool = False, **settings: Any) -> CoursebookPlugin:  # noqa: ANN401 - any of MkDocs's settings
    """Build a course in this process as `mkdocs build` does, or as `mkdocs serve` would.

    Return the plugin that carried the course through the build.
    """
    config = load_config(str(folder / "mkdocs.yml"), **settings)
    config.plugins.on_startup(command="serve" if preview else "build", dirty=False)
    try:
        build(config, serve_url="http://127.0.0.1/" if preview else None)
    finally:
        config.plugins.on_shutdown()
    plugin = config.plugins["coursebook"]
    assert isinstance(plugin, CoursebookPlugin)
    return plugin


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, by its path, with its bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def leftovers(folder: Path) -> list[str]:
    """Return the names of what builds may leave behind in a course's folder."""
    return sorted(path.name for path in folder.glob(".site-*"))
