"""What of a locked experiment decides which telemetry is read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.lock.parts.enrollments import ENROLLMENT_ROLES
from dbt_jetstream.lock.parts.fragments import bigquery_sql
from dbt_jetstream.review.cost.life import Life, Window, life_of
from dbt_jetstream.review.cost.scans import DAY, Days, Source
from dbt_jetstream.review.diff.comparable import SANITY

ENROLLMENT_EVENTS = "enrollment events"
# A client that reported its branch in the week before enrollment did not enroll in it.
FALLBACK_LOOKBACK = 7


@dataclass(frozen=True)
class Definition:
    """A locked experiment and its life.

    Attributes:
        locked: The experiment.
        life: Its dates.
    """

    locked: LockedExperiment
    life: Life

    @property
    def meta(self) -> dict[str, Any]:
        """What the enrollments are made from."""
        return self.locked.nodes[0].meta

    @property
    def signal(self) -> dict[str, Any] | None:
        """The experiment's own exposure signal."""
        found: dict[str, Any] | None = self.meta.get("exposure_signal")
        return found

    @cached_property
    def client_days(self) -> list[Node]:
        """The models that keep client days."""
        return [node for node in self.locked.nodes if "data_source" in node.meta]

    @cached_property
    def periods(self) -> list[Node]:
        """The models that hold metrics, one per period."""
        return [node for node in self.locked.nodes if "data_sources" in node.meta]

    def source(self, name: str, *fragments: Any) -> Source:
        """Name a data source with the tables that its SQL reads."""
        texts = [bigquery_sql(fragment) for fragment in fragments]
        tables = [t.dotted for t in self.locked.tables if any(t.placeholder in x for x in texts)]
        return Source(name, tuple(tables))

    @cached_property
    def signal_source(self) -> Source:
        """What the exposure signal reads."""
        assert self.signal is not None
        return self.source(f"exposure signal {self.signal['name']}", self.signal["from"])

    def signal_days(self, window: Window) -> Days:
        """Return the dates on which the signal counts for a window.

        Numbers count days from the first enrollment date; a signal without an end, or with an end
        of 0, lasts as long as enrollment.
        """
        assert self.signal is not None
        life, signal = self.life, self.signal
        enrollment_days = (life.last_enrollment - life.start).days
        named = {
            "enrollment_start": 0,
            "enrollment_end": enrollment_days,
            "analysis_window_start": window.start + enrollment_days,
            "analysis_window_end": window.end + enrollment_days,
        }
        first, last = (
            named.get(signal[key], signal[key]) for key in ("window_start", "window_end")
        )
        return Days(life.start + (first or 0) * DAY, life.start + (last or enrollment_days) * DAY)

    @cached_property
    def event_source(self) -> Source:
        """The tables that enrollment and exposure events are read from."""
        enrollment = self.meta["enrollment"]
        keys = {enrollment["tables"][role] for role in self._event_roles}
        tables = {t.dotted for t in self.locked.tables if t.key in keys}
        if enrollment["custom_query"]:
            tables |= set(self.source("", enrollment["custom_query"]).tables)
        return Source(ENROLLMENT_EVENTS, tuple(sorted(tables)))

    @cached_property
    def event_days(self) -> tuple[Days, ...]:
        """The dates of enrollment and exposure events, once for each place that reads them."""
        life = self.life
        before = FALLBACK_LOOKBACK * DAY
        earlier = Days(life.start - before, life.last_enrollment)
        found = [earlier if r == "baseline" else life.enrollment_dates for r in self._event_roles]
        # Nobody can tell which days an experiment's own query reads; those of enrollment, at least.
        own = [life.enrollment_dates] if self.has_own_query else []
        return (*own, *found)

    @property
    def dated_event_tables(self) -> int:
        """How many tables of events runs ask for their newest date.

        Pings of Firefox before 109 may have ended, and are not waited for.
        """
        named = self.meta["enrollment"]["tables"].items()
        read = {t.key for t in self.locked.tables if t.dotted in self.event_source.tables}
        return len([key for role, key in named if key in read and role != "background_pings"])

    @property
    def has_own_query(self) -> bool:
        """Whether the experiment finds its enrollments by a query of its own."""
        return self.meta["enrollment"]["custom_query"] is not None

    @property
    def _event_roles(self) -> list[str]:
        kind = self.meta["enrollment"]["query_type"]
        enrolled = [] if self.has_own_query else [*ENROLLMENT_ROLES[kind]]
        return [*enrolled, *([] if self.signal else ["events"])]


def metrics_of(source: dict[str, Any], bases: Iterable[str]) -> list[dict[str, Any]]:
    """List what a period computes from a data source for one of the bases; checks come with it.

    Returns:
        The metrics; none where there are checks alone.
    """
    wanted = set(bases)
    checks = {f"{source['name']}_{check}" for check in SANITY}
    found = [
        metric
        for metric in [*source["daily_metrics"], *source["direct_metrics"]]
        if wanted & set(metric["bases"])
    ]
    return found if any(metric["name"] not in checks for metric in found) else []


def definition_of(locked: LockedExperiment, until: dt.date) -> Definition:
    """Read a locked experiment; `until` is the last day to count where it has no end."""
    return Definition(locked, life_of(locked.nodes[0].meta["experiment"], until))
