"""Rules, and the problems found where one is broken."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable


class Rule(StrEnum):
    """Every rule a course is checked against: its id, and its meaning in an author's words."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """Make a member that is the id as a string and carries its meaning."""
        rule = str.__new__(cls, value)
        rule._value_ = value
        rule.meaning = meaning
        return rule

    MISSING_PAGE = (
        "missing-page",
        "A link leads to a page of this course that exists and is published.",
    )
    MISSING_ANCHOR = (
        "missing-anchor",
        "A link with a # leads to a heading or a block of that name on the page.",
    )
    MISSING_ASSET = (
        "missing-asset",
        "A picture or a file that is linked stands in the docs folder.",
    )
    LETTER_CASE = (
        "letter-case",
        "A link has the same capital and small letters as the file; many servers tell them apart.",
    )
    ABSOLUTE_PATH = (
        "absolute-path",
        "A link is written from the page it stands on; a leading / fails in a folder.",
    )
    PLAIN_HTTP = ("plain-http", "A link to the web uses https.")
    SCRIPT_LINK = ("script-link", "A link leads somewhere: javascript: and data: are not allowed.")
    LINK_TEXT = (
        "link-text",
        "The text of a link says where it leads, also when it is read on its own or on paper.",
    )
    UNDEFINED_REFERENCE = (
        "undefined-reference",
        "A reference link has its definition on the same page.",
    )
    UNUSED_REFERENCE = ("unused-reference", "A link definition is used.")
    NOT_IN_NAV = ("not-in-nav", "A page stands in the navigation of mkdocs.yml.")

    HEADING_ONE = (
        "heading-one",
        "The one level-one heading is the title in front matter; the text begins at level two.",
    )
    HEADING_SKIP = ("heading-skip", "Headings go down one level at a time.")
    DUPLICATE_SLUG = (
        "duplicate-slug",
        "No two headings or blocks of a page have the same address.",
    )
    MISSING_SECTION = ("missing-section", "A page has the sections that its kind requires.")
    MISPLACED_SECTION = ("misplaced-section", "Sections stand in the order of their kind.")
    UNKNOWN_SECTION = ("unknown-section", "A page whose kind declares its sections has no others.")

    UNKNOWN_BLOCK = (
        "unknown-block",
        "A block has one of the known names; any other is printed as it stands.",
    )
    UNKNOWN_OPTION = (
        "unknown-option",
        "A block takes only its own options; any other turns the block into plain text.",
    )
    MISSING_OPTION = ("missing-option", "A block has the options and the title it requires.")
    WRONG_VALUE = ("wrong-value", "The value of an option is one of those allowed.")
    BAD_OPTIONS = (
        "bad-options",
        "The indented lines below the opening of a block are options, written `name: value`.",
    )
    UNCLOSED_BLOCK = (
        "unclosed-block",
        "A block is closed by a line of slashes as long as the one that opened it.",
    )
    STRAY_CLOSE = ("stray-close", "A closing line has an opening one above it.")
    BLOCK_MARGIN = (
        "block-margin",
        "A block begins at the margin: inside a list or a quotation it cannot be relied on.",
    )
    BLOCK_PLACE = ("block-place", "A block stands on a page that may hold it.")
    BLOCK_INSIDE = ("block-inside", "A block stands inside another only where that is allowed.")
    MISSING_BLOCK = (
        "missing-block",
        "A section holds the blocks it requires, as many as its kind says.",
    )
    EMPTY_BLOCK = (
        "empty-block",
        "A block that needs content has some; one that the build draws has none.",
    )
    DUPLICATE_ID = ("duplicate-id", "An id is used once on a page: saved notes hang on it.")
    BLOCK_CONTENT = (
        "block-content",
        "The content of a block has the form it needs: choices with feedback, points, links.",
    )
    FACILITATOR_CONTENT = (
        "facilitator-content",
        "A facilitator block holds no heading, id or footnote: learners would see their traces.",
    )
    UNRENDERED_BLOCK = (
        "unrendered-block",
        "What was read as a block was rendered as one: the last net under silent faults.",
    )

    NOT_UTF8 = ("not-utf8", "A page is a text file in UTF-8.")
    NO_FRONT_MATTER = (
        "no-front-matter",
        "A page begins with its facts, between two lines of three hyphens.",
    )
    FRONT_MATTER_MAPPING = ("front-matter-mapping", "Front matter is a list of `key: value`.")
    FRONT_MATTER_YAML = ("front-matter-yaml", "Front matter is sound YAML.")
    UNKNOWN_KIND = (
        "unknown-kind",
        "A page is of a kind that course.yml declares, by its folder or by `kind:`.",
    )
    UNKNOWN_KEY = ("unknown-key", "Front matter and course files hold only the keys of their kind.")
    MISSING_KEY = (
        "missing-key",
        "Front matter and course files hold the keys their kind requires.",
    )
    WRONG_TYPE = ("wrong-type", "A value is of the type its key takes.")
    OUT_OF_RANGE = ("out-of-range", "A value is one of those its key allows.")
    SUMMARY_LENGTH = (
        "summary-length",
        "A summary has at most 160 characters: search results cut it there.",
    )
    MINUTES_ORDER = ("minutes-order", "The least comes before the most.")
    FUTURE_DATE = ("future-date", "A date is not later than today anywhere on earth.")

    UNKNOWN_PRACTICE = ("unknown-practice", "An exercise belongs to a practice that exists.")
    NO_EXERCISES = ("no-exercises", "A practice has at least one exercise.")
    NOTHING_ALONE = ("nothing-alone", "A practice has an exercise that one person can do.")
    UNMET_OBJECTIVE = ("unmet-objective", "Every objective is met by an exercise or by a check.")
    UNKNOWN_OBJECTIVE = (
        "unknown-objective",
        "An objective that is named stands in the front matter of its practice.",
    )
    MISSING_POINT = ("missing-point", "Every objective is answered by a key point.")
    NO_GENTLER_WAY = (
        "no-gentler-way",
        "An exercise says what to do when it is too much (a care block of kind too-much).",
    )
    NO_FACILITATOR = ("no-facilitator", "An exercise has notes for the facilitator.")
    NO_WAY_ALONE = (
        "no-way-alone",
        "An exercise for two has a way alone (a care block of kind alone).",
    )
    HEAVY_WITHOUT_NOTE = (
        "heavy-without-note",
        "A heavy topic has a note before it (a care block of kind before).",
    )
    SCENE_KINDS = ("scene-kinds", "A practice shows each kind of scene once.")
    TOO_MANY_WORDS = (
        "too-many-words",
        "A page or a section keeps to its number of words (a notice).",
    )
    SITUATION_TARGET = (
        "situation-target",
        "A situation leads to a part of a page, and there are at most eight.",
    )
    UNREACHED_PRACTICE = ("unreached-practice", "The home page leads to every practice.")

    SESSION_MINUTES = ("session-minutes", "The items of a session add up to its minutes.")
    SESSION_ORDER = (
        "session-order",
        "A session has an opening, a debrief after exercises and a closing of at most ten minutes.",
    )
    SESSION_SLACK = ("session-slack", "At least a tenth of a session is unplanned time.")
    SESSION_BREAK = (
        "session-break",
        "A session has a break of 10 minutes in any 90 and one of 15 in any 150.",
    )
    UNKNOWN_EXERCISE = ("unknown-exercise", "A workshop names exercises that exist.")
    EXERCISE_MINUTES = (
        "exercise-minutes",
        "An exercise gets no less and no more time than it asks for.",
    )
    PAIRS_RULE = ("pairs-rule", "A workshop never pairs people against the rule of an exercise.")
    UNKNOWN_ITEM = (
        "unknown-item",
        "A script belongs to an item of the agenda, and every item with an id has a script.",
    )
    DISCLOSURE_LINK = (
        "disclosure-link",
        "A workshop links to the part on what to do when someone tells you something.",
    )

    UNKNOWN_SOURCE = ("unknown-source", "A citation names a source of the bibliography.")
    EVIDENCE_UNCITED = ("evidence-uncited", "What is said of evidence carries a citation.")
    ABOVE_CEILING = ("above-ceiling", "No page claims more than course.yml allows it.")
    UNUSED_SOURCE = ("unused-source", "A source of the bibliography is cited somewhere (a notice).")
    BAD_BIBLIOGRAPHY = ("bad-bibliography", "The bibliography is sound BibTeX.")

    WORD_CHOICE = (
        "word-choice",
        "Nothing is promised and nobody is diagnosed; each phrase has its reason in course.yml.",
    )
    RAW_SCRIPT = ("raw-script", "A page holds no script.")
    RAW_STYLE = ("raw-style", "A page holds no style of its own.")
    RAW_EVENT = ("raw-event", "A page holds no event attribute such as onclick.")
    RAW_LINK = ("raw-link", "Links and pictures are written in Markdown, where they are checked.")
    IMAGE_ALT = ("image-alt", "A picture has alternative text that carries its meaning.")

    NUMBER_ELSEWHERE = (
        "number-elsewhere",
        "Telephone numbers stand in the file of help services and nowhere else.",
    )
    SERVICE_AGING = (
        "service-aging",
        "A help service was checked within the first number of days (a notice).",
    )
    SERVICE_STALE = (
        "service-stale",
        "A help service was checked within the second number of days.",
    )
    MISSING_SUPPORT = ("missing-support", "The support page that course.yml names exists.")
    UNKNOWN_RULE = ("unknown-rule", "A rule that is switched off in mkdocs.yml exists.")

    @property
    def is_notice(self) -> bool:
        """Whether breaking it is only worth a notice, and fails nothing."""
        return self in NOTICES


NOTICES = frozenset({Rule.TOO_MANY_WORDS, Rule.UNUSED_SOURCE, Rule.SERVICE_AGING})


@dataclass(frozen=True, order=True)
class Problem:
    """One rule broken at one line; lines count from 1 and include the front matter."""

    path: str
    line: int
    message: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} [{self.rule}]"


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that an author may have meant, if one is near."""
    lower = {str(item).lower(): str(item) for item in known}
    found = difflib.get_close_matches(word.lower(), lower, n=1)
    return lower[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the known word nearest to this one, or nothing."""
    found = closest(word, known)
    return f" Did you mean {found!r}?" if found else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?" for the nearest known word, or all of them when none is near."""
    choices = [str(item) for item in known]
    everything = f" Expected one of: {', '.join(choices)}." if choices else ""
    return did_you_mean(word, choices) or everything
