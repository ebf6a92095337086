"""What clients report about an experiment: enrollments, exposures, unenrollments, and their flaws.

Real reports are untidy, and an analysis must survive that. The shares below are of enrolled
clients.
"""

import duckdb

from dbt_jetstream.demo.schedule import Calendar

REPEATED_SHARE = 0.04
"""Clients that report their enrollment a second time, on the same or a later day."""

CONTRADICTORY_SHARE = 0.007
"""Clients that report a second branch as well."""

EXPOSED_SHARE = 0.6
"""Clients that meet the feature, from the enrollment day on; some only after enrollment closed."""

EARLY_EXPOSURE_SHARE = 0.03
"""Clients with an exposure report from before their enrollment, which must not count."""

PARTICIPATION = """
create or replace temp table participation as
with reports as (
    select key, enroll_day as day, 'enroll' as kind, branch
    from clients
    where enroll_day is not null

    union all

    select key, enroll_day + floor(draw(key, 0, 'repeat day') * 6)::integer, 'enroll', branch
    from clients
    where enroll_day is not null and draw(key, 0, 'repeats') < {repeated}

    union all

    select key, enroll_day + floor(draw(key, 0, 'second day') * 4)::integer, 'enroll', other_branch
    from clients
    where enroll_day is not null and draw(key, 0, 'contradicts') < {contradictory}

    union all

    select
        key,
        enroll_day + floor(exponential(key, 0, 'exposure day') * 3)::integer + nth * 2,
        'expose',
        branch
    from (
        select
            *,
            unnest(range(1 + floor(exponential(key, 0, 'exposures'))::integer))::integer as nth
        from clients
        where enroll_day is not null and draw(key, 0, 'exposed') < {exposed}
    )

    union all

    select
        key,
        enroll_day - 1 - floor(draw(key, 0, 'early exposure') * 3)::integer,
        'expose',
        branch
    from clients
    where enroll_day is not null and draw(key, 0, 'exposed early') < {early_exposed}

    union all

    select key, unenroll_day, 'unenroll', branch
    from clients
    where unenroll_day is not null
)
select
    clients.client_id,
    clients.profile_group_id,
    clients.sample_id,
    clients.key,
    reports.day,
    reports.kind,
    reports.branch
from reports
inner join clients using (key)
where reports.day between greatest(clients.first_day, -{history})
    and least(clients.last_day, {days} - 1)
"""


def create_participation(connection: duckdb.DuckDBPyConnection, calendar: Calendar) -> None:
    """Create the temporary table `participation`, one row per report of a client.

    Columns: client_id, profile_group_id, sample_id, key, day, kind (enroll, expose or unenroll)
    and branch.

    Args:
        connection: A connection with the table `clients` of `population`.
        calendar: The days; later reports are dropped.
    """
    connection.execute(
        PARTICIPATION.format(
            repeated=REPEATED_SHARE,
            contradictory=CONTRADICTORY_SHARE,
            exposed=EXPOSED_SHARE,
            early_exposed=EARLY_EXPOSURE_SHARE,
            history=calendar.history,
            days=calendar.days,
        )
    )
