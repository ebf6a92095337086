"""`jetstream cost`: reads locks, counts, and asks BigQuery where it is told to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dbt_jetstream.cost.plans import BytesOfPlan, Costs, costs_of
from dbt_jetstream.cost.prices import Prices, dry_runs
from dbt_jetstream.diff.definition import read_lock
from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.progress import progress
from dbt_jetstream.results import locks_of


@dataclass(frozen=True)
class Request:
    """What to count.

    Attributes:
        project: The dbt project.
        slugs: The experiments; all that are locked where there is none.
        until: The last day to count; None for whole lives.
        today: The last day with complete telemetry.
    """

    project: Path
    slugs: Sequence[str]
    until: dt.date | None
    today: dt.date


def count(asked: Request) -> list[Costs]:
    """Count what experiments read.

    Raises:
        ConfigErrors: If an experiment is not locked, or nothing is.
    """
    locks = _locks(asked)
    found = []
    with progress("Reading locks", len(locks)) as advance:
        for lock in locks:
            found.append(costs_of(read_lock(lock), asked.today, asked.until))
            advance()
    return found


def ask_bytes(asked: Request, found: Sequence[Costs], target: str | None) -> BytesOfPlan:
    """Ask BigQuery what readings cost.

    Args:
        asked: What to count.
        found: What was counted.
        target: dbt's target; None for the profile's default.

    Raises:
        ConfigErrors: If the target is not BigQuery, or refuses a query.
    """
    prices = Prices(asked.project, dry_runs(asked.project, target), asked.today)
    with progress("Asking BigQuery", len(found)) as advance:
        for costs in found:
            for plan in (costs.here, costs.original):
                prices.bytes_of_plan(costs.definition, plan)
            advance()
    return prices.bytes_of_plan


def _locks(asked: Request) -> list[HeldLock]:
    if asked.slugs:
        return locks_of(asked.project, asked.slugs)
    locks = sorted(held_locks(asked.project).items())
    if not locks:
        problem = "no experiment is locked; run `jetstream sync` first"
        raise ConfigErrors([ConfigError(asked.project / "models/experiments", "", problem)])
    return [lock for _, lock in locks]
