"""What a run would compute: the windows that fall due on its day, from the locks alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.sync.request import Request, SyncReport


def plan_lines(request: Request, report: SyncReport, as_of: dt.date) -> Iterator[str]:
    """Say which windows of the live experiments fall due on a day.

    Experiments that the run would lock first are not in it: their windows are not known yet.
    """
    held = held_locks(request.project)
    live = [held[slug] for slug in report.kept if slug not in report.finished]
    for lock in live:
        due = [f"{period} {index}" for period, index in _due(lock, as_of)]
        yield f"{lock.slug}: {', '.join(due) or 'nothing'} due on {as_of}"
    yield "a run also computes windows that are overdue"


def _due(lock: HeldLock, as_of: dt.date) -> Iterator[tuple[str, int]]:
    """Yield period and index of each window whose last day has just passed for the last units."""
    for period, windows in lock.definition.periods.items():
        dates = list(windows.due_dates(as_of))
        if as_of in dates:
            yield period, dates.index(as_of) + 1
