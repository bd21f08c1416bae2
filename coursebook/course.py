"""The course as data: pages, blocks and links, each with the line it stands on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from coursebook.grammar import Form
from coursebook.matter import ExerciseMatter, Matter, PracticeMatter, WorkshopMatter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coursebook.services import Service


Facts = TypeVar("Facts", bound=Matter)


@dataclass(frozen=True)
class Heading:
    """A heading, with the address that it gets on the built page."""

    level: int
    text: str
    slug: str
    line: int


@dataclass(frozen=True)
class Block:
    """A lesson block as it was written."""

    name: str
    title: str
    options: Mapping[str, object]
    option_lines: Mapping[str, int]
    content: str
    line: int
    end: int
    """Line of its closing slashes, or the last line of the page."""
    parent: str | None = None
    """Name of the block it stands in."""
    section: str | None = None
    """Text of the level-two heading above it."""
    fault: str | None = None
    """Why it will not be rendered as a block, if it will not."""
    is_closed: bool = True
    is_at_margin: bool = True

    @property
    def id(self) -> str | None:
        """The id that the author gave."""
        value = self.options.get("id")
        return value if isinstance(value, str) else None


@dataclass(frozen=True)
class Link:
    """A link or a picture, its target as it was written."""

    target: str
    text: str
    line: int
    is_image: bool = False


@dataclass(frozen=True)
class Reference:
    """A reference link, or the definition of one."""

    label: str
    line: int


@dataclass(frozen=True)
class Citation:
    """One key of a citation."""

    key: str
    line: int
    block: str | None = None
    """Name of the block it stands in."""


@dataclass(frozen=True)
class Page:
    """One page as it was written."""

    path: str
    """Its address below the docs folder, as in practices/listening.md."""
    source: str
    """Its address for messages, as in docs/practices/listening.md."""
    kind: str
    form: Form
    matter: Matter | None
    """None where the front matter is at fault."""
    text: str
    """The Markdown below the front matter, with as many empty lines above it as that has."""
    plain: str
    """The same text with code, comments and addresses of links blanked out."""
    masked: str
    """The same text with only code and comments blanked out."""
    key_lines: Mapping[str, int]
    """Line of each key of the front matter, nested keys joined by dots."""
    headings: tuple[Heading, ...] = ()
    blocks: tuple[Block, ...] = ()
    stray_closes: tuple[int, ...] = ()
    deep_code: tuple[int, ...] = ()
    """Lines of code fences in lists and quotations, where Python-Markdown reads no code."""
    links: tuple[Link, ...] = ()
    references: tuple[Reference, ...] = ()
    definitions: tuple[Reference, ...] = ()
    citations: tuple[Citation, ...] = ()
    ids: tuple[str, ...] = ()
    """Ids that the author wrote as attributes."""
    in_nav: bool = True

    @property
    def name(self) -> str:
        """Its file name without the ending, which other pages call it by."""
        return PurePosixPath(self.path).stem

    @property
    def url(self) -> str:
        """Its address below the site's folder."""
        return self.path.removesuffix(".md") + ".html"

    @property
    def title(self) -> str:
        """Its title, or its name where the front matter is at fault."""
        return self.matter.title if self.matter else self.name

    @property
    def is_draft(self) -> bool:
        """Whether it is left out of the published site."""
        return bool(self.matter and self.matter.draft)

    @cached_property
    def anchors(self) -> frozenset[str]:
        """Every address with a # that the built page has."""
        return frozenset(
            [heading.slug for heading in self.headings]
            + [f"{block.name}-{block.id}" for block in self.blocks if block.id]
            + [f"source-{citation.key}" for citation in self.citations]
            + list(self.ids)
        )

    def line_of(self, key: str) -> int:
        """Return the line of a key of front matter, or 1."""
        return self.key_lines.get(key, 1)

    def blocks_named(self, name: str) -> list[Block]:
        """Return its blocks of one name, in reading order."""
        return [block for block in self.blocks if block.name == name]

    def _facts(self, model: type[Facts]) -> Facts:
        """Return the facts of a page whose form is known."""
        if not isinstance(self.matter, model):
            raise TypeError(f"{self.path} has no sound {model.__name__}")
        return self.matter

    @property
    def practice(self) -> PracticeMatter:
        """Its facts as a practice."""
        return self._facts(PracticeMatter)

    @property
    def exercise(self) -> ExerciseMatter:
        """Its facts as an exercise."""
        return self._facts(ExerciseMatter)

    @property
    def workshop(self) -> WorkshopMatter:
        """Its facts as a workshop."""
        return self._facts(WorkshopMatter)


@dataclass(frozen=True)
class Course:
    """A whole course, its pages in the order of the navigation."""

    pages: tuple[Page, ...] = ()
    assets: frozenset[str] = frozenset()
    """Every file below the docs folder that is not a page."""
    sources: Mapping[str, int] = field(default_factory=dict)
    """Keys of the bibliography, with the line of each."""
    services: tuple[Service, ...] = ()
    local_services: tuple[Service, ...] = ()
    """Those of the host, which stand first."""
    bibliography: str = ""
    """Address of the bibliography for messages, as those below."""
    service_file: str = ""
    site_file: str = "mkdocs.yml"
    vocabulary_file: str = "course.yml"

    @cached_property
    def published(self) -> Course:
        """The course without its drafts."""
        return replace(self, pages=tuple(page for page in self.pages if not page.is_draft))

    def of_form(self, form: Form) -> list[Page]:
        """Return the pages of one form whose facts are sound."""
        return [page for page in self.pages if page.form is form and page.matter]

    @property
    def practices(self) -> list[Page]:
        """Its practices, in the order of the navigation."""
        return self.of_form(Form.PRACTICE)

    @property
    def exercises(self) -> list[Page]:
        """Its exercises, in the order of the navigation."""
        return self.of_form(Form.EXERCISE)

    @property
    def workshops(self) -> list[Page]:
        """Its workshops, in the order of the navigation."""
        return self.of_form(Form.WORKSHOP)

    @cached_property
    def by_path(self) -> Mapping[str, Page]:
        """Its pages by their address below the docs folder."""
        return {page.path: page for page in self.pages}

    def practice_of(self, exercise: Page) -> Page | None:
        """Return the practice that an exercise belongs to."""
        return next(
            (page for page in self.practices if page.name == exercise.exercise.practice), None
        )

    def exercises_of(self, practice: Page) -> list[Page]:
        """Return the exercises that name this practice."""
        return [page for page in self.exercises if page.exercise.practice == practice.name]

    def exercise_named(self, name: str | None) -> Page | None:
        """Return the exercise of this name."""
        return next((page for page in self.exercises if page.name == name), None)
