"""The tables that a definition reads."""

from __future__ import annotations

from pydantic.dataclasses import dataclass

from dbt_jetstream.lock.definition.values import CLOSED, Fragment


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Source:
    """Telemetry that is joined to enrolled units.

    Attributes:
        from_expression: What stands after FROM; tables as `{dataset.table}`.
        unit_column: The column that holds the unit.
        date_column: The column that says on which day a row was sent.
        dates: The date of each table's rows; said where it is not the date column of one table.
    """

    from_expression: Fragment
    unit_column: str
    date_column: str
    dates: dict[str, Fragment] | None = None


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class SegmentSource(Source):
    """A data source of segments.

    Attributes:
        window_start: The first day that is read, relative to enrollment.
        window_end: The last one.
    """

    window_start: int
    window_end: int


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Signal(Source):
    """The experiment's own exposure signal.

    Attributes:
        name: Its name.
        select_expression: Which rows of telemetry are an exposure.
        window_start: The first day that counts: relative to enrollment, or the name of a date.
        window_end: The last one.
        first_day: The first day that is read, relative to enrollment.
    """

    name: str
    select_expression: Fragment
    window_start: int | str | None = None
    window_end: int | str | None = None
    first_day: int = 0


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class DataSource(Source):
    """A data source of measures.

    Attributes:
        enrolled_branch: The branch that a row of telemetry reports.
        order: The measures of each period, where they do not follow that of `measures`.
    """

    enrolled_branch: Fragment | None = None
    order: dict[str, list[str]] | None = None


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Segment:
    """A part of the units.

    Attributes:
        description: Who is in it.
        source: Its data source, of `segment_sources`.
        select_expression: Whether a unit is in it.
    """

    description: str
    source: str
    select_expression: Fragment
