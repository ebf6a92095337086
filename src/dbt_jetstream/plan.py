"""What a run would compute: the windows that fall due on its day, from the locks alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream import naming
from dbt_jetstream.lock.experiment import Timeline
from dbt_jetstream.lock.folder import FOLDERS
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.sync import Request, SyncReport


def plan_lines(request: Request, report: SyncReport, as_of: dt.date) -> Iterator[str]:
    """Say which windows of the live experiments fall due on a day.

    Experiments that the run would lock first are not in it: their windows are not known yet.
    """
    held = held_locks(request.project)
    live = [held[slug] for slug in report.kept if slug not in report.finished]
    for lock in live:
        due = [f"{period} {index}" for period, index in _due(request, lock, as_of)]
        yield f"{lock.slug}: {', '.join(due) or 'nothing'} due on {as_of}"
    yield "a run also computes windows that are overdue"


def _due(request: Request, lock: HeldLock, as_of: dt.date) -> Iterator[tuple[str, int]]:
    """Yield period and index of each window whose last day has just passed for the last units."""
    dates = Timeline(
        dt.date.fromisoformat(lock.experiment["start_date"]),
        lock.experiment["enrollment_period"],
        lock.end_date,
    )
    folder = request.project / FOLDERS[lock.is_private][0] / lock.slug
    for period in AnalysisPeriod:
        if (folder / f"{naming.metrics(lock.slug, period)}.sql").exists():
            index = dates.window_due_on(period, as_of)
            if index:
                yield period.table_suffix, index
