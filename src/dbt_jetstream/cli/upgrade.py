"""`jetstream upgrade`: bring a project to the version of this package that is installed."""

from __future__ import annotations

import argparse
import sys

from dbt_jetstream.cli.arguments import Commands, add_command, add_project
from dbt_jetstream.cli.exit_codes import ExitCode


def add(commands: Commands) -> None:
    """Add the command."""
    upgrade = add_command(
        commands,
        "upgrade",
        summary="bring the locks of a project to the installed version",
        description=(
            "Writes the locks of a project, and what is expanded from them, as the installed\n"
            "version does. Definitions stay what they are: no table is built anew."
        ),
        examples=["jetstream upgrade", "jetstream upgrade --project-dir analysis"],
        fails="a lock is not as `jetstream sync` wrote it, or would be expanded otherwise",
    )
    add_project(upgrade)
    upgrade.set_defaults(command=_upgrade)


def _upgrade(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.upgrade import upgrade  # noqa: PLC0415

    report = upgrade(options.project_dir.resolve())
    for mistake in report.refused:
        print(f"error: {mistake}", file=sys.stderr)
    for path in report.changed:
        print(path)
    print(f"{len(report.changed)} files changed")
    return ExitCode.of(not report.refused)
