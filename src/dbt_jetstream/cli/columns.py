"""`jetstream columns`: the types of telemetry, for checks without a warehouse."""

from __future__ import annotations

import argparse
from pathlib import Path

from dbt_jetstream.cli.arguments import (
    Commands,
    add_command,
    add_hubs,
    add_project,
    add_target,
    hubs,
)
from dbt_jetstream.cli.exit_codes import ExitCode


def add(commands: Commands) -> None:
    """Add the command."""
    columns = add_command(
        commands,
        "columns",
        summary="write down which columns telemetry has, for checks without a warehouse",
        description=(
            "Asks the target for the columns of all tables that a hub's definitions read, and\n"
            "compares them with columns.json beside the hub, by which `validate` and `diff` check\n"
            "types. Commit the file; a table that the target lacks stays in it as it is."
        ),
        examples=[
            "jetstream columns                             # what differs from the file",
            "jetstream columns --write --target bigquery   # write the file",
        ],
        fails="the file differs from the target and is not written, or the target cannot be read",
    )
    columns.add_argument("--write", action="store_true", help="write the file")
    columns.add_argument(
        "--out",
        type=Path,
        metavar="FILE.json",
        help="the file; by default columns.json beside the first hub",
    )
    add_hubs(columns)
    add_project(columns)
    add_target(columns)
    columns.set_defaults(command=_columns)


def _columns(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.review.types.command import Request, compare_columns  # noqa: PLC0415

    project = options.project_dir.resolve()
    found = compare_columns(Request(project, hubs(options), options.target, options.out))
    for line in found.differences:
        print(line)
    for table in found.absent:
        kept = "its columns in the file stay" if table in found.types else "no columns are known"
        print(f"{table}: not in the target; {kept}")
    if options.write:
        found.write()
        print(f"{found.path}: columns of {len(found.types)} tables")
        return ExitCode.WELL
    if found.differences:
        print(f"{found.path} is not up to date: `jetstream columns --write` writes it")
    else:
        print(f"{found.path} is up to date: columns of {len(found.types)} tables")
    return ExitCode.of(not found.differences)
