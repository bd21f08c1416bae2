"""The built site, read by a parser that is not ours."""

from __future__ import annotations

import json
import posixpath
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from building import ROOT

from coursebook.problems import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COURSE = yaml.safe_load((ROOT / "course.yml").read_text(encoding="utf-8"))
PRACTICES = [
    "understanding",
    "self-awareness",
    "emotional-regulation",
    "communication",
    "trust-and-reliability",
    "emotional-availability",
]
PAGES = sorted(
    path.relative_to(ROOT / "docs").with_suffix(".html").as_posix()
    for path in (ROOT / "docs").rglob("*.md")
)
EVERY_PAGE = [*PAGES, "404.html"]
FETCHED = {
    "script": "src",
    "img": "src",
    "iframe": "src",
    "audio": "src",
    "video": "src",
    "source": "src",
    "embed": "src",
    "object": "data",
    "image": "href",
}
"""Attributes of elements from which a browser fetches without being asked."""


@cache
def _parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html5lib")


@pytest.fixture(params=EVERY_PAGE)
def page(site: Path, request: pytest.FixtureRequest) -> BeautifulSoup:
    """Return each page of the site in turn."""
    return _parsed(site / request.param)


@pytest.fixture(params=PAGES)
def course_page(site: Path, request: pytest.FixtureRequest) -> BeautifulSoup:
    """Return each page of the course in turn."""
    return _parsed(site / request.param)


@pytest.fixture(params=PRACTICES)
def practice(site: Path, request: pytest.FixtureRequest) -> BeautifulSoup:
    """Return each practice in turn."""
    return _parsed(site / "practices" / f"{request.param}.html")


def texts(page: BeautifulSoup | Tag, selector: str) -> list[str]:
    """Return the words of each element."""
    return [" ".join(found.get_text().split()) for found in page.select(selector)]


def one(page: BeautifulSoup | Tag, selector: str) -> Tag:
    """Return the only element that is selected."""
    (found,) = page.select(selector)
    return found


def addresses(page: BeautifulSoup) -> Iterator[str]:
    """Yield every address that a page names."""
    for element in page.select("*"):
        for name in ("href", "src", "data", "poster", "action"):
            if element.name != "form" and (value := element.get(name)) is not None:
                yield str(value)


class TestAddresses:
    """Where links and pictures lead."""

    def test_the_site_has_every_page(self, site: Path) -> None:
        """Each source is one page of the site, and there are no others."""
        built = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
        ours = {path for path in built if not path.startswith("assets/")}

        assert set(EVERY_PAGE) <= ours

    @pytest.mark.parametrize("name", PAGES)
    def test_every_internal_address_exists(self, site: Path, name: str) -> None:
        """Each page, part, picture and file that a page names exists, letter by letter."""
        files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
        lost = []
        for address in addresses(_parsed(site / name)):
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            path = posixpath.join(posixpath.dirname(name), unquote(parts.path))
            target = posixpath.normpath(path) if parts.path else name
            target = "index.html" if target == "." else target
            exists = target in files
            if not exists or (parts.fragment and not _has(site / target, unquote(parts.fragment))):
                lost.append(address)

        assert lost == []

    def test_a_lost_reader_finds_home(self, site: Path) -> None:
        """The page for a lost reader leads to the course, below whatever path it is served."""
        links = {
            str(link["href"]) for link in _parsed(site / "404.html").select("article a, main a")
        }

        assert any(link.endswith("index.html") or link in ("/", ".") for link in links)

    def test_nothing_is_fetched_from_elsewhere(self, page: BeautifulSoup) -> None:
        """No script, style, picture, font or frame comes from another server."""
        fetched = [
            str(e[a]) for name, a in FETCHED.items() for e in page.find_all(name) if e.get(a)
        ]
        fetched += [
            str(link["href"])
            for link in page.select("link[href]")
            if not set(link["rel"]) & {"canonical", "license", "alternate", "prev", "next"}
        ]
        fetched += [str(e["srcset"]) for e in page.select("[srcset]")]

        outside = [a for a in fetched if urlsplit(a).netloc or a.startswith("//")]
        assert outside == []

    def test_links_to_the_web_are_encrypted(self, page: BeautifulSoup) -> None:
        """Every link to another site uses https."""
        schemes = {urlsplit(str(link["href"])).scheme for link in page.select("a[href]")}

        assert schemes <= {"", "https", "mailto", "tel"}

    def test_sources_of_the_course_are_not_published(self, site: Path) -> None:
        """Files that only the build reads are not part of the site."""
        assert [
            path.name for path in site.rglob("*") if path.suffix in (".bib", ".yml", ".md")
        ] == []


def _has(path: Path, fragment: str) -> bool:
    if path.suffix != ".html":
        return True
    page = _parsed(path)
    return any(fragment in (e.get("id"), e.get("name")) for e in page.select("[id], a[name]"))


class TestForm:
    """What every page has."""

    def test_one_heading_of_level_one(self, page: BeautifulSoup) -> None:
        """A page has one level-one heading, with words."""
        (heading,) = texts(page, "h1")
        assert heading

    def test_headings_go_down_by_one(self, page: BeautifulSoup) -> None:
        """No level of heading is skipped on the way down."""
        levels = [int(found.name[1]) for found in page.select("main :is(h1, h2, h3, h4, h5, h6)")]

        assert levels[0] == 1
        assert [(a, b) for a, b in pairwise(levels) if b > a + 1] == []

    def test_language(self, page: BeautifulSoup) -> None:
        """A page is in the language that course.yml declares."""
        assert one(page, "html")["lang"] == COURSE["language"]

    def test_landmarks(self, page: BeautifulSoup) -> None:
        """A page has a banner, a main part, navigation and a foot."""
        assert len(page.select("main")) == 1
        assert page.select("body > header, body header.md-header")
        assert page.select("body footer")
        assert page.select("nav")

    def test_ids_are_unique(self, page: BeautifulSoup) -> None:
        """No id stands twice on a page."""
        ids = [str(element["id"]) for element in page.select("[id]")]

        assert sorted({i for i in ids if ids.count(i) > 1}) == []

    def test_titles_are_their_own(self, site: Path) -> None:
        """Each page has a title of its own, so that open tabs are told apart."""
        titles = [texts(_parsed(site / name), "head > title")[0] for name in EVERY_PAGE]

        assert sorted({title for title in titles if titles.count(title) > 1}) == []

    def test_description(self, course_page: BeautifulSoup) -> None:
        """A page is described once, by its summary of at most 160 characters."""
        (description,) = course_page.select("meta[name=description]")
        assert 0 < len(str(description["content"])) <= 160
        assert description["content"] == texts(course_page, ".cb-summary")[0]

    def test_no_style_or_script_in_the_text(self, course_page: BeautifulSoup) -> None:
        """The text of a page holds no script, style or event attribute: the policy forbids them."""
        article = one(course_page, "article")

        assert article.select("script, style, [style], [onclick], [onload]") == []

    def test_pictures_have_words(self, page: BeautifulSoup) -> None:
        """Each picture says what it shows, or that it shows nothing."""
        assert page.select("img:not([alt])") == []
        drawings = page.select("figure svg, .cb-mark svg")
        assert [d for d in drawings if not d.get("aria-label") and not d.get("aria-hidden")] == []

    def test_tables_have_headings(self, course_page: BeautifulSoup) -> None:
        """Each table has cells that name its rows or columns."""
        assert [t for t in course_page.select("article table") if not t.select("th")] == []

    def test_no_source_is_left(self, course_page: BeautifulSoup) -> None:
        """No line of slashes and no key of a source is left in the text."""
        article = BeautifulSoup(str(one(course_page, "article")), "html5lib")
        for code in article.select("pre, code"):
            code.decompose()

        assert "///" not in article.get_text()
        assert "[@" not in article.get_text()

    def test_citations_lead_to_their_sources(self, course_page: BeautifulSoup) -> None:
        """Each citation leads to the list below the text."""
        article = one(course_page, "article")
        links = [str(link["href"]) for link in article.select(".cb-cite a")]

        assert [link for link in links if article.find(id=link.removeprefix("#")) is None] == []

    @pytest.mark.parametrize("name", EVERY_PAGE)
    def test_the_foot_leads_to_support(self, site: Path, name: str) -> None:
        """Every foot has the link to more support."""
        links = [str(link["href"]) for link in _parsed(site / name).select("footer .cb-foot a")]
        folder = posixpath.join("/", posixpath.dirname(name))
        found = [posixpath.normpath(posixpath.join(folder, link)) for link in links]
        assert found.count("/reference/support.html") == 1

    def test_the_foot_permits_copying(self, page: BeautifulSoup) -> None:
        """Every foot says how the text may be used."""
        assert one(page, "footer a[rel=license]")["href"] == COURSE["licence"]["url"]


class TestMachines:
    """What search engines and chats read."""

    def test_open_graph(self, course_page: BeautifulSoup) -> None:
        """A page says its title, kind, description and site."""
        graph = {
            str(meta["property"]): str(meta["content"])
            for meta in course_page.select("meta[property^='og:']")
        }

        assert graph["og:type"] == "website"
        assert graph["og:title"] == texts(course_page, "h1")[0]
        assert graph["og:description"] == texts(course_page, ".cb-summary")[0]
        assert graph["og:site_name"] == COURSE["title"]
        assert len(course_page.select("meta[property^='og:']")) == len(graph)

    def test_course_data(self, site: Path) -> None:
        """The home page describes the course in JSON-LD."""
        script = one(_parsed(site / "index.html"), "script[type='application/ld+json']")
        data = json.loads(script.string or "")

        assert data["@context"] == "https://schema.org"
        assert data["@type"] == "Course"
        assert data["name"] == COURSE["title"]
        assert data["inLanguage"] == COURSE["language"]
        assert data["isAccessibleForFree"] is True
        assert data["license"] == COURSE["licence"]["url"]
        assert data["description"]
        assert data["provider"]["name"]

    def test_search_has_no_facilitator_text(self, site: Path) -> None:
        """What is said to facilitators stands in their guides, in no other page and no search."""
        notes = [
            line.strip()
            for source in (ROOT / "docs").rglob("*.md")
            for line in _facilitator_lines(source.read_text(encoding="utf-8"))
        ]
        files = [p for p in site.rglob("*") if p.suffix in (".html", ".json", ".js", ".xml")]
        files = [p for p in files if not p.name.endswith("-guide.html")]
        text = "\n".join(p.read_text(encoding="utf-8") for p in files)

        assert len(notes) > 50
        assert [note for note in notes if note in text] == []


def _facilitator_lines(source: str) -> Iterator[str]:
    """Yield lines of facilitator blocks that are long and plain enough to look for."""
    inside = False
    for line in source.split("\n"):
        if line.startswith("/// facilitator"):
            inside = True
        elif line == "///":
            inside = False
        elif inside and len(line) > 40 and not set(line) & set("[]*_`'\"“”&<>"):
            yield line


class TestPractices:
    """The six practices, as they are built."""

    def test_they_stand_in_order(self, site: Path) -> None:
        """The home page leads to the six practices, in their order."""
        home = _parsed(site / "index.html")
        links = [str(link["href"]) for link in home.select(".cb-practices .cb-card__title")]

        assert links == [f"practices/{name}.html" for name in PRACTICES]

    def test_sections(self, practice: BeautifulSoup) -> None:
        """A practice has the sections of its kind, in order, and its sources last."""
        sections = COURSE["kinds"]["practice"]["sections"]
        found = texts(practice, "article h2:not(#papers)")
        optional = {s["title"] for s in sections if not s.get("required", True)}

        expected = [s["title"] for s in sections if s["title"] not in optional - set(found)]
        assert found == [*expected, "Sources"]

    def test_exercises_are_cards(self, practice: BeautifulSoup) -> None:
        """A practice shows its exercises as cards that lead to them."""
        cards = practice.select(".cb-exercises .cb-card")
        links = [str(one(card, "a")["href"]) for card in cards]

        assert len(cards) == 3
        assert all(link.startswith("../exercises/") for link in links)
        assert all(card.find("p") for card in cards)

    def test_checks_have_feedback(self, practice: BeautifulSoup) -> None:
        """Each choice of a check opens feedback of its own."""
        checks = practice.select(".cb-check")
        choices = [choice for check in checks for choice in check.select("details.cb-choice")]

        assert 2 <= len(checks) <= 3
        assert len(choices) >= 2 * len(checks)
        assert all(texts(choice, "summary")[0] for choice in choices)
        assert all(texts(choice, ".cb-choice__feedback")[0] for choice in choices)

    def test_scenes(self, practice: BeautifulSoup) -> None:
        """A practice shows one scene of each kind."""
        kinds = [str(scene["data-with"]) for scene in practice.select(".cb-scene")]

        assert sorted(kinds) == sorted(COURSE["scenes"])

    def test_evidence(self, practice: BeautifulSoup) -> None:
        """A practice grades each outcome, in words, and cites what that rests on."""
        evidence = one(practice, ".cb-evidence")
        assert evidence.select(".cb-cite a")
        for outcome in COURSE["evidence"]["outcomes"].values():
            assert outcome in evidence.get_text()

    def test_sources(self, practice: BeautifulSoup) -> None:
        """A practice lists its sources, with links by DOI."""
        sources = practice.select("article ul.cb-sources > li")
        links = [str(a["href"]) for source in sources for a in source.select("a")]

        assert len(sources) >= 3
        assert sum(link.startswith("https://doi.org/10.") for link in links) >= 3

    def test_key_points_answer_objectives(self, practice: BeautifulSoup) -> None:
        """Each objective is answered by a key point."""
        objectives = [str(li["data-objective"]) for li in practice.select(".cb-objectives li")]
        points = [str(li["data-objective"]) for li in practice.select(".cb-keypoints li")]

        assert len(objectives) >= 2
        assert set(objectives) == set(points)

    def test_glance(self, practice: BeautifulSoup) -> None:
        """A practice says at a glance how long it is, how sure, and which exercises it has."""
        glance = one(practice, ".cb-glance")
        grades = COURSE["evidence"]["grades"].values()

        assert {"Time", "Exercises"} <= set(texts(glance, "dt"))
        assert any(grade in glance.get_text() for grade in grades)
        assert len(glance.select("a[href^='../exercises/']")) == 3


def test_every_source_is_listed(site: Path) -> None:
    """The page of sources lists each source that a page cites, in the same words."""
    listing = _parsed(site / "reference" / "sources.html")
    listed = {str(li["id"]): li.get_text() for li in listing.select(".cb-bibliography li")}
    for name in PAGES:
        for item in _parsed(site / name).select("ul.cb-sources > li[id^=source-]"):
            key = str(item["id"]).removeprefix("source-")
            assert listed[f"all-{key}"] == item.get_text(), name


def test_situations_lead_to_parts(site: Path) -> None:
    """The home page leads from each situation to a part of a page that helps."""
    links = [str(a["href"]) for a in _parsed(site / "index.html").select(".cb-situations a")]

    assert 4 <= len(links) <= 8
    assert [link for link in links if "#" not in link] in ([], ["reference/support.html"])


def test_help_services_can_be_called(site: Path) -> None:
    """The support page has links that dial, and says when each number was last checked."""
    support = _parsed(site / "reference" / "support.html")
    services = support.select(".cb-help .cb-service")

    assert len(services) > 20
    assert all(one(service, ".cb-checked").get_text() for service in services)
    numbers = [str(link["href"]) for link in support.select(".cb-help a[href^='tel:']")]
    assert len(numbers) > 15
    assert all(number.removeprefix("tel:").lstrip("+").isdigit() for number in numbers)


@pytest.mark.parametrize("name", ["taster", "half-day", "six-evenings"])
def test_workshops_have_an_agenda(site: Path, name: str) -> None:
    """A workshop has its sessions with clock times, and links to its exercises."""
    agenda = one(_parsed(site / "workshops" / f"{name}.html"), ".cb-agenda")
    times = texts(agenda, "tbody td:first-child")

    assert all(len(time) == 5 and time[2] == ":" for time in times)
    assert len(agenda.select("tbody th a[href^='../exercises/']")) >= 1
    assert len(texts(agenda, "caption")) == len(agenda.select("table"))


def test_the_reference_tells_authors_everything(site: Path) -> None:
    """Each kind of page, each block and each rule has its entry on the page for authors."""
    authors = _parsed(site / "reference" / "authors.html")
    found = {str(element["id"]) for element in authors.select("[id]")}

    assert {f"kind-{name}" for name in COURSE["kinds"]} <= found
    assert {f"rule-{rule}" for rule in Rule} <= found
    assert {"block-check", "block-facilitator", "block-evidence"} <= found
