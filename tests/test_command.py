"""The command `coursebook check`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from building import ROOT, contents, page, small_course

from coursebook.citations import read_bibliography
from coursebook.command import main
from coursebook.problems import Rule

UNREADABLE = 2

FAULTY = page("See [the lost part](nowhere.md).")
DRAFT = page("See [the lost part](nowhere.md).", more="draft: true\n")
LONG = """\
kinds:
  home: {form: home, name: Home}
  practice: {form: practice, folder: practices, name: Practice}
  exercise: {form: exercise, folder: exercises, name: Exercise, words: 5}
  page: {form: page, folder: pages, name: Page}
"""


@pytest.fixture
def faulty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a course with one problem, one problem of a draft, and one notice."""
    small_course(tmp_path, {"pages/one.md": FAULTY, "pages/two.md": DRAFT})
    course = (tmp_path / "course.yml").read_text(encoding="utf-8")
    head, rest = course.split("kinds:\n", 1)
    rest = rest[rest.index("settings:") :]
    (tmp_path / "course.yml").write_text(head + LONG + rest, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def sound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Enter a course without a problem."""
    monkeypatch.chdir(small_course(tmp_path))
    return tmp_path


def test_a_sound_course_says_nothing(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a problem nothing is printed, nothing is made, and the exit code is 0."""
    before = contents(sound)

    code = main(["check"])

    assert (code, capsys.readouterr()) == (0, ("", ""))
    assert contents(sound) == before


@pytest.mark.usefixtures("faulty")
class TestFormats:
    """The ways in which problems are told."""

    def test_text(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Each problem is one line; drafts and notices are marked, in the order of navigation."""
        code = main(["check"])

        lines = capsys.readouterr().out.splitlines()
        assert code == 1
        assert [line.split(": ")[0] for line in lines] == [
            "notice",
            "docs/pages/one.md:7",
            "draft",
        ]
        assert lines[0].startswith("notice: docs/exercises/two-looks.md:1: ")
        assert lines[0].endswith("[too-many-words]")
        assert lines[1].endswith("[missing-page]")
        assert lines[2].startswith("draft: docs/pages/two.md:8: ")

    def test_json(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Each problem is an object with its path, line, message, rule and level."""
        code = main(["check", "--format", "json"])

        rows = json.loads(capsys.readouterr().out)
        assert code == 1
        assert [row["level"] for row in rows] == ["notice", "error", "draft"]
        assert list(rows[1]) == ["path", "line", "message", "rule", "level"]
        assert rows[1]["path"] == "docs/pages/one.md"
        assert rows[1]["line"] == 7
        assert rows[1]["rule"] == "missing-page"
        assert rows[1]["message"].startswith("There is no page 'pages/nowhere.md'.")

    def test_github(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Each problem is an annotation, which GitHub shows beside its line."""
        code = main(["check", "--format", "github"])

        lines = capsys.readouterr().out.splitlines()
        assert code == 1
        assert lines[0].startswith("::notice file=docs/exercises/two-looks.md,line=1,title=too-")
        assert lines[1].startswith(
            "::error file=docs/pages/one.md,line=7,title=missing-page::There is no page"
        )
        assert lines[2].startswith("::warning file=docs/pages/two.md,line=8,")

    def test_json_of_a_sound_page(self, capsys: pytest.CaptureFixture[str]) -> None:
        """No problems are an empty list, so that a program can read it."""
        code = main(["check", "index.md", "--format", "json"])

        assert code == 0
        assert json.loads(capsys.readouterr().out) == []


@pytest.mark.usefixtures("faulty")
class TestPages:
    """A check of some pages."""

    @pytest.mark.parametrize("name", ["docs/pages/one.md", "pages/one.md", r"docs\pages\one.md"])
    def test_one_page(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        """A page may be named from the course's folder or from its pages; only it is told of."""
        code = main(["check", name])

        (line,) = capsys.readouterr().out.splitlines()
        assert code == 1
        assert line.startswith("docs/pages/one.md:7: ")

    def test_drafts_and_notices_fail_nothing(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The exit code is 0 if there is nothing but a draft's problems and notices."""
        code = main(["check", "pages/two.md", "exercises/two-looks.md"])

        assert len(capsys.readouterr().out.splitlines()) == 2
        assert code == 0

    def test_a_page_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A name that no page has is told, with another exit code than a problem."""
        code = main(["check", "pages/none.md"])

        assert code == 2
        assert capsys.readouterr().err == "No page of the course is called docs/pages/none.md.\n"


class TestSurroundings:
    """What stands around the pages."""

    def test_another_configuration(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A course elsewhere is checked by naming its configuration."""
        small_course(tmp_path, {"pages/one.md": FAULTY})

        code = main(["check", "--config", str(tmp_path / "mkdocs.yml")])

        assert code == 1
        assert capsys.readouterr().out.startswith("docs/pages/one.md:7: ")

    def test_a_faulty_vocabulary(self, sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A fault of course.yml is a problem with its line."""
        (sound / "course.yml").write_text("title: [x\n", encoding="utf-8")

        code = main(["check"])

        assert code == 1
        assert capsys.readouterr().out.startswith("course.yml:")

    @pytest.mark.parametrize(
        ("site", "expected"),
        [
            (None, "does not exist"),
            ("site_name: [x\n", "error"),
            ("site_name: A\nuse_directory_urls: false\n", "does not name the plugin coursebook"),
            ("site_name: A\ntheme: {name: none}\n", "configuration error"),
        ],
        ids=["missing", "not-yaml", "no-plugin", "no-theme"],
    )
    def test_a_faulty_configuration(
        self, sound: Path, capsys: pytest.CaptureFixture[str], site: str | None, expected: str
    ) -> None:
        """What MkDocs cannot read is told in words, with another exit code than a problem."""
        file = sound / "mkdocs.yml"
        if site is None:
            file.unlink()
        else:
            file.write_text(site, encoding="utf-8")

        code = main(["check"])

        assert code == 2
        assert expected in capsys.readouterr().err

    def test_files_that_are_not_published(
        self, sound: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A link to a file that MkDocs leaves out leads nowhere."""
        small_course(
            sound, {"pages/one.md": page("Take [the list](../list.csv)."), "list.csv": "a,b\n"}
        )
        with (sound / "mkdocs.yml").open("a", encoding="utf-8") as file:
            file.write("exclude_docs: '*.csv'\n")

        code = main(["check"])

        assert code == 1
        assert "[missing-asset]" in capsys.readouterr().out

    def test_usage(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Without `check` the command says how it is used."""
        with pytest.raises(SystemExit, match="2"):
            main([])

        assert "usage: coursebook" in capsys.readouterr().err


def test_it_is_installed(sound: Path) -> None:
    """The console script is there, and its exit code is that of the check."""
    small_course(sound, {"pages/one.md": FAULTY})
    script = Path(sys.executable).with_name("coursebook")

    done = subprocess.run([script, "check"], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert done.stdout.startswith("docs/pages/one.md:7: ")
    assert done.stderr == ""


def test_a_page_that_is_a_link_to_nothing(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is named, without a traceback."""
    (sound / "docs/gone.md").symlink_to("nowhere.md")

    assert main(["check"]) == UNREADABLE
    assert "gone.md cannot be read: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("group", "message"),
    [
        ("{start: noon}", "Expected a clock time"),
        ("{start: 18:30}", "Expected a clock time"),
        ("{people: -3}", "Expected a whole number above 0"),
        ("{minutes: long}", "Expected a whole number above 0"),
    ],
)
def test_numbers_of_a_group(
    tmp_path: Path, group: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Numbers that no guide can be made for are refused before a build."""
    small_course(tmp_path, options=f"group: {group}")

    assert main(["check", "--config", str(tmp_path / "mkdocs.yml")]) == UNREADABLE
    assert message in caplog.text


def test_a_help_service_of_an_unknown_kind(sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt kind would be missing on the poster, in silence."""
    with (sound / "course.yml").open("a", encoding="utf-8") as file:
        file.write("services: help.yml\nguide:\n  page: index.md\n  help: {emergency: Now}\n")
    (sound / "docs/help.yml").write_text(
        "- {country: A, kind: emergency, service: One, source: s}\n"
        "- {country: A, kind: emergncy, service: Two, source: s}\n",
        encoding="utf-8",
    )

    assert main(["check"]) == 1
    assert capsys.readouterr().out == (
        "docs/help.yml:2: Two: kind 'emergncy' is not known."
        " Did you mean 'emergency'? [out-of-range]\n"
    )


def test_a_name_that_no_bibliography_can_hold() -> None:
    """The line is that of the name, although the parser tells none."""
    text = "@misc{a, title={A}, year={2020}, author={B}}\n@misc{b,\n author={C, D, E, F}}\n"

    _, (problem,) = read_bibliography(text, "x.bib")

    assert (problem.line, problem.rule) == (3, Rule.BAD_BIBLIOGRAPHY)


def test_a_guide_of_a_workshop_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt workshop is told at once, before anything is built."""
    code = main(["guide", "tastr", "--config", str(ROOT / "mkdocs.yml")])

    assert code == 2
    assert "Did you mean 'taster'?" in capsys.readouterr().err
