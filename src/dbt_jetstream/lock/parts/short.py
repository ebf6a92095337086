"""Says of data sources, metrics and statistics in a definition what does not follow from the rest.

`whole` reads it back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from dbt_jetstream.lock.definition.definition import Defaults
from dbt_jetstream.lock.definition.measures import Covariate, Measure, Ratio, Statistic
from dbt_jetstream.lock.definition.sources import DataSource, Segment, SegmentSource, Signal
from dbt_jetstream.lock.definition.values import Fragment, Treatment
from dbt_jetstream.lock.parts.fragments import bigquery_sql, gap_of
from dbt_jetstream.lock.parts.metrics import BASES, LockedDataSource, LockedMetric
from dbt_jetstream.lock.parts.rollup_text import composed, split_text, squeezed

DEFAULTS = Defaults(bases=list(BASES), bigger_is_better=True, confidence_interval=0.95, version=1)
KEY = re.compile(r"\{([A-Za-z_][\w\-]*\.[\w\-*$]+)\}")
# Of a locked statistic: what its place in the definition says, or what follows.
PLACED = ("metric", "statistic", "pre_treatments", "covariate", "series", "joint", "ratio")


def source_fields(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a definition says of telemetry that is joined to units.

    Args:
        part: `from`, `unit_column`, `date_column` and `dated_tables`.
    """
    dates = {table["key"]: table["date"] for table in part.get("dated_tables", ())}
    follows = dates == dates_that_follow(part["from"], part["date_column"])
    return {
        "from_expression": part["from"],
        "unit_column": part["unit_column"],
        "date_column": part["date_column"],
        "dates": None if follows else dates,
    }


def dates_that_follow(clause: Fragment, date_column: str) -> dict[str, Fragment]:
    """Return the dates of a clause's tables, where it reads but one: its date column."""
    tables = keys_of(clause)
    return {tables[0]: date_column} if len(tables) == 1 else {}


def keys_of(clause: Fragment) -> list[str]:
    """List the keys of the tables that stand in a fragment, each once."""
    return list(dict.fromkeys(KEY.findall(bigquery_sql(clause))))


def signal_of(part: Mapping[str, Any]) -> Signal:
    """Say what counts as exposure."""
    keys = ("name", "window_start", "window_end", "first_day")
    own = {key: part[key] for key in keys}
    return Signal(**source_fields(part), select_expression=part["sql"], **own)


def segment_source(part: Mapping[str, Any]) -> SegmentSource:
    """Say how a data source of segments is read."""
    window = {key: part[key] for key in ("window_start", "window_end")}
    return SegmentSource(**source_fields(part), **window)


def segments_of(
    segments: Mapping[str, str], parts: Iterable[Mapping[str, Any]]
) -> dict[str, Segment]:
    """Say of each segment who is in it.

    Args:
        segments: The descriptions of all segments, in their order.
        parts: The data sources of segments.
    """
    found = {
        segment["name"]: (part["data_source"], segment["sql"])
        for part in parts
        for segment in part["segments"]
    }
    return {
        name: Segment(description=text, source=found[name][0], select_expression=found[name][1])
        for name, text in segments.items()
    }


def data_sources(sources: Iterable[LockedDataSource]) -> dict[str, DataSource]:
    """Say of each data source how it is read."""
    return {source.name: _data_source(source) for source in sources}


def _data_source(source: LockedDataSource) -> DataSource:
    orders = _orders(source)
    part = {
        "from": source.clause,
        "unit_column": source.unit_column,
        "date_column": source.date_column,
        "dated_tables": source.dated_tables,
    }
    return DataSource(
        **source_fields(part),
        enrolled_branch=source.enrolled_branch,
        order=orders if _merged(orders.values()) is None else None,
    )


def _orders(source: LockedDataSource) -> dict[str, list[str]]:
    return {
        period.table_suffix: [metric.name for metric in metrics if not metric.is_check]
        for period, metrics in source.metrics.items()
    }


def _merged(lists: Iterable[Sequence[str]]) -> list[str] | None:
    """Return an order that all lists keep; None where there is none."""
    orders = list(lists)
    left = list(dict.fromkeys(name for order in orders for name in order))
    after: dict[str, set[str]] = {name: set() for name in left}
    for order in orders:
        for earlier, later in pairwise(order):
            after[later].add(earlier)
    found: list[str] = []
    while left:
        free = next((name for name in left if not after[name] - set(found)), None)
        if free is None:
            return None
        found.append(free)
        left.remove(free)
    return found


def measures(
    sources: Sequence[LockedDataSource],
    statistics: Sequence[Mapping[str, Any]],
    described: Mapping[str, Mapping[str, Any]],
) -> dict[str, Measure]:
    """Say of each metric what it is and which statistics are computed of it.

    Args:
        sources: The data sources with their metrics.
        statistics: The statistics, with the `ratio` that they are of.
        described: By name, the texts about metrics, for those that have statistics.
    """
    needed = periods_needed(statistics)
    placed = {
        metric.name: (source, metric)
        for source in sources
        for metric in _in_order(source)
        if not metric.is_check
    }
    by_metric: dict[str, list[Mapping[str, Any]]] = {}
    for part in statistics:
        by_metric.setdefault(part["metric"], []).append(part)
    return {
        name: _measure(
            described.get(name, {}), placed.get(name), by_metric.get(name, []), needed.get(name, [])
        )
        for name in [*placed, *sorted(set(by_metric) - set(placed))]
    }


def periods_needed(statistics: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the periods in which statistics need the values of each metric."""
    needed: dict[str, list[str]] = {}
    for part in statistics:
        ratio = part.get("ratio") or {}
        for name in (part["metric"], *ratio.values()):
            known = needed.setdefault(name, [])
            known += [period for period in part["periods"] if period not in known]
    return needed


def _in_order(source: LockedDataSource) -> list[LockedMetric]:
    by_name = {metric.name: metric for metric in source.distinct()}
    order = _merged(_orders(source).values())
    return list(by_name.values()) if order is None else [by_name[name] for name in order]


def _measure(
    described: Mapping[str, Any],
    placed: tuple[LockedDataSource, LockedMetric] | None,
    statistics: Sequence[Mapping[str, Any]],
    needed: Sequence[str],
) -> Measure:
    more: dict[str, Any] = {}
    bases = described.get("analysis_bases")
    if placed is not None:
        source, metric = placed
        found = _periods(source, metric)
        bases = list(metric.bases)
        more = {"source": source.name, "owners": list(metric.owners), **_sql(metric)}
        more["periods"] = None if set(found) == set(needed) else found
    bases = bases or DEFAULTS.bases
    is_better = described.get("bigger_is_better", DEFAULTS.bigger_is_better)
    ratio = next((part["ratio"] for part in statistics if part.get("ratio")), None)
    return Measure(
        friendly_name=described.get("friendly_name"),
        description=described.get("description") or "",
        bigger_is_better=None if is_better == DEFAULTS.bigger_is_better else is_better,
        bases=None if bases == DEFAULTS.bases else bases,
        ratio=Ratio(**ratio) if ratio else None,
        statistics={part["statistic"]: _statistic(part, bases) for part in statistics},
        **more,
    )


def _periods(source: LockedDataSource, metric: LockedMetric) -> list[str]:
    """List the periods that a metric is computed over."""
    return [
        period.table_suffix
        for period, members in source.metrics.items()
        if any(member.name == metric.name for member in members)
    ]


def _sql(metric: LockedMetric) -> dict[str, Any]:
    """Say how a metric is computed, as shortly as its parts can be found again."""
    if not metric.is_daily:
        return {**_direct(metric.sql), "direct": metric.reason}
    select = metric.select_expression
    window = bigquery_sql(metric.sql)
    canonical = composed(window, metric.parts, "bigquery")
    duckdb = None
    if not any(map(gap_of, (metric.sql, *(part.sql for part in metric.parts)))):
        over = window if isinstance(metric.sql, str) else str(metric.sql["duckdb"])
        own = composed(over, metric.parts, "duckdb")
        duckdb = None if own == canonical else own
    if split_text(canonical, duckdb) == (metric.parts, metric.sql):
        is_plain = squeezed(select) == canonical
        return {
            "select_expression": select,
            "canonical": None if is_plain else canonical,
            "duckdb": duckdb,
        }
    return {"select_expression": select, "window": metric.sql, "parts": list(metric.parts)}


def _direct(sql: Fragment) -> dict[str, Any]:
    if isinstance(sql, str):
        return {"select_expression": sql}
    key, said = ("gap", gap_of(sql)) if gap_of(sql) else ("duckdb", sql["duckdb"])
    return {"select_expression": sql["bigquery"], key: said}


def _statistic(part: Mapping[str, Any], bases: list[str]) -> Statistic:
    own = {key: value for key, value in part.items() if key not in PLACED}
    own["bases"] = None if own["bases"] == bases else own["bases"]
    for key in ("confidence_interval", "version"):
        own[key] = None if _is_default(key, own[key]) else own[key]
    if "covariate" in part:
        own["covariate"] = Covariate(**part["covariate"]) if part["covariate"] else False
    return Statistic(pre_treatments=[_treatment(t) for t in part["pre_treatments"]], **own)


def _is_default(key: str, value: Any) -> bool:
    default = getattr(DEFAULTS, key)
    return value == default and type(value) is type(default)


def _treatment(found: Mapping[str, Any]) -> Treatment:
    arguments = {key: value for key, value in found.items() if key != "name"}
    name = str(found["name"])
    return {name: arguments} if arguments else name
