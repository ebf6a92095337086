"""`jetstream new`: one more experiment to fill in."""

from __future__ import annotations

import argparse
import datetime as dt
from typing import TYPE_CHECKING

from dbt_jetstream.cli.arguments import (
    Commands,
    add_command,
    add_hubs,
    add_project,
    date,
    experiments,
    hubs,
    positive,
)
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dbt_jetstream.inputs.hub import HubAddress


def add(commands: Commands) -> None:
    """Add the command."""
    new = add_command(
        commands,
        "new",
        summary="write an experiment's entry and a config to fill in",
        description=(
            "Adds an experiment to the list that dbt_project.yml names, and writes a config for\n"
            "it into the metric hub. Nothing is locked yet: `jetstream sync` does that."
        ),
        examples=[
            "jetstream new my-experiment",
            "jetstream new my-experiment --application fenix --branches control,big,small",
            "jetstream new my-experiment --start 2026-03-02 --days 28",
        ],
        fails="the experiment is there already, or cannot be analysed; nothing was written",
    )
    new.add_argument("experiment", metavar="NAME", help="its slug: letters, digits and `-`")
    new.add_argument(
        "--application",
        metavar="NAME",
        help="as in seeds/platforms.csv; by default the only one that the hub defines",
    )
    new.add_argument(
        "--branches",
        default="control,treatment",
        metavar="A,B",
        help="the reference branch first; control,treatment",
    )
    new.add_argument(
        "--start", type=date, metavar="YYYY-MM-DD", help="first day of enrollment; today, in UTC"
    )
    new.add_argument("--days", type=positive, default=35, metavar="N", help="how long it runs; 35")
    new.add_argument("--experiments", metavar="FILE", help="the list; by default the project's")
    add_hubs(new)
    add_project(new)
    new.set_defaults(command=_new)


def _new(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.project.experiment import Draft  # noqa: PLC0415
    from dbt_jetstream.project.new import write_new  # noqa: PLC0415

    places = hubs(options)
    draft = Draft(
        slug=options.experiment,
        application=options.application or _only_application(places),
        branches=[branch.strip() for branch in options.branches.split(",")],
        start=options.start or dt.datetime.now(dt.UTC).date(),
        days=options.days,
    )
    listed, config = write_new(options.project_dir, experiments(options), places, draft)
    print(f"{listed}: added {draft.slug}, {draft.start} to {draft.end}, {draft.application}")
    print(f"wrote {config}")
    print(f"next: edit both, then jetstream validate {config}")
    return ExitCode.WELL


def _only_application(places: Sequence[HubAddress]) -> str:
    from dbt_jetstream.project.new import applications  # noqa: PLC0415

    known = applications(places)
    if len(known) == 1:
        return known[0]
    names = f"one of {', '.join(known)}" if known else "its application; the hub defines none"
    raise ConfigErrors([ConfigError(None, "--application", f"name {names}")])
