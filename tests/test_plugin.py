"""The plugin: what a build makes, what stops it, and what it leaves behind."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from building import (
    COURSE,
    HOME,
    PRACTICE,
    build_site,
    contents,
    leftovers,
    page,
    run_mkdocs,
    small_course,
)
from mkdocs.exceptions import Abort

from coursebook.blocks import Note

if TYPE_CHECKING:
    from pathlib import Path

FAULTY = page("See [the lost part](nowhere.md).")
SUPPORT = """
support: pages/help.md
services: help.yml
stale: {notice: 1000000, problem: 2000000}
"""
HELP = {
    "pages/help.md": page("/// help\n///"),
    "help.yml": '- {country: Far, kind: any, service: Far line, number: "123", source: far.org}\n',
}


def read(folder: Path, name: str) -> BeautifulSoup:
    """Return a built page."""
    return BeautifulSoup((folder / "site" / name).read_text(encoding="utf-8"), "html5lib")


def messages(log: pytest.LogCaptureFixture, level: int = logging.WARNING) -> list[str]:
    """Return what was logged at this level or above, by the plugin or by MkDocs."""
    return [record.getMessage() for record in log.records if record.levelno >= level]


class TestStrict:
    """A build under --strict."""

    @pytest.mark.parametrize("quiet", [(), ("-q",)], ids=["loud", "quiet"])
    def test_a_problem_ends_it(self, tmp_path: Path, quiet: tuple[str, ...]) -> None:
        """A problem gives exit code 1, path, line and rule, and no traceback; also when quiet."""
        small_course(tmp_path, {"pages/one.md": FAULTY})

        done = run_mkdocs(tmp_path, "build", "--strict", *quiet)

        output = done.stdout + done.stderr
        assert done.returncode == 1
        assert "docs/pages/one.md:7: There is no page 'pages/nowhere.md'." in output
        assert "[missing-page]" in output
        assert "1 problem found; nothing was built." in output
        assert "Traceback" not in output

    def test_it_leaves_the_last_good_site(self, tmp_path: Path) -> None:
        """After a failed build the site of the build before it stands there, byte for byte."""
        small_course(tmp_path)
        build_site(tmp_path, strict=True)
        before = contents(tmp_path / "site")
        small_course(tmp_path, {"pages/one.md": FAULTY})

        with pytest.raises(Abort):
            build_site(tmp_path, strict=True)

        assert contents(tmp_path / "site") == before
        assert leftovers(tmp_path) == []

    def test_it_makes_nothing_where_nothing_was(self, tmp_path: Path) -> None:
        """A failed first build makes no site at all."""
        small_course(tmp_path, {"pages/one.md": FAULTY})
        before = contents(tmp_path)

        with pytest.raises(Abort):
            build_site(tmp_path, strict=True)

        assert contents(tmp_path) == before
        assert not (tmp_path / "site").exists()

    def test_a_warning_of_mkdocs_leaves_the_last_good_site_too(self, tmp_path: Path) -> None:
        """What MkDocs counts only after the last event still keeps the new site out."""
        small_course(tmp_path)
        build_site(tmp_path, strict=True)
        before = contents(tmp_path / "site")
        small_course(tmp_path, nav=["index.md", *_NAMES, "pages/gone.md"])

        with pytest.raises(Abort):
            build_site(tmp_path, strict=True)

        assert contents(tmp_path / "site") == before
        assert leftovers(tmp_path) == []

    def test_a_notice_ends_nothing(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """What only deserves a notice is told, and the site is built."""
        caplog.set_level(logging.INFO)
        kind = "  long: {form: page, folder: long, name: Long, words: 3}\n"
        small_course(tmp_path, {"long/one.md": page("One two three four.")})
        course = (tmp_path / "course.yml").read_text(encoding="utf-8")
        course = course.replace("settings:", f"{kind}settings:")
        (tmp_path / "course.yml").write_text(course, encoding="utf-8")

        build_site(tmp_path, strict=True)

        assert any("notice: docs/long/one.md:1: " in text for text in messages(caplog, 0))
        assert (tmp_path / "site" / "long" / "one.html").is_file()


_NAMES = ["practices/looking.md", "exercises/two-looks.md"]


class TestLoose:
    """A build without --strict."""

    def test_a_problem_is_a_warning(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """Problems are told, and the site is built all the same."""
        small_course(tmp_path, {"pages/one.md": FAULTY})

        build_site(tmp_path)

        assert any("[missing-page]" in text for text in messages(caplog))
        assert (tmp_path / "site" / "pages" / "one.html").is_file()

    def test_no_fault_of_a_page_crashes_it(self, tmp_path: Path) -> None:
        """A page at fault is shown as well as can be; templates cope with what is missing."""
        texts = [
            page("/// nothing\n///"),
            page("/// said\nNever closed."),
            page("/// evidence\n///"),
            page("/// bibliography\n///\n\n/// help\n///\n\n/// contact\n///"),
            "No front matter.\n",
            "---\n- a\n---\n",
            "",
            page("Words.", more="kind: unknown\n"),
            page("Words.", more="draft: perhaps\n"),
        ]
        folders = ("pages", "practices", "exercises")
        pages = {f"{f}/n{n}.md": text for f in folders for n, text in enumerate(texts)}
        small_course(tmp_path, pages, course="support: pages/none.md\nbibliography: none.bib\n")

        build_site(tmp_path)

        built = contents(tmp_path / "site")
        assert [path for path in pages if path.replace(".md", ".html") not in built] == []

    @pytest.mark.parametrize("preview", [False, True], ids=["build", "preview"])
    def test_no_page_is_rendered_for_ever(self, tmp_path: Path, *, preview: bool) -> None:
        """A quoted block without an end, over which pymdownx loops, is shown as its problems."""
        endless = ">/// write|Q\n    id: a\n#H\n/// said"
        small_course(tmp_path, {"pages/one.md": page(endless)})

        build_site(tmp_path, preview=preview)

        article = read(tmp_path, "pages/one.html").select_one("article")
        assert article is not None
        assert "docs/pages/one.md:7: " in article.get_text()
        assert "[unclosed-block]" in article.get_text()
        assert "[block-margin]" in article.get_text()

    def test_a_page_that_is_not_utf8_ends_it(self, tmp_path: Path) -> None:
        """MkDocs cannot read such a page, so the build ends with its line, and no traceback."""
        small_course(tmp_path, {"pages/one.md": page("Words.").encode() + b"caf\xe9\n"})

        done = run_mkdocs(tmp_path, "build")

        assert done.returncode == 1
        assert "docs/pages/one.md:8: " in done.stderr
        assert "[not-utf8]" in done.stderr
        assert "Traceback" not in done.stderr
        assert not (tmp_path / "site").exists()
        assert leftovers(tmp_path) == []


class TestSurroundings:
    """What stands around the pages."""

    @pytest.mark.parametrize(
        ("course", "expected"),
        [
            (None, ["course.yml:1: "]),
            ("title: [x\n", ["course.yml:"]),
            (b"title: caf\xe9\n", ["course.yml:1: "]),
            ("title: x\nkindz: {}\n", ["'short'", "'version'", "'licence'", "'kindz'"]),
            (COURSE + "evidence: {outcomes: {mood: Mood}, grades: {}}\n", ["at least 1"]),
            (COURSE + 'words: {minutes: "{m} minutes"}\n', ["{n}, not"]),
            (COURSE + 'words: {minutes: "{n minutes"}\n', ["course.yml:12: minutes: "]),
        ],
        ids=["missing", "not-yaml", "not-utf8", "wrong-keys", "no-grades", "gap", "brace"],
    )
    def test_a_faulty_vocabulary_is_told_in_lines(
        self, tmp_path: Path, course: str | bytes | None, expected: list[str]
    ) -> None:
        """Each fault of course.yml is one line with its place, and there is no traceback."""
        small_course(tmp_path)
        file = tmp_path / "course.yml"
        if course is None:
            file.unlink()
        else:
            file.write_bytes(course if isinstance(course, bytes) else course.encode())

        done = run_mkdocs(tmp_path, "build", "--strict")

        lines = [line for line in done.stderr.splitlines() if "course.yml:" in line]
        assert done.returncode == 1
        assert len(lines) == len(expected)
        assert all(what in "\n".join(lines) for what in expected)
        assert "Traceback" not in done.stderr
        assert leftovers(tmp_path) == []

    def test_directory_urls_are_refused(self, tmp_path: Path) -> None:
        """The package writes addresses that end in .html, so it says which setting it needs."""
        small_course(tmp_path)
        site = (tmp_path / "mkdocs.yml").read_text(encoding="utf-8")
        (tmp_path / "mkdocs.yml").write_text(site.replace("urls: false", "urls: true"))

        done = run_mkdocs(tmp_path, "build")

        assert done.returncode == 1
        assert "expected `use_directory_urls: false`" in done.stderr
        assert "Traceback" not in done.stderr

    def test_a_missing_style_sheet_is_told(self, tmp_path: Path) -> None:
        """The one file of all pages holds every style sheet, so each must be there."""
        small_course(tmp_path)
        with (tmp_path / "mkdocs.yml").open("a", encoding="utf-8") as file:
            file.write("extra_css: [looks.css]\n")

        done = run_mkdocs(tmp_path, "build")

        assert done.returncode == 1
        assert "extra_css: there is no file 'looks.css'." in done.stderr
        assert "Traceback" not in done.stderr
        assert leftovers(tmp_path) == []

    def test_a_drawing_that_is_not_utf8_stays_a_file(self, tmp_path: Path) -> None:
        """It cannot be put into the page, and is shown as any other picture."""
        pages: dict[str, str | bytes] = {
            "pages/one.md": page("![A hill](../images/hill.svg)"),
            "images/hill.svg": "<svg></svg>".encode("utf-16"),
        }
        small_course(tmp_path, pages)

        build_site(tmp_path, strict=True)

        assert read(tmp_path, "pages/one.html").select_one("img[alt='A hill']") is not None

    def test_a_missing_bibliography_is_one_problem(self, tmp_path: Path) -> None:
        """One broken file is one problem, and not one for each citation."""
        pages = {"pages/one.md": page("As found [@one2020a; @two2020a].")}
        small_course(tmp_path, pages, course="bibliography: none.bib\n")

        done = run_mkdocs(tmp_path, "build", "--strict", "-q")

        assert "docs/none.bib:1: " in done.stderr
        assert "1 problem found" in done.stdout + done.stderr

    @pytest.mark.parametrize("where", ["beside", "elsewhere"])
    def test_it_is_built_from_any_folder(self, tmp_path: Path, where: str) -> None:
        """Paths are those below mkdocs.yml, wherever the command is run."""
        folder = small_course(tmp_path / "course", {"pages/one.md": FAULTY})
        config = "mkdocs.yml" if where == "beside" else str(folder / "mkdocs.yml")
        cwd = folder if where == "beside" else tmp_path

        done = run_mkdocs(folder, "build", "-f", config, cwd=cwd)

        assert done.returncode == 0
        assert "coursebook: docs/pages/one.md:7: " in done.stderr
        assert (folder / "site" / "index.html").is_file()

    def test_windows_line_ends_change_nothing(self, tmp_path: Path) -> None:
        """Pages with CRLF, and with a mark of byte order, are read like any others."""
        text = page("/// said\nHold on.\n///\n\n## Part\n\nSee [the part](#part).")
        pages = {"pages/one.md": b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()}
        small_course(tmp_path, pages)

        build_site(tmp_path, strict=True)

        article = read(tmp_path, "pages/one.html").select_one("article")
        assert article is not None
        assert article.select_one(".cb-said blockquote") is not None
        assert "///" not in article.get_text()


class TestSwitchedOff:
    """Rules that a host switches off."""

    def test_a_reason_is_enough(self, tmp_path: Path) -> None:
        """A rule that is switched off with a reason finds nothing."""
        small_course(
            tmp_path,
            {"pages/one.md": FAULTY},
            options="switched_off:\n  missing-page: We write it next week.",
        )

        build_site(tmp_path, strict=True)

    @pytest.mark.parametrize(
        ("line", "expected"),
        [
            (
                "missing-pages: Later.",
                "there is no rule 'missing-pages'. Did you mean 'missing-page'?",
            ),
            ("missing-page:", "'missing-page' wants a reason in words."),
            ("missing-page: true", "'missing-page' wants a reason in words."),
        ],
        ids=["unknown", "no-reason", "no-words"],
    )
    def test_anything_else_is_a_problem(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture, line: str, expected: str
    ) -> None:
        """A rule that does not exist, or has no reason, is a problem of mkdocs.yml."""
        small_course(tmp_path, options=f"switched_off:\n  {line}")

        with pytest.raises(Abort, match="1 problem"):
            build_site(tmp_path, strict=True)

        (found,) = messages(caplog)
        assert "mkdocs.yml:8: " in found
        assert expected in found


class TestDrafts:
    """Pages with `draft: true`."""

    DRAFT = page("/// said\nNot yet.\n///", "Half done", "draft: true\n")

    def test_a_build_leaves_them_out(self, tmp_path: Path) -> None:
        """A draft is neither built nor searched, nor named by navigation, neighbours or cards."""
        exercise = page("## Steps\n\nLook.", "Half done", "draft: true\n")
        exercise = exercise.replace(
            "draft", "practice: looking\nminutes: [1, 2]\nwho: [alone]\ndraft"
        )
        small_course(
            tmp_path,
            {
                "pages/one.md": self.DRAFT,
                "exercises/half.md": exercise,
                "pages/two.md": page("Ok."),
            },
        )

        build_site(tmp_path, strict=True)

        built = contents(tmp_path / "site")
        assert "pages/one.html" not in built
        assert "exercises/half.html" not in built
        text = b"".join(built[name] for name in built if name.endswith((".html", ".json", ".xml")))
        assert b"Half done" not in text
        assert b"half.html" not in text
        previous = read(tmp_path, "pages/two.html").select_one("link[rel=prev]")
        assert previous is not None
        assert previous["href"] == "../exercises/two-looks.html"

    def test_a_preview_shows_them_with_a_ribbon(self, tmp_path: Path) -> None:
        """`mkdocs serve` shows a draft, drawn like any page, with a ribbon."""
        text = self.DRAFT + "\n/// practices\n///\n"
        small_course(tmp_path, {"pages/one.md": text})

        build_site(tmp_path, preview=True)

        draft = read(tmp_path, "pages/one.html")
        ribbon = draft.select_one(".cb-draft")
        assert ribbon is not None
        assert ribbon.get_text() == "Draft: this page is not published."
        assert draft.select_one(".cb-practices .cb-card") is not None
        assert "Half done" in read(tmp_path, "index.html").get_text()

    def test_their_problems_fail_nothing(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """The problems of a draft are told, and end no strict build."""
        caplog.set_level(logging.INFO)
        text = self.DRAFT + "\nSee [the lost part](nowhere.md).\n"
        small_course(tmp_path, {"pages/one.md": text})

        build_site(tmp_path, strict=True)

        assert any("draft: docs/pages/one.md:" in text for text in messages(caplog, 0))

    def test_a_link_to_one_is_a_problem(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A published page may not link to a draft; another draft may."""
        other = page("See [the half](one.md).", more="draft: true\n")
        pages = {
            "pages/one.md": self.DRAFT,
            "pages/two.md": page("See [the half](one.md)."),
            "pages/three.md": other,
        }
        small_course(tmp_path, pages)

        with pytest.raises(Abort, match="1 problem"):
            build_site(tmp_path, strict=True)

        (found,) = messages(caplog)
        assert "docs/pages/two.md:7: " in found
        assert "draft" in found


class TestFacilitator:
    """Facilitator blocks."""

    def test_nothing_of_them_is_built(self, tmp_path: Path) -> None:
        """The words of a facilitator block stand in no file of the site, nor in its search."""
        small_course(tmp_path)

        build_site(tmp_path, strict=True)

        built = contents(tmp_path / "site")
        index = json.loads(built["search/search_index.json"])
        assert any("Look again" in entry["text"] for entry in index["docs"])
        assert [name for name, content in built.items() if b"whisper" in content] == []

    def test_their_notes_are_kept(self, tmp_path: Path) -> None:
        """The plugin keeps each note, rendered, with the page it stands on."""
        small_course(tmp_path)

        plugin = build_site(tmp_path, strict=True)

        note = Note("say", None, "<p>A whisper for the facilitator.</p>")
        assert plugin.notes["exercises/two-looks.md"] == [note]
        assert plugin.notes["index.md"] == []


class TestHost:
    """What a host sets in mkdocs.yml."""

    def test_local_help_stands_first(self, tmp_path: Path) -> None:
        """Services of the host stand above those of the course."""
        near = '{country: Here, kind: any, service: Near line, number: "456", source: us}'
        small_course(tmp_path, HELP, course=SUPPORT, options=f"local_help:\n  - {near}")

        build_site(tmp_path, strict=True)

        services = read(tmp_path, "pages/help.html").select(".cb-help .cb-service strong")
        assert [service.get_text() for service in services] == ["Near line", "Far line"]

    def test_faulty_local_help_stands_at_its_key(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A fault in the services of the host is a problem at their key in mkdocs.yml."""
        near = "{country: Here, kind: any, service: Near line}"
        small_course(tmp_path, HELP, course=SUPPORT, options=f"local_help:\n  - {near}")

        with pytest.raises(Abort, match="1 problem"):
            build_site(tmp_path, strict=True)

        assert "mkdocs.yml:8: " in messages(caplog)[0]

    @pytest.mark.parametrize(
        ("options", "link"),
        [
            ("contact: mailto:me@example.org", ("mailto:me@example.org", "me@example.org")),
            ("contact: https://example.org/me", ("https://example.org/me", "example.org/me")),
            ("", None),
        ],
        ids=["mail", "page", "none"],
    )
    def test_the_contact_block(
        self, tmp_path: Path, options: str, link: tuple[str, str] | None
    ) -> None:
        """A contact block draws the host's address, or says that there is none yet."""
        small_course(tmp_path, {"pages/one.md": page("/// contact\n///")}, options=options)

        build_site(tmp_path, strict=True)

        block = read(tmp_path, "pages/one.html").select_one(".cb-contact")
        assert block is not None
        found = block.select_one("a")
        assert (found and (found["href"], found.get_text())) == link
        if link is None:
            assert "has not given an address yet" in block.get_text()

    def test_the_leave_link(self, tmp_path: Path) -> None:
        """Pages that ask for it have a link to leave quickly, which goes where the host says."""
        pages = {"pages/one.md": page("Words.", more="leave: true\n"), "pages/two.md": page("Ok.")}
        small_course(tmp_path, pages, options="leave: https://example.org/weather")

        build_site(tmp_path, strict=True)

        (link,) = read(tmp_path, "pages/one.html").select("a.cb-leave, .cb-leave a")
        assert link["href"] == "https://example.org/weather"
        assert read(tmp_path, "pages/two.html").select("a.cb-leave, .cb-leave a") == []

    def test_local_help_grows_old_too(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        """A service of the host that nobody has checked for years is a problem at its key."""
        near = "{country: A, kind: b, service: C, source: d, checked: 2001-01-01}"
        stale = SUPPORT.replace("2000000", "365").replace("1000000", "180")
        small_course(tmp_path, HELP, course=stale, options=f"local_help:\n  - {near}")

        with pytest.raises(Abort, match="1 problem"):
            build_site(tmp_path, strict=True)

        (found,) = messages(caplog)
        assert "mkdocs.yml:8: C: last checked" in found

    def test_what_is_published_is_the_finished_site(self, tmp_path: Path) -> None:
        """After a build MkDocs knows the site by its own folder, which `gh-deploy` publishes."""
        small_course(tmp_path)

        plugin = build_site(tmp_path, strict=True)

        assert plugin.site.site_dir == str(tmp_path / "site")


class TestDrawing:
    """What is drawn once every page exists."""

    def test_cards_lead_to_their_pages(self, tmp_path: Path) -> None:
        """The cards of practices and exercises lead to pages that exist."""
        small_course(tmp_path)

        build_site(tmp_path, strict=True)

        (practice,) = read(tmp_path, "index.html").select(".cb-practices .cb-card a")
        assert practice["href"] == "practices/looking.html"
        (exercise,) = read(tmp_path, "practices/looking.html").select(".cb-exercises .cb-card a")
        assert exercise["href"] == "../exercises/two-looks.html"

    def test_words_of_authors_are_escaped(self, tmp_path: Path) -> None:
        """Angle brackets and quotation marks of front matter are words, wherever they are drawn."""
        title = 'title: "Fish & <b>chips</b> \\"now\\""'
        small_course(
            tmp_path,
            {
                "practices/looking.md": PRACTICE.replace("title: Looking", title),
                "index.md": HOME.replace("Where it begins.", "'A <b> & a \"c\"'"),
            },
        )

        build_site(tmp_path, strict=True)

        home, practice = read(tmp_path, "index.html"), read(tmp_path, "practices/looking.html")
        heading = practice.select_one("h1")
        assert heading is not None
        assert heading.get_text() == 'Fish & <b>chips</b> "now"'
        (card,) = home.select(".cb-card__title")
        assert card.get_text() == 'Fish & <b>chips</b> "now"'
        description = home.select_one("meta[property='og:description']")
        assert description is not None
        assert description["content"] == 'A <b> & a "c"'

    def test_pictures_are_drawn_into_the_page(self, tmp_path: Path) -> None:
        """A drawing stands in the page itself, with the author's words as its alternative."""
        svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><title>T</title></svg>'
        pages = {"pages/one.md": page("![A dot](../images/dot.svg)"), "images/dot.svg": svg}
        small_course(tmp_path, pages)

        build_site(tmp_path, strict=True)

        drawing = read(tmp_path, "pages/one.html").select_one("figure.cb-picture svg")
        assert drawing is not None
        assert drawing["aria-label"] == "A dot"
        assert drawing.find("title") is None

    def test_two_builds_make_the_same(self, tmp_path: Path) -> None:
        """A second build takes the place of the first, and nothing of the first is left."""
        small_course(tmp_path, {"pages/one.md": page("Words.")})
        build_site(tmp_path, strict=True)
        (tmp_path / "docs" / "pages" / "one.md").unlink()
        small_course(tmp_path)

        build_site(tmp_path, strict=True)

        assert "pages/one.html" not in contents(tmp_path / "site")
        assert leftovers(tmp_path) == []
