"""On which days a client is active: weekly seasonality, churn, many days without use."""

from dbt_jetstream.demo.schedule import Calendar

WEEKEND_FACTOR = 0.75
"""Probability of use on a Saturday or Sunday, relative to a weekday."""


def active_days_sql(calendar: Calendar) -> str:
    """A query for the active days: all columns of `clients`, `day` and `submission_date`.

    A client is active on its enrollment day: one must run the browser to enroll.

    Args:
        calendar: The days.

    Returns:
        A select statement, one row per client and active day.
    """
    return f"""
    select
        clients.*,
        calendar.day,
        calendar.submission_date
    from clients
    cross join (
        select
            day::integer as day,
            date '{calendar.start}' + day::integer as submission_date,
            case
                when isodow(date '{calendar.start}' + day::integer) >= 6 then {WEEKEND_FACTOR}
                else 1.0
            end as day_factor
        from range(-{calendar.history}, {calendar.days}) as numbers (day)
    ) as calendar
    where calendar.day between clients.first_day and clients.last_day
        and (
            draw(clients.key, calendar.day, 'active') < clients.activity * calendar.day_factor
            or calendar.day = clients.enroll_day
        )"""
