"""Both plans of an experiment side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.cost.here import scans_here
from dbt_jetstream.review.cost.original import scans_of_original
from dbt_jetstream.review.cost.scans import Purpose, Scan, Source
from dbt_jetstream.review.cost.what_is_read import Definition, definition_of

HERE, ORIGINAL = "here", "original"


@dataclass(frozen=True)
class Plan:
    """The queries that read telemetry.

    Attributes:
        scans: Their readings of data sources.
    """

    scans: tuple[Scan, ...]

    @property
    def without_arrival(self) -> Plan:
        """What reads more than dates."""
        return Plan(tuple(scan for scan in self.scans if scan.purpose != Purpose.ARRIVAL))

    @property
    def source_days(self) -> int:
        """How many days of data sources are read."""
        return sum(scan.source_days for scan in self.scans)

    def of(self, source: Source | None = None, *purposes: Purpose) -> Plan:
        """Choose the readings of a source, for some purposes; by default all."""
        return Plan(
            tuple(
                scan
                for scan in self.scans
                if (source is None or scan.source == source)
                and (not purposes or scan.purpose in purposes)
            )
        )


# What the readings of an experiment cost in bytes.
BytesOfPlan = Callable[[Definition, Plan], float]


@dataclass(frozen=True)
class Costs:
    """What an experiment reads of telemetry.

    Attributes:
        definition: The experiment.
        until: The last date that is counted; None for the whole life.
    """

    definition: Definition
    until: dt.date | None

    @property
    def slug(self) -> str:
        """The experiment."""
        return self.definition.locked.slug

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """What is read here, and by the original's plan."""
        return {
            HERE: self._plan(scans_here(self.definition)),
            ORIGINAL: self._plan(scans_of_original(self.definition)),
        }

    @property
    def here(self) -> Plan:
        """What our models read, dates alone aside."""
        return self.plans[HERE].without_arrival

    @property
    def original(self) -> Plan:
        """What the original would read."""
        return self.plans[ORIGINAL]

    @property
    def arrival(self) -> Plan:
        """What is read here of dates alone, to see whether telemetry has arrived."""
        return self.plans[HERE].of(None, Purpose.ARRIVAL)

    @cached_property
    def sources(self) -> list[Source]:
        """What is read, in the order of the flow."""
        scans = [*self.here.scans, *self.original.scans]
        return list(dict.fromkeys(scan.source for scan in scans))

    def distinct_days(self, source: Source) -> int:
        """Count the days of a source that anyone reads: there is no less to read."""
        plans = (self.here, self.original)
        scans = [scan for plan in plans for scan in plan.of(source).scans]
        return len({date for scan in scans for days in scan.days for date in days})

    def _plan(self, scans: Iterable[Scan]) -> Plan:
        until = self.until
        return Plan(tuple(s for s in scans if s.source_days and (until is None or s.on <= until)))


def costs_of(locked: LockedExperiment, today: dt.date, until: dt.date | None) -> Costs:
    """Count what a locked experiment reads.

    Args:
        locked: The experiment.
        today: The last day with complete telemetry: an experiment without an end is counted so far.
        until: The last day to count of any experiment; None for their whole lives.
    """
    found = definition_of(locked, until or today)
    return Costs(found, until or (today if found.life.is_open_ended else None))
