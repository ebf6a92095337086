"""`jetstream cost`: reads locks, counts, and asks BigQuery where it is told to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.progress import progress
from dbt_jetstream.common.unexpected import apart
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.results.of_experiment import locks_of
from dbt_jetstream.review.cost.plans import BytesOfPlan, Costs, costs_of
from dbt_jetstream.review.cost.prices import Prices, dry_runs
from dbt_jetstream.review.diff.comparable import read_lock


@dataclass(frozen=True)
class Request:
    """What to count.

    Attributes:
        project: The dbt project.
        slugs: The experiments; all that are locked where there is none.
        until: The last day to count; None for whole lives.
        today: The last day with complete telemetry.
        with_bytes: Whether to ask BigQuery what that costs.
        target: dbt's target; None for the profile's default.
    """

    project: Path
    slugs: Sequence[str]
    until: dt.date | None
    today: dt.date
    with_bytes: bool = False
    target: str | None = None


@dataclass
class Counted:
    """What was counted.

    Attributes:
        costs: What experiments read.
        price: What that costs in bytes, where BigQuery was asked.
        mistakes: Why others are not among them.
    """

    costs: list[Costs] = field(default_factory=list)
    price: BytesOfPlan | None = None
    mistakes: list[ConfigError] = field(default_factory=list)


def count(asked: Request) -> Counted:
    """Count what experiments read; one that cannot be counted keeps no other from it.

    Raises:
        ConfigErrors: If an experiment is not locked, nothing is, or the target tells no bytes.
    """
    locks = _locks(asked)
    prices = _prices(asked) if asked.with_bytes else None
    found = Counted(price=prices.bytes_of_plan if prices else None)
    with progress("Asking BigQuery" if prices else "Reading locks", len(locks)) as advance:
        for lock in locks:
            with apart(asked.project, lock.slug, found.mistakes):
                costs = costs_of(read_lock(lock), asked.today, asked.until)
                for plan in (costs.here, costs.original):
                    if prices:
                        prices.bytes_of_plan(costs.definition, plan)
                found.costs.append(costs)
            advance()
    return found


def _prices(asked: Request) -> Prices:
    return Prices(asked.project, dry_runs(asked.project, asked.target), asked.today)


def _locks(asked: Request) -> list[HeldLock]:
    if asked.slugs:
        return locks_of(asked.project, asked.slugs)
    locks = sorted(held_locks(asked.project).items())
    if not locks:
        problem = "no experiment is locked; run `jetstream sync` first"
        raise ConfigErrors([ConfigError(asked.project / "models/experiments", "", problem)])
    return [lock for _, lock in locks]
