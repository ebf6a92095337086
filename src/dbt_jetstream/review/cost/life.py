"""An experiment's dates, and when its analysis windows are due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dbt_jetstream.review.cost.scans import DAY, Days


@dataclass(frozen=True)
class Window:
    """An analysis window: days relative to enrollment, inclusive, and the date it is due on."""

    start: int
    end: int
    due: dt.date


@dataclass(frozen=True)
class Life:
    """The dates of an experiment.

    Attributes:
        start: The first enrollment date.
        last_enrollment: The last one.
        end: The last day; of an experiment that is open-ended, the last day that is counted.
        is_open_ended: Whether the experiment has no end yet.
    """

    start: dt.date
    last_enrollment: dt.date
    end: dt.date
    is_open_ended: bool = False

    @property
    def enrollment_dates(self) -> Days:
        """The dates on which units enroll."""
        return Days(self.start, self.last_enrollment)

    def days_of(self, window: Window) -> Days:
        """Return the dates that a window reads: for the first units that enrolled to the last."""
        return Days(self.start + window.start * DAY, self.last_enrollment + window.end * DAY)

    def windows(self, described: dict[str, Any]) -> Iterator[Window]:
        """Yield the windows of a period that fall due, oldest first.

        Args:
            described: The windows, as the lock describes them.
        """
        start, length = described["first_day"], described["length"]
        for due in self._due_dates(described["due"]):
            yield Window(start, start + length - 1, due)
            start += length

    def _due_dates(self, due: dict[str, Any] | list[str]) -> Iterator[dt.date]:
        if isinstance(due, list):
            yield from map(dt.date.fromisoformat, due)
            return
        date = dt.date.fromisoformat(due["first"])
        while date <= self.end:
            yield date
            date += due["every"] * DAY


def life_of(experiment: dict[str, Any], until: dt.date) -> Life:
    """Read the dates of a locked experiment.

    Args:
        experiment: The part of the lock that all models share.
        until: The last day to count for an experiment without an end.
    """
    end = experiment["end_date"]
    return Life(
        dt.date.fromisoformat(experiment["start_date"]),
        dt.date.fromisoformat(experiment["last_enrollment_date"]),
        dt.date.fromisoformat(end) if end else until,
        not end,
    )
