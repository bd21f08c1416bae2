"""Workshops: a plan must fit its hour, and the people in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursebook.matter import WorkshopMatter
from coursebook.problems import Problem, Rule, nearest

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
    """Items fill a session, leave slack and breaks, and begin and end as they should."""
    del scope
    if not isinstance(page.matter, WorkshopMatter):
        return
    for number, session in enumerate(page.matter.sessions):
        line = page.key_lines.get(f"sessions.{number}", 1)
        total = sum(item.minutes for item in session.agenda)
        if total != session.minutes:
            message = f"The items of {session.title!r} take {total} minutes, not {session.minutes}."
            yield Problem(page.source, line, message, Rule.SESSION_MINUTES)
        slack = sum(item.minutes for item in session.agenda if item.kind == "slack")
        if slack < session.minutes * SLACK_SHARE:
            message = f"{session.title!r} has {slack} minutes unplanned; expected a tenth or more."
            yield Problem(page.source, line, message, Rule.SESSION_SLACK)
        for message in _order(session):
            yield Problem(page.source, line, message, Rule.SESSION_ORDER)
        for message in _breaks(session):
            yield Problem(page.source, line, message, Rule.SESSION_BREAK)


def _order(session: Session) -> Iterator[str]:
    first, last = session.agenda[0], session.agenda[-1]
    if first.kind != "opening":
        yield f"{session.title!r} begins with {first.kind!r}; expected an opening."
    if last.kind != "closing" or last.minutes > MOST_CLOSING:
        yield f"{session.title!r} ends without a closing of at most {MOST_CLOSING} minutes."
    kinds = [item.kind for item in session.agenda]
    for place, kind in enumerate(kinds):
        if kind == "exercise" and "debrief" not in kinds[place:]:
            yield f"{session.title!r} has no debrief after its last exercise."
            return


def _breaks(session: Session) -> Iterator[str]:
    for window, least in BREAKS:
        run = 0
        for item in session.agenda:
            if item.kind == "break" and item.minutes >= least:
                run = 0
                continue
            run += item.minutes
            if run > window:
                yield f"{session.title!r} goes {run} minutes without a break of {least}."
                break


def exercises(page: Page, scope: Scope) -> Iterator[Problem]:
    """An exercise exists, and gets the time that it asks for."""
    if not isinstance(page.matter, WorkshopMatter):
        return
    for line, item in _items(page, page.matter):
        if item.kind != "exercise":
            continue
        known = {exercise.name for exercise in scope.course.pages if exercise.kind == "exercise"}
        exercise = scope.course.exercise_named(item.exercise)
        if exercise is None:
            if item.exercise not in known:
                hint = nearest(str(item.exercise), known)
                message = f"There is no exercise {item.exercise!r}.{hint}"
                yield Problem(page.source, line, message, Rule.UNKNOWN_EXERCISE)
            continue
        least, most = exercise.exercise.minutes
        if not least <= item.minutes <= most:
            message = f"{exercise.title!r} gets {item.minutes} minutes; expected {least} to {most}."
            yield Problem(page.source, line, message, Rule.EXERCISE_MINUTES)


def scripts(page: Page, scope: Scope) -> Iterator[Problem]:
    """Every item with an id has a script, and every script an item."""
    del scope
    if not isinstance(page.matter, WorkshopMatter):
        return
    named = {item.id: line for line, item in _items(page, page.matter) if item.id}
    scripted = set()
    for block in page.blocks_named("facilitator"):
        item = block.options.get("item")
        scripted.add(item)
        if item not in named:
            message = f"No item of the agenda has the id {item!r}.{nearest(str(item), named)}"
            line = block.option_lines.get("item", block.line)
            yield Problem(page.source, line, message, Rule.UNKNOWN_ITEM)
    for name, line in named.items():
        if name not in scripted:
            message = f"No facilitator block gives the script of item {name!r}."
            yield Problem(page.source, line, message, Rule.UNKNOWN_ITEM)


def disclosure(page: Page, scope: Scope) -> Iterator[Problem]:
    """A workshop links to the part on what to do when someone tells you something."""
    wanted = scope.vocabulary.disclosure
    if wanted is None or not isinstance(page.matter, WorkshopMatter):
        return
    if not any(link.target.endswith(wanted) for link in page.links):
        message = f"No link leads to {wanted}."
        yield Problem(page.source, 1, message, Rule.DISCLOSURE_LINK)


def _items(page: Page, matter: WorkshopMatter) -> Iterator[tuple[int, Item]]:
    for number, session in enumerate(matter.sessions):
        for place, item in enumerate(session.agenda):
            yield page.key_lines.get(f"sessions.{number}.agenda.{place}", 1), item


CHECKS: tuple[Check, ...] = (sessions, exercises, scripts, disclosure)
