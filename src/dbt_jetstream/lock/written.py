"""What stands in dbt's files of the nodes' definitions: each fact in the node that owns it.

dbt keeps a node's meta three times in its manifest. The others name what they look up in
`looked_up`; the macro `definition_of` puts it together again, while dbt executes. Python models see
only their own meta, and have all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dbt_jetstream.common import naming
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node

LOOKED_UP = "looked_up"
PATHS = ("daily_metrics", "direct_metrics")
# What client days say of their data source, which windows look up.
OF_SOURCE = ("from", "unit_column", "date_column", "dated_tables", "enrolled_branch", "reads_unit")


def written(locked: LockedExperiment) -> dict[str, dict[str, Any]]:
    """Return the meta that is written of each node, by its name."""
    writer = _Writer(locked)
    return {node.name: writer.meta(node) for node in locked.nodes}


class _Writer:
    """Writes the nodes of an experiment in their order: what was written before is looked up."""

    def __init__(self, locked: LockedExperiment) -> None:
        slug = self.slug = locked.slug
        self.combine = {
            (source.name, part.name): part.combine
            for source in locked.sources
            for part in source.parts()
        }
        self.known_sources = {source.name for source in locked.sources if source.is_daily}
        self.known_metrics: set[str] = set()
        self.by_name = {
            naming.bins(slug): ("segments", "periods", "binned_series"),
            naming.pieces(slug): ("segments", "periods"),
            naming.moments(slug): ("segments", "periods", "series", "joint"),
            naming.completeness(slug): ("segments", "periods", "statistics"),
        }

    def meta(self, node: Node) -> dict[str, Any]:
        """Return what is written of a node's meta."""
        meta = dict(node.meta)
        if node.language == "python" or "enrollment" in meta:
            return meta
        meta["experiment"] = {"slug": self.slug}
        found = ["experiment"]
        if "data_source" in meta:
            meta["data_source"] = self._with_combine(meta["data_source"])
        elif "data_sources" in meta:
            found += ["segments", "data_sources"]
            meta["data_sources"] = [self._source(source) for source in meta["data_sources"]]
            del meta["segments"]
        elif node.name == naming.trust_counts(self.slug):
            found.append("windows")
            meta["periods"] = {p: {"sanity": d["sanity"]} for p, d in meta["periods"].items()}
        elif node.name in self.by_name:
            found += self.by_name[node.name]
            meta = self._without(meta, node.name)
        if "exposure_signal" in meta:
            found.append("exposure_signal")
            del meta["exposure_signal"]
        return {**meta, LOOKED_UP: found}

    def _with_combine(self, source: Mapping[str, Any]) -> dict[str, Any]:
        parts = [
            {**part, "combine": self.combine[source["name"], part["name"]]}
            for part in source["parts"]
        ]
        return {**source, "parts": parts}

    def _source(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """Return a data source of a period: what an earlier node says of it is left out."""
        name = source["name"]
        left_out = ("parts", *(OF_SOURCE if name in self.known_sources else ()))
        self.known_sources.add(name)
        found = {key: value for key, value in source.items() if key not in left_out}
        for path in PATHS:
            found[path] = [self._metric(metric) for metric in source[path]]
        return found

    def _metric(self, metric: Mapping[str, Any]) -> dict[str, Any]:
        name = metric["name"]
        found = {"name": name} if name in self.known_metrics else dict(metric)
        self.known_metrics.add(name)
        return found

    def _without(self, meta: dict[str, Any], name: str) -> dict[str, Any]:
        """Leave out what other nodes own, and what of series is as in most of them."""
        left_out = (*self.by_name[name], *(("series",) if name == naming.bins(self.slug) else ()))
        found = {key: value for key, value in meta.items() if key not in left_out}
        if name == naming.pieces(self.slug):
            found["series"] = [_series(series) for series in meta["series"]]
        if name == naming.completeness(self.slug):
            only = {s["statistic"] for s in meta["statistics"] if s["only_compares"]}
            found["only_comparing"] = sorted(only)
        return found


def _series(series: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in series.items() if key != "joint" and value is not None}
    if not found["has_deciles"]:
        del found["has_deciles"]
    return found
