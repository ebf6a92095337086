"""Compiles an experiment's models against the target, which tells what they read and yield."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt_jetstream.common import naming
from dbt_jetstream.common.bigquery_client import plans
from dbt_jetstream.common.database_file import unopened
from dbt_jetstream.common.errors import ConfigError, ConfigErrors, distinct
from dbt_jetstream.common.sizes import readable
from dbt_jetstream.common.target import credentials_of
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.render import Renderer
from dbt_jetstream.review.types.probes import metrics_of_numbers
from dbt_jetstream.review.validate.check import Finding
from dbt_jetstream.review.validate.rendered import holds_expressions
from dbt_jetstream.sql.misapplied import NO_FLAG, NO_NUMBER

# Plans one query without computing it, or raises its error's type.
Compile = Callable[[str], "Compiled"]
FLAG = re.compile(r"BOOL(EAN)?")
NUMBERS = re.compile(r"(BOOL|U?(TINY|SMALL|BIG|HUGE)?INT|FLOAT|DOUBLE|(BIG)?NUMERIC|DECIMAL)[^\[]*")


@dataclass(frozen=True)
class Compiled:
    """What a target says of one query.

    Attributes:
        said: What it would read, in words.
        types: The types of its columns.
        bytes_read: The bytes that it would read; 0 where nobody can tell.
    """

    said: str
    types: dict[str, str]
    bytes_read: int = 0


@dataclass
class DryRun:
    """What a target says of the models that read telemetry.

    Attributes:
        scanned: What each would read, by its name.
        errors: The mistakes that only the target sees.
        bytes_read: The bytes that all would read; 0 where nobody can tell.
    """

    scanned: dict[str, str] = field(default_factory=dict)
    errors: list[ConfigError] = field(default_factory=list)
    bytes_read: int = 0


@dataclass(frozen=True)
class Target:
    """A target that queries are compiled against.

    Attributes:
        renderer: The project's macros in its dialect.
        compile_query: Compiles one query.
        error_type: What `compile_query` raises for a query that the target refuses.
    """

    renderer: Renderer
    compile_query: Compile
    error_type: type[Exception]


def dry_run(finding: Finding, target: Target) -> DryRun:
    """Compile the models that read telemetry, each with what it is made from inlined.

    Args:
        finding: A check without errors.
        target: What to compile against.
    """
    locked = finding.locked
    assert locked is not None
    models = target.renderer.render_inlined(locked, holds_expressions)
    reading = {node.name for node in locked.nodes if _reads_telemetry(node)}
    found = DryRun()
    for name, sql in models.items():
        try:
            compiled = target.compile_query(sql)
            if name in reading:
                found.scanned[name] = compiled.said
                found.bytes_read += compiled.bytes_read
            found.errors += _no_numbers(locked, compiled.types, finding.file.shown)
            if name == naming.enrollments(locked.slug):
                found.errors += _no_flags(locked.nodes[0], compiled.types, finding.file.shown)
        except target.error_type as error:
            # What is made of another model's days fails with that one.
            if name in reading:
                key, problem = f"{target.renderer.dialect}: {name}", str(error).splitlines()[0]
                found.errors.append(ConfigError(finding.file.shown, key, problem))
    # A metric is in the model of each of its periods.
    found.errors = distinct(found.errors)
    return found


def _no_numbers(
    locked: LockedExperiment, types: Mapping[str, str], path: Path | str
) -> Iterator[ConfigError]:
    """Yield the metrics whose statistics need numbers, and that are something else."""
    for metric in sorted(metrics_of_numbers(locked) & types.keys()):
        if not NUMBERS.fullmatch(types[metric]):
            problem = f"yields {types[metric]}, {NO_NUMBER}"
            yield ConfigError(path, f"metrics.{metric}.select_expression", problem)


def _no_flags(
    enrollments: Node, types: Mapping[str, str], path: Path | str
) -> Iterator[ConfigError]:
    """Yield the segments that do not say yes or no."""
    for segment in enrollments.meta["segments"]:
        if not FLAG.fullmatch(types[segment]):
            problem = f"yields {types[segment]}, {NO_FLAG}"
            yield ConfigError(path, f"segments.{segment}.select_expression", problem)


def _reads_telemetry(node: Node) -> bool:
    sources = node.meta.get("data_sources")
    return holds_expressions(node) and (
        sources is None or any(source["direct_metrics"] for source in sources)
    )


def connect(project: Path, name: str | None, renderers: dict[str, Renderer]) -> Target:
    """Connect to a target of the project's profile.

    Args:
        project: The dbt project.
        name: The target, or None for the profile's default.
        renderers: The project's macros by dialect.

    Raises:
        ConfigErrors: If the target cannot be used.
    """
    credentials = credentials_of(project, name)
    if credentials.type == "bigquery":
        return Target(renderers["bigquery"], *_bigquery(credentials, project / "profiles.yml"))
    if credentials.type == "duckdb":
        renderer = renderers["duckdb"]
        return Target(renderer, *_duckdb(Path(credentials.path), renderer))
    problem = f"a dry run knows bigquery and duckdb, not `{credentials.type}`"
    raise ConfigErrors([ConfigError(project / "profiles.yml", name or "", problem)])


def _bigquery(credentials: Any, profiles: Path) -> tuple[Compile, type[Exception]]:
    plan = plans(credentials, profiles)

    def compile_query(sql: str) -> Compiled:
        planned = plan(sql)
        said = f"would read {readable(planned.bytes_read)}"
        return Compiled(said, planned.types, planned.bytes_read)

    return compile_query, ValueError


def _duckdb(database: Path, renderer: Renderer) -> tuple[Compile, type[Exception]]:
    import duckdb  # noqa: PLC0415

    if not database.exists():
        problem = "there is no such database: load telemetry first, for one `jetstream demo-data`"
        raise ConfigErrors([ConfigError(database, "", problem)])
    connection = duckdb.connect()
    # A copy of the functions that a run creates: the database is only read.
    connection.execute(renderer.create_functions())
    try:
        connection.execute(f"attach '{database}' as warehouse (read_only)")
    except duckdb.IOException as error:
        raise ConfigErrors([unopened(str(error), database)]) from error
    connection.execute("set search_path = 'warehouse.main,memory.main'")

    def compile_query(sql: str) -> Compiled:
        described = connection.execute(f"describe {sql}").fetchall()
        return Compiled("compiles", {name: str(kind) for name, kind, *_ in described})

    return compile_query, duckdb.Error
