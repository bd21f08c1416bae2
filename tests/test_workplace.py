"""The folder that a site is built in, and how it takes the place of the last one."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

import pytest
from building import contents

from coursebook import workplace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Return the folder of a last good site, one page in it."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "index.html").write_text("old", encoding="utf-8")
    (folder / "gone.html").write_text("old", encoding="utf-8")
    return folder


def build(target: Path) -> Path:
    """Return a workplace with a new page in it."""
    place = workplace.make_workplace(target)
    (place / "index.html").write_text("new", encoding="utf-8")
    return place


class TestMakeWorkplace:
    """A new folder beside the last good site."""

    def test_it_is_empty_and_beside(self, target: Path) -> None:
        """It is on the same file system, so that it can take the place in one step."""
        place = workplace.make_workplace(target)

        assert place.parent == target.parent
        assert contents(place) == {}

    def test_a_web_server_can_read_it(self, target: Path) -> None:
        """It is not private, as temporary folders are."""
        place = workplace.make_workplace(target)

        assert stat.S_IMODE(place.stat().st_mode) == 0o755

    def test_two_builds_do_not_meet(self, target: Path) -> None:
        """Each build has a folder of its own."""
        assert workplace.make_workplace(target) != workplace.make_workplace(target)

    def test_it_makes_the_folders_above(self, tmp_path: Path) -> None:
        """A site may be built into folders that do not exist yet."""
        place = workplace.make_workplace(tmp_path / "deep" / "down" / "site")

        assert place.is_dir()

    def test_what_killed_builds_left_is_swept_away(self, target: Path) -> None:
        """Only old folders of builds go; a running build, the site and other folders stay."""
        old, new = (workplace.make_workplace(target) for _ in range(2))
        (old / "assets").mkdir()
        (target.parent / "site-old").mkdir()
        past = time.time() - workplace.STALE - 1
        for folder in (old, target, target.parent / "site-old"):
            os.utime(folder, (past, past))

        workplace.make_workplace(target)

        assert not old.exists()
        assert new.exists()
        assert target.exists()
        assert (target.parent / "site-old").exists()


class TestTakePlace:
    """The finished folder takes the place of the last good site."""

    def test_where_nothing_was(self, tmp_path: Path) -> None:
        """The first site stands where it should, and its workplace is gone."""
        place = build(tmp_path / "site")

        workplace.take_place(place, tmp_path / "site")

        assert contents(tmp_path) == {"site/index.html": b"new"}

    @pytest.mark.parametrize("can_exchange", [True, False], ids=["in-one-step", "in-two-steps"])
    def test_where_a_site_was(
        self, target: Path, monkeypatch: pytest.MonkeyPatch, *, can_exchange: bool
    ) -> None:
        """Nothing of the old site is left, in it or beside it, on any system."""
        if not can_exchange:
            monkeypatch.setattr(workplace, "_exchange", lambda *_: False)
        place = build(target)

        workplace.take_place(place, target)

        assert contents(target.parent) == {"site/index.html": b"new"}
        assert list(target.parent.iterdir()) == [target]

    @pytest.mark.skipif("sys.platform != 'linux'", reason="other systems have no such step")
    def test_linux_does_it_in_one_step(self, target: Path) -> None:
        """Two folders change places at once, so that readers always find one of them."""
        place = build(target)

        assert workplace._exchange(place, target)  # noqa: SLF001 - what it does shows nowhere else
        assert contents(target) == {"index.html": b"new"}
        assert set(contents(place)) == {"index.html", "gone.html"}

    def test_a_folder_that_is_not_there_cannot_be_exchanged(self, target: Path) -> None:
        """The step that fails says so, and moves nothing."""
        assert not workplace._exchange(target.parent / "none", target)  # noqa: SLF001 - as above
        assert set(contents(target)) == {"index.html", "gone.html"}
