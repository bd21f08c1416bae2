"""What a machine can hold of how the pages look, in the browsers that readers use.

The checkers come by npm, locked: `npm ci --ignore-scripts`. The Nu checker needs Java.
"""

from __future__ import annotations

import io
import json
import subprocess
import unicodedata
from typing import TYPE_CHECKING

import pypdf
import pytest
from browser import NAMES, Browser
from building import ROOT
from server import DeadEnd, Server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = (
    "index.html",
    "foundations/what-a-secure-bond-is.html",
    "practices/index.html",
    "practices/communication.html",
    "practices/trust-and-reliability.html",
    "exercises/ride-the-wave.html",
    "exercises/owning-it.html",
    "workshops/taster.html",
    "reference/support.html",
    "reference/myths.html",
    "reference/glossary.html",
    "reference/sources.html",
    "reference/about.html",
    "404.html",
)
"""A page of each kind, and those with a block that no other has."""
PHONE, DESK = (360, 640), (1280, 800)
SMALLEST = (320, 568)
"""A small phone, and what a window of 1280 pixels shows at 400 %."""
CONTROL = 44
"""The least height of a control, in pixels."""
MODULES = ROOT / "node_modules"
AXE = MODULES / "axe-core" / "axe.min.js"
NU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
THEIRS = '<input class="md-toggle"'
"""Of Material's own frame: two checkboxes with an attribute that checkboxes do not take."""
NOT_SELF = "violates Content Security Policy"
"""The Nu checker takes no file for 'self' when pages are files; browsers judge the policy."""
PAPER = {"a4": (21.0, 29.7), "letter": (21.59, 27.94)}
"""Widths and heights in centimetres."""

AXE_RUN = """axe.run(document, {resultTypes: ["violations"]}).then(({violations}) =>
  violations.flatMap(({id, nodes}) => nodes.map((node) => `${id}: ${node.html.slice(0, 120)}`)))"""

# Links inside a sentence are as high as its line: WCAG 2.5.8 leaves them out, and so do we.
SMALL_CONTROLS = """[...document.querySelectorAll(
    ".cb-top :is(a, button, label), .cb-situations a, .cb-card__title, .cb-choice > summary, " +
    ".cb-onpage > summary, .cb-country > summary, .cb-service a, .cb-turn a, " +
    ".cb-foot__support a, " +
    ".cb-leave, .cb-contents:popover-open :is(a, button)")]
  .filter((element) => element.checkVisibility({visibilityProperty: true, opacityProperty: true}))
  .filter((element) => !element.closest(".md-search"))
  .map((element) => [element, (element.matches(".cb-card__title") ?
    element.closest(".cb-card") : element).getBoundingClientRect()])
  .filter(([, {width, height}]) => width > 0 && Math.min(width, height) < %d - 0.5)
  .map(([{outerHTML}, {width, height}]) => `${width}x${height}: ${outerHTML.slice(0, 90)}`)"""

TOO_WIDE = """[...document.querySelectorAll("body *")]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .filter((element) => element.checkVisibility() && !element.closest(".md-search, .cb-hidden"))
  .map(({outerHTML}) => outerHTML.slice(0, 90))"""

NAMELESS_PICTURES = """[...document.querySelectorAll("svg")]
  .filter((svg) => !svg.closest("[aria-hidden=true], a, button, label"))
  .filter((svg) => !(svg.getAttribute("role") === "img" && svg.getAttribute("aria-label")))
  .map(({outerHTML}) => outerHTML.slice(0, 90))"""

STOPS = 30
"""How many times the tab key is pressed: the head, the contents and the first links of the text."""

FOCUS_SHOWS = """(() => {
  const focused = document.activeElement;
  const drawn = [focused, focused.nextElementSibling, focused.closest("form")];
  return drawn.some((one) => one && getComputedStyle(one).outlineStyle !== "none"
    && parseFloat(getComputedStyle(one).outlineWidth) >= 2);
})()"""

LEAVE_IN_VIEW = """(() => {
  scrollTo(0, document.body.scrollHeight / 2);
  const link = document.querySelector(".cb-leave");
  const {left, top, right, bottom} = link.getBoundingClientRect();
  const seen = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
  return scrollY > 0 && seen === link && top >= 0 && bottom <= innerHeight;
})()"""


@pytest.fixture(scope="module")
def pages(site: Path) -> list[str]:
    """Return the address of every page, below the site's folder."""
    found = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return [path for path in found if not path.startswith(("assets/", "downloads/"))]


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """Give the address at which the site is served."""
    with Server(site) as server:
        yield server.url


@pytest.fixture(scope="module")
def outside() -> Iterator[DeadEnd]:
    """Give the dead end that stands for all other machines."""
    with DeadEnd() as outside:
        yield outside


@pytest.fixture(scope="module")
def light(outside: DeadEnd) -> Iterator[Browser]:
    """Give a browser in light colours."""
    with Browser.start("chromium", outside) as browser:
        yield browser


@pytest.fixture(scope="module")
def dark(outside: DeadEnd) -> Iterator[Browser]:
    """Give a browser in dark colours."""
    with Browser.start("chromium", outside, dark=True) as browser:
        yield browser


@pytest.fixture(scope="module", params=["light", "dark"])
def either(request: pytest.FixtureRequest) -> Browser:
    """Return the browser in each of the two."""
    browser: Browser = request.getfixturevalue(request.param)
    return browser


@pytest.fixture(scope="module", params=NAMES)
def printer(outside: DeadEnd, request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Give each browser, to print from."""
    with Browser.start(request.param, outside) as browser:
        yield browser


class TestReach:
    """Everybody can use the pages."""

    def test_axe_finds_nothing(self, served: str, either: Browser) -> None:
        found = {}
        for page in KINDS:
            either.open(served + page)
            either.run(AXE.read_text("utf-8"))
            for size in (PHONE, DESK):
                either.resize(*size)
                found[page, size] = either.run(AXE_RUN)
        assert {where: problems for where, problems in found.items() if problems} == {}

    def test_controls_are_high_enough_for_a_thumb(self, served: str, light: Browser) -> None:
        light.resize(*PHONE)
        found = {}
        for page in KINDS:
            light.open(served + page)
            light.run("document.getElementById('cb-contents').showPopover()")
            found[page] = light.run(SMALL_CONTROLS % CONTROL)
        assert {page: small for page, small in found.items() if small} == {}

    def test_every_page_fits_the_smallest_screen_and_names_its_drawings(
        self, served: str, light: Browser, pages: list[str]
    ) -> None:
        light.resize(*SMALLEST)
        found: dict[str, list[str]] = {}
        for page in pages:
            light.open(served + page)
            assert light.run("document.documentElement.scrollWidth") <= SMALLEST[0], page
            found[page] = light.run(TOO_WIDE) + light.run(NAMELESS_PICTURES)
        assert {page: problems for page, problems in found.items() if problems} == {}

    def test_situations_stand_on_the_first_screen_of_a_phone(
        self, served: str, light: Browser
    ) -> None:
        light.resize(*PHONE)
        light.open(served + "index.html")
        bottom = "document.querySelector('.cb-situations').getBoundingClientRect().bottom"
        assert light.run(bottom) <= PHONE[1]

    def test_a_practice_begins_on_the_first_screen_of_a_phone(
        self, served: str, light: Browser
    ) -> None:
        light.resize(*PHONE)
        light.open(served + "practices/communication.html")
        first = "document.querySelector('#right-now + p').getBoundingClientRect()"
        assert light.run(f"{first}.top") < PHONE[1]

    @pytest.mark.parametrize("size", [SMALLEST, PHONE, DESK], ids=["smallest", "phone", "desk"])
    def test_the_way_out_stays_in_view(
        self, served: str, light: Browser, size: tuple[int, int]
    ) -> None:
        light.resize(*size)
        light.open(served + "reference/support.html")
        assert light.run(LEAVE_IN_VIEW)

    def test_every_stop_of_the_tab_key_shows(self, served: str, light: Browser) -> None:
        light.resize(*DESK)
        light.open(served + "practices/communication.html")
        for _ in range(STOPS):
            light.press("Tab")
            assert light.run(FOCUS_SHOWS), light.run("document.activeElement.outerHTML")

    @pytest.mark.parametrize("name", NAMES)
    def test_contents_and_answers_open_without_a_script(
        self, served: str, outside: DeadEnd, name: str
    ) -> None:
        with Browser.start(name, outside, scripts=False) as browser:
            browser.resize(*PHONE)
            browser.open(served + "practices/communication.html")
            browser.click(".cb-choice summary")
            assert browser.run("document.querySelector('.cb-choice').open")
            browser.click(".cb-top__contents")
            assert browser.run("document.querySelector('#cb-contents').matches(':popover-open')")


class TestColours:
    """Light and dark follow the device, also where no script runs."""

    def test_paper_is_dark_at_night(self, served: str, dark: Browser, light: Browser) -> None:
        for browser in (dark, light):
            browser.open(served + "index.html")
        paper = "getComputedStyle(document.body).backgroundColor"
        assert dark.run(paper) == "rgb(20, 32, 31)"
        assert light.run(paper) == "rgb(251, 248, 242)"

    @pytest.mark.parametrize("name", NAMES)
    def test_paper_is_dark_without_a_script(self, served: str, outside: DeadEnd, name: str) -> None:
        with Browser.start(name, outside, scripts=False, dark=True) as browser:
            browser.open(served + "index.html")
            paper = "getComputedStyle(document.body).backgroundColor"
            assert browser.run(paper) == "rgb(20, 32, 31)"

    @pytest.mark.parametrize("mode", ["light", "dark"])
    def test_drawings_take_the_colours_of_the_page(
        self, served: str, request: pytest.FixtureRequest, mode: str
    ) -> None:
        browser: Browser = request.getfixturevalue(mode)
        browser.open(served + "practices/communication.html")
        colour = "getComputedStyle(document.querySelector('.cb-picture .d-ink')).color"
        title = "getComputedStyle(document.querySelector('h1')).color"
        assert browser.run(colour) == browser.run(title)


class TestPaper:
    """A page prints as a clean sheet."""

    @pytest.mark.parametrize("paper", PAPER)
    def test_a_practice_prints_unfolded_and_without_navigation(
        self, served: str, printer: Browser, paper: str
    ) -> None:
        words = printed(printer, served + "practices/communication.html", paper)
        assert "Right now" in words
        assert "It may be a good idea in ten minutes." in words  # an answer that was folded
        assert "More support: findahelpline.com" in words
        assert "CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/)" in words
        for navigation in ("On this page", "Search", "Previous", "Next", "Contents", "Skip to"):
            assert navigation not in words

    def test_an_exercise_prints_its_space_to_write(self, served: str, printer: Browser) -> None:
        words = printed(printer, served + "exercises/ride-the-wave.html", "a4")
        assert "What I felt first" in words
        assert "Steady ground" not in words  # the contents beside it

    def test_support_prints_every_number(self, served: str, printer: Browser) -> None:
        words = printed(printer, served + "reference/support.html", "a4")
        assert "988" in words
        assert "Leave this page" not in words

    def test_lines_are_nine_millimetres_apart(self, served: str, light: Browser) -> None:
        light.open(served + "exercises/ride-the-wave.html")
        height = "(line) => line.getBoundingClientRect().height"
        heights = light.run(f"[...document.querySelectorAll('.cb-line')].map({height})")
        assert heights
        assert all(height >= 9 / 25.4 * 96 - 0.1 for height in heights)


def test_nu_checker_finds_nothing_of_ours(site: Path, pages: list[str]) -> None:
    command = ["java", "-jar", str(NU), "--format", "json", "--exit-zero-always"]
    every = [str(site / page) for page in pages]
    done = subprocess.run([*command, *every], capture_output=True, text=True, check=True)
    messages: list[dict[str, str]] = json.loads(done.stderr)["messages"]
    ours = [
        f"{message['url']}: {message['message']} {message.get('extract')}"
        for message in messages
        if THEIRS not in message.get("extract", "") and NOT_SELF not in message["message"]
    ]
    assert ours == []


def printed(browser: Browser, url: str, paper: str) -> str:
    """Return the words of the page as it comes out of a printer, on one line."""
    width, height = PAPER[paper]
    browser.open(url)
    pdf = browser.print(page={"width": width, "height": height}, background=False)
    sheets = pypdf.PdfReader(io.BytesIO(pdf)).pages
    words = " ".join(" ".join(sheet.extract_text() for sheet in sheets).split())
    return unicodedata.normalize("NFKC", words)  # ligatures
