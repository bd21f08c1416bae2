"""How practices, objectives and exercises belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursebook.checks.blocks import POINT_ID, list_items
from coursebook.grammar import Form
from coursebook.matter import ExerciseMatter, PracticeMatter
from coursebook.problems import Problem, Rule, closest, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Block, Page


def practice_of_exercise(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find exercises of practices, or for objectives, that do not exist."""
    if not isinstance(page.matter, ExerciseMatter):
        return
    practices = {p.name: p for p in scope.course.pages if p.form is Form.PRACTICE}
    name = page.matter.practice
    practice = practices.get(name)
    line = page.line_of("practice")
    if practice is None:
        message = f"There is no practice {name!r}.{nearest(name, practices)}"
        yield Problem(page.source, line, message, Rule.UNKNOWN_PRACTICE)
    elif practice.is_draft and not page.is_draft:
        message = f"Practice {name!r} is a draft and will not be published."
        yield Problem(page.source, line, message, Rule.UNKNOWN_PRACTICE)
    elif isinstance(practice.matter, PracticeMatter):
        for number, objective in enumerate(page.matter.meets):
            line = page.line_of(f"meets.{number}")
            yield from _objective(page, line, objective, practice)


def _objective(page: Page, line: int, objective: str, practice: Page) -> Iterator[Problem]:
    known = practice.practice.objectives
    if objective not in known:
        where = "This practice" if page is practice else f"Practice {practice.name!r}"
        message = f"{where} has no objective {objective!r}.{nearest(objective, known)}"
        yield Problem(page.source, line, message, Rule.UNKNOWN_OBJECTIVE)


def exercises_of_practice(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find practices without exercises, without one for one person, or with unmet objectives."""
    if not isinstance(page.matter, PracticeMatter) or _has_unread_exercises(scope):
        return
    exercises = [
        exercise.exercise
        for exercise in scope.course.exercises
        if _practice_meant(exercise, scope) == page.name
        and (page.is_draft or not exercise.is_draft)
    ]
    if not exercises:
        message = (
            f"No exercise belongs to this practice; expected one with `practice: {page.name}`."
        )
        yield Problem(page.source, 1, message, Rule.NO_EXERCISES)
        return
    if not any("alone" in exercise.who for exercise in exercises):
        message = "No exercise of this practice can be done alone; expected one with `alone` in"
        message += " its `who`."
        yield Problem(page.source, 1, message, Rule.NOTHING_ALONE)
    named = {objective for exercise in exercises for objective in exercise.meets}
    named |= {str(b.options.get("objective")) for b in scope.blocks(page, "check")}
    met = _meant(named, page.matter.objectives)
    for objective in page.matter.objectives:
        if objective not in met and not page.stray_closes:
            message = f"Objective {objective!r} is met by no exercise and no check."
            line = page.line_of(f"objectives.{objective}")
            yield Problem(page.source, line, message, Rule.UNMET_OBJECTIVE)


def _has_unread_exercises(scope: Scope) -> bool:
    """Whether facts of an exercise are at fault, so that it may belong to any practice."""
    return any(page.form is Form.EXERCISE and not page.matter for page in scope.course.pages)


def _practice_meant(exercise: Page, scope: Scope) -> str | None:
    """Return the practice that an exercise names, or the nearest where it is misspelt."""
    names = [practice.name for practice in scope.course.practices]
    name = exercise.exercise.practice
    return name if name in names else closest(name, names)


def _meant(words: Iterable[str], known: Iterable[str]) -> set[str]:
    """Return the known words that were named, also where one is misspelt."""
    choices = list(known)
    return {word if word in choices else closest(word, choices) or "" for word in words}


def named_objectives(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find checks and key points for unknown objectives, and objectives without a point."""
    if not isinstance(page.matter, PracticeMatter):
        return
    for block in page.blocks_named("check"):
        objective = block.options.get("objective")
        if isinstance(objective, str):
            yield from _objective(page, block.option_lines["objective"], objective, page)
    for block in scope.blocks(page, "keypoints"):
        if block.is_closed:
            yield from _answers(page, block, page.matter)


def _answers(page: Page, block: Block, practice: PracticeMatter) -> Iterator[Problem]:
    """Find points of objectives that do not exist, and objectives without a point."""
    points = {line: POINT_ID.match(text) for line, text in list_items(page, block)}
    named = {line: found["id"] for line, found in points.items() if found}
    for line, objective in named.items():
        yield from _objective(page, line, objective, page)
    if len(named) < len(points) or not points:
        return
    answered = _meant(named.values(), practice.objectives)
    for objective in practice.objectives:
        if objective not in answered:
            message = f"No key point answers objective {objective!r}; expected `- {objective}: …`."
            yield Problem(page.source, block.line, message, Rule.MISSING_POINT)


def gentler_ways(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find exercises without a gentler way, notes for the facilitator, or a way alone."""
    if not isinstance(page.matter, ExerciseMatter):
        return
    if not scope.blocks(page, "facilitator") and not page.stray_closes:
        message = "No facilitator block says how to run this exercise."
        yield Problem(page.source, 1, message, Rule.NO_FACILITATOR)
    kinds = scope.values(page, "care", "kind")
    if kinds is None:
        return
    if "too-much" not in kinds:
        message = "No care block of kind 'too-much' says what to do when it is too much."
        yield Problem(page.source, 1, message, Rule.NO_GENTLER_WAY)
    if "alone" not in page.matter.who and "alone" not in kinds:
        message = "It takes two or more, and no care block of kind 'alone' gives a way alone."
        yield Problem(page.source, page.line_of("who"), message, Rule.NO_WAY_ALONE)


def heavy_topics(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find heavy topics without a note before them."""
    kinds = scope.values(page, "care", "kind")
    if not page.matter or not page.matter.heavy or kinds is None or page.form is Form.INDEX:
        return
    if "before" not in kinds:
        message = "The topic is heavy, and no care block of kind 'before' says so."
        line = page.line_of("heavy")
        yield Problem(page.source, line, message, Rule.HEAVY_WITHOUT_NOTE)


CHECKS: tuple[Check, ...] = (
    practice_of_exercise,
    exercises_of_practice,
    named_objectives,
    gentler_ways,
    heavy_topics,
)
