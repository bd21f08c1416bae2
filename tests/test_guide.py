"""What a facilitator prints, and the page on which its numbers change."""

from __future__ import annotations

import json
import re
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import outloud  # type: ignore[import-untyped]
import pdfua
import pytest
from browser import NAMES, Browser
from bs4 import BeautifulSoup
from building import ROOT
from pypdf import PdfReader
from server import DeadEnd, Server

from coursebook.agenda import clock_times, copies, fit, groups
from coursebook.command import main
from coursebook.config import read_site
from coursebook.reading import read_course, read_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from coursebook.course import Course, Page
    from coursebook.vocabulary import Vocabulary

WORKSHOPS = ("taster", "half-day", "six-evenings")
SIZES = ("a4", "letter")


@pytest.fixture(scope="module")
def read() -> tuple[Vocabulary, Course]:
    """Read the real course."""
    inputs = read_site(str(ROOT / "mkdocs.yml"))
    vocabulary, _ = read_vocabulary(inputs.vocabulary)
    assert vocabulary is not None
    return vocabulary, read_course(inputs, vocabulary).course


@pytest.fixture(scope="module")
def course(read: tuple[Vocabulary, Course]) -> Course:
    """Return its pages."""
    return read[1]


@pytest.fixture(scope="module", params=WORKSHOPS)
def workshop(course: Course, request: pytest.FixtureRequest) -> Page:
    """Return each workshop in turn."""
    return course.by_path[f"workshops/{request.param}.md"]


def exercises(workshop: Page, course: Course) -> list[Page]:
    """Return the exercises of a workshop, in their order."""
    items = [item for session in workshop.workshop.sessions for item in session.agenda]
    found = [course.exercise_named(item.exercise) for item in items]
    return [exercise for exercise in found if exercise]


def paper(site: Path, name: str) -> PdfReader:
    """Open a paper of the built site."""
    return PdfReader(BytesIO((site / f"downloads/strong-bonds-{name}.pdf").read_bytes()))


def texts(reader: PdfReader) -> list[str]:
    """Return the words of each page, on one line."""
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def plain(text: str) -> str:
    """Return letters and digits only: typography differs between source and paper."""
    return "".join(re.findall(r"\w+", text.lower()))


def page_of(site: Path, workshop: Page) -> BeautifulSoup:
    """Return the guide's page."""
    path = site / f"workshops/{workshop.name}-guide.html"
    return BeautifulSoup(path.read_text("utf-8"), "html5lib")


class TestPage:
    """The guide as a page of the site."""

    def test_clock_times(self, site: Path, workshop: Page) -> None:
        """Each item stands with its time, in the agenda and above its script."""
        page = page_of(site, workshop)
        for number, session in enumerate(workshop.workshop.sessions):
            times = clock_times(session.start, [item.minutes for item in session.agenda])
            for place, time in enumerate(times):
                found = page.select(f'[data-at="{number}-{place}"]')
                assert len(found) >= 2
                assert {element.text for element in found} == {time}

    def test_holds_every_note(self, site: Path, workshop: Page, course: Course) -> None:
        """Of its own items and of its exercises."""
        words = plain(page_of(site, workshop).get_text())
        for page in (workshop, *exercises(workshop, course)):
            for block in page.blocks_named("facilitator"):
                line = block.content.strip().splitlines()[0]
                assert plain(re.sub(r"\]\([^)]*\)", "]", line)) in words

    def test_is_found_from_its_workshop_alone(self, site: Path, workshop: Page) -> None:
        """No menu, no neighbour and no search leads to it."""
        name = f"{workshop.name}-guide.html"
        linking = [
            path.name
            for path in site.rglob("*.html")
            if f'{name}"' in path.read_text("utf-8") and path.name != name
        ]
        assert linking == [f"{workshop.name}.html"]
        assert name not in (site / "search/search_index.json").read_text("utf-8")
        assert not page_of(site, workshop).select("link[rel=next], link[rel=prev]")

    def test_its_own_links_hold(self, site: Path, workshop: Page) -> None:
        """Each leads to a part of the page, or to a file of the site."""
        page = page_of(site, workshop)
        ids = [str(element["id"]) for element in page.select("[id]")]
        assert len(ids) == len(set(ids))
        for link in page.select("article a[href]"):
            path, _, fragment = str(link["href"]).partition("#")
            if not path:
                assert fragment in ids
            elif ":" not in path:
                assert (site / "workshops" / path).is_file()

    def test_headings_go_down_by_one(self, site: Path, workshop: Page) -> None:
        """A screen reader can go by them."""
        levels = [
            int(h.name[1]) for h in page_of(site, workshop).select("article :is(h1,h2,h3,h4,h5)")
        ]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))


class TestPapers:
    """Handout and guide, in both sizes."""

    @pytest.mark.parametrize("size", SIZES)
    def test_pages_of_the_handout(
        self, site: Path, workshop: Page, course: Course, size: str
    ) -> None:
        """The guide names the page on which each exercise begins, in its own size."""
        sheets = texts(paper(site, f"{workshop.name}-handout-{size}"))
        guide = " ".join(texts(paper(site, f"{workshop.name}-guide-{size}")))
        found = [int(number) for number in re.findall(r"Handout, page (\d+)", guide)]
        assert len(found) == len(exercises(workshop, course))
        for number, exercise in zip(found, exercises(workshop, course), strict=True):
            assert exercise.title in sheets[number - 1]
            assert plain(exercise.matter.summary if exercise.matter else "") in plain(
                sheets[number - 1]
            )

    @pytest.mark.parametrize("size", SIZES)
    def test_sessions_begin_on_the_right(
        self, site: Path, workshop: Page, course: Course, size: str
    ) -> None:
        """So that each can be copied on its own."""
        sheets = texts(paper(site, f"{workshop.name}-handout-{size}"))
        for session in workshop.workshop.sessions:
            first = next(i.exercise for i in session.agenda if i.exercise)
            exercise = course.exercise_named(first)
            assert exercise
            assert exercise.matter
            (number,) = [
                number
                for number, text in enumerate(sheets, 1)
                if plain(exercise.matter.summary) in plain(text)
            ]
            assert number % 2 == 1

    def test_the_same_exercises_everywhere(
        self, site: Path, workshop: Page, course: Course
    ) -> None:
        """In guide, handout, workbook and site, under the same titles and prompts."""
        places = [
            " ".join(texts(paper(site, f"{workshop.name}-handout-a4"))),
            " ".join(texts(paper(site, "workbook-a4"))),
        ]
        guide = " ".join(texts(paper(site, f"{workshop.name}-guide-a4")))
        for exercise in exercises(workshop, course):
            html = (site / exercise.url).read_text("utf-8")
            assert exercise.title in guide
            assert all(exercise.title in text for text in places)
            for block in exercise.blocks_named("write"):
                assert f'id="write-{block.id}"' in html
                assert all(plain(block.title) in plain(text) for text in places)

    @pytest.mark.parametrize("size", SIZES)
    def test_what_goes_home_holds_nothing_of_the_facilitator(
        self, site: Path, workshop: Page, read: tuple[Vocabulary, Course], size: str
    ) -> None:
        """Nor a word that must not stand in a bag: neither handout nor the forms to copy."""
        vocabulary, course = read
        guide = texts(paper(site, f"{workshop.name}-guide-{size}"))
        forms = [text for text in guide if re.search(r"(Feedback form|Invitation) Page \d", text)]
        words = " ".join([*texts(paper(site, f"{workshop.name}-handout-{size}")), *forms])
        assert len(forms) == 2
        assert not [word for word in vocabulary.sheets.forbidden if word in words.lower()]
        for page in (workshop, *exercises(workshop, course)):
            for block in page.blocks:
                if block.name in ("facilitator", "sample"):
                    assert plain(block.content)[:60] not in plain(words)

    def test_copies(self, site: Path, workshop: Page, read: tuple[Vocabulary, Course]) -> None:
        """As many as may come, and those to spare."""
        vocabulary, _ = read
        assert vocabulary.guide
        most = workshop.workshop.people[1]
        spare = vocabulary.guide.spare + vocabulary.guide.facilitators
        rows = page_of(site, workshop).select(".cb-guide__table--checklist tbody tr")
        handouts = [row for row in rows if row.select('[data-spare="4"]')]
        assert spare == 4
        assert len(handouts) == len(workshop.workshop.sessions)
        pages = len(paper(site, f"{workshop.name}-handout-a4").pages)
        last = re.split(r"[-(\s]+", handouts[-1].select("td")[0].text.strip())
        assert last[1] == str(pages)
        for row in handouts:
            number, leaves = (int(span.text) for span in row.select("[data-per]"))
            assert number == most + spare
            assert leaves % number == 0

    def test_the_feedback_form_asks_about_harm(self, site: Path, workshop: Page) -> None:
        """Whatever its length."""
        (form,) = page_of(site, workshop).select(".cb-guide__form--feedback")

        assert "make things worse" in form.get_text()

    @pytest.mark.parametrize("size", SIZES)
    @pytest.mark.parametrize("kind", ["taster-handout", "taster-guide", "half-day-guide", "help"])
    def test_two_checkers_find_no_error(self, site: Path, kind: str, size: str) -> None:
        """Nor do papers of facilitators shut anybody out."""
        path = site / f"downloads/strong-bonds-{kind}-{size}.pdf"
        report = pdfua.validate(str(path))
        assert [f for f in report.findings if f.severity is pdfua.Severity.ERROR] == []
        assert [f for f in outloud.check(path).findings if f.severity == "error"] == []

    @pytest.mark.parametrize("size", SIZES)
    def test_the_poster_leads_with_what_is_near(
        self, site: Path, course: Course, size: str
    ) -> None:
        """And names every service, each place on one page."""
        pages = texts(paper(site, f"help-{size}"))
        words = plain(" ".join(pages))
        for service in course.services:
            assert plain(service.service) in words
            assert plain(service.number or "") in words
        posters = [text for text in pages if text.startswith("Places to call")]
        assert len(posters) * 2 == len(pages)
        for text in posters[1:]:
            assert text.index("Near here") < text.index("In danger now")


@pytest.fixture(scope="module", params=NAMES)
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Start each browser in turn."""
    with DeadEnd() as outside, Browser.start(request.param, outside) as found:
        yield found


READ = """Object.fromEntries([...document.querySelectorAll("[data-at], [data-lasts]")]
  .map(element => [element.dataset.at ? "at " + element.dataset.at
    : "lasts " + element.dataset.lasts, element.textContent]))"""
SET = """(({start, people, minutes}) => {{
  const values = {{"guide-start": start, "guide-people": people, "guide-length": minutes}};
  for (const [id, value] of Object.entries(values)) document.getElementById(id).value = value;
  document.getElementById("guide-people").dispatchEvent(new Event("input", {{bubbles: true}}));
}})({values})""".replace("{{", "{").replace("}}", "}")


class TestLive:
    """The page with its numbers changed."""

    @pytest.mark.parametrize("place", ["folder", "http"])
    def test_it_reckons_as_the_papers_do(
        self, site: Path, course: Course, browser: Browser, place: str
    ) -> None:
        """Times, lengths, groups and copies, in sessions of any length."""
        page = course.by_path["workshops/half-day.md"]
        with Server(site) as server:
            root = server.url if place == "http" else f"{site.as_uri()}/"
            browser.open(f"{root}workshops/half-day-guide.html")
            browser.wait("!document.querySelector('[data-guide]').hidden")
            for start, people, minutes in (("19:15", 11, 165), ("23:50", 8, 200), ("09:30", 3, 90)):
                values = {"start": start, "people": people, "minutes": minutes}
                browser.run(SET.replace("{values}", json.dumps(values)))
                found: dict[str, Any] = browser.run(READ)
                (session,) = page.workshop.sessions
                lengths = fit(session, minutes)
                for number, time in enumerate(clock_times(start, lengths)):
                    assert found[f"at 0-{number}"] == time
                for number, length in enumerate(lengths):
                    words = "1 minute" if length == 1 else f"{length} minutes"
                    assert found[f"lasts 0-{number}"] == words
                parted = groups(people)
                for name, expected in (
                    ("[data-count]", people),
                    ("[data-pairs]", parted.pairs),
                    ("[data-threes]", parted.threes),
                    ("[data-spare='4'][data-leaves='1']", copies(people, spare=4)),
                    ("[data-per='6']", copies(people, 6, 1)),
                ):
                    shown = f'document.querySelector("{name}").textContent'
                    assert browser.run(shown) == str(expected)
            assert browser.run("document.cookie") == ""
            assert browser.problems == []

    def test_a_number_that_cannot_be_changes_nothing(self, site: Path, browser: Browser) -> None:
        """Until it is whole again."""
        browser.open(f"{site.as_uri()}/workshops/taster-guide.html")
        values = {"start": "18:30", "people": "", "minutes": 60}
        browser.run(SET.replace("{values}", json.dumps(values)))

        assert browser.run("document.querySelector('[data-count]').textContent") == "16"


def test_the_command_prints_other_numbers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Into the current folder, in both sizes."""
    monkeypatch.chdir(tmp_path)

    code = main(
        ["guide", "taster", "--start", "19:15", "--people", "11", "--config", f"{ROOT}/mkdocs.yml"]
    )

    names = [f"strong-bonds-taster-{k}-{s}.pdf" for k in ("guide", "handout") for s in SIZES]
    assert code == 0
    assert capsys.readouterr().out.split() == names
    words = " ".join(texts(PdfReader(tmp_path / names[0])))
    assert "19:29 Ride the wave" in words
    assert "For 11 people. Pairs: 4. Groups of three: 1." in words


def test_the_command_knows_its_workshops(capsys: pytest.CaptureFixture[str]) -> None:
    """And what a clock time is."""
    with pytest.raises(SystemExit):
        main(["guide", "taster", "--start", "25:00"])

    assert "expected a clock time" in capsys.readouterr().err
