"""What is locked of an experiment, each fact once: the content of `definition.yml`.

The dbt files beside it are made from this alone, by `expand`. How follows from `format`: another
way to expand is another number, so that no version of this package changes what a held lock means.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import field

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass

# Numbers keep the type that they were written with: a definition hash tells 1 from 1.0.
Number = int | float
# BigQuery's text; where DuckDB's differs, both by the adapters' names, and the `gap` it has.
Fragment = str | dict[str, str | None]
Treatment = str | dict[str, dict[str, bool | int | float | str | None]]

FORMAT = 1
CLOSED = ConfigDict(extra="forbid")


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Experiment:
    """Who is analysed, and when.

    Attributes:
        slug: The experiment, as Experimenter names it.
        app_name: The application that it runs in.
        analysis_unit: What is a unit: `client_id` or `profile_group_id`.
        is_private: Whether nothing of it may be published.
        dataset: Its own dataset, where it has one.
        start_date: The first enrollment date.
        enrollment_period: Days of enrollment, as configured.
        last_enrollment_date: The last enrollment date.
        end_date: Its last day; null while it is open-ended.
        branches: The branches, each with its share.
        reference_branch: The branch that others are compared with first.
    """

    slug: str
    app_name: str
    analysis_unit: str
    is_private: bool = False
    dataset: str | None = None
    start_date: dt.date
    enrollment_period: int
    last_enrollment_date: dt.date
    end_date: dt.date | None
    branches: dict[str, int]
    reference_branch: str | None


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Checkout:
    """A version of a metric hub.

    Attributes:
        path: Where it comes from.
        revision: Its commit.
    """

    path: str
    revision: str | None


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Versions:
    """What made the lock.

    Attributes:
        metric_hub: The hub's commit.
        config: Identifies what the experiment itself says.
        own_end_date: The end date that its own config sets.
        locked_on: The day on which it was locked, in UTC.
        rerun: How often the experiment was rerun; another number rebuilds all its tables.
        rerun_asked: When Experimenter asked that all be computed anew.
        overall_alone: Whether it is of such a rerun, which has the overall window alone.
        packages: The versions of the packages.
        metric_definitions: The hubs that are public.
    """

    metric_hub: str | None = None
    config: str | None = None
    own_end_date: str | None = None
    locked_on: dt.date | None = None
    rerun: int = 0
    rerun_asked: str | None = None
    overall_alone: bool = False
    packages: dict[str, str] = field(default_factory=dict)
    metric_definitions: list[Checkout] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Defaults:
    """What holds of measures and statistics that say nothing else.

    Attributes:
        bases: The analysis bases.
        bigger_is_better: Whether an increase is an improvement.
        confidence_interval: The probability mass of intervals.
        version: The version of statistics.
    """

    bases: list[str]
    bigger_is_better: bool
    confidence_interval: Number
    version: int


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Enrollment:
    """How enrollments are found.

    Attributes:
        query_type: How the application records them.
        tables: The event tables, by their role.
        sample_size: Percent of clients that are looked at.
        custom_query: The experiment's own query.
        unit_column: The column of that query that holds the unit.
        has_event_count: Whether that query counts enrollment events.
    """

    query_type: str
    tables: dict[str, str]
    sample_size: int
    custom_query: Fragment | None = None
    unit_column: str | None = None
    has_event_count: bool | None = None


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


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Outcome:
    """An outcome of the hub.

    Attributes:
        friendly_name: What it is called.
        description: What it is about.
        metrics: Its measures.
        default_metrics: Those that are shown first.
        commit_hash: The version of it.
    """

    friendly_name: str
    description: str
    metrics: list[str]
    default_metrics: list[str]
    commit_hash: str | None


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Accepting:
    """A table whose windows of earlier definitions are kept.

    Attributes:
        hash: Its definition hash.
        accepts: The earlier ones.
    """

    hash: str
    accepts: list[str]


Hash = str | Accepting


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Hashes:
    """Which definition makes the rows of each table: another one rebuilds it.

    Attributes:
        enrollments: The enrolled units.
        client_days: Client days, by data source.
        exposure_days: The days of exposure, where the experiment has a signal of its own.
        metrics: Metrics, by period.
        bins: The coarse counts.
        pieces: The values that statistics are computed from.
        moments: What else they are computed from.
        statistics: The statistics.
        views: The exported views, by period.
        completeness: The completeness grid.
        trust_counts: What the trust checks count.
        trust: What the trust checks find.
    """

    enrollments: Hash
    client_days: dict[str, Hash] = field(default_factory=dict)
    exposure_days: Hash | None = None
    metrics: dict[str, Hash] = field(default_factory=dict)
    bins: Hash
    pieces: Hash
    moments: Hash
    statistics: Hash
    views: dict[str, Hash] = field(default_factory=dict)
    completeness: Hash
    trust_counts: Hash
    trust: Hash


@dataclass(frozen=True, kw_only=True, config=CLOSED)
class Definition:
    """The definition of an experiment.

    Attributes:
        format: How it is expanded.
        experiment: Who is analysed, and when.
        versions: What made the lock.
        defaults: What holds where nothing else is said.
        telemetry: The tables that are read.
        enrollment: How enrollments are found.
        exposure_signal: The experiment's own exposure signal.
        segment_sources: Data sources of segments, by name.
        segments: Segments, by name.
        periods: Analysis windows, by period.
        data_sources: Data sources of measures, by name.
        measures: Metrics, by name.
        outcomes: Outcomes, by slug.
        external_config: What the experiment's own config sets otherwise than Experimenter.
        hashes: Which definition makes the rows of each table.
        expansion: Identifies what all of this is expanded to.
    """

    format: int
    experiment: Experiment
    versions: Versions
    defaults: Defaults
    telemetry: list[str]
    enrollment: Enrollment
    exposure_signal: Signal | None = None
    segment_sources: dict[str, SegmentSource] = field(default_factory=dict)
    segments: dict[str, Segment] = field(default_factory=dict)
    periods: dict[str, Period]
    data_sources: dict[str, DataSource] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    external_config: dict[str, str | int | None] | None = None
    hashes: Hashes | None = None
    expansion: str | None = None
