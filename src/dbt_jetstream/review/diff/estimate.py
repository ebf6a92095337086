"""How much telemetry an experiment's models read, before and after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from dbt_jetstream.common.bigquery_client import dry_runs
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.common.target import credentials_of, profiles_folder
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.diff.compare import Comparison
from dbt_jetstream.review.diff.side import Side, Sides
from dbt_jetstream.review.render import RenderError

READS = ("enrollment", "data_source", "data_sources", "exposure_signal")
HOW = (
    "`jetstream diff --target bigquery` asks BigQuery in a dry run; on DuckDB, load telemetry first"
)


@dataclass
class Estimate:
    """The bytes that the models of an experiment read.

    Attributes:
        before: By model, at the base.
        after: By model, now.
        problem: Why there is no estimate.
    """

    before: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    problem: str = ""


class Gauge(Protocol):
    """Tells what the models of an experiment read.

    Attributes:
        basis: What the bytes are of, in words.
    """

    basis: str

    def measure(self, side: Side, locked: LockedExperiment) -> dict[str, int]:
        """Return the bytes by model.

        Raises:
            ValueError: If it cannot tell; says why.
        """


class DryRun:
    """Asks BigQuery."""

    basis = "a dry run on BigQuery of every model that reads telemetry, as of its last day"

    def __init__(self, bytes_of: Callable[[str], int]) -> None:
        self.bytes_of = bytes_of

    def measure(self, side: Side, locked: LockedExperiment) -> dict[str, int]:
        """Return the bytes by model; see `Gauge`."""
        renderer = side.renderer("bigquery", all_windows=True)
        models = renderer.render_inlined(locked, reads_telemetry)
        return {name: self.bytes_of(sql) for name, sql in models.items()}


def gauge_of(project: Path, target: str | None) -> Gauge | None:
    """Choose how to estimate: by the target of the project; None where it cannot tell."""
    try:
        credentials = credentials_of(project, target)
    except ConfigErrors:
        if target is not None:
            raise
        return None
    if credentials.type == "bigquery":
        return DryRun(dry_runs(credentials, profiles_folder(project) / "profiles.yml"))
    database = project / str(credentials.path)
    if credentials.type != "duckdb" or not database.exists():
        return None
    return stored(database, f"the telemetry in `{database.name}`")


def stored(database: Path, words: str) -> Gauge:
    """Measure the columns that a DuckDB database holds."""
    from dbt_jetstream.review.diff.stored import Stored  # noqa: PLC0415 - duckdb takes a while to import

    return Stored(database, words)


def add_estimates(sides: Sides, comparisons: list[Comparison], gauge: Gauge) -> None:
    """Estimate what each comparison reads on both sides."""
    for comparison in comparisons:
        if comparison.before is None and comparison.after is None:
            continue
        if comparison.as_in_lock or not (comparison.moves_numbers or comparison.what):
            continue
        comparison.bytes = _estimate(sides, comparison, gauge)


def _estimate(sides: Sides, comparison: Comparison, gauge: Gauge) -> Estimate:
    found = Estimate()
    try:
        if comparison.before is not None:
            found.before = gauge.measure(sides.base, comparison.before)
        if comparison.after is not None:
            found.after = gauge.measure(sides.head, comparison.after)
    except (ValueError, RenderError, ConfigErrors) as error:
        return Estimate(problem=str(error).splitlines()[0])
    return found


def reads_telemetry(node: Node) -> bool:
    """Whether a model reads telemetry, and not only what other models hold."""
    sources = node.meta.get("data_sources")
    if sources is not None:
        return any(source["direct_metrics"] for source in sources)
    return any(key in node.meta for key in READS)
