"""Workshops: a plan must fit its hour, and the people in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursebook.grammar import Form
from coursebook.matter import ExerciseMatter, WorkshopMatter
from coursebook.problems import Problem, Rule, closest, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.checks.scope import Check, Scope
    from coursebook.course import Page
    from coursebook.matter import Item, Session

SLACK_SHARE = 0.1
MOST_CLOSING = 10
BREAKS = ((90, 10), (150, 15))
"""In any so many minutes, a break of so many."""


def sessions(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find sessions whose items do not add up, or lack slack, breaks, an opening or a closing."""
    del scope
    if not isinstance(page.matter, WorkshopMatter):
        return
    for number, session in enumerate(page.matter.sessions):
        line = page.line_of(f"sessions.{number}")
        total = sum(item.minutes for item in session.agenda)
        if total != session.minutes:
            message = f"The items of {session.title!r} take {total} minutes, not {session.minutes}."
            yield Problem(page.source, line, message, Rule.SESSION_MINUTES)
        slack = sum(item.minutes for item in session.agenda if item.kind == "slack")
        if slack < session.minutes * SLACK_SHARE:
            message = f"{session.title!r} has {slack} minutes of unplanned time (`kind: slack`);"
            message += " expected a tenth of its minutes or more."
            yield Problem(page.source, line, message, Rule.SESSION_SLACK)
        for message in _order(session):
            yield Problem(page.source, line, message, Rule.SESSION_ORDER)
        for message in _breaks(session):
            yield Problem(page.source, line, message, Rule.SESSION_BREAK)


def _order(session: Session) -> Iterator[str]:
    first, last = session.agenda[0], session.agenda[-1]
    if first.kind != "opening":
        yield f"{session.title!r} begins with an item of kind {first.kind!r}; expected 'opening'."
    if last.kind != "closing" or last.minutes > MOST_CLOSING:
        yield f"{session.title!r} ends without a 'closing' of at most {MOST_CLOSING} minutes."
    kinds = [item.kind for item in session.agenda]
    for place, kind in enumerate(kinds):
        if kind == "exercise" and "debrief" not in kinds[place:]:
            yield f"{session.title!r} has no 'debrief' after its last exercise."
            return


def _breaks(session: Session) -> Iterator[str]:
    for window, least in BREAKS:
        run = 0
        for item in session.agenda:
            is_break = item.kind == "break" and item.minutes >= least
            run = 0 if is_break else run + item.minutes
            if run > window:
                yield f"{session.title!r} goes on for {run} minutes without a break of {least}."
                return


def exercises(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find exercises that do not exist, or get other minutes or pairs than they ask for."""
    if not isinstance(page.matter, WorkshopMatter):
        return
    known = {p.name: p for p in scope.course.pages if p.form is Form.EXERCISE}
    for line, item in _items(page, page.matter):
        if item.exercise is None:
            continue
        exercise = known.get(item.exercise)
        if exercise is None:
            message = f"There is no exercise {item.exercise!r}.{nearest(item.exercise, known)}"
            yield Problem(page.source, line, message, Rule.UNKNOWN_EXERCISE)
        elif exercise.is_draft and not page.is_draft:
            message = f"Exercise {item.exercise!r} is a draft and will not be published."
            yield Problem(page.source, line, message, Rule.UNKNOWN_EXERCISE)
        elif isinstance(exercise.matter, ExerciseMatter):
            yield from _minutes(page, line, item, exercise.matter)
            yield from _pairs(page, line, item, exercise.matter, list(scope.vocabulary.pairs))


def _minutes(page: Page, line: int, item: Item, exercise: ExerciseMatter) -> Iterator[Problem]:
    least, most = exercise.minutes
    if not least <= item.minutes <= most:
        message = f"{exercise.title!r} gets {item.minutes} minutes; expected {least} to {most}."
        yield Problem(page.source, line, message, Rule.EXERCISE_MINUTES)


def _pairs(
    page: Page, line: int, item: Item, exercise: ExerciseMatter, pairs: list[str]
) -> Iterator[Problem]:
    """Find an item that pairs people more freely than its exercise, which says how at most."""
    if item.pairs and pairs.index(item.pairs) > pairs.index(exercise.pairs or pairs[0]):
        message = f"{exercise.title!r} is for pairs {exercise.pairs or pairs[0]!r};"
        message += f" this item says {item.pairs!r}."
        yield Problem(page.source, line, message, Rule.PAIRS_RULE)


def scripts(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find items with an id but no script, and scripts without an item."""
    if not isinstance(page.matter, WorkshopMatter):
        return
    named = {item.id: line for line, item in _items(page, page.matter) if item.id}
    meant = set()
    is_lost = bool(page.stray_closes)  # a script without its opening line, or its item
    for block in scope.blocks(page, "facilitator"):
        item = str(block.options.get("item", ""))
        meant.add(item if item in named else closest(item, named))
        if item not in named and not block.fault:
            message = f"No item of the agenda has the id {item!r}.{nearest(item, named)}"
            is_lost = is_lost or not item
            if not item:
                message = "A script wants the `item` it belongs to, the id of one of the agenda."
            line = block.option_lines.get("item", block.line)
            yield Problem(page.source, line, message, Rule.UNKNOWN_ITEM)
    for name, line in named.items():
        if name not in meant and not is_lost:
            message = f"Item {name!r} has no script; expected a facilitator block with"
            message += f" `item: {name}`."
            yield Problem(page.source, line, message, Rule.UNKNOWN_ITEM)


def disclosure(page: Page, scope: Scope) -> Iterator[Problem]:
    """Find workshops without a link to what to do when someone tells you something."""
    wanted = scope.vocabulary.disclosure
    if wanted is None or not isinstance(page.matter, WorkshopMatter):
        return
    if not any(link.target.endswith(wanted) for link in page.links):
        message = f"No link leads to {wanted!r}; every workshop has one."
        yield Problem(page.source, 1, message, Rule.DISCLOSURE_LINK)


def _items(page: Page, matter: WorkshopMatter) -> Iterator[tuple[int, Item]]:
    for number, session in enumerate(matter.sessions):
        for place, item in enumerate(session.agenda):
            yield page.line_of(f"sessions.{number}.agenda.{place}"), item


CHECKS: tuple[Check, ...] = (sessions, exercises, scripts, disclosure)
