"""The unit in which cost is counted: one day of a data source, read by one query."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

DAY = dt.timedelta(days=1)


class Purpose(StrEnum):
    """What telemetry is read for."""

    ENROLLMENTS = "enrollments"
    DAYS = "days"
    WINDOWS = "windows"
    # Whether telemetry has arrived: the newest date, and no other column.
    ARRIVAL = "arrival"


class Kind(StrEnum):
    """Which columns are read."""

    ENROLLMENT_EVENTS = "enrollment events"
    SEGMENTS = "segments"
    SIGNAL = "exposure signal"
    CLIENT_DAYS = "client days"
    METRICS = "metrics"
    DIRECT_METRICS = "direct metrics"
    DATE = "date"


@dataclass(frozen=True, order=True)
class Source:
    """What is read.

    Attributes:
        name: The data source.
        tables: Its telemetry tables, in full.
    """

    name: str
    tables: tuple[str, ...]


@dataclass(frozen=True)
class Days:
    """A range of dates, inclusive; empty where `last` is before `first`."""

    first: dt.date
    last: dt.date

    def __len__(self) -> int:
        return max((self.last - self.first).days + 1, 0)

    def __iter__(self) -> Iterator[dt.date]:
        return (self.first + i * DAY for i in range(len(self)))

    def until(self, last: dt.date) -> Days:
        """Leave out what is later than a date."""
        return Days(self.first, min(self.last, last))


@dataclass(frozen=True)
class Read:
    """What a scan reads of its data source.

    Attributes:
        kind: Which columns.
        model: The dbt model that reads them, or in the original the period's.
        bases: The analysis bases whose metrics they are for.
    """

    kind: Kind
    model: str = ""
    bases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scan:
    """One query's reading of one data source.

    Attributes:
        source: What is read.
        purpose: What for.
        read: Which columns.
        days: The ranges of dates, one for each place of the query that reads the source.
        on: The date for which the query runs: the last one whose telemetry is complete.
    """

    source: Source
    purpose: Purpose
    read: Read
    days: tuple[Days, ...]
    on: dt.date

    @property
    def source_days(self) -> int:
        """How many days of the source are read."""
        return sum(len(days) for days in self.days)
