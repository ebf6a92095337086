"""Refuses Jinja in a hub's SQL that does more than fill in names: it would run when a hub is read.

The parser renders it without a sandbox, and a loop, or text times a number, has no end.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from jinja2 import nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.meta import find_undeclared_variables

from dbt_jetstream.common.errors import ConfigError, did_you_mean
from dbt_jetstream.inputs.hub.unknown_keys import dotted

if TYPE_CHECKING:
    from dbt_jetstream.inputs.hub.files import HubFile

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
FACTS = "experiment"
# How many functions are named where none is near.
SHOWN = 10
CALL = "call a function as `{{ agg_sum('x') }}`"
NO_SUCH_FUNCTION = re.compile(r"BigQuery has no function `(?P<name>\w+)`")
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


def broken_template(
    error: Exception, files: Iterable[HubFile], functions: Collection[str]
) -> ConfigError | None:
    """Find the SQL whose Jinja the parser could not render, and whose key it does not name.

    Args:
        error: What it raised; of an error that is not Jinja's, or a function's, nothing is found.
        files: What may hold the SQL.
        functions: The names of the hub's functions.
    """
    if isinstance(error, jinja2.TemplateError | TypeError):
        for file in files:
            for key, text in _templates(file.found):
                if problem := _failure(error, text, functions):
                    return ConfigError(file.shown, key, problem)
    return None


def called_bare(error: ConfigError, functions: Collection[str]) -> ConfigError:
    """Say of a function that BigQuery does not have that the hub has it, for Jinja."""
    found = NO_SUCH_FUNCTION.match(error.problem)
    if not found or found["name"] not in functions:
        return error
    return replace(error, problem=f"`{found['name']}` is a function of the hub; {CALL}")


def _failure(
    error: jinja2.TemplateError | TypeError, text: str, functions: Collection[str]
) -> str | None:
    """Say what is wrong with a template if that is what an error tells."""
    try:
        tree = ENVIRONMENT.parse(text)
    except jinja2.TemplateSyntaxError as own:
        is_told = isinstance(error, jinja2.TemplateError) and own.message == error.message
        return f"Jinja that cannot be read: {own.message}; {CALL}" if is_told else None
    if isinstance(error, TypeError):
        calls = tree.find_all(nodes.Call)
        return next((wrong for call in calls if (wrong := _wrong_call(call, functions))), None)
    names = find_undeclared_variables(tree)
    unknown = next((name for name in names if error.message == f"'{name}' is undefined"), None)
    return _unknown(unknown, tree, functions) if unknown else None


def _wrong_call(call: nodes.Call, functions: Collection[str]) -> str | None:
    """Say that a function of the hub is given anything but its one argument."""
    name = call.node.name if isinstance(call.node, nodes.Name) else ""
    if name not in functions:
        return None
    if len(call.args) == 1 and not call.kwargs:
        return None
    found = ", ".join(f"`{keyword.key}=`" for keyword in call.kwargs) or len(call.args)
    return f"`{name}` takes one argument, found {found}; write `{{{{ {name}('x') }}}}`"


def _unknown(name: str, tree: nodes.Template, functions: Collection[str]) -> str:
    """Say what a name may stand for that no function has."""
    called = {c.node.name for c in tree.find_all(nodes.Call) if isinstance(c.node, nodes.Name)}
    arguments = [argument for call in tree.find_all(nodes.Call) for argument in call.args]
    if name == FACTS:
        return (
            "`experiment` is known in a `from_expression` and in `enrollment_query` alone; here "
            "`{experiment_slug}` stands for the slug"
        )
    if name not in called and any(isinstance(a, nodes.Name) and a.name == name for a in arguments):
        return f"`{name}` stands without quotes; write '{name}', so that it is a text"
    known = ", ".join(f"`{function}`" for function in sorted(functions)[:SHOWN])
    hint = did_you_mean(name, functions) or f"it has {known or 'none'}; correct the name, or add it"
    return f"the hub has no function `{name}`; {hint}"


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
