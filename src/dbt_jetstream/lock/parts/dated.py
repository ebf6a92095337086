"""By which date the rows of each table arrive: found in the SQL of what reads it.

Tables arrive, not data sources: all that reads a table waits for the same days of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.lock.parts.fragments import Table, expression, gap_of
from dbt_jetstream.lock.parts.scopes import bigquery_text, scopes_of, starred, table_key

if TYPE_CHECKING:
    from dbt_jetstream.lock.parts.metrics import LockedDataSource

TIMESTAMP_DATE, DATE = "date(submission_timestamp)", "submission_date"
# The query types whose table of events has a date; all others have timestamps.
DAILY_EVENTS = ("normandy", "background-update")
# Telemetry of Firefox before 109, which may have ended.
ENDED_ROLES = ("background_pings",)


def dated_tables(
    clause: Fragment, date_column: str, tables: Iterable[Table]
) -> list[dict[str, Any]]:
    """List the tables of a FROM clause that its date column comes from.

    Args:
        clause: The clause.
        date_column: The column that says on which day a row was sent.
        tables: The tables that stand in it.

    Returns:
        For each its `key` in fragments, its `name` in BigQuery and its `date`, a fragment over its
        columns. None of them where the SQL does not tell.
    """
    dates = dict(_dates(f"SELECT * FROM {bigquery_text(clause)}", date_column))
    found = {
        table.key: (table, expression(dates[table.key])) for table in tables if table.key in dates
    }
    return [_dated(*found[key]) for key in sorted(found) if gap_of(found[key][1]) is None]


def dated_event_tables(
    enrollment: Mapping[str, Any], tables: Iterable[Table]
) -> list[dict[str, Any]]:
    """List the event tables that the enrollments and exposures of an experiment are made from.

    Args:
        enrollment: The locked enrollment.
        tables: The tables that are read.
    """
    by_key = {table.key: table for table in tables}
    return [
        _dated(by_key[key], _event_date(role, enrollment["query_type"]))
        for role, key in enrollment["tables"].items()
        if key in by_key and role not in ENDED_ROLES
    ]


def all_dated_tables(
    meta: Mapping[str, Any], sources: Iterable[LockedDataSource], tables: Iterable[Table]
) -> list[dict[str, Any]]:
    """List the tables that an experiment reads and whose date is known, each once.

    Args:
        meta: The lock of its enrollments.
        sources: The locked data sources of its metrics.
        tables: The tables that all of this reads.
    """
    parts = [
        *meta["segment_sources"],
        *([meta["exposure_signal"]] if "exposure_signal" in meta else []),
    ]
    found = [
        *dated_event_tables(meta["enrollment"], tables),
        *(table for part in parts for table in part["dated_tables"]),
        *(table for source in sources for table in source.dated_tables),
    ]
    by_key = {table["key"]: table for table in reversed(found)}
    return [by_key[key] for key in sorted(by_key)]


def _event_date(role: str, query_type: str) -> str:
    return DATE if role == "events" and query_type in DAILY_EVENTS else TIMESTAMP_DATE


def _dated(table: Table, date: Fragment) -> dict[str, Any]:
    return {"key": table.key, "name": table.dotted, "date": date}


@cache
def _dates(query: str, column: str) -> tuple[tuple[str, str], ...]:
    """Yield the keys of the tables that a column comes from, each with its SQL over the table."""
    scopes = scopes_of(query)
    return tuple(_found(scopes[-1], column)) if scopes else ()


def _found(scope: Scope, column: str) -> Iterator[tuple[str, str]]:
    for member in scope.set_operation_scopes:
        yield from _found(member, column)
    if not isinstance(scope.expression, exp.Select):
        return
    named = {s.alias_or_name: s.unalias() for s in scope.expression.expressions if not s.is_star}
    if column in named:
        yield from _computed(scope, named[column])
    for source in starred(scope, column):
        yield from _of_source(source, column)


def _of_source(source: Scope | exp.Table, column: str) -> Iterator[tuple[str, str]]:
    if isinstance(source, Scope):
        yield from _found(source, column)
    else:
        yield table_key(source), column


def _computed(scope: Scope, expression: exp.Expression) -> Iterator[tuple[str, str]]:
    """Follow an expression over the columns of one table, or a column to where it comes from."""
    columns = list(expression.find_all(exp.Column))
    names = {
        c.table or (next(iter(scope.sources)) if len(scope.sources) == 1 else "") for c in columns
    }
    source = scope.sources.get(names.pop()) if len(names) == 1 else None
    if isinstance(expression, exp.Column) and source is not None:
        yield from _of_source(source, expression.name)
    elif isinstance(source, exp.Table) and not expression.find(exp.AggFunc, exp.Query):
        yield table_key(source), _unqualified(expression).sql(dialect="bigquery")


def _unqualified(expression: exp.Expression) -> exp.Expression:
    return expression.transform(
        lambda part: exp.column(part.this.copy()) if isinstance(part, exp.Column) else part
    )
