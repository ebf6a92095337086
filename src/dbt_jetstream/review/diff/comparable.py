"""What a definition says, in a form in which two can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.sql.dialect import SqlSyntaxError, parse_expression, parse_query

SANITY = ("has_contradictory_branch", "has_non_enrolled_data")
# Of a statistic's part of the lock: what follows from the rest.
DERIVED = ("metric", "statistic", "bases", "periods", "series", "joint", "unadjusted")


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        source: Its data source.
        sql: Its select expression.
        reason: Why it is read for every window; None where windows are rolled up from days.
        bases: The analysis bases.
        periods: The periods that it is computed over.
    """

    source: str
    sql: str
    reason: str | None
    bases: tuple[str, ...]
    periods: tuple[str, ...]


@dataclass
class Definition:
    """What an experiment's models hold.

    Attributes:
        experiment: Dates and branches.
        periods: By period, its windows.
        enrollment: How enrollments are found.
        signal: The exposure signal.
        segments: By name: expression, data source and its window.
        sources: By name, the data sources.
        metrics: By name.
        statistics: By metric and statistic, the parameters.
        statistic_periods: By metric and statistic.
        texts: By kind and name, what is only shown.
        hashes: By table, what identifies the definition that makes its rows.
    """

    experiment: dict[str, Any] = field(default_factory=dict)
    periods: dict[str, Any] = field(default_factory=dict)
    enrollment: dict[str, Any] = field(default_factory=dict)
    signal: dict[str, Any] = field(default_factory=dict)
    segments: dict[str, Any] = field(default_factory=dict)
    sources: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    statistics: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    statistic_periods: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    texts: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)


def definition_of(locked: LockedExperiment) -> Definition:
    """Read what an experiment's models hold."""
    enrollments = locked.nodes[0]
    found = Definition(
        experiment=enrollments.meta["experiment"],
        enrollment=_enrollment(enrollments.meta["enrollment"]),
        signal=_signal(enrollments.meta.get("exposure_signal", {})),
        segments=dict(_segments(enrollments.meta["segment_sources"])),
        hashes={n.name: hash_of(n) for n in locked.nodes if _is_table(n)},
    )
    for node in locked.nodes:
        if "data_sources" in node.meta:
            found.periods[node.meta["period"]] = node.meta["windows"]
            _add_metrics(found, node.meta)
    for node in locked.nodes:
        if "metadata" in node.meta:
            sides = _ratio_sides(locked.nodes)
            _add_statistics(found, node.meta["statistics"], sides)
            found.texts = _texts(node.meta["metadata"], enrollments)
    return found


def read_lock(held: HeldLock) -> LockedExperiment:
    """Read a committed lock as the experiment that was written there.

    Raises:
        ConfigErrors: If it is no lock as `sync` writes it.
    """
    return held.locked


def hash_of(node: Node) -> str:
    """Return the hash that stands in a table's rows; a committed lock says it."""
    return str(node.meta.get("definition_hash") or node.definition_hash)


def comparable(sql: str) -> str:
    """Write an expression or query so that whitespace and comments say nothing."""
    for parse in (parse_expression, parse_query):
        try:
            return parse(sql).sql(dialect="bigquery", comments=False)
        except SqlSyntaxError:
            continue
    return " ".join(sql.split())


def _is_table(node: Node) -> bool:
    return node.config.get("materialized") != "view"


def fragment(found: Any) -> str | None:
    """Return a fragment's BigQuery text; tables by their names alone."""
    text = found.get("bigquery") if isinstance(found, dict) else found
    return re.sub(r"\{([\w.\-*$]+)\}", r"\1", text) if text else None


def _enrollment(part: dict[str, Any]) -> dict[str, Any]:
    custom = fragment(part["custom_query"])
    return {**part, "custom_query": comparable(custom) if custom else None}


def _signal(part: dict[str, Any]) -> dict[str, Any]:
    return {k: fragment(v) if k in {"from", "sql"} else v for k, v in part.items()}


def _segments(sources: Iterable[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for source in sources:
        shared = {k: v for k, v in source.items() if k not in {"segments", "from"}}
        for segment in source["segments"]:
            sql = comparable(fragment(segment["sql"]) or "")
            clause = comparable(fragment(source["from"]) or "")
            yield segment["name"], {"sql": sql, "from": clause, **shared}


def _add_metrics(found: Definition, meta: dict[str, Any]) -> None:
    for source in meta["data_sources"]:
        name = source["name"]
        keys = ("unit_column", "date_column")
        described = {key: source[key] for key in keys}
        described["enrolled_branch"] = fragment(source["enrolled_branch"])
        found.sources[name] = {"from": comparable(fragment(source["from"]) or ""), **described}
        checks = {f"{name}_{check}" for check in SANITY}
        for metric in [*source["daily_metrics"], *source["direct_metrics"]]:
            if metric["name"] not in checks:
                _add_metric(found, name, metric, meta["period"])


def _add_metric(found: Definition, source: str, part: dict[str, Any], period: str) -> None:
    name = part["name"]
    known = found.metrics.get(name)
    found.metrics[name] = Metric(
        source=source,
        sql=comparable(part.get("select_expression") or fragment(part["sql"]) or ""),
        reason=part.get("reason"),
        bases=tuple(part["bases"]),
        periods=(*(known.periods if known else ()), period),
    )


def _ratio_sides(nodes: Iterable[Node]) -> dict[tuple[str, str], dict[str, str]]:
    return {
        (joint["metric"], joint["series"]): {"numerator": joint["y"], "denominator": joint["x"]}
        for node in nodes
        for joint in node.meta.get("joint", [])
        if joint["role"] == "ratio"
    }


def _add_statistics(
    found: Definition,
    parts: Iterable[dict[str, Any]],
    ratios: dict[tuple[str, str], dict[str, str]],
) -> None:
    for part in parts:
        key = (part["metric"], part["statistic"])
        own = {name: value for name, value in part.items() if name not in DERIVED}
        sides = ratios.get((part["metric"], part.get("joint", "")), {})
        found.statistics[key] = {**sides, **own}
        found.statistic_periods[key] = tuple(part["periods"])


def _texts(metadata: dict[str, Any], enrollments: Node) -> dict[tuple[str, str], dict[str, Any]]:
    keys = {"friendly_name": "friendly name", "description": "description"}
    keys["bigger_is_better"] = "direction (`bigger_is_better`)"
    texts = {
        (kind, name): {words: entry.get(key) for key, words in keys.items()}
        for kind in ("metrics", "outcomes")
        for name, entry in metadata[kind].items()
    }
    segments = set(enrollments.meta["segments"])
    described = {c.name: c.description for c in enrollments.columns if c.name in segments}
    return texts | {("segments", n): {"description": text} for n, text in described.items()}
