"""What the original reads: raw telemetry, for every window of every period and analysis basis.

Its `Analysis.run` computes, for each period whose newest window is complete on a date, that window:
one query per basis, which joins every data source with a metric in it over the dates
`first_date_data_required` to `last_date_data_required` of mozanalysis' TimeLimits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.lock.parts.metrics import BASES
from dbt_jetstream.review.cost.enrollments import enrollment_scans
from dbt_jetstream.review.cost.life import Window
from dbt_jetstream.review.cost.scans import DAY, Kind, Purpose, Read, Scan
from dbt_jetstream.review.cost.what_is_read import Definition, metrics_of

EXPOSURES = "exposures"


def scans_of_original(found: Definition) -> Iterator[Scan]:
    """Yield every query that reads telemetry, where every date is run and none fails."""
    if found.life.end < found.life.last_enrollment:
        # It runs for no date after the end, and for none before enrollment is over.
        return
    yield from enrollment_scans(found)
    for node in found.periods:
        for window in _windows(found, node):
            for basis in BASES:
                yield from _window(found, node, window, basis)


def _windows(found: Definition, node: Node) -> Iterator[Window]:
    """Yield a period's windows: those before enrollment a day later than ours."""
    for window in found.life.windows(node.meta["windows"]):
        due = window.due + DAY if window.end < 0 else window.due
        if due <= found.life.end:
            yield replace(window, due=due)


def _window(found: Definition, node: Node, window: Window, basis: str) -> Iterator[Scan]:
    parts = [part for part in node.meta["data_sources"] if metrics_of(part, [basis])]
    for part in parts:
        source = found.source(part["name"], part["from"])
        read = Read(Kind.METRICS, node.name, (basis,))
        days = found.life.days_of(window)
        yield Scan(source, Purpose.WINDOWS, read, (days,), window.due)
    if parts and basis == EXPOSURES and found.signal:
        days = found.signal_days(window).until(window.due)
        read = Read(Kind.SIGNAL)
        yield Scan(found.signal_source, Purpose.WINDOWS, read, (days,), window.due)
