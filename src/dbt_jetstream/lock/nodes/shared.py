"""What all models of an experiment have in common, and how they are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.lock.definition.definition import Definition, Experiment
from dbt_jetstream.lock.definition.windows import Every, Period
from dbt_jetstream.lock.nodes.node import (
    Node,
    partitioned_by_day,
)

CELL_KEY = ("analysis_period", "window_index", "analysis_basis", "segment", "metric")
BIN_KEY = (*CELL_KEY, "series", "branch", "bin")
# What of a series decides its bins; where it is cut comes later.
BINNED_BY = ("metric", "series", "pre_treatments", "periods", "joint", "side")
STATISTIC_KEY = (
    *CELL_KEY,
    "statistic",
    "parameter",
    "branch",
    "comparison",
    "comparison_to_branch",
)
# Of tables with windows: those that a data source was absent from are computed again.
FORGET = {"pre_hook": "{{ dbt_jetstream.forget_incomplete_windows() }}"}
# In the order in which new rows come and others are read.
CELL_CLUSTERS = {"cluster_by": ["window_index", "analysis_period", "analysis_basis", "metric"]}
UNIT_CLUSTERS = {"cluster_by": ["analysis_id", "branch"]}
DAY_TABLE = {**partitioned_by_day("submission_date"), **UNIT_CLUSTERS}
EXPIRE = "{{ dbt_jetstream.expire_table() }}"
EXPORT_STATISTICS = {"post_hook": "{{ dbt_jetstream.export_statistics() }}"}


@dataclass(frozen=True)
class Shared:
    """What all models of an experiment have in common.

    Attributes:
        definition: The experiment's definition.
        slug: The experiment.
        experiment: Its part of the nodes.
        segments: The names of its segments.
        is_private: Whether nothing of it may be exported.
    """

    definition: Definition
    slug: str
    experiment: dict[str, Any]
    segments: list[str]
    is_private: bool

    def period(self, period: AnalysisPeriod) -> Period:
        """Return the windows of a period."""
        return self.definition.periods[period.table_suffix]


@dataclass(frozen=True)
class Upstream:
    """What metrics are made from.

    Attributes:
        enrollments: The enrolled units.
        client_days: The client days by data source.
        exposure_days: Where the experiment has a signal of its own, the days of exposure.
    """

    enrollments: Node
    client_days: dict[str, Node]
    exposure_days: Node | None = None


@dataclass(frozen=True)
class Results:
    """What is made from metrics.

    Attributes:
        periods: The metrics by period.
        bins: The coarse counts.
        pieces: The values that statistics are computed from.
        moments: What else they are computed from.
        statistics: The statistics.
    """

    periods: dict[AnalysisPeriod, Node]
    bins: Node
    pieces: Node
    moments: Node
    statistics: Node

    @property
    def after_metrics(self) -> list[Node]:
        """The nodes that read all periods."""
        return [self.bins, self.pieces, self.moments, self.statistics]


def shared(definition: Definition) -> Shared:
    """Read what all models of an experiment have in common."""
    said = definition.experiment
    experiment = experiment_part(said)
    return Shared(definition, said.slug, experiment, list(definition.segments), said.is_private)


def experiment_part(said: Experiment) -> dict[str, Any]:
    """Describe an experiment for macros; dates as ISO strings."""
    return {
        "slug": said.slug,
        "app_name": said.app_name,
        "analysis_unit": said.analysis_unit,
        "start_date": said.start_date.isoformat(),
        "enrollment_period": said.enrollment_period,
        "last_enrollment_date": said.last_enrollment_date.isoformat(),
        "end_date": said.end_date.isoformat() if said.end_date else None,
        "branches": list(said.branches),
        "reference_branch": said.reference_branch,
    }


def windows_part(period: Period) -> dict[str, Any]:
    """Describe the windows of a period for macros; dates as ISO strings."""
    due = period.due
    return {
        "first_day": period.first_day,
        "length": period.length,
        "repeats": period.repeats,
        "not_before": period.not_before.isoformat() if period.not_before else None,
        "due": {"first": due.first.isoformat(), "every": due.every}
        if isinstance(due, Every)
        else [date.isoformat() for date in due],
    }
