"""Desktop's shape: `telemetry.clients_daily` and `telemetry.events`."""

import duckdb

from dbt_jetstream.demo.activity import active_days_sql
from dbt_jetstream.demo.experiments import DESKTOP, effect_sql
from dbt_jetstream.demo.schedule import START_DATE, Calendar

OTHER_SLUG = "another-experiment"
"""An experiment that runs at the same time and must not be mixed up with ours."""

CLIENTS_DAILY = """
create or replace table telemetry.clients_daily as
with active_days as ({active_days}
),
usage as (
    select
        *,
        -- Capped before the effect: the effect stays exact and no day has more than 24 hours.
        least(20, exp(-1 + engagement + 0.6 * normal(key, day, 'hours')))
            * case when day >= enroll_day then {hours_effect} else 1 end as hours,
        round_at_random(
            search_rate * exponential(key, day, 'searches'), key, day, 'searches rounded'
        ) as searches,
        day >= enroll_day
            and (unenroll_day is null or day <= unenroll_day)
            -- On the enrollment day, some daily aggregates date from before the enrollment.
            and (day > enroll_day or draw(key, day, 'aggregated early') > 0.35) as in_experiment
    from active_days
)
select
    client_id,
    profile_group_id,
    submission_date,
    case when draw(key, day, 'no hours') > 0.01 then hours end as active_hours_sum,
    case when draw(key, day, 'no searches') > 0.01 then searches end as search_count_all,
    case
        when draw(key, day, 'no ad clicks') > 0.03
            then round_at_random(searches * 0.05 * exponential(key, day, 'ads'), key, day, 'ads 2')
    end as ad_clicks_count_all,
    case
        when draw(key, day, 'no uris') > 0.005
            then round_at_random(
                hours * 30 * exp(0.5 * normal(key, day, 'uris')), key, day, 'uris rounded'
            )
    end as scalar_parent_browser_engagement_total_uri_count_sum,
    case
        when draw(key, day, 'no default') > 0.02
            then draw(key, 0, 'default') < 0.4 or draw(key, day, 'default today') < 0.01
    end as is_default_browser,
    case
        when draw(key, day, 'no country') < 0.01 then null
        when draw(key, day, 'travels') < 0.02 then 'NL'
        else home_country
    end as country,
    sample_id,
    case
        when not coalesce(in_experiment, false) then []
        when draw(key, 0, 'mixed up') < 0.005 and draw(key, day, 'mixed up') < 0.3
            then [{{'key': '{slug}', 'value': other_branch}}]
        else [{{'key': '{slug}', 'value': branch}}]
    end || case
        when draw(key, 0, 'other experiment') < 0.2
            then [{{'key': '{other_slug}', 'value': 'control'}}]
        else []
    end as experiments
from usage
"""

EVENTS = """
create or replace table telemetry.events as
with active_days as ({active_days}
),
toggles as (
    select
        *,
        unnest(range(round_at_random(
            feature_rate
                * exponential(key, day, 'toggles')
                * case when day >= enroll_day then {toggles_effect} else 1 end,
            key, day, 'toggles rounded'
        )))::integer as nth
    from active_days
    where feature_rate > 0
)
select
    client_id,
    profile_group_id,
    date '{start}' + day as submission_date,
    'normandy' as event_category,
    kind as event_method,
    'nimbus_experiment' as event_object,
    '{slug}' as event_string_value,
    case kind
        when 'expose' then [{{'key': 'branchSlug', 'value': branch}}]
        when 'enroll' then [{{'key': 'branch', 'value': branch}}]
        else [{{'key': 'branch', 'value': branch}}, {{'key': 'reason', 'value': 'optout'}}]
    end as event_map_values,
    sample_id
from participation

union all

select
    client_id,
    profile_group_id,
    date '{start}' + first_day,
    'normandy',
    'enroll',
    'nimbus_experiment',
    '{other_slug}',
    [{{'key': 'branch', 'value': 'control'}}],
    sample_id
from clients
where draw(key, 0, 'other experiment') < 0.2 and first_day <= last_day and first_day < {days}

union all

select
    client_id,
    profile_group_id,
    submission_date,
    'pictureinpicture',
    unnest(case
        when draw(key, day * 1000 + nth, 'opens') < 0.25 then ['toggle_shown', 'window_opened']
        else ['toggle_shown']
    end),
    case when draw(key, day * 1000 + nth, 'no object') > 0.05 then 'player' end,
    null,
    [{{'key': 'firstTimeToggle', 'value': (nth = 0)::varchar}}],
    sample_id
from toggles
"""


def create_desktop_tables(connection: duckdb.DuckDBPyConnection, days: int) -> None:
    """Write desktop's two tables, replacing older ones.

    `telemetry.clients_daily` has one row per client and active day; maps are lists of
    (key, value) structs, as BigQuery has them. `telemetry.events` has one row per event.

    Args:
        connection: A connection with `clients` and `participation` of the desktop population.
        days: Days of the experiments' life.
    """
    values = {
        "active_days": active_days_sql(Calendar(days=days)),
        "days": days,
        "start": START_DATE,
        "slug": DESKTOP.slug,
        "other_slug": OTHER_SLUG,
        "hours_effect": effect_sql(DESKTOP, "active_hours"),
        "toggles_effect": effect_sql(DESKTOP, "pip_toggles"),
    }
    connection.execute("create schema if not exists telemetry")
    connection.execute(CLIENTS_DAILY.format(**values))
    connection.execute(EVENTS.format(**values))
