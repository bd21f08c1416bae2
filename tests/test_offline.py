"""The built site in real browsers: from a folder, and over http at the root or below a path."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import NAMES, Browser
from server import DeadEnd, Server

from coursebook import bundle, keeping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    At = Callable[..., AbstractContextManager["Place"]]

PLACES = ("folder", "root", "below")
"""Where a site is read: unpacked from its bundle, or over http as a whole host or below a path."""

STORED = """(async () => ({
  cookies: document.cookie,
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  databases: await indexedDB.databases().catch(() => []),
  caches: await self.caches?.keys().catch(() => []),
  workers: (await navigator.serviceWorker?.getRegistrations().catch(() => []))?.length,
}))()"""
"""All that a site can leave on a device. A folder has no caches and no workers."""

INVISIBLE = """(() => {
  const shown = (element) => {
    const range = document.createRange();  // an element may have no box, and its text one
    range.selectNodeContents(element);
    return range.getClientRects().length;
  };
  return [...document.querySelectorAll("article :is(h1, h2, h3, p, li, td, label, button)")]
    .filter(element => !element.closest("[hidden], [popover], details:not([open])"))
    .filter(element => element.textContent.trim() && !shown(element))
    .map(element => element.textContent.trim());
})()"""

SETTLED = "typeof store === 'object' && store.get('nothing').then(() => true)"
"""True once the frame that remembers has answered: Firefox reports one that is left half loaded."""

CHOOSE = """(selector => {{
  const isPage = ({{pathname, host}}) => host === location.host && /[.]html$/.test(pathname);
  const link = [...document.querySelectorAll(selector)].find(element => isPage(element) &&
    element.pathname !== location.pathname && element.getClientRects().length);
  if (!link) return null;
  link.id = "chosen";
  return link.href;
}})({selector!r})"""
"""Mark a visible link to another page, and return where it leads."""

CONTENTS = "header [popovertarget]"
"""The button that opens the contents where they do not stand beside the text."""

CACHED = """caches.keys().then(([name]) => caches.open(name)).then(cache => cache.keys())
  .then(requests => requests.map(request => request.url))"""
"""The address of everything that the course keeps on the device."""

UPDATE = "navigator.serviceWorker.getRegistration().then(it => it.update()).then(() => 1, () => 0)"


@dataclass
class Place:
    """A site where readers find it."""

    url: str
    pages: list[str]
    """The path of every page, the home page first."""

    missing: list[str] = field(default_factory=list)
    """What the server was asked for in vain."""


@dataclass
class Visit:
    """What a browser had to say when every page was opened once."""

    problems: list[str] = field(default_factory=list)
    untitled: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    offers: list[str] = field(default_factory=list)
    """The pages that offer to keep the course on the device."""

    stored: dict[str, object] = field(default_factory=dict)


@pytest.fixture(scope="session")
def folder(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that a reader gets who unpacks the bundle without papers."""
    zips = sorted(site.glob("downloads/*.zip"), key=lambda path: len(path.name))
    target = tmp_path_factory.mktemp("a reader's folder")
    with zipfile.ZipFile(zips[0]) as unpacked:
        unpacked.extractall(target)
    return target / zips[0].stem


@pytest.fixture(scope="session")
def outside() -> Iterator[DeadEnd]:
    """Record what the browsers ask of any other machine."""
    with DeadEnd() as outside:
        yield outside


@pytest.fixture(scope="session", params=NAMES)
def browser(request: pytest.FixtureRequest, outside: DeadEnd) -> Iterator[Browser]:
    """Run each browser once for all tests, as wide as a laptop."""
    with Browser.start(request.param, outside) as browser:
        browser.resize(1280, 800)
        yield browser


@pytest.fixture(scope="session", params=PLACES)
def kind(request: pytest.FixtureRequest) -> str:
    """Name each place."""
    return str(request.param)


@pytest.fixture(scope="session")
def at(site: Path, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> At:
    """Put the site at a place where no other test has left a trace."""

    def at(kind: str, site: Path = site) -> AbstractContextManager[Place]:
        return _place(kind, site, folder, tmp_path_factory.mktemp(kind))

    return at


@pytest.fixture
def place(kind: str, at: At) -> Iterator[Place]:
    """Put the site at each place."""
    with at(kind) as place:
        yield place


@pytest.fixture(scope="session")
def visit(browser: Browser, outside: DeadEnd, kind: str, at: At) -> Visit:
    """Open every page once."""
    visit = Visit()
    browser.problems.clear()
    outside.requests.clear()
    with at(kind) as place:
        for page in place.pages:
            browser.open(place.url + page)
            browser.run(SETTLED)
            if not browser.run("document.title && document.querySelector('h1')?.innerText"):
                visit.untitled.append(page)
            if browser.run("document.querySelector('[data-keep]')?.checkVisibility()"):
                visit.offers.append(page)
            visit.problems += [f"{page}: {problem}" for problem in browser.problems]
            browser.problems.clear()
        visit.stored = browser.run(STORED)
        visit.requests, visit.missing = list(outside.requests), place.missing
    return visit


def test_every_page_has_a_title_and_a_heading(visit: Visit) -> None:
    """A page that failed to open shows neither."""
    assert visit.untitled == []


def test_no_page_logs_an_error(visit: Visit) -> None:
    """That covers scripts, files that do not load, and what the policy forbids."""
    assert visit.problems == []


def test_no_file_is_missing(visit: Visit) -> None:
    """Whatever a page asks of its own site is there."""
    assert visit.missing == []


def test_no_request_leaves(visit: Visit) -> None:
    """The dead end between the browser and the world was never asked."""
    assert visit.requests == []


def test_nothing_is_stored_by_visiting(visit: Visit) -> None:
    """No cookie, cache, worker or storage is there after every page was seen."""
    assert not any(visit.stored.values()), visit.stored


def test_keeping_is_offered_only_over_http(visit: Visit, kind: str) -> None:
    """One page offers it. A folder is on the device already, and cannot."""
    assert len(visit.offers) == (0 if kind == "folder" else 1)


def test_every_link_and_anchor_is_there(site: Path, folder: Path) -> None:
    """A link leads to a file inside, and its fragment to an element of that page."""
    published = bundle.contents(site, leave_out=["404.html"], rewrite=lambda text: text)
    unpacked = bundle.contents(folder / bundle.COURSE, leave_out=[])

    assert [str(breach) for breach in bundle.dangling(published)] == []
    assert [str(breach) for breach in bundle.dangling(unpacked)] == []


@pytest.mark.parametrize("selector", ["main a:not(nav a)", "nav a"])
def test_a_click_goes_to_another_page(browser: Browser, place: Place, selector: str) -> None:
    """Links in the text and in the navigation lead to the page that they name."""
    browser.open(place.url + place.pages[-1])
    _follow(browser, selector)


def test_search_goes_to_the_page_with_the_word(browser: Browser, place: Place, site: Path) -> None:
    """A word that one page alone holds is found there, by typing and clicking."""
    browser.problems.clear()
    browser.open(place.url + place.pages[0])
    _search(browser, *_rare_word(site))

    assert browser.problems == []


def test_light_or_dark_stays(browser: Browser, place: Place) -> None:
    """What was chosen on one page holds on the next, and on the first again."""
    browser.open(place.url + place.pages[0])
    scheme = "document.body.dataset.mdColorScheme"
    before = browser.run(scheme)
    while browser.run(scheme) == before:
        browser.click("[data-md-component=palette] label:not([hidden])")
    after = browser.run(scheme)
    browser.run(SETTLED)

    for page in (*place.pages[-2:], place.pages[0]):
        browser.open(place.url + page)
        browser.wait(f"{scheme} === {after!r}")
        browser.run(SETTLED)


def test_the_start_file_opens_the_course(browser: Browser, folder: Path) -> None:
    """Unpacked, it goes on by itself."""
    browser.open((folder / bundle.START).as_uri())

    browser.wait(f"location.pathname.endsWith('/{bundle.COURSE}/index.html')")


def test_the_start_file_says_that_the_zip_must_be_unpacked(
    browser: Browser, folder: Path, tmp_path: Path
) -> None:
    """Opened inside the zip it is alone, and stays."""
    shutil.copy(folder / bundle.START, tmp_path)
    browser.open((tmp_path / bundle.START).as_uri())

    assert "Unpack" in browser.run("document.body.innerText")


def test_the_one_file_reads_alone(
    browser: Browser, outside: DeadEnd, site: Path, tmp_path: Path
) -> None:
    """Sent to somebody, it needs nothing else, and its contents lead to its parts."""
    alone = shutil.copy(next(site.glob("downloads/*.html")), tmp_path)
    browser.problems.clear()
    outside.requests.clear()
    browser.open(Path(alone).as_uri())
    fragments = browser.run(
        "[...document.links].map(link => link.getAttribute('href')).filter(it => it[0] === '#')"
    )
    astray = [it for it in fragments if not browser.run(f"!!document.getElementById({it[1:]!r})")]

    assert fragments
    assert astray == []
    assert (browser.problems, outside.requests) == ([], [])


@pytest.mark.parametrize("name", NAMES)
def test_pages_read_completely_without_scripts(name: str, outside: DeadEnd, at: At) -> None:
    """All text is visible and the navigation leads on, from a folder and over http."""
    hidden = []
    with Browser.start(name, outside, scripts=False) as browser:
        browser.resize(1280, 800)
        with at("folder") as place:
            for page in place.pages:
                browser.open(place.url + page)
                hidden += [f"{page}: {text}" for text in browser.run(INVISIBLE)]
        for kind in PLACES:
            with at(kind) as place:
                browser.open(place.url + place.pages[-1])
                _follow(browser, "nav a")

    assert hidden == []


class TestKeeping:
    """Keep this course on this device, and remove it."""

    def test_it_is_there_without_its_host(self, browser: Browser, site: Path, at: At) -> None:
        """All of it is in the cache; pages open, and search works, when the server has gone."""
        with at("below") as place:
            _keep(browser, place, site)
            cached = browser.run(CACHED)
        browser.problems.clear()
        for page in place.pages[::5]:
            browser.open(place.url + page)
            assert browser.run("document.querySelector('h1').innerText")
        _search(browser, *_rare_word(site))

        assert sorted(cached) == sorted(place.url + path for path in keeping.kept(site))
        assert browser.problems == []

    def test_removed_it_leaves_nothing(self, browser: Browser, site: Path, at: At) -> None:
        """Neither worker nor cache is there afterwards."""
        with at("below") as place:
            _keep(browser, place, site)
            browser.click("[data-keep-remove]")
            browser.wait("document.querySelector('[data-keep-word=removed]').checkVisibility()")
            stored = browser.run(STORED)

        assert not any(stored.values()), stored

    def test_an_update_is_whole_or_none(
        self, browser: Browser, site: Path, tmp_path: Path, at: At
    ) -> None:
        """A file that is not what was built stops the update, and the old course stays."""
        copy = shutil.copytree(site, tmp_path / "site")
        home = copy / "index.html"
        with at("below", copy) as place:
            _keep(browser, place, copy)
            old = browser.run("caches.keys()")
            home.write_bytes(home.read_bytes() + b"<!-- new -->")
            keeping.write(copy)
            new = home.read_bytes()
            home.write_bytes(new + b"<!-- changed on the way -->")
            browser.run(UPDATE)
            browser.wait("navigator.serviceWorker.getRegistration().then(it => !it.installing)")
            assert browser.run("caches.keys()") == old

            home.write_bytes(new)
            browser.run(UPDATE)
            browser.wait(f"caches.keys().then(names => names.join() !== {old[0]!r})")
            browser.wait("caches.keys().then(names => names.length === 1)")


@contextmanager
def _place(kind: str, site: Path, folder: Path, free: Path) -> Iterator[Place]:
    """Serve the site, or copy the folder to where nothing has been stored for it."""
    if kind == "folder":
        course = shutil.copytree(folder, free / "unpacked") / bundle.COURSE
        yield Place(f"{course.as_uri()}/", _pages(course))
    else:
        with Server(site, "/" if kind == "root" else "/some/path/") as server:
            yield Place(server.url, _pages(site), server.missing)


def _pages(folder: Path) -> list[str]:
    """Return the path of each page that readers open by a link, the home page first."""
    paths = (path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    pages = [path for path in paths if not path.startswith(("404.", "assets/", "downloads/"))]
    return sorted(pages, key=lambda path: (path != "index.html", path))


def _follow(browser: Browser, selector: str) -> None:
    """Click on a link to another page, and wait until it is there."""
    target = browser.run(CHOOSE.format(selector=selector))
    if target is None:
        browser.click(CONTENTS)
        target = browser.run(CHOOSE.format(selector=selector))
    browser.click("#chosen")
    browser.wait(f"location.href === {target!r} && document.readyState === 'complete'")


def _search(browser: Browser, word: str, page: str) -> None:
    """Type a word, and go to the first result, which must be on the page."""
    browser.click("input[name=query]")
    browser.press(*word)
    browser.wait(f"document.querySelector('.md-search-result__link')?.href.includes({page!r})")
    browser.click(".md-search-result__link")
    browser.wait(f"location.href.includes({page!r}) && document.readyState === 'complete'")


def _rare_word(site: Path) -> tuple[str, str]:
    """Return a word that the index holds on one page only, and the page."""
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    pages: dict[str, set[str]] = {}
    words: dict[str, str] = {}
    for entry in index["docs"]:
        for word in re.findall(r"[a-z]{9,}", re.sub(r"<[^>]*>", " ", entry["text"])):
            pages.setdefault(word[:6], set()).add(entry["location"].partition("#")[0])
            words[word[:6]] = word
    return next(
        (words[begin], page)
        for begin, (page, *others) in pages.items()
        if not others and page not in ("", "index.html")
    )


def _keep(browser: Browser, place: Place, site: Path) -> None:
    """Press the button that keeps the course, on the page that has it."""
    offers = (page for page in place.pages if b"data-keep=" in (site / page).read_bytes())
    browser.open(place.url + next(offers))
    browser.wait("document.querySelector('[data-keep-add]').checkVisibility()")
    browser.click("[data-keep-add]")
    browser.wait("document.querySelector('[data-keep-word=kept]').checkVisibility()")
