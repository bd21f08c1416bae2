"""Each rule has cases; a case is a file that says how it differs from a sound course."""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from coursebook.problems import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import SmallCourse
    from pytest_golden.plugin import GoldenTestFixture

CASES = {path.stem: path for path in sorted((Path(__file__).parent / "cases/checks").glob("*.yml"))}
KEYS = [
    *("page", "pages", "without", "edit", "assets", "sources", "vocabulary", "encoding"),
    *("not_in_nav", "today"),
]
TESTED_ELSEWHERE = {Rule.UNRENDERED_BLOCK, Rule.BAD_BIBLIOGRAPHY, Rule.UNKNOWN_RULE}
"""Rules that only a build, a bibliography or a configuration can break."""


@lru_cache
def case(name: str) -> dict[str, Any]:
    """Return a case as it is written."""
    found: dict[str, Any] = yaml.safe_load(CASES[name].read_text("utf-8"))
    return found


def rule_of(name: str) -> Rule | None:
    """Return the rule that a case is named after."""
    named = [rule for rule in Rule if name == rule or name.startswith(f"{rule}-")]
    return max(named, key=len, default=None)


@pytest.mark.golden_test("cases/checks/*.yml")
def test_problems(golden: GoldenTestFixture, small_course: SmallCourse) -> None:
    """A fault is told at its line, in an author's words, and what is sound passes."""
    golden.get("why_more")
    small_course.change({key: golden.get(key) for key in KEYS})

    assert small_course.problems() == golden.out["problems"]


def test_sound_course(small_course: SmallCourse) -> None:
    """The course that every case changes has no problem itself."""
    assert small_course.problems() == []


@pytest.mark.parametrize("rule", sorted(set(Rule) - TESTED_ELSEWHERE))
def test_rule_has_cases(rule: Rule) -> None:
    """Every rule has a case that breaks it and one that keeps it."""
    own = {name: case(name)["problems"] for name in CASES if rule_of(name) is rule}

    assert any(f"[{rule}]" in problem for told in own.values() for problem in told)
    assert any(name.endswith("-nope") for name in own)


@pytest.mark.parametrize("name", CASES)
def test_case_is_about_its_rule(name: str) -> None:
    """A case tells one problem of the rule it is named after, or says why there are more."""
    told = case(name)["problems"]
    rule = rule_of(name)

    assert set(case(name)) <= {*KEYS, "problems", "why_more"}
    assert rule is not None
    if name.endswith("-nope"):
        assert told == []
    else:
        assert any(problem.endswith(f"[{rule}]") for problem in told)
        assert len(told) == 1 or "why_more" in case(name)


FORMS = ["index.md", "practices/kneading.md", "exercises/two-hands.md", "workshops/first-loaf.md"]
LINE = re.compile(r"[\w/.-]+:\d+: \S.* \[[a-z0-9-]+\]")


def damaged(text: str) -> Iterator[str]:
    """Yield a source with each line taken out, each key emptied, and all below each line lost."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        yield "\n".join(lines[:number] + lines[number + 1 :])
        yield "\n".join(lines[:number])
        if found := re.match(r"\s*[\w-]+:", line):
            for value in ("", " 3", " []", " {1: [x]}", " &a [*a]"):
                yield "\n".join([*lines[:number], found[0] + value, *lines[number + 1 :]])


@pytest.mark.parametrize("path", FORMS)
def test_damage_is_told(small_course: SmallCourse, path: str) -> None:
    """Whatever is done to a page, an author gets lines that say what and where."""
    for source in damaged(small_course.files[path]):
        small_course.files[path] = source

        assert all(LINE.fullmatch(problem) for problem in small_course.problems())


@pytest.mark.parametrize("days", [0, 1])
def test_today_anywhere_on_earth(small_course: SmallCourse, days: int) -> None:
    """A page may be reviewed today where the day begins first, and not a day later."""
    first = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)).date() + dt.timedelta(days=days)
    small_course.change({"edit": {"notes/note.md": {"2025-01-31": first.isoformat()}}})

    assert len(small_course.problems()) == days
