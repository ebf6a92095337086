"""`jetstream demo-data`: synthetic telemetry."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_jetstream.cli.arguments import (
    Commands,
    add_chosen,
    add_command,
    add_target,
    check_project,
    database_path,
    hubs,
    positive,
)
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dbt_jetstream.lock.expand import LockedExperiment
    from dbt_jetstream.review.types.telemetry import Telemetry

COMMAND = "demo-data"
DEMO_DAYS = 45
# Below -1 units would do less than nothing; more than ten times as much is a slip.
EFFECTS = (-1, 10)


def add(commands: Commands) -> None:
    """Add the command."""
    demo = add_command(
        commands,
        COMMAND,
        summary="write synthetic telemetry into the database",
        description=(
            "Writes made-up telemetry into the DuckDB file of the target: of experiments that are\n"
            "locked, so that their configs can be tried before any client is enrolled, or of the\n"
            "demo's own two. Tables of telemetry that are there are replaced."
        ),
        examples=[
            "jetstream demo-data --experiment my-experiment",
            "jetstream demo-data --experiment my-experiment --effect treatment=0.05",
            "jetstream demo-data --clients 1000 --seed 7   # of the demo's experiments",
        ],
        fails="an experiment is not locked, or a number is out of range; nothing was written",
    )
    add_chosen(demo)
    demo.add_argument(
        "--effect",
        action="append",
        type=effect,
        default=[],
        metavar="BRANCH=SHARE",
        help="how much more units of a branch do once enrolled, such as treatment=0.05; repeated",
    )
    demo.add_argument(
        "--clients", type=positive, default=20_000, metavar="N", help="how many; 20,000"
    )
    demo.add_argument(
        "--seed", type=int, default=1, metavar="S", help="another one gives other telemetry; 1"
    )
    demo.add_argument(
        "--days", type=positive, metavar="D", help="of the experiment's life; all, or 45"
    )
    # Under another name: the demo's own telemetry needs no project.
    demo.add_argument(
        "--project-dir",
        dest="project",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the dbt project of the experiment; by default the current folder",
    )
    add_target(demo)
    demo.set_defaults(command=_demo_data, metric_hub=[], private_metric_hub=[])


def effect(text: str) -> tuple[str, float]:
    """Read an effect: a branch, and how much more its units do."""
    branch, _, share = text.rpartition("=")
    low, high = EFFECTS
    try:
        value = float(share)
    except ValueError:
        value = float("nan")
    if not branch or not low <= value <= high:
        message = f"expected BRANCH=SHARE, as treatment=0.05, from {low} to {high}, found `{text}`"
        raise argparse.ArgumentTypeError(message)
    return branch, value


def _demo_data(options: argparse.Namespace) -> ExitCode:
    import duckdb  # noqa: PLC0415

    from dbt_jetstream.common.database_file import unopened  # noqa: PLC0415

    if options.experiment:
        check_project(options.project)
        options.project_dir = options.project
    database = _database(options) if options.experiment else database_path()
    try:
        _write(options, database)
    except (duckdb.IOException, OSError) as error:
        raise ConfigErrors([unopened(str(error), database)]) from error
    except ValueError as error:
        raise ConfigErrors([ConfigError(None, COMMAND, str(error))]) from error
    return ExitCode.WELL


def _write(options: argparse.Namespace, database: Path) -> None:
    if options.experiment:
        _of_locked(options, database)
        return
    if options.effect:
        raise ConfigErrors([ConfigError(None, "--effect", "needs --experiment SLUG")])
    from dbt_jetstream.demo import generate  # noqa: PLC0415

    generate(database, options.clients, options.seed, options.days or DEMO_DAYS)


def _of_locked(options: argparse.Namespace, database: Path) -> None:
    from dbt_jetstream.results.of_experiment import locks_of  # noqa: PLC0415
    from dbt_jetstream.review.diff.comparable import read_lock  # noqa: PLC0415
    from dbt_jetstream.review.made_up.locked import Asked, generate_for  # noqa: PLC0415

    locked = [read_lock(held) for held in locks_of(options.project_dir, options.experiment)]
    effects = dict(options.effect)
    _check_branches(locked, effects)
    asked = Asked(options.clients, options.seed, options.days, effects)
    made = generate_for(database, locked, _types(options), asked)
    for table, rows in made.rows.items():
        guess = "; types guessed, no columns.json lists it" if table in made.guessed else ""
        print(f"wrote {table}: {rows:,} rows{guess}")
    for slug, last in made.last.items():
        print(f"next: jetstream run --experiment {slug} --date {last}")


def _types(options: argparse.Namespace) -> Telemetry:
    from dbt_jetstream.inputs.hub import read_what_can_be_read  # noqa: PLC0415
    from dbt_jetstream.inputs.platforms import read_platforms  # noqa: PLC0415
    from dbt_jetstream.review.types.known import known_types  # noqa: PLC0415

    project = options.project_dir
    return known_types(read_what_can_be_read(hubs(options)), project, read_platforms(project))


def _check_branches(locked: Sequence[LockedExperiment], effects: dict[str, float]) -> None:
    known = {
        branch: None for one in locked for branch in one.nodes[0].meta["experiment"]["branches"]
    }
    unknown = [branch for branch in effects if branch not in known]
    if unknown:
        problem = f"no such branch; there are {', '.join(known)}"
        raise ConfigErrors([ConfigError(None, f"--effect {b}", problem) for b in unknown])


def _database(options: argparse.Namespace) -> Path:
    """Return the file of the target, which must be DuckDB's."""
    from dbt_jetstream.common.target import credentials_of  # noqa: PLC0415

    credentials = credentials_of(options.project_dir, options.target)
    if credentials.type != "duckdb":
        problem = f"writes into DuckDB alone, and this target is {credentials.type}"
        raise ConfigErrors([ConfigError(None, COMMAND, f"{problem}; name another by --target")])
    database: Path = options.project_dir / str(credentials.path)
    return database
