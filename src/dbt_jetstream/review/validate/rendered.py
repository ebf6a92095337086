"""The SQL of an experiment's models, in both dialects, and whether it can be parsed."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.render import Renderer
from dbt_jetstream.sql.dialect import SqlSyntaxError, parse_query

DIALECTS = ("bigquery", "duckdb")


@cache
def renderer(project: Path, dialect: str) -> Renderer:
    """Load the project's macros, which takes half a second."""
    return Renderer(project, dialect)


def holds_expressions(node: Node) -> bool:
    """Whether a model holds SQL that users wrote; the others hold names alone."""
    keys = ("enrollment", "data_source", "data_sources", "exposure_signal")
    return any(key in node.meta for key in keys)


def syntax_problem(sql: str, dialect: str) -> str | None:
    """Return why a query cannot be parsed; None where it can."""
    if dialect == "bigquery":
        try:
            parse_query(sql)
        except SqlSyntaxError as error:
            return str(error)
        return None
    import duckdb  # noqa: PLC0415 - only a check that comes so far needs it

    try:
        duckdb.extract_statements(sql)
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return None
