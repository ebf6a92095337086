"""Checks the dates that every window counts from."""

from __future__ import annotations

from collections.abc import Iterator

from metric_config_parser.experiment import ExperimentConfiguration

from dbt_jetstream.checks.names import shown
from dbt_jetstream.checks.reasons import NoEnrollmentPeriodException, NoStartDateException
from dbt_jetstream.errors import ConfigError

# Days and years beyond these are slips, and cannot be counted with.
MAX_DAYS = 3650
YEARS = range(2000, 2100)


def date_mistakes(config: ExperimentConfiguration) -> Iterator[ConfigError]:
    """Yield what is missing or odd in the dates that every window counts from."""
    slug = shown(config.normandy_slug or "")
    period = config.enrollment_period
    if period <= 0:
        problem = (
            f"the experiment has no enrollment period ({period} days); set `enrollmentEndDate` or "
            "`proposedEnrollment`, or `enrollment_period` in its config"
        )
        yield NoEnrollmentPeriodException(None, f"{slug}.enrollmentEndDate", problem)
    elif period > MAX_DAYS:
        problem = f"enrollment takes {period} days; correct its dates: {MAX_DAYS} are the most"
        yield ConfigError(None, f"{slug}.enrollmentEndDate", problem)
    if config.start_date is None:
        problem = "the experiment has no start date; set `startDate`, or `start_date` in its config"
        yield NoStartDateException(None, f"{slug}.startDate", problem)
    for key, date in {"startDate": config.start_date, "endDate": config.end_date}.items():
        if date is not None and date.year not in YEARS:
            problem = f"{date.date()} is not within {YEARS[0]} and {YEARS[-1]}; correct the date"
            yield ConfigError(None, f"{slug}.{key}", problem)
