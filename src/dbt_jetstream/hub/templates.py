"""Refuses Jinja in a hub's SQL that does more than fill in names: it would run when a hub is read.

The parser renders it without a sandbox, and a loop, or text times a number, has no end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.meta import find_undeclared_variables

from dbt_jetstream.errors import ConfigError
from dbt_jetstream.keys import dotted

if TYPE_CHECKING:
    from dbt_jetstream.hub.files import HubFile

RENDERED = ("enrollment_query", "from_expression", "select_expression")
ALLOWED = (
    nodes.Add,
    nodes.Call,
    nodes.Concat,
    nodes.Const,
    nodes.Getattr,
    nodes.Keyword,
    nodes.Name,
    nodes.Output,
    nodes.TemplateData,
)
ENVIRONMENT = jinja2.Environment(autoescape=False)


def odd_templates(found: dict[str, Any], shown: Path | str) -> list[ConfigError]:
    """List the SQL of a file that holds other Jinja than `{{ name('text') }}` and `{{ a.b }}`."""
    return [
        ConfigError(
            shown,
            key,
            f"{reason} cannot stand in Jinja here; call a function of the hub as "
            "`{{ agg_sum('x') }}`, or name a fact as `{{ experiment.start_date_str }}`",
        )
        for key, text in _templates(found)
        if (reason := _reason(text))
    ]


def broken_template(error: Exception, files: Iterable[HubFile]) -> ConfigError | None:
    """Find the SQL whose Jinja the parser could not render, and whose key it does not name.

    Args:
        error: What it raised; of another error than Jinja's nothing is found.
        files: What may hold the SQL.
    """
    if isinstance(error, jinja2.TemplateError):
        for file in files:
            for key, text in _templates(file.found):
                if problem := _failure(error, text):
                    return ConfigError(file.shown, key, problem)
    return None


def _failure(error: jinja2.TemplateError, text: str) -> str | None:
    """Say what is wrong with a template if that is what an error tells."""
    try:
        names = find_undeclared_variables(ENVIRONMENT.parse(text))
    except jinja2.TemplateSyntaxError as own:
        return f"Jinja that cannot be read: {own.message}" if own.message == error.message else None
    unknown = next((name for name in names if error.message == f"'{name}' is undefined"), None)
    return unknown and f"the hub has no function `{unknown}`; correct its name, or define it"


def _templates(found: dict[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        key = dotted(before, name)
        if isinstance(value, dict):
            yield from _templates(value, key)
        elif isinstance(value, str) and name.lower() in RENDERED:
            yield key, value


def _reason(text: str) -> str | None:
    """Name what is not allowed in a template; what is no Jinja at all is the parser's to judge."""
    try:
        tree = ENVIRONMENT.parse(text)
    except jinja2.TemplateSyntaxError:
        return None
    return next((reason for node in tree.find_all(nodes.Node) if (reason := _odd(node))), None)


def _odd(node: nodes.Node) -> str | None:
    if not isinstance(node, ALLOWED):
        return f"`{type(node).__name__.lower()}`"
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return f"`.{node.attr}`"
    if isinstance(node, nodes.Name) and node.name in DEFAULT_NAMESPACE:
        return f"`{node.name}`"
    if isinstance(node, nodes.Call) and not isinstance(node.node, nodes.Name):
        return "a method"
    return None
