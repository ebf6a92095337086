"""The metrics of a definition, with their statistics."""

from __future__ import annotations

from dataclasses import field

from pydantic.dataclasses import dataclass

from dbt_jetstream.lock.definition.values import CLOSED, Fragment, Number, Treatment


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Ratio:
    """Two measures whose means are divided.

    Attributes:
        numerator: The measure above.
        denominator: The measure below.
    """

    numerator: str
    denominator: str


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Covariate:
    """What adjusts means.

    Attributes:
        metric: The measure.
        period: The period before enrollment that it is taken from.
    """

    metric: str
    period: str


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Statistic:
    """A statistic of a measure.

    Attributes:
        version: Its version, where it is not the default.
        bases: Its analysis bases, where they are not the measure's.
        pre_treatments: What is done to values first, in order.
        confidence_interval: The probability mass of its intervals, where it is not the default.
        drop_highest: The share of the highest values that is clipped.
        grid_size: How many points a curve has.
        log_space: Whether they are spaced by logarithms.
        covariate: What adjusts it; false: it was to be, by what is not computed.
        unadjusted: Why it is not adjusted.
        periods: The periods that it is computed over.
    """

    version: int | None = None
    bases: list[str] | None = None
    pre_treatments: list[Treatment] = field(default_factory=list)
    confidence_interval: Number | None = None
    drop_highest: Number | None = None
    grid_size: int | None = None
    log_space: bool | None = None
    covariate: Covariate | bool | None = None
    unadjusted: str | None = None
    periods: list[str]


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Part:
    """A part of a measure that is computed for each day.

    Attributes:
        name: Its column.
        sql: The aggregate over a unit's rows of a day.
        combine: The aggregate over the days of a window.
    """

    name: str
    sql: Fragment
    combine: str


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Measure:
    """A metric: its SQL, and the statistics that are computed of it.

    Attributes:
        friendly_name: What it is called, where that does not follow from its name.
        description: What it measures.
        bigger_is_better: Whether an increase is an improvement, where it is not the default.
        owners: Who answers for it.
        source: Its data source; none of a ratio.
        select_expression: Its SQL over the telemetry of a window, as BigQuery runs it.
        canonical: The same as it is split into daily parts, where that is other text.
        duckdb: The same on DuckDB, where that is other text.
        gap: Why DuckDB cannot compute it.
        direct: Why it is read for every window; absent where windows are rolled up from days.
        window: Its SQL over its parts, where they do not follow from the select expression.
        parts: Its daily parts, likewise.
        bases: The analysis bases, where they are not the default.
        periods: The periods, where they are not those of its statistics and ratios.
        ratio: Of a ratio, what it is made of.
        statistics: The statistics, by name.
    """

    friendly_name: str | None = None
    description: str = ""
    bigger_is_better: bool | None = None
    owners: list[str] = field(default_factory=list)
    source: str | None = None
    select_expression: str | None = None
    canonical: str | None = None
    duckdb: str | None = None
    gap: str | None = None
    direct: str | None = None
    window: Fragment | None = None
    parts: list[Part] | None = None
    bases: list[str] | None = None
    periods: list[str] | None = None
    ratio: Ratio | None = None
    statistics: dict[str, Statistic] = field(default_factory=dict)
