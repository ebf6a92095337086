"""Which columns of which tables an experiment reads, and what it looks for in them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from dbt_jetstream.demo.shapes import Shape, add_expression
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.telemetry import EVENT_COLUMNS, UNIT, holders, inner_columns
from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.lock.parts.scopes import scopes_of, table_key
from dbt_jetstream.review.made_up.events import Event, Place, events_of
from dbt_jetstream.review.types.probes import Source, sources_of
from dbt_jetstream.review.types.telemetry import Telemetry
from dbt_jetstream.sql.dialect import SqlSyntaxError, parse_expression

# DuckDB's names of BigQuery's types; all others are texts.
TYPES = {
    "INT64": "BIGINT",
    "FLOAT64": "DOUBLE",
    "NUMERIC": "DOUBLE",
    "BIGNUMERIC": "DOUBLE",
    "BOOL": "BOOLEAN",
    "DATE": "DATE",
    "DATETIME": "TIMESTAMP",
    "TIMESTAMP": "TIMESTAMP",
    "JSON": "JSON",
}
# By the end of a column's name, where nothing tells its type.
GUESSES = {"_date": "DATE", "_timestamp": "TIMESTAMP", "_id": "VARCHAR"}
IDS = ("client_id", "profile_group_id")
# What the macros of enrollments read, where neither a name nor an expression tells the type.
KNOWN = {"sample_id": "BIGINT", "event_extra": "JSON", "metrics": "JSON"}
TEXTS = ("event_category", "event_name", "event_method", "event_object", "event_string_value")
IN_MAP = re.compile(r"get_key\(ds\.([\w.]+), '[^']*'\)(\.branch)?")


@dataclass
class TableColumns:
    """One table.

    Attributes:
        table: Its name.
        row: Its columns.
        events: The rows that expressions look for, where they look for some.
        units: The places of analysis units' ids.
        days: The columns of a row's own day.
        branches: The places of maps from experiments to branches, and whether a branch is a field.
        roles: What enrollments read the table for.
        is_guessed: Whether nobody says its columns' types.
    """

    table: Table
    row: Shape = field(default_factory=Shape)
    events: list[Event] = field(default_factory=list)
    units: set[Place] = field(default_factory=set)
    days: set[str] = field(default_factory=set)
    branches: dict[Place, bool] = field(default_factory=dict)
    roles: set[tuple[str, str]] = field(default_factory=set)
    is_guessed: bool = True

    @property
    def place(self) -> str:
        """The table's schema and name."""
        return f"{self.table.dataset}.{self.table.name}"

    @property
    def has_events(self) -> bool:
        """Whether a unit has any number of rows on a day, and not one."""
        return bool(self.events or self.roles)


def table_columns(
    experiments: Iterable[LockedExperiment], types: Telemetry
) -> dict[str, TableColumns]:
    """Gather the columns that experiments read, by the tables' names on DuckDB.

    Args:
        experiments: The experiments.
        types: The types of columns, where they are known.
    """
    found: dict[str, TableColumns] = {}
    chance = random.Random(1)
    for locked in experiments:
        for table in locked.tables:
            # On DuckDB, tables of two projects with one name are one.
            same = (f for f in found.values() if f.place == f"{table.dataset}.{table.name}")
            found.setdefault(table.dotted, next(same, TableColumns(table)))
        for source in sources_of(locked):
            _Reading(found, source, chance).read()
        _add_enrollment(found, locked)
    for name, columns in found.items():
        _add_types(columns, types.get(name, {}))
        _add_usual(columns)
    return {columns.place: columns for columns in found.values()}


class _Reading:
    """Adds what one data source reads."""

    def __init__(
        self, tables: dict[str, TableColumns], source: Source, chance: random.Random
    ) -> None:
        self.tables = tables
        self.source = source
        self.chance = chance
        self.query = f"SELECT * FROM {source.clause}"

    def read(self) -> None:
        row, events = Shape(), []
        for expression in self._expressions():
            add_expression(row, expression, self.chance)
            events += list(events_of(expression))
        unit = tuple(self.source.unit_column.split("."))
        _at(row, unit).ask("VARCHAR")
        row.at(self.source.date_column)
        for name, place in row.fields.items():
            for table in self._holders(name):
                table.row.at(name).merge(place)
        for table in self._holders(unit[0]):
            table.units.add(unit)
        for table in self._holders(self.source.date_column):
            table.days.add(self.source.date_column.lower())
            table.row.at(self.source.date_column).ask("DATE")
        self._add_branch()
        for event in events:
            for table in self._holders(next(iter(event))[0]):
                _add_event(table, event)
        self._read_inside()

    def _expressions(self) -> Iterator[exp.Expr]:
        for found in self.source.expressions:
            try:
                yield parse_expression(found.sql)
            except SqlSyntaxError:
                continue

    def _holders(self, column: str) -> list[TableColumns]:
        return [self.tables[key] for key in holders(self.query, column) if key in self.tables]

    def _add_branch(self) -> None:
        found = IN_MAP.search(self.source.branch or "")
        if found:
            place = tuple(found[1].split("."))
            for table in self._holders(place[0]):
                entry = _at(table.row, place).entry()
                entry.at("key").ask("VARCHAR")
                value = entry.at("value")
                (value.at("branch") if found[2] else value).ask("VARCHAR")
                table.branches[place] = bool(found[2])

    def _read_inside(self) -> None:
        """Add what the data source's own query reads of its tables."""
        for key, column in inner_columns(self.query):
            if key in self.tables:
                self.tables[key].row.at(column)
        for scope in scopes_of(self.query):
            named = [s for s in scope.sources.values() if isinstance(s, exp.Table)]
            if len(scope.sources) == len(named) == 1 and table_key(named[0]) in self.tables:
                self._read_select(scope.expression, self.tables[table_key(named[0])])

    def _read_select(self, select: exp.Expr, table: TableColumns) -> None:
        where = select.args.get("where")
        for part in [*select.args.get("expressions", ()), *([where.this] if where else [])]:
            if not part.is_star:
                tree = part.copy()
                for column in tree.find_all(exp.Column):
                    column.set("table", None)
                add_expression(table.row, tree, self.chance)
                # Dates of rows are made from columns like this.
                days = [c.name.lower() for c in tree.find_all(exp.Column)]
                if part.alias_or_name == self.source.date_column:
                    table.days.update(days)
        for event in events_of(where.this) if where else ():
            _add_event(table, event)


def _add_event(table: TableColumns, event: Event) -> None:
    table.events.append(event)
    for place, value in event.items():
        _at(table.row, place).ask(None, [value])


def _add_enrollment(found: dict[str, TableColumns], locked: LockedExperiment) -> None:
    meta = locked.nodes[0].meta
    kind = meta["enrollment"]["query_type"]
    named = {table.key: found[table.dotted] for table in locked.tables}
    for role, key in meta["enrollment"]["tables"].items():
        if key not in named:
            continue
        table = named[key]
        table.roles.add((kind, role))
        unit = meta["experiment"]["analysis_unit"]
        table.units.add((unit,))
        table.row.at(unit)
        for column in EVENT_COLUMNS[kind, role].removeprefix(UNIT).split():
            table.row.at(column)
        _add_nested(table.row, kind, role)


def _add_nested(row: Shape, kind: str, role: str) -> None:
    """Add the fields that the macros of enrollments read."""
    if "event_map_values" in row.fields:
        for part in ("key", "value"):
            row.at("event_map_values").entry().at(part).ask("VARCHAR")
    if kind == "cirrus":
        row.at("client_info").at("app_channel").ask("VARCHAR", ["production"], only=True)
        event = row.at("events").entry()
        for name in ("category", "name"):
            event.at(name).ask("VARCHAR")
        for part in ("key", "value"):
            event.at("extra").entry().at(part).ask("VARCHAR")
    if role == "baseline":
        row.at("client_info").at("client_id").ask("VARCHAR")
        entry = row.at("ping_info").at("experiments").entry()
        entry.at("key").ask("VARCHAR")
        entry.at("value").at("branch").ask("VARCHAR")
    if role == "background_pings":
        row.fields["metrics"] = Shape()
        row.at("metrics").at("uuid").at("background_update_client_id").ask("VARCHAR")
        entry = row.at("ping_info").at("experiments").entry()
        entry.at("key").ask("VARCHAR")
        entry.at("value").at("branch").ask("VARCHAR")


def _add_types(table: TableColumns, types: Mapping[str, str]) -> None:
    """Give each column the type that it has, or else the likeliest."""
    table.is_guessed = not types
    for name, kind in types.items():
        _set_type(table.row.at(name), exp.DataType.build(kind, dialect="bigquery"))
    for name, place in table.row.fields.items():
        if not (place.types or place.fields or place.element or place.holds_json()):
            is_text = any(isinstance(value, str) for value in place.values)
            place.ask("VARCHAR" if is_text else _guess(name))
        elif name in KNOWN and place.holds_json() and not types:
            place.ask(KNOWN[name])
    for place in () if types else _leaves(table.row):
        # A text that is looked for cannot be in a number.
        if any(isinstance(value, str) for value in place.values) or "VARCHAR" in place.types:
            place.types = ["VARCHAR"]


def _leaves(place: Shape) -> Iterator[Shape]:
    """Yield the places that hold values, outside of JSON."""
    inner = [*place.fields.values(), *([place.element] if place.element else [])]
    for found in inner:
        yield from _leaves(found)
    if not inner and not place.holds_json() and place.types not in (["DATE"], ["TIMESTAMP"]):
        yield place


def _add_usual(table: TableColumns) -> None:
    """Find the columns that all telemetry has."""
    for name in (*IDS, "submission_date", "submission_timestamp"):
        if name in table.row.fields:
            is_id = name in IDS
            table.units |= {(name,)} if is_id else set()
            table.days |= set() if is_id else {name}


def _guess(name: str) -> str:
    if name in KNOWN or name in TEXTS:
        return KNOWN.get(name, "VARCHAR")
    return next((kind for end, kind in GUESSES.items() if name.endswith(end)), "BIGINT")


def _set_type(place: Shape, kind: exp.DataType) -> None:
    name = kind.this.name if hasattr(kind.this, "name") else str(kind.this)
    if name == "STRUCT":
        for part in kind.expressions:
            _set_type(place.at(part.name), part.args["kind"])
    elif name == "ARRAY":
        _set_type(place.entry(), kind.expressions[0])
    else:
        place.fields, place.element = {}, None
        place.types = [TYPES.get(kind.sql(dialect="bigquery"), "VARCHAR")]


def _at(row: Shape, place: Place) -> Shape:
    first, *rest = place
    found = row.at(first)
    for name in rest:
        in_json = found.texts or found.types in (["JSON"], ["VARCHAR"])
        found = found.text_at([name]) if in_json else found.at(name)
    return found
