"""How practices, objectives and exercises belong together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from coursebook.grammar import Form
from coursebook.matter import ExerciseMatter, PracticeMatter
from coursebook.problems import Problem, Rule, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Page


def line_of_key(page: Page, key: str) -> int:
    """Return the line of a key of front matter, or 1."""
    return page.key_lines.get(key, 1)


def practice_of_exercise(page: Page, scope: Scope) -> Iterator[Problem]:
    """An exercise belongs to a practice, and meets objectives of it."""
    if not isinstance(page.matter, ExerciseMatter):
        return
    names = {p.name: p for p in scope.course.pages if p.form is Form.PRACTICE}
    practice = names.get(page.matter.practice)
    if practice is None:
        hint = nearest(page.matter.practice, names)
        message = f"There is no practice {page.matter.practice!r}.{hint}"
        yield Problem(page.source, line_of_key(page, "practice"), message, Rule.UNKNOWN_PRACTICE)
    elif isinstance(practice.matter, PracticeMatter):
        for objective in page.matter.meets:
            yield from _objective(page, line_of_key(page, "meets"), objective, practice.matter)


def _objective(
    page: Page, line: int, objective: str, practice: PracticeMatter
) -> Iterator[Problem]:
    if objective not in practice.objectives:
        hint = nearest(objective, practice.objectives)
        message = f"The practice has no objective {objective!r}.{hint}"
        yield Problem(page.source, line, message, Rule.UNKNOWN_OBJECTIVE)


def exercises_of_practice(page: Page, scope: Scope) -> Iterator[Problem]:
    """A practice has exercises, one of them for one person, that meet its objectives."""
    if not isinstance(page.matter, PracticeMatter):
        return
    exercises = scope.course.exercises_of(page)
    if not exercises:
        message = "No exercise names this practice."
        yield Problem(page.source, 1, message, Rule.NO_EXERCISES)
    elif not any("alone" in exercise.exercise.who for exercise in exercises):
        message = "No exercise of this practice can be done alone."
        yield Problem(page.source, 1, message, Rule.NOTHING_ALONE)
    met = {objective for exercise in exercises for objective in exercise.exercise.meets}
    met |= {str(block.options.get("objective")) for block in page.blocks_named("check")}
    for objective in page.matter.objectives:
        if objective not in met:
            message = f"Objective {objective!r} is met by no exercise and no check."
            line = line_of_key(page, f"objectives.{objective}")
            yield Problem(page.source, line, message, Rule.UNMET_OBJECTIVE)


def named_objectives(page: Page, scope: Scope) -> Iterator[Problem]:
    """Checks and key points name objectives of the page, and no objective goes unanswered."""
    del scope
    if not isinstance(page.matter, PracticeMatter):
        return
    for block in page.blocks_named("check"):
        objective = block.options.get("objective")
        if isinstance(objective, str):
            line = block.option_lines["objective"]
            yield from _objective(page, line, objective, page.matter)
    for block in page.blocks_named("keypoints"):
        answered = set()
        lines = page.text.split("\n")
        for number in range(block.line, block.end):
            if found := re.match(r"[-*+] ([a-z][a-z0-9-]*):\s", lines[number - 1]):
                answered.add(found[1])
                yield from _objective(page, number, found[1], page.matter)
        for objective in page.matter.objectives:
            if objective not in answered:
                message = f"No point answers objective {objective!r}."
                yield Problem(page.source, block.line, message, Rule.MISSING_POINT)


def gentler_ways(page: Page, scope: Scope) -> Iterator[Problem]:
    """An exercise has a gentler way, notes for the facilitator, and a way alone."""
    del scope
    if not isinstance(page.matter, ExerciseMatter):
        return
    kinds = {block.options.get("kind") for block in page.blocks_named("care")}
    if "too-much" not in kinds:
        message = "No care block of kind 'too-much' says what to do when it is too much."
        yield Problem(page.source, 1, message, Rule.NO_GENTLER_WAY)
    if not page.blocks_named("facilitator"):
        message = "No facilitator block says how to run this exercise."
        yield Problem(page.source, 1, message, Rule.NO_FACILITATOR)
    if "alone" not in page.matter.who and "alone" not in kinds:
        message = "It takes two or more, and no care block of kind 'alone' gives a way alone."
        yield Problem(page.source, line_of_key(page, "who"), message, Rule.NO_WAY_ALONE)


def heavy_topics(page: Page, scope: Scope) -> Iterator[Problem]:
    """A heavy topic has a note before it, on pages that declare sections."""
    kind = scope.kind(page)
    if not page.matter or not page.matter.heavy or kind is None or page.form is Form.INDEX:
        return
    notes = [b for b in page.blocks_named("care") if b.options.get("kind") == "before"]
    if not notes:
        message = "The topic is heavy, and no care block of kind 'before' says so."
        line = line_of_key(page, "heavy")
        yield Problem(page.source, line, message, Rule.HEAVY_WITHOUT_NOTE)


CHECKS: tuple[Check, ...] = (
    practice_of_exercise,
    exercises_of_practice,
    named_objectives,
    gentler_ways,
    heavy_topics,
)
