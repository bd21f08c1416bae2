"""The clock of a workshop, and what its size decides: groups, copies, pages.

The script of the guide's page, `guide.js`, reckons the same way; a test holds the two together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from coursebook.matter import Item, Session

WHOLE = frozenset({"opening", "break", "closing"})
"""Kinds of item that keep their minutes however long the session is."""


@dataclass(frozen=True)
class Numbers:
    """What a facilitator changes of a plan; what is None stays as planned."""

    start: str | None = None
    """Clock time, as in 18:30."""
    people: int | None = None
    minutes: int | None = None
    """Length of each session."""


@dataclass(frozen=True)
class Groups:
    """How a group parts: pairs, and one three if somebody would be left alone."""

    pairs: int
    threes: int


def clock(
    session: Session, start: str | None = None, minutes: int | None = None
) -> Iterator[tuple[str, Item]]:
    """Yield each item of a session with the clock time at which it begins, as in 18:30."""
    times = clock_times(start or session.start, fit(session, minutes or session.minutes))
    yield from zip(times, session.agenda, strict=False)


def clock_times(start: str, lengths: Iterable[int]) -> list[str]:
    """Return when each item begins, and after the last one when it ends."""
    at = dt.datetime.combine(dt.date.min, dt.time.fromisoformat(start))
    times = [f"{at:%H:%M}"]
    for length in lengths:
        at += dt.timedelta(minutes=length)
        times.append(f"{at:%H:%M}")
    return times


def least_minutes(session: Session) -> int:
    """Return the shortest that a session can be: what stays whole, and a minute of the rest."""
    return sum(item.minutes if item.kind in WHOLE else 1 for item in session.agenda)


def fit(session: Session, minutes: int) -> list[int]:
    """Return the length of each item, so that a session takes so many minutes.

    Openings, breaks and closings stay whole; all else grows or shrinks alike, to whole minutes, of
    which those left over go to whoever lost most by rounding down.
    """
    agenda = session.agenda
    loose = [number for number, item in enumerate(agenda) if item.kind not in WHOLE]
    lengths = [item.minutes for item in agenda]
    planned = sum(lengths[number] for number in loose)
    if minutes == sum(lengths) or not loose:
        return lengths
    room = max(minutes, least_minutes(session)) - (sum(lengths) - planned) - len(loose)
    shares = {number: (agenda[number].minutes * room) for number in loose}
    for number in loose:
        lengths[number] = 1 + shares[number] // planned
    left = room - sum(share // planned for share in shares.values())
    for number in sorted(loose, key=lambda number: (-(shares[number] % planned), number))[:left]:
        lengths[number] += 1
    return lengths


def groups(people: int) -> Groups:
    """Return how so many people part: nobody is left alone unless they are one."""
    threes = people % 2 if people > 1 else 0
    return Groups((people - 3 * threes) // 2, threes)


def copies(people: int, per: int = 1, spare: int = 0) -> int:
    """Return how often to print what `per` people share, or the spare ones alone if per is 0."""
    return (-(-people // per) if per else 0) + spare


def page_ranges(pages: Iterable[int]) -> str:
    """Return pages as a printer's dialogue takes them, as in 1-3, 5."""
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and page == runs[-1][-1] + 1:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    return ", ".join("-".join(map(str, run)) for run in runs)
