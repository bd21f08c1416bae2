"""The words of a course: what `course.yml` declares."""

from __future__ import annotations

from functools import cached_property
from string import Formatter
from typing import Literal

from pydantic import (
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from coursebook.grammar import BlockSpec, Form, blocks
from coursebook.matter import Identifier  # noqa: TC001 - pydantic reads it at run time
from coursebook.schema import Strict

Count = tuple[StrictInt, StrictInt]
"""The least and the most."""


class Section(Strict):
    """A level-two heading that pages of a kind have, in this order."""

    title: StrictStr
    required: StrictBool = True
    words: StrictInt | None = Field(None, description="the most words")
    sheet: Literal["whole", "short"] | None = Field(
        None, description="how it stands on papers that go home, if it does"
    )
    must: dict[str, Count] = Field(
        {}, description="blocks it holds, the least and the most of each"
    )


class Kind(Strict):
    """A kind of page. Without sections, its headings are free."""

    form: Form
    name: StrictStr = Field(description="what readers see")
    folder: StrictStr | None = Field(None, description="pages in this folder are of the kind")
    words: StrictInt | None = Field(None, description="the most words")
    sections: tuple[Section, ...] = ()


class Evidence(Strict):
    """How sure a course may be: outcomes, grades (best first), the most a practice may claim."""

    outcomes: dict[str, StrictStr]
    grades: dict[str, StrictStr] = Field(min_length=1)
    ceilings: dict[str, dict[str, StrictStr]] = {}

    @model_validator(mode="after")
    def _known(self) -> Evidence:
        for practice, ceiling in self.ceilings.items():
            for outcome, grade in ceiling.items():
                if outcome not in self.outcomes or grade not in self.grades:
                    message = f"the ceiling of {practice!r}, `{outcome}: {grade}`, is not declared"
                    raise PydanticCustomError("out-of-range", "{why}", {"why": message})
        return self


class Licence(Strict):
    """How the text may be used."""

    name: StrictStr
    url: StrictStr
    sentence: StrictStr = Field(description="one sentence that permits copying, for papers")


class Stale(Strict):
    """Days after which a help service wants to be checked again."""

    notice: StrictInt = 180
    problem: StrictInt = 365


class Avoid(Strict):
    """Phrases that a page does not use."""

    phrases: tuple[StrictStr, ...]
    why: StrictStr
    better: StrictStr


class Sheets(Strict):
    """Papers that go home."""

    directory: StrictStr | None = Field(
        None, description="address of a directory of help services, for the foot of every sheet"
    )
    forbidden: tuple[StrictStr, ...] = Field((), description="words that stand on none of them")


class Guide(Strict):
    """What a facilitator's guide takes from the pages of the course."""

    page: StrictStr = Field(description="the page for whoever runs a workshop")
    sections: tuple[StrictStr, ...] = Field((), description="sections of it that come first")
    materials: tuple[StrictStr, ...] = Field((), description="sections of it below the checklist")
    before: tuple[StrictStr, ...] = Field((), description="sections of a workshop that come first")
    after: tuple[StrictStr, ...] = Field((), description="sections of a workshop that come last")
    steps: tuple[StrictStr, ...] = Field(
        (), description="sections of an exercise that follow on what to say and do"
    )
    exercise: tuple[StrictStr, ...] = Field((), description="those that follow on the notes")
    feedback: StrictStr | None = Field(
        None, description="heading above the numbered questions of the feedback form"
    )
    log: StrictStr | None = Field(None, description="heading about the log of minutes")
    feedback_short: tuple[StrictInt, ...] = Field(
        (), description="those of them that do after an hour at most"
    )
    wall: tuple[StrictStr, ...] = Field(
        (), description="words of notes about what is drawn or written for all to see"
    )
    facilitators: StrictInt = 2
    spare: StrictInt = Field(2, description="sets of papers more than people")
    posters: StrictInt = 3
    help: dict[str, StrictStr] = Field({}, description="names of the kinds of help service")
    umbrellas: dict[str, StrictStr] = Field(
        {}, description="for a country, another whose services are its own as well"
    )
    poster: StrictStr | None = Field(None, description="words above the services on the poster")
    slip: StrictStr | None = Field(None, description="words above the services on a slip")


class Words(Strict):
    """What readers see around the text. A course in another language gives them all."""

    said: StrictStr = "Words to borrow"
    plan: StrictStr = "My plan"
    plan_when: StrictStr = "When"
    plan_then: StrictStr = "then I will"
    plan_small: StrictStr = "The two-minute version"
    scale_before: StrictStr = "Before"
    scale_after: StrictStr = "After"
    breathe: StrictStr = (
        "Breathe in for {inhale} seconds, and out for {exhale}. Go on for {minutes}."
    )
    breathe_stop: StrictStr = "Breathe as you like if this feels wrong, and stop when you want."
    minute: StrictStr = "{n} minute"
    minutes: StrictStr = "{n} minutes"
    minutes_range: StrictStr = "{least} to {most} minutes"
    care_before: StrictStr = "Before you start"
    care_too_much: StrictStr = "If this is too much"
    care_alone: StrictStr = "On your own"
    meaning: StrictStr = "What “{term}” means"
    myth: StrictStr = "You may have read"
    myth_nearer: StrictStr = "Nearer the truth"
    evidence: StrictStr = "How sure are we"
    objectives: StrictStr = "What you can practise"
    glance: StrictStr = "At a glance"
    glance_time: StrictStr = "Time"
    glance_who: StrictStr = "For whom"
    glance_how: StrictStr = "How"
    glance_pairs: StrictStr = "Pairs"
    glance_needs: StrictStr = "You need"
    glance_practice: StrictStr = "Belongs to"
    glance_exercises: StrictStr = "Exercises"
    glance_people: StrictStr = "Group"
    glance_sessions: StrictStr = "Sessions"
    people: StrictStr = "{least} to {most} people"
    reading: StrictStr = "{n} minutes to read"
    heavy: StrictStr = "Heavier topic"
    optional: StrictStr = "Every exercise is optional."
    draft: StrictStr = "Draft: this page is not published."
    reviewed: StrictStr = "Last reviewed"
    sources: StrictStr = "Sources"
    cite_and: StrictStr = "and"
    cite_others: StrictStr = "and others"
    undated: StrictStr = "undated"
    support: StrictStr = "More support"
    leave: StrictStr = "Leave this page"
    leave_limits: StrictStr = (
        "This opens another site. It does not clear your history, and it cannot hide you"
        " from somebody who watches this device."
    )
    local_help: StrictStr = "Near you"
    call: StrictStr = "Call"
    text_message: StrictStr = "Text"
    website: StrictStr = "Website"
    checked: StrictStr = "checked {date}"
    unchecked: StrictStr = "not yet re-checked"
    starts: StrictStr = "Starts"
    lasts: StrictStr = "Takes"
    item: StrictStr = "What"
    goes_first: StrictStr = "When short of time"
    contact: StrictStr = "Write to"
    no_contact: StrictStr = "The host of this copy has not given an address yet."
    not_found: StrictStr = "This page is not here"
    not_found_text: StrictStr = "It may have moved. The course is still where it was."
    version: StrictStr = "Version"
    workbook: StrictStr = "Workbook"
    large_print: StrictStr = "Large print"
    contents: StrictStr = "Contents"
    on_page: StrictStr = "On this page"
    close: StrictStr = "Close"
    notes: StrictStr = "Notes"
    page: StrictStr = "page {n}"
    page_of: StrictStr = "Page {n} of {total}"
    on_site: StrictStr = "on the website"
    sheet_support: StrictStr = "More support: page {n} of your booklet, or {directory}"
    support_lines: StrictStr = "Names, numbers and places that are good to have at hand:"
    support_directory: StrictStr = "A directory for every country: {directory}"
    papers: StrictStr = "On paper"
    paper_facts: StrictStr = "PDF, {pages} pages, {size} kB"
    downloads_folder: StrictStr = "The whole course as a folder"
    downloads_papers: StrictStr = "The folder, with the papers"
    downloads_file: StrictStr = "The whole course in one file"
    downloads_facts: StrictStr = "{pages} pages, {size} kB"
    downloads_inside: StrictStr = "You are reading the copy in the folder: the course is all here."
    sums: StrictStr = "The same sums in a file"
    keep: StrictStr = "Keep this course on this device"
    keep_trace: StrictStr = (
        "This leaves a trace: whoever uses this device can find that the course was kept."
    )
    keep_remove: StrictStr = "Remove it"
    keep_working: StrictStr = "One moment."
    keep_kept: StrictStr = "The course is on this device, and opens without a network."
    keep_removed: StrictStr = "The course is no longer on this device."
    keep_failed: StrictStr = "That did not work. Nothing was kept."
    guide: StrictStr = "Facilitator's guide"
    guide_of: StrictStr = "{workshop}: facilitator's guide"
    guide_link: StrictStr = "Clock times, scripts, copies and forms for whoever runs it"
    guide_only: StrictStr = "For whoever runs the workshop. Do not hand it out."
    guide_numbers: StrictStr = "Your numbers"
    guide_numbers_hint: StrictStr = (
        "Change them, and times, groups and copies change with them. Nothing is kept."
    )
    guide_start: StrictStr = "Begins at"
    guide_people: StrictStr = "People, without facilitators"
    guide_length: StrictStr = "Minutes of a session"
    guide_print: StrictStr = "Print this page"
    guide_groups: StrictStr = "Pairs: {pairs}. Groups of three: {threes}."
    guide_for: StrictStr = "For {people} people. {groups}"
    guide_changed: StrictStr = "New times and copies stand below."
    guide_checklist: StrictStr = "What to print"
    guide_paper: StrictStr = "Paper"
    guide_which: StrictStr = "Which pages"
    guide_sides: StrictStr = "Print"
    guide_copies: StrictStr = "Copies"
    guide_spare: StrictStr = (
        "Handouts: one for each person, {spare} spare, and {facilitators} for the facilitators."
    )
    guide_large: StrictStr = "Large print: the same exercises stand in the large-print workbook."
    guide_leaves: StrictStr = "Sheets of paper"
    guide_double: StrictStr = "Double-sided"
    guide_single: StrictStr = "One side only"
    guide_all: StrictStr = "all"
    guide_own_country: StrictStr = "your country"
    guide_forms: StrictStr = "Forms of this guide"
    guide_this: StrictStr = "This guide"
    guide_handout_page: StrictStr = "Handout, page {n}"
    guide_other_size: StrictStr = "{n} ({size}: {other})"
    guide_wall: StrictStr = "On the flip chart"
    guide_session: StrictStr = "Session {n}: {title}"
    guide_until: StrictStr = "until {time}"
    guide_end: StrictStr = "End"
    invitation: StrictStr = "Invitation"
    invitation_when: StrictStr = "Date"
    invitation_where: StrictStr = "Place, and how to get there"
    invitation_ask: StrictStr = "Questions, and what you need to take part: name and number"
    feedback: StrictStr = "Feedback form"
    feedback_lead: StrictStr = "No name needed. Every question is optional."
    feedback_talk: StrictStr = (
        "Would you like us to talk with you about this? Tell one of us,"
        " or write how we can reach you safely."
    )
    log: StrictStr = "Log of minutes"
    log_date: StrictStr = "Date, and how many came"
    log_planned: StrictStr = "Planned"
    log_real: StrictStr = "Real"
    log_change: StrictStr = "What we left out, and what we would change"
    handout: StrictStr = "Handout"
    poster: StrictStr = "Poster"
    slips: StrictStr = "Slips"
    help_papers: StrictStr = "Poster and slips"
    help_lead: StrictStr = "Places to call"
    help_near: StrictStr = "Near here"
    help_any: StrictStr = "Any country"
    help_cut: StrictStr = "Cut along the lines. Lay them where one can be taken unseen."
    sheet_directory: StrictStr = "More support: {directory}"
    facilitator: dict[str, StrictStr] = {
        "say": "Say",
        "do": "Do",
        "ask": "Ask",
        "watch": "Watch for",
        "three": "With three",
        "short": "When short of time",
        "online": "Online",
    }

    @field_validator("*")
    @classmethod
    def _filled(cls, value: object, info: ValidationInfo) -> object:
        """Refuse a gap that the build does not fill: only those of our own words are."""
        gaps = _gaps(cls.model_fields[info.field_name or ""].default) or set()
        found = _gaps(value)
        if found is None or not found <= gaps:
            known = ", ".join(f"{{{name}}}" for name in sorted(gaps)) or "none"
            context = {"known": known, "value": repr(value)}
            message = "expected no gaps in braces but {known}, not {value}"
            raise PydanticCustomError("out-of-range", message, context)
        return value


def _gaps(text: object) -> set[str] | None:
    """Return the names in braces of words that the build fills, or None if a brace is alone."""
    try:
        parts = list(Formatter().parse(text if isinstance(text, str) else ""))
    except ValueError:
        return None
    return {name for _, name, _, _ in parts if name is not None}


class Vocabulary(Strict):
    """What `course.yml` declares."""

    title: StrictStr
    short: Identifier = Field(description="begins file names and saved keys")
    version: StrictStr
    language: StrictStr = "en"
    licence: Licence
    kinds: dict[str, Kind]
    scenes: dict[str, StrictStr] = {}
    evidence: Evidence | None = None
    settings: dict[str, StrictStr] = {"alone": "On your own"}
    ways: dict[str, StrictStr] = {}
    pairs: dict[str, StrictStr] = Field({}, description="strictest first, which is the default")
    items: dict[str, StrictStr] = {}
    bibliography: StrictStr | None = None
    support: StrictStr | None = None
    services: StrictStr | None = None
    glossary: StrictStr | None = None
    disclosure: StrictStr | None = Field(None, description="the part every workshop links to")
    stale: Stale = Stale()
    sheets: Sheets = Sheets()
    guide: Guide | None = None
    avoid: tuple[Avoid, ...] = ()
    words: Words = Words()

    @model_validator(mode="after")
    def _kinds_and_blocks(self) -> Vocabulary:
        for kind in self.kinds.values():
            for section in kind.sections:
                for name in section.must:
                    if name not in self.blocks:
                        message = f"section {section.title!r} requires an unknown block {name!r}"
                        raise PydanticCustomError("unknown-block", "{why}", {"why": message})
        return self

    @cached_property
    def blocks(self) -> dict[str, BlockSpec]:
        """The blocks that pages of this course may hold, by name."""
        evidence = self.evidence
        return blocks(
            scenes=self.scenes,
            outcomes=evidence.outcomes if evidence else (),
            grades=evidence.grades if evidence else (),
            facilitator=self.words.facilitator,
        )

    def kind_of(self, path: str, declared: str | None) -> str | None:
        """Return the kind of the page at `path` (below docs), or None if it has none."""
        if declared is not None:
            return declared if declared in self.kinds else None
        folder = path.partition("/")[0] if "/" in path else None
        for name, kind in self.kinds.items():
            if folder is not None and kind.folder == folder:
                return name
        return None
