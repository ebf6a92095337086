"""Compiles an experiment's models against the target: BigQuery tells what they would read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.nodes import Node
from dbt_jetstream.render import Renderer
from dbt_jetstream.validation.check import Finding, holds_expressions

# Runs one query without computing it; says what it would read, or raises its error's type.
Compile = Callable[[str], str]
UNITS = ("B", "KB", "MB", "GB", "TB", "PB")


def dry_run(
    finding: Finding, renderers: dict[str, Renderer], project: Path, target: str | None
) -> tuple[dict[str, str], list[ConfigError]]:
    """Compile the models that read telemetry, each with what it is made from inlined.

    Args:
        finding: A check without errors.
        renderers: The project's macros by dialect.
        project: The dbt project, for its profile.
        target: The target, or None for the profile's default.

    Returns:
        What each model would read, by its name, and the mistakes that only the target sees.

    Raises:
        ConfigErrors: If the target cannot be used.
    """
    dialect, compile_query, error_type = _target(project, target)
    assert finding.locked is not None
    models = renderers[dialect].render_inlined(finding.locked, _reads_telemetry)
    scanned, errors = {}, []
    for name, sql in models.items():
        try:
            scanned[name] = compile_query(sql)
        except error_type as error:
            problem = str(error).splitlines()[0]
            errors.append(ConfigError(finding.file.shown, f"{dialect}: {name}", problem))
    return scanned, errors


def _reads_telemetry(node: Node) -> bool:
    sources = node.meta.get("data_sources")
    return holds_expressions(node) and (
        sources is None or any(source["direct_metrics"] for source in sources)
    )


def _target(project: Path, target: str | None) -> tuple[str, Compile, type[Exception]]:
    """Connect to the target of the project's profile."""
    credentials = _credentials(project, target)
    if credentials.type == "bigquery":
        return "bigquery", *_bigquery(credentials)
    if credentials.type == "duckdb":
        return "duckdb", *_duckdb(Path(credentials.path), project)
    problem = f"a dry run knows bigquery and duckdb, not `{credentials.type}`"
    raise ConfigErrors([ConfigError(project / "profiles.yml", target or "", problem)])


def _credentials(project: Path, target: str | None) -> Any:
    # dbt takes two seconds to import, and nothing else here needs it.
    from argparse import Namespace  # noqa: PLC0415

    from dbt.config.runtime import load_profile  # noqa: PLC0415
    from dbt.flags import set_from_args  # noqa: PLC0415
    from dbt_common.context import set_invocation_context  # noqa: PLC0415
    from dbt_common.exceptions import DbtBaseException  # noqa: PLC0415

    set_invocation_context(os.environ)
    set_from_args(Namespace(PROFILES_DIR=str(project)), None)
    try:
        return load_profile(str(project), {}, target_override=target).credentials
    except DbtBaseException as error:
        raise ConfigErrors([ConfigError(project / "profiles.yml", "", str(error))]) from error


def _bigquery(credentials: Any) -> tuple[Compile, type[Exception]]:
    from dbt.adapters.bigquery.clients import create_bigquery_client  # noqa: PLC0415
    from google.api_core.exceptions import GoogleAPIError  # noqa: PLC0415
    from google.cloud.bigquery import QueryJobConfig  # noqa: PLC0415

    client = create_bigquery_client(credentials)

    def compile_query(sql: str) -> str:
        job = client.query(sql, job_config=QueryJobConfig(dry_run=True, use_query_cache=False))
        return f"would read {_readable(job.total_bytes_processed)}"

    return compile_query, GoogleAPIError


def _duckdb(database: Path, project: Path) -> tuple[Compile, type[Exception]]:
    import duckdb  # noqa: PLC0415

    if not database.exists():
        problem = "there is no such database: load telemetry first, for one `jetstream demo-data`"
        raise ConfigErrors([ConfigError(database, "", problem)])
    connection = duckdb.connect()
    # A copy of the functions that a run creates: the database is only read.
    connection.execute(Renderer(project, "duckdb").create_functions())
    connection.execute(f"attach '{database}' as warehouse (read_only)")
    connection.execute("set search_path = 'warehouse.main,memory.main'")

    def compile_query(sql: str) -> str:
        connection.execute(f"explain {sql}")
        return "compiles"

    return compile_query, duckdb.Error


def _readable(size: float) -> str:
    for unit in UNITS[:-1]:
        if size < 1000:
            return f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} {UNITS[-1]}"
