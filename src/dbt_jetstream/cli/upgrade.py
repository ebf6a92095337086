"""`jetstream upgrade`: a project at the version of this package that is installed."""

from __future__ import annotations

import argparse

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
            "are new to dbt_project.yml, and moves the version that requirements.txt names."
        ),
        examples=[
            "jetstream upgrade   # after `pip install --upgrade dbt-jetstream`",
            "jetstream upgrade --project-dir experiments",
        ],
        fails="the project does not use dbt-jetstream; nothing was written",
    )
    add_project(upgrade)
    upgrade.set_defaults(command=_upgrade)


def _upgrade(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.project.upgrade import upgrade_files  # noqa: PLC0415

    done = upgrade_files(options.project_dir)
    lines = list(done.lines(options.project_dir))
    print("\n".join(lines or [f"nothing to do: the project is at {done.after}"]))
    return ExitCode.WELL
