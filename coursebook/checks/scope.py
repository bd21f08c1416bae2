"""What a check looks at beside the page itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coursebook.problems import closest

if TYPE_CHECKING:
    import datetime as dt

    from coursebook.course import Block, Course, Page
    from coursebook.grammar import BlockSpec
    from coursebook.problems import Problem
    from coursebook.vocabulary import Kind, Vocabulary


@dataclass(frozen=True)
class Scope:
    """The course around a page, its words, and the day."""

    course: Course
    vocabulary: Vocabulary
    today: dt.date

    @property
    def specs(self) -> dict[str, BlockSpec]:
        """The blocks that pages of this course may hold."""
        return self.vocabulary.blocks

    def kind(self, page: Page) -> Kind | None:
        """Return the declared kind of a page."""
        return self.vocabulary.kinds.get(page.kind)

    def meant(self, name: str) -> str:
        """Return the name of the block that an author meant.

        A misspelt block is one problem. It is not missing as well.
        """
        return name if name in self.specs else closest(name, self.specs) or name

    def blocks(self, page: Page, name: str) -> list[Block]:
        """Return the blocks of a page that are, or were meant to be, of this name."""
        return [block for block in page.blocks if self.meant(block.name) == name]

    def values(self, page: Page, name: str, option: str) -> set[str] | None:
        """Return the values of an option in all blocks of a name.

        None where one of them is at fault, or the opening of a block is lost, so that nothing can
        be said of what is missing.
        """
        if page.stray_closes:
            return None
        spec = self.specs[name]
        found: set[str] = set()
        for block in self.blocks(page, name):
            value = block.options.get(option)
            try:
                found.add(str(spec.options[option].parse(value)))
            except ValueError:
                if value is not None or spec.options[option].required:
                    return None
        return found


Check = Callable[["Page", Scope], Iterable["Problem"]]
"""Each yields what it finds on one page."""
