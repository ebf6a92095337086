"""Rows, bytes, slot time and money of an experiment's life, from its lock and the telemetry's size.

Source-days are those of `jetstream cost`. Everything else is arithmetic on the lock's own tables:
their columns, windows and days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.cost.plans import Costs, Plan
from dbt_jetstream.review.cost.scans import Days, Kind, Scan
from dbt_jetstream.review.cost.what_is_read import Definition
from scale.constants import DATE, FLAG, HASH, NUMBER, TEXT, UUID

DAY = dt.timedelta(days=1)
# Columns that are not numbers, in the tables that hold units.
SIZES = {
    "analysis_id": UUID,
    "branch": TEXT + 9,
    "submission_date": DATE,
    "enrollment_date": DATE,
    "exposure_date": DATE,
    "analysis_basis": TEXT + 11,
    "absent_sources": TEXT,
    # Null where all telemetry was there.
    "late_telemetry": 0,
    "definition_hash": HASH,
}


@dataclass(frozen=True)
class Source:
    """A data source.

    Attributes:
        rows: Rows a day, for each client that is active on it.
        bytes: Of a row, in the columns that an experiment reads.
        all_bytes: Of a row, in the columns that any of the experiments reads.
        active: Of the enrolled units, the share with a row on a day.
    """

    rows: float
    bytes: float
    all_bytes: float
    active: float


# Assumed, as nobody published them: desktop telemetry's columns, in BigQuery's sizes.
KEYS = DATE + UUID
LIVE_EXPERIMENTS_MAP = 3 * (2 * TEXT + 40)
SOURCES = {
    "clients_daily": Source(1, KEYS + LIVE_EXPERIMENTS_MAP + 10 * NUMBER, KEYS + 732, 0.6),
    "events": Source(20, KEYS + 2 * (TEXT + 12), KEYS + 200, 0.6),
    "searches": Source(3, KEYS + 2 * (TEXT + 8), KEYS + 60, 0.3),
}
ENROLLMENT_EVENTS = "enrollment events"


@dataclass(frozen=True)
class Workload:
    """What runs.

    Attributes:
        experiments: Live experiments, all of one application: the most that a day can be read.
        daily_clients: Clients with telemetry on a day.
        units: Units that an experiment enrolls.
        sources: The data sources, by name.
        sample: The share of the clients that is read and enrolled.
        segments: Segments of each experiment, besides all units.
    """

    experiments: int = 100
    daily_clients: float = 100e6
    units: float = 1.67e6
    sources: dict[str, Source] = field(default_factory=lambda: dict(SOURCES))
    sample: float = 1
    segments: int = 0

    def source(self, name: str) -> Source:
        """Return a data source; events of enrollment lie where the other events do."""
        return self.sources["events" if name == ENROLLMENT_EVENTS else name]

    def telemetry_rows(self, name: str) -> float:
        """Rows of a source-day."""
        return self.daily_clients * self.sample * self.source(name).rows


def rows_read(plan: Plan, work: Workload) -> dict[str, float]:
    """Count the telemetry rows that a plan reads over an experiment's life, by data source."""
    found: dict[str, float] = {}
    for scan in plan.scans:
        rows = scan.source_days * work.telemetry_rows(scan.source.name)
        found[scan.source.name] = found.get(scan.source.name, 0) + rows
    return found


def bytes_read(plan: Plan, work: Workload) -> float:
    """Sum the bytes of telemetry that a plan reads over an experiment's life."""
    return sum(_bytes(scan, work) for scan in plan.scans)


def _bytes(scan: Scan, work: Workload) -> float:
    source = work.source(scan.source.name)
    width = DATE if scan.read.kind == Kind.DATE else source.bytes
    return scan.source_days * work.telemetry_rows(scan.source.name) * width


def day_bytes_alone(work: Workload, names: Iterable[str]) -> float:
    """Bytes that all experiments read of a day of some sources, each by itself."""
    each = sum(work.telemetry_rows(name) * work.source(name).bytes for name in names)
    return work.experiments * each


def day_bytes_shared(work: Workload, names: Iterable[str], row: float) -> float:
    """Bytes of one scan for all experiments, and of each taking its rows from what it wrote.

    Args:
        work: The workload.
        names: The sources.
        row: Bytes of a client day.
    """
    found = 0.0
    for name in names:
        source = work.source(name)
        client_days = work.experiments * work.units * work.sample * source.active
        found += work.telemetry_rows(name) * source.all_bytes + client_days * row
    return found


def client_day_rows(node: Node, definition: Definition, work: Workload, until: dt.date) -> float:
    """Count the rows that a table of client days holds after the build of a date.

    A unit has a row for each active day from `first_day` before its enrollment on. To these come a
    marker a build, and the parts over an empty telemetry row.
    """
    source, life = node.meta["data_source"], definition.life
    builds = (min(until, life.end) - life.last_enrollment).days + 1
    if builds < 1:
        return 0
    units = work.units * work.sample
    days = sum(
        (min(until, life.end) - enrolled).days + 1 - source["first_day"]
        for enrolled in life.enrollment_dates
    ) / len(life.enrollment_dates)
    empty = units if source.get("reads_unit") else 1
    return units * work.source(source["name"]).active * days + empty + builds


def metric_rows(node: Node, definition: Definition, work: Workload, until: dt.date) -> float:
    """Count the rows of a period after the build of a date: a unit, analysis basis and window."""
    due = [w for w in definition.life.windows(node.meta["windows"]) if w.due <= until]
    return len(due) * len(node.meta["bases"]) * work.units * work.sample


def row_bytes(node: Node, work: Workload) -> float:
    """Bytes of a row of client days or metrics, from the table's columns; segments are flags."""
    sizes = (SIZES.get(column.name, NUMBER) for column in node.columns)
    return sum(sizes) + (FLAG * work.segments if "data_sources" in node.meta else 0)


def windows_read(definition: Definition, work: Workload) -> float:
    """Sum the client-day rows that windows read over a life: the days of each, once per basis.

    A day's partition holds all units; with n enrollment dates a window of one day reads n of them.
    """
    by_source = {node.meta["data_source"]["name"]: node for node in definition.client_days}
    return sum(
        len(days) * work.units * work.sample * work.source(name).active * len(node.meta["bases"])
        for node, days in _windows(definition)
        for name in _sources_of(node)
        if name in by_source
    )


def _windows(definition: Definition) -> Iterator[tuple[Node, Days]]:
    for node in definition.periods:
        for window in definition.life.windows(node.meta["windows"]):
            yield node, definition.life.days_of(window)


def _sources_of(node: Node) -> list[str]:
    return [part["name"] for part in node.meta["data_sources"] if part["daily_metrics"]]


@dataclass(frozen=True)
class Storage:
    """What tables hold.

    Attributes:
        rows: Rows of one experiment at its end.
        bytes: Their bytes.
        kept: Bytes of all experiments' tables at a time, live ones half-grown.
    """

    rows: float
    bytes: float
    kept: float


def client_day_storage(costs: Costs, work: Workload, days_kept: int) -> Storage:
    """Size the tables of client days, which go `days_kept` days after an experiment's end."""
    definition, life = costs.definition, costs.definition.life
    dates = [life.last_enrollment + i * DAY for i in range((life.end - life.last_enrollment).days)]
    rows = live = size = 0.0
    for node in definition.client_days:
        width = row_bytes(node, work)
        at_end = client_day_rows(node, definition, work, life.end)
        rows, size = rows + at_end, size + at_end * width
        held = sum(client_day_rows(node, definition, work, date) for date in dates)
        live += width * held / ((life.end - life.start).days + 1)
    ended = days_kept / ((life.end - life.start).days + 1)
    return Storage(rows, size, work.experiments * (live + ended * size))


def metric_storage(costs: Costs, work: Workload, years: float) -> Storage:
    """Size the tables of metrics, which stay, after some years with as many live experiments."""
    definition, life = costs.definition, costs.definition.life
    pairs = [
        (metric_rows(node, definition, work, life.end), row_bytes(node, work))
        for node in definition.periods
    ]
    rows = sum(count for count, _ in pairs)
    size = sum(count * width for count, width in pairs)
    lives = years * 365 / ((life.end - life.start).days + 1)
    return Storage(rows, size, work.experiments * lives * size)


def builds(definition: Definition) -> int:
    """Count the daily builds that compute something."""
    return (definition.life.end - definition.life.last_enrollment).days + 1


def merges_a_build(definition: Definition) -> int:
    """Count the tables that a build merges into, at most: one statement for each."""
    return sum(node.grows for node in definition.locked.nodes)
