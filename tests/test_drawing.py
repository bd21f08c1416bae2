"""What is drawn into the HTML of a page."""

from __future__ import annotations

import pytest
from building import ROOT

from coursebook.drawing import draw, explain_terms, inline_pictures, label_picture, read_terms

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1"/></svg>'
MARKER = '<div class="cb-agenda" data-draw="agenda"></div>'


class TestDraw:
    """Elements that blocks left to be drawn."""

    def test_each_is_filled(self) -> None:
        """Each element is filled with what is rendered for its name, and its mark goes."""
        html = f"<p>One.</p>\n{MARKER}\n<p>Two.</p>"

        drawn = draw(html, lambda name: f"\n<b>{name}</b>\n\n")

        assert drawn == '<p>One.</p>\n<div class="cb-agenda">\n<b>agenda</b>\n</div>\n<p>Two.</p>'

    def test_what_is_rendered_is_taken_as_it_is(self) -> None:
        """Backslashes and groups in a template's words are words."""
        assert r"\1 \g<name>" in draw(MARKER, lambda _: r"\1 \g<name>")

    @pytest.mark.parametrize(
        "html",
        [
            '<div class="cb-agenda" data-draw="help"></div>',
            '<div class="cb-agenda">x</div>',
            "<code>" + MARKER.replace("<", "&lt;") + "</code>",
        ],
        ids=["other-name", "no-mark", "in-code"],
    )
    def test_anything_else_stays(self, html: str) -> None:
        """What a block did not leave is left alone."""
        assert draw(html, lambda _: "drawn") == html


class TestPictures:
    """Drawings inside the page."""

    IMAGE = '<p><img alt="A &quot;dot&quot; &amp; a line" src="../images/dot.svg" /></p>'

    def test_a_picture_is_inlined(self) -> None:
        """A drawing stands in the page, named by the author's words, which are escaped."""
        asked: list[str] = []

        def read(path: str) -> str:
            asked.append(path)
            return SVG

        html = inline_pictures(self.IMAGE, "pages/one.md", read)

        assert asked == ["images/dot.svg"]
        assert html.startswith('<figure class="cb-picture">\n<svg ')
        assert 'role="img" aria-label="A &quot;dot&quot; &amp; a line"' in html
        assert '<path d="M0 0h1"/></svg>\n</figure>' in html

    @pytest.mark.parametrize("text", [None, "no drawing"], ids=["missing", "not-svg"])
    def test_what_cannot_be_read_stays(self, text: str | None) -> None:
        """A picture that is no drawing is left for the browser."""
        assert inline_pictures(self.IMAGE, "pages/one.md", lambda _: text) == self.IMAGE

    @pytest.mark.parametrize(
        "html",
        [
            '<p><img alt="A" src="dot.png" /></p>',
            '<p><img alt="A" src="https://example.org/dot.svg" /></p>',
            '<p>See <img alt="A" src="dot.svg" /></p>',
        ],
        ids=["no-drawing", "elsewhere", "in-a-sentence"],
    )
    def test_other_pictures_stay(self, html: str) -> None:
        """Only a drawing of the course in a paragraph of its own is inlined."""
        assert inline_pictures(html, "one.md", lambda _: SVG) == html

    def test_a_drawing_has_one_name(self) -> None:
        """What the drawing said of itself goes, so that readers hear one name."""
        svg = (
            '<?xml version="1.0"?>\n<svg role="img" aria-labelledby="t d" aria-label="Old"'
            ' width="1"><title id="t">Old</title><desc id="d">Older</desc><path/></svg>\n'
        )

        assert label_picture(svg, "New") == (
            '<svg width="1" role="img" aria-label="New"><path/></svg>'
        )

    def test_a_drawing_without_a_name_is_hidden(self) -> None:
        """A mark that only decorates says nothing aloud."""
        assert 'aria-hidden="true"' in label_picture(SVG, "")
        assert "role" not in label_picture(SVG, "")

    @pytest.mark.parametrize(
        "path", sorted((ROOT / "docs" / "images").rglob("*.svg")), ids=lambda path: path.stem
    )
    def test_of_the_real_course(self, path: object) -> None:
        """Each drawing of the course can be named, and holds no style, script or fetched part."""
        svg = label_picture(path.read_text(encoding="utf-8"), "Words")  # type: ignore[attr-defined]

        assert svg.count("aria-label") == 1
        assert "<title" not in svg
        assert "<style" not in svg
        assert "<script" not in svg
        assert "href=" not in svg


class TestTerms:
    """Terms of the glossary, explained where they stand."""

    GLOSSARY = (
        '<h2 id="crumb">Crumb</h2>\n<p>The <em>inside</em> <span class="cb-cite">(A, 2001)</span>.'
        '</p>\n<p>More.</p>\n<h2 id="crust">Crust</h2>\n<p>The outside.</p>'
    )
    LINK = '<a href="../reference/glossary.html#crumb">The crumb</a>'

    def test_words_of_each_term(self) -> None:
        """A term is explained by the first paragraph below it, without marks and citations."""
        assert read_terms(self.GLOSSARY) == {"crumb": "The inside.", "crust": "The outside."}

    def test_the_first_link_opens_its_words(self) -> None:
        """The first link to a term has a button; its name says what it does."""
        html = explain_terms(
            f"<p>{self.LINK} and {self.LINK}</p>",
            "glossary.html",
            {"crumb": "Inside."},
            "On {term}",
        )

        assert html.count("<button") == 1
        assert html.count(self.LINK) == 2
        assert 'popovertarget="term-crumb" aria-label="On The crumb"' in html
        assert 'id="term-crumb" popover role="note" data-search-exclude>Inside.</span>' in html

    @pytest.mark.parametrize(
        "link",
        [
            '<a href="../reference/glossary.html#crust">Crust</a>',
            '<a href="other.html#crumb">Crumb</a>',
            '<a href="../reference/glossary.html">Glossary</a>',
            '<a href="#crumb">Crumb</a>',
        ],
        ids=["no-term", "other-page", "no-part", "same-page"],
    )
    def test_other_links_stay(self, link: str) -> None:
        """A link that leads to no term is left alone."""
        assert explain_terms(link, "glossary.html", {"crumb": "Inside."}, "{term}") == link
