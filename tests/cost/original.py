"""What the original computes on each date, as mozanalysis dates it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from mozanalysis.experiment import TimeLimits

from cost.cases import DAY
from dbt_jetstream.review.cost.plans import Costs


def time_limits(period: str, start: dt.date, end: dt.date, date: dt.date) -> TimeLimits | None:
    """What mozanalysis says of the window that the original computes for a date, if one is due.

    As in `Analysis._get_timelimits_if_ready` of mozilla-jetstream, with 8 enrollment dates.
    """
    dates = {"first_enrollment_date": str(start), "num_dates_enrollment": 8}
    before, length = str(date - DAY), (end - start).days - 8 + 1
    single = {"last_date_full_data": before, **dates}
    if period == "overall":
        limits = {"analysis_start_days": 0, "analysis_length_dates": length, **single}
        # mozanalysis refuses an empty window.
        is_due = date == end and length > 0
        return TimeLimits.for_single_analysis_window(**limits) if is_due else None
    if period.startswith("preenrollment"):
        days = 7 if period == "preenrollment_weekly" else 28
        limits = {"analysis_start_days": -days, "analysis_length_dates": days, **single}
        is_due = date == start + 8 * DAY
        return TimeLimits.for_single_analysis_window(**limits) if is_due else None
    today, yesterday = (series(period, on, dates) for on in (str(date), before))
    is_new = today is not None and (
        yesterday is None or len(today.analysis_windows) > len(yesterday.analysis_windows)
    )
    return last_window(today) if today is not None and is_new else None


def series(period: str, date: str, dates: dict[str, Any]) -> TimeLimits | None:
    label = {"daily": "daily", "weekly": "weekly", "days28": "28_day"}[period]
    try:
        return TimeLimits.for_ts(last_date_full_data=date, time_series_period=label, **dates)
    except ValueError:
        return None


def last_window(limits: TimeLimits) -> TimeLimits:
    last = limits.analysis_windows[-1]
    return TimeLimits(
        first_enrollment_date=limits.first_enrollment_date,
        last_enrollment_date=limits.last_enrollment_date,
        first_date_data_required=str(
            dt.date.fromisoformat(limits.first_enrollment_date) + last.start * DAY
        ),
        last_date_data_required=limits.last_date_data_required,
        analysis_windows=[last],
    )


def due(found: Costs) -> Iterator[tuple[str, dt.date, TimeLimits]]:
    """Yield period, date and limits of everything that the original computes."""
    life = found.definition.life
    date = life.start
    while date <= life.end:
        for node in found.definition.periods:
            limits = time_limits(node.meta["period"], life.start, life.end, date)
            if limits is not None:
                yield node.meta["period"], date, limits
        date += DAY


def required(limits: TimeLimits) -> tuple[dt.date, dt.date]:
    first, last = limits.first_date_data_required, limits.last_date_data_required
    return dt.date.fromisoformat(first), dt.date.fromisoformat(last)
