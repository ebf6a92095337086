"""`jetstream demo-data`: synthetic telemetry."""

from __future__ import annotations

import argparse

from dbt_jetstream.cli.arguments import Commands, add_command, database_path, positive
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.errors import ConfigError, ConfigErrors


def add(commands: Commands) -> None:
    """Add the command."""
    demo = add_command(
        commands,
        "demo-data",
        summary="write synthetic telemetry into the database",
        description=(
            "Writes telemetry of the demo experiments, with known effects, into the DuckDB file\n"
            "that JETSTREAM_DUCKDB names (jetstream.duckdb)."
        ),
        examples=[
            "jetstream demo-data",
            "jetstream demo-data --clients 1000 --seed 7",
        ],
    )
    demo.add_argument(
        "--clients", type=positive, default=20_000, metavar="N", help="how many; 20,000"
    )
    demo.add_argument(
        "--seed", type=int, default=1, metavar="S", help="another one gives other telemetry; 1"
    )
    demo.add_argument(
        "--days", type=positive, default=45, metavar="D", help="of the experiments' life; 45"
    )
    demo.set_defaults(command=_demo_data)


def _demo_data(options: argparse.Namespace) -> ExitCode:
    import duckdb  # noqa: PLC0415

    from dbt_jetstream.database_file import unopened  # noqa: PLC0415
    from dbt_jetstream.demo import generate  # noqa: PLC0415

    try:
        generate(database_path(), options.clients, options.seed, options.days)
    except (duckdb.IOException, OSError) as error:
        raise ConfigErrors([unopened(str(error), database_path())]) from error
    except ValueError as error:
        raise ConfigErrors([ConfigError(None, "demo-data", str(error))]) from error
    return ExitCode.WELL
