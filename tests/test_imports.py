"""What each module of the package may know of the others, of MkDocs, and of the subject."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from building import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = ROOT / "coursebook"
MODULES = sorted(PACKAGE.rglob("*.py"))
ORDER = (
    # A module imports only what stands above its own line.
    {"problems", "grammar", "drawing", "epoch", "workplace", "structure"},
    {"onefile", "policy", "keeping"},
    {"schema", "citations"},
    {"matter"},
    {"vocabulary", "agenda"},
    {"services", "blocks"},
    {"course"},
    {"reader", "sheet"},
    {"checks", "handout", "bundle"},
    {"reading", "publishing", "guide"},
    {"config"},
    {"command", "plugin"},
)
HOSTED = {"config", "plugin"}
"""Modules that know MkDocs."""
FOREIGN = re.compile(r"\b(?:partners?|attachments?|bonds?|bonding)\b", re.IGNORECASE)
"""Words of the real course's subject."""


def name_of(path: Path) -> str:
    """Return the name of a module, or of the folder of modules that it is in."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(source: str) -> Iterator[str]:
    """Yield the modules that a source imports anywhere, also for types only."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield module
            if module == "coursebook":
                yield from (f"coursebook.{alias.name}" for alias in node.names)


def neighbours(source: str) -> set[str]:
    """Return the names of the package's own modules that a source imports."""
    return {name.split(".")[1] for name in imported(source) if name.startswith("coursebook.")}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
class TestModule:
    """Each module of the package."""

    def test_it_imports_one_way(self, path: Path) -> None:
        """A module imports only modules of a lower layer, so that there is no circle."""
        source = path.read_text(encoding="utf-8")
        name = name_of(path)
        if name == "__init__":
            assert neighbours(source) == set()
            return
        (layer,) = [number for number, names in enumerate(ORDER) if name in names]

        below = set[str]().union(*ORDER[:layer])
        assert neighbours(source) - below - {name} == set()

    def test_it_knows_mkdocs_only_where_it_must(self, path: Path) -> None:
        """Everything but config and plugin works with any host of Python-Markdown."""
        source = path.read_text(encoding="utf-8")
        hosts = {name.split(".")[0] for name in imported(source)} & {"mkdocs", "material"}

        assert hosts == ({"mkdocs"} if name_of(path) in HOSTED else set())


def test_the_table_of_modules_is_whole_and_in_order() -> None:
    """CONTRIBUTING lists each module once, below those that it imports."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = [name.rstrip("/") for name in re.findall(r"^\| `([\w/]+)` \|", text, re.MULTILINE)]
    modules = {name_of(path) for path in MODULES} - {"__init__"}
    early = [
        f"{name_of(path)} imports {other}"
        for path in MODULES
        for other in neighbours(path.read_text(encoding="utf-8")) & modules
        if name_of(path) in modules and rows.index(other) > rows.index(name_of(path))
    ]

    assert sorted(rows) == sorted(modules)
    assert early == []


def test_nothing_imports_the_plugin() -> None:
    """The plugin carries the course through a build, and nothing leans on it."""
    sources = {path: path.read_text(encoding="utf-8") for path in MODULES}

    assert [path for path, source in sources.items() if "plugin" in neighbours(source)] == []


def test_extensions_run_without_mkdocs() -> None:
    """Another host renders and reads pages without MkDocs being loaded."""
    program = (
        "import sys, coursebook.blocks, coursebook.citations, coursebook.reading;"
        "hosts = [name for name in sys.modules if name.split('.')[0] in ('mkdocs', 'material')];"
        "sys.exit(', '.join(hosts) or 0)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(PACKAGE.rglob("*")) if path.suffix in (".py", ".html", ".css", ".js")],
    ids=lambda path: path.relative_to(PACKAGE).as_posix(),
)
def test_the_package_holds_no_word_of_the_subject(path: Path) -> None:
    """What belongs to the subject of a course stands in course.yml, and not in the package."""
    text = path.read_text(encoding="utf-8")

    lines = enumerate(text.split("\n"), start=1)
    assert [(number, line.strip()) for number, line in lines if FOREIGN.search(line)] == []
