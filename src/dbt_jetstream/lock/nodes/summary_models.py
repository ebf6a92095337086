"""The dbt models that count units: bins, pieces and moments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream.common import naming
from dbt_jetstream.lock.nodes import columns
from dbt_jetstream.lock.nodes.node import (
    Column,
    Node,
    call,
    incremental,
    mapping,
    ref,
    unique_key,
)
from dbt_jetstream.lock.nodes.shared import (
    BIN_KEY,
    BINNED_BY,
    CELL_CLUSTERS,
    CELL_KEY,
    FORGET,
    Shared,
)
from dbt_jetstream.lock.parts.series import LockedSummaries


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
        stub=call("bins", metrics=metrics_by_suffix(periods)),
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
    stub = call("pieces", bins=ref(bins.name), metrics=metrics_by_suffix(periods))
    return _described(PIECES, shared.slug, meta, stub, (bins.definition_hash,))


def moments(shared: Shared, periods: dict[AnalysisPeriod, Node], pieces: Node) -> Node:
    """Build what statistics need besides the pieces.

    Its definition is that of the pieces, and of the one table that held both in earlier versions:
    statistics that were computed from that are kept.
    """
    stub = call("moments", pieces=ref(pieces.name), metrics=metrics_by_suffix(periods))
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


def metrics_by_suffix(periods: dict[AnalysisPeriod, Node]) -> str:
    """Return a dictionary of the metrics tables, as Jinja text."""
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
