"""The bytes that BigQuery would bill for telemetry which a DuckDB database holds.

BigQuery bills the columns that a query reads, over the partitions (days) that it reads, by the size
of their types: https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#data_type_sizes
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.pushdown_predicates import pushdown_predicates
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, traverse_scope

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.diff.estimate import reads_telemetry
from dbt_jetstream.review.diff.side import Side
from dbt_jetstream.review.render import SCHEMA

DIALECT = "duckdb"
# By schema, table and column: the type.
Schema = dict[str, dict[str, dict[str, str]]]


@dataclass
class Read:
    """What one model reads of a table.

    Attributes:
        columns: The columns.
        days: Conditions that choose days, one for each place that reads it; `true` for all days.
    """

    columns: set[str] = field(default_factory=set)
    days: set[str] = field(default_factory=set)


class Stored:
    """Measures columns in a DuckDB database."""

    def __init__(self, database: Path, words: str) -> None:
        self.database = database
        self.basis = (
            f"{words}: the columns that each model reads, each table's once, over the days that it "
            "reads, by BigQuery's sizes of types"
        )
        self.connection = duckdb.connect()
        self.connection.execute(f"attach '{database}' as warehouse (read_only)")
        self.schema = self._tables()
        self._known: dict[tuple[str, str, str, str], int] = {}

    def measure(self, side: Side, locked: LockedExperiment) -> dict[str, int]:
        """Return the bytes by model; see `Gauge`."""
        telemetry = {(table.dataset, table.name) for table in locked.tables}
        missing = [f"{s}.{t}" for s, t in sorted(telemetry) if t not in self.schema.get(s, {})]
        if missing:
            message = f"{self.database.name} holds no {', '.join(missing)}"
            raise ValueError(message)
        models = side.renderer(DIALECT, all_windows=True).render(locked, reads_telemetry)
        schema = self.schema | {SCHEMA: _columns(locked)}
        return {n: self._bytes(sql, schema, telemetry) for n, sql in models.items()}

    def _tables(self) -> Schema:
        found: Schema = defaultdict(lambda: defaultdict(dict))
        rows = self.connection.execute(
            "select schema_name, table_name, column_name, data_type from duckdb_columns() "
            "where database_name = 'warehouse' and not internal"
        ).fetchall()
        for schema, table, column, kind in rows:
            found[schema][table][column] = kind
        return found

    def _bytes(self, sql: str, schema: Schema, telemetry: set[tuple[str, str]]) -> int:
        try:
            found = reads(sql, schema, telemetry)
        except SqlglotError as error:
            message = f"sqlglot cannot tell which columns are read: {error}"
            raise ValueError(message) from error
        return sum(self._size(table, read) for table, read in found.items())

    def _size(self, table: tuple[str, str], read: Read) -> int:
        """Sum the sizes of a table's columns over the days that are read."""
        types = self.schema[table[0]][table[1]]
        days = "true" if "true" in read.days else " or ".join(f"({d})" for d in sorted(read.days))
        return sum(
            self._column(table, column, types[column], days)
            for column in sorted(read.columns)
            if column in types
        )

    def _column(self, table: tuple[str, str], column: str, kind: str, days: str) -> int:
        key = (*table, column, days)
        if key not in self._known:
            size = size_of(f'"{column}"', kind)
            source = f'warehouse."{table[0]}"."{table[1]}"'
            query = f"select coalesce(sum({size}), 0)::bigint from {source} where {days}"
            (self._known[key],) = self.connection.execute(query).fetchone() or (0,)
        return self._known[key]


def _columns(locked: LockedExperiment) -> dict[str, dict[str, str]]:
    """Return the models' own columns; their types matter to nobody here."""

    def typed(node: Node) -> dict[str, str]:
        return {column.name: "VARCHAR" for column in node.columns}

    return {node.name: typed(node) for node in locked.nodes}


def size_of(value: str, kind: str) -> str:
    """Write the SQL for the bytes that BigQuery counts for a value; nothing for null.

    Args:
        value: A DuckDB expression.
        kind: Its type, as DuckDB writes it.
    """
    return _case(value, exp.DataType.build(kind, dialect=DIALECT))


def _size(value: str, kind: exp.DataType) -> str:
    """Write the SQL for the bytes of a value that is not null."""
    types = exp.DataType.Type
    if kind.this in {types.ARRAY, types.LIST}:
        return _sum_of(value, _case("x", kind.expressions[0]))
    if kind.this == types.MAP:
        of_key, of_value = kind.expressions
        pair = f"{_case('x.key', of_key)} + {_case('x.value', of_value)}"
        return _sum_of(f"map_entries({value})", pair)
    if kind.this == types.STRUCT:
        parts = [_case(f'({value})."{part.name}"', part.args["kind"]) for part in kind.expressions]
        return " + ".join(parts) or "0"
    return _scalar_size(value, kind)


def _sum_of(values: str, each: str) -> str:
    return f"coalesce(list_sum(list_transform({values}, lambda x: {each})), 0)"


def _scalar_size(value: str, kind: exp.DataType) -> str:
    types = exp.DataType.Type
    if kind.is_type(*exp.DataType.TEXT_TYPES):
        return f"2 + strlen({value})"
    sizes = {
        types.BOOLEAN: "1",
        types.DECIMAL: "16",
        types.INTERVAL: "16",
        types.INT128: "16",
        types.JSON: f"strlen(({value})::varchar)",
        types.VARBINARY: f"2 + octet_length({value})",
    }
    return sizes.get(kind.this, "8")


def _case(value: str, kind: exp.DataType) -> str:
    return f"(case when {value} is null then 0 else {_size(value, kind)} end)"


def reads(sql: str, schema: Schema, telemetry: set[tuple[str, str]]) -> dict[tuple[str, str], Read]:
    """Find what a query reads of telemetry: columns and days.

    Days that are chosen outside of a `with` are not seen inside it: all days count there.

    Args:
        sql: DuckDB's SQL.
        schema: All tables.
        telemetry: Schema and name of the tables that count.
    """
    tree = sqlglot.parse_one(sql, dialect=DIALECT)
    tree = qualify(
        tree,
        dialect=DIALECT,
        schema=dict(schema),
        validate_qualify_columns=False,
        quote_identifiers=False,
    )
    # So that each table's own columns and days stand in its own scope.
    tree = pushdown_projections(pushdown_predicates(tree, dialect=DIALECT))
    never = {id(table) for table in _never_read(tree)}
    found: dict[tuple[str, str], Read] = defaultdict(Read)
    for scope in traverse_scope(tree):
        for alias, (_, source) in scope.selected_sources.items():
            if not isinstance(source, exp.Table) or (source.db, source.name) not in telemetry:
                continue
            if id(source) in never:
                continue
            read = found[source.db, source.name]
            read.columns |= {column.name for column in scope.columns if column.table == alias}
            read.days.add(_days(scope, alias, schema[source.db][source.name]))
    return found


def _never_read(tree: exp.Expr) -> Iterator[exp.Table]:
    """Yield the tables of which no row can be: they are there for their columns' types alone."""
    for part in tree.find_all(exp.Join, exp.Select):
        condition = part.args.get("on") or getattr(part.args.get("where"), "this", None)
        if isinstance(condition, exp.Boolean) and not condition.this:
            yield from part.find_all(exp.Table)


def _days(scope: Scope, alias: str, types: dict[str, str]) -> str:
    """Write the conditions of a scope that choose a table's days, over its bare columns."""
    joins = scope.expression.args.get("joins") or []
    where = scope.expression.args.get("where")
    conditions = [join.args["on"] for join in joins if join.args.get("on")]
    conditions += [where.this] if where else []
    parts = [
        part
        for condition in conditions
        for part in (condition.flatten() if isinstance(condition, exp.And) else [condition])
    ]
    found = sorted(_bare(part) for part in parts if _chooses_days(part, alias, types))
    return " and ".join(found) or "true"


def _chooses_days(part: exp.Expr, alias: str, types: dict[str, str]) -> bool:
    """Whether a condition is about nothing but the table's dates."""
    columns = list(part.find_all(exp.Column))
    return bool(columns) and all(
        column.table == alias and types.get(column.name, "").startswith(("DATE", "TIMESTAMP"))
        for column in columns
    )


def _bare(part: exp.Expr) -> str:
    copy = part.copy()
    for column in copy.find_all(exp.Column):
        column.set("table", None)
    return copy.sql(dialect=DIALECT)
