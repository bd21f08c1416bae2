"""Faults planted into the real course: each is found, alone, at its file and line."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

import pytest
from building import ROOT, contents, copy_course, leftovers, run_mkdocs

from coursebook.config import read_site
from coursebook.problems import Rule
from coursebook.reader import read_page
from coursebook.reading import Reading, check, read_course, read_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from coursebook.reading import Inputs

PAGE = "reference/about.md"
PRACTICE = "practices/communication.md"
EXERCISE = "exercises/ride-the-wave.md"
WORKSHOP = "workshops/taster.md"
HOME = "index.md"


@dataclass(frozen=True)
class Fault:
    """One mistake that an author can make."""

    rule: Rule
    edit: Callable[[str], str]
    at: str | int
    """Line on which it is to be found, or the beginning of the last such line."""
    path: str = PAGE

    def plant(self, folder: Path) -> str:
        """Edit the page of a course in `folder`, and return `path:line` of the fault."""
        file = folder / "docs" / self.path
        text = self.edit(file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8", newline="\n")
        return f"docs/{self.path}:{self.line(text)}"

    def line(self, text: str) -> int:
        """Return the line of an edited page on which the fault stands."""
        if isinstance(self.at, int):
            return self.at
        found = [n for n, line in enumerate(text.split("\n"), 1) if line.startswith(self.at)]
        return found[-1]


def append(text: str) -> Callable[[str], str]:
    """Write a paragraph below the page."""
    return lambda page: f"{page.rstrip()}\n\n{text}\n"


def swap(old: str, new: str) -> Callable[[str], str]:
    """Write something else in the first place where `old` stands."""

    def edit(page: str) -> str:
        assert old in page, old
        return page.replace(old, new, 1)

    return edit


def first(pattern: str, new: str) -> Callable[[str], str]:
    """Write something else in the first place that matches."""

    def edit(page: str) -> str:
        changed = re.sub(pattern, new, page, count=1, flags=re.DOTALL | re.MULTILINE)
        assert changed != page, pattern
        return changed

    return edit


def cut(pattern: str) -> Callable[[str], str]:
    """Take out what matches first."""
    return first(pattern, "")


def front(line: str) -> Callable[[str], str]:
    """Write a line into the front matter, instead of the one with the same key."""

    def edit(page: str) -> str:
        key = line.partition(":")[0]
        matter, rest = page.removeprefix("---\n").split("\n---\n", 1)
        kept = [old for old in matter.split("\n") if not old.startswith(f"{key}:")]
        return "---\n" + "\n".join([*kept, line]) + f"\n---\n{rest}"

    return edit


def pair(page: str) -> str:
    """Exchange the titles of two neighbouring sections."""
    page = page.replace("## Keep it going", "## X").replace("## Check yourself", "## Y")
    return page.replace("## X", "## Check yourself").replace("## Y", "## Keep it going")


FAULTS = [
    # Links
    Fault(Rule.MISSING_PAGE, append("See [the lost part](nowhere.md)."), "See [the lost"),
    Fault(Rule.MISSING_ANCHOR, append("See [that part](glossary.md#no-part)."), "See [that"),
    Fault(Rule.MISSING_ANCHOR, append("See [that part](#no-part)."), "See [that"),
    Fault(Rule.MISSING_ASSET, append("![A map](../images/none.svg)"), "![A map"),
    Fault(Rule.MISSING_ASSET, append("Take [the source file](../help.yml)."), "Take [the"),
    Fault(Rule.LETTER_CASE, append("See [the words](Glossary.md)."), "See [the words"),
    Fault(Rule.LETTER_CASE, append("![A map](../images/Map.svg)"), "![A map"),
    Fault(Rule.ABSOLUTE_PATH, append("See [the words](/reference/glossary.md)."), "See [the w"),
    Fault(Rule.PLAIN_HTTP, append("See [an old site](http://example.org)."), "See [an old"),
    Fault(Rule.SCRIPT_LINK, append("See [a trick](javascript:alert)."), "See [a trick"),
    Fault(Rule.LINK_TEXT, append("See [here](glossary.md)."), "See [here"),
    Fault(Rule.UNDEFINED_REFERENCE, append("See [these words][lost]."), "See [these"),
    Fault(Rule.UNUSED_REFERENCE, append("[unused]: glossary.md"), "[unused]"),
    Fault(Rule.IMAGE_ALT, append("![](../images/map.svg)"), "![]("),
    Fault(
        Rule.SITUATION_TARGET,
        first(r"^- \[.*?\)$", "- [A page](practices/trust-and-reliability.md)"),
        "- [A page",
        HOME,
    ),
    # Headings and sections
    Fault(Rule.HEADING_ONE, append("# A second title"), "# A second"),
    Fault(Rule.HEADING_SKIP, append("## A part\n\n#### Too deep\n\nWords."), "#### Too"),
    Fault(Rule.DUPLICATE_SLUG, append("## Twice\n\nA.\n\n## Twice\n\nB."), "## Twice"),
    Fault(Rule.MISSING_SECTION, cut(r"^## Try it\n"), "## What it can look", PRACTICE),
    Fault(Rule.UNKNOWN_SECTION, swap("## Try it", "## No\n\nA.\n\n## Try it"), "## No", PRACTICE),
    # Blocks
    Fault(Rule.UNKNOWN_BLOCK, append("/// sayd\nWords.\n///"), "/// sayd"),
    Fault(Rule.UNKNOWN_OPTION, append("/// said\n    colour: red\n\nWords.\n///"), "    colour"),
    Fault(Rule.WRONG_VALUE, append("/// care\n    kind: never\n\nWords.\n///"), "    kind"),
    Fault(Rule.BAD_OPTIONS, append("/// care\n    kind: [b\n\nWords.\n///"), "/// care"),
    Fault(Rule.MISSING_OPTION, append("/// write | What?\n///"), "/// write"),
    Fault(Rule.UNCLOSED_BLOCK, append("/// said\nWords."), "/// said"),
    Fault(Rule.STRAY_CLOSE, append("///"), "///"),
    Fault(Rule.BLOCK_MARGIN, append("- One\n\n    /// said\n    Words.\n    ///"), "    /// said"),
    Fault(Rule.BLOCK_PLACE, append("/// agenda\n///"), "/// agenda"),
    Fault(
        Rule.BLOCK_INSIDE,
        append("//// care\n    kind: before\n\n/// write | W?\n    id: w\n///\n\n////"),
        "/// write",
    ),
    Fault(Rule.MISSING_BLOCK, cut(r"^/// plan\n.*?^///\n"), "## Keep it going", PRACTICE),
    Fault(Rule.EMPTY_BLOCK, append("/// said\n///"), "/// said"),
    Fault(
        Rule.DUPLICATE_ID,
        append("/// write | A?\n    id: same\n///\n\n/// write | B?\n    id: same\n///"),
        "    id: same",
    ),
    Fault(Rule.FACILITATOR_CONTENT, swap("    kind: say\n\n", "    kind: say\n\n### Head\n\n"),
          "### Head", EXERCISE),
    # Front matter
    Fault(Rule.NO_FRONT_MATTER, lambda page: page.split("\n---\n", 1)[1].strip("\n"), 1),
    Fault(Rule.FRONT_MATTER_MAPPING, lambda page: "---\n- A\n---\n" + page.split("\n---\n", 1)[1],
          "- A"),
    Fault(Rule.FRONT_MATTER_YAML, front("kind: [page"), "kind: [page"),
    Fault(Rule.UNKNOWN_KEY, front("sumary: A"), "sumary"),
    Fault(Rule.WRONG_TYPE, front("draft: perhaps"), "draft"),
    Fault(Rule.OUT_OF_RANGE, front("how: [flying]"), "how", EXERCISE),
    Fault(Rule.SUMMARY_LENGTH, front("summary: " + "word " * 40), "summary"),
    Fault(Rule.MINUTES_ORDER, front("minutes: [20, 2]"), "minutes", EXERCISE),
    Fault(Rule.FUTURE_DATE, front("reviewed: 2999-01-01"), "reviewed"),
    Fault(Rule.UNKNOWN_KIND, front("kind: pamphlet"), "kind"),
    Fault(Rule.MISSING_KEY, cut(r"^title: .*?\n"), 2),
    # The course
    Fault(Rule.UNKNOWN_PRACTICE, front("practice: juggling"), "practice", EXERCISE),
    Fault(Rule.UNKNOWN_OBJECTIVE, front("meets: [juggle]"), "meets", EXERCISE),
    Fault(Rule.NO_GENTLER_WAY, swap("kind: too-much", "kind: before"), 1, EXERCISE),
    Fault(Rule.NO_FACILITATOR, cut(r"^/// facilitator\n.*\Z"), 1, EXERCISE),
    Fault(Rule.NO_WAY_ALONE, front("who: [pair]"), "who", EXERCISE),
    Fault(Rule.HEAVY_WITHOUT_NOTE, front("heavy: true"), "heavy"),
    Fault(Rule.UNKNOWN_EXERCISE, swap("exercise: ride-the-wave", "exercise: ride-the-bus"),
          "      - {kind: exercise, exercise: ride-the-bus", WORKSHOP),
    # Evidence and words
    Fault(Rule.UNKNOWN_SOURCE, append("As one study says [@nobody2020none]."), "As one study"),
    Fault(
        Rule.EVIDENCE_UNCITED,
        append("/// evidence\n    feeling: none\n    relationship: none\n\nNothing.\n///"),
        "/// evidence",
    ),
    Fault(Rule.ABOVE_CEILING, swap("    relationship: some", "    relationship: strong"),
          "    relationship", PRACTICE),
    Fault(Rule.RAW_SCRIPT, append("<script>go()</script>"), "<script"),
    Fault(Rule.RAW_STYLE, append('A <span style="color: red">word</span>.'), "A <span"),
    Fault(Rule.RAW_EVENT, append('A <span onclick="go()">word</span>.'), "A <span"),
    Fault(Rule.NUMBER_ELSEWHERE, append("Ring 0800 123 4567."), "Ring"),
]  # fmt: skip


def _name(fault: Fault) -> str:
    return f"{fault.rule}-{fault.path}"


@cache
def _inputs() -> Inputs:
    return read_site(str(ROOT / "mkdocs.yml"))


@cache
def _reading() -> Reading:
    vocabulary, problems = read_vocabulary(_inputs().vocabulary)
    assert vocabulary, problems
    return read_course(_inputs(), vocabulary)


def check_with(changed: Mapping[str, bytes]) -> list[tuple[str, int, Rule]]:
    """Return the problems of the real course with other contents for some pages."""
    reading = _reading()
    pages, problems = {page.path: page for page in reading.course.pages}, []
    for source in _inputs().sources:
        if content := changed.get(source.path):
            page, found = read_page(replace(source, content=content), reading.vocabulary)
            pages[source.path] = page
            problems += found
    course = replace(reading.course, pages=tuple(pages.values()))
    faulty = replace(reading, course=course, problems=tuple(problems))
    return [(p.path, p.line, p.rule) for p in check(_inputs(), faulty) if not p.rule.is_notice]


def _text(path: str) -> str:
    return (ROOT / "docs" / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("fault", FAULTS, ids=_name)
def test_a_planted_fault_is_found_at_its_line(fault: Fault) -> None:
    """A fault in a page of the real course is the one problem there is, at its file and line."""
    text = fault.edit(_text(fault.path))

    found = check_with({fault.path: text.encode()})

    assert found == [(f"docs/{fault.path}", fault.line(text), fault.rule)]


def test_a_page_that_is_not_utf8_is_one_problem() -> None:
    """A byte that is not UTF-8 is found at its line, whatever else stands on the page."""
    content = _text(PAGE).encode() + "Ring the café.\n".encode("latin-1")

    found = check_with({PAGE: content})

    assert found == [(f"docs/{PAGE}", content.count(b"\n"), Rule.NOT_UTF8)]


def test_sections_out_of_order_are_found() -> None:
    """A section that stands above one it follows is found at its heading."""
    text = pair(_text(PRACTICE))

    found = check_with({PRACTICE: text.encode()})

    line = text.split("\n").index("## Check yourself") + 1
    assert (f"docs/{PRACTICE}", line, Rule.MISPLACED_SECTION) in found


def test_the_same_fault_is_found_on_every_page() -> None:
    """A broken link at the end of each page is found there, in the order of the navigation."""
    paths = [page.path for page in _reading().course.pages]
    broken = append("See [the lost part](nowhere.md).")
    texts = {path: broken(_text(path)) for path in paths}

    found = check_with({path: text.encode() for path, text in texts.items()})

    assert len(paths) > 40
    assert found == [
        (f"docs/{path}", text.count("\n"), Rule.MISSING_PAGE) for path, text in texts.items()
    ]


@pytest.mark.parametrize("fault", FAULTS[::12], ids=_name)
def test_a_planted_fault_stops_the_real_build(fault: Fault, tmp_path: Path) -> None:
    """A strict build ends with the fault and no traceback, and leaves the old site as it was."""
    folder = copy_course(tmp_path)
    (folder / "site").mkdir()
    (folder / "site" / "index.html").write_text("the last good site", encoding="utf-8")
    where = fault.plant(folder)

    done = run_mkdocs(folder, "build", "--strict")

    lines = [line for line in done.stderr.splitlines() if f"[{fault.rule}]" in line]
    assert done.returncode == 1
    assert len(lines) == 1
    assert f"coursebook: {where}: " in lines[0]
    assert "Traceback" not in done.stdout + done.stderr
    assert contents(folder / "site") == {"index.html": b"the last good site"}
    assert leftovers(folder) == []
