"""The definitions that macros put together from what is written of each node."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from conftest import REPOSITORY
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.written import written
from dbt_jetstream.review.render import PACKAGE, Renderer


def looked_up(locked: LockedExperiment, renderer: Renderer) -> dict[str, dict[str, Any]]:
    """Return the definition of each SQL model, as macros see it in dbt."""
    nodes = {name: _node(name, meta) for name, meta in written(locked).items()}
    by_id = {node["unique_id"]: node for node in nodes.values()}
    graph = {"nodes": by_id}
    renderer.environment.globals["graph"] = graph
    definition_of = renderer.macros["definition_of"]
    return {
        node.name: definition_of(nodes[node.name])
        for node in locked.nodes
        if node.language == "sql"
    }


def whole(locked: LockedExperiment) -> dict[str, dict[str, Any]]:
    """Return the definition of each SQL model, as it is expanded."""
    return {n.name: json.loads(json.dumps(n.meta)) for n in locked.nodes if n.language == "sql"}


def without_own_keys(definition: dict[str, Any]) -> dict[str, Any]:
    """Leave out what only says how a definition is written."""
    found = {k: v for k, v in definition.items() if k != "only_comparing"}
    if "data_source" in found:
        parts = [{k: p[k] for k in ("name", "sql")} for p in found["data_source"]["parts"]]
        found["data_source"] = {**found["data_source"], "parts": parts}
    return found


def renderer() -> Renderer:
    return Renderer(REPOSITORY, "duckdb")


def _node(name: str, meta: dict[str, Any]) -> dict[str, Any]:
    plain = json.loads(json.dumps(meta))
    return {
        "name": name,
        "package_name": PACKAGE,
        "unique_id": f"model.{PACKAGE}.{name}",
        "config": SimpleNamespace(meta=plain),
    }
