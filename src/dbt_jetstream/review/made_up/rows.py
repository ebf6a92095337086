"""Writes the rows of tables that an experiment reads."""

from __future__ import annotations

import datetime as dt
import json
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from dbt_jetstream.demo.activity import active_days_sql
from dbt_jetstream.demo.schedule import Calendar
from dbt_jetstream.demo.shapes import Chances, Shape
from dbt_jetstream.review.made_up.column_values import TableColumns
from dbt_jetstream.review.made_up.events import Event, Place
from dbt_jetstream.review.made_up.signups import signup_rows

# So many different rows are made; each row of a table is one of them, with its own unit and day.
POOL = 1000
NULLS = 0.02
# The share of rows that some expression looks for.
FOUND = 0.8
# The numbers of a day are those of the pool, times what the unit is like: these are for seconds.
SECONDS = 300
# Compared with other values, a number is a code and not an amount.
AMOUNTS = {-1, 0, 1, 2}


@dataclass(frozen=True)
class Writing:
    """What rows are written for.

    Attributes:
        slug: The experiment.
        calendar: Its days.
        effects: By branch, how much more of everything its units do from enrollment on.
        seed: Another one gives other rows.
    """

    slug: str
    calendar: Calendar
    effects: Mapping[str, float] = field(default_factory=dict)
    seed: int = 1

    @property
    def factor(self) -> str:
        """SQL of the factor on what a client does on a day."""
        cases = " ".join(
            f"when day >= enroll_day and branch = {text(branch)} then {1 + effect!r}::double"
            for branch, effect in self.effects.items()
        )
        return f"case {cases} else 1::double end" if cases else "1::double"


def write_rows(
    connection: duckdb.DuckDBPyConnection, columns: TableColumns, writing: Writing
) -> int:
    """Add an experiment's rows to a table, which is made where it is missing.

    Args:
        connection: A connection with `clients` and `participation` of the experiment.
        columns: The table.
        writing: What the rows are written for.

    Returns:
        How many rows were added.
    """
    name = f"{quoted(columns.table.dataset)}.{quoted(columns.table.name)}"
    connection.execute(f"create schema if not exists {quoted(columns.table.dataset)}")
    types = {column: place.type() for column, place in columns.row.fields.items()}
    declared = ", ".join(f"{quoted(column)} {kind}" for column, kind in types.items())
    connection.execute(f"create table if not exists {name} ({declared})")
    _create_pool(connection, columns, writing, types)
    query = _activity(columns, writing, types)
    added = [query, *(signup_rows(columns, types, writing.slug))]
    counts = [connection.execute(f"insert into {name} by name {rows}").fetchone() for rows in added]
    return sum(int(found[0]) for found in counts if found)


def quoted(name: str) -> str:
    """Write a name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Write a text in SQL."""
    return "'" + value.replace("'", "''") + "'"


def _create_pool(
    connection: duckdb.DuckDBPyConnection,
    columns: TableColumns,
    writing: Writing,
    types: dict[str, str],
) -> None:
    """Create the temporary table `pool`: rows without a unit or a day."""
    declared = {"pool_index": "BIGINT", **types}
    rows = _pool(columns, writing)
    with tempfile.TemporaryDirectory(prefix="jetstream-demo-") as folder:
        path = Path(folder) / "pool.json"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        connection.execute(
            "create or replace temp table pool as select * from "
            f"read_json({text(str(path))}, columns = {declared!r}, format = 'newline_delimited')"
        )


def _pool(columns: TableColumns, writing: Writing) -> Iterator[dict[str, Any]]:
    calendar = writing.calendar
    chance = random.Random(f"{writing.seed} {writing.slug} {columns.table.dotted}")
    days = [str(day) for day in _dates(calendar)]
    chances = Chances(chance, days, NULLS)
    for index in range(POOL):
        row = {name: place.value(chances) for name, place in columns.row.fields.items()}
        if columns.events and chance.random() < FOUND:
            _make(row, chance.choice(columns.events))
        for place in [*columns.units, *columns.branches]:
            # What is put into a STRUCT needs one.
            if len(place) > 1 and row.get(place[0]) is None:
                row[place[0]] = {}
        yield {"pool_index": index, **row}


def _dates(calendar: Calendar) -> Sequence[dt.date]:
    first = calendar.start - dt.timedelta(days=calendar.history)
    return [first + dt.timedelta(days=n) for n in range(calendar.history + calendar.days)]


def _make(row: dict[str, Any], event: Event) -> None:
    """Let a row be what an expression looks for."""
    for (*outer, last), value in event.items():
        place = row
        for name in outer:
            inner = place.get(name)
            if not isinstance(inner, dict):
                inner = {}
                place[name] = inner
            place = inner
        place[last] = value


def _activity(columns: TableColumns, writing: Writing, types: dict[str, str]) -> str:
    """Write the rows of active clients and days."""
    name = columns.table.dotted
    rate = (
        "round_at_random(least(20, exp(0.6 * engagement)"
        f" * exponential(key, day, {text(name + ' rows')})) * {writing.factor},"
        f" key, day, {text(name + ' rounded')})"
        if columns.has_events
        else "1"
    )
    selected = ",\n    ".join(
        f"{expression} as {quoted(column)}"
        for column, expression in _overlaid(columns, writing, types).items()
    )
    return f"""
with active_days as ({active_days_sql(writing.calendar)}
),
rows_of_days as (
    select *, unnest(range({rate}::bigint))::integer as nth
    from active_days
)
select
    {selected}
from rows_of_days as client
inner join pool
    on pool.pool_index = hash(client.key, client.day, client.nth, {text(name)}) % {POOL}"""


def _overlaid(columns: TableColumns, writing: Writing, types: dict[str, str]) -> dict[str, str]:
    """Write each column: of the pool, of the client, or of the day."""
    found = {column: f"pool.{quoted(column)}" for column in types}
    if not columns.has_events:
        for column, place in columns.row.fields.items():
            if _is_amount(types[column], place, column):
                found[column] = _amount(column, types[column], writing)
    for column in columns.days & found.keys():
        found[column] = day_sql(types[column], "client")
    if "sample_id" in found:
        found["sample_id"] = "client.sample_id"
    for unit in sorted(columns.units):
        group = "group" in unit[-1]
        _overlay(found, unit, "client.profile_group_id" if group else "client.client_id")
    for reported, has_field in columns.branches.items():
        _overlay(found, reported, _branches(reported, has_field, columns.row, writing.slug))
    return {column: f"({sql})::{types[column]}" for column, sql in found.items()}


def day_sql(kind: str, rows: str) -> str:
    """Write the column that tells a row's own day, at noon."""
    date = f"{rows}.submission_date"
    return f"{date} + interval 12 hour" if kind == "TIMESTAMP" else date


def _is_amount(kind: str, place: Shape, column: str) -> bool:
    is_number = kind in {"BIGINT", "DOUBLE"} and column != "sample_id"
    return is_number and AMOUNTS.issuperset(place.values)


def _amount(column: str, kind: str, writing: Writing) -> str:
    unit = SECONDS if "second" in column else 1
    value = f"pool.{quoted(column)} * {unit} * exp(0.6 * client.engagement) * {writing.factor}"
    if kind == "BIGINT":
        return f"round_at_random({value}, client.key, client.day, {text(column)})"
    return value


def _branches(place: Place, has_field: bool, row: Shape, slug: str) -> str:
    """Write the map from the experiment to the branch that a client reports once it is enrolled."""
    shape = row
    for name in place:
        shape = shape.at(name)
    branch = "json_object('branch', client.branch)" if has_field else "client.branch"
    entry = f"json_object('key', {text(slug)}, 'value', {branch})"
    return (
        "(case when client.day > client.enroll_day"
        " and (client.unenroll_day is null or client.day <= client.unenroll_day)"
        f" then json_array({entry}) else json_array() end)::{shape.type()}"
    )


def _overlay(found: dict[str, str], place: Place, value: str) -> None:
    """Put a value into a column, or into a field of one."""
    column, *inner = place
    if column in found:
        found[column] = _put(found[column], inner, value)


def _put(base: str, inner: Sequence[str], value: str) -> str:
    if not inner:
        return value
    first, *rest = inner
    put = _put(f"struct_extract({base}, {text(first)})", rest, value)
    return f"struct_update({base}, {quoted(first)} := {put})"
