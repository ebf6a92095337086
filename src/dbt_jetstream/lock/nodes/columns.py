"""The documented columns of each kind of table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.lock.nodes.node import Column
from dbt_jetstream.lock.parts.fragments import bigquery_sql
from dbt_jetstream.lock.parts.metrics import LockedDataSource, LockedMetric

ANALYSIS_ID = Column(
    "analysis_id", "The analysis unit: a client, or a profile group where the experiment says so."
)
BRANCH = Column("branch", "The branch that the unit enrolled in.")
BASIS = Column(
    "analysis_basis",
    "`enrollments`: windows count from the unit's enrollment, every enrolled unit takes part; "
    "`exposures`: windows count from its first exposure, statistics use exposed units.",
)
WINDOW = Column("window_index", "The analysis window, numbered from 1.")
DEFINITION_HASH = Column(
    "definition_hash",
    "Identifies the definition that made the row; another one rebuilds the table.",
)

ABSENT_SOURCES = Column(
    "absent_sources",
    "The data sources that failed when the window was computed, or that it waits for, by name; "
    "empty where it is complete. The next run computes an incomplete window again.",
)
LATE_TELEMETRY = Column(
    "late_telemetry",
    "What telemetry had not arrived when the window was computed, as JSON by data source: the "
    "tables, the day until which they had been read, the first day asked for. Null where all had.",
)


def enrollments(branches: Sequence[str], segments: Iterable[tuple[str, str]]) -> list[Column]:
    """List the columns of the enrollments table; segments as (name, description)."""
    known = {
        "accepted_values": {
            "arguments": {"values": list(branches)},
            "config": {"severity": "warn"},
        }
    }
    missing = {"not_null": {"config": {"severity": "warn"}}}
    return [
        Column(ANALYSIS_ID.name, ANALYSIS_ID.description, (missing,)),
        Column(
            BRANCH.name, f"{BRANCH.description} A unit seen in two has two rows.", (missing, known)
        ),
        Column(
            "enrollment_date", "The unit's first enrollment event in the branch.", ("not_null",)
        ),
        Column("num_enrollment_events", "Enrollment events of the unit in the branch."),
        *(Column(name, f"Segment: {description}") for name, description in segments),
        Column(
            "exposure_date",
            "The unit's first exposure to its branch, on or after enrollment and before enrollment "
            "closed; null where there is none.",
        ),
        Column("num_exposure_events", "Exposure events counted for `exposure_date`."),
        Column(
            "late_telemetry",
            "What telemetry had not arrived when the table was written; null where all had.",
        ),
        DEFINITION_HASH,
    ]


def client_days(source: LockedDataSource) -> list[Column]:
    """List the columns of a data source's client days."""
    parts = [
        Column(part.name, f"`{bigquery_sql(part.sql)}`; windows combine days with {part.combine}.")
        for part in source.parts()
    ]
    date = Column(
        "submission_date",
        "The telemetry day. Null: the parts over one empty telemetry row, which a window without "
        "any day takes. In a row without a unit: the last day that a run has read.",
    )
    anchors = [
        Column("enrollment_date", "The unit's enrollment date."),
        Column("exposure_date", "The unit's first exposure, or null."),
    ]
    return [ANALYSIS_ID, BRANCH, date, *anchors, *parts, DEFINITION_HASH]


def exposure_days() -> list[Column]:
    """List the columns of the days of exposure."""
    return [
        ANALYSIS_ID,
        BRANCH,
        Column(
            "submission_date",
            "The telemetry day, on or after enrollment. In a row without a unit: the last day that "
            "a run has read.",
        ),
        Column("num_exposure_events", "Telemetry rows of the day that the signal holds for."),
        DEFINITION_HASH,
    ]


def metrics(
    sources: Iterable[LockedDataSource], period: AnalysisPeriod, segments: Iterable[str]
) -> list[Column]:
    """List the columns of a period's metrics."""
    return [
        ANALYSIS_ID,
        BRANCH,
        Column("enrollment_date", "The unit's enrollment date."),
        Column("num_enrollment_events", "Enrollment events of the unit in the branch."),
        *(Column(name, f"Whether the unit is in segment `{name}`.") for name in segments),
        BASIS,
        WINDOW,
        Column("analysis_window_start", "First day of the window, relative to the basis' date."),
        Column("analysis_window_end", "Last day of the window, relative to the basis' date."),
        Column("exposure_date", "The unit's first exposure, or null."),
        Column("num_exposure_events", "Exposure events of the unit in the branch."),
        *(
            Column(metric.name, _described(metric))
            for source in sources
            for metric in source.metrics.get(period, [])
        ),
        ABSENT_SOURCES,
        LATE_TELEMETRY,
        DEFINITION_HASH,
    ]


def _described(metric: LockedMetric) -> str:
    """Say what a metric measures, how, and whom to ask."""
    sentences = [f"{metric.description} `{metric.select_expression}`"]
    if metric.owners:
        kind = "Owner" if len(metric.owners) == 1 else "Owners"
        sentences.append(f"{kind} of the metric: {', '.join(metric.owners)}.")
    return " ".join(sentences)


_SERIES = [
    Column("analysis_period", "The period, by its table suffix."),
    WINDOW,
    BASIS,
    Column("segment", "`all`, or the segment that the units belong to."),
    Column("metric", "The metric; `identity` counts enrolled or exposed units."),
    Column("series", "What the values are: the metric's after pre-treatments, or a side of two."),
    BRANCH,
]


def bins() -> list[Column]:
    """List the columns of the coarse counts."""
    return [
        *_SERIES,
        Column("bin", "The bin's number; it ascends with the values."),
        Column("units", "Units with values in the bin."),
        Column("lowest", "The lowest of their values."),
        Column("highest", "The highest."),
        Column("value", "Their mean."),
        Column("deviation", "Their standard deviation."),
        ABSENT_SOURCES,
        DEFINITION_HASH,
    ]


def pieces() -> list[Column]:
    """List the columns of the pieces."""
    return [
        *_SERIES,
        Column("value", "The mean of the piece's values."),
        Column("units", "Units of the piece: neighbours in their branch."),
        Column("lowest", "Its lowest value."),
        Column("highest", "Its highest; a piece of one value is exact."),
        Column("deviation", "Its values' standard deviation."),
        Column("is_below_clip", "Whether it is below the branch's clip; null where there is none."),
        Column("is_below_pooled_clip", "Whether it is below the clip of all branches, likewise."),
        ABSENT_SOURCES,
        DEFINITION_HASH,
    ]


def moments() -> list[Column]:
    """List the columns of the moments."""
    return [
        *_SERIES,
        Column(
            "moment",
            "`clip` or `pooled_clip`, a value at which units are clipped; `density`; `units`; or "
            "the name of a moment of two values per unit.",
        ),
        Column("point", "The number of a density's point; else null."),
        Column("value", "The moment."),
        ABSENT_SOURCES,
        DEFINITION_HASH,
    ]


def statistics(*, is_view: bool) -> list[Column]:
    """List the columns of statistics rows: Jetstream's schema and the window."""
    own = [
        Column("metric", "The metric."),
        Column("statistic", "The statistic, by its name in results."),
        Column("parameter", "The statistic's parameter, such as a quantile; usually null."),
        BRANCH,
        Column("comparison", "Null, `difference` or `relative_uplift`."),
        Column("comparison_to_branch", "The reference branch of the comparison."),
        Column("ci_width", "Probability mass inside the interval; null where there is none."),
        Column("point", "The estimate; null where it is undefined."),
        Column("lower", "Lower end of the interval."),
        Column("upper", "Upper end of the interval."),
        Column("segment", "`all`, or the segment that the units belong to."),
        BASIS,
        WINDOW,
    ]
    if is_view:
        return own
    period = Column("analysis_period", "The period, by its table suffix.")
    problem = Column(
        "problem",
        "Why there is no result, or what to know about it: then the row has no branch and is not "
        "exported. Else null.",
    )
    return [*own, period, problem, ABSENT_SOURCES, DEFINITION_HASH]


def completeness() -> list[Column]:
    """List the columns of the completeness grid."""
    states = ["published", "not due", "no data", "failed", "undefined"]
    return [
        Column("analysis_period", "The period, by its table suffix."),
        WINDOW,
        BASIS,
        Column("segment", "`all`, or the segment that the units belong to."),
        Column("metric", "The metric; `identity` counts enrolled or exposed units."),
        Column("statistic", "The statistic, by its name in results."),
        BRANCH,
        Column("state", f"What became of the result: {', '.join(f'`{s}`' for s in states)}."),
        Column("reason", "Why; of a published result, what to know about it. Null if unknown."),
    ]
