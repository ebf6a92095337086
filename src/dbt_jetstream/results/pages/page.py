"""Renders the pages: HTML that carries its data, its script and its style."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import jinja2
from markupsafe import Markup

from dbt_jetstream.results.pages import words
from dbt_jetstream.results.pages.content import LEFT_OUT, Content
from dbt_jetstream.results.pages.obstacles import WARNING

MOST_BYTES = 3_000_000
SCRIPTS = ("vendor/d3.min.js", "vendor/plot.umd.min.js", "templates/page.js")


class PageTooLargeError(ValueError):
    """An experiment has more results than fit on a page."""


def experiment_page(content: Content) -> str:
    """Render the page of an experiment, below `MOST_BYTES`.

    Raises:
        PageTooLargeError: If even the smallest page would be larger.
    """
    names = list(LEFT_OUT)
    for number in range(len(names) + 1):
        text = _render_experiment(content, names[:number])
        if len(text.encode()) < MOST_BYTES:
            return text
    message = f"its results do not fit on a page of {MOST_BYTES:,} bytes"
    raise PageTooLargeError(message)


def _render_experiment(content: Content, left_out: list[str]) -> str:
    scripts = [_asset(name) for name in SCRIPTS]
    return (
        _environment()
        .get_template("experiment.html.j2")
        .render(
            content=content,
            experiment=content.definitions.experiment,
            versions=content.definitions.lock.versions,
            left_out=[LEFT_OUT[name] for name in left_out],
            data=_packed(content.payload(left_out)),
            scripts=[Markup(script) for script in scripts],
            style=Markup(_asset("templates/page.css")),
            policy=_policy(scripts),
            summary=json.dumps(summary(content)._asdict()),
        )
    )


class Summary(NamedTuple):
    """What the index says of an experiment; its page carries it."""

    slug: str
    application: str
    start_date: str
    end_date: str | None
    enrolled: int
    window: str
    headline: str
    warnings: list[str]
    is_private: bool


def summary(content: Content) -> Summary:
    """Sum an experiment up."""
    found = content.definitions
    return Summary(
        slug=found.slug,
        application=found.experiment["app_name"],
        start_date=found.experiment["start_date"],
        end_date=found.experiment["end_date"],
        enrolled=sum(count.enrolled or 0 for count in content.counts),
        window=content.verdict.window,
        headline=content.verdict.headline,
        warnings=[o.title for o in content.obstacles if o.level == WARNING],
        is_private=found.lock.is_private,
    )


def index_page(summaries: Iterable[dict[str, Any]]) -> str:
    """Render the list of experiments, the newest first."""
    ordered = sorted(summaries, key=lambda s: (s["start_date"], s["slug"]), reverse=True)
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            experiments=ordered,
            style=Markup(_asset("templates/page.css")),
            policy=_policy([]),
        )
    )


def _packed(payload: dict[str, Any]) -> str:
    """Compress data; the same data gives the same text."""
    text = json.dumps(payload, separators=(",", ":"), allow_nan=False)
    return base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()


def _policy(scripts: Iterable[str]) -> str:
    """Write a policy under which the page can run its own scripts, and reach nothing at all."""
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    allowed = " ".join(f"'sha256-{found}'" for found in hashes) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dbt_jetstream.results.pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["counted"] = words.counted
    environment.filters["listed"] = words.listed
    return environment


@cache
def _asset(name: str) -> str:
    # A browser reads `\r\n` as `\n`, and the policy's hashes must match what it reads.
    text = (files("dbt_jetstream.results.pages") / name).read_text(encoding="utf-8")
    return text.replace("\r\n", "\n").strip()
