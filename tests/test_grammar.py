"""The table of blocks and the rules: each is explained, and each example is sound."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import pytest
from markdown import Markdown

from coursebook.blocks import BlocksExtension
from coursebook.checks import blocks as block_checks
from coursebook.checks.scope import Scope
from coursebook.course import Course
from coursebook.grammar import Form, blocks, identifier, whole, word, words
from coursebook.problems import NOTICES, Problem, Rule, closest, nearest
from coursebook.reader import Source, read_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from coursebook.course import Page
    from coursebook.vocabulary import Vocabulary

BLOCKS = blocks(scenes=["home"], outcomes=["crumb"], grades=["some"], facilitator=["say"])


def page_of(form: Form, text: str, vocabulary: Vocabulary) -> Page:
    """Return a page of a form, whatever its facts."""
    kind = next(name for name, kind in vocabulary.kinds.items() if kind.form is form)
    page, _ = read_page(Source("x.md", f"---\nkind: {kind}\n---\n{text}".encode()), vocabulary)
    return page


@pytest.mark.parametrize("rule", Rule)
def test_rule_is_explained(rule: Rule) -> None:
    """A rule has an id that can be typed and searched, and a sentence for authors."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", rule)
    assert re.fullmatch(r"[A-Z].*[.)]", rule.meaning)


def test_notices_fail_nothing() -> None:
    """Only notices are told apart from problems."""
    assert {rule for rule in Rule if rule.is_notice} == NOTICES


def test_problem_reads_as_a_line() -> None:
    """A problem is one line that an editor can follow."""
    problem = Problem("docs/a.md", 9, "It is flat.", Rule.EMPTY_BLOCK)

    assert str(problem) == "docs/a.md:9: It is flat. [empty-block]"


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ("flower", " Did you mean 'Flour'?"),
        ("FLOUR", " Did you mean 'Flour'?"),
        ("oven", " Expected one of: Flour, Water."),
    ],
)
def test_nearest_word(wrong: str, hint: str) -> None:
    """A wrong word is answered with the nearest, or with all where none is near."""
    assert nearest(wrong, ["Flour", "Water"]) == hint


def test_nearest_of_nothing() -> None:
    """Where no word is known, none is offered."""
    assert (closest("oven", []), nearest("oven", [])) == (None, "")


@pytest.mark.parametrize("name", BLOCKS)
def test_block_is_explained(name: str) -> None:
    """A block says what it is for, and what each of its options takes."""
    spec = BLOCKS[name]

    assert re.fullmatch(r"[A-Z].*\.", spec.purpose, re.DOTALL)
    assert all(option.expected for option in spec.options.values())
    assert spec.forms
    assert spec.inside <= set(BLOCKS)


@pytest.mark.parametrize("name", BLOCKS)
def test_block_example_is_sound(name: str, vocabulary: Vocabulary) -> None:
    """The example of a block breaks no rule of blocks on any page that may hold it."""
    spec = vocabulary.blocks[name]
    scope = Scope(Course(), vocabulary, dt.date(2025, 1, 31))
    checks = (block_checks.syntax, block_checks.options, block_checks.places, block_checks.contents)
    pages = [page_of(form, spec.example, vocabulary) for form in spec.forms]

    assert [str(found) for page in pages for check in checks for found in check(page, scope)] == []
    assert {block.name for page in pages for block in page.blocks} == {name}


@pytest.mark.parametrize("name", BLOCKS)
def test_block_example_is_rendered(name: str, vocabulary: Vocabulary) -> None:
    """The example of a block leaves no slashes in the page."""
    notes: list[object] = []
    extension = BlocksExtension(vocabulary=vocabulary, sink=notes.append)
    html = Markdown(extensions=[extension, "def_list"]).convert(vocabulary.blocks[name].example)

    assert "///" not in html
    assert f'class="cb-{name}"' in html or notes


def test_course_without_evidence() -> None:
    """A course that declares no outcomes has no block to grade them with."""
    assert "evidence" not in blocks(scenes=["home"], outcomes=(), grades=(), facilitator=["say"])


@pytest.mark.parametrize(
    ("parse", "good", "bad"),
    [
        (word("lines", "box"), ["box"], ["Box", "", None, 1, ["box"]]),
        (whole(1, 5), [1, 5], [0, 6, "3", 3.0, True, None]),
        (identifier, ["a", "a-1"], ["A", "1a", "a b", "a\n", "", None, 3]),
        (words, ["a", "3"], ["", "  ", None, 3, False]),
    ],
)
def test_options(parse: Callable[[object], object], good: list[object], bad: list[object]) -> None:
    """An option takes what it expects and refuses all else, also what YAML makes of it."""
    assert [parse(value) for value in good] == good
    for value in bad:
        with pytest.raises(ValueError, match=r"^$"):
            parse(value)
