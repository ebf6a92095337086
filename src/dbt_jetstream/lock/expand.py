"""Expands a definition into the dbt models of its experiment, and nothing else (format 1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dbt_jetstream.common import naming
from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.lock.definition.definition import Accepting, Definition, Hash, Hashes, Versions
from dbt_jetstream.lock.nodes import result_models, summary_models, unit_models
from dbt_jetstream.lock.nodes.node import Node, hashed, short_hash
from dbt_jetstream.lock.nodes.shared import Results, Shared, Upstream
from dbt_jetstream.lock.nodes.shared import shared as shared_of
from dbt_jetstream.lock.nodes.trust import trust_nodes
from dbt_jetstream.lock.parts.dated import all_dated_tables
from dbt_jetstream.lock.parts.enrollments import ENROLLMENT_ROLES
from dbt_jetstream.lock.parts.fragments import Table
from dbt_jetstream.lock.parts.metadata import metadata
from dbt_jetstream.lock.parts.metrics import LockedDataSource
from dbt_jetstream.lock.parts.series import summarised
from dbt_jetstream.lock.parts.short import keys_of
from dbt_jetstream.lock.parts.whole import (
    PERIODS,
    data_sources_of,
    source_part,
    statistics_of,
    tables_of,
)

# The nodes that read all periods, as hashes and names call them.
LAST_KINDS = (
    "bins",
    "pieces",
    "moments",
    "statistics",
    "completeness",
    "trust_counts",
    "trust",
)


@dataclass
class LockedExperiment:
    """All nodes of one experiment, in the order of the flow.

    Attributes:
        definition: What they are expanded from.
        nodes: Its dbt models.
        sources: The data sources of its metrics.
        warnings: What its author should know; nothing that keeps it from being analysed.
    """

    definition: Definition
    nodes: list[Node]
    sources: list[LockedDataSource]
    warnings: list[ConfigError] = field(default_factory=list)

    @property
    def slug(self) -> str:
        """The experiment."""
        return self.definition.experiment.slug

    @property
    def tables(self) -> list[Table]:
        """The telemetry tables that the models read."""
        return sorted(map(Table.parse, self.definition.telemetry))

    @property
    def is_private(self) -> bool:
        """Whether its definition must not be published."""
        return self.definition.experiment.is_private

    @property
    def application(self) -> str:
        """The application that it runs in."""
        return self.definition.experiment.app_name


def expand(
    definition: Definition,
    accepted: Mapping[str, Sequence[str]] | None = None,
    warnings: Sequence[ConfigError] = (),
) -> LockedExperiment:
    """Expand a definition.

    Args:
        definition: The definition; one that is new gets its hashes.
        accepted: By model, earlier definition hashes whose windows are kept.
        warnings: What the author of the experiment should know.
    """
    sources = data_sources_of(definition)
    nodes = _nodes(definition, sources)
    if definition.experiment.dataset:
        for node in nodes:
            node.config["schema"] = definition.experiment.dataset
    if definition.hashes is None:
        for node in nodes:
            node.accept((accepted or {}).get(node.name, ()))
        definition = replace(definition, hashes=_hashes(definition, nodes))
    else:
        _hold(definition, nodes)
    definition = replace(definition, expansion=expansion_of(nodes))
    return LockedExperiment(definition, nodes, sources, list(warnings))


def expansion_of(nodes: Sequence[Node]) -> str:
    """Identify what a definition is expanded to, as far as it decides the rows of tables."""
    return short_hash([[node.name, hashed(node.meta)] for node in nodes])


def _nodes(definition: Definition, sources: list[LockedDataSource]) -> list[Node]:
    """Build all nodes, in the order of the flow."""
    shared = shared_of(definition)
    tables = tables_of(definition)
    periods = [PERIODS[period] for period in definition.periods]
    meta = _enrollments_meta(shared, tables, sources)
    signal = meta.get("exposure_signal")
    enrollments = unit_models.enrollments(shared, meta, [tables[key] for key in _keys(definition)])
    days = {s.name: unit_models.client_days(shared, s, enrollments) for s in sources if s.is_daily}
    read = [tables[key] for key in keys_of(signal["from"])] if signal else []
    exposed = unit_models.exposure_days(shared, signal, read, enrollments) if signal else None
    upstream = Upstream(enrollments, days, exposed)
    metrics = {p: unit_models.metrics(shared, p, sources, upstream) for p in periods}
    locked = summarised(statistics_of(definition))
    bins = summary_models.bins(shared, metrics, locked)
    pieces = summary_models.pieces(shared, metrics, bins, locked)
    moments = summary_models.moments(shared, metrics, pieces)
    statistics = result_models.statistics(shared, pieces, moments, locked, metadata(definition))
    views = [result_models.statistics_view(shared, period, statistics) for period in periods]
    results = Results(metrics, bins, pieces, moments, statistics)
    grid = result_models.completeness(shared, sources, upstream, results, locked)
    checks = trust_nodes(shared, sources, upstream, results)
    of_days = [*days.values(), *([exposed] if exposed else [])]
    made = [bins, pieces, moments, statistics, *views, grid, *checks]
    return [enrollments, *of_days, *metrics.values(), *made]


def _enrollments_meta(
    shared: Shared, tables: Mapping[str, Table], sources: list[LockedDataSource]
) -> dict[str, Any]:
    definition = shared.definition
    rerun = definition.versions.rerun
    meta: dict[str, Any] = {
        "versions": versions_part(definition.versions),
        **({"rerun": rerun} if rerun else {}),
        "reads": definition.telemetry,
        "experiment": shared.experiment,
        "enrollment": _enrollment(definition),
        "segment_sources": _segment_sources(definition, tables),
        "segments": shared.segments,
        **_signal(definition, tables),
    }
    return {**meta, "dated_tables": all_dated_tables(meta, sources, tables.values())}


def versions_part(said: Versions) -> dict[str, Any]:
    """Describe what made a lock."""
    return {
        "metric_hub": said.metric_hub,
        "config": said.config,
        "own_end_date": said.own_end_date,
        "locked_on": str(said.locked_on) if said.locked_on else None,
        "packages": said.packages,
        **({"rerun_asked": said.rerun_asked} if said.rerun_asked else {}),
        **({"overall_alone": True} if said.overall_alone else {}),
    }


def _enrollment(definition: Definition) -> dict[str, Any]:
    said = definition.enrollment
    part = {
        "query_type": said.query_type,
        "tables": said.tables,
        "sample_size": said.sample_size,
        "custom_query": said.custom_query,
    }
    if said.custom_query is None:
        return part
    return {**part, "unit_column": said.unit_column, "has_event_count": said.has_event_count}


def _keys(definition: Definition) -> Iterator[str]:
    """Yield what stands for the tables that the queries of the enrollments read."""
    said, signal = definition.enrollment, definition.exposure_signal
    if said.custom_query is not None:
        yield from keys_of(said.custom_query)
        yield from [] if signal else [said.tables["events"]]
    else:
        roles = ENROLLMENT_ROLES[said.query_type] if signal else said.tables
        yield from (key for role, key in said.tables.items() if role in roles)
    for source in definition.segment_sources.values():
        yield from keys_of(source.from_expression)
    yield from keys_of(signal.from_expression) if signal else []


def _segment_sources(definition: Definition, tables: Mapping[str, Table]) -> list[dict[str, Any]]:
    return [
        {
            "data_source": name,
            **source_part(source, tables),
            "window_start": source.window_start,
            "window_end": source.window_end,
            "segments": [
                {"name": segment, "sql": said.select_expression}
                for segment, said in definition.segments.items()
                if said.source == name
            ],
        }
        for name, source in definition.segment_sources.items()
    ]


def _signal(definition: Definition, tables: Mapping[str, Table]) -> dict[str, Any]:
    said = definition.exposure_signal
    if said is None:
        return {}
    part = {
        "name": said.name,
        **source_part(said, tables),
        "sql": said.select_expression,
        "window_start": said.window_start,
        "window_end": said.window_end,
        "first_day": said.first_day,
    }
    return {"exposure_signal": part}


def places_of(definition: Definition) -> Iterator[tuple[str, str | None, str]]:
    """Yield kind and key of each hash, and the node that has it."""
    slug = definition.experiment.slug
    yield "enrollments", None, naming.enrollments(slug)
    for source in definition.data_sources:
        yield "client_days", source, naming.client_days(slug, source)
    yield "exposure_days", None, naming.exposure_days(slug)
    for period in definition.periods:
        yield "metrics", period, naming.metrics(slug, PERIODS[period])
        yield "views", period, naming.statistics(slug, PERIODS[period])
    for kind in LAST_KINDS:
        yield kind, None, getattr(naming, kind)(slug)


def _hashes(definition: Definition, nodes: Sequence[Node]) -> Hashes:
    by_name = {node.name: node for node in nodes}
    found: dict[str, Any] = {}
    for kind, key, name in places_of(definition):
        if name in by_name:
            if key is None:
                found[kind] = _hash(by_name[name])
            else:
                found.setdefault(kind, {})[key] = _hash(by_name[name])
    return Hashes(**found)


def _hash(node: Node) -> Hash:
    accepts, found = node.meta.get("accepts"), node.definition_hash
    return Accepting(hash=found, accepts=accepts) if accepts else found


def hashes_by_name(definition: Definition) -> dict[str, list[str]]:
    """Return, by model, the definition hashes whose rows may stand in its table."""
    found = {}
    for kind, key, name in places_of(definition):
        said = getattr(definition.hashes, kind)
        said = said.get(key) if key is not None else said
        if said is not None:
            found[name] = [said.hash, *said.accepts] if isinstance(said, Accepting) else [said]
    return found


def with_hashes(definition: Definition, hashes: Mapping[str, str]) -> Definition:
    """Return a definition with other hashes of some models; no earlier rows of these are kept."""
    assert definition.hashes is not None
    found: dict[str, Any] = {}
    for kind, key, name in places_of(definition):
        if name not in hashes:
            continue
        if key is None:
            found[kind] = hashes[name]
        else:
            said = found.setdefault(kind, dict(getattr(definition.hashes, kind)))
            said[key] = hashes[name]
    return replace(definition, hashes=replace(definition.hashes, **found))


def _hold(definition: Definition, nodes: Sequence[Node]) -> None:
    """Give nodes the hashes that their tables' rows have."""
    held = hashes_by_name(definition)
    for node in nodes:
        node.held_hash, *accepts = held.get(node.name, [None])
        node.meta |= {"accepts": accepts} if accepts else {}
