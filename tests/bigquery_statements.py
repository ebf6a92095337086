"""Statements of one kind, of all models of an experiment, for tests that look at their text."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.render import PACKAGE, SCHEMA, last_day
from dbt_jetstream.review.statements.build import build_of
from dbt_jetstream.review.statements.rendering import Statements as Rendering
from dbt_jetstream.review.statements.types import ColumnTypes
from dbt_jetstream.review.statements.warehouse import Answer, Build

__all__ = ["Answer", "Statements"]


class Statements(Rendering):
    """The statements of runs on BigQuery, on the last day of an experiment."""

    def __init__(self, project: Path, types: ColumnTypes | None = None) -> None:
        super().__init__(project, "bigquery", types)

    def on_last_day(self, locked: LockedExperiment, *, is_first: bool) -> Build:
        return build_of(self, locked, last_day(locked), is_first=is_first)

    def create(
        self, locked: LockedExperiment, wanted: Callable[[Node], bool] = lambda _: True
    ) -> dict[str, str]:
        """Render what the first run sends to make each SQL model."""
        build = self.on_last_day(locked, is_first=True)
        found = {}
        for node in locked.nodes:
            if node.language == "sql" and wanted(node):
                found[node.name] = super().create(node, self.query(node))
            build.present.add(node.name)
        return found

    def merge(self, locked: LockedExperiment, values: dict[str, list[Any]]) -> dict[str, str]:
        """Render what a later run sends to merge new rows into each incremental table.

        Args:
            locked: The experiment.
            values: The distinct values of the new rows, by column.
        """
        for column, known in values.items():
            self.answers[f"select distinct {column} as value"] = Answer(*known)
        self.on_last_day(locked, is_first=False)
        growing = [n for n in locked.nodes if n.grows]
        return {node.name: super(Statements, self).merge(node) for node in growing}

    def hooks(self, locked: LockedExperiment) -> dict[str, list[str]]:
        """Render the hooks of each model, those of a later run; without empty ones."""
        self.on_last_day(locked, is_first=False)
        return {n.name: [*self.pre_hooks(n), *self.post_hooks(n)] for n in locked.nodes}

    def around(self, locked: LockedExperiment) -> list[str]:
        """Render what a run sends before and after its models: one failed, one was skipped.

        As in dbt Cloud, without this package beside dbt.
        """
        self.exports_json = False
        build = self.on_last_day(locked, is_first=False)
        build.present.add("registry")
        graph = self.environment.globals["graph"]
        seed = f"seed.{PACKAGE}.registry"
        graph.nodes[seed] = SimpleNamespace(
            database="p", schema=SCHEMA, alias="registry", name="registry", unique_id=seed,
            resource_type="seed", attached_node=None, config=SimpleNamespace(meta={}),
        )  # fmt: skip
        self.answers["select experiment from"] = Answer("refused-experiment")
        results = [
            SimpleNamespace(node=n, status="success", message="") for n in graph.nodes.values()
        ]
        for result in results:
            result.status = "skipped" if "completeness_" in result.node.name else "success"
        # The last model, before the seed.
        results[-2].status, results[-2].message = "error", "Database Error: it's `lost`\nfor good"
        context = self.environment.globals
        context.update(results=results, selected_resources=list(graph.nodes))
        texts = [*self.run_hooks("on-run-start"), *self.run_hooks("on-run-end")]
        return [*texts, *self.asked]
