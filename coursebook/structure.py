"""The structure of a PDF: what WeasyPrint 70 leaves unsaid to screen readers and to form fillers.

`finish` is handed to WeasyPrint, which calls it just before the file is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pydyf  # type: ignore[import-untyped]  # WeasyPrint's writer of PDF

if TYPE_CHECKING:
    from collections.abc import Iterator

# Neither WeasyPrint nor pydyf has types.
Document = Any
PDF = Any
Element = Any
"""A dictionary of the structure tree."""

POINT = 0.75
"""Points of PDF in a pixel of CSS."""
PRINTED = 1 << 2
"""Flag of an annotation that stands on paper as well."""
NO_SCROLLING = 1 << 23
"""Flag of a field that takes no more than paper can show."""
MEANINGLESS = {"/Span", "/Div", "/NonStruct", "/P"}
"""Elements that say nothing when they are empty."""


def finish(document: Document, pdf: PDF) -> None:
    """Complete the structure of a document that WeasyPrint has drawn."""
    _name_links(document)
    _ready_fields(pdf)
    root = _target(pdf, pdf.catalog["StructTreeRoot"])
    spoken: set[tuple[bytes, int]] = set()
    for element in list(_walk(pdf, root)):
        spoken |= {(element["Pg"], kid) for kid in element["K"] if isinstance(kid, int)}
        _describe(pdf, element)
    _silence_margins(pdf, root, spoken)


def _target(pdf: PDF, reference: bytes) -> Element:
    """Return the object that a reference such as b"12 0 R" names."""
    return pdf.objects[int(reference.split()[0])]


def _children(pdf: PDF, element: Element) -> list[Element]:
    """Return the elements right below this one."""
    kids = [_target(pdf, kid) for kid in element["K"] if not isinstance(kid, int)]
    return [kid for kid in kids if "S" in kid]


def _walk(pdf: PDF, element: Element) -> Iterator[Element]:
    """Yield the elements below this one in reading order, and prune those that say nothing."""
    kept = []
    for kid in element["K"]:
        child = None if isinstance(kid, int) else _target(pdf, kid)
        if child is None or "S" not in child:  # words, or an annotation
            kept.append(kid)
            continue
        yield from _walk(pdf, child)
        if child["K"] or child["S"] not in MEANINGLESS:
            kept.append(kid)
            yield child
    element["K"] = pydyf.Array(kept)


def _describe(pdf: PDF, element: Element) -> None:
    """Add the attributes of lists, tables and figures."""
    if element["S"] == "/L":
        parts = [part["S"] for kid in _children(pdf, element) for part in _children(pdf, kid)]
        numbering = "/Decimal" if "/Lbl" in parts else "/None"
        element["A"] = pydyf.Dictionary({"O": "/List", "ListNumbering": numbering})
    elif element["S"] == "/TR":
        cells = _children(pdf, element)
        scope = "/Row" if any(cell["S"] == "/TD" for cell in cells) else "/Column"
        for cell in cells:
            if cell["S"] == "/TH":
                cell["A"]["Scope"] = scope
    elif element["S"] == "/Figure":
        height = _target(pdf, element["Pg"])["MediaBox"][3]
        left, top, right, bottom = (side * POINT for side in element["A"]["BBox"])
        element["A"]["BBox"] = pydyf.Array((left, height - bottom, right, height - top))


def _silence_margins(pdf: PDF, root: Element, spoken: set[tuple[bytes, int]]) -> None:
    """Mark what stands in no element, which is heads and feet, as furniture of the page."""
    parents = _target(pdf, root["ParentTree"])["Nums"]
    by_page = dict(zip(parents[::2], parents[1::2], strict=True))
    for reference in pdf.page_references:
        page = _target(pdf, reference)
        stream = _target(pdf, page["Contents"]).stream
        for place, item in enumerate(stream):
            is_marked = isinstance(item, pydyf.Dictionary) and "MCID" in item
            if is_marked and (reference, item["MCID"]) not in spoken:
                by_page[page["StructParents"]][item["MCID"]] = "null"
                stream[place - 1] = "/Artifact"
                stream[place] = pydyf.Dictionary({"Type": "/Pagination"})


def _name_links(document: Document) -> None:
    """Name each link by its words instead of its address, and let it be printed."""
    for page in document.pages:
        for link in page.links:
            box = link[3]
            words = " ".join("".join(box.element.itertext()).split())
            box.link_annotation["Contents"] = pydyf.String(words)
            box.link_annotation["F"] = PRINTED


def _ready_fields(pdf: PDF) -> None:
    """Let an empty field show the writing lines below it, and a full one hide them.

    An empty appearance shows the page; what is typed makes a viewer draw the field anew, on white.
    """
    fields = [item for item in pdf.objects if isinstance(item, dict) and item.get("FT") == "/Tx"]
    if not fields:
        return
    size = pydyf.Array((0, 0, 1, 1))
    empty = pydyf.Stream([], {"Type": "/XObject", "Subtype": "/Form", "BBox": size})
    pdf.add_object(empty)
    for field in fields:
        field["AP"] = pydyf.Dictionary({"N": empty.reference})
        field["MK"] = pydyf.Dictionary({"BG": pydyf.Array((1, 1, 1))})
        field["Ff"] = field.get("Ff", 0) | NO_SCROLLING
    del pdf.catalog["AcroForm"]["NeedAppearances"]
