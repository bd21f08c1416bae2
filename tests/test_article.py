"""The course teaches each idea of the article that it grew from."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROW = re.compile(r"^\| (A\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
IDEAS = {
    found[1]: (found[2].strip(" `"), found[3].strip())
    for found in ROW.finditer((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
}
EVERY_PRACTICE = "A4"


def test_each_idea_has_a_home() -> None:
    """The table of CONTRIBUTING names all eleven ideas once, in order."""
    assert [f"A{number}" for number in range(1, 12)] == list(IDEAS)


@pytest.mark.parametrize("idea", [idea for idea in IDEAS if idea != EVERY_PRACTICE])
def test_the_page_teaches_it(idea: str) -> None:
    """The page exists, and its text holds the words that the table promises."""
    page, words = IDEAS[idea]
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")

    assert words.lower() in " ".join(text.lower().split())


@pytest.mark.parametrize("practice", sorted((ROOT / "docs" / "practices").glob("[!i]*.md")))
def test_every_practice_shows_each_kind_of_bond(practice: Path) -> None:
    """A partner, a friend, family, and nobody just now: a scene for each."""
    kinds = re.findall(r"^    with: (\w+)$", practice.read_text(encoding="utf-8"), re.MULTILINE)

    assert sorted(kinds) == ["alone", "family", "friend", "partner"]


def words(text: str) -> list[str]:
    """Return the words of a text in small letters, as the runs of the article were made."""
    return re.findall(r"[a-z']+", text.lower().replace("\u2019", "'"))


@pytest.mark.parametrize("page", sorted((ROOT / "docs").rglob("*.md")), ids=lambda path: path.stem)
def test_its_sentences_are_not_ours(page: Path) -> None:
    """No eight words in a row of the article stand in the course; its ideas do."""
    runs = set((ROOT / "tests" / "article-runs.txt").read_text(encoding="utf-8").split("\n")[1:])
    text = words(page.read_text(encoding="utf-8"))
    found = [" ".join(text[start : start + 8]) for start in range(len(text) - 7)]

    assert [run for run in found if hashlib.sha256(run.encode()).hexdigest()[:16] in runs] == []
