"""The calendar of the demo: when its experiments start and which days have telemetry.

Inside the generator a day is an integer: 0 is the experiments' start date, negative days are the
history before it.
"""

import datetime as dt
from dataclasses import dataclass

START_DATE = dt.date(2026, 3, 2)
"""First day of both experiments, a Monday."""

HISTORY_DAYS = 28
"""Days of telemetry before the start: enough for the longest pre-enrollment period."""

LAST_ENROLLMENT_DAY = 7
"""Last day that counts as enrollment; an enrollment period of 7 spans eight dates, 0 to 7."""

DEFAULT_DAYS = 45
"""Days from the start date to the experiments' end date, both included."""


@dataclass(frozen=True)
class Calendar:
    """The days of an experiment, and those before it that have telemetry.

    Attributes:
        start: Day 0.
        history: Days of telemetry before it.
        last_enrollment: The last day that counts as enrollment.
        days: Days of the experiment's life.
    """

    start: dt.date = START_DATE
    history: int = HISTORY_DAYS
    last_enrollment: int = LAST_ENROLLMENT_DAY
    days: int = DEFAULT_DAYS

    @property
    def last(self) -> dt.date:
        """The last date with telemetry."""
        return self.start + dt.timedelta(days=self.days - 1)


DEMO = Calendar()
"""The days of the demo's own experiments."""


def last_date(days: int = DEFAULT_DAYS) -> dt.date:
    """Last date with telemetry, the date up to which an analysis may run.

    Args:
        days: Days of the experiments' life, counted from their start date, at least 1.

    Returns:
        The date `days - 1` days after the start: 2026-04-15 for the default.

    Raises:
        ValueError: If `days` is below 1.
    """
    if days < 1:
        message = f"days is {days}, expected at least 1: pass the days since {START_DATE}"
        raise ValueError(message)
    return START_DATE + dt.timedelta(days=days - 1)
