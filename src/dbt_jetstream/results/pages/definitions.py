"""What an experiment asks for: its metrics, statistics and windows, read from the lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from dbt_jetstream.common import naming
from dbt_jetstream.common.periods import PERIODS
from dbt_jetstream.common.reference import reference_branch
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.results.pages import words
from dbt_jetstream.trust.multiple_testing import DISTRIBUTIONS

IDENTITY = "identity"


@dataclass
class MetricDefinition:
    """A metric as the page explains it.

    Attributes:
        name: The metric.
        label: Its friendly name.
        description: What it measures.
        bigger_is_better: Whether more of it is wanted.
        bases: The analysis bases that it is computed for.
        is_primary: Whether the experiment's outcomes name it.
        is_asked_for: Whether a statistic is computed from it; others are parts of those.
        data_source: What it reads; empty for a metric made from others.
        from_expression: The telemetry behind the data source.
        sql: Its BigQuery expression.
        path: How windows are made from telemetry days.
        statistics: What is computed from it, in words, by statistic.
    """

    name: str
    label: str
    description: str
    bigger_is_better: bool
    bases: list[str]
    is_primary: bool = False
    is_asked_for: bool = True
    data_source: str = ""
    from_expression: str = ""
    sql: str = ""
    path: str = ""
    statistics: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Series:
    """A statistic of a metric: a line of the page's table."""

    metric: str
    statistic: str
    periods: tuple[str, ...]
    bases: tuple[str, ...]
    ci_width: float = 0.95
    is_adjusted: bool = False
    unadjusted: str | None = None

    @property
    def is_distribution(self) -> bool:
        """Whether it is drawn as a distribution."""
        return self.statistic in DISTRIBUTIONS


class Definitions:
    """The definition of one experiment, as its lock holds it."""

    def __init__(self, lock: HeldLock) -> None:
        self.lock = lock
        self.slug = lock.slug
        self.experiment = lock.experiment
        self.branches: list[str] = lock.experiment["branches"]
        self.reference = reference_branch(lock.experiment)

    @property
    def statistics_meta(self) -> dict[str, Any]:
        """What the lock says of the statistics."""
        meta: dict[str, Any] = self.lock.models[naming.statistics(self.slug)]["config"]["meta"]
        return meta

    @property
    def definition_hash(self) -> str:
        """Identifies what the statistics were computed from."""
        return str(self.statistics_meta["definition_hash"])

    @property
    def segments(self) -> list[str]:
        """`all`, and the experiment's segments."""
        return ["all", *self.statistics_meta["segments"]]

    @cached_property
    def periods(self) -> dict[str, dict[str, Any]]:
        """The `windows` and `bases` of every period, from the longest to the shortest."""
        metas = [model["config"]["meta"] for model in self.lock.models.values()]
        found = {m["period"]: m for m in metas if "windows" in m}
        return {
            period: {key: found[period][key] for key in ("windows", "bases")}
            for period in PERIODS
            if period in found
        }

    @cached_property
    def series(self) -> list[Series]:
        """All statistics of all metrics, primary metrics first."""
        parts = self.statistics_meta["statistics"]
        found = [
            Series(
                metric=part["metric"],
                statistic=part["statistic"],
                periods=tuple(part["periods"]),
                bases=tuple(part["bases"]),
                ci_width=part["confidence_interval"],
                is_adjusted=bool(part.get("covariate")),
                unadjusted=part.get("unadjusted"),
            )
            for part in parts
        ]
        order = list(self.metrics)
        return sorted(found, key=lambda s: order.index(s.metric))

    @cached_property
    def metrics(self) -> dict[str, MetricDefinition]:
        """All metrics by name, primary metrics first."""
        described = self.statistics_meta["metadata"]["metrics"]
        primary = self._primary()
        found = {name: self._metric(name, described[name]) for name in described}
        for name, part in self._expressions():
            metric = found.setdefault(name, self._upstream(name, part))
            for key, value in part.items():
                setattr(metric, key, value)
        for name in primary:
            found[name].is_primary = True
        for part in self.statistics_meta["statistics"]:
            found[part["metric"]].statistics[part["statistic"]] = words.statistic_words(part)
        ordered = sorted(found.values(), key=lambda m: (m.name not in primary, m.label.lower()))
        return {metric.name: metric for metric in ordered}

    def _primary(self) -> list[str]:
        """The metrics of the experiment's outcomes."""
        outcomes = self.statistics_meta["metadata"]["outcomes"].values()
        described = self.statistics_meta["metadata"]["metrics"]
        return [m for outcome in outcomes for m in outcome["metrics"] if m in described]

    @staticmethod
    def _metric(name: str, described: Mapping[str, Any]) -> MetricDefinition:
        return MetricDefinition(
            name=name,
            label=described["friendly_name"],
            description=described["description"],
            bigger_is_better=described["bigger_is_better"],
            bases=described["analysis_bases"],
        )

    def _upstream(self, name: str, part: Mapping[str, Any]) -> MetricDefinition:
        """Describe a metric that only others are made from."""
        columns = {
            column["name"]: column["description"]
            for model in self.lock.models.values()
            for column in model.get("columns", ())
        }
        description = columns.get(name, "").replace(f" `{part['sql']}`", "")
        return MetricDefinition(name, name, description, True, [], is_asked_for=False)

    def _expressions(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield what each metric reads and how."""
        for model in self.lock.models.values():
            for source in model["config"]["meta"].get("data_sources", ()):
                about = {
                    "data_source": source["name"],
                    "from_expression": _bigquery(source["from"]),
                }
                for metric in source["daily_metrics"]:
                    path = "Each telemetry day is read once; windows combine days."
                    sql = metric["select_expression"]
                    yield metric["name"], {**about, "sql": sql, "path": path}
                for metric in source["direct_metrics"]:
                    path = f"Read from telemetry for each window: {metric['reason']}."
                    yield metric["name"], {**about, "sql": _bigquery(metric["sql"]), "path": path}

    def metric_payload(self) -> list[dict[str, Any]]:
        """Return what the page's script knows of metrics."""
        sanity = ("_has_contradictory_branch", "_has_non_enrolled_data")
        return [
            asdict(metric)
            for metric in self.metrics.values()
            if metric.is_asked_for or not metric.name.endswith(sanity)
        ]


def _bigquery(fragment: Any) -> str:
    """Return the BigQuery form of a piece of SQL that the lock holds in one form or in two."""
    return str(fragment["bigquery"] if isinstance(fragment, dict) else fragment).strip()
