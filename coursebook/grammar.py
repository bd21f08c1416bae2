"""Forms of page and blocks of a lesson: what the package knows, whatever the course is about.

Reader, renderer, checks, tests and the author's reference share these tables.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Form(StrEnum):
    """What the package knows how to check and to draw; a course names its own kinds of page."""

    HOME = "home"
    INDEX = "index"
    PRACTICE = "practice"
    EXERCISE = "exercise"
    WORKSHOP = "workshop"
    PAGE = "page"


ID = r"^[a-z][a-z0-9-]*$"
"""What an id looks like: saved notes hang on it, so an author writes it."""


@dataclass(frozen=True)
class Option:
    """One option of a block."""

    expected: str
    """What an author may write, in words."""
    parse: Callable[[object], object]
    """Return the value, or raise ValueError."""
    required: bool = False
    default: object = None


class Content(StrEnum):
    """What stands between the opening and the closing line of a block."""

    WORDS = "words"
    OPTIONAL = "optional"
    NONE = "none"
    """Nothing: its options say all, or the build draws it from the course."""
    CHOICES = "choices"
    """A definition list: each term a choice, each definition its feedback."""
    POINTS = "points"
    """A list; each item begins with the id of an objective and a colon."""
    LINKS = "links"
    """A list in which each item is one link."""


@dataclass(frozen=True)
class BlockSpec:
    """What a block is for, and how it is written."""

    name: str
    purpose: str
    content: Content
    forms: frozenset[Form]
    example: str
    title: str | None = None
    """What the words behind the bar are, if it takes any; with a ? at the end they are optional."""
    options: Mapping[str, Option] = field(default_factory=dict)
    inside: frozenset[str] = frozenset()
    """Blocks it may stand in."""
    is_drawn: bool = False
    """Whether the build draws it from the course."""
    is_quotation: bool = False
    """Whether its words are somebody's, so that rules on words do not apply."""


def word(*choices: str) -> Callable[[object], str]:
    """Accept one of these words."""

    def parse(value: object) -> str:
        if value not in choices:
            raise ValueError
        return str(value)

    return parse


def whole(least: int, most: int) -> Callable[[object], int]:
    """Accept a whole number in this range."""

    def parse(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise ValueError
        return value

    return parse


def identifier(value: object) -> str:
    """Accept small letters, digits and hyphens, a letter first."""
    if not isinstance(value, str) or not re.fullmatch(ID, value):
        raise ValueError
    return value


def words(value: object) -> str:
    """Accept any text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _one(choices: Iterable[str], *, required: bool = True) -> Option:
    names = tuple(choices)
    return Option("one of: " + ", ".join(names), word(*names), required=required)


def _number(least: int, most: int, default: int | None = None) -> Option:
    expected = f"a whole number from {least} to {most}"
    return Option(expected, whole(least, most), required=default is None, default=default)


ID_OPTION = Option("small letters, digits and hyphens", identifier, required=True)
OBJECTIVE_OPTION = Option("the id of an objective", identifier)
WORDS_OPTION = Option("words", words, required=True)

SPACES = ("lines", "box", "grid", "draw")
CARE_KINDS = ("before", "too-much", "alone")
MOST_LINES = 20

TEXT_FORMS = frozenset({Form.PRACTICE, Form.EXERCISE, Form.PAGE, Form.INDEX})
ALL_FORMS = frozenset(Form)


def blocks(
    *,
    scenes: Iterable[str],
    outcomes: Iterable[str],
    grades: Iterable[str],
    facilitator: Iterable[str],
) -> dict[str, BlockSpec]:
    """Return the blocks that pages may hold, by name, for a course that declares these words.

    `scenes` are kinds of scene, `outcomes` what an evidence block grades, `grades` the grades,
    `facilitator` the kinds of facilitator block. Without outcomes there is no evidence block.
    """
    graded = {outcome: _one(grades) for outcome in outcomes}
    grade_lines = "".join(f"    {outcome}: {next(iter(grades))}\n" for outcome in graded)
    scene = next(iter(scenes), "")
    specs = [
        BlockSpec(
            "objectives",
            "Draws the list of objectives from front matter.",
            Content.NONE,
            frozenset({Form.PRACTICE}),
            "/// objectives\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "exercises",
            "Draws a card for each exercise of this practice; on an index page, of every practice.",
            Content.NONE,
            frozenset({Form.PRACTICE, Form.INDEX}),
            "/// exercises\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "practices",
            "Draws a card for each practice.",
            Content.NONE,
            frozenset({Form.HOME, Form.INDEX, Form.PAGE}),
            "/// practices\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "workshops",
            "Draws a card for each workshop.",
            Content.NONE,
            frozenset({Form.HOME, Form.INDEX, Form.PAGE}),
            "/// workshops\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "agenda",
            "Draws the sessions of a workshop from front matter, with clock times.",
            Content.NONE,
            frozenset({Form.WORKSHOP}),
            "/// agenda\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "help",
            "Draws the help services from their file, those of the host first.",
            Content.NONE,
            frozenset({Form.PAGE}),
            "/// help\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "bibliography",
            "Draws every source of the bibliography.",
            Content.NONE,
            frozenset({Form.PAGE}),
            "/// bibliography\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "contact",
            "Draws the address that mkdocs.yml gives for mistakes and harm.",
            Content.NONE,
            frozenset({Form.PAGE}),
            "/// contact\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "downloads",
            "Draws the list of what can be taken away: bundles, one file, papers.",
            Content.NONE,
            frozenset({Form.PAGE}),
            "/// downloads\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "keep",
            "Draws the button that keeps the course on the reader's device.",
            Content.NONE,
            frozenset({Form.PAGE}),
            "/// keep\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "reference",
            "Draws this reference: kinds of page, sections, blocks, options and rules.",
            Content.NONE,
            frozenset({Form.PAGE}),
            "/// reference\n///\n",
            is_drawn=True,
        ),
        BlockSpec(
            "situations",
            "What a reader may be in, each a link to a part of a page that helps within a minute.",
            Content.LINKS,
            frozenset({Form.HOME}),
            "/// situations\n- [I need a pause](practices/first.md#try-it)\n///\n",
        ),
        BlockSpec(
            "scene",
            "A short scene: what it can look like.",
            Content.WORDS,
            TEXT_FORMS,
            f"/// scene | At the door\n    with: {scene}\n\nShe waits, and then she knocks.\n///\n",
            title="its title",
            options={"with": _one(scenes)},
        ),
        BlockSpec(
            "said",
            "A sentence to borrow.",
            Content.WORDS,
            ALL_FORMS,
            "/// said\nGive me ten minutes, and I will come back.\n///\n",
            inside=frozenset({"care", "scene", "facilitator"}),
            is_quotation=True,
        ),
        BlockSpec(
            "write",
            "A prompt that the learner answers in words or with a drawing.",
            Content.OPTIONAL,
            TEXT_FORMS,
            "/// write | What came first?\n    id: first\n    lines: 3\n///\n",
            title="the prompt",
            options={
                "id": ID_OPTION,
                "space": Option("one of: " + ", ".join(SPACES), word(*SPACES), default=SPACES[0]),
                "lines": _number(1, MOST_LINES, 3),
            },
        ),
        BlockSpec(
            "scale",
            "A rating from 0 to 10, before and after.",
            Content.OPTIONAL,
            TEXT_FORMS,
            "/// scale | How strong is it?\n    id: strength\n    low: hardly there\n"
            "    high: as strong as it gets\n///\n",
            title="the question",
            options={"id": ID_OPTION, "low": WORDS_OPTION, "high": WORDS_OPTION},
        ),
        BlockSpec(
            "check",
            "A question with choices, and feedback for each; nothing is scored.",
            Content.CHOICES,
            TEXT_FORMS,
            "/// check | Which comes first?\n    id: first-step\n\n"
            "A pause.\n:   Yes, a short one.\n\nAn answer.\n:   It can wait a minute.\n///\n",
            title="the question",
            options={"id": ID_OPTION, "objective": OBJECTIVE_OPTION},
        ),
        BlockSpec(
            "plan",
            "A plan the learner writes: when, then, and its two-minute version.",
            Content.OPTIONAL,
            TEXT_FORMS,
            "/// plan\n    id: evening\n\n"
            "When I close the door, then I will take one breath.\n///\n",
            options={"id": ID_OPTION},
        ),
        BlockSpec(
            "breathe",
            "A guide to slow breathing: seconds in, seconds out (no shorter), minutes.",
            Content.NONE,
            TEXT_FORMS,
            "/// breathe\n    in: 4\n    out: 6\n    minutes: 2\n///\n",
            options={"in": _number(3, 5), "out": _number(4, 8), "minutes": _number(1, 5)},
        ),
        BlockSpec(
            "sample",
            "What an invented person wrote or said.",
            Content.WORDS,
            TEXT_FORMS,
            "/// sample | Ama\nFirst I laughed. Then I went quiet.\n///\n",
            title="who it is",
            is_quotation=True,
        ),
        BlockSpec(
            "care",
            "A note before a heavy topic, a gentler way, or a way alone.",
            Content.WORDS,
            ALL_FORMS,
            "/// care\n    kind: too-much\n\nStop, and do something ordinary.\n///\n",
            options={"kind": _one(CARE_KINDS)},
        ),
        BlockSpec(
            "evidence",
            "What is known, how surely, and for whom not; it carries citations.",
            Content.WORDS,
            TEXT_FORMS,
            f"/// evidence\n{grade_lines}\nOne study found a little.\n///\n",
            options=graded,
        ),
        BlockSpec(
            "keypoints",
            "What to take along; each point answers an objective.",
            Content.POINTS,
            frozenset({Form.PRACTICE}),
            "/// keypoints\n- first-id: A short sentence to take along.\n///\n",
        ),
        BlockSpec(
            "myth",
            "What people say, and what is nearer the truth.",
            Content.WORDS,
            TEXT_FORMS,
            "/// myth | It never changes\nIt can change, slowly.\n///\n",
            title="what people say",
            is_quotation=True,
        ),
        BlockSpec(
            "facilitator",
            "A note for whoever runs the workshop; never on learners' pages.",
            Content.WORDS,
            frozenset({Form.EXERCISE, Form.WORKSHOP}),
            "/// facilitator\n    kind: say\n\nYou may pass at any time.\n///\n",
            options={
                "kind": _one(facilitator),
                "item": Option("the id of an item of the agenda", identifier),
            },
        ),
    ]
    return {spec.name: spec for spec in specs if spec.name != "evidence" or graded}
