"""The policy of built pages: what it allows, what breaks it, and how known scripts are kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from coursebook import policy

if TYPE_CHECKING:
    from pathlib import Path

THEME = '<script>__md_scope=new URL("{home}",location)</script>'
PAGE = """<!doctype html>
<html><head>
<meta charset="utf-8">
{head}
</head><body>
<article>
{article}
</article>
{foot}
</body></html>
"""

FAULTS = {
    "an inline script": ("foot", "<script>alert(1)</script>", "Unknown inline script: alert(1)"),
    "a module": ("head", '<script type="module">1</script>', "Unknown inline script: 1"),
    "import map": ("head", '<script type="importmap">{}</script>', "Unknown inline script: {}"),
    "a script of the content": (
        "article",
        '<script src="own.js"></script>',
        "The content of a page holds no script.",
    ),
    "data of the content": (
        "article",
        '<script type="application/json">{}</script>',
        "The content of a page holds no script.",
    ),
    "a style": ("head", "<style>p {}</style>", "Styles stand in files: <style> is not applied."),
    "a style attribute": (
        "article",
        '<p style="color: red">',
        "Styles stand in files: style='color: red' on <p> is not applied.",
    ),
    "an event": (
        "article",
        '<p onclick="go()">',
        "Scripts stand in files: onclick='go()' on <p> does not run.",
    ),
    "a script link": (
        "article",
        '<a href=" java\nscript:go()">',
        "A link leads somewhere: href=' java\\nscript:go()' on <a> does not run.",
    ),
    "a page in a page": ("article", '<iframe srcdoc="hi">', "A page holds no other page: srcdoc."),
    "a base": ("head", '<base href="/">', "Links start from their own page: <base> is not heeded."),
    "a far script": (
        "head",
        '<script src="https://example.org/a.js"></script>',
        "<script> loads from elsewhere: https://example.org/a.js",
    ),
    "a far style": (
        "head",
        '<link rel="stylesheet" href="//example.org/a.css">',
        "<link> loads from elsewhere: //example.org/a.css",
    ),
    "a far promise": (
        "head",
        '<link rel="preconnect" href="https://example.org">',
        "<link> loads from elsewhere: https://example.org",
    ),
    "a far picture": (
        "article",
        '<img srcset="own.png, https://example.org/a.png 2x">',
        "<img> loads from elsewhere: https://example.org/a.png",
    ),
    "a far frame": (
        "article",
        '<iframe src="https://example.org/"></iframe>',
        "<iframe> loads from elsewhere: https://example.org/",
    ),
    "data that is no picture": (
        "head",
        '<script src="data:,go()"></script>',
        "<script> loads from elsewhere: data:,go()",
    ),
}

SOUND = """<link rel="canonical" href="https://example.org/page.html">
<link rel="icon" href="data.png">
<script src="own.js"></script>
<script type="application/ld+json">{"@context": "https://schema.org"}</script>
<img src="data:image/png;base64,AAAA" alt=""><a href="https://example.org/">Elsewhere</a>"""


def make(
    site: Path, *, path: str = "page.html", head: str = "", article: str = "", foot: str = ""
) -> str:
    """Write a page, and return its text."""
    text = PAGE.format(head=head, article=article, foot=foot)
    (site / path).parent.mkdir(parents=True, exist_ok=True)
    (site / path).write_text(text, "utf-8")
    return text


def check(site: Path, known: str = "") -> list[str]:
    """Return what breaks the policy of a site."""
    pages = policy.read_pages(site)
    return [str(breach) for breach in policy.breaches(site, pages, policy.known_scripts(known))]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_line(tmp_path: Path, fault: str) -> None:
    """Each is what the browser would refuse, or what no page of a course needs."""
    part, html, message = FAULTS[fault]
    text = make(tmp_path, **{part: html})
    line = text[: text.index(html)].count("\n") + 1

    assert check(tmp_path) == [f"page.html:{line}: {message}"]


def test_a_sound_page_has_no_breach(tmp_path: Path) -> None:
    """Own files, facts, pictures as data, and links that load nothing."""
    make(tmp_path, head=SOUND)

    assert check(tmp_path) == []


def test_a_page_without_charset_is_told(tmp_path: Path) -> None:
    """The policy would have no place."""
    (tmp_path / "page.html").write_text("<!doctype html><title>Hi</title>")

    assert check(tmp_path) == [
        'page.html:1: No <meta charset="utf-8">, after which the policy stands.'
    ]


def test_a_style_file_may_not_load_from_elsewhere(tmp_path: Path) -> None:
    """Fonts come in by styles."""
    (tmp_path / "a.css").write_text("p {}\n@font-face {src: url('https://example.org/f.woff2')}\n")

    assert check(tmp_path) == ["a.css:2: A style loads from elsewhere: https://example.org/f.woff2"]


def test_a_known_script_is_known_at_every_depth(tmp_path: Path) -> None:
    """The theme writes the way to the home page into a script."""
    for depth, home in enumerate([".", "..", "../..", "/course/"]):
        make(tmp_path, path=f"{'a/' * depth}page.html", head=THEME.format(home=home))
    known = policy.list_scripts(policy.read_pages(tmp_path))

    assert known.count("sha256-") == 1
    assert check(tmp_path, known) == []


def test_each_page_allows_its_own_known_scripts(tmp_path: Path) -> None:
    """The policy stands right after the charset, and names the script as it is there."""
    make(tmp_path, head=THEME.format(home="."), foot="<script>planted()</script>")
    known = policy.list_scripts(policy.read_pages(tmp_path)).splitlines()
    theme = [line for line in known if "__md_scope" in line]
    pages = policy.read_pages(tmp_path)
    policy.write(tmp_path, pages, policy.known_scripts("\n".join(theme)))
    text = (tmp_path / "page.html").read_text("utf-8")

    scripts = {script.text: script.hash for script in pages[0].scripts}
    found = re.search('<meta charset="utf-8"><meta http-equiv="([^"]*)" content="([^"]*)">', text)
    assert found
    assert found[1] == "Content-Security-Policy"
    assert scripts['__md_scope=new URL(".",location)'] in found[2]
    assert scripts["planted()"] not in found[2]


def test_headers_give_the_policy_of_all_pages(tmp_path: Path) -> None:
    """A host sends what no <meta> can: who may frame a page, and how long a file is kept."""
    for depth, home in enumerate([".", ".."]):
        make(tmp_path, path=f"{'a/' * depth}page.html", head=THEME.format(home=home))
    (tmp_path / "main.57a0d79d.min.css").write_text("p {}")
    pages = policy.read_pages(tmp_path)
    policy.write(tmp_path, pages, policy.known_scripts(policy.list_scripts(pages)))

    first, second = sorted(script.hash for page in pages for script in page.scripts)
    assert (tmp_path / "_headers").read_text("utf-8") == (
        "/*\n"
        f"  Content-Security-Policy: default-src 'self'; script-src 'self' '{first}' '{second}'; "
        "img-src 'self' data:; base-uri 'none'; form-action 'none'; object-src 'none'; "
        "frame-ancestors 'self'\n"
        "  X-Content-Type-Options: nosniff\n"
        "  Referrer-Policy: no-referrer\n"
        "  Permissions-Policy: browsing-topics=(), camera=(), display-capture=(), "
        "geolocation=(), microphone=(), payment=(), usb=()\n"
        "\n"
        "/main.57a0d79d.min.css\n"
        "  Cache-Control: public, max-age=31536000, immutable\n"
    )


def test_a_change_of_scripts_is_shown_and_accepted_only_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An update of the theme cannot slip in a script."""
    known = tmp_path / "scripts.txt"
    known.write_text("")
    monkeypatch.setattr(policy, "KNOWN", known)
    make(tmp_path, foot="<script>fresh()</script>")

    assert policy.main([str(tmp_path)])
    assert "fresh()" in capsys.readouterr().out
    assert known.read_text() == ""
    assert policy.main([str(tmp_path), "--accept"]) is None
    assert "fresh()" in known.read_text()
    assert policy.main([str(tmp_path)]) is None
