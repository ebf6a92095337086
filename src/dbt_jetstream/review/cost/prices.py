"""What readings cost in bytes: a dry run on BigQuery tells what a query would read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from dbt_jetstream.common.bigquery_client import BytesOf
from dbt_jetstream.common.bigquery_client import dry_runs as bigquery_dry_runs
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.target import credentials_of, profiles_folder
from dbt_jetstream.review.cost.plans import Plan
from dbt_jetstream.review.cost.queries import DaysRenderer
from dbt_jetstream.review.cost.scans import DAY, Days, Kind, Read, Scan, Source
from dbt_jetstream.review.cost.what_is_read import Definition

# A week holds each weekday once.
SAMPLE_DAYS = 7
# No telemetry has such a date: what a query reads nevertheless, it reads whatever its dates.
NO_TELEMETRY = Days(dt.date(9000, 1, 1), dt.date(9000, 1, 1))


@dataclass(frozen=True)
class Rate:
    """What a reading of a data source costs.

    Attributes:
        per_query: Bytes for each query, whatever its dates: of tables without partitions by day.
        per_day: Bytes for each day.
    """

    per_query: float
    per_day: float


class Prices:
    """Bytes of readings, from two dry runs each: over a week, and over no day with telemetry."""

    def __init__(self, project: Path, bytes_of: BytesOf, today: dt.date) -> None:
        """Prepare to ask.

        Args:
            project: The dbt project.
            bytes_of: Tells the bytes of a query.
            today: The last day with complete telemetry.
        """
        self.renderer = DaysRenderer(project)
        self.bytes_of = bytes_of
        self.today = today
        self._rates: dict[tuple[str, Source, Read], Rate] = {}

    def bytes_of_plan(self, found: Definition, plan: Plan) -> float:
        """Return the bytes of all readings of a plan.

        Raises:
            ConfigErrors: If BigQuery refuses a query.
        """
        return sum(self._bytes(found, scan) for scan in plan.scans)

    def _bytes(self, found: Definition, scan: Scan) -> float:
        key = (found.locked.slug, scan.source, scan.read)
        if key not in self._rates:
            self._rates[key] = self._rate(found, scan)
        rate = self._rates[key]
        return rate.per_query + rate.per_day * scan.source_days

    def _rate(self, found: Definition, scan: Scan) -> Rate:
        """Ask for a week at the end of the life, or of what there is of it."""
        last = min(self.today, found.life.end)
        if scan.read.kind == Kind.ENROLLMENT_EVENTS:
            # One query with several ranges of dates.
            enrolled = len(found.life.enrollment_dates)
            last = min(self.today, found.life.last_enrollment)
            return Rate(self._ask(found, scan, Days(last - (enrolled - 1) * DAY, last)), 0)
        week = self._ask(found, scan, Days(last - (SAMPLE_DAYS - 1) * DAY, last))
        always = self._ask(found, scan, NO_TELEMETRY)
        return Rate(always, max(week - always, 0) / SAMPLE_DAYS)

    def _ask(self, found: Definition, scan: Scan, days: Days) -> int:
        try:
            return self.bytes_of(self.renderer.query(found, scan, days))
        except ValueError as error:
            problem = f"BigQuery cannot tell the bytes of {scan.source.name}: {error}"
            raise ConfigErrors([ConfigError(None, found.locked.slug, problem)]) from error


def dry_runs(project: Path, target: str | None) -> BytesOf:
    """Connect to BigQuery.

    Args:
        project: The dbt project.
        target: The target, or None for the profile's default.

    Returns:
        What tells the bytes of a query; it raises a ValueError where BigQuery refuses one.

    Raises:
        ConfigErrors: If the target is not BigQuery, or cannot be used.
    """
    credentials = credentials_of(project, target)
    if credentials.type != "bigquery":
        problem = (
            f"only BigQuery tells bytes, and this target is {credentials.type}; "
            "name a BigQuery target with --target, or leave --bytes out"
        )
        path = profiles_folder(project) / "profiles.yml"
        raise ConfigErrors([ConfigError(path, target or "", problem)])
    return bigquery_dry_runs(credentials, profiles_folder(project) / "profiles.yml")
