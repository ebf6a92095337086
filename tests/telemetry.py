"""Small made-up telemetry of every platform, with the traps that real telemetry sets.

Units enroll too early and too late, in two branches, in no branch and several times; ids are
missing; exposures come before enrollment, in the other branch and after enrollment closed; on the
enrollment day some rows do not report the experiment yet. Nothing is random: a hash decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import duckdb

START = dt.date(2026, 3, 2)
UNITS = 360

MACRO = """
create temp macro dice(sides, what, a, b) as cast(hash(what, a, b) % sides as integer);
create temp macro later(day, days) as day + cast(days as integer);
create temp macro noon(day) as cast(day as timestamp) + interval 12 hour;
"""

# Two clients share a profile group; each has a sample id of its own.
UNITS_TABLE = """
create temp table units as
select
    u,
    if(u % 61 = 0, null, 'c' || u) as client_id,
    if(u % 53 = 0, null, 'g' || (u // 2)) as profile_group_id,
    dice(100, 'sample', u, 0) as sample_id
from range({units}) as numbers(u)
"""

# Days from two before the first enrollment date to two after an enrollment of four.
PARTICIPATION = """
create temp table participation as
select
    slug,
    units.*,
    later(date '{start}', dice(8, 'day', slug, u) - 2) as enrolled_on,
    case
        when dice(25, 'no branch', slug, u) = 0 then null
        when dice(2, 'branch', slug, u) = 0 then 'control'
        else 'treatment'
    end as branch
from units
cross join slugs
where dice(10, 'enrolls', slug, u) < 8
union all
-- once more, in another branch
select
    slug,
    units.*,
    later(date '{start}', dice(4, 'second day', slug, u)) as enrolled_on,
    if(dice(2, 'branch', slug, u) = 0, 'treatment', 'control') as branch
from units
cross join slugs
where dice(10, 'enrolls twice', slug, u) = 0
"""

EVENTS = """
create temp table nimbus_events as
select
    participation.* exclude (enrolled_on),
    'enrollment' as name,
    later(enrolled_on, 2 * time) as day
from participation
cross join range(3) as times(time)
where time <= dice(3, 'events', slug, u)
union all
select
    participation.* exclude (enrolled_on) replace (
        if(dice(8, 'wrong branch', slug, u + 1000 * time) = 0, 'control', branch) as branch
    ),
    if(dice(2, 'word', slug, u) = 0, 'exposure', 'expose') as name,
    later(enrolled_on, dice(9, 'exposed', slug, u + 1000 * time) - 2) as day
from participation
cross join range(4) as times(time)
where time < dice(4, 'exposures', slug, u)
"""

# One or two rows a day, before enrollment and past the end of the experiments.
USAGE = """
create temp table usage as
select
    units.*,
    later(date '{start}', day - 10) as day,
    if(dice(9, 'no minutes', u, day) = 0, null, dice(90, 'minutes', u, day) / 4) as minutes,
    ['DE', 'FR', 'IT'][1 + dice(3, 'country', u, day + 100 * row)] as country,
    dice(5, 'opened', u, day + 100 * row) as opened
from units
cross join range(40) as days(day)
cross join range(2) as rows(row)
where dice(2, 'active', u, day) = 0 and (row = 0 or dice(4, 'twice', u, day) = 0)
"""

REPORTED = """
create temp table reported as
select
    usage.u,
    usage.day,
    list(struct_pack(
        key := slug,
        value := if(dice(40, 'contradicts', slug, usage.u) = 0, 'treatment', branch)
    ) order by slug, branch) as experiments
from (select distinct u, day from usage) as usage
inner join participation
    on participation.u = usage.u
    and participation.enrolled_on <= usage.day
    and (participation.enrolled_on < usage.day or dice(3, 'not yet', slug, usage.u) > 0)
group by all
"""

# Each client has up to three records, on three different days: which one is the earliest is clear.
BACKGROUND = """
create temp table background as
select
    slug,
    units.*,
    record,
    if(dice(2, 'background branch', slug, u + 1000 * record) = 0, 'control', 'treatment') as branch,
    later(date '{start}', (dice(7, 'background', slug, u) + 2 * record) % 7 - 2) as day
from units
cross join slugs
cross join range(3) as records(record)
cross join range(2) as times(time)
where
    dice(2, 'background record', slug, u + 1000 * record) = 0
    and time <= dice(2, 'background twice', slug, u)
    and (client_id is not null or record = 0)
"""

DESKTOP = """
create schema telemetry;
create table telemetry.events as
select
    client_id,
    profile_group_id,
    sample_id,
    day as submission_date,
    noon(day) as submission_timestamp,
    'normandy' as event_category,
    if(name = 'enrollment', 'enroll', name) as event_method,
    'preference_study' as event_object,
    slug as event_string_value,
    [struct_pack(
        key := if(name = 'enrollment', 'branch', 'branchSlug'), value := branch
    )] as event_map_values
from nimbus_events
union all
select
    client_id,
    profile_group_id,
    sample_id,
    day,
    noon(day),
    'browser.launched_to_handle',
    'system_notification',
    'toast',
    null,
    [struct_pack(key := 'name', value := slug || ':' || branch)]
from background
where record = 2;

-- the two other ids are those of other clients: to join on the wrong column shows
create table telemetry.clients_daily as
select
    usage.* exclude (u, day),
    'c' || ((u + 1) % {units}) as glean_id,
    'c' || ((u + 2) % {units}) as legacy_id,
    day as submission_date,
    noon(day) as submission_timestamp,
    coalesce(experiments, []) as experiments
from usage
left join reported using (u, day);

create table telemetry.searches as
select
    client_id,
    day as submission_date,
    noon(day) as submission_timestamp,
    dice(6, 'searches', u, day) as number
from (select distinct u, client_id, day from usage)
where dice(3, 'searched', u, day) > 0
"""

GLEAN = """
create schema {dataset};
create table {dataset}.events_stream as
select
    client_id,
    profile_group_id,
    sample_id,
    noon(day) as submission_timestamp,
    'nimbus_events' as event_category,
    name as event_name,
    json_object('experiment', slug, 'branch', branch) as event_extra,
    null::double as minutes,
    null::varchar as country,
    null::integer as opened
from nimbus_events
union all
select
    client_id,
    profile_group_id,
    sample_id,
    noon(day),
    'usage',
    'seen',
    json_object('experiment', experiment.key, 'branch', experiment.value),
    minutes,
    country,
    opened
from (
    select usage.*, experiments[1 + dice(len(experiments), 'one of them', u, day)] as experiment
    from usage
    left join reported using (u, day)
);

create table {dataset}.baseline as
select
    struct_pack(client_id := client_id) as client_info,
    struct_pack(experiments := list_transform(
        coalesce(experiments, []),
        lambda x: struct_pack(key := x.key, value := struct_pack(branch := x.value))
    )) as ping_info,
    sample_id,
    day as submission_date,
    noon(day) as submission_timestamp,
    minutes,
    country,
    opened
from usage
left join reported using (u, day)
"""

# Enrollments of another channel do not count; one ping holds two events.
CIRRUS = """
create schema monitor_cirrus;
create temp table cirrus_pings as
select
    name,
    noon(day) as submission_timestamp,
    struct_pack(
        app_channel := if(dice(9, 'channel', slug, u) = 0, 'staging', 'production')
    ) as client_info,
    [
        struct_pack(
            category := if(times.first, 'cirrus_events', 'other_events'),
            name := name,
            extra := [
                struct_pack(key := 'nimbus_user_id', value := client_id),
                struct_pack(key := 'experiment', value := slug),
                struct_pack(key := 'branch', value := branch)
            ]
        )
        for times in [struct_pack(first := true), struct_pack(first := false)]
    ] as events
from nimbus_events;
create table monitor_cirrus.enrollment as
select * exclude (name) from cirrus_pings where name = 'enrollment';
create table monitor_cirrus.events as
select * exclude (name) from cirrus_pings where name != 'enrollment';

create schema monitor_frontend;
create table monitor_frontend.sessions as
select
    client_id as nimbus_user_id,
    day as submission_date,
    noon(day) as submission_timestamp,
    minutes,
    country,
    opened
from usage
"""

BACKGROUND_UPDATE = """
create schema firefox_desktop_background_update;
create table firefox_desktop_background_update.events_stream as
select
    sample_id,
    noon(day) as submission_timestamp,
    'nimbus_events' as event_category,
    'enrollment' as event_name,
    json_object('experiment', slug, 'branch', branch) as event_extra,
    json_object('uuid', json_object('background_update_client_id', client_id)) as metrics
from background
where record = 0;
create table firefox_desktop_background_update.background_update as
select
    sample_id,
    noon(day) as submission_timestamp,
    struct_pack(uuid := struct_pack(background_update_client_id := client_id)) as metrics,
    struct_pack(experiments := [
        struct_pack(key := 'another', value := struct_pack(branch := 'control')),
        struct_pack(key := slug, value := struct_pack(branch := branch))
    ]) as ping_info
from background
where record = 1
"""

STEPS = (MACRO, UNITS_TABLE, PARTICIPATION, EVENTS, USAGE, REPORTED, BACKGROUND, DESKTOP)


def create(
    connection: duckdb.DuckDBPyConnection, slugs: Iterable[str], glean_datasets: Iterable[str]
) -> None:
    """Write the telemetry of experiments that start on `START`.

    Every table has a `submission_timestamp`.
    """
    connection.execute("create temp table slugs as select unnest(?) as slug", [list(slugs)])
    for step in (*STEPS, CIRRUS, BACKGROUND_UPDATE):
        connection.execute(step.replace("{start}", str(START)).replace("{units}", str(UNITS)))
    for dataset in glean_datasets:
        connection.execute(GLEAN.replace("{dataset}", dataset))
