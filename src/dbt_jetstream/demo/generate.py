"""Write the demo's telemetry into a DuckDB file."""

from pathlib import Path

import duckdb

from dbt_jetstream.common.progress import progress
from dbt_jetstream.demo.desktop import create_desktop_tables
from dbt_jetstream.demo.experiments import DESKTOP, FENIX
from dbt_jetstream.demo.fenix import create_fenix_tables
from dbt_jetstream.demo.participation import create_participation
from dbt_jetstream.demo.population import create_population
from dbt_jetstream.demo.randomness import create_macros
from dbt_jetstream.demo.schedule import DEFAULT_DAYS, Calendar

MEMORY_LIMIT = "3GB"
"""What DuckDB may use; the process stays below 4 GB."""


def generate(
    database: Path,
    clients: int,
    seed: int,
    days: int = DEFAULT_DAYS,
    threads: int | None = None,
) -> None:
    """Generate telemetry of both demo experiments, replacing what an earlier call wrote.

    Writes `telemetry.clients_daily`, `telemetry.events`, `fenix.clients_daily` and
    `fenix.events_stream`; other tables of the file are left alone. The same arguments give the
    same rows, whatever the number of threads; the order of rows is not defined.

    Args:
        database: DuckDB file, created with its folder if absent.
        clients: Clients of each of the two applications, at least 1.
        seed: Selects one of many possible data sets, a 64-bit signed integer.
        days: Days of the experiments' life from their start date, at least 1; telemetry also
            covers the `HISTORY_DAYS` days before.
        threads: Threads DuckDB may use; all cores if None.

    Raises:
        ValueError: If an argument is out of range.
    """
    check_arguments(clients, seed, days)
    database.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(database)) as connection:
        configure(connection, threads)
        create_macros(connection)
        applications = ((DESKTOP, create_desktop_tables), (FENIX, create_fenix_tables))
        with progress("Generating telemetry", 3 * len(applications)) as advance:
            for experiment, create_tables in applications:
                create_population(connection, experiment, clients, seed)
                advance()
                create_participation(connection, Calendar(days=days))
                advance()
                create_tables(connection, days)
                advance()


def check_arguments(clients: int, seed: int, days: int) -> None:
    """Refuse arguments that SQL would reject with a message about SQL."""
    limits = {"clients": (clients, 1, 10**9), "days": (days, 1, 900)}
    limits["seed"] = (seed, -(2**63), 2**63 - 1)
    for name, (value, low, high) in limits.items():
        if not low <= value <= high:
            message = f"{name} is {value}, expected {low} to {high}: pass a value in that range"
            raise ValueError(message)


def configure(connection: duckdb.DuckDBPyConnection, threads: int | None) -> None:
    """Bound memory and let DuckDB write rows in any order, which streams them."""
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    connection.execute("set preserve_insertion_order = false")
    if threads is not None:
        connection.execute(f"set threads = {threads}")
