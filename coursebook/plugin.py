"""The MkDocs plugin: it carries the course through a build.

The sources are read and checked before any page is rendered; the pages are drawn once all of them
exist; the finished folder takes the place of the last one only when nothing went wrong.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import re
import shutil
from html import escape
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from mkdocs.commands.build import get_context
from mkdocs.exceptions import Abort, PluginError
from mkdocs.plugins import BasePlugin, event_priority, get_plugin_logger
from mkdocs.structure.files import File, InclusionLevel
from mkdocs.structure.nav import Section
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from coursebook import guide, handout, workplace
from coursebook.agenda import Numbers, clock
from coursebook.bundle import beside, is_spare
from coursebook.citations import Wording
from coursebook.config import CoursebookConfig, read_inputs, vocabulary_file
from coursebook.drawing import (
    draw,
    explain_terms,
    inline_pictures,
    label_picture,
    read_terms,
)
from coursebook.epoch import VARIABLE, source_date_epoch
from coursebook.keeping import integrity
from coursebook.matter import MATTER
from coursebook.onefile import Leaf
from coursebook.problems import Problem, Rule
from coursebook.publishing import PAPERS, Edition, publish
from coursebook.reading import check, read_course, read_vocabulary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jinja2 import Environment
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure import StructureItem
    from mkdocs.structure.files import Files
    from mkdocs.structure.nav import Navigation
    from mkdocs.utils.templates import TemplateContext

    from coursebook.blocks import Note
    from coursebook.course import Course
    from coursebook.handout import Paper
    from coursebook.publishing import Downloads
    from coursebook.reading import Reading
    from coursebook.vocabulary import Vocabulary

log = get_plugin_logger("coursebook")
# What each level means here. error: a problem, which ends a strict build. warning: the same, if the
# build is not strict. info: a notice, or a draft's problem, which fails nothing. Broken
# surroundings, such as a missing course.yml, raise PluginError.

THEME = Path(__file__).parent / "theme"
"""Templates, styles and scripts that any course needs."""
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)
CACHE = Path(".cache/coursebook")
"""Where papers are kept from build to build, beside mkdocs.yml."""
STORE = "assets/coursebook/store.html"
"""A page of the theme through which pages of a folder share what they remember."""
STYLES = ("assets/coursebook/coursebook.css", "assets/coursebook/blocks.css")
"""Style sheets of the package that the one file needs."""
OWN_PLACE = frozenset({"reference", "downloads"})
"""Blocks whose pages are of no use outside the website."""
ENDLESS = frozenset({Rule.UNCLOSED_BLOCK, Rule.BLOCK_MARGIN})
"""Rules without which pymdownx may render a page for ever, as of a quoted block with no end."""
RAW_FENCE = re.compile(r"(?:^|>)\s*/{3,}(?:[\s<]|$)", re.MULTILINE)
"""What an unrendered block leaves behind in HTML."""


class CoursebookPlugin(BasePlugin[CoursebookConfig]):
    """Checks a course, draws what its pages share, and keeps the last good site until the next."""

    vocabulary: Vocabulary
    reading: Reading
    nav: Navigation
    env: Environment
    site: MkDocsConfig

    def __init__(self) -> None:
        self.is_preview = False
        """Whether this is `mkdocs serve`: drafts are shown, and the folder is MkDocs's own."""
        self.notes: dict[str, list[Note]] = {}
        """Facilitator notes of each page, by its path below docs."""
        self.taken: list[Note] = []
        """Notes of the page that is being rendered."""
        self.endless: list[Problem] = []
        """Problems that keep their pages from being rendered."""
        self.target: Path | None = None
        """Where the site goes when it is whole; None in a preview."""
        self.workplace: Path | None = None
        """Where it is built, until it stands in its place."""
        self.papers: tuple[Paper, ...] = ()
        self.is_complete = False
        self.epoch = 0
        """The moment that the build is dated by, in seconds since 1970, UTC."""
        self.dated_by_us = False

    def on_startup(self, *, command: str, dirty: bool) -> None:
        """Forget the last command: MkDocs keeps one plugin for all builds of a process."""
        self.is_preview = command == "serve"
        self.target = self.workplace = None

    def on_serve(
        self, server: LiveReloadServer, /, *, config: MkDocsConfig, builder: Callable[..., Any]
    ) -> LiveReloadServer:
        """Rebuild also when the words of the course or the templates of the package change."""
        server.watch(str(Path(config.config_file_path).parent / self.config.course))
        server.watch(str(THEME))
        return server

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Start an empty course, and build beside the last good site."""
        self.notes, self.taken, self.is_complete = {}, [], False
        if config.use_directory_urls:
            # The same links must work on a website and in a folder.
            raise PluginError("mkdocs.yml: expected `use_directory_urls: false`.")
        vocabulary, problems = read_vocabulary(vocabulary_file(config, self.config))
        if vocabulary is None:
            raise PluginError("\n".join(map(str, problems)))
        self.vocabulary = vocabulary
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(THEME))
        config.theme.static_templates.add(STORE)
        if self.makes_papers and (missing := handout.obstacle()):
            raise PluginError(f"{missing} Or set `handouts: false` in mkdocs.yml.")
        if not self.is_preview:
            self.site = config
            self.target = Path(config.site_dir)
            self.workplace = workplace.make_workplace(self.target)
            config.site_dir = str(self.workplace)
        return config

    @property
    def makes_papers(self) -> bool:
        """Whether this build makes papers, which take a preview's patience unless it asks."""
        wanted = self.config.handouts
        return bool(handout.workbook_names(self.vocabulary)) and (
            wanted == "always" or (wanted is True and not self.is_preview)
        )

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Leave out what the theme brings and no page of this course uses; miss no style sheet."""
        for sheet in map(str, config.extra_css):
            if files.get_file_from_path(sheet) is None:
                # The one file holds them all, and no page loads from elsewhere.
                raise PluginError(f"mkdocs.yml: extra_css: there is no file {sheet!r}.")
        languages = config.plugins["search"].config.lang if "search" in config.plugins else []
        for file in list(files):
            if is_spare(file.src_uri, languages or ["en"]):
                files.remove(file)
        return files

    def _set_epoch(self, config: MkDocsConfig) -> None:
        """Date the build for MkDocs and every tool below it, unless whoever runs it has."""
        reviewed = [p.matter.reviewed for p in self.reading.course.pages if p.matter]
        self.epoch = source_date_epoch(Path(config.config_file_path).parent, reviewed)
        self.dated_by_us = not os.environ.get(VARIABLE, "").strip()
        os.environ[VARIABLE] = str(self.epoch)

    def _set_extensions(self, config: MkDocsConfig) -> None:
        words = self.vocabulary.words
        wanted: dict[str, dict[str, Any]] = {
            "coursebook.blocks": {"vocabulary": self.vocabulary, "sink": self.taken.append}
        }
        if self.reading.bibliography:
            wording = Wording(words.sources, words.cite_and, words.cite_others, words.undated)
            wanted["coursebook.citations"] = {
                "bibliography": self.reading.bibliography,
                "wording": wording,
            }
        for name, options in wanted.items():
            if name not in config.markdown_extensions:
                config.markdown_extensions.append(name)
            config.mdx_configs[name] = options

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Read and check the whole course, and stop here if it must not be built.

        Here rather than in `on_files`, so that problems come in the order of the navigation.
        """
        self.nav = nav
        inputs = read_inputs(config, files, nav, self.config)
        self.reading = read_course(inputs, self.vocabulary)
        problems = check(inputs, self.reading)
        self._report(problems, is_strict=config.strict)
        self.endless = [problem for problem in problems if problem.rule in ENDLESS]
        self._set_extensions(config)
        self._set_epoch(config)
        self._set_drafts_aside(nav, files)
        if self.makes_papers:
            for name in handout.workbook_names(self.vocabulary):
                files.append(File.generated(config, handout.paper_url(name), content=b""))
            for name in guide.paper_names(self._shown(), self.vocabulary):
                files.append(File.generated(config, handout.paper_url(name), content=b""))
        self._add_guides(config, files)
        return nav

    def _add_guides(self, config: MkDocsConfig, files: Files) -> None:
        """Make room for the guide of each workshop: a page in no menu and no search."""
        words = self.vocabulary.words
        for workshop in self._shown().workshops if self.vocabulary.guide else []:
            title = words.guide_of.format(workshop=workshop.title)
            front = {"title": title, "summary": words.guide_link, "guide": workshop.path}
            lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in front.items())
            text = f"---\n{lines}search: {{exclude: true}}\n---\n"
            file = File.generated(config, guide.guide_path(workshop), content=text)
            files.append(file)
            Page(title, file, config)  # which the file then holds

    def _set_drafts_aside(self, nav: Navigation, files: Files) -> None:
        """Keep drafts out of the published site, and out of its navigation."""
        for page in self.reading.course.pages:
            if page.is_draft and (file := files.get_file_from_path(page.path)):
                file.inclusion = InclusionLevel.DRAFT
        if not self.is_preview:
            nav.items = _without_drafts(nav.items)
            nav.pages = [page for page in nav.pages if not page.file.inclusion.is_excluded()]
            _link_neighbours(nav.pages)

    def _report(self, problems: list[Problem], *, is_strict: bool) -> None:
        """Log every problem, and end a strict build if any counts, or any if nothing can be built.

        MkDocs stops with a traceback at a page that is not UTF-8.
        """
        drafts = {page.source for page in self.reading.course.pages if page.is_draft}
        level = logging.ERROR if is_strict else logging.WARNING  # --quiet hides warnings
        fatal = 0
        for problem in problems:
            if problem.rule.is_notice:
                log.info("notice: %s", problem)
            elif problem.path in drafts:
                log.info("draft: %s", problem)
            else:
                log.log(level, "%s", problem)
                fatal += 1
        if fatal and (is_strict or any(p.rule is Rule.NOT_UTF8 for p in problems)):
            # Not left to MkDocs, which counts no warnings under --quiet.
            raise Abort(f"{fatal} problem{'s' if fatal > 1 else ''} found; nothing was built.")

    def on_page_markdown(
        self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files
    ) -> str:
        """Show the problems of a page in the place of a text that might be rendered for ever."""
        model = self.reading.course.by_path.get(page.file.src_uri)
        faults = "\n".join(str(p) for p in self.endless if model and p.path == model.source)
        return f"<pre>{escape(faults)}</pre>" if faults else markdown

    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
        """Keep the page's facilitator notes, and see that no block was left as text."""
        self.notes[page.file.src_uri] = list(self.taken)
        self.taken.clear()
        if RAW_FENCE.search(CODE.sub("", html)):
            source = self.reading.course.by_path[page.file.src_uri].source
            message = "A block was left as text; its opening or closing line is at fault."
            problem = Problem(source, 1, message, Rule.UNRENDERED_BLOCK)
            self._report([problem], is_strict=config.strict)
        return html

    def on_env(self, env: Environment, *, config: MkDocsConfig, files: Files) -> Environment:
        """Give the templates the course, and draw what pages share, once every page exists."""
        self.env = env
        env.globals |= {
            "course": self._shown(),
            "vocabulary": self.vocabulary,
            "words": self.vocabulary.words,
            "bibliography": self.reading.bibliography,
            "options": self.config,
            "clock": clock,
            "guide_path": guide.guide_path,
            "rules": list(Rule),
            "matter_fields": lambda form: MATTER[form].model_fields,
            "mark": lambda name: _mark(files, name),
        }
        for page in _rendered(files):
            page.content = self._drawn(page, env, config, files)
        pages = {page.file.src_uri: page.content or "" for page in _rendered(files)}
        self.papers = self._make_papers(env, config, files, pages) if self.makes_papers else ()
        env.globals["papers"] = self.papers
        self._draw_guides(env, files, pages)
        self._explain_terms(files)
        return env

    def _make_papers(
        self, env: Environment, config: MkDocsConfig, files: Files, pages: Mapping[str, str]
    ) -> tuple[Paper, ...]:
        """Print the papers, and give each its content in the place that was kept for it."""
        course, vocabulary, site = self._shown(), self.vocabulary, config.site_url or ""
        docs = Path(config.docs_dir).absolute()
        cache = Path(config.config_file_path).parent / CACHE
        book = handout.bind(course, vocabulary, pages, site=site)
        sheets, problems = guide.handouts(course, vocabulary, pages, env, docs, site=site)
        known = set(map(str, book.problems))
        problems = [problem for problem in problems if str(problem) not in known]
        self._report([*book.problems, *dict.fromkeys(problems)], is_strict=config.strict)
        manuscripts = [
            *handout.workbooks(book, env, docs),
            *sheets,
            *guide.help_papers(course, vocabulary, env),
        ]
        papers = handout.make_papers(manuscripts, docs=docs, cache=cache)
        # Guides come after the handouts, whose pages they name.
        manuscripts = [
            m for p in self._plans(pages, papers) for m in guide.guides(p, env, site=site)
        ]
        papers += handout.make_papers(manuscripts, docs=docs, cache=cache)
        for paper in papers:
            if file := files.get_file_from_path(paper.url):
                file.content_bytes = paper.data
        return tuple(papers)

    def _plans(self, pages: Mapping[str, str], papers: Sequence[Paper]) -> list[guide.Plan]:
        group = dict(self.config.group)
        numbers = {group.pop("workshop", None) or "": Numbers(**group)}
        return guide.plans(
            self._shown(), self.vocabulary, pages, self.notes, papers=papers, numbers=numbers
        )

    def _draw_guides(self, env: Environment, files: Files, pages: Mapping[str, str]) -> None:
        """Fill the pages of the guides."""
        for plan in self._plans(pages, self.papers):
            file = files.get_file_from_path(plan.path)
            if file and file.page:
                own = [paper for paper in self.papers if plan.workshop.path in paper.owners]
                file.page.content = plan.draw(env, papers=own)
                file.page.toc = get_toc(
                    [{"level": 2, "id": i, "name": n, "children": []} for i, n in plan.contents()]
                )
            for fault in plan.faults():
                log.warning("%s: %s", self.reading.course.vocabulary_file, fault)

    def _shown(self) -> Course:
        """Return the course as its readers see it: without drafts, if it is to be published."""
        course = self.reading.course
        return course if self.is_preview else course.published

    def _explain_terms(self, files: Files) -> None:
        """Let readers open the words of the glossary where they meet them."""
        glossary = files.get_file_from_path(self.vocabulary.glossary or "")
        if glossary is None or glossary.page is None:
            return
        terms = read_terms(glossary.page.content or "")
        label = self.vocabulary.words.meaning
        name = PurePosixPath(glossary.url).name
        for page in _rendered(files):
            if page.file is not glossary:
                page.content = explain_terms(page.content or "", name, terms, label)

    def _drawn(self, page: Page, env: Environment, config: MkDocsConfig, files: Files) -> str:
        context = get_context(self.nav, files, config, page)
        model = self.reading.course.by_path.get(page.file.src_uri)

        def render(name: str) -> str:
            return env.get_template(f"drawn/{name}.html").render({**context, "model": model})

        html = draw(page.content or "", render)
        return inline_pictures(html, page.file.src_uri, lambda path: _read(files, path))

    def on_page_context(
        self, context: TemplateContext, *, page: Page, config: MkDocsConfig, nav: Navigation
    ) -> TemplateContext:
        """Give each template the page's own facts."""
        model = self.reading.course.by_path.get(page.file.src_uri)
        return {**context, "model": model}  # type: ignore[typeddict-unknown-key]

    @event_priority(-200)  # Last: everything else has been written.
    def on_post_build(self, *, config: MkDocsConfig) -> None:
        """Make the folder fit to be published, and to be taken away."""
        if not self.is_preview:
            breaches = publish(
                Path(config.site_dir),
                self._edition(config),
                show_file=lambda leaves: self._show_file(config, leaves),
                show_downloads=self._show_downloads,
            )
            for breach in breaches:
                log.error("%s", breach)
            if breaches:
                raise Abort(f"{len(breaches)} things break the site's own policy.")
        self.is_complete = True

    def _edition(self, config: MkDocsConfig) -> Edition:
        vocabulary = self.vocabulary
        date = dt.datetime.fromtimestamp(self.epoch, dt.UTC).date().isoformat()
        licence = f"{vocabulary.licence.name}, {vocabulary.licence.url}"
        address = config.site_url or ""
        return Edition(
            name=f"{vocabulary.short}-{vocabulary.version}",
            epoch=self.epoch,
            address=address,
            beside=beside(
                title=vocabulary.title,
                version=vocabulary.version,
                date=date,
                licence=licence,
                url=address,
            ),
            leaves=tuple(self._leaves(config)),
            papers=self.papers,
        )

    def _leaves(self, config: MkDocsConfig) -> Iterator[Leaf]:
        """Yield the pages of the one file, with their heads, in the order of the navigation."""
        head = self.env.get_template("partials/coursebook/header.html")
        for page in self.nav.pages:
            model = self.reading.course.by_path.get(page.file.src_uri)
            if model is None or any(block.name in OWN_PLACE for block in model.blocks):
                continue
            context = get_context(self.nav, [], config, page)
            html = head.render({**context, "model": model}) + (page.content or "")
            yield Leaf(model.url, model.title, PAPERS.sub("", html))

    def _show_file(self, config: MkDocsConfig, leaves: Sequence[Leaf]) -> str:
        sheets = [*STYLES, *map(str, config.extra_css), "assets/coursebook/onefile.css"]
        site = Path(config.site_dir)
        style = "\n".join((site / sheet).read_text("utf-8") for sheet in sheets)
        template = self.env.get_template("onefile.html")
        return template.render(leaves=leaves, style=style, style_hash=integrity(style.encode()))

    def _show_downloads(self, path: str, downloads: Downloads) -> str:
        template = self.env.get_template("partials/coursebook/downloads.html")
        return template.render(downloads=downloads, root="../" * path.count("/"))

    def on_build_error(self, *, error: Exception) -> None:
        self.is_complete = False

    def on_shutdown(self) -> None:
        """Put the finished site in place, or leave the last good one and nothing beside it.

        Only here: MkDocs counts the warnings of a strict build after `on_post_build`.
        """
        if self.dated_by_us:
            os.environ.pop(VARIABLE, None)
        if self.target is None or self.workplace is None:
            return
        if self.is_complete:
            workplace.take_place(self.workplace, self.target)
            self.site.site_dir = str(self.target)  # `mkdocs gh-deploy` publishes what stands there
            self._announce()
        else:
            shutil.rmtree(self.workplace, ignore_errors=True)

    def _announce(self) -> None:
        course = self.reading.course.published
        log.info(
            "Built %d pages: %d practices, %d exercises, %d workshops. Open %s",
            len(course.pages),
            len(course.practices),
            len(course.exercises),
            len(course.workshops),
            self.target and self.target / "index.html",
        )


def _without_drafts(items: list[StructureItem]) -> list[StructureItem]:
    kept: list[StructureItem] = []
    for item in items:
        if isinstance(item, Section):
            item.children = _without_drafts(item.children)
            if item.children:
                kept.append(item)
        elif not (item.is_page and item.file.inclusion.is_excluded()):  # type: ignore[attr-defined]
            kept.append(item)
    return kept


def _link_neighbours(pages: list[Page]) -> None:
    """Let next and previous skip what was taken out."""
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        page.previous_page, page.next_page = before, after


def _rendered(files: Files) -> list[Page]:
    """Return the pages that this build shows, which are drafts too in a preview."""
    found = files.documentation_pages(inclusion=InclusionLevel.is_in_serve)
    return [file.page for file in found if file.page and file.page.content is not None]


def _read(files: Files, path: str) -> str | None:
    """Return the text of a drawing, or None where there is none or no text in UTF-8."""
    file = files.get_file_from_path(path)
    try:
        return file.content_string if file else None
    except UnicodeDecodeError:
        return None


def _mark(files: Files, name: str) -> str:
    """Return the mark of a practice as a drawing that readers do not hear, if there is one."""
    svg = _read(files, f"images/marks/{name}.svg")
    return label_picture(svg, "") if svg else ""
