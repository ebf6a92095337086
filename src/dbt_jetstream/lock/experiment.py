"""The part of the lock that every node of an experiment shares: who, when, which branches."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from metric_config_parser.experiment import ExperimentConfiguration
from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.checks import date_mistakes
from dbt_jetstream.errors import ConfigErrors

PERIOD_LENGTHS = {AnalysisPeriod.DAY: 1, AnalysisPeriod.WEEK: 7, AnalysisPeriod.DAYS_28: 28}
PREENROLLMENT_LENGTHS = {
    AnalysisPeriod.PREENROLLMENT_WEEK: 7,
    AnalysisPeriod.PREENROLLMENT_DAYS_28: 28,
}


@dataclass(frozen=True)
class Timeline:
    """When an experiment enrolls and ends.

    Attributes:
        start_date: The first enrollment date.
        enrollment_period: Days of enrollment, as configured.
        end_date: The experiment's last day, or None while it is open-ended.
    """

    start_date: dt.date
    enrollment_period: int
    end_date: dt.date | None

    @property
    def enrollment_dates(self) -> int:
        """Dates on which units enroll: a period of n days touches n + 1 dates."""
        return self.enrollment_period + 1

    @property
    def last_enrollment_date(self) -> dt.date:
        """The last date on which units enroll."""
        return self.start_date + dt.timedelta(days=self.enrollment_period)

    @property
    def ends_early(self) -> bool:
        """Whether it ends before the units that enroll last have been observed for a day."""
        return self.end_date is not None and self.end_date <= self.last_enrollment_date

    def windows(self, period: AnalysisPeriod) -> dict[str, Any]:
        """Describe the analysis windows of a period, in days relative to a unit's enrollment.

        Returns:
            `first_day` and `length` of the first window; `repeats`, whether more follow it end to
            end; `not_before`, the date before which none is due. A `length` of None: the window
            is not known yet, since the experiment has no end date, or it is empty, since the
            experiment ends too early.
        """
        if period in PERIOD_LENGTHS:
            return _windows(0, PERIOD_LENGTHS[period], repeats=True)
        if period in PREENROLLMENT_LENGTHS:
            length = PREENROLLMENT_LENGTHS[period]
            return _windows(-length, length)
        if self.end_date is None or self.ends_early:
            return _windows(0, None)
        length = (self.end_date - self.start_date).days - self.enrollment_dates + 1
        return _windows(0, length, not_before=self.end_date)

    def can_have(self, period: AnalysisPeriod) -> bool:
        """Whether any window of a period becomes complete before the experiment ends."""
        windows = self.windows(period)
        if self.end_date is None or period in PREENROLLMENT_LENGTHS:
            return self.end_date is None or self.end_date >= self.last_enrollment_date
        observed = (self.end_date - self.last_enrollment_date).days + 1
        return windows["length"] is not None and (
            not windows["repeats"] or observed >= windows["length"]
        )

    def window_due_on(self, period: AnalysisPeriod, date: dt.date) -> int | None:
        """Return the index of the window that becomes complete on a date, if one does.

        A window is complete when its last day has passed for the units that enrolled last, and
        once enrollment is over.
        """
        windows = self.windows(period)
        if windows["length"] is None or (self.end_date is not None and date > self.end_date):
            return None
        first_day, length = windows["first_day"], windows["length"]
        observed = (date - self.last_enrollment_date).days + 1
        if not windows["repeats"]:
            last_day = max(first_day + length - 1, 0)
            due = (self.last_enrollment_date + dt.timedelta(days=last_day)).isoformat()
            return 1 if date.isoformat() == max(due, windows["not_before"] or due) else None
        index, rest = divmod(observed, length)
        return index if rest == 0 and index > 0 else None


def _windows(
    first_day: int,
    length: int | None,
    *,
    repeats: bool = False,
    not_before: dt.date | None = None,
) -> dict[str, Any]:
    return {
        "first_day": first_day,
        "length": length,
        "repeats": repeats,
        "not_before": not_before.isoformat() if not_before else None,
    }


def timeline(config: ExperimentConfiguration) -> Timeline:
    """Read the dates of a resolved experiment.

    Raises:
        ConfigErrors: If it has no start date or no enrollment period, or odd ones.
    """
    mistakes = list(date_mistakes(config))
    if mistakes or config.start_date is None:
        raise ConfigErrors(mistakes)
    end_date = config.end_date.date() if config.end_date else None
    return Timeline(config.start_date.date(), config.enrollment_period, end_date)


def experiment_part(config: ExperimentConfiguration, dates: Timeline) -> dict[str, Any]:
    """Describe the experiment for the macros; dates as ISO strings."""
    return {
        "slug": config.experiment.normandy_slug,
        "app_name": config.app_name,
        "analysis_unit": config.analysis_unit.value if config.analysis_unit else "client_id",
        "start_date": dates.start_date.isoformat(),
        "enrollment_period": dates.enrollment_period,
        "last_enrollment_date": dates.last_enrollment_date.isoformat(),
        "end_date": dates.end_date.isoformat() if dates.end_date else None,
        "branches": [branch.slug for branch in config.experiment.branches],
        "reference_branch": config.reference_branch,
    }
