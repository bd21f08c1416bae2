"""A folder to build in, which takes the place of the last good site only when it is whole."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

PREFIX = ".site-"
STALE = 3600
"""Seconds after which a folder that a killed build left behind is swept away."""
AT_FDCWD = -100
RENAME_EXCHANGE = 2
"""Flag of Linux's renameat2: both names change places in one step."""


def make_workplace(target: Path) -> Path:
    """Return a new empty folder beside `target`, and sweep away what killed builds left there."""
    target.parent.mkdir(parents=True, exist_ok=True)
    for old in target.parent.glob(f"{PREFIX}*"):
        if time.time() - old.stat().st_mtime > STALE:
            shutil.rmtree(old, ignore_errors=True)
    workplace = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.parent))
    workplace.chmod(0o755)  # mkdtemp makes it private, and a web server must read it
    return workplace


def take_place(workplace: Path, target: Path) -> None:
    """Put the finished folder where the last good site stands, and remove that."""
    if not target.exists():
        workplace.rename(target)
        return
    if not _exchange(workplace, target):
        aside = Path(tempfile.mkdtemp(prefix=PREFIX, dir=target.parent))
        target.rename(aside / target.name)
        workplace.rename(target)
        workplace = aside
    shutil.rmtree(workplace, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    return bool(rename(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) == 0)
