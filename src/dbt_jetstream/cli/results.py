"""`jetstream results`: an experiment's results in the terminal."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from dbt_jetstream.cli.arguments import Commands, add_command, add_project, add_target, positive
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    import pandas as pd

    from dbt_jetstream.results.of_experiment import Tables
    from dbt_jetstream.results.table import Choice


def add(commands: Commands) -> None:
    """Add the command."""
    results = add_command(
        commands,
        "results",
        summary="print an experiment's results",
        description="Prints one window of an experiment as a table: by default the newest of the\n"
        "longest period, all enrolled units, against the experiment's reference branch.\n"
        "With --json or --csv, all rows as they are exported, or those of the window asked for.",
        examples=[
            "jetstream results pip-first-time-hint",
            "jetstream results pip-first-time-hint --period weekly --segment heavy_users",
            "jetstream results pip-first-time-hint --csv > results.csv",
        ],
        fails="there are no results",
    )
    results.add_argument("experiments", nargs="+", metavar="SLUG", help="an experiment")
    results.add_argument("--period", metavar="NAME", help="such as overall, weekly or daily")
    results.add_argument("--window", type=positive, metavar="N", help="an analysis window, from 1")
    results.add_argument(
        "--basis", choices=["enrollments", "exposures"], help="which units; all that enrolled"
    )
    results.add_argument("--segment", metavar="NAME", help="only units in it; all of them")
    results.add_argument("--reference", metavar="BRANCH", help="the branch to compare to")
    forms = results.add_mutually_exclusive_group()
    forms.add_argument(
        "--json", action="store_const", const="json", dest="form", help="rows as a JSON array"
    )
    forms.add_argument(
        "--csv", action="store_const", const="csv", dest="form", help="rows with a heading"
    )
    add_project(results)
    add_target(results)
    results.set_defaults(command=_results)


def _results(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.common.unexpected import apart  # noqa: PLC0415
    from dbt_jetstream.results.of_experiment import open_tables  # noqa: PLC0415
    from dbt_jetstream.results.table import Choice, results_table  # noqa: PLC0415

    given = ("period", "window", "basis", "segment", "reference")
    named = {key: getattr(options, key) for key in given if getattr(options, key) is not None}
    choice = Choice(**named)
    project = options.project_dir.resolve()
    frames = []
    mistakes: list[ConfigError] = []
    for slug in options.experiments:
        table = ""
        with (
            apart(project, slug, mistakes),
            open_tables(slug, project, options.target) as tables,
        ):
            if options.form is None:
                table = results_table(tables, choice)
            else:
                frames.append(_rows(tables, choice if named else None))
        if table:
            print(table)
    if frames:
        _write(frames, options.form)
    if mistakes:
        raise ConfigErrors(mistakes)
    return ExitCode.WELL


def _rows(tables: Tables, choice: Choice | None) -> pd.DataFrame:
    """Return rows for programs: all, or those that were asked for."""
    from dbt_jetstream.results.table import chosen, reference_of  # noqa: PLC0415

    rows = tables.statistics()
    if choice is not None:
        rows = chosen(rows, choice, tables.slug)
    if choice is not None and choice.reference is not None:
        others = rows["comparison_to_branch"]
        rows = rows[others.isna() | (others == reference_of(tables, choice))]
    rows = rows.copy()
    rows.insert(0, "experiment", tables.slug)
    return rows


def _write(frames: list[pd.DataFrame], form: str) -> None:
    import pandas as pd  # noqa: PLC0415

    rows = pd.concat(frames, ignore_index=True)
    if form == "csv":
        rows.to_csv(sys.stdout, index=False)
    else:
        # pandas' own JSON keeps a fixed number of decimals, and small shares need more.
        records = rows.astype(object).where(rows.notna(), None).to_dict("records")
        print(json.dumps(records, indent=1, ensure_ascii=False, allow_nan=False))
