"""The clock of a workshop."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from coursebook.matter import Item, Session


def clock(session: Session) -> Iterator[tuple[str, Item]]:
    """Yield each item of a session with the clock time at which it begins, as in 18:30."""
    at = dt.datetime.combine(dt.date.min, dt.time.fromisoformat(session.start))
    for item in session.agenda:
        yield f"{at:%H:%M}", item
        at += dt.timedelta(minutes=item.minutes)
