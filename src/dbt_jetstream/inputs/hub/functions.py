"""Checks the hub's functions by themselves: every expression that calls one gets its SQL."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.inputs.hub.files import HubFile
from dbt_jetstream.sql.dialect import SqlSyntaxError, parse_expression

ARGUMENT = "select_expr"
# What stands for any argument.
COLUMN = "some_column"


def function_mistakes(file: HubFile) -> Iterator[ConfigError]:
    """Yield what is wrong with the definitions in a file of functions."""
    for name, function in file.found.get("functions", {}).items():
        problem = _problem(function["definition"])
        if problem:
            yield ConfigError(file.shown, f"functions.{name}.definition", problem)


def _problem(definition: str) -> str | None:
    try:
        names = [name for _, name, _, _ in Formatter().parse(definition) if name is not None]
        unknown = next((name for name in names if name != ARGUMENT), None)
        if unknown is not None:
            return f"nothing fills the placeholder `{{{unknown}}}`; write `{{{ARGUMENT}}}`"
        parse_expression(definition.format(**{ARGUMENT: COLUMN}))
    except SqlSyntaxError as error:
        return str(error)
    except ValueError as error:
        return f"braces that cannot be read: {error}; a literal brace is written twice"
    return None
