"""`jetstream export`: the files of what is built."""

from __future__ import annotations

import argparse

from dbt_jetstream.cli.arguments import (
    Commands,
    add_command,
    add_project,
    add_run_options,
    add_target,
    take_date,
)
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.errors import ConfigErrors


def add(commands: Commands) -> None:
    """Add the command."""
    export = add_command(
        commands,
        "export",
        summary="write the exports of what is built, and build nothing",
        description=(
            "Writes the files that dashboards read, from the tables that are there: after storage\n"
            "was out of reach, or after dbt has run without this package, as in dbt Cloud. Files\n"
            "that would stay equal are left alone."
        ),
        examples=[
            "jetstream export                           # all experiments that are not private",
            "jetstream export pip-first-time-hint --target bigquery",
            "jetstream export --date 2026-04-15         # built with that last day of telemetry",
        ],
        fails="a named experiment is not locked, private or not built; a file cannot be written",
    )
    export.add_argument("experiments", nargs="*", metavar="SLUG", help="by default all but private")
    add_project(export)
    add_target(export)
    add_run_options(export)
    export.set_defaults(command=_export)


def _export(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.daily.export_built import export_built  # noqa: PLC0415

    take_date(options)
    found = export_built(options.project_dir, options.experiments, options.target, options.wait)
    for slug, exported in found.items():
        if not exported.mistakes:
            print(exported.line(slug))
    mistakes = [mistake for exported in found.values() for mistake in exported.mistakes]
    if mistakes:
        raise ConfigErrors(mistakes)
    return ExitCode.of(not options.experiments or all(e.built for e in found.values()))
