"""The dbt models of results: statistics, their views, and what is complete."""

from __future__ import annotations

from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.common import naming
from dbt_jetstream.lock.nodes import columns
from dbt_jetstream.lock.nodes.completeness import declared_results, read_by
from dbt_jetstream.lock.nodes.node import (
    Node,
    call,
    incremental,
    mapping,
    own_test,
    ref,
    unique_key,
)
from dbt_jetstream.lock.nodes.period_words import WORDS
from dbt_jetstream.lock.nodes.shared import (
    CELL_CLUSTERS,
    EXPORT_STATISTICS,
    FORGET,
    STATISTIC_KEY,
    Results,
    Shared,
    Upstream,
)
from dbt_jetstream.lock.nodes.summary_models import metrics_by_suffix
from dbt_jetstream.lock.parts.due import can_have
from dbt_jetstream.lock.parts.metrics import LockedDataSource
from dbt_jetstream.lock.parts.series import LockedSummaries


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
            f"Statistics of `{shared.slug}` over {WORDS[period]}, in Jetstream's schema; "
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
            metrics=metrics_by_suffix(periods),
            bins=ref(results.bins.name),
            statistics=ref(results.statistics.name),
        ),
        config={"materialized": "view"},
        upstream=(results.statistics.definition_hash,),
        tests=[own_test("no_silent_loss")],
    )


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
    done = str(dbt.this) if getattr(dbt, "grows", False) else None
    return statistics_table(pieces, moments, definition, session, done)
'''
