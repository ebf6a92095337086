"""The lock of the completeness grid: every result that an experiment's definition declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dbt_jetstream.common.naming import EXPOSURE_SIGNAL
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.lock.parts.metrics import BASES, LockedDataSource
from dbt_jetstream.lock.parts.series import LockedSummaries

# How many units each branch has; what bins and statistics call it.
POPULATION = {
    "metric": "identity",
    "statistic": "count",
    "series": ["units"],
    "metrics": [],
    "sources": [],
}
# Statistics without a result for a branch by itself.
ONLY_COMPARING = ("per_client_dau_impact",)


def declared_results(
    periods: Iterable[str], summaries: LockedSummaries, sources: Iterable[LockedDataSource]
) -> list[dict[str, Any]]:
    """List every statistic of every metric, and what a result of it needs.

    Args:
        periods: The suffixes of all periods.
        summaries: The locked statistics.
        sources: The locked data sources.

    Returns:
        For each `metric` and `statistic`, its `periods` and `bases`; the `series` of values, the
        `metrics` and the data `sources` that it is computed from; whether it `only_compares`
        branches; the periods that it `waits_for`, since their metrics adjust it; and why it is
        `unadjusted`, where it was to be adjusted by what is not computed.
    """
    read_from = {m.name: source.name for source in sources for m in source.distinct()}
    ratios = {j["metric"]: j for j in summaries.joint if j["role"] == "ratio"}
    population = {**POPULATION, "periods": list(periods), "bases": list(BASES)}
    return [
        {**population, "only_compares": False, "waits_for": []},
        *(_declared(part, ratios, read_from) for part in summaries.statistics),
    ]


def _declared(
    part: Mapping[str, Any],
    ratios: Mapping[str, Mapping[str, Any]],
    read_from: Mapping[str, str],
) -> dict[str, Any]:
    metrics, series = [part["metric"]], [part.get("series")]
    if part["statistic"] == "population_ratio":
        ratio = ratios[part["metric"]]
        metrics, series = [ratio["y"], ratio["x"]], [ratio["y_series"], ratio["x_series"]]
    covariate = part.get("covariate")
    return {
        "metric": part["metric"],
        "statistic": part["statistic"],
        "periods": part["periods"],
        "bases": part["bases"],
        "series": series,
        "metrics": metrics,
        "sources": sorted({read_from[metric] for metric in metrics}),
        "only_compares": part["statistic"] in ONLY_COMPARING,
        "waits_for": [covariate["period"]] if covariate else [],
        **({"unadjusted": part["unadjusted"]} if "unadjusted" in part else {}),
    }


def read_by(metrics: Node, days: Mapping[str, Node], first: Iterable[Node]) -> dict[str, Any]:
    """Describe what the metrics of a period are made from.

    Args:
        metrics: The period's node.
        days: The client days by data source.
        first: The nodes that come before any period's metrics.

    Returns:
        Its `daily_sources`; the sources of which it is `not_known` how far they have been read; and
        the nodes `upstream` of its rows, itself included.
    """
    sources = metrics.meta["data_sources"]
    daily = [s["name"] for s in sources if s["daily_metrics"]]
    signal = [EXPOSURE_SIGNAL] if "exposure_signal" in metrics.meta else []
    upstream = [*first, *(days[name] for name in daily), metrics]
    return {
        "daily_sources": daily,
        "not_known": [*(s["name"] for s in sources if s["direct_metrics"]), *signal],
        "upstream": [node.name for node in upstream],
    }
