"""Glean's shape, as Firefox for Android has it: `fenix.clients_daily`, `fenix.events_stream`."""

import duckdb

from dbt_jetstream.demo.activity import active_days_sql
from dbt_jetstream.demo.experiments import FENIX, effect_sql
from dbt_jetstream.demo.schedule import START_DATE, Calendar

CLIENTS_DAILY = """
create or replace table fenix.clients_daily as
with active_days as ({active_days}
),
usage as (
    select
        *,
        least(12, exp(-1.6 + 0.9 * engagement + 0.7 * normal(key, day, 'hours'))) as hours,
        round_at_random(
            0.7 * search_rate * exponential(key, day, 'searches'), key, day, 'searches rounded'
        ) as searches
    from active_days
)
select
    client_id,
    submission_date,
    case
        when draw(key, day, 'no duration') > 0.02
            then round_at_random(hours * 3600, key, day, 'seconds rounded')
    end as active_seconds,
    case
        when draw(key, day, 'no uris') > 0.005
            then round_at_random(
                hours * 40 * exp(0.5 * normal(key, day, 'uris')), key, day, 'uris rounded'
            )
    end as uri_count,
    searches as search_count,
    case
        when draw(key, day, 'no ad clicks') > 0.03
            then round_at_random(searches * 0.08 * exponential(key, day, 'ads'), key, day, 'ads 2')
    end as ad_clicks,
    case
        when draw(key, day, 'no default') > 0.02 then draw(key, 0, 'default') < 0.3
    end as is_default_browser,
    case when draw(key, day, 'no country') > 0.01 then home_country end as country,
    sample_id
from usage
"""

EVENTS_STREAM = """
create or replace table fenix.events_stream as
with active_days as ({active_days}
),
taps as (
    select
        *,
        unnest(range(round_at_random(
            2 * feature_rate
                * exponential(key, day, 'taps')
                * case when day >= enroll_day then {taps_effect} else 1 end,
            key, day, 'taps rounded'
        )))::integer as nth
    from active_days
    where feature_rate > 0
),
events as (
    select
        client_id,
        key,
        day,
        0 as nth,
        'nimbus_events' as event_category,
        case kind
            when 'enroll' then 'enrollment'
            when 'expose' then 'exposure'
            else 'unenrollment'
        end as event_name,
        json_object('branch', branch, 'experiment', '{slug}') as event_extra,
        sample_id
    from participation

    union all

    select
        -- A few pings have lost their client; they belong to no unit.
        case when draw(key, day, 'lost client') > 0.003 then client_id end,
        key,
        day,
        nth,
        'toolbar',
        'tapped',
        case
            when draw(key, day * 1000 + nth, 'no extra') < 0.05 then null
            when draw(key, day * 1000 + nth, 'shortcut') < 0.3 then json_object('item', 'shortcut')
            else json_object('item', 'address_bar')
        end,
        sample_id
    from taps
)
select
    client_id,
    date '{start}' + day
        + to_milliseconds(floor(
            draw(key, day * 1000 + nth, event_name || ' time') * 86400000
        )::bigint) as submission_timestamp,
    event_category,
    event_name,
    event_extra,
    sample_id
from events
"""


def create_fenix_tables(connection: duckdb.DuckDBPyConnection, days: int) -> None:
    """Write the two tables of Firefox for Android, replacing older ones.

    `fenix.clients_daily` has one row per client and active day and no experiments column.
    `fenix.events_stream` has one row per event, its details in the JSON column `event_extra`.

    Args:
        connection: A connection with `clients` and `participation` of the Fenix population.
        days: Days of the experiments' life.
    """
    values = {
        "active_days": active_days_sql(Calendar(days=days)),
        "start": START_DATE,
        "slug": FENIX.slug,
        "taps_effect": effect_sql(FENIX, "toolbar_taps"),
    }
    connection.execute("create schema if not exists fenix")
    connection.execute(CLIENTS_DAILY.format(**values))
    connection.execute(EVENTS_STREAM.format(**values))
