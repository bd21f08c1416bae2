"""The one moment that a build is dated by, so that the same source gives the same bytes."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

VARIABLE = "SOURCE_DATE_EPOCH"
"""Name of the environment variable, from reproducible-builds.org/specs/source-date-epoch."""


def source_date_epoch(folder: Path, reviewed: Iterable[dt.date]) -> int:
    """Return the moment in seconds since 1970, UTC.

    It is the environment's, if given; else the last commit's; else, without git, midnight of the
    newest day on which a page was reviewed; never the clock.
    """
    if given := os.environ.get(VARIABLE, "").strip():
        return int(given)
    if (committed := _last_commit(folder)) is not None:
        return committed
    newest = max(reviewed, default=dt.date(1980, 1, 1))  # the first day that a zip can hold
    return int(dt.datetime.combine(newest, dt.time(), dt.UTC).timestamp())


def _last_commit(folder: Path) -> int | None:
    command = ["git", "-C", str(folder), "log", "-1", "--format=%ct", "--", "."]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return None
    return int(done.stdout) if done.stdout.strip() else None
