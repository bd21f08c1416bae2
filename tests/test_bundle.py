"""The offline bundle, and the list of what a device keeps."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from coursebook import bundle, keeping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SITE = {
    "index.html": '<a href="a/one.html#part">One</a>'
    '<!--online--><a href="x.zip">Zip</a><!--/online-->',
    "a/one.html": '<h2 id="part">Part</h2><a href="../index.html">Home</a><img src="b%20c.png">',
    "a/b c.png": "picture",
    "assets/app.js": "go()",
    "assets/store.html": "<title>Store</title>",
    "404.html": "",
    "assets/app.js.map": "",
    "_headers": "",
    "search/search_index.js": "",
    "search/search_index.json": "",
    "service-worker.js": "const { version, files } = {};\n",
    "sitemap.xml": "",
    "sitemap.xml.gz": "",
    "x.zip": "",
}
INSIDE = ["a/b c.png", "a/one.html", "assets/app.js", "assets/store.html", "index.html"]
BESIDE = {"Start here.html": "start", "Read me.txt": "read"}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Write a small site."""
    site = tmp_path / "site"
    for path, text in SITE.items():
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_text(text, "utf-8")
    return site


@pytest.fixture
def time_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Move to where the next day has begun."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


class TestWrite:
    """One zip of a site."""

    def test_all_is_in_one_folder(self, small: Path, tmp_path: Path) -> None:
        """The folder is named as the zip, and holds the start file, the read-me and the site."""
        bundle.write(small, tmp_path / "course-1.0.zip", BESIDE, epoch=0)
        with zipfile.ZipFile(tmp_path / "course-1.0.zip") as written:
            names = written.namelist()

        course = [f"course-1.0/course/{path}" for path in [*INSIDE, "search/search_index.js"]]
        assert names == ["course-1.0/Read me.txt", "course-1.0/Start here.html", *course]

    def test_it_says_what_it_made(self, small: Path, tmp_path: Path) -> None:
        """Readers are told the size, the number of pages they can read, and the hash."""
        made = bundle.write(small, tmp_path / "course.zip", BESIDE, epoch=0)
        data = (tmp_path / "course.zip").read_bytes()

        assert (made.pages, made.size) == (2, len(data))
        assert made.sha256 == hashlib.sha256(data).hexdigest()

    @pytest.mark.usefixtures("time_zone")
    def test_the_same_site_gives_the_same_bytes(self, small: Path, tmp_path: Path) -> None:
        """On another day, in another time zone, and with other rights on the files."""
        first = bundle.write(small, tmp_path / "course.zip", BESIDE, epoch=1_700_000_000)
        for path in small.rglob("*"):
            os.utime(path, (0, 0))
            path.chmod(0o700)
        second = bundle.write(small, tmp_path / "course.zip", BESIDE, epoch=1_700_000_000)
        with zipfile.ZipFile(first.path) as written:
            moments = {entry.date_time for entry in written.infolist()}

        assert first == second
        assert moments == {(2023, 11, 14, 22, 13, 20)}

    def test_what_is_only_online_is_left_out_of_pages(self, small: Path) -> None:
        """A page in the zip does not offer the zip."""
        files = bundle.contents(small)

        assert files["index.html"] == b'<a href="a/one.html#part">One</a>'


class TestDangling:
    """Links of pages to what is not inside."""

    def test_a_sound_bundle_has_none(self, small: Path) -> None:
        """Files, parts of pages, and names with spaces are found."""
        assert list(bundle.dangling(bundle.contents(small))) == []

    @pytest.mark.parametrize(
        "link", ["x.zip", "gone.html", "a/one.html#gone", "#gone", "/a/one.html"]
    )
    def test_a_link_to_nowhere_is_told(self, small: Path, link: str) -> None:
        """Whether a file is missing or a part of a page."""
        (small / "index.html").write_text(f'<p>\n<a href="{link}">')

        found = [str(breach) for breach in bundle.dangling(bundle.contents(small))]
        assert found == [f"index.html:2: A link leads nowhere: {link}"]

    @pytest.mark.parametrize(
        "link", ["https://example.org/", "//example.org", "mailto:a@b", "?q=1"]
    )
    def test_links_to_elsewhere_are_not_ours(self, small: Path, link: str) -> None:
        """They need a network in any case."""
        (small / "index.html").write_text(f'<a href="{link}">')

        assert list(bundle.dangling(bundle.contents(small))) == []


class TestBeside:
    """The start file and the read-me."""

    def test_they_name_what_they_are_about(self) -> None:
        """The read-me says what it is, how to open it, version, date and licence."""
        facts = {"title": "Bread", "version": "1.0", "date": "2026-11-01", "licence": "CC0"}
        texts = bundle.beside(**facts, url="https://example.org/")

        assert set(texts) == {bundle.START, bundle.READ_ME}
        assert all(fact in texts[bundle.READ_ME] for fact in [*facts.values(), bundle.START])
        assert 'href="course/index.html"' in texts[bundle.START]

    @pytest.mark.parametrize(
        ("url", "words"),
        [
            ("https://example.org/", "single file\nor read online: https://example.org/\n"),
            ("", "single file.\n"),
        ],
    )
    def test_the_read_me_offers_a_website_only_where_there_is_one(
        self, url: str, words: str
    ) -> None:
        """A build that knows no address leaves no sentence open."""
        facts = {"title": "Bread", "version": "1.0", "date": "2026-11-01", "licence": "CC0"}

        assert words in bundle.beside(**facts, url=url)[bundle.READ_ME]


class TestSums:
    """The file of hashes."""

    def test_sha256sum_agrees(self, tmp_path: Path) -> None:
        """The form is the one that a reader's own tool checks."""
        (tmp_path / "a.zip").write_bytes(b"a")
        (tmp_path / "SHA256SUMS").write_text(bundle.sums([tmp_path / "a.zip"]))

        subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True)


class TestIsSpare:
    """Files of the theme that no reader needs."""

    @pytest.mark.parametrize(
        ("languages", "needed"),
        [
            (["en"], []),
            (["de"], ["min/lunr.de.min.js", "min/lunr.stemmer.support.min.js"]),
            (
                ["en", "ja"],
                [
                    "min/lunr.ja.min.js",
                    "min/lunr.multi.min.js",
                    "min/lunr.stemmer.support.min.js",
                    "tinyseg.js",
                ],
            ),
        ],
    )
    def test_only_what_search_loads_is_kept(self, languages: list[str], needed: list[str]) -> None:
        """English needs nothing besides the search itself."""
        scripts = "tinyseg wordcut min/lunr.de.min min/lunr.ja.min min/lunr.multi.min"
        names = [f"{name}.js" for name in [*scripts.split(), "min/lunr.stemmer.support.min"]]
        kept = [n for n in names if not bundle.is_spare(f"assets/javascripts/lunr/{n}", languages)]

        assert sorted(kept) == needed

    def test_source_maps_are_spare_and_scripts_are_not(self) -> None:
        """Maps are for the theme's own developers."""
        assert bundle.is_spare("assets/javascripts/bundle.min.js.map", ["en"])
        assert not bundle.is_spare("assets/javascripts/bundle.min.js", ["en"])


class TestKeeping:
    """The list in the service worker."""

    def test_every_file_of_the_course_has_its_hash(self, small: Path) -> None:
        """Addresses are as a browser asks for them."""
        kept = keeping.kept(small)

        assert sorted(kept) == sorted(
            [path.replace(" ", "%20") for path in INSIDE]
            + ["search/search_index.js", "search/search_index.json"]
        )
        digest = base64.b64encode(hashlib.sha256(b"go()").digest()).decode()
        assert kept["assets/app.js"] == f"sha256-{digest}"

    def test_another_course_is_another_version(self, small: Path) -> None:
        """The browser sees a new worker when anything has changed, and only then."""
        worker = small / keeping.WORKER
        keeping.write(small)
        first = worker.read_text()
        keeping.write(small)
        again = worker.read_text()
        (small / "index.html").write_text("new")
        keeping.write(small)

        assert first == again
        assert worker.read_text().splitlines()[0] != first.splitlines()[0]

    def test_a_worker_without_a_gap_is_an_error(self, small: Path) -> None:
        """A worker with no list would keep nothing and say that it had."""
        (small / keeping.WORKER).write_text("addEventListener();")

        with pytest.raises(ValueError, match="no line that matches"):
            keeping.write(small)
