"""What a facilitator prints: handouts, guides with their forms, a poster and slips.

    pages, notes, numbers ── Plan ──► the guide's web page
                               └────► its manuscripts, one for each size of paper

The page and the paper are drawn from one template. A guide is drawn after the handouts are printed,
since it refers to their pages.
"""

from __future__ import annotations

import functools
import posixpath
import re
from dataclasses import dataclass, replace
from html import unescape
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from coursebook.agenda import (
    Numbers,
    clock_times,
    copies,
    fit,
    groups,
    least_minutes,
    page_ranges,
)
from coursebook.handout import EDITIONS, SIZES, Manuscript, css_content, mark
from coursebook.sheet import FONT, Binding, find_problems

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from jinja2 import Environment

    from coursebook.blocks import Note
    from coursebook.course import Course, Page
    from coursebook.handout import Paper, Size
    from coursebook.matter import Item, Session
    from coursebook.problems import Problem
    from coursebook.services import Service
    from coursebook.sheet import Sheet
    from coursebook.vocabulary import Guide, Vocabulary

SLIPS = 6
"""Slips on a page."""
HOUR = 60
"""Minutes after which the short feedback form does."""
TAG = re.compile(r"<[^>]+>")
HEADING = re.compile(r"(?=<h2\b)")
ADDRESS = re.compile(r'(?P<before>\s(?:href|src)=")(?P<url>[^"]*)"')
QUESTIONS = re.compile(r"<ol>(.*?)</ol>", re.DOTALL)
QUESTION = re.compile(r"<li>(.*?)</li>", re.DOTALL)
INVITATION = re.compile(r'<div class="cb-said"[^>]*>.*?<blockquote>(.*?)</blockquote>', re.DOTALL)


@dataclass(frozen=True)
class Step:
    """An item of a session, with all that a facilitator needs for it."""

    key: str
    """Session and item, by which the page's script finds it."""
    anchor: str
    time: str
    until: str
    next_key: str
    minutes: int
    item: Item
    title: str
    exercise: Page | None
    notes: tuple[Note, ...]
    steps: tuple[str, ...]
    """Sections of the exercise that follow on what to say and do."""
    parts: tuple[str, ...]
    """Sections of the exercise that follow on all notes."""
    where: str
    """Page of the handout."""


@dataclass(frozen=True)
class Meeting:
    """A session, with its clock set."""

    number: int
    anchor: str
    session: Session
    start: str
    end: str
    minutes: int
    least: int
    steps: tuple[Step, ...]
    wall: tuple[tuple[str, str], ...]
    """What is drawn or written for all to see, with the title of its item."""


@dataclass(frozen=True)
class Row:
    """A line of the checklist."""

    name: str
    which: str
    """Pages, or an anchor in the guide."""
    leaves: int
    """Sheets of paper of one copy; 0 if nobody knows yet."""
    per: int = 1
    """How many people share a copy; 0 if the number of people does not matter."""
    spare: int = 0
    is_double: bool = False

    def copies(self, people: int) -> int:
        """Return how often to print it."""
        return copies(people, self.per, self.spare)


@dataclass(frozen=True)
class Plan:
    """One workshop, with everything that its guide is drawn from."""

    workshop: Page
    course: Course
    vocabulary: Vocabulary
    declared: Guide
    pages: Mapping[str, str]
    """HTML of each page by its path below docs."""
    notes: Mapping[str, Sequence[Note]]
    handouts: Mapping[str, Paper]
    """The printed handout, by the name of its size; empty where no papers are made."""
    numbers: Numbers

    @property
    def path(self) -> str:
        """Where the guide's page stands."""
        return guide_path(self.workshop)

    @property
    def people(self) -> int:
        """How many come: as many as may, where nobody says, so that no copy is missing."""
        return self.numbers.people or self.workshop.workshop.people[1]

    def meetings(self, size: Size | None) -> tuple[Meeting, ...]:
        """Return the sessions; `size` decides on page numbers, both stand where it is None."""
        return tuple(
            self._meeting(number, session, size)
            for number, session in enumerate(self.workshop.workshop.sessions)
        )

    def _meeting(self, number: int, session: Session, size: Size | None) -> Meeting:
        minutes = self.numbers.minutes or session.minutes
        start = self.numbers.start or session.start
        lengths = fit(session, minutes)
        times = clock_times(start, lengths)
        steps = tuple(
            self._step((number, place), item, span, length, size)
            for place, (item, span, length) in enumerate(
                zip(session.agenda, pairwise(times), lengths, strict=True)
            )
        )
        return Meeting(
            number=number + 1,
            anchor=f"session-{number + 1}",
            session=session,
            start=start,
            end=times[-1],
            minutes=sum(lengths),
            least=least_minutes(session),
            steps=steps,
            wall=tuple((step.title, line) for step in steps for line in self._wall(step)),
        )

    def _step(
        self,
        place: tuple[int, int],
        item: Item,
        span: tuple[str, str],
        minutes: int,
        size: Size | None,
    ) -> Step:
        session, number = place
        key = f"{session}-{number}"
        exercise = self.course.exercise_named(item.exercise)
        anchor = f"item-{key}"
        notes = [
            (note, self.workshop)
            for note in self.notes.get(self.workshop.path, ())
            if item.id and note.item == item.id
        ]
        if exercise:
            notes += [(note, exercise) for note in self.notes.get(exercise.path, ())]
        return Step(
            key=key,
            anchor=anchor,
            time=span[0],
            until=span[1],
            next_key=f"{session}-{number + 1}",
            minutes=minutes,
            item=item,
            title=item.title or (exercise.title if exercise else ""),
            exercise=exercise,
            notes=tuple(
                replace(note, html=self._moved(note.html, page, f"{anchor}-n{place}"))
                for place, (note, page) in enumerate(notes)
            ),
            steps=tuple(self._parts(exercise, self.declared.steps, anchor)),
            parts=tuple(self._parts(exercise, self.declared.exercise, anchor)),
            where=self._where(exercise, size) if exercise else "",
        )

    def _parts(self, exercise: Page | None, titles: Sequence[str], anchor: str) -> Iterator[str]:
        found = sections(self.pages.get(exercise.path, "")) if exercise else {}
        for title in titles:
            if title in found:
                html = self._moved(found[title], exercise, anchor)
                html = re.sub(r"<(/?)h3\b", r"<\1h5", html)
                yield re.sub(r"<(/?)h2\b", r"<\1h4", html)

    def _wall(self, step: Step) -> Iterator[str]:
        """Yield each sentence of its notes that is about what all can see."""
        for note in step.notes:
            for line in TAG.sub("", note.html).splitlines():
                if note.kind == "do" and any(word in line for word in self.declared.wall):
                    yield line.strip()

    def _where(self, exercise: Page, size: Size | None) -> str:
        starts = {name: paper.starts.get(exercise.path) for name, paper in self.handouts.items()}
        return self._in_size({name: str(start) for name, start in starts.items() if start}, size)

    def _in_size(self, texts: Mapping[str, str], size: Size | None) -> str:
        """Return what holds for a size, or for all of them, each named where they differ."""
        if size:
            return texts.get(size.name, "")
        first, *others = [(texts.get(size.name, ""), size.label) for size in SIZES]
        text = first[0]
        for other, label in others:
            if other != first[0]:
                words = self.vocabulary.words.guide_other_size
                text = words.format(n=text, size=label, other=other)
        return text

    def sections(self) -> tuple[str, ...]:
        """Return what comes first: what to know, what to fill in, what to do beforehand."""
        before = self._taken(self.workshop, self.declared.before)
        return (*self._taken(self._facilitating, self.declared.sections), *before)

    def materials(self) -> tuple[str, ...]:
        """Return what stands below the checklist."""
        return self._taken(self._facilitating, self.declared.materials)

    def after(self) -> tuple[str, ...]:
        """Return what comes last."""
        return self._taken(self.workshop, self.declared.after)

    @property
    def _facilitating(self) -> Page | None:
        return self.course.by_path.get(self.declared.page)

    def _taken(self, page: Page | None, titles: Sequence[str]) -> tuple[str, ...]:
        found = sections(self.pages.get(page.path, "")) if page else {}
        return tuple(self._moved(found[t], page) for t in titles if page and t in found)

    @functools.cached_property
    def _anchors(self) -> Mapping[tuple[str, str], str]:
        """Where in the guide stands what has an address and a fragment on the site."""
        taken = [
            (self._facilitating, (*self.declared.sections, *self.declared.materials)),
            (self.workshop, (*self.declared.before, *self.declared.after)),
        ]
        found = {
            (page.url, name): name
            for page, titles in taken
            if page
            for title, html in sections(self.pages.get(page.path, "")).items()
            if title in titles
            for name in re.findall(r'\sid="([^"]*)"', html)
        }
        forms = {self.declared.feedback: "feedback", self.declared.log: "log"}
        if page := self._facilitating:
            slugs = {heading.text: heading.slug for heading in page.headings}
            found |= {(page.url, slugs[h]): form for h, form in forms.items() if h in slugs}
        return found

    def _moved(self, html: str, page: Page | None, prefix: str = "") -> str:
        """Return HTML of a page with links that hold on the guide's page, and ids of its own."""
        source = page.url if page else ""
        if prefix:
            html = re.sub(r'(\sid=")', rf"\g<1>{prefix}-", html)

        def move(found: re.Match[str]) -> str:
            parts = urlsplit(unescape(found["url"]))
            if parts.scheme or parts.netloc:
                return found[0]
            path = posixpath.join(posixpath.dirname(source), unquote(parts.path))
            path = posixpath.normpath(path) if parts.path else source
            fragment = f"#{parts.fragment}" if parts.fragment else ""
            if anchor := self._anchors.get((path, parts.fragment)):
                return f'{found["before"]}#{anchor}"'
            address = posixpath.relpath(path, posixpath.dirname(self.path))
            return f'{found["before"]}{address}{fragment}"'

        return ADDRESS.sub(move, html)

    def rows(self, size: Size | None) -> tuple[Row, ...]:
        """Return the checklist."""
        words, declared = self.vocabulary.words, self.declared
        everyone = declared.spare + declared.facilitators
        rows = []
        runs = {name: list(self._runs(paper)) for name, paper in self.handouts.items()}
        for number, session in enumerate(self.workshop.workshop.sessions):
            pages = {name: found[number] for name, found in runs.items() if found[number]}
            if pages:
                texts = {name: page_ranges(found) for name, found in pages.items()}
                count = len(pages[size.name] if size else next(iter(pages.values())))
                name = f"{words.handout}: {session.title}"
                which = self._in_size(texts, size)
                rows.append(Row(name, which, -(-count // 2), spare=everyone, is_double=True))
        return (
            *rows,
            Row(words.feedback, "#feedback", 1),
            Row(words.invitation, "#invitation", 1),
            Row(words.log, "#log", 1, per=0, spare=1),
            Row(words.guide_this, words.guide_all, 0, 0, declared.facilitators, is_double=True),
            *(
                [
                    Row(words.poster, words.guide_own_country, 1, 0, declared.posters),
                    Row(words.slips, words.guide_own_country, 1, SLIPS, 1),
                ]
                if has_help(self.course)
                else []
            ),
        )

    def _runs(self, paper: Paper) -> Iterator[range]:
        """Yield the pages of each session in the handout."""
        firsts = []
        for used in session_exercises(self.workshop, self.course):
            starts = [paper.starts[page.path] for page in used if page.path in paper.starts]
            firsts.append(min(starts, default=None))
        ends = [first for first in firsts if first] + [paper.pages + 1]
        ranges = iter([range(start, end) for start, end in pairwise(ends)])
        for first in firsts:
            yield next(ranges) if first else range(0)

    def questions(self) -> tuple[str, ...]:
        """Return the questions of the feedback form."""
        html = self.pages.get(self.declared.page, "")
        heading = re.compile(rf"<h[2-4]\b[^>]*>{re.escape(self.declared.feedback or '')}</h")
        place = heading.search(html)
        found = QUESTIONS.search(html, place.end()) if place else None
        questions = [_words(item) for item in QUESTION.findall(found[1])] if found else []
        sessions = self.workshop.workshop.sessions
        short = self.declared.feedback_short
        if short and sum(session.minutes for session in sessions) <= HOUR:
            return tuple(questions[number - 1] for number in short if number <= len(questions))
        return tuple(questions)

    def invitation(self) -> str:
        """Return the words that the workshop's page gives to invite people."""
        found = INVITATION.search(self.pages.get(self.workshop.path, ""))
        return found[1].strip() if found else ""

    def contents(self) -> Iterator[tuple[str, str]]:
        """Yield the id and the title of each part of the guide."""
        words = self.vocabulary.words
        for html in self.sections():
            yield _heading(html)
        yield "checklist", words.guide_checklist
        for html in self.materials():
            yield _heading(html)
        sessions = self.workshop.workshop.sessions
        for number, session in enumerate(sessions, 1):
            named = words.guide_session.format(n=number, title=session.title)
            yield f"session-{number}", named if len(sessions) > 1 else session.title
        for html in self.after():
            yield _heading(html)
        yield "feedback", words.feedback
        yield "invitation", words.invitation
        yield "log", words.log

    def faults(self) -> Iterator[str]:
        """Yield what course.yml declares and no page has."""
        known = set(sections(self.pages.get(self.declared.page, "")))
        if self.declared.page not in self.pages:
            yield f"guide: there is no page {self.declared.page!r}."
            return
        for title in (*self.declared.sections, *self.declared.materials):
            if title not in known:
                yield f"guide: {self.declared.page} has no section {title!r}."
        if self.declared.feedback and not self.questions():
            yield f"guide: no numbered questions stand below {self.declared.feedback!r}."

    def draw(self, env: Environment, size: Size | None = None, **more: object) -> str:
        """Return the guide's HTML for a page of the site, or for a size of paper."""
        return env.get_template("guide/guide.html").render(
            plan=self,
            model=self.workshop,
            course=self.course,
            vocabulary=self.vocabulary,
            words=self.vocabulary.words,
            meetings=self.meetings(size),
            rows=self.rows(size),
            groups=groups(self.people),
            contents=list(self.contents()),
            size=size,
            **more,
        )


def sections(html: str) -> dict[str, str]:
    """Return the HTML of each section of a page, its heading included, by its title."""
    found = {}
    for part in HEADING.split(html):
        if part.startswith("<h2"):
            heading, _, _ = part.partition("</h2>")
            found[_words(heading)] = part.strip()
    return found


def _heading(section: str) -> tuple[str, str]:
    """Return the id and the title of a section's heading."""
    name = re.search(r'\sid="([^"]*)"', section)
    return name[1] if name else "", _words(section.partition("</h2>")[0])


def _words(html: str) -> str:
    return " ".join(unescape(TAG.sub("", html)).split())


def guide_path(workshop: Page) -> str:
    """Return the path of a guide's page below docs, where no file stands."""
    return f"{workshop.path.removesuffix('.md')}-guide.md"


def plans(  # noqa: PLR0913 - a guide is put together from all of these
    course: Course,
    vocabulary: Vocabulary,
    pages: Mapping[str, str],
    notes: Mapping[str, Sequence[Note]],
    *,
    papers: Sequence[Paper],
    numbers: Mapping[str, Numbers],
) -> list[Plan]:
    """Return the plan of each workshop; `papers` hold its handouts, once they are printed.

    `numbers` are those of a workshop by its name, or of all under an empty one.
    """
    if vocabulary.guide is None:
        return []
    return [
        Plan(
            workshop,
            course,
            vocabulary,
            vocabulary.guide,
            pages,
            notes,
            {
                size.name: paper
                for paper in papers
                for size in SIZES
                if paper.name == _name(vocabulary, workshop.name, "handout", size)
            },
            numbers.get(workshop.name) or numbers.get("") or Numbers(),
        )
        for workshop in course.workshops
    ]


def paper_names(course: Course, vocabulary: Vocabulary) -> list[str]:
    """Return the names of all papers of facilitators, known before any page is rendered."""
    if vocabulary.guide is None:
        return []
    kinds = ("handout", "guide")
    return [
        *(
            _name(vocabulary, workshop.name, kind, size)
            for workshop in course.workshops
            for kind in kinds
            for size in SIZES
            if kind == "guide" or any(session_exercises(workshop, course))
        ),
        *(_name(vocabulary, "help", "", size) for size in SIZES if has_help(course)),
    ]


def _name(vocabulary: Vocabulary, name: str, kind: str, size: Size) -> str:
    return "-".join(filter(None, (vocabulary.short, name, kind, size.name)))


# Handouts


def session_exercises(workshop: Page, course: Course) -> list[list[Page]]:
    """Return the exercises of each session, each where it is met first."""
    known: set[str] = set()
    found = []
    for session in workshop.workshop.sessions:
        used = []
        for item in session.agenda:
            exercise = course.exercise_named(item.exercise)
            if exercise and exercise.path not in known:
                known.add(exercise.path)
                used.append(exercise)
        found.append(used)
    return found


def handouts(  # noqa: PLR0913 - as above
    course: Course,
    vocabulary: Vocabulary,
    pages: Mapping[str, str],
    env: Environment,
    docs: Path,
    *,
    site: str = "",
) -> tuple[list[Manuscript], list[Problem]]:
    """Return the handout of each workshop in each size, and what must not stand in it."""
    manuscripts, problems = [], []
    for workshop in course.workshops if vocabulary.guide else []:
        by_session = session_exercises(workshop, course)
        used = [page for found in by_session for page in found if page.path in pages]
        if not used:
            continue
        binding = Binding.of(used, course, vocabulary, site)
        sheets = {page.path: binding.sheet(page, pages[page.path]) for page in used}
        problems += [p for s in sheets.values() for p in find_problems(s, course, vocabulary)]
        chapters: list[tuple[Session, list[Sheet]]] = [
            (session, [sheets[page.path] for page in found if page.path in sheets])
            for session, found in zip(workshop.workshop.sessions, by_session, strict=True)
        ]
        for size in SIZES:
            html = _render(
                env,
                "handout/handout.html",
                vocabulary,
                size,
                course=course,
                workshop=workshop,
                chapters=[chapter for chapter in chapters if chapter[1]],
                mark=functools.partial(mark, docs),
            )
            name = _name(vocabulary, workshop.name, "handout", size)
            title = vocabulary.words.handout
            manuscripts.append(
                Manuscript(name, title, size, EDITIONS[0], html, binding.ids, (workshop.path,))
            )
    return manuscripts, problems


def _render(env: Environment, name: str, vocabulary: Vocabulary, size: Size, **more: object) -> str:
    return env.get_template(name).render(
        vocabulary=vocabulary,
        words=vocabulary.words,
        edition=EDITIONS[0],
        size=size,
        font=FONT,
        css_content=css_content,
        **more,
    )


# Guides


def guides(plan: Plan, env: Environment, *, site: str = "") -> list[Manuscript]:
    """Return the guide of a workshop in each size, made from the HTML of its page."""
    vocabulary, workshop = plan.vocabulary, plan.workshop
    page = replace(workshop, path=plan.path)
    manuscripts = []
    for size in SIZES:
        ids = {
            step.exercise.path: step.anchor
            for meeting in reversed(plan.meetings(size))
            for step in reversed(meeting.steps)
            if step.exercise
        }
        tops = {plan.declared.page: next(plan.contents())[0], workshop.path: "session-1"}
        binding = Binding(plan.course, vocabulary, ids | tops, site)
        body = binding.fit(page, plan.draw(env, size))
        html = _render(env, "handout/guide.html", vocabulary, size, workshop=workshop, body=body)
        manuscripts.append(
            Manuscript(
                name=_name(vocabulary, workshop.name, "guide", size),
                title=vocabulary.words.guide,
                size=size,
                edition=EDITIONS[0],
                html=html,
                ids=ids | {f"#{name}": name for name in ("feedback", "invitation", "log")},
                owners=(workshop.path,),
            )
        )
    return manuscripts


# Poster and slips


def has_help(course: Course) -> bool:
    """Return whether there is anything to put on a poster."""
    return bool(course.services or course.local_services)


@dataclass(frozen=True)
class Place:
    """A country, with the services for whoever is there."""

    name: str
    services: tuple[tuple[str, tuple[Service, ...]], ...]
    """By their kind, as the poster names it."""


def places(course: Course, declared: Guide) -> list[Place]:
    """Return each country that has services, and first none, for the host's own alone.

    What is called a directory is for every country, and stands on every poster.
    """
    kinds = declared.help or {service.kind: service.kind for service in course.services}
    anywhere = [service for service in course.services if service.kind == "directory"]
    umbrellas = set(declared.umbrellas.values())
    names = dict.fromkeys(s.country for s in course.services if s not in anywhere)
    found = []
    for name in ["", *(name for name in names if name not in umbrellas)]:
        own = {name, declared.umbrellas.get(name, name)}
        services = [s for s in course.services if s.country in own and s not in anywhere]
        by_kind = [
            (label, tuple(s for s in (*services, *anywhere) if s.kind == kind))
            for kind, label in kinds.items()
        ]
        found.append(Place(name, tuple((label, held) for label, held in by_kind if held)))
    return found


def help_papers(course: Course, vocabulary: Vocabulary, env: Environment) -> list[Manuscript]:
    """Return the poster and the slips of each country, in each size."""
    if vocabulary.guide is None or not has_help(course):
        return []
    owners = (*(page.path for page in course.workshops), vocabulary.guide.page)
    return [
        Manuscript(
            _name(vocabulary, "help", "", size),
            vocabulary.words.help_papers,
            size,
            EDITIONS[0],
            _render(
                env,
                "handout/help.html",
                vocabulary,
                size,
                course=course,
                declared=vocabulary.guide,
                places=places(course, vocabulary.guide),
                slips=SLIPS,
            ),
            {},
            owners,
        )
        for size in SIZES
    ]
