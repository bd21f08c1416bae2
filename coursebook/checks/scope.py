"""What a check looks at beside the page itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    from coursebook.course import Course, Page
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


Check = Callable[["Page", Scope], Iterable["Problem"]]
