"""`jetstream render`: the SQL of a build, to be read."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dbt_jetstream.cli.arguments import Commands, add_command, add_project, date
from dbt_jetstream.cli.exit_codes import ExitCode


def add(commands: Commands) -> None:
    """Add the command."""
    render = add_command(
        commands,
        "render",
        summary="write every statement of a build to files, without a warehouse",
        description=(
            "Writes what a build of a locked experiment would send, in the order of running:\n"
            "NNN-<node>-<kind>.sql, where the kind is create, merge, hook, test or probe.\n"
            "All telemetry is taken to have arrived. With --types, Google's own analyzer\n"
            "finds the types of all columns, and tells which table BigQuery would not create."
        ),
        examples=[
            "jetstream render pip-first-time-hint --out target/sql   # a first build",
            "jetstream render pip-first-time-hint --day 2026-03-20 --out target/sql",
            "jetstream render pip-first-time-hint --types metric_hub/columns.json --out sql",
        ],
        fails="the experiment is not locked, or BigQuery would refuse to create a table",
    )
    render.add_argument("experiment", metavar="SLUG", help="an experiment that is locked")
    render.add_argument(
        "--target",
        choices=["bigquery", "duckdb"],
        default="bigquery",
        help="in which dialect; bigquery",
    )
    when = render.add_mutually_exclusive_group()
    when.add_argument(
        "--day",
        type=date,
        metavar="YYYY-MM-DD",
        help="the build of that day, after one of the day before",
    )
    when.add_argument(
        "--first", action="store_true", help="a first build, with all windows due; the default"
    )
    render.add_argument(
        "--types",
        type=Path,
        metavar="FILE.json",
        help="types of telemetry's columns by table; may end in .gz",
    )
    render.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a new or empty folder"
    )
    add_project(render)
    render.set_defaults(command=_render)


def _render(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.review.statements.command import Request, render  # noqa: PLC0415

    found = render(
        Request(
            project=options.project_dir.resolve(),
            slug=options.experiment,
            dialect=options.target,
            day=options.day,
            types=options.types,
            folder=options.out,
        )
    )
    for statement in found.refused:
        print(f"error: {statement.node}: BigQuery refuses it: {statement.refused}", file=sys.stderr)
    print(f"wrote {found.number} statements to {options.out}")
    if found.note:
        print(f"note: {found.note}")
    return ExitCode.of(not found.refused)
