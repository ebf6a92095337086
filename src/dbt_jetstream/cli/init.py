"""`jetstream init`: a dbt project that analyses experiments."""

from __future__ import annotations

import argparse
from pathlib import Path

from dbt_jetstream.cli.arguments import Commands, add_command, as_of
from dbt_jetstream.cli.exit_codes import ExitCode


def add(commands: Commands) -> None:
    """Add the command."""
    init = add_command(
        commands,
        "init",
        summary="write a dbt project with an example, or add to one that exists",
        description=(
            "Writes a dbt project: settings, a profile for DuckDB and BigQuery, a metric hub with\n"
            "an example, the macros as a package, workflows, and a README with the next steps.\n"
            "With --into, adds the same to a dbt project; its own settings and files stay."
        ),
        examples=[
            "jetstream init experiments",
            "jetstream init --into .   # in the folder of a dbt project",
        ],
        fails="something is there already, or a name is taken; nothing was written",
    )
    where = init.add_mutually_exclusive_group(required=True)
    where.add_argument("folder", nargs="?", type=Path, metavar="DIR", help="a new or empty folder")
    where.add_argument("--into", type=Path, metavar="DIR", help="the folder of a dbt project")
    init.set_defaults(command=_init)


def _init(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.project.create import create  # noqa: PLC0415

    if options.into is not None:
        return _into(options.into)
    written = create(options.folder, as_of())
    print(f"wrote {len(written)} files to {options.folder}, and the macros to .jetstream/package")
    print(f"next: cd {options.folder}, and the commands in README.md")
    return ExitCode.WELL


def _into(project: Path) -> ExitCode:
    from dbt_jetstream.project.adopt import adopt  # noqa: PLC0415

    done = adopt(project, as_of())
    for path in done.written:
        print(f"wrote {path}")
    print(f"dbt_project.yml: {', '.join(done.settings)}")
    for line in done.to_do:
        print(f"to do: {line}")
    print(f"next: the commands in {done.readme}")
    return ExitCode.WELL
