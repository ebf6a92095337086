"""The `jetstream` command: arguments in, one line per mistake out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dbt_jetstream.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from dbt_jetstream.hub import HubAddress

DEFAULT_HUBS = ["metric_hub"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except ConfigErrors as error:
        for mistake in error.errors:
            print(f"error: {mistake}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="jetstream", description="Experiment analysis on dbt.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_sync(commands)
    _add_validate(commands)
    _add_demo_data(commands)
    _add_show(commands)
    return parser


def _add_sync(commands: argparse._SubParsersAction) -> None:
    sync = commands.add_parser("sync", help="lock experiments and write their dbt models")
    _add_hubs(sync)
    sync.add_argument("--experiments", type=Path, required=True, metavar="FILE.json")
    sync.add_argument("--experiment", action="append", default=[], metavar="SLUG")
    sync.add_argument("--project-dir", type=Path, default=Path(), metavar="DIR")
    sync.set_defaults(command=_sync)


def _sync(options: argparse.Namespace) -> int:
    from dbt_jetstream.sync import sync  # noqa: PLC0415 - the parser's imports take a second

    report = sync(_hubs(options), options.experiments, options.project_dir, options.experiment)
    for warning in report.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    for experiment in report.experiments:
        print(f"{experiment.slug}: {len(experiment.nodes)} models")
    for slug, reason in report.skipped.items():
        print(f"{slug}: skipped, since {reason}")
    print(f"{len(report.changed)} files changed")
    return 0


def _add_validate(commands: argparse._SubParsersAction) -> None:
    validate = commands.add_parser("validate", help="check changed configs without a warehouse")
    validate.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="configs, definitions, defaults or outcomes of a hub; all of it where there is none",
    )
    _add_hubs(validate)
    validate.add_argument(
        "--experiments",
        type=Path,
        metavar="FILE.json",
        help="take dates, branches and applications from real experiments",
    )
    validate.add_argument("--project-dir", type=Path, default=Path(), metavar="DIR")
    validate.add_argument(
        "--dry-run", action="store_true", help="compile against the target; BigQuery tells bytes"
    )
    validate.add_argument("--target", metavar="NAME", help="the target of a dry run")
    validate.set_defaults(command=_validate)


def _validate(options: argparse.Namespace) -> int:
    from dbt_jetstream.validation.command import Request, validate  # noqa: PLC0415

    hubs = _hubs(options) if options.metric_hub or options.private_metric_hub else []
    request = Request(options.paths, hubs, options.project_dir, options.experiments)
    dry_run = (options.target,) if options.dry_run else None
    has_errors = False
    for text, is_valid in validate(request, dry_run):
        print(text)
        has_errors = has_errors or not is_valid
    return int(has_errors)


def _add_hubs(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--metric-hub",
        action="append",
        default=[],
        metavar="DIR|URL",
        help="a hub's folder or git URL (URL#branch); repeated, the later one wins",
    )
    command.add_argument(
        "--private-metric-hub",
        action="append",
        default=[],
        metavar="DIR|URL",
        help="a hub whose experiments must not be published; wins over the public ones",
    )


def _hubs(options: argparse.Namespace) -> list[HubAddress]:
    from dbt_jetstream.hub import HubAddress  # noqa: PLC0415

    public = [HubAddress(text) for text in options.metric_hub or DEFAULT_HUBS]
    return public + [HubAddress(text, is_private=True) for text in options.private_metric_hub]


def _add_demo_data(commands: argparse._SubParsersAction) -> None:
    demo = commands.add_parser("demo-data", help="write synthetic telemetry into the database")
    demo.add_argument("--clients", type=_positive, default=20_000, metavar="N")
    demo.add_argument("--seed", type=int, default=1, metavar="S")
    demo.add_argument("--days", type=_positive, default=45, metavar="D")
    demo.set_defaults(command=_demo_data)


def _demo_data(options: argparse.Namespace) -> int:
    from dbt_jetstream.demo import generate  # noqa: PLC0415

    try:
        generate(database_path(), options.clients, options.seed, options.days)
    except ValueError as error:
        raise ConfigErrors([ConfigError(None, "demo-data", str(error))]) from error
    return 0


def _add_show(commands: argparse._SubParsersAction) -> None:
    show = commands.add_parser("show", help="print an experiment's results as a table")
    show.add_argument("experiments", nargs="+", metavar="SLUG")
    show.add_argument("--project-dir", type=Path, default=Path(), metavar="DIR")
    show.set_defaults(command=_show)


def _show(options: argparse.Namespace) -> int:
    from dbt_jetstream.show import show  # noqa: PLC0415

    for slug in options.experiments:
        print(show(database_path(), options.project_dir, slug))
    return 0


def database_path() -> Path:
    """Return the DuckDB file of the duckdb target."""
    return Path(os.environ.get("JETSTREAM_DUCKDB", "jetstream.duckdb"))


def _positive(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        message = f"expected a positive whole number, found {text}"
        raise argparse.ArgumentTypeError(message)
    return value
