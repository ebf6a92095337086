"""`jetstream run`: a day's work."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from dbt_jetstream.cli.arguments import (
    Commands,
    add_chosen,
    add_command,
    add_request,
    add_run_options,
    as_of,
    request,
    take_date,
)
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.cli.sync import tell_sync

if TYPE_CHECKING:
    from dbt_jetstream.sync.request import Request


def add(commands: Commands) -> None:
    """Add the command."""
    run = add_command(
        commands,
        "run",
        summary="sync and build what is live: a day's work",
        description=(
            "Syncs, then computes with dbt every window that is complete and missing. A data\n"
            "source that fails costs its own metrics alone: the others are built without it."
        ),
        examples=[
            "jetstream run                      # all that is live, up to yesterday",
            "jetstream run --date 2026-04-15    # as of another last day of telemetry",
            "jetstream run --experiment pip-first-time-hint --dry-run",
        ],
        fails="something failed, or an experiment or data source was left out",
    )
    add_request(run)
    add_chosen(run)
    add_run_options(run)
    run.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and change nothing"
    )
    run.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> ExitCode:
    take_date(options)
    asked = request(options, slugs=options.experiment, as_of=as_of())
    return _plan(asked) if options.dry_run else build(options, asked)


def _plan(asked: Request) -> ExitCode:
    from dbt_jetstream.daily.plan import plan_lines  # noqa: PLC0415
    from dbt_jetstream.sync.locking import sync  # noqa: PLC0415

    report = sync(asked, writes=False)
    status = tell_sync(report)
    for line in plan_lines(asked, report, as_of()):
        print(line)
    return status


def build(options: argparse.Namespace, asked: Request) -> ExitCode:
    """Sync and build, and tell what was done."""
    from dbt_jetstream.cli.told import run_lines  # noqa: PLC0415
    from dbt_jetstream.daily.run import run  # noqa: PLC0415

    report = run(asked, options.target, options.wait)
    if report.errors is not None:
        for mistake in report.errors.errors:
            print(f"error: {mistake}", file=sys.stderr)
        print("nothing was synced; what is locked was built", file=sys.stderr)
    if report.synced is not None:
        tell_sync(report.synced)
    for line in run_lines(report):
        print(line)
    return ExitCode.of(report.is_well)
