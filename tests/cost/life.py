"""An experiment's life in the project's macros."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from conftest import REPOSITORY
from cost.cases import DAY
from cost.dates import literal
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.relations import Relation
from dbt_jetstream.review.render import Renderer


class Life:
    """The project's macros for one experiment, as a run on each date would call them."""

    def __init__(self, locked: LockedExperiment) -> None:
        self.locked = locked
        self.renderer = Renderer(REPOSITORY, "bigquery")
        self.macros = self.renderer.macros
        self.asked: list[tuple[dt.date, dt.date]] = []
        self.telemetry = {t.key: Relation(t.dotted, t.name) for t in locked.tables}
        self.experiment = locked.nodes[0].meta["experiment"]
        self.see(newest_day=self.newest_day)

    def see(self, **names: Any) -> None:
        self.renderer.environment.globals.update(names)

    def newest_day(self, _relation: str, _date: str, first: dt.date, last: dt.date) -> dt.date:
        """Everything has arrived."""
        self.asked.append((first, last))
        return last

    def dates(self) -> Iterator[dt.date]:
        date = dt.date.fromisoformat(self.experiment["start_date"])
        while date <= dt.date.fromisoformat(self.experiment["end_date"]) + 3 * DAY:
            self.see(env_var=lambda name, *_, on=date: str(on) if name == "JETSTREAM_AS_OF" else "")
            yield date
            date += DAY

    def days(self, source: dict[str, Any]) -> list[tuple[dt.date, dt.date]]:
        """What keeps a table of days reads on each date."""
        found: list[tuple[dt.date, dt.date]] = []
        for _ in self.dates():
            last = found[-1][1] if found else None
            self.see(grows=lambda on=last: on is not None, read_until=lambda _, on=last: on)
            days = self.macros["unread_days"](source, self.experiment, "e", self.telemetry)
            if days["first"] <= days["last"]:
                found.append((days["first"], days["last"]))
        return found

    def windows(self, lock: dict[str, Any]) -> list[tuple[dt.date, dt.date]]:
        """What the metrics of a period read of telemetry on each date."""
        found = []
        done: list[int] = []
        for _ in self.dates():
            all_due = self.macros["windows_due"](lock["windows"])
            missing = [window for window in all_due if window["index"] not in done]
            if not missing:
                continue
            self.see(windows_missing=lambda *_, new=missing: new, read_until=lambda _: dt.date.max)
            days = {part["name"]: "client_days" for part in lock["data_sources"]}
            late = self.macros["late_sources"](missing, lock, days, self.telemetry, None)
            assert late == []
            done += [window["index"] for window in missing]
            for part in lock["data_sources"]:
                if part["direct_metrics"]:
                    found += literal(
                        self.macros["direct_metrics"](part, lock, missing, self.telemetry)
                    )
        return found
