"""What MkDocs tells about a site: the plugin's options, and the files that a course is read from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.config import config_options as c
from mkdocs.config import load_config
from mkdocs.config.base import Config
from mkdocs.structure.files import get_files
from mkdocs.structure.nav import get_navigation

from coursebook.reader import Source
from coursebook.reading import Inputs, TextFile

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation


class CoursebookConfig(Config):
    """Options of the plugin, below `plugins: - coursebook:` in mkdocs.yml."""

    course = c.Type(str, default="course.yml")
    """The words of the course, beside mkdocs.yml."""
    off = c.Type(dict, default={})
    """Rules that are switched off, by id, each with a reason."""
    leave = c.Type(str, default="https://www.wikipedia.org")
    """Where the leave-quickly link goes."""
    contact = c.Type(str, default="")
    """Where readers report mistakes and harm: a mailto: or https: address."""
    local_help = c.Type(list, default=[])
    """A host's own help services, in the form of the file of services; they stand first."""


def read_inputs(
    config: MkDocsConfig, files: Files, nav: Navigation | None, options: CoursebookConfig
) -> Inputs:
    """Return everything that a course is read from, its pages in the order of the navigation."""
    root = Path(config.config_file_path).parent if config.config_file_path else Path()
    docs = Path(config.docs_dir)
    label = docs.relative_to(root) if docs.is_relative_to(root) else docs
    pages = {file.src_uri: file for file in files.documentation_pages()}
    in_nav = [page.file.src_uri for page in nav.pages] if nav else []
    order = dict.fromkeys([*in_nav, *sorted(pages)])
    sources = [
        Source(path, pages[path].content_bytes, path in in_nav, (label / path).as_posix())
        for path in order
        if path in pages
    ]
    assets = frozenset(file.src_uri for file in files if not file.is_documentation_page())
    return Inputs(
        vocabulary=vocabulary_file(config, options),
        docs=docs,
        label=label.as_posix(),
        sources=tuple(sources),
        assets=assets,
        local_help=tuple(options.local_help),
        off=dict(options.off),
    )


def read_site(config_file: str) -> Inputs:
    """Return the inputs of a site as `mkdocs build` would see them, drafts included."""
    config = load_config(config_file)
    options = next(p.config for name, p in config.plugins.items() if name == "coursebook")
    files = get_files(config)
    nav = get_navigation(files, config)
    return read_inputs(config, files, nav, options)


def vocabulary_file(config: MkDocsConfig, options: CoursebookConfig) -> TextFile:
    """Return the file that declares the words of the course."""
    path = Path(config.config_file_path).parent / options.course
    text = path.read_text(encoding="utf-8") if path.is_file() else None
    return TextFile(options.course, text)
