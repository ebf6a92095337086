"""What is locked of an experiment, each fact once: the content of `definition.yml`.

The dbt files beside it are made from this alone, by `expand`. How follows from `format`: another
way to expand is another number, so that no version of this package changes what a held lock means.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import field

from pydantic.dataclasses import dataclass

from dbt_jetstream.lock.definition.measures import Measure
from dbt_jetstream.lock.definition.sources import DataSource, Segment, SegmentSource, Signal
from dbt_jetstream.lock.definition.values import CLOSED, Fragment, Number
from dbt_jetstream.lock.definition.windows import Period

FORMAT = 1


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
