"""The BigQuery SQL of each reading, over any days: what a dry run is asked about.

The project's own macros write it. What telemetry is joined to is empty, so that the
bytes are those of telemetry alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from dbt_jetstream.lock.nodes.node import Node, call
from dbt_jetstream.lock.parts.fragments import expression
from dbt_jetstream.review.cost.scans import DAY, Days, Kind, Scan
from dbt_jetstream.review.cost.what_is_read import Definition, metrics_of
from dbt_jetstream.review.relations import Relation
from dbt_jetstream.review.render import Renderer

# A period's stub names the tables that our own plan reads; the original's reads all of them.
WINDOWS = call(
    "window_metrics",
    enrollments="ref('enrollments')",
    client_days="{}",
    telemetry="telemetry()",
)


class DaysRenderer(Renderer):
    """The macros of a project for BigQuery, reading telemetry over days that are given."""

    def __init__(self, project: Path) -> None:
        """Load the macros."""
        self.days = Days(dt.date.min, dt.date.min)
        self.window: dict[str, Any] = {}
        self.telemetry: dict[str, Relation] = {}
        super().__init__(project, "bigquery")

    def query(self, found: Definition, scan: Scan, days: Days) -> str:
        """Write what a scan reads of its data source.

        Args:
            found: The experiment.
            scan: The scan.
            days: The days to read, instead of the scan's own.
        """
        self._see(found, days)
        write: dict[Kind, Callable[[Definition, Scan], str]] = {
            Kind.ENROLLMENT_EVENTS: self._enrollment_events,
            Kind.SEGMENTS: self._segments,
            Kind.SIGNAL: self._signal,
            Kind.CLIENT_DAYS: self._client_days,
            Kind.METRICS: self._metrics,
            Kind.DIRECT_METRICS: self._metrics,
        }
        return write[scan.read.kind](found, scan)

    def _answers(self) -> dict[str, Callable[..., Any]]:
        return super()._answers() | {
            "grows": lambda: True,
            "unread_days": lambda *_: {"first": self.days.first, "last": self.days.last},
            "windows_missing": lambda *_: [self.window],
        }

    def _see(self, found: Definition, days: Days) -> None:
        """Let macros see an experiment's relations, on a day when everything is due."""
        locked, life = found.locked, found.life
        nobody = f"({self._no_enrollments(locked.nodes[0])})"
        self.days = days
        start, end = (days.first - life.start).days, (days.last - life.last_enrollment).days
        self.window = {"index": 1, "start": start, "end": end}
        self.telemetry = {
            t.key: self._source(locked.tables, t.source, t.name) for t in locked.tables
        }
        self.environment.globals.update(
            env_var=lambda name, default="": "9999-12-31" if name == "JETSTREAM_AS_OF" else default,
            ref=lambda name: Relation(nobody, name),
            telemetry=lambda: self.telemetry,
            source=lambda source, name: self.telemetry[f"{source}.{name}"],
        )

    def _enrollment_events(self, found: Definition, _: Scan) -> str:
        """Write the part of the enrollments that reads events, over all enrollment dates."""
        lock = self._enrolling(found, self.days)
        enrolled = self.macros["enrolled_units"](lock, self.telemetry)
        if found.signal:
            return str(enrolled)
        exposed = self.macros["exposed_units"](lock, self.telemetry)
        return f"with enrolled_units as ({enrolled}) {exposed}"

    def _segments(self, found: Definition, scan: Scan) -> str:
        parts = found.meta["segment_sources"]
        (part, *_) = (p for p in parts if found.source(p["data_source"], p["from"]) == scan.source)
        first = self.days.first - part["window_start"] * DAY
        last = self.days.last - min(part["window_end"], 0) * DAY
        experiment = self._enrolling(found, Days(first, last))["experiment"]
        segments = self.macros["segment_columns"](part, experiment, self.telemetry)
        nobody = self._no_enrollments(found.locked.nodes[0])
        return f"with enrolled_units as ({nobody}) {segments}"

    def _signal(self, found: Definition, _: Scan) -> str:
        dates = {"first": self.days.first, "last": self.days.last}
        return str(self.macros["signalled_exposures"](found.signal, dates, self.telemetry))

    def _client_days(self, found: Definition, scan: Scan) -> str:
        return self._written(_node(found, scan.read.model))

    def _metrics(self, found: Definition, scan: Scan) -> str:
        """Write the metrics of one data source for a window, all of them from telemetry."""
        node = _node(found, scan.read.model)
        parts = node.meta["data_sources"]
        (part, *_) = (p for p in parts if found.source(p["name"], p["from"]) == scan.source)
        metrics = part["direct_metrics"]
        if scan.read.kind == Kind.METRICS:
            metrics = [_direct(metric) for metric in metrics_of(part, scan.read.bases)]
        alone = {**part, "daily_metrics": [], "direct_metrics": metrics}
        meta = {**node.meta, "data_sources": [alone], "bases": list(scan.read.bases)}
        meta.pop("exposure_signal", None)
        return self._written(replace(node, meta=meta, stub=WINDOWS))

    def _written(self, node: Node) -> str:
        return self._model(node, self._relation(node), {})

    def _enrolling(self, found: Definition, dates: Days) -> dict[str, Any]:
        """Return the definition of the enrollments with other enrollment dates."""
        first, last = dates.first.isoformat(), dates.last.isoformat()
        moved = {"start_date": first, "last_enrollment_date": last}
        return {**found.meta, "experiment": {**found.meta["experiment"], **moved}}


def _node(found: Definition, name: str) -> Node:
    (node,) = (node for node in found.locked.nodes if node.name == name)
    return node


def _direct(metric: dict[str, Any]) -> dict[str, Any]:
    """Let a metric be computed from telemetry, as the original does."""
    if "select_expression" not in metric:
        return metric
    sql = expression(metric["select_expression"])
    return {"name": metric["name"], "bases": metric["bases"], "reason": "", "sql": sql}
