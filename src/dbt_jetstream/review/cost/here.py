"""What our models read, where they are built every day: each telemetry day once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from dbt_jetstream.common import naming
from dbt_jetstream.review.cost.enrollments import enrollment_scans
from dbt_jetstream.review.cost.scans import DAY, Days, Kind, Purpose, Read, Scan, Source
from dbt_jetstream.review.cost.what_is_read import Definition


def scans_here(found: Definition) -> Iterator[Scan]:
    """Yield every query that reads telemetry, from the first enrollment date to the end."""
    yield from enrollment_scans(found)
    yield from _newest_days_of_enrollments(found)
    for node in found.client_days:
        part = node.meta["data_source"]
        source = found.source(part["name"], part["from"])
        yield from _once(found, source, part["first_day"], Read(Kind.CLIENT_DAYS, node.name))
    if found.signal:
        read = Read(Kind.SIGNAL, naming.exposure_days(found.locked.slug))
        yield from _once(found, found.signal_source, found.signal["first_day"], read)
    yield from _direct(found)


def _newest_days_of_enrollments(found: Definition) -> Iterator[Scan]:
    """Yield what asks whether the telemetry of the enrollments has arrived.

    The tables of a query of the experiment's own have no date column that is known.
    """
    dates, on = found.life.enrollment_dates, found.life.last_enrollment
    days = (dates,) * found.dated_event_tables
    yield Scan(found.event_source, Purpose.ARRIVAL, Read(Kind.DATE), days, on)
    for scan in enrollment_scans(found):
        if scan.read.kind != Kind.ENROLLMENT_EVENTS:
            yield _newest_day(scan)


def _newest_day(scan: Scan) -> Scan:
    return replace(scan, purpose=Purpose.ARRIVAL, read=Read(Kind.DATE))


def _once(found: Definition, source: Source, first_day: int, read: Read) -> Iterator[Scan]:
    """Yield what keeps a table of days: the first run reads all days that there are, others one."""
    life = found.life
    run = life.last_enrollment
    days = Days(life.start + first_day * DAY, min(run, life.end))
    while len(days):
        scan = Scan(source, Purpose.DAYS, read, (days,), run)
        yield scan
        yield _newest_day(scan)
        run += DAY
        days = Days(days.last + DAY, min(run, life.end))


def _direct(found: Definition) -> Iterator[Scan]:
    """Yield what reads telemetry per window; both bases share a query.

    All windows of a period that are due on one date share it, too: where every day is built, that
    is one.
    """
    for node in found.periods:
        for window in found.life.windows(node.meta["windows"]):
            for part in node.meta["data_sources"]:
                if not part["direct_metrics"]:
                    continue
                source = found.source(part["name"], part["from"])
                read = Read(Kind.DIRECT_METRICS, node.name, tuple(node.meta["bases"]))
                days = (found.life.days_of(window),)
                scan = Scan(source, Purpose.WINDOWS, read, days, window.due)
                yield scan
                # Client days answer for the telemetry, where there are any.
                if not part["daily_metrics"]:
                    yield _newest_day(scan)
