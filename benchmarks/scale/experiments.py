"""Locked experiments for the model: that of `benchmarks/lifecycle.py`, and some like it."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import bare_project
from life.experiment import (
    ENROLLMENT_DATES,
    METRICS,
    SLUG,
    START,
    write_experiments,
    write_hub,
)

from dbt_jetstream.lock.held import held_locks
from dbt_jetstream.review.cost.plans import Costs, costs_of
from dbt_jetstream.review.diff.comparable import read_lock

# Days after the last enrollment date: as in the benchmark, whatever the number of enrollment dates.
OBSERVED_DAYS = 38
LONG_ENROLLMENTS = (8, 30, 60)
DAILY_ALONE = "daily-path-alone"
DAY = dt.timedelta(days=1)


def costs(folder: Path) -> dict[str, Costs]:
    """Count what each experiment reads over its life, with `jetstream cost`'s own code.

    Args:
        folder: Where a project is made, in which they are locked.

    Returns:
        By slug: `whole-life`, with 8 enrollment dates; `enrolls-<N>`, with as many; and
        `daily-path-alone`, without the metrics that are read per window.
    """
    bare_project.create(folder)
    write_hub(folder / "metric_hub")
    write_experiments(folder / "demo/experiments.json")
    _add_variants(folder)
    bare_project.sync(folder, str(START))
    last = START + 365 * DAY
    return {
        slug: costs_of(read_lock(lock), last, None) for slug, lock in held_locks(folder).items()
    }


def enrolls(dates: int) -> str:
    """Name the experiment with so many enrollment dates."""
    return SLUG if dates == ENROLLMENT_DATES else f"enrolls-{dates}"


def _add_variants(folder: Path) -> None:
    file = folder / "demo/experiments.json"
    (first,) = json.loads(file.read_text())
    configs = folder / "metric_hub/jetstream"
    config = (configs / f"{SLUG}.toml").read_text()
    found = [first]
    for dates in LONG_ENROLLMENTS:
        if dates != ENROLLMENT_DATES:
            found.append(first | {"slug": enrolls(dates)} | _dates(dates))
            (configs / f"{enrolls(dates)}.toml").write_text(config)
    found.append(first | {"slug": DAILY_ALONE})
    (configs / f"{DAILY_ALONE}.toml").write_text(_without_direct_metrics(config))
    file.write_text(json.dumps(found))


def _dates(enrollment_dates: int) -> dict[str, object]:
    last = START + (enrollment_dates - 1) * DAY
    return {
        "enrollmentEndDate": str(last - DAY),
        "proposedEnrollment": enrollment_dates - 1,
        "endDate": str(last + OBSERVED_DAYS * DAY),
    }


def _without_direct_metrics(config: str) -> str:
    direct = tuple(METRICS["searches"])
    for name in direct:
        config = re.sub(rf'(, )?"{name}"', "", config)
    blocks = re.split(r"\n(?=\[)", config)
    own = tuple(f"[metrics.{name}{end}" for name in direct for end in "].")
    return "\n".join(block for block in blocks if not block.startswith(own))
