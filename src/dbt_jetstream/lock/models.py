"""The dbt models of an experiment: what each is, reads and promises."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.common import naming
from dbt_jetstream.lock import columns
from dbt_jetstream.lock.completeness import declared_results, read_by
from dbt_jetstream.lock.definition import Definition, Every, Experiment, Period
from dbt_jetstream.lock.due import can_have
from dbt_jetstream.lock.fragments import Table
from dbt_jetstream.lock.metrics import BASES, LockedDataSource, client_days_part, period_part
from dbt_jetstream.lock.nodes import (
    Column,
    Node,
    call,
    incremental,
    mapping,
    own_test,
    partitioned_by_day,
    partitioned_by_window,
    ref,
    sources,
    unique_key,
)
from dbt_jetstream.lock.summaries import LockedSummaries

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


def enrollments(shared: Shared, meta: dict[str, Any], tables: Iterable[Table]) -> Node:
    """Build the enrollments; `tables` are those that their queries read."""
    described = [(name, said.description) for name, said in shared.definition.segments.items()]
    return Node(
        name=naming.enrollments(shared.slug),
        description=(
            f"Units enrolled in `{shared.slug}`, with their exposure and segments. Written once, "
            "when enrollment is complete. One row per analysis unit and branch."
        ),
        meta=meta,
        columns=columns.enrollments(shared.experiment["branches"], described),
        stub=call("enrollments", telemetry=sources(tables)),
        config=incremental("analysis_id", "branch", **UNIT_CLUSTERS),
        tests=[unique_key("analysis_id", "branch")],
    )


def client_days(shared: Shared, source: LockedDataSource, enrollments: Node) -> Node:
    """Build the client days of a data source."""
    first_day = min(shared.period(period).first_day for period in source.metrics)
    return Node(
        name=naming.client_days(shared.slug, source.name),
        description=(
            f"What `{source.name}` says about each unit of `{shared.slug}` and day, as parts "
            "that every analysis window combines: each telemetry day is read once. One row per "
            "analysis unit, branch and day, one without a date for units without telemetry, and "
            "one without a unit per run: the last day read."
        ),
        meta={
            "experiment": shared.experiment,
            "data_source": client_days_part(source, first_day),
        },
        columns=columns.client_days(source),
        stub=call(
            "client_days",
            enrollments=ref(enrollments.name),
            telemetry=sources(source.tables),
        ),
        config=incremental(
            "analysis_id",
            "branch",
            "submission_date",
            **DAY_TABLE,
            post_hook=["{{ dbt_jetstream.narrow_integers() }}", EXPIRE],
        ),
        upstream=(enrollments.definition_hash,),
        tests=[unique_key("analysis_id", "branch", "submission_date")],
    )


def exposure_days(
    shared: Shared, signal: dict[str, Any], tables: Iterable[Table], enrollments: Node
) -> Node:
    """Build the days on which units met the experiment's own exposure signal."""
    return Node(
        name=naming.exposure_days(shared.slug),
        description=(
            f"How often units of `{shared.slug}` met its exposure signal `{signal['name']}` on "
            "each day: what windows of the exposures basis look for their first exposure in. One "
            "row per analysis unit, branch and day, and one without a unit per run: the last day "
            "read."
        ),
        meta={"experiment": shared.experiment, "exposure_signal": signal},
        columns=columns.exposure_days(),
        stub=call("exposure_days", enrollments=ref(enrollments.name), telemetry=sources(tables)),
        config=incremental(
            "analysis_id", "branch", "submission_date", **DAY_TABLE, post_hook=EXPIRE
        ),
        upstream=(enrollments.definition_hash,),
        tests=[unique_key("analysis_id", "branch", "submission_date")],
    )


def metrics(
    shared: Shared,
    period: AnalysisPeriod,
    locked: list[LockedDataSource],
    upstream: Upstream,
) -> Node:
    """Build the metrics of a period."""
    enrollments, days, exposed = upstream.enrollments, upstream.client_days, upstream.exposure_days
    used = [source for source in locked if period in source.metrics]
    parts = [period_part(source, period) for source in used]
    rolled_up = {p["name"]: days[p["name"]] for p in parts if p["daily_metrics"]}
    direct = [s for s, p in zip(used, parts, strict=True) if p["direct_metrics"]]
    windows = windows_part(shared.period(period))
    used_bases = {basis for s in used for m in s.metrics[period] for basis in m.bases}
    return Node(
        name=naming.metrics(shared.slug, period),
        description=(
            f"Metrics of `{shared.slug}` over {_period_words(period)}, for every window that is "
            "complete. One row per enrolled unit and branch, analysis basis and window."
        ),
        meta={
            "experiment": shared.experiment,
            "period": period.table_suffix,
            "windows": windows,
            "bases": [basis for basis in BASES if basis in used_bases],
            "segments": shared.segments,
            "data_sources": parts,
            **({"exposure_signal": _limits(exposed)} if exposed else {}),
        },
        columns=columns.metrics(used, period, shared.segments),
        stub=call(
            "window_metrics",
            enrollments=ref(enrollments.name),
            client_days=mapping({name: ref(node.name) for name, node in rolled_up.items()}),
            telemetry=sources(t for source in direct for t in source.tables),
            **({"exposure_days": ref(exposed.name)} if exposed else {}),
        ),
        config=incremental(
            "analysis_id",
            "branch",
            "analysis_basis",
            "window_index",
            **(partitioned_by_window() if windows["repeats"] else {}),
            cluster_by=["analysis_basis", "branch", "analysis_id"],
            post_hook="{{ dbt_jetstream.narrow_integers() }}",
            **FORGET,
        ),
        upstream=(
            enrollments.definition_hash,
            *(node.definition_hash for node in rolled_up.values()),
            *([exposed.definition_hash] if exposed else []),
        ),
        tests=[
            {
                own_test("one_row_per_enrolled_unit_and_window"): {
                    "arguments": {"enrollments": ref(enrollments.name)}
                }
            }
        ],
    )


def _limits(exposure_days: Node) -> dict[str, Any]:
    signal = exposure_days.meta["exposure_signal"]
    return {key: signal[key] for key in ("window_start", "window_end", "dated_tables")}


def bins(shared: Shared, periods: dict[AnalysisPeriod, Node], locked: LockedSummaries) -> Node:
    """Build the coarse counts of all periods' values."""
    return Node(
        name=naming.bins(shared.slug),
        description=(
            f"How many units of `{shared.slug}` have values in which bin: what is looked at "
            "first. One row per period, window, basis, segment, metric, series, branch and bin."
        ),
        meta={
            **_summary_meta(shared, periods),
            "series": [{key: s.get(key) for key in BINNED_BY} for s in locked.series],
        },
        columns=columns.bins(),
        stub=call("bins", metrics=_metrics_by_suffix(periods)),
        config=incremental(*BIN_KEY, **CELL_CLUSTERS, **FORGET),
        upstream=tuple(node.definition_hash for node in periods.values()),
        tests=[unique_key(*BIN_KEY)],
    )


@dataclass(frozen=True)
class Described:
    """What a table of values is called, holds and promises.

    Attributes:
        name: Its name, by the experiment's slug.
        description: What it holds; `{slug}` stands for the experiment.
        key: The columns in which no two rows agree.
        columns: Its columns.
    """

    name: Callable[[str], str]
    description: str
    key: tuple[str, ...]
    columns: Callable[[], list[Column]]


PIECES = Described(
    naming.pieces,
    "The values of `{slug}` after pre-treatments: how many have which, joined where nothing is "
    "lost. One row per period, window, basis, segment, metric, series, branch and piece, which "
    "begins with `lowest`.",
    (*CELL_KEY, "series", "branch", "lowest"),
    columns.pieces,
)
MOMENTS = Described(
    naming.moments,
    "What the statistics of `{slug}` need besides pieces: where units are clipped, moments of two "
    "values per unit, densities. One row per period, window, basis, segment, metric, series, "
    "branch, moment and, of a density, point.",
    (*CELL_KEY, "series", "branch", "moment", "point"),
    columns.moments,
)


def pieces(
    shared: Shared, periods: dict[AnalysisPeriod, Node], bins: Node, locked: LockedSummaries
) -> Node:
    """Build the pieces of all periods' values."""
    meta = {**_summary_meta(shared, periods), "series": locked.series, "joint": locked.joint}
    stub = call("pieces", bins=ref(bins.name), metrics=_metrics_by_suffix(periods))
    return _described(PIECES, shared.slug, meta, stub, (bins.definition_hash,))


def moments(shared: Shared, periods: dict[AnalysisPeriod, Node], pieces: Node) -> Node:
    """Build what statistics need besides the pieces.

    Its definition is that of the pieces, and of the one table that held both in earlier versions:
    statistics that were computed from that are kept.
    """
    stub = call("moments", pieces=ref(pieces.name), metrics=_metrics_by_suffix(periods))
    return _described(MOMENTS, shared.slug, pieces.meta, stub, pieces.upstream)


def _described(
    table: Described, slug: str, meta: dict[str, Any], stub: str, upstream: tuple[str, ...]
) -> Node:
    return Node(
        name=table.name(slug),
        description=table.description.format(slug=slug),
        meta=dict(meta),
        columns=table.columns(),
        stub=stub,
        config=incremental(*table.key, **CELL_CLUSTERS, **FORGET),
        upstream=upstream,
        tests=[unique_key(*table.key)],
    )


def _metrics_by_suffix(periods: dict[AnalysisPeriod, Node]) -> str:
    return mapping({period.table_suffix: ref(node.name) for period, node in periods.items()})


def _summary_meta(shared: Shared, periods: dict[AnalysisPeriod, Node]) -> dict[str, Any]:
    return {
        "experiment": shared.experiment,
        "segments": shared.segments,
        "periods": {
            period.table_suffix: {key: node.meta[key] for key in ("bases", "windows")}
            for period, node in periods.items()
        },
    }


def statistics(
    shared: Shared, pieces: Node, moments: Node, locked: LockedSummaries, metadata: dict[str, Any]
) -> Node:
    """Build the statistics; `metadata` goes with them to Experimenter."""
    name = naming.statistics(shared.slug)
    return Node(
        name=name,
        description=(
            f"Statistics of `{shared.slug}`: each branch, and each branch against each other. "
            "One row per period, window, basis, segment, metric, statistic and comparison."
        ),
        meta={
            "experiment": shared.experiment,
            "segments": shared.segments,
            "statistics": locked.statistics,
            "periods": {k: p["bases"] for k, p in moments.meta["periods"].items()},
            "metadata": metadata,
        },
        columns=columns.statistics(is_view=False),
        stub=_python_stub(shared.slug, pieces.name, moments.name),
        config=incremental(
            *STATISTIC_KEY,
            **CELL_CLUSTERS,
            **FORGET,
        ),
        upstream=(moments.definition_hash,),
        tests=[unique_key(*STATISTIC_KEY)],
        language="python",
    )


def statistics_view(shared: Shared, period: AnalysisPeriod, statistics: Node) -> Node:
    """Build the view of a period's statistics, which is exported.

    Of a period that the experiment cannot have there is no file, but where an earlier lock, such
    as one with a later end, may have written it: that one is emptied.
    """
    name = naming.statistics(shared.slug, period)
    exported = (
        "not exported, since the experiment is private"
        if shared.is_private
        else f"exported as `statistics/{name}.json`, if the experiment can have one"
    )
    said, end = shared.period(period), shared.definition.experiment.end_date
    has_file = not shared.is_private and (said.exported or can_have(said, end))
    return Node(
        name=name,
        description=(
            f"Statistics of `{shared.slug}` over {_period_words(period)}, in Jetstream's schema; "
            f"{exported}. One row per result."
        ),
        meta={"experiment": shared.experiment, "period": period.table_suffix},
        columns=columns.statistics(is_view=True),
        stub=call("statistics_view", statistics=ref(statistics.name)),
        config={"materialized": "view", **(EXPORT_STATISTICS if has_file else {})},
        upstream=(statistics.definition_hash,),
    )


def completeness(
    shared: Shared,
    sources: list[LockedDataSource],
    upstream: Upstream,
    results: Results,
    locked: LockedSummaries,
) -> Node:
    """Build the grid of everything that the definition declares."""
    first = [upstream.enrollments, *([upstream.exposure_days] if upstream.exposure_days else [])]
    days, periods = upstream.client_days, results.periods
    tables = {
        "enrollments": upstream.enrollments.name,
        "client_days": {name: node.name for name, node in days.items()},
        "metrics": {period.table_suffix: node.name for period, node in periods.items()},
        "bins": results.bins.name,
        "statistics": results.statistics.name,
    }
    nodes = [*first, *days.values(), *periods.values(), *results.after_metrics]
    return Node(
        name=naming.completeness(shared.slug),
        description=(
            f"What became of every result that the definition of `{shared.slug}` declares. One row "
            "per period, window, basis, segment, metric, statistic and branch."
        ),
        meta={
            "experiment": shared.experiment,
            "is_private": shared.is_private,
            "segments": shared.segments,
            "statistics": declared_results((p.table_suffix for p in periods), locked, sources),
            "periods": {
                period.table_suffix: {
                    **{key: node.meta[key] for key in ("bases", "windows")},
                    **read_by(node, days, first),
                }
                for period, node in periods.items()
            },
            "source_tables": {
                source.name: " or ".join(table["name"] for table in source.dated_tables)
                for source in sources
                if source.is_daily and source.dated_tables
            },
            "tables": tables,
            "nodes": [node.name for node in nodes],
        },
        columns=columns.completeness(),
        stub=call(
            "completeness",
            enrollments=ref(upstream.enrollments.name),
            client_days=mapping({name: ref(node.name) for name, node in days.items()}),
            metrics=_metrics_by_suffix(periods),
            bins=ref(results.bins.name),
            statistics=ref(results.statistics.name),
        ),
        config={"materialized": "view"},
        upstream=(results.statistics.definition_hash,),
        tests=[own_test("no_silent_loss")],
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


def _python_stub(slug: str, pieces: str, moments: str) -> str:
    return f'''"""Statistics of {slug}; what is computed is in the lock, how in dbt_jetstream."""

from dbt_jetstream.python_model import statistics_table


def model(dbt, session):
    pieces, moments = dbt.ref("{pieces}"), dbt.ref("{moments}")
    definition = {{
        "experiment": dbt.config.meta_get("experiment"),
        "segments": dbt.config.meta_get("segments"),
        "statistics": dbt.config.meta_get("statistics"),
        "periods": dbt.config.meta_get("periods"),
        "definition_hash": dbt.config.meta_get("definition_hash"),
    }}
    done = str(dbt.this) if dbt.grows else None
    return statistics_table(pieces, moments, definition, session, done)
'''
