"""What the warehouse would answer to what macros ask in a build, if every build before was well.

All telemetry has arrived up to the day of the build, and in every window there are units.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node

DAY = dt.timedelta(days=1)
# The windows that are due of a period's `windows`, on a day.
Due = Callable[[dict[str, Any], dt.date], list[dict[str, Any]]]


class Answer:
    """The rows of a query, as macros get them."""

    def __init__(self, *rows: Any) -> None:
        self.rows = [row if isinstance(row, tuple) else (row,) for row in rows]
        values = [row[0] for row in self.rows]
        self.columns = [SimpleNamespace(values=lambda: list(values))]


@dataclass
class Build:
    """A build of an experiment, and what was built before.

    Attributes:
        locked: The experiment.
        day: The last day with complete telemetry.
        is_first: Whether nothing was built before; else all was, on the day before.
        due: Tells which windows are due.
        present: The tables that there are by now.
    """

    locked: LockedExperiment
    day: dt.date
    is_first: bool
    due: Due
    present: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        if not self.is_first:
            self.present = {node.name for node in self.locked.nodes} | {"logs"}

    @property
    def experiment(self) -> dict[str, Any]:
        """The experiment's part of the lock."""
        found: dict[str, Any] = self.locked.nodes[0].meta["experiment"]
        return found

    def node(self, name: str) -> Node | None:
        """Return the model of a table; None for other tables."""
        return next((node for node in self.locked.nodes if node.name == name), None)

    def is_written(self, node: Node, this: str) -> bool:
        """Whether the run has written a table by the time that it builds `this`."""
        names = [other.name for other in self.locked.nodes]
        return this not in names or names.index(node.name) < names.index(this)

    def windows(self, node: Node, day: dt.date) -> dict[str, list[int]]:
        """Return the windows that a table holds after a build on a day, by period."""
        described = self._windows_of_periods()
        names = [node.meta["period"]] if "windows" in node.meta else node.meta.get("periods", ())
        periods = {name: described[name] for name in names or described}
        due = {period: self.due(windows, day) for period, windows in periods.items()}
        return {period: [w["index"] for w in found] for period, found in due.items() if found}

    def _windows_of_periods(self) -> dict[str, dict[str, Any]]:
        metas = [node.meta for node in self.locked.nodes if "data_sources" in node.meta]
        return {str(meta["period"]): meta["windows"] for meta in metas}

    def new_windows(self, node: Node) -> list[int]:
        """Return the windows that a build of a later day adds to a table."""
        before = self.windows(node, self.day - DAY)
        return sorted(
            {
                index
                for period, found in self.windows(node, self.day).items()
                for index in found
                if index not in before.get(period, [])
            }
        )

    def read_until(self, day: dt.date) -> dt.date | None:
        """Return until which day client days are read after a build on a day."""
        last_enrollment = dt.date.fromisoformat(self.experiment["last_enrollment_date"])
        end = self.experiment["end_date"]
        last = min(day, dt.date.fromisoformat(end)) if end else day
        return last if last_enrollment <= day else None

    def new_days(self) -> list[dt.date]:
        """Return the days of telemetry that a build of a later day reads."""
        before, now = self.read_until(self.day - DAY), self.read_until(self.day)
        return [now] if now is not None and now != before else []
