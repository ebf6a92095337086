"""A day of the data source, and the units that every experiment has enrolled."""

from __future__ import annotations

import duckdb

from sharing.hub import (
    BRANCHES,
    DAY,
    DEFAULT_METRICS,
    FIRST_ENROLLMENT,
    OTHER_METRICS,
    SOURCE,
    column,
    slug,
)

ENROLLMENT_DATES = 8
# Of 100 clients, how many send telemetry on a day.
ACTIVE = 60
TABLE = f"telemetry.{SOURCE}"
ENROLLED = "analysis.enrolled_units"

MACROS = f"""
create or replace temp macro dice(sides, what, a, b) as
    cast(hash(what || ' ' || a || ' ' || b) % sides as integer);
create or replace temp macro client(i) as md5(cast(i as varchar));
create or replace temp macro branch_of(i, e) as
    if(dice(2, 'branch', i, e) = 0, '{BRANCHES[0]}', '{BRANCHES[1]}');
"""

# Every client is in every experiment with the same chance, whatever others it is in.
ENROLL = f"""
create or replace table {ENROLLED} as
with enrolled as (
    select i, e, dice({ENROLLMENT_DATES}, 'day', i, e) as day
    from range($clients) as clients(i), range($experiments) as experiments(e)
    where dice(1000000, 'enrolled', i, e) < $share * 1000000
)
select
    i,
    $slugs[e + 1] as experiment,
    client(i) as analysis_id,
    branch_of(i, e) as branch,
    date '{FIRST_ENROLLMENT}' + day as enrollment_date,
    if(dice(2, 'exposed', i, e) = 0, null, date '{FIRST_ENROLLMENT}' + day) as exposure_date
from enrolled
"""

# Of the units that enroll on the day, half have sent their telemetry before.
TELEMETRY = f"""
create or replace table {TABLE} as
with reported as (
    select i, list(struct_pack(key := experiment, value := branch)) as experiments
    from {ENROLLED}
    where enrollment_date < date '{DAY}' or dice(2, 'reported', i, experiment) = 0
    group by i
)
select
    date '{DAY}' as submission_date,
    client(i) as client_id,
    dice(100, 'sample', i, 0) as sample_id,
    coalesce(experiments, []) as experiments,
    {{measures}}
from range($clients) as clients(i)
left join reported using (i)
where dice(100, 'active', i, 0) < {ACTIVE}
order by hash(i)
"""


def create(
    connection: duckdb.DuckDBPyConnection, clients: int, experiments: int, share: float
) -> None:
    """Make the day's telemetry and the enrollments.

    Args:
        connection: Where.
        clients: How many there are, of which `ACTIVE` per cent send telemetry.
        experiments: How many there are.
        share: Of the clients, which part each experiment enrolls.
    """
    connection.execute(MACROS)
    connection.execute("create schema if not exists telemetry")
    connection.execute("create schema if not exists analysis")
    slugs = [slug(number) for number in range(experiments)]
    sizes = {"clients": clients, "experiments": experiments, "share": share, "slugs": slugs}
    connection.execute(ENROLL, sizes)
    measures = [
        f"cast(floor(-3 * ln((dice(1000003, '{n}', i, 0) + 1) / 1000004)) as bigint) as {column(n)}"
        for n in range(DEFAULT_METRICS + OTHER_METRICS)
    ]
    connection.execute(TELEMETRY.format(measures=", ".join(measures)), {"clients": clients})
    for name in slugs:
        connection.execute(
            f"create or replace table analysis.enrollments_{name.replace('-', '_')} as "
            f"select * exclude (i, experiment) from {ENROLLED} where experiment = '{name}'"
        )
