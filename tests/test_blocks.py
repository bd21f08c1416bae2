"""Blocks and citations as they are rendered: golden cases, and what the reader says of them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from bs4 import BeautifulSoup
from building import ROOT, build_site, page, small_course
from markdown import Extension, Markdown

from coursebook.blocks import BlocksExtension, Note, block_types
from coursebook.citations import Bibliography, CitationsExtension, Wording, read_bibliography
from coursebook.grammar import Content, Form, blocks
from coursebook.problems import Rule
from coursebook.reader import Source, read_page
from coursebook.schema import read_yaml
from coursebook.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pytest_golden.plugin import GoldenTestFixture

    from coursebook.course import Block

CASES = Path(__file__).parent / "cases"
EXTENSIONS = (
    "abbr", "attr_list", "fenced_code", "footnotes", "sane_lists", "smarty", "tables", "toc"
)  # fmt: skip
"""What the real course renders its pages with."""
SOUND = [p for p in sorted((CASES / "reader").glob("*.yml")) if not p.stem.endswith("-fault")]
"""Cases of the reader, without those that it refuses to read."""
NOT_RENDERED = re.compile(r"(?:^|>)\s*/{3,}(?:[\s<]|$)", re.MULTILINE)


@cache
def bibliography() -> Bibliography:
    """Return the invented sources of the cases."""
    path = CASES / "citations" / "references.bib"
    found, problems = read_bibliography(path.read_text(encoding="utf-8"), path.name)
    assert problems == []
    return found


def render(
    source: str,
    vocabulary: Vocabulary,
    notes: list[Note] | None = None,
    sources: Bibliography | None = None,
    wording: Wording | None = None,
) -> str:
    """Return Markdown as HTML, by our extensions and those of the real course."""
    sink = "" if notes is None else notes.append
    extensions: list[str | Extension] = [
        *EXTENSIONS,
        BlocksExtension(vocabulary=vocabulary, sink=sink),
    ]
    if sources:
        extensions.append(CitationsExtension(bibliography=sources, wording=wording or Wording()))
    return Markdown(extensions=extensions).convert(source)


@cache
def real_vocabulary() -> Vocabulary:
    """Return the words of the real course."""
    text = (ROOT / "course.yml").read_text(encoding="utf-8")
    found, problems = read_yaml(text, Vocabulary, path="course.yml")
    assert found, problems
    return found


def rendered_names(html: str, vocabulary: Vocabulary) -> list[str]:
    """Return the names of the blocks in a page's HTML, in the order of their opening."""
    names = {f"cb-{name}": name for name in vocabulary.blocks}
    elements = BeautifulSoup(html, "html5lib").select("div[class]")
    classes = [str(element["class"][0]) for element in elements]
    return [names[name] for name in classes if name in names]


@pytest.mark.golden_test("cases/blocks/*.yml")
def test_block(golden: GoldenTestFixture, vocabulary: Vocabulary) -> None:
    """A block renders as its case says, its facilitator notes apart."""
    notes: list[Note] = []

    html = render(golden["source"], vocabulary, notes)

    assert html == golden.out["html"]
    taken = [vars(note) for note in notes] or None
    assert taken == golden.out.get("notes")


@pytest.mark.parametrize(
    "path", sorted((CASES / "blocks").glob("*-nope.yml")), ids=lambda p: p.stem
)
def test_what_must_not_render_does_not(path: Path, vocabulary: Vocabulary) -> None:
    """A block at fault leaves no element of its own, and the line at fault in the text."""
    source = yaml.safe_load(path.read_text(encoding="utf-8"))["source"]

    html = render(source, vocabulary)

    assert rendered_names(html, vocabulary) == []
    assert "///" in html


def test_every_block_has_a_case(vocabulary: Vocabulary) -> None:
    """Each block of the grammar is rendered by a case of its name."""
    cases = {path.stem.split("-")[0] for path in (CASES / "blocks").glob("*.yml")}

    assert set(vocabulary.blocks) <= cases


def test_facilitator_parts_vanish_without_a_sink(vocabulary: Vocabulary) -> None:
    """Any host hides facilitator blocks, also one that does not keep them."""
    source = "One.\n\n/// facilitator\n    kind: say\n\nA whisper.\n///\n\nTwo."

    assert render(source, vocabulary) == "<p>One.</p>\n<p>Two.</p>"


def test_facilitator_parts_leave_no_trace_in_the_contents(vocabulary: Vocabulary) -> None:
    """Whatever stands beside a facilitator block is rendered as if it were not there."""
    note = "\n\n/// facilitator\n    kind: say\n\nA whisper.\n///"
    source = "## Part{}\n\n- One\n- Two{}\n\n## Next{}"

    assert render(source.format(note, note, note), vocabulary) == render(
        source.format("", "", ""), vocabulary
    )


def test_evidence_needs_outcomes() -> None:
    """A course without outcomes has no evidence block, and renders none."""
    names = blocks(scenes=["a"], outcomes=[], grades=[], facilitator=["say"])

    assert "evidence" not in names


def test_each_block_has_a_renderer_of_its_own(vocabulary: Vocabulary) -> None:
    """Each block with options or a title is drawn by a class that knows them."""
    made = {block.NAME: block.__name__ for block in block_types(vocabulary)}

    plain = [name for name, spec in vocabulary.blocks.items() if spec.options or spec.title]
    assert [name for name in plain if made[name] == "LessonBlock"] == []


class TestReadAsRendered:
    """The reader sees the blocks that readers see."""

    @pytest.mark.parametrize(
        "path", [p.relative_to(ROOT).as_posix() for p in sorted((ROOT / "docs").rglob("*.md"))]
    )
    def test_on_every_page(self, path: str) -> None:
        """Each block that is read is rendered, in order, and no line of slashes is left."""
        vocabulary = real_vocabulary()
        content = (ROOT / path).read_bytes()
        read, _ = read_page(Source(path.removeprefix("docs/"), content), vocabulary)
        notes: list[Note] = []

        html = render(read.text, vocabulary, notes)

        expected = [b.name for b in read.blocks if "facilitator" not in (b.name, b.parent)]
        assert rendered_names(html, vocabulary) == expected
        assert len(notes) == len(read.blocks_named("facilitator"))
        assert not NOT_RENDERED.search(re.sub(r"(?s)<(pre|code)\b.*?</\1>", "", html))

    @pytest.mark.parametrize("path", SOUND, ids=lambda p: p.stem)
    def test_in_every_case_of_the_reader(self, path: Path, vocabulary: Vocabulary) -> None:
        """What the reader calls a sound block is rendered as one, and nothing else is."""
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        source = _source_of(case)
        if source is None:
            return
        read, _ = read_page(Source("notes/note.md", source.encode()), vocabulary)

        html = render(read.text, vocabulary)

        known = [block for block in read.blocks if _is_sound(block, vocabulary)]
        expected = [block.name for block in known if block.name != "facilitator"]
        assert rendered_names(html, vocabulary) == expected

    def test_of_examples(self, vocabulary: Vocabulary) -> None:
        """The example of each block is read and rendered as that block."""
        for name, spec in vocabulary.blocks.items():
            notes: list[Note] = []
            html = render(spec.example, vocabulary, notes)
            names = rendered_names(html, vocabulary) or ["facilitator" for _ in notes]
            assert names == [name]


def _source_of(case: Mapping[str, object]) -> str | None:
    for key in ("source", "page", "text", "markdown"):
        if isinstance(text := case.get(key), str):
            return text
    return None


def _is_sound(block: Block, vocabulary: Vocabulary) -> bool:
    spec = vocabulary.blocks.get(block.name)
    if spec is None or block.fault or set(block.options) - set(spec.options):
        return False
    if bool(spec.title) != bool(block.title):
        return False
    for name, option in spec.options.items():
        if name not in block.options:
            if option.required:
                return False
            continue
        try:
            option.parse(block.options[name])
        except ValueError:
            return False
    return True


def test_every_example_builds(tmp_path: Path, vocabulary: Vocabulary) -> None:
    """A page with the example of each block that stands alone is built without a problem."""
    alone = [
        spec
        for spec in vocabulary.blocks.values()
        if Form.PAGE in spec.forms
        and spec.name not in ("help", "bibliography", "evidence", "scene")
    ]
    text = "\n".join(spec.example for spec in alone)
    small_course(tmp_path, {"pages/one.md": page(text)})

    build_site(tmp_path, strict=True)

    built = (tmp_path / "site" / "pages" / "one.html").read_text(encoding="utf-8")
    assert [spec.name for spec in alone if f'class="cb-{spec.name}"' not in built] == []
    assert {spec.content for spec in alone} >= {Content.NONE, Content.WORDS, Content.CHOICES}


class TestCitations:
    """`[@key]` in the text, and the list of sources below it."""

    @pytest.mark.golden_test("cases/citations/*.yml")
    def test_citation(self, golden: GoldenTestFixture, vocabulary: Vocabulary) -> None:
        """A citation and its list render as the case says."""
        html = render(golden["source"], vocabulary, sources=bibliography())

        assert html == golden.out["html"]

    @pytest.mark.parametrize(
        "path", sorted((CASES / "citations").glob("*-nope.yml")), ids=lambda p: p.stem
    )
    def test_what_is_no_citation_stays(self, path: Path, vocabulary: Vocabulary) -> None:
        """What names no source is left as text, without a list."""
        source = yaml.safe_load(path.read_text(encoding="utf-8"))["source"]

        html = render(source, vocabulary, sources=bibliography())

        assert "cb-cite" not in html
        assert "cb-sources" not in html

    def test_wording(self, vocabulary: Vocabulary) -> None:
        """The words around a citation are those of the course."""
        wording = Wording("Quellen", "und", "und andere", "ohne Jahr")
        source = "[@two2002; @many2003; @undated]"

        html = render(source, vocabulary, sources=bibliography(), wording=wording)

        assert ">Quellen</h2>" in html
        assert "Oak und Birch, 2002" in html
        assert "Elm und andere, 2003" in html
        assert "Hazel, ohne Jahr" in html

    def test_pages_share_nothing(self, vocabulary: Vocabulary) -> None:
        """A page that cites nothing has no list, whatever the page before it cited."""
        options = {"bibliography": bibliography()}
        md = Markdown(
            extensions=[BlocksExtension(vocabulary=vocabulary), CitationsExtension(**options)]
        )

        first, second = md.convert("As found [@one2001]."), md.reset().convert("Nothing.")

        assert "cb-sources" in first
        assert second == "<p>Nothing.</p>"

    def test_sources_are_all_formatted(self) -> None:
        """The bibliography formats each source, sorted by author and year."""
        found = bibliography()

        assert set(found.formatted) == set(found.lines)
        assert list(found.formatted)[:4] == ["nobody1999", "capitals2005", "one2001", "one2004"]

    @pytest.mark.parametrize(
        ("text", "line", "what"),
        [
            ("@article{a2020b, author={A, B}, title={T}, year={2020}}", 1, "missing journal"),
            ("\n\n@webpage{a2020b, title={T}, year={2020}}", 3, "no type @webpage"),
            ("@misc{a2020b, title={T}}\n\n@misc{a2020b, title={U}}", 3, "repeated"),
            ("@misc{a2020b, title={T}}\n@misc{b2020c, title={U}", 2, "line 2"),
        ],
        ids=["missing-field", "unknown-type", "repeated-key", "unclosed"],
    )
    def test_a_fault_of_the_bibliography(self, text: str, line: int, what: str) -> None:
        """A source that cannot be formatted is a problem at its line, and no traceback."""
        _, (problem,) = read_bibliography(text, "docs/references.bib")

        assert problem.rule is Rule.BAD_BIBLIOGRAPHY
        assert (problem.path, problem.line) == ("docs/references.bib", line)
        assert what in problem.message

    def test_the_real_bibliography_is_sound(self) -> None:
        """Each source of the real course has a line, words and a year."""
        text = (ROOT / "docs" / "references.bib").read_text(encoding="utf-8")
        found, problems = read_bibliography(text, "docs/references.bib")

        assert problems == []
        assert len(found.lines) > 50
        labels = [found.label(key, Wording()) for key in found.lines]
        assert [label for label in labels if not re.search(r", (19|20)\d\d$", label)] == []
