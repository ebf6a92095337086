"""Experiments whose cost is known, and the costs that we count for them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.held import held_locks
from dbt_jetstream.review.cost.plans import Costs, costs_of
from dbt_jetstream.review.diff.comparable import read_lock

DAY = dt.timedelta(days=1)
TODAY = dt.date(2026, 12, 31)
START, LAST_ENROLLMENT = dt.date(2026, 3, 2), dt.date(2026, 3, 9)
PERIODS = ("daily", "weekly", "28_day", "overall", "preenrollment_weekly", "preenrollment_days28")
DEFINITIONS = """
[data_sources.clients_daily]
from_expression = "mozdata.telemetry.clients_daily"
experiments_column_type = "simple"

[data_sources.events]
from_expression = "(SELECT e.* FROM mozdata.telemetry.events AS e)"
experiments_column_type = "none"

[metrics.hours]
select_expression = "COALESCE(SUM(active_hours_sum), 0)"
data_source = "clients_daily"
[metrics.hours.statistics.count]

[metrics.countries]
select_expression = "COUNT(DISTINCT country)"
data_source = "clients_daily"
[metrics.countries.statistics.count]

[metrics.kinds]
select_expression = "COUNT(DISTINCT event_method)"
data_source = "events"
analysis_bases = ["enrollments"]
[metrics.kinds.statistics.count]

[segments.data_sources.clients_last_seen]
from_expression = "mozdata.telemetry.clients_last_seen"
window_start = -2
window_end = 3

[segments.seen]
select_expression = "COUNT(ds.client_id) > 0"
data_source = "clients_last_seen"
"""
EVERYTHING = "\n".join(["[metrics]", *(f'{period} = ["hours"]' for period in PERIODS)])
DIRECT = '[metrics]\ndaily = ["hours"]\nweekly = ["countries", "hours"]\noverall = ["kinds"]'
SIGNAL = """
[experiment.exposure_signal]
name = "opened"
friendly_name = "Opened"
description = "Opened it"
data_source = "events"
select_expression = "event_method = 'open'"
window_start = 1
window_end = "analysis_window_end"
"""
QUERY = '''
[experiment]
enrollment_query = """
    SELECT client_id AS analysis_id, branch, submission_date AS enrollment_date
    FROM mozdata.telemetry.own_enrollments
"""
'''
TYPES = ("normandy", "glean-event", "fenix-fallback", "cirrus", "background-update")
# By slug: the experiment's own config, and its end date.
CASES: dict[str, tuple[str, str | None]] = {
    "forty-five-days": (EVERYTHING, "2026-04-16"),
    "direct": (DIRECT, "2026-04-15"),
    "signal": (f'[experiment]\nsegments = ["seen"]\n{SIGNAL}\n{EVERYTHING}', "2026-04-15"),
    "own-query": (f"{QUERY}{EVERYTHING}", "2026-04-15"),
    "open-ended": (DIRECT, None),
    "ends-with-enrollment": (EVERYTHING, LAST_ENROLLMENT.isoformat()),
    **{
        f"type-{name}": (
            f'[experiment]\nenrollments_query_type = "{name}"\n{EVERYTHING}',
            "2026-04-15",
        )
        for name in TYPES
    },
}
# Which data sources have a metric in each period: what the example hub says.
DEMO = {
    "pip-first-time-hint": {
        "daily": {"clients_daily", "events"},
        "weekly": {"clients_daily", "events"},
        "days28": {"clients_daily"},
        "overall": {"clients_daily", "events"},
        "preenrollment_weekly": {"clients_daily"},
    },
    "fenix-toolbar-shortcut": {
        "daily": {"clients_daily"},
        "weekly": {"clients_daily", "events_stream"},
        "days28": {"clients_daily", "events_stream"},
        "overall": {"clients_daily", "events_stream"},
        "preenrollment_weekly": {"clients_daily"},
    },
}


def locked_in(project: Path, slug: str) -> LockedExperiment:
    return read_lock(held_locks(project)[slug])


def costs(project: Path, slug: str, until: dt.date | None = None) -> Costs:
    return costs_of(locked_in(project, slug), TODAY, until)
