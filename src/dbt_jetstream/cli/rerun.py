"""`jetstream rerun` and `rerun-skip`: the newest definitions for experiments that are live."""

from __future__ import annotations

import argparse
from functools import partial

from dbt_jetstream.cli.arguments import (
    Commands,
    add_command,
    add_request,
    add_run_options,
    request,
    take_date,
)
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.cli.run import build
from dbt_jetstream.cli.sync import tell_sync
from dbt_jetstream.common.errors import ConfigError, ConfigErrors

FAILS = "an experiment has a mistake, or something failed or was left out"


def add(commands: Commands) -> None:
    """Add both commands."""
    rerun = add_command(
        commands,
        "rerun",
        summary="take the newest definitions and compute all windows again",
        description=(
            "Locks experiments anew with the newest definitions, and computes all their windows\n"
            "again."
        ),
        examples=[
            "jetstream rerun pip-first-time-hint",
            "jetstream rerun --config-changed",
            "jetstream rerun --lock-only pip-first-time-hint   # for a pull request",
        ],
        fails=FAILS,
    )
    rerun.add_argument("slugs", nargs="*", metavar="SLUG", help="an experiment that is locked")
    rerun.add_argument(
        "--config-changed",
        action="store_true",
        help="all experiments whose own config changed since they were locked",
    )
    skip = add_command(
        commands,
        "rerun-skip",
        summary="take the newest definitions for windows to come, and keep the others",
        description=(
            "Locks experiments anew with the newest definitions, for windows to come; what is\n"
            "computed stays."
        ),
        examples=["jetstream rerun-skip pip-first-time-hint"],
        fails=FAILS,
    )
    skip.add_argument("slugs", nargs="+", metavar="SLUG", help="an experiment that is locked")
    for command, name in ((rerun, "rerun"), (skip, "rerun-skip")):
        add_request(command)
        add_run_options(command)
        command.add_argument(
            "--lock-only", action="store_true", help="write the locks, and let a scheduler build"
        )
        command.set_defaults(command=partial(_rerun, name))


def _rerun(name: str, options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.sync.locking import sync  # noqa: PLC0415
    from dbt_jetstream.sync.request import Relock  # noqa: PLC0415

    changed = name == "rerun" and options.config_changed
    if bool(options.slugs) == changed:
        problem = "name experiments, or say --config-changed"
        raise ConfigErrors([ConfigError(None, name, problem)])
    take_date(options)
    relock = dict.fromkeys(options.slugs, Relock(name))
    asked = request(options, slugs=options.slugs, relock=relock, relock_changed=changed)
    if options.lock_only:
        return tell_sync(sync(asked))
    return build(options, asked)
