"""What MkDocs tells about a site: the plugin's options, and the files a course is read from."""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from mkdocs.commands.build import build
from mkdocs.config import config_options as c
from mkdocs.config import load_config
from mkdocs.config.base import Config, ValidationError
from mkdocs.exceptions import Abort, ConfigurationError, PluginError
from mkdocs.structure.files import get_files
from mkdocs.structure.nav import get_navigation

from coursebook.matter import CLOCK
from coursebook.problems import did_you_mean
from coursebook.reader import Source
from coursebook.reading import Inputs, read_text

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import File, Files
    from mkdocs.structure.nav import Navigation

    from coursebook.agenda import Numbers
    from coursebook.reading import TextFile


class Clock(c.Type[str]):
    """A clock time."""

    def run_validation(self, value: object) -> str:
        """Refuse what no clock shows; without quotes YAML reads a number."""
        if not (isinstance(value, str) and re.fullmatch(CLOCK, value)):
            raise ValidationError(
                f'Expected a clock time in quotes, such as "18:30", not {value!r}'
            )
        return value


class Count(c.Type[int]):
    """A whole number of people or minutes."""

    def run_validation(self, value: object) -> int:
        """Refuse what counts nothing."""
        if not (type(value) is int and value > 0):
            raise ValidationError(f"Expected a whole number above 0, not {value!r}")
        return value


class CoursebookConfig(Config):
    """Options of the plugin, below `plugins: - coursebook:` in mkdocs.yml."""

    course = c.Type(str, default="course.yml")
    """The words of the course, beside mkdocs.yml."""
    switched_off = c.Type(dict, default={})
    """Rules that are switched off, by id, each with a reason."""
    leave = c.Type(str, default="https://www.wikipedia.org")
    """Where the leave-quickly link goes."""
    contact = c.Type(str, default="")
    """Where readers report mistakes and harm: a mailto: or https: address."""
    local_help = c.Type(list, default=[])
    """A host's own help services, in the form of the file of services; they stand first."""
    handouts = c.Choice((True, False, "always"), default=True)
    """Whether a build makes papers; `always` for a preview as well."""
    group = c.SubConfig(
        ("workshop", c.Optional(c.Type(str))),
        ("start", c.Optional(Clock(str))),
        ("people", c.Optional(Count(int))),
        ("minutes", c.Optional(Count(int))),
        validate=True,
    )
    """Numbers for the guide of a workshop, or of all, instead of its own."""


class SiteError(Exception):
    """MkDocs cannot read the site's own configuration."""


def read_inputs(
    config: MkDocsConfig, files: Files, nav: Navigation, options: CoursebookConfig
) -> Inputs:
    """Return everything that a course is read from, its pages in the order of the navigation."""
    site = Path(config.config_file_path).absolute()
    docs = Path(config.docs_dir)
    label = docs.relative_to(site.parent) if docs.is_relative_to(site.parent) else docs
    pages = {file.src_uri: file for file in files.documentation_pages()}
    in_nav = [page.file.src_uri for page in nav.pages]
    sources = [
        Source(path, _bytes(pages[path]), path in in_nav, (label / path).as_posix())
        for path in dict.fromkeys([*in_nav, *sorted(pages)])
        if path in pages
    ]
    published = [file for file in files if file.inclusion.is_included()]
    return Inputs(
        site=read_text(site, site.name),
        vocabulary=vocabulary_file(config, options),
        docs=docs,
        label=label.as_posix(),
        sources=tuple(sources),
        assets=frozenset(f.src_uri for f in published if not f.is_documentation_page()),
        local_help=tuple(options.local_help),
        off=dict(options.switched_off),
    )


def _bytes(file: File) -> bytes:
    """Return what stands in a page, which may be a link to a file that is gone."""
    try:
        return file.content_bytes
    except OSError as error:
        raise PluginError(f"{file.abs_src_path} cannot be read: {error.strerror}.") from error


def read_site(config_file: str) -> Inputs:
    """Return the inputs of a site as `mkdocs build` would see them, drafts included."""
    config, options = _load(config_file)
    files = get_files(config)
    try:
        return read_inputs(config, files, get_navigation(files, config), options)
    except PluginError as error:
        raise SiteError(str(error)) from error


def _load(config_file: str) -> tuple[MkDocsConfig, CoursebookConfig]:
    """Return the configuration of a site, and that of the plugin in it."""
    try:
        config = load_config(config_file)
    except (Abort, ConfigurationError) as error:
        raise SiteError(str(error)) from error
    plugins = [plugin.config for plugin in config.plugins.values()]
    options = next((found for found in plugins if isinstance(found, CoursebookConfig)), None)
    if options is None:
        raise SiteError(f"{config_file} does not name the plugin coursebook.")
    return config, options


def make_guide(config_file: str, workshop: str, numbers: Numbers, target: Path) -> list[Path]:
    """Print a workshop's papers for other numbers into a folder, and return where they stand.

    The whole course is built as ever, elsewhere: most papers are kept from the last build.
    """
    names = {PurePosixPath(source.path).stem for source in read_site(config_file).sources}
    if workshop not in names:
        raise SiteError(f"There is no workshop called {workshop!r}.{did_you_mean(workshop, names)}")
    config, options = _load(config_file)
    options["handouts"] = True  # whatever the site does: they are what is asked for
    options["group"] = {key: value for key, value in vars(numbers).items() if value} | {
        "workshop": workshop
    }
    with TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        config.site_dir = str(site)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        except Abort as error:
            raise SiteError(str(error)) from error
        finally:
            config.plugins.on_shutdown()
        found = sorted((site / "downloads").glob(f"*-{workshop}-guide-*.pdf"))
        found += sorted((site / "downloads").glob(f"*-{workshop}-handout-*.pdf"))
        if not found:
            raise SiteError(f"There are no papers of a workshop called {workshop!r}.")
        return [Path(shutil.copy(path, target / path.name)) for path in found]


def vocabulary_file(config: MkDocsConfig, options: CoursebookConfig) -> TextFile:
    """Return the file that declares the words of the course."""
    path = Path(config.config_file_path).parent / options.course
    return read_text(path, options.course)
