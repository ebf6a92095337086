"""What the enrollments are made from: the same by both plans, and read once."""

from __future__ import annotations

from collections.abc import Iterator

from dbt_jetstream.review.cost.life import Window
from dbt_jetstream.review.cost.scans import DAY, Days, Kind, Purpose, Read, Scan
from dbt_jetstream.review.cost.what_is_read import Definition


def enrollment_scans(found: Definition) -> Iterator[Scan]:
    """Yield what is read on the last enrollment date, when the enrollments are written.

    No query sees a day that is later than the date for which it runs.
    """
    life, on = found.life, found.life.last_enrollment
    events = Read(Kind.ENROLLMENT_EVENTS)
    yield Scan(found.event_source, Purpose.ENROLLMENTS, events, found.event_days, on)
    for part in found.meta["segment_sources"]:
        days = Days(life.start + part["window_start"] * DAY, on + part["window_end"] * DAY)
        source = found.source(part["data_source"], part["from"])
        yield Scan(source, Purpose.ENROLLMENTS, Read(Kind.SEGMENTS), (days.until(on),), on)
    if found.signal:
        days = found.signal_days(Window(0, 0, on)).until(on)
        source = found.signal_source
        yield Scan(source, Purpose.ENROLLMENTS, Read(Kind.SIGNAL), (days,), on)
