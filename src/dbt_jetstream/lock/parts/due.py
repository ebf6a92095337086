"""When analysis windows are due: the one place that counts it. All else reads the list."""

from __future__ import annotations

import datetime as dt

from dbt_jetstream.lock.definition.windows import Every, Period

DAY = dt.timedelta(days=1)
LENGTHS = {"daily": 1, "weekly": 7, "days28": 28}
PREENROLLMENT_LENGTHS = {"preenrollment_weekly": 7, "preenrollment_days28": 28}
OVERALL = "overall"


def windows_of(period: str, last_enrollment: dt.date, end: dt.date | None) -> Period:
    """Return the windows of a period, with the dates that they are due on.

    A window is due when its last day has passed for the units that enrolled last, and enrollment is
    over. None is due after the experiment's end, but what lies before enrollment is computed with
    it even after an early end.

    Args:
        period: The period, by its table suffix.
        last_enrollment: The last enrollment date.
        end: The experiment's last day, or None while it is open-ended.
    """
    if period in LENGTHS:
        length = LENGTHS[period]
        return Period(length=length, repeats=True, due=_repeated(length, last_enrollment, end))
    if period in PREENROLLMENT_LENGTHS:
        length = PREENROLLMENT_LENGTHS[period]
        return Period(first_day=-length, length=length, due=[last_enrollment])
    if end is None or end <= last_enrollment:
        return Period(length=None, due=[])
    length = (end - last_enrollment).days
    return Period(length=length, not_before=end, due=[end])


def _repeated(length: int, last_enrollment: dt.date, end: dt.date | None) -> list[dt.date] | Every:
    first = last_enrollment + (length - 1) * DAY
    if end is None:
        return Every(first=first, every=length)
    count = max((end - first).days // length + 1, 0)
    return [first + n * length * DAY for n in range(count)]


def can_have(period: Period, end: dt.date | None) -> bool:
    """Whether any window of a period becomes complete before the experiment ends."""
    if period.length is None:
        return end is None
    return isinstance(period.due, Every) or any(end is None or due <= end for due in period.due)
