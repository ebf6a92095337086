"""The dbt models of the trust checks: counts of units, and the findings on them and the results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.common import naming
from dbt_jetstream.lock.nodes.columns import BASIS, DEFINITION_HASH
from dbt_jetstream.lock.nodes.node import (
    OWN_TABLE,
    Column,
    Node,
    call,
    mapping,
    own_test,
    ref,
    unique_key,
)
from dbt_jetstream.lock.nodes.shared import Results, Shared, Upstream
from dbt_jetstream.lock.parts.metrics import LockedDataSource
from dbt_jetstream.lock.parts.summaries import PREENROLLMENT
from dbt_jetstream.trust.finding import CHECKS, KEY

COUNT_KEY = (
    "counted",
    "analysis_basis",
    "day",
    "analysis_period",
    "window_index",
    "data_source",
    "metric",
    "branch",
)
EXPORT = {"post_hook": "{{ dbt_jetstream.export_trust() }}"}
WARN = {own_test("no_trust_warnings"): {"config": {"severity": "warn"}}}

_DAY = Column("day", "The date of enrollment or first exposure; null: all dates.")
_PERIOD = Column("analysis_period", "The analysis period, by its table suffix; null outside any.")
_WINDOW = Column("window_index", "The analysis window, numbered from 1; null outside any.")


def trust_nodes(
    shared: Shared,
    sources: Iterable[LockedDataSource],
    upstream: Upstream,
    results: Results,
) -> list[Node]:
    """Build the nodes of the trust checks, in the order of the flow."""
    counts = _counts(shared, list(sources), upstream, results)
    return [counts, _findings(shared, counts, results)]


def _counts(
    shared: Shared, sources: list[LockedDataSource], upstream: Upstream, results: Results
) -> Node:
    enrollments, days = upstream.enrollments, upstream.client_days
    later = {p: node for p, node in results.periods.items() if p not in PREENROLLMENT}
    read = [enrollments, *days.values(), *later.values()]
    return Node(
        name=naming.trust_counts(shared.slug),
        description=(
            f"What the trust checks of `{shared.slug}` count: units by branch and day, units in "
            "several branches or without telemetry, and the sanity columns. One row per check, "
            "basis, day, window, data source, metric and branch."
        ),
        meta={
            "experiment": shared.experiment,
            "periods": {
                period.table_suffix: {
                    "windows": node.meta["windows"],
                    "sanity": _sanity(sources, period),
                }
                for period, node in later.items()
            },
        },
        columns=_count_columns(),
        stub=call(
            "trust_counts",
            enrollments=ref(enrollments.name),
            client_days=mapping({name: ref(node.name) for name, node in days.items()}),
            metrics=mapping({p.table_suffix: ref(node.name) for p, node in later.items()}),
        ),
        config={"materialized": "table"},
        upstream=tuple(node.definition_hash for node in read),
        tests=[unique_key(*COUNT_KEY)],
    )


def _sanity(sources: Iterable[LockedDataSource], period: AnalysisPeriod) -> list[dict[str, str]]:
    """List the sanity columns of a period."""
    return [
        {"data_source": source.name, "metric": metric.name}
        for source in sources
        for metric in source.metrics.get(period, [])
        if metric.is_check
    ]


def _findings(shared: Shared, counts: Node, results: Results) -> Node:
    branches = shared.definition.experiment.branches.items()
    name = naming.trust(shared.slug)
    exported = (
        "Not exported, since the experiment is private."
        if shared.is_private
        else f"Exported as `trust/{name}.json`."
    )
    return Node(
        name=name,
        description=(
            f"Whether the results of `{shared.slug}` can be believed: its split into branches, "
            f"its telemetry, and how many comparisons are shown. {exported} One row per finding."
        ),
        meta={
            "experiment": shared.experiment,
            "branches": [{"slug": slug, "ratio": ratio} for slug, ratio in branches],
            "clipped": _clipped(results.statistics),
        },
        columns=_finding_columns(),
        stub=_python_stub(shared.slug, counts, results),
        config={"materialized": OWN_TABLE, **({} if shared.is_private else EXPORT)},
        upstream=(counts.definition_hash, results.statistics.definition_hash),
        tests=[unique_key(*KEY), WARN],
        language="python",
    )


def _count_columns() -> list[Column]:
    return [
        Column("counted", "The trust check that the count is for."),
        BASIS,
        _DAY,
        _PERIOD,
        _WINDOW,
        Column("data_source", "The data source; null: all of them, or none is concerned."),
        Column("metric", "The sanity column; null outside of that check."),
        Column("branch", "The branch that the units enrolled in; null: all branches."),
        Column("units", "Units looked at."),
        Column("found", "Units among them for which it holds; null where they are only counted."),
        DEFINITION_HASH,
    ]


def _finding_columns() -> list[Column]:
    return [
        Column("check", f"The trust check: {', '.join(f'`{c}`' for c in CHECKS)}."),
        BASIS,
        Column("segment", "`all` where the finding is about results; else null."),
        _DAY,
        _PERIOD,
        _WINDOW,
        Column("data_source", "The data source; null: all of them, or none is concerned."),
        Column("metric", "The metric or the sanity column; null: none in particular."),
        Column("statistic", "The statistic, by its name in results."),
        Column("branch", "The branch; null: the row is about all branches."),
        Column("comparison_to_branch", "The reference branch of a comparison."),
        Column("units", "Units counted."),
        Column("expected", "How many were expected: units, or comparisons that look significant."),
        Column("value", "A share of units, a count of comparisons, or an estimate."),
        Column("p_value", "How likely a finding like it is by chance alone."),
        Column(
            "adjusted_p_value", "The p-value, adjusted for the questions that are asked with it."
        ),
        Column(
            "state",
            "`ok`, `warning`, `noted`: another row warns of it, or `undefined`: nothing can be "
            "said, as told.",
        ),
        Column("message", "What was found, in words."),
        DEFINITION_HASH,
    ]


def _clipped(statistics: Node) -> list[dict[str, Any]]:
    """List the means whose highest values are clipped in each branch by itself."""
    keys = ("metric", "series", "drop_highest", "confidence_interval")
    return [
        {key: part[key] for key in keys}
        for part in statistics.meta["statistics"]
        if part["statistic"] == "mean" and part["drop_highest"]
    ]


def _python_stub(slug: str, counts: Node, results: Results) -> str:
    return f'''"""Trust checks of {slug}; what is checked is in the lock, how in dbt_jetstream."""

from dbt_jetstream.trust.model import trust_table


def model(dbt, session):
    counts = dbt.ref("{counts.name}")
    pieces = dbt.ref("{results.pieces.name}")
    statistics = dbt.ref("{results.statistics.name}")
    definition = {{
        "experiment": dbt.config.meta_get("experiment"),
        "branches": dbt.config.meta_get("branches"),
        "clipped": dbt.config.meta_get("clipped"),
        "definition_hash": dbt.config.meta_get("definition_hash"),
    }}
    return trust_table(counts, pieces, statistics, definition, session)
'''
