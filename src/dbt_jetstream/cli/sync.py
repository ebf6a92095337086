"""`jetstream sync`: lock new experiments and write their dbt models."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Collection
from functools import partial
from typing import TYPE_CHECKING

from dbt_jetstream.cli.arguments import (
    Commands,
    add_chosen,
    add_command,
    add_request,
    as_of,
    request,
)
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.errors import ConfigErrors

if TYPE_CHECKING:
    from dbt_jetstream.lock.held import HeldLock
    from dbt_jetstream.sync.request import SyncReport


def add(commands: Commands) -> None:
    """Add the command."""
    sync = add_command(
        commands,
        "sync",
        summary="lock new experiments and write their dbt models",
        description=(
            "Resolves new experiments against the metric hubs, locks their definitions and writes\n"
            "their dbt models. What is locked already stays as it is, but for its end date."
        ),
        examples=[
            "jetstream sync",
            "jetstream sync --experiment pip-first-time-hint   # this one alone",
            "jetstream sync --metric-hub metric_hub --experiments demo/experiments.json",
        ],
        fails="an experiment has a mistake and is not analysed, or nothing could be read",
    )
    add_request(sync)
    add_chosen(sync)
    sync.add_argument(
        "--with-ended",
        action="store_true",
        help="also add experiments that ended more than four weeks ago; naming one does that too",
    )
    sync.set_defaults(command=_sync)


def _sync(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.sync.locking import sync  # noqa: PLC0415

    asked = request(
        options,
        slugs=options.experiment,
        as_of=as_of(),
        with_ended=options.with_ended,
        is_finished=partial(_finished, options),
    )
    return tell_sync(sync(asked))


def tell_sync(report: SyncReport) -> ExitCode:
    """Print what a sync did; returns the exit code for it."""
    from dbt_jetstream.cli.told import problem_lines, sync_lines  # noqa: PLC0415

    for line in problem_lines(report):
        print(line, file=sys.stderr)
    for line in sync_lines(report):
        print(line)
    return ExitCode.of(not report.refused)


def _finished(options: argparse.Namespace, ended: Collection[HeldLock]) -> list[str]:
    """Ask the target which experiments are analysed to the end; none where it cannot tell."""
    from dbt_jetstream.daily.build import Dbt  # noqa: PLC0415
    from dbt_jetstream.daily.run import finished  # noqa: PLC0415

    try:
        return finished(Dbt(options.project_dir.resolve(), options.target), ended)
    except ConfigErrors as error:
        slugs = ", ".join(held.slug for held in ended)
        problem = f"cannot tell whether these experiments are finished, and keeps them: {slugs}"
        print(f"warning: {problem}: {error}", file=sys.stderr)
        return []
