"""`jetstream statistics`: the tables of Python models, where dbt does not run them."""

from __future__ import annotations

import argparse

from dbt_jetstream.cli.arguments import Commands, add_command, add_project, add_target, add_wait
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.errors import ConfigErrors


def add(commands: Commands) -> None:
    """Add the command."""
    statistics = add_command(
        commands,
        "statistics",
        summary="compute statistics and trust checks without dbt's Python models",
        description=(
            "Makes the tables statistics_<slug> and trust_<slug> from those that the SQL models\n"
            "made, equal to what the Python models make: for a dbt that does not run these, as\n"
            "dbt 2 on DuckDB. Windows that have their statistics are kept."
        ),
        examples=[
            "jetstream statistics                          # all experiments that are built",
            "jetstream statistics pip-first-time-hint --target bigquery",
        ],
        fails="a named experiment is not locked, retired or not built; a table is refused",
    )
    statistics.add_argument(
        "experiments", nargs="*", metavar="SLUG", help="by default all but retired"
    )
    add_project(statistics)
    add_target(statistics)
    add_wait(statistics)
    statistics.add_argument(
        "--full-refresh", action="store_true", help="compute windows that have theirs, too"
    )
    statistics.set_defaults(command=_statistics)


def _statistics(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.common.progress import progress  # noqa: PLC0415
    from dbt_jetstream.outside_dbt.statistics import compute_statistics  # noqa: PLC0415

    with progress("Computing statistics") as advance:

        def after_each(total: int) -> None:
            advance.expect(total)
            advance()

        outcome = compute_statistics(
            options.project_dir,
            options.experiments,
            options.target,
            options.wait,
            anew=options.full_refresh,
            after_each=after_each,
        )
    for slug, said in {**outcome.computed, **outcome.passed_over}.items():
        print(f"{slug}: {said}")
    if outcome.mistakes:
        raise ConfigErrors(outcome.mistakes)
    return ExitCode.of(not options.experiments or not outcome.passed_over)
