"""Builds all nodes of one experiment from its resolved configuration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream import naming
from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.hub import Hub
from dbt_jetstream.lock import columns
from dbt_jetstream.lock.enrollments import enrollment_part, segment_parts
from dbt_jetstream.lock.experiment import experiment_part, timeline
from dbt_jetstream.lock.fragments import Table
from dbt_jetstream.lock.metadata import metadata
from dbt_jetstream.lock.metrics import (
    BASES,
    LockedDataSource,
    client_days_part,
    lock_data_source,
    lock_metric,
    period_metrics,
    period_part,
    sanity_metrics,
)
from dbt_jetstream.lock.nodes import (
    Node,
    call,
    incremental,
    mapping,
    ref,
    sources,
    unique_key,
)
from dbt_jetstream.lock.summaries import LockedStatistics, check, lock_statistics
from dbt_jetstream.platforms import Platform

T = TypeVar("T")

SUMMARY_KEY = (
    "analysis_period",
    "window_index",
    "analysis_basis",
    "segment",
    "metric",
    "statistic",
    "branch",
    "value",
)
STATISTIC_KEY = (
    "analysis_period",
    "window_index",
    "analysis_basis",
    "segment",
    "metric",
    "statistic",
    "parameter",
    "branch",
    "comparison",
    "comparison_to_branch",
)


@dataclass
class LockedExperiment:
    """All nodes of one experiment, in the order of the flow.

    Attributes:
        slug: The experiment.
        nodes: Its dbt models.
        tables: The telemetry tables that they read.
        left_out: Statistics of the original that this version does not compute yet.
    """

    slug: str
    nodes: list[Node]
    tables: list[Table]
    left_out: list[str]


def lock(
    hub: Hub, experiment: Experiment, config: AnalysisConfiguration, platform: Platform
) -> LockedExperiment:
    """Lock an experiment.

    Raises:
        ConfigErrors: With one error per mistake, each naming the file and the key.
    """
    builder = _Builder(hub, experiment, config, platform)
    nodes = builder.build()
    if builder.errors:
        raise ConfigErrors(builder.errors)
    tables = sorted(set(builder.tables))
    return LockedExperiment(builder.slug, nodes, tables, builder.statistics.left_out)


class _Builder:
    """Builds the nodes one after the other and gathers the mistakes on the way."""

    def __init__(
        self,
        hub: Hub,
        experiment: Experiment,
        config: AnalysisConfiguration,
        platform: Platform,
    ) -> None:
        self.hub = hub
        self.config = config
        self.platform = platform
        self.slug = str(experiment.normandy_slug)
        self.app = experiment.app_name
        self.dataset = naming.dataset(experiment.app_id) or platform.dataset
        self.errors: list[ConfigError] = []
        self.tables: list[Table] = []
        self.timeline = timeline(config.experiment)
        self.experiment = experiment_part(config.experiment, self.timeline)
        self.unit = self.experiment["analysis_unit"]
        self.segments = [segment.name for segment in config.experiment.segments]
        self.periods = [p for p in AnalysisPeriod if config.metrics[p]]
        self.statistics = LockedStatistics()

    def build(self) -> list[Node]:
        """Build all nodes, in the order of the flow."""
        self._check_settings()
        self._check_summaries()
        sources = self._data_sources()
        enrollments = self._enrollments()
        if self.errors or enrollments is None:
            return []
        self.statistics = lock_statistics(self.config.metrics)
        days = {s.name: self._client_days(s, enrollments) for s in sources if s.is_daily}
        periods = {p: self._metrics(p, sources, days, enrollments) for p in self.periods}
        summaries = self._summaries(periods)
        statistics = self._statistics(summaries)
        views = [self._view(period, statistics) for period in self.periods]
        return [enrollments, *days.values(), *periods.values(), summaries, statistics, *views]

    def _try(self, attempt: Callable[[], T], path: Path | None, key: str) -> T | None:
        """Run `attempt`; what it refuses becomes an error at `key` of the file `path`."""
        try:
            return attempt()
        except ValueError as error:
            self.errors.append(ConfigError(path, key, str(error)))
            return None

    def _check_settings(self) -> None:
        """Refuse what would be analysed wrongly or published where it must not be."""
        own = self.hub.experiment_file(self.slug)
        spec = self.config.experiment.experiment_spec
        for key in ("exposure_signal", "is_private"):
            if getattr(spec, key):
                problem = f"not built yet: an experiment with `{key}` cannot be analysed"
                self.errors.append(ConfigError(own, f"experiment.{key}", problem))

    def _check_summaries(self) -> None:
        checked = set()
        for period in self.periods:
            for summary in self.config.metrics[period]:
                key = f"metrics.{summary.metric.name}.statistics.{summary.statistic.name}"
                if key not in checked:
                    checked.add(key)
                    path = self.hub.statistic_file(summary, self.slug, self.app)
                    self._try(partial(check, summary), path, key)

    def _data_sources(self) -> list[LockedDataSource]:
        """Lock every data source once, with the metrics of each period that read it."""
        sources: dict[str, LockedDataSource] = {}
        for period in self.periods:
            for metric in period_metrics(self.config.metrics[period]):
                name = metric.data_source.name
                if name not in sources:
                    path = self.hub.data_source_file(name, self.slug, self.app)
                    key = f"data_sources.{name}.from_expression"
                    attempt = partial(lock_data_source, metric.data_source, self.dataset)
                    found = self._try(attempt, path, key)
                    if found is None:
                        continue
                    sources[name] = found
                path = self.hub.metric_file(metric.name, self.slug, self.app)
                key = f"metrics.{metric.name}.select_expression"
                locked = self._try(partial(lock_metric, metric, self.slug), path, key)
                if locked is not None:
                    sources[name].metrics.setdefault(period, []).append(locked)
        for source in sources.values():
            self._add_sanity_metrics(source)
            self.tables += source.tables
        return list(sources.values())

    def _add_sanity_metrics(self, source: LockedDataSource) -> None:
        checks = sanity_metrics(source.source, self.slug, daily=source.is_daily)
        for metrics in source.metrics.values():
            metrics.extend(checks)

    def _enrollments(self) -> Node | None:
        own = self.hub.experiment_file(self.slug)
        enrollment = self._try(
            lambda: enrollment_part(self.config.experiment, self.platform, self.dataset),
            own,
            "experiment.enrollment_query",
        )
        segments = self._try(
            lambda: segment_parts(self.config.experiment.segments, self.unit, self.dataset),
            own,
            "segments",
        )
        if enrollment is None or segments is None:
            return None
        tables = [*enrollment[1], *segments[1]]
        self.tables += tables
        described = [
            (s.name, s.description or s.friendly_name or s.name)
            for s in self.config.experiment.segments
        ]
        return Node(
            name=naming.enrollments(self.slug),
            description=(
                f"Units enrolled in `{self.slug}`, with their exposure and segments. Written once, "
                "when enrollment is complete. One row per analysis unit and branch."
            ),
            meta={
                "versions": self._versions(),
                "reads": [t.dotted for t in sorted(set(self.tables))],
                "experiment": self.experiment,
                "enrollment": enrollment[0],
                "segment_sources": segments[0],
                "segments": self.segments,
            },
            columns=columns.enrollments(self.experiment["branches"], described),
            stub=call("enrollments", telemetry=sources(tables)),
            config=incremental("analysis_id", "branch"),
            tests=[unique_key("analysis_id", "branch")],
        )

    def _versions(self) -> dict[str, Any]:
        return {"metric_hub": self.hub.commit, "dbt_jetstream": version("dbt-jetstream")}

    def _client_days(self, source: LockedDataSource, enrollments: Node) -> Node:
        first_day = min(self.timeline.windows(period)["first_day"] for period in source.metrics)
        return Node(
            name=naming.client_days(self.slug, source.name),
            description=(
                f"What `{source.name}` says about each unit of `{self.slug}` and day, as parts "
                "that every analysis window combines: each telemetry day is read once. One row per "
                "analysis unit, branch and day, and one per unit and branch without a date."
            ),
            meta={
                "experiment": self.experiment,
                "data_source": client_days_part(source, self.slug, self.unit, first_day),
            },
            columns=columns.client_days(source),
            stub=call(
                "client_days",
                enrollments=ref(enrollments.name),
                telemetry=sources(source.tables),
            ),
            config=incremental(
                "analysis_id", "branch", "submission_date", post_hook="{{ narrow_integers() }}"
            ),
            upstream=(enrollments.definition_hash,),
            tests=[unique_key("analysis_id", "branch", "submission_date")],
        )

    def _metrics(
        self,
        period: AnalysisPeriod,
        sources_: list[LockedDataSource],
        days: dict[str, Node],
        enrollments: Node,
    ) -> Node:
        used = [source for source in sources_ if period in source.metrics]
        parts = [period_part(source, period, self.slug, self.unit) for source in used]
        rolled_up = {p["name"]: days[p["name"]] for p in parts if p["daily_metrics"]}
        direct = [s for s, p in zip(used, parts, strict=True) if p["direct_metrics"]]
        used_bases = {basis for s in used for m in s.metrics[period] for basis in m.bases}
        return Node(
            name=naming.metrics(self.slug, period),
            description=(
                f"Metrics of `{self.slug}` over {_period_words(period)}, for every window that is "
                "complete. One row per enrolled unit and branch, analysis basis and window."
            ),
            meta={
                "experiment": self.experiment,
                "period": period.table_suffix,
                "windows": self.timeline.windows(period),
                "bases": [basis for basis in BASES if basis in used_bases],
                "segments": self.segments,
                "data_sources": parts,
            },
            columns=columns.metrics(used, period, self.segments),
            stub=call(
                "window_metrics",
                enrollments=ref(enrollments.name),
                client_days=mapping({name: ref(node.name) for name, node in rolled_up.items()}),
                telemetry=sources(t for source in direct for t in source.tables),
            ),
            config=incremental(
                "analysis_id",
                "branch",
                "analysis_basis",
                "window_index",
                post_hook="{{ narrow_integers() }}",
            ),
            upstream=(
                enrollments.definition_hash,
                *(node.definition_hash for node in rolled_up.values()),
            ),
            tests=[
                {
                    "one_row_per_enrolled_unit_and_window": {
                        "arguments": {"enrollments": ref(enrollments.name)}
                    }
                }
            ],
        )

    def _summaries(self, periods: dict[AnalysisPeriod, Node]) -> Node:
        nodes = {period.table_suffix: node for period, node in periods.items()}
        return Node(
            name=naming.summaries(self.slug),
            description=(
                f"What the statistics of `{self.slug}` need: how many units have which value, "
                "after pre-treatments and clipping. One row per period, window, basis, segment, "
                "metric, statistic, branch and value."
            ),
            meta={
                "experiment": self.experiment,
                "segments": self.segments,
                "periods": {
                    name: {"bases": node.meta["bases"], "windows": node.meta["windows"]}
                    for name, node in nodes.items()
                },
                "summaries": self.statistics.summaries,
                "left_out": self.statistics.left_out,
            },
            columns=columns.summaries(),
            stub=call("summaries", metrics=mapping({k: ref(n.name) for k, n in nodes.items()})),
            config=incremental(*SUMMARY_KEY),
            upstream=tuple(node.definition_hash for node in nodes.values()),
            tests=[unique_key(*SUMMARY_KEY)],
        )

    def _statistics(self, summaries: Node) -> Node:
        outcomes = self.hub.outcomes_of(self.config)
        described = metadata(self.config, outcomes, self.hub.config_url(self.slug))
        name = naming.statistics(self.slug)
        return Node(
            name=name,
            description=(
                f"Statistics of `{self.slug}`: each branch, and each branch against each other. "
                "One row per period, window, basis, segment, metric, statistic and comparison."
            ),
            meta={
                "experiment": self.experiment,
                "segments": self.segments,
                "statistics": summaries.meta["summaries"],
                "periods": {k: p["bases"] for k, p in summaries.meta["periods"].items()},
                "metadata": described,
            },
            columns=columns.statistics(is_view=False),
            stub=_python_stub(self.slug, summaries.name),
            config=incremental(
                *STATISTIC_KEY, post_hook=["{{ drop_leftovers() }}", "{{ export_metadata() }}"]
            ),
            upstream=(summaries.definition_hash,),
            tests=[unique_key(*STATISTIC_KEY)],
            language="python",
        )

    def _view(self, period: AnalysisPeriod, statistics: Node) -> Node:
        name = naming.statistics(self.slug, period)
        return Node(
            name=name,
            description=(
                f"Statistics of `{self.slug}` over {_period_words(period)}, in Jetstream's schema; "
                f"exported as `statistics/{name}.json`. One row per result."
            ),
            meta={"experiment": self.experiment, "period": period.table_suffix},
            columns=columns.statistics(is_view=True),
            stub=call("statistics_view", statistics=ref(statistics.name)),
            config={"materialized": "view", "post_hook": "{{ export_statistics() }}"},
            upstream=(statistics.definition_hash,),
        )


def _period_words(period: AnalysisPeriod) -> str:
    return {
        AnalysisPeriod.DAY: "each day after enrollment",
        AnalysisPeriod.WEEK: "each week after enrollment",
        AnalysisPeriod.DAYS_28: "every 28 days after enrollment",
        AnalysisPeriod.OVERALL: "the longest time that every unit has been observed",
        AnalysisPeriod.PREENROLLMENT_WEEK: "the week before enrollment",
        AnalysisPeriod.PREENROLLMENT_DAYS_28: "the 28 days before enrollment",
    }[period]


def _python_stub(slug: str, summaries: str) -> str:
    return f'''"""Statistics of {slug}; what is computed is in the lock, how in dbt_jetstream."""

from dbt_jetstream.python_model import statistics_table


def model(dbt, session):
    summaries = dbt.ref("{summaries}")
    definition = {{
        "experiment": dbt.config.meta_get("experiment"),
        "segments": dbt.config.meta_get("segments"),
        "statistics": dbt.config.meta_get("statistics"),
        "periods": dbt.config.meta_get("periods"),
        "definition_hash": dbt.config.meta_get("definition_hash"),
    }}
    done = str(dbt.this) if dbt.is_incremental else None
    return statistics_table(summaries, definition, session, done)
'''
