"""Which columns of raw telemetry an experiment reads, and for what: for the docs of sources.

Found in the SQL as far as it tells; a column that nobody can attribute to a table is left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlglot import exp
from sqlglot.optimizer.scope import Scope

from dbt_jetstream.lock.definition.values import Fragment
from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.lock.parts.metrics import LockedDataSource
from dbt_jetstream.lock.parts.scopes import bigquery_text, scopes_of, starred, table_key
from dbt_jetstream.sql.dialect import parse_expression

# By table, by column: what reads it.
Uses = dict[str, dict[str, list[str]]]

UNIT, DAY, BRANCH = "the analysis unit", "the telemetry day", "the branch that telemetry reports"
ENROLLMENT = "enrollments and exposures"
# How expressions call their data source, and the enrolled units that it is joined to.
SOURCE, ENROLLED = "ds", "e"

_LEGACY = (
    "event_category event_map_values event_method event_string_value sample_id submission_date"
)
_GLEAN = "event_category event_extra event_name sample_id submission_timestamp"
_CIRRUS = "client_info events submission_timestamp"
# What the macros of each query type read, by the role of the table; UNIT stands for the unit's id.
EVENT_COLUMNS = {
    ("normandy", "events"): f"{UNIT} {_LEGACY}",
    ("glean-event", "events"): f"{UNIT} {_GLEAN}",
    ("fenix-fallback", "baseline"): (
        "client_info ping_info sample_id submission_date submission_timestamp"
    ),
    ("fenix-fallback", "events"): f"{UNIT} {_GLEAN}",
    ("cirrus", "enrollments"): _CIRRUS,
    ("cirrus", "events"): _CIRRUS,
    ("background-update", "background_events"): f"metrics {_GLEAN}",
    ("background-update", "background_pings"): "metrics ping_info sample_id submission_timestamp",
    ("background-update", "events"): f"{UNIT} client_id event_object {_LEGACY}",
}


@dataclass(frozen=True)
class Read:
    """Something that reads telemetry.

    Attributes:
        name: What it is, for the docs.
        clause: The FROM clause that it reads.
        columns: Columns of the clause, by what they are read for.
    """

    name: str
    clause: Fragment
    columns: list[tuple[str, str]]


def telemetry_columns(
    meta: Mapping[str, Any],
    sources: Iterable[LockedDataSource],
    tables: Iterable[Table],
) -> Uses:
    """List the columns that an experiment reads.

    Args:
        meta: The lock of its enrollments.
        sources: The data sources of its metrics.
        tables: The tables that all of this reads.
    """
    dotted = {table.key: table.dotted for table in tables}
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    reads = [_of_source(source) for source in sources]
    unit = meta["experiment"]["analysis_unit"]
    reads += [_of_segments(part) for part in meta["segment_sources"]]
    if "exposure_signal" in meta:
        reads.append(_of_signal(meta["exposure_signal"]))
    everything = [*_of_events(meta["enrollment"], unit), *(u for r in reads for u in _resolved(r))]
    for key, column, use in everything:
        if key in dotted:
            found[dotted[key]][column].add(use)
    return {
        table: {column: sorted(uses) for column, uses in sorted(columns.items())}
        for table, columns in sorted(found.items())
    }


def _of_source(source: LockedDataSource) -> Read:
    columns = [
        (column, f"metric `{metric.name}`")
        for metric in source.distinct()
        for column in _columns(metric.select_expression)
    ]
    if source.enrolled_branch is not None:
        columns += [(c, BRANCH) for c in _columns(bigquery_text(source.enrolled_branch))]
    columns += [(source.unit_column, UNIT), (source.date_column, DAY)]
    return Read(f"data source `{source.name}`", source.clause, columns)


def _of_segments(part: Mapping[str, Any]) -> Read:
    columns = [
        (column, f"segment `{segment['name']}`")
        for segment in part["segments"]
        for column in _columns(bigquery_text(segment["sql"]))
    ]
    columns += [(part["unit_column"], UNIT), (part["date_column"], DAY)]
    return Read(f"data source `{part['data_source']}`", part["from"], columns)


def _of_signal(part: Mapping[str, Any]) -> Read:
    use = f"exposure signal `{part['name']}`"
    columns = [(column, use) for column in _columns(bigquery_text(part["sql"]))]
    columns += [(part["unit_column"], UNIT), (part["date_column"], DAY)]
    return Read(use, part["from"], columns)


def _of_events(part: Mapping[str, Any], unit: str) -> Iterator[tuple[str, str, str]]:
    """Yield what the macros of a query type read."""
    for role, key in part["tables"].items():
        names = EVENT_COLUMNS[part["query_type"], role]
        if names.startswith(UNIT):
            yield key, unit, UNIT
        yield from ((key, name, ENROLLMENT) for name in names.removeprefix(UNIT).split())
    if part["custom_query"]:
        for key, column in inner_columns(bigquery_text(part["custom_query"])):
            yield key, column, ENROLLMENT


def _resolved(read: Read) -> Iterator[tuple[str, str, str]]:
    """Yield table, column and use: of the clause itself, and of what is read from it."""
    query = f"SELECT * FROM {bigquery_text(read.clause)}"
    yield from ((key, column, read.name) for key, column in inner_columns(query))
    for column, use in read.columns:
        yield from ((key, column, use) for key in holders(query, column))


@cache
def _columns(sql: str) -> tuple[str, ...]:
    """Name the columns of its data source that an expression reads."""
    tree = parse_expression(sql)
    found = set()
    for column in tree.find_all(exp.Column):
        first, *rest = (part.name for part in column.parts)
        # A field of an array that a query in the expression unfolds is no column.
        is_inner = column.find_ancestor(exp.Subquery, exp.Array, exp.Unnest, exp.Exists)
        if first == SOURCE and rest:
            found.add(rest[0])
        elif first != ENROLLED and (is_inner is None or isinstance(is_inner, exp.Unnest)):
            found.add(first)
    return tuple(sorted(found - {"", "*"}))


@cache
def inner_columns(query: str) -> tuple[tuple[str, str], ...]:
    """List the tables' columns that a query names itself."""
    found = set()
    for scope in scopes_of(query):
        tables = _tables(scope)
        for column in scope.columns:
            first, *rest = (part.name for part in column.parts)
            if first in tables and rest:
                found.add((tables[first], rest[0]))
            elif first not in scope.sources and len(scope.sources) == len(tables) == 1:
                found.update((key, first) for key in tables.values())
    return tuple(sorted(found))


@cache
def holders(query: str, column: str) -> tuple[str, ...]:
    """Name the tables from which a query takes a column that it does not name itself."""
    scopes = scopes_of(query)
    return tuple(sorted(set(_through(scopes[-1], column)))) if scopes else ()


def _through(scope: Scope, column: str) -> Iterator[str]:
    for member in scope.set_operation_scopes:
        yield from _through(member, column)
    if not isinstance(scope.expression, exp.Select):
        return
    for source in starred(scope, column):
        if isinstance(source, Scope):
            yield from _through(source, column)
        else:
            yield table_key(source)


def _tables(scope: Scope) -> dict[str, str]:
    sources = scope.sources.items()
    return {name: table_key(source) for name, source in sources if isinstance(source, exp.Table)}
