"""The clock of a workshop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from coursebook.agenda import Groups, clock, copies, fit, groups, least_minutes, page_ranges
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


def plan(vocabulary: Vocabulary) -> Session:
    """Return a session of an hour, of which 30 minutes stay whole."""
    kinds = (("opening", 10), ("talk", 5), ("talk", 15), ("break", 10), ("talk", 10))
    items = [
        {"kind": kind, "minutes": number, "title": "Part", "goes_first": "All of it"}
        for kind, number in (*kinds, ("closing", 10))
    ]
    facts = {"title": "Evening", "start": "18:30", "minutes": 60, "agenda": items}
    known = vocabulary.model_copy(
        update={"items": {kind: kind for kind in ("opening", "talk", "break", "closing")}}
    )
    return Session.model_validate(facts, context=known)


@pytest.mark.parametrize(
    ("minutes", "lengths"),
    [
        (60, [10, 5, 15, 10, 10, 10]),
        (90, [10, 11, 29, 10, 20, 10]),
        (45, [10, 3, 7, 10, 5, 10]),
        (33, [10, 1, 1, 10, 1, 10]),
        (1, [10, 1, 1, 10, 1, 10]),
    ],
)
def test_a_session_fits_its_length(
    vocabulary: Vocabulary, minutes: int, lengths: list[int]
) -> None:
    """Openings, breaks and closings stay whole; the rest shares what is left."""
    session = plan(vocabulary)

    assert fit(session, minutes) == lengths
    assert sum(lengths) == max(minutes, least_minutes(session))


def test_a_clock_can_be_set(vocabulary: Vocabulary) -> None:
    """Another start and length, with the same items."""
    found = [time for time, _ in clock(plan(vocabulary), "20:00", 45)]

    assert found == ["20:00", "20:10", "20:13", "20:20", "20:30", "20:35"]


@pytest.mark.parametrize(
    ("people", "expected"), [(0, (0, 0)), (1, (0, 0)), (2, (1, 0)), (3, (0, 1)), (11, (4, 1))]
)
def test_nobody_is_left_alone(people: int, expected: tuple[int, int]) -> None:
    """Pairs, and one three where there is an odd number."""
    assert groups(people) == Groups(*expected)


def test_copies() -> None:
    """One for each, one for so many, or the same for any number."""
    assert copies(12, spare=4) == 16
    assert copies(13, per=6, spare=1) == 4
    assert copies(12, per=0, spare=2) == 2


def test_pages_stand_as_printers_take_them() -> None:
    """Neighbours are joined."""
    assert page_ranges([7, 1, 2, 3, 5, 3]) == "1-3, 5, 7"
    assert page_ranges([]) == ""
