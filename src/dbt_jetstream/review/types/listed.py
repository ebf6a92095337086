"""What a data source's own SELECT shows without types: the columns that it lists, and no others."""

from __future__ import annotations

from collections.abc import Container, Iterator

from sqlglot import exp

from dbt_jetstream.common.errors import ConfigError, did_you_mean
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.types.probes import FileOf, Source, sources_of
from dbt_jetstream.review.types.words import NOT_LISTED
from dbt_jetstream.sql.dialect import (
    SqlSyntaxError,
    output_columns,
    parse_expression,
    parse_query,
)

ROWS, UNITS = "ds", "e"
OF_UNITS = {"analysis_id", "branch", "enrollment_date", "exposure_date"}


def not_listed(
    locked: LockedExperiment,
    file_of: FileOf,
    known: Container[str] = (),
    *,
    is_made_up: bool = False,
) -> Iterator[ConfigError]:
    """Yield the columns that are read of data sources whose SELECT does not list them.

    Args:
        locked: The experiment.
        file_of: Names the files of its definitions.
        known: The tables of which types tell more.
        is_made_up: Whether the experiment is there for a config to be tried on.
    """
    for source in sources_of(locked, is_made_up=is_made_up):
        listed = [] if all(t in known for t in source.tables) else _listed(source)
        if listed:
            yield from _missing(source, {name.lower(): name for name in listed}, file_of)


def _listed(source: Source) -> list[str]:
    """List the columns of a source's query; none where a star, or no query, hides them."""
    if not source.clause.startswith("("):
        return []
    try:
        query = parse_query(f"SELECT * FROM {source.clause}")
    except SqlSyntaxError:
        return []
    return output_columns(query)


def _missing(source: Source, listed: dict[str, str], file_of: FileOf) -> Iterator[ConfigError]:
    has_unit = any(unit in listed for unit in (source.unit_column.lower(), *source.other_units))
    uses = [
        ("1" if has_unit else f"{ROWS}.{source.unit_column}", "the id of units: "),
        (f"{ROWS}.{source.date_column}", "the date: "),
        (source.branch or "1", "the branch that rows report: "),
    ]
    for sql, use in uses:
        for column in _columns(sql):
            if column.lower() not in listed:
                problem = f"{use}{_words(column, source, listed)}"
                yield ConfigError(file_of(source.kind, source.name), source.key, problem)
    for expression in source.expressions:
        for column in _columns(expression.sql):
            if column.lower() not in listed | dict.fromkeys(OF_UNITS):
                problem = _words(column, source, listed)
                path = file_of(expression.kind, expression.name)
                yield ConfigError(path, expression.key, problem)


def _words(column: str, source: Source, listed: dict[str, str]) -> str:
    question = did_you_mean(column, listed.values())
    fix = question or "add it there"
    return f"column `{column}` does not exist in {source.name}: {NOT_LISTED}; {fix}"


def _columns(sql: str) -> list[str]:
    """List the columns of a source that an expression names, outside of queries within it."""
    try:
        # By itself, so that no query is around it.
        tree = parse_expression(sql).copy()
    except SqlSyntaxError:
        return []
    found: dict[str, None] = {}
    for column in tree.find_all(exp.Column):
        names = [part.name for part in column.parts]
        if column.find_ancestor(exp.Query) or names[0] == UNITS:
            continue
        if names[0] == ROWS and len(names) > 1:
            names = names[1:]
        found[names[0]] = None
    return list(found)
