"""The windows of a definition, with the dates they are due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic.dataclasses import dataclass

from dbt_jetstream.lock.definition.values import CLOSED


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Every:
    """Windows without a last one, since the experiment has no end.

    Attributes:
        first: The date that the first window is due on.
        every: How many days after it the next one is, and so on.
    """

    first: dt.date
    every: int


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Period:
    """The analysis windows of a period, in days relative to a unit's enrollment.

    Attributes:
        first_day: The first window's first day.
        length: How many days a window has; null: not known without an end, or none by an early end.
        repeats: Whether more windows follow the first end to end.
        not_before: The date before which none is due.
        due: The date on which each window is due.
        exported: Whether it has a file although none is due, since an earlier lock had.
    """

    first_day: int = 0
    length: int | None
    repeats: bool = False
    not_before: dt.date | None = None
    due: list[dt.date] | Every
    exported: bool = False

    def due_dates(self, until: dt.date) -> Iterator[dt.date]:
        """Yield the dates of the windows that are due until a day, the first window's first."""
        if isinstance(self.due, Every):
            date = self.due.first
            while date <= until:
                yield date
                date += dt.timedelta(days=self.due.every)
            return
        yield from (date for date in self.due if date <= until)
