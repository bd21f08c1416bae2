"""The clock of a workshop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coursebook.agenda import clock
from coursebook.matter import Session

if TYPE_CHECKING:
    from coursebook.vocabulary import Vocabulary


def session(vocabulary: Vocabulary, start: str, *minutes: int) -> Session:
    """Return a session whose items take so many minutes each."""
    items = [
        {"kind": "talk", "minutes": number, "title": f"Part {number}", "goes_first": "All of it"}
        for number in minutes
    ]
    facts = {"title": "Evening", "start": start, "minutes": sum(minutes), "agenda": items}
    return Session.model_validate(facts, context=vocabulary)


def times(found: Session) -> list[str]:
    """Return the clock times of a session."""
    return [time for time, _ in clock(found)]


def test_items_begin_when_the_last_one_ends(vocabulary: Vocabulary) -> None:
    """The first item begins with the session, each other when the one before it ends."""
    found = session(vocabulary, "18:30", 5, 25, 60, 10)

    assert times(found) == ["18:30", "18:35", "19:00", "20:00"]
    assert [item for _, item in clock(found)] == list(found.agenda)


def test_hours_have_two_digits(vocabulary: Vocabulary) -> None:
    """Clock times line up, also in the morning."""
    assert times(session(vocabulary, "09:05", 4, 1)) == ["09:05", "09:09"]


def test_midnight_is_passed(vocabulary: Vocabulary) -> None:
    """A session may go on after midnight."""
    assert times(session(vocabulary, "23:50", 10, 15, 5)) == ["23:50", "00:00", "00:15"]
