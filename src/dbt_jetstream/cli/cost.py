"""`jetstream cost`: what experiments read of telemetry."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from dbt_jetstream.cli.arguments import (
    Commands,
    add_command,
    add_project,
    add_target,
    as_of,
    date,
)
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.errors import ConfigErrors

if TYPE_CHECKING:
    from dbt_jetstream.review.cost.command import Counted


def add(commands: Commands) -> None:
    """Add the command."""
    cost = add_command(
        commands,
        "cost",
        summary="tell how much telemetry experiments read",
        description=(
            "Counts the days of each data source that an experiment reads over its whole life,\n"
            "here and by the plan of the original, which reads telemetry again for every window.\n"
            "It looks at locks alone; with --bytes it asks BigQuery, in dry runs that read nothing."
        ),
        examples=[
            "jetstream cost                               # all that are locked, and their sum",
            "jetstream cost pip-first-time-hint --date 2026-04-01   # up to that day",
            "jetstream cost pip-first-time-hint --bytes --target bigquery",
        ],
        fails="an experiment is not locked, or BigQuery cannot tell the bytes",
    )
    cost.add_argument("experiments", nargs="*", metavar="SLUG", help="by default all")
    cost.add_argument(
        "--date", type=date, metavar="YYYY-MM-DD", help="count up to it; by default to the end"
    )
    cost.add_argument("--bytes", action="store_true", help="ask BigQuery for the bytes, too")
    cost.add_argument("--json", action="store_true", help="rows as a JSON array")
    add_project(cost)
    add_target(cost)
    cost.set_defaults(command=_cost)


def _cost(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.review.cost.command import Request, count  # noqa: PLC0415

    project = options.project_dir.resolve()
    slugs, until, target = options.experiments, options.date, options.target
    found = count(Request(project, slugs, until, as_of(), options.bytes, target))
    (_print_rows if options.json else _print_tables)(found)
    if found.mistakes:
        raise ConfigErrors(found.mistakes)
    return ExitCode.WELL


def _print_tables(found: Counted) -> None:
    from dbt_jetstream.review.cost.table import cost_table, sum_line  # noqa: PLC0415

    for costs in found.costs:
        print(cost_table(costs, found.price))
    if len(found.costs) > 1:
        print(sum_line(found.costs, found.price))


def _print_rows(found: Counted) -> None:
    from dbt_jetstream.review.cost.for_programs import cost_rows  # noqa: PLC0415

    rows = [row for costs in found.costs for row in cost_rows(costs, found.price)]
    print(json.dumps(rows, indent=1, ensure_ascii=False))
