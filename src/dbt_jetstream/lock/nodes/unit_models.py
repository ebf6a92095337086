"""The dbt models with a row per unit: enrollments, client days and metrics."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.common import naming
from dbt_jetstream.lock.nodes import columns
from dbt_jetstream.lock.nodes.node import (
    Node,
    call,
    incremental,
    mapping,
    own_test,
    partitioned_by_window,
    ref,
    sources,
    unique_key,
)
from dbt_jetstream.lock.nodes.period_words import WORDS
from dbt_jetstream.lock.nodes.shared import (
    DAY_TABLE,
    EXPIRE,
    FORGET,
    UNIT_CLUSTERS,
    Shared,
    Upstream,
    windows_part,
)
from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.lock.parts.metric_parts import client_days_part, period_part
from dbt_jetstream.lock.parts.metrics import BASES, LockedDataSource


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
            f"Metrics of `{shared.slug}` over {WORDS[period]}, for every window that is "
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
