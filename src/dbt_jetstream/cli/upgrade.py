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
        summary="bring a project to the installed version, and say what changed",
        description=(
            "Replaces the project's copy of the macros (.jetstream/package), adds settings that\n"
            "are new to dbt_project.yml, moves the version that requirements.txt names, and\n"
            "writes locks, and what is expanded from them, as the installed version does.\n"
            "Definitions stay what they are: no table is built anew."
        ),
        examples=[
            "jetstream upgrade   # after `pip install --upgrade dbt-jetstream`",
            "jetstream upgrade --project-dir experiments",
        ],
        fails=(
            "the project does not use dbt-jetstream, or a lock is not as `jetstream sync` wrote it"
        ),
    )
    add_project(upgrade)
    upgrade.set_defaults(command=_upgrade)


def _upgrade(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.project.upgrade import upgrade_files  # noqa: PLC0415
    from dbt_jetstream.sync.upgrade import upgrade  # noqa: PLC0415

    project = options.project_dir.resolve()
    files = upgrade_files(options.project_dir)
    report = upgrade(project)
    for mistake in report.refused:
        print(f"error: {mistake}", file=sys.stderr)
    lines = [*files.lines(project), *map(str, report.changed)]
    print("\n".join(lines or [f"nothing to do: the project is at {files.after}"]))
    return ExitCode.of(not report.refused)
