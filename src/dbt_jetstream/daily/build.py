"""Runs dbt in this process: parses once, builds, and tells what failed."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from dbt.artifacts.schemas.run import RunExecutionResult
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import EventMsg

from dbt_jetstream.common.database_file import held_database
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.extras import told
from dbt_jetstream.common.progress import Advance, progress
from dbt_jetstream.common.target import profiles_folder
from dbt_jetstream.inside_dbt.leaving_out import ABSENT_SOURCES, left_out
from dbt_jetstream.inside_dbt.reduced import without_parts

DOING = {"parse": "Reading the project", "build": "Building", "show": "Asking the database"}
# dbt leaves these out of the number of nodes that it announces.
UNCOUNTED = "unit_test"
BAD = {"error", "fail", "runtime error", "partial success"}
TAG = "experiment:"
# The dbt test whose failing rows are the warnings of an experiment's trust checks.
TRUST_TEST = "no_trust_warnings"
KEY_TEST = "unique_key"
ENROLLED_TWICE = (
    "{} pairs of a unit and a branch are enrolled in several rows; let `enrollment_query` return "
    "one row for each, as by GROUP BY"
)
# What dbt, and DuckDB around a function of ours, write before the words that matter.
HEADING = re.compile(
    r"^\w+ Error in \w+ \S+ \([^)]*\) "
    r"(?:Invalid Input Error: Python exception occurred while executing the UDF: \w+: )?"
)
# The end of the name that dbt gives a query of ours.
INLINE_QUERY = ".inline_query"
INPUTS = "JETSTREAM_INPUTS"

# Reasons by data source, by experiment.
AbsentSources = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Failure:
    """A node of an experiment that failed.

    Attributes:
        experiment: The slug; empty for a node that belongs to none.
        node: The model; for a test, the model that it tests.
        message: What the warehouse or the test said.
        data_source: Where the model holds the client days of a data source: that source.
        direct_sources: Where the model reads data sources directly: those.
    """

    experiment: str
    node: str
    message: str
    data_source: str | None = None
    direct_sources: tuple[str, ...] = ()


class Dbt:
    """dbt on one project and target.

    Raises:
        ConfigErrors: On parsing, if dbt cannot read the project.
    """

    def __init__(self, project: Path, target: str | None) -> None:
        self.options = [
            "--project-dir",
            str(project),
            "--profiles-dir",
            str(profiles_folder(project)),
        ]
        # Nothing here reads dbt's artifacts, which take longer to write than the project to read.
        self.options += ["--no-write-json"]
        self.options += ["--target", target] if target else []
        self.options += [] if sys.stdout.isatty() else ["--no-use-colors"]
        self.manifest: Manifest | None = None
        # The models of trust checks that warn, with their experiments, as last built.
        self.doubted: dict[str, str] = {}
        # What experiments are built from, as hashes, to be recorded with what is built.
        self.inputs: Mapping[str, str] = {}
        # The metrics and segments that were left out when their experiment was last built.
        self.left_out: dict[str, dict[str, str]] = {}

    def parse(self) -> None:
        """Read the project."""
        self.manifest = None
        done = self._invoke("parse")
        if not isinstance(done.result, Manifest):
            raise _refusal("dbt parse", str(done.exception))
        self.manifest = done.result

    @property
    def experiments(self) -> set[str]:
        """The slugs of all experiments in the project; none before it was parsed."""
        nodes = self.manifest.nodes.values() if self.manifest else ()
        return {experiment_of(node) for node in nodes} - {""}

    def has_model(self, name: str) -> bool:
        """Whether the project has a model of this name."""
        nodes = self.manifest.nodes.values() if self.manifest else ()
        return any(node.name == name for node in nodes)

    def build(
        self,
        selection: Sequence[str],
        exclude: Sequence[str] = (),
        absent_sources: AbsentSources | None = None,
    ) -> list[Failure]:
        """Build what is selected; returns what failed.

        Args:
            selection: dbt's options that select nodes.
            exclude: Names of models to leave out.
            absent_sources: The data sources to leave out of their metrics.
        """
        os.environ[ABSENT_SOURCES] = json.dumps(absent_sources or {})
        os.environ[INPUTS] = json.dumps(dict(self.inputs))
        left_out = ["--exclude", *exclude] if exclude else []
        done = self._invoke("build", *selection, *left_out)
        if done.exception is not None:
            raise _refusal("dbt build", str(done.exception))
        self._note_doubts(done.result)
        self._note_left_out(done.result)
        return list(self._failures(done.result))

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Return the rows of a query, which may use macros."""
        done = self._invoke("show", "--inline", sql, "--limit", "-1")
        if self.manifest is not None:
            # dbt leaves a query that failed among the nodes, and can then read no other.
            for name in [n for n in self.manifest.nodes if n.endswith(INLINE_QUERY)]:
                del self.manifest.nodes[name]
        if not isinstance(done.result, RunExecutionResult):
            raise _refusal("dbt show", str(done.exception))
        (shown,) = done.result.results
        table = shown.agate_table
        if table is None:
            raise _refusal("dbt show", str(shown.message))
        return [dict(zip(table.column_names, row, strict=True)) for row in table.rows]

    def _invoke(self, command: str, *arguments: str) -> dbtRunnerResult:
        with progress(DOING[command]) as advance:
            runner = dbtRunner(manifest=self.manifest, callbacks=[partial(_follow, advance)])
            done = runner.invoke(["--log-level", "none", command, *arguments, *self.options])
        if isinstance(done.exception, KeyboardInterrupt):
            raise done.exception
        return done

    def _note_doubts(self, results: Any) -> None:
        """Keep in mind which trust checks have found something to warn of."""
        assert self.manifest is not None
        for result in results:
            metadata = getattr(result.node, "test_metadata", None)
            if metadata is not None and metadata.name == TRUST_TEST:
                model = self.manifest.nodes[result.node.attached_node]
                self.doubted.pop(model.name, None)
                if result.status == "warn":
                    self.doubted[model.name] = experiment_of(model)

    def _note_left_out(self, results: Any) -> None:
        """Keep in mind which metrics and segments fail, by the last build of their experiment."""
        assert self.manifest is not None
        for slug in {experiment_of(result.node) for result in results}:
            self.left_out.pop(slug, None)
        for slug, entries in left_out(self.manifest).items():
            if told := without_parts(entries):
                self.left_out[slug] = told

    def _failures(self, results: Any) -> Iterator[Failure]:
        for result in results:
            if result.status in BAD:
                yield self._failure(result)

    def _failure(self, result: Any) -> Failure:
        node = result.node
        assert self.manifest is not None
        tested = self.manifest.nodes.get(getattr(node, "attached_node", None) or "")
        model = tested or node
        meta = model.config.meta
        # A failed test says nothing of a source that the model reads.
        sources = () if tested else meta.get("data_sources", ())
        return Failure(
            experiment=experiment_of(model),
            node=model.name,
            message=_message(result, meta),
            data_source=meta["data_source"]["name"] if "data_source" in meta else None,
            direct_sources=tuple(s["name"] for s in sources if s["direct_metrics"]),
        )


def _message(result: Any, meta: Mapping[str, Any]) -> str:
    """Say what failed; the macro `node_problems` has the same words for the logs."""
    metadata = getattr(result.node, "test_metadata", None)
    if metadata is not None and metadata.name == KEY_TEST and "enrollment" in meta:
        return ENROLLED_TWICE.format(result.failures)
    return HEADING.sub("", " ".join(str(result.message).split()))


def _refusal(command: str, message: str) -> ConfigErrors:
    """Make an error of what a command of dbt says."""
    return ConfigErrors([held_database(message) or ConfigError(None, command, told(message))])


def _follow(advance: Advance, event: EventMsg) -> None:
    """Count the nodes that dbt has done with."""
    if event.info.name == "ConcurrencyLine":
        advance.expect(event.data.node_count)
    elif event.info.name == "NodeFinished" and event.data.node_info.resource_type != UNCOUNTED:
        advance()


def experiment_of(node: Any) -> str:
    """Return the slug of the experiment that a node belongs to; empty where it is none's."""
    return next((tag.removeprefix(TAG) for tag in node.tags if tag.startswith(TAG)), "")
