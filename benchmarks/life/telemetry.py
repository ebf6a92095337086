"""The experiment's telemetry: three tables, every day of which fills whole row groups.

DuckDB reads whole row groups. With days of whole groups it reads as BigQuery does, where each day
is a partition: the rows of the days that are asked for, and no others. The file is attached
read-only, since a checkpoint would join small groups.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from life.experiment import (
    BRANCHES,
    ENROLLMENT_DATES,
    FIRST_DAY,
    SLUG,
    START,
    TABLES,
    TELEMETRY_DAYS,
)

# Rows a day per 10,000 clients: multiples of 2,048, which is a vector and the least row group.
ROWS_A_DAY = {"clients_daily": 6144, "events": 24_576, "searches": 2048}
# Of each client that is active on a day.
EVENTS_EACH = ROWS_A_DAY["events"] // ROWS_A_DAY["clients_daily"]
ALIAS = "raw"
SMALLEST_ROW_GROUP, LARGEST_ROW_GROUP = 2048, 102_400

MACROS = f"""
-- of one text: hashes of several arguments are not independent of each other
create temp macro mixed(what, a, b) as hash(what || ' ' || a || ' ' || b);
create temp macro dice(sides, what, a, b) as cast(mixed(what, a, b) % sides as integer);
create temp macro uniform(what, a, b) as (mixed(what, a, b) % 1000003 + 1) / 1000004;
create temp macro client(i) as md5(cast(i as varchar));
create temp macro branch_of(i) as if(dice(2, 'branch', i, 0) = 0, '{BRANCHES[0]}', '{BRANCHES[1]}');
-- every residue once: exactly as many clients are active on each day
create temp macro rank_on(i, day, clients) as (i * 7919 + (day + 1000) * 3571) % clients;
create temp macro is_enrolled(i, share) as dice(100, 'in the experiment', i, 0) < share;
create temp macro branch_map(name, branch) as [{{'key': name, 'value': branch}}];
"""

CREATE = """
create schema telemetry;
create table telemetry.clients_daily (
    submission_date date, client_id varchar, sample_id bigint,
    experiments struct(key varchar, value varchar)[],
    active_hours_sum double, uri_count bigint, search_count bigint, ad_clicks bigint,
    is_default_browser boolean, max_tabs bigint
);
create table telemetry.events (
    submission_date date, client_id varchar, sample_id bigint,
    event_category varchar, event_method varchar, event_string_value varchar,
    event_map_values struct(key varchar, value varchar)[]
);
create table telemetry.searches (
    submission_date date, client_id varchar, sample_id bigint, engine varchar, country varchar
);
"""

CLIENTS_DAILY = f"""
select
    $date,
    client(i),
    dice(100, 'sample', i, 0),
    if(
        is_enrolled(i, $share) and $day >= dice({ENROLLMENT_DATES}, 'enrolled', i, 0),
        branch_map('{SLUG}', branch_of(i)), []
    ),
    round(-2 * ln(uniform('hours', i, $day)), 3),
    cast(exp(3 - 1.5 * ln(uniform('uris', i, $day))) % 5000 as bigint),
    cast(floor(-3 * ln(uniform('searches', i, $day))) as bigint),
    dice(12, 'clicks', i, $day) // 10,
    dice(3, 'default', i, 0) = 0,
    1 + cast(floor(-6 * ln(uniform('tabs', i, $day))) as bigint)
from range($clients) as clients(i)
where rank_on(i, $day, $clients) < $rows
"""

# Enrollments and exposures first, then as many other events as fill the day.
EVENTS = f"""
select $date, client(i), dice(100, 'sample', i, 0), category, method, string_value, map_values
from (
  select * from (
    select i, 'normandy' as category, 'enroll' as method, '{SLUG}' as string_value,
        branch_map('branch', branch_of(i)) as map_values
    from range($clients) as clients(i)
    where is_enrolled(i, $share) and dice({ENROLLMENT_DATES}, 'enrolled', i, 0) = $day
    union all
    select i, 'normandy', 'exposure', '{SLUG}', branch_map('branchSlug', branch_of(i))
    from range($clients) as clients(i)
    where is_enrolled(i, $share) and dice(2, 'exposed', i, 0) = 0
        and dice({ENROLLMENT_DATES}, 'enrolled', i, 0) + dice(4, 'exposed after', i, 0) = $day
    union all
    select i, if(dice(4, 'category', i * {EVENTS_EACH} + event, $day) = 0, 'tips', 'navigation'),
        ['show', 'follow', 'hide'][1 + dice(3, 'method', i * {EVENTS_EACH} + event, $day)], null, []
    from range($clients) as clients(i), range({EVENTS_EACH}) as events(event)
    where rank_on(i, $day, $clients) < $rows / {EVENTS_EACH}
  )
  limit $rows
)
order by hash(i, category, method)
"""

SEARCHES = """
select
    $date,
    client(i),
    dice(100, 'sample', i, 0),
    ['google', 'bing', 'duckduckgo', 'ecosia'][1 + dice(4, 'engine', i, $day)],
    ['DE', 'FR', 'US'][1 + dice(3, 'country', i, $day // 9)]
from range($clients) as clients(i)
where rank_on(i, $day + 900, $clients) < $rows
"""

ROWS = {"clients_daily": CLIENTS_DAILY, "events": EVENTS, "searches": SEARCHES}

# More clients are copies of these under other ids: hashing and sorting would take too long.
MOST_DIFFERENT = 100_000
COPY = """
insert into telemetry.{table}
select a_day.* replace (copy || client_id[2:] as client_id)
from range($copies) as copies(copy), a_day
"""


def _copies(clients: int) -> int:
    return max(clients // MOST_DIFFERENT, 1)


def rows_a_day(table: str, clients: int) -> int:
    """Return how many rows each day of a table has."""
    return ROWS_A_DAY[table] * clients // 10_000


def row_group_size(clients: int) -> int:
    """Return a size that divides the days of all tables."""
    return min(SMALLEST_ROW_GROUP * clients // 10_000, LARGEST_ROW_GROUP)


def attach(database: Path, telemetry: Path) -> None:
    """Show the telemetry in a database as `telemetry.<table>`, where models look for it."""
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"attach '{telemetry}' as {ALIAS} (read_only)")
        connection.execute("create schema telemetry")
        for table in TABLES.values():
            connection.execute(f"create view {table} as from {ALIAS}.{table}")


def create(database: Path, clients: int, share: int) -> None:
    """Write the telemetry.

    Args:
        database: DuckDB file, which must not exist.
        clients: Clients with telemetry: 10,000, or ten or a hundred times as many.
        share: How many of them enroll, in per cent.

    Raises:
        ValueError: If days of so many clients do not fill whole row groups.
    """
    if any(rows_a_day(table, clients) % row_group_size(clients) for table in TABLES):
        raise ValueError(f"{clients} clients: use 10,000, 100,000 or 1,000,000")
    with duckdb.connect() as connection:
        size = row_group_size(clients)
        connection.execute(f"attach '{database}' as file (row_group_size {size})")
        connection.execute(f"use file; {MACROS}; {CREATE}")
        for number in range(TELEMETRY_DAYS):
            date = FIRST_DAY + dt.timedelta(days=number)
            for table, sql in ROWS.items():
                parameters = _parameters(sql, table, date, min(clients, MOST_DIFFERENT), share)
                empty = f"from telemetry.{table} limit 0"
                connection.execute(f"create or replace temp table a_day as {empty}")
                connection.execute(f"insert into a_day {sql}", parameters)
                connection.execute(COPY.format(table=table), {"copies": _copies(clients)})
        connection.execute("checkpoint file")


def _parameters(sql: str, table: str, date: dt.date, clients: int, share: int) -> dict[str, object]:
    known = {
        "share": share,
        "date": date,
        "day": (date - START).days,
        "clients": clients,
        "rows": rows_a_day(table, clients),
    }
    return {name: value for name, value in known.items() if f"${name}" in sql}
