"""The command `coursebook`: it checks a course, and prints papers for a group of its own."""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from coursebook.agenda import Numbers
from coursebook.config import SiteError, make_guide, read_site
from coursebook.matter import CLOCK
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
        if options.run is not None:
            return int(options.run(options))
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
    commands = parser.add_subparsers(required=True, metavar="check|guide")
    checker = commands.add_parser(
        "check", help="list what is wrong, without building", description="List what is wrong."
    )
    checker.add_argument(
        "pages", nargs="*", metavar="PAGE", help="only these pages, as in docs/index.md"
    )
    checker.add_argument("--config", default="mkdocs.yml", help="mkdocs.yml if left out")
    checker.set_defaults(run=None)
    checker.add_argument("--format", choices=FORMATS, default="text", help="text if left out")
    papers = commands.add_parser(
        "guide",
        help="print the papers of a workshop for other numbers, into this folder",
        description="Print a workshop's guide and handout into this folder.",
    )
    papers.add_argument("workshop", metavar="WORKSHOP", help="its file name without .md")
    papers.add_argument("--start", type=_clock, help="clock time, as in 18:30")
    papers.add_argument("--people", type=_count, help="without facilitators")
    papers.add_argument("--minutes", type=_count, help="length of each session")
    papers.add_argument("--config", default="mkdocs.yml", help="mkdocs.yml if left out")
    papers.set_defaults(run=_guide)
    return parser


def _clock(text: str) -> str:
    if not re.fullmatch(CLOCK, text):
        raise argparse.ArgumentTypeError(f"expected a clock time such as 18:30, not {text!r}")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a whole number above 0, not {text!r}")
    return int(text)


def _guide(options: argparse.Namespace) -> int:
    numbers = Numbers(options.start, options.people, options.minutes)
    for path in make_guide(options.config, options.workshop, numbers, Path.cwd()):
        print(path.name)
    return 0


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
