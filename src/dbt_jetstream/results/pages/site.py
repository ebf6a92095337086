"""Writes the site: a page per experiment, and an index of all pages in the folder."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.unexpected import apart
from dbt_jetstream.exports.places import export_text
from dbt_jetstream.lock.held import held_locks
from dbt_jetstream.results.of_experiment import Tables, locks_of
from dbt_jetstream.results.pages.content import Content, read_content
from dbt_jetstream.results.pages.obstacles import WARNING
from dbt_jetstream.results.pages.page import PageTooLargeError, Summary, experiment_page, index_page
from dbt_jetstream.results.warehouse import open_warehouse

INDEX = "index.html"
SUMMARY = "jetstream-summary"
# The summary stands in a page's head.
HEAD = 50_000


@dataclass
class Site:
    """What was written.

    Attributes:
        folder: Where the site lies.
        pages: The experiments' pages, by slug.
        warnings: What stands in the way of believing them, by slug: title and text.
        unbuilt: Experiments without results yet, and why.
        failed: Experiments whose page could not be written, and why.
    """

    folder: Path
    pages: dict[str, Path] = field(default_factory=dict)
    warnings: dict[str, list[str]] = field(default_factory=dict)
    unbuilt: dict[str, str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def write_site(
    slugs: Sequence[str],
    folder: Path,
    project: Path,
    target: str | None = None,
    written: Callable[[int], None] = lambda _: None,
) -> Site:
    """Write the pages of experiments, then the index.

    Args:
        slugs: The experiments; none for all of the project that are not private.
        folder: Where the site goes; pages of other experiments in it stay.
        project: The dbt project.
        target: dbt's target; None for the profile's default.
        written: Called after each experiment with how many there are in all.

    Returns:
        What was written; a page that cannot be made stops no other.

    Raises:
        ConfigErrors: If an experiment is not locked, or the target cannot be read.
    """
    project = project.resolve()
    chosen = list(slugs) or [s for s, held in held_locks(project).items() if not held.is_private]
    if folder.exists() and not folder.is_dir():
        raise ConfigErrors([ConfigError(folder, "--out", "is a file; name a folder")])
    locks = locks_of(project, chosen)
    if not locks:
        problem = "no experiment is locked here; run `jetstream sync` first"
        raise ConfigErrors([ConfigError(project / "models/experiments", "", problem)])
    site = Site(folder)
    with open_warehouse(project, target) as warehouse:
        for lock in locks:
            mistakes: list[ConfigError] = []
            with apart(project, lock.slug, mistakes):
                _write_page(site, read_content(Tables(lock, warehouse)))
            if mistakes:
                site.failed[lock.slug] = "; ".join(map(str, mistakes))
            written(len(locks))
    write(folder / INDEX, index_page(_summaries(folder)))
    return site


def _write_page(site: Site, content: Content) -> None:
    slug = content.definitions.slug
    try:
        text = experiment_page(content)
    except PageTooLargeError as error:
        raise ConfigErrors([ConfigError(None, slug, str(error))]) from error
    path = site.folder / page_name(slug)
    write(path, text)
    site.pages[slug] = path
    warnings = (found for found in content.obstacles if found.level == WARNING)
    site.warnings[slug] = [f"{found.title}: {found.text}" for found in warnings]
    if content.unbuilt:
        site.unbuilt[slug] = content.unbuilt


def page_name(slug: str) -> str:
    """Name the file of an experiment's page; the index has a name of its own."""
    return "experiment-index.html" if slug == "index" else f"{slug}.html"


def write(path: Path, text: str) -> None:
    """Write a file of the site.

    Raises:
        ConfigErrors: If it cannot be written there.
    """
    try:
        export_text(str(path), text)
    except OSError as error:
        problem = f"cannot be written: {error.strerror}; choose another folder with --out"
        raise ConfigErrors([ConfigError(path, "", problem)]) from error


class _SummaryReader(HTMLParser):
    """Finds the summary that a page carries for the index."""

    found: dict[str, Any] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "meta" and values.get("name") == SUMMARY:
            with suppress(ValueError):
                self.found = json.loads(values["content"] or "null")


def _summaries(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield the summaries of all pages in a folder; what is no page of this version is left out."""
    for path in sorted(folder.glob("*.html")):
        if not path.is_file():
            continue
        reader = _SummaryReader()
        with path.open(encoding="utf-8", errors="replace") as file:
            reader.feed(file.read(HEAD))
        if reader.found and set(reader.found) == set(Summary._fields):
            yield {**reader.found, "page": path.name}
