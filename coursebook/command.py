"""The command `coursebook`: it checks a course without building it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from coursebook.config import SiteError, read_site
from coursebook.reading import check, read_course, read_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from coursebook.problems import Problem

Finding = tuple["Problem", str]
"""A problem, and its level: error, draft or notice; only an error fails."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code is 1 after any problem, 2 if none could be sought."""
    options = _parser().parse_args(arguments)
    try:
        found = find(options.config, options.pages)
    except SiteError as error:
        print(error, file=sys.stderr)
        return 2
    output = FORMATS[options.format](found)
    if output:
        print(output)
    return int(any(level == "error" for _, level in found))


def find(config_file: str, pages: Sequence[str] = ()) -> list[Finding]:
    """Return what is wrong with a course, or with some of its pages, each with its level."""
    inputs = read_site(config_file)
    vocabulary, problems = read_vocabulary(inputs.vocabulary)
    if vocabulary is None:
        return [(problem, "error") for problem in problems]
    reading = read_course(inputs, vocabulary)
    problems = check(inputs, reading)
    if pages:
        wanted = {_address(page, inputs.label) for page in pages}
        known = {page.source for page in reading.course.pages}
        if missing := wanted - known:
            raise SiteError(f"No page of the course is called {', '.join(sorted(missing))}.")
        problems = [problem for problem in problems if problem.path in wanted]
    drafts = {page.source for page in reading.course.pages if page.is_draft}
    return [(problem, _level(problem, drafts)) for problem in problems]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coursebook", description="Check a course.")
    commands = parser.add_subparsers(required=True, metavar="check")
    checker = commands.add_parser(
        "check", help="list what is wrong, without building", description="List what is wrong."
    )
    checker.add_argument(
        "pages", nargs="*", metavar="PAGE", help="only these pages, as in docs/index.md"
    )
    checker.add_argument("--config", default="mkdocs.yml", help="mkdocs.yml if left out")
    checker.add_argument("--format", choices=FORMATS, default="text", help="text if left out")
    return parser


def _address(page: str, label: str) -> str:
    """Return a page's address for messages, whether it was given with the docs folder or not."""
    path = PurePosixPath(page.replace("\\", "/"))
    return path.as_posix() if path.is_relative_to(label) else f"{label}/{path}"


def _level(problem: Problem, drafts: Iterable[str]) -> str:
    if problem.rule.is_notice:
        return "notice"
    return "draft" if problem.path in drafts else "error"


def _text(found: Iterable[Finding]) -> str:
    lines = [
        (f"{problem}" if level == "error" else f"{level}: {problem}") for problem, level in found
    ]
    return "\n".join(lines)


def _json(found: Iterable[Finding]) -> str:
    keys = ("path", "line", "message", "rule")
    rows = [
        {key: getattr(problem, key) for key in keys} | {"level": level} for problem, level in found
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def _github(found: Iterable[Finding]) -> str:
    """Return GitHub's workflow commands, which it shows beside the lines of a change."""
    commands = {"error": "error", "draft": "warning", "notice": "notice"}
    return "\n".join(
        f"::{commands[level]} file={_property(problem.path)},line={problem.line}"
        f",title={_property(problem.rule)}::{_data(problem.message)}"
        for problem, level in found
    )


def _data(text: str) -> str:
    """Escape as actions/toolkit does in its `command.ts`."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


FORMATS: dict[str, Callable[[Iterable[Finding]], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
}
