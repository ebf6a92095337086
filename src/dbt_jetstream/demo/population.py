"""Who the clients are: how long they live, how much they browse, which branch they get."""

import duckdb

from dbt_jetstream.demo.experiments import DemoExperiment
from dbt_jetstream.demo.schedule import DEMO, Calendar

ELIGIBLE_SHARE = 0.85
"""Share of clients that the targeting matches; of these, some have left before they enroll."""

MEAN_LIFETIME_DAYS = 220
"""Churn is exponential with this mean, from the client's first day."""

BOT_SHARE = 0.002
"""Clients with 40 times the usual searches: the reason for clipping the highest values."""

POPULATION = """
create or replace temp table clients as
with keyed as (
    select
        i as client_index,
        hash(hash(i, {seed}::bigint, '{app}')) as key
    from range({clients}) as indexes (i)
),
lived as (
    select
        *,
        case
            when draw(key, 0, 'newcomer') < 0.15
                then floor(draw(key, 0, 'first day') * ({history} + 5))::integer - {history} + 1
            else -{history}
        end as first_day
    from keyed
),
targeted as (
    select
        *,
        first_day + floor(exponential(key, 0, 'lifetime') * {lifetime})::integer as last_day,
        greatest(
            first_day,
            case
                when draw(key, 0, 'enrolls when') < 0.015
                    then -1 - floor(draw(key, 0, 'enrolls early') * 3)
                when draw(key, 0, 'enrolls when') < 0.04
                    then {last_enrollment} + 1 + floor(draw(key, 0, 'enrolls late') * 12)
                else floor(pow(draw(key, 0, 'enrolls'), 1.6) * ({last_enrollment} + 1))
            end::integer
        ) as target_day,
        1 + floor(draw(key, 0, 'branch') * {branch_count})::integer as branch_index
    from lived
),
enrolled as (
    select
        *,
        draw(key, 0, 'eligible') < {eligible} and target_day <= last_day as is_enrolled
    from targeted
)
select
    client_index,
    key,
    printf('%016x', key) as client_id,
    -- One client in twenty shares a profile group with the client before it.
    case
        when draw(key, 0, 'no group') < 0.01 then null
        else printf('group-%09d', client_index - (client_index % 20 = 19)::integer)
    end as profile_group_id,
    (key % 100)::bigint as sample_id,
    first_day,
    last_day,
    case when is_enrolled then target_day end as enroll_day,
    case when is_enrolled then {branches}[branch_index] end as branch,
    case when is_enrolled then {branches}[branch_index % {branch_count} + 1] end as other_branch,
    case
        when is_enrolled and draw(key, 0, 'unenrolls') < 0.03
            then target_day + floor(exponential(key, 0, 'unenroll day') * 10)::integer
    end as unenroll_day,
    case
        when draw(key, 0, 'dormant') < 0.12 then 0.03
        else 0.08 + 0.75 * pow(draw(key, 0, 'activity'), 1.2)
    end as activity,
    normal(key, 0, 'engagement') as engagement,
    exp(0.2 + 0.9 * normal(key, 0, 'searcher'))
        * case when draw(key, 0, 'bot') < {bots} then 40 else 1 end as search_rate,
    case
        when draw(key, 0, 'uses feature') < 0.35 then least(8, exp(-1 + normal(key, 0, 'feature')))
        else 0
    end as feature_rate,
    case
        when draw(key, 0, 'country') < 0.34 then 'US'
        when draw(key, 0, 'country') < 0.52 then 'DE'
        when draw(key, 0, 'country') < 0.63 then 'FR'
        when draw(key, 0, 'country') < 0.72 then 'PL'
        when draw(key, 0, 'country') < 0.80 then 'BR'
        else 'IN'
    end as home_country
from enrolled
"""


def create_population(
    connection: duckdb.DuckDBPyConnection,
    experiment: DemoExperiment,
    clients: int,
    seed: int,
    calendar: Calendar = DEMO,
) -> None:
    """Create the temporary table `clients`, one row per client of an application.

    Days are integers relative to the experiments' start. `activity` is the probability of an
    active weekday, `engagement` a standard normal score, rates are expectations per active day.
    `enroll_day`, `branch` and `other_branch` are null for clients that never enroll.

    Args:
        connection: A connection with the macros of `randomness`.
        experiment: The experiment whose branches the clients get.
        clients: Number of clients.
        seed: Any 64-bit integer.
        calendar: The days.
    """
    connection.execute(
        POPULATION.format(
            app=experiment.app,
            seed=seed,
            clients=clients,
            history=calendar.history,
            lifetime=MEAN_LIFETIME_DAYS,
            last_enrollment=calendar.last_enrollment,
            eligible=ELIGIBLE_SHARE,
            bots=BOT_SHARE,
            branches=list(experiment.branches),
            branch_count=len(experiment.branches),
        )
    )
