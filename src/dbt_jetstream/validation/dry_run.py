"""Compiles an experiment's models against the target: BigQuery tells what they would read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbt_jetstream.bigquery.client import dry_runs
from dbt_jetstream.database_file import unopened
from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.nodes import Node
from dbt_jetstream.render import Renderer
from dbt_jetstream.sizes import readable
from dbt_jetstream.target import credentials_of
from dbt_jetstream.validation.check import Finding, holds_expressions

# Runs one query without computing it; says what it would read, or raises its error's type.
Compile = Callable[[str], str]


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


def dry_run(finding: Finding, target: Target) -> tuple[dict[str, str], list[ConfigError]]:
    """Compile the models that read telemetry, each with what it is made from inlined.

    Args:
        finding: A check without errors.
        target: What to compile against.

    Returns:
        What each model would read, by its name, and the mistakes that only the target sees.
    """
    assert finding.locked is not None
    models = target.renderer.render_inlined(finding.locked, _reads_telemetry)
    scanned, errors = {}, []
    for name, sql in models.items():
        try:
            scanned[name] = target.compile_query(sql)
        except target.error_type as error:
            key, problem = f"{target.renderer.dialect}: {name}", str(error).splitlines()[0]
            errors.append(ConfigError(finding.file.shown, key, problem))
    return scanned, errors


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
    bytes_of = dry_runs(credentials, profiles)
    return lambda sql: f"would read {readable(bytes_of(sql))}", ValueError


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

    def compile_query(sql: str) -> str:
        connection.execute(f"explain {sql}")
        return "compiles"

    return compile_query, duckdb.Error
