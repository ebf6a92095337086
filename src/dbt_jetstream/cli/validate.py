"""`jetstream validate`: check changed configs."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from dbt_jetstream.cli.arguments import Commands, add_command, add_hubs, add_project, hubs
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.sizes import UNITS, readable

# How many times the threshold is high.
HIGH = 10


def add(commands: Commands) -> None:
    """Add the command."""
    validate = add_command(
        commands,
        "validate",
        summary="check changed configs without a warehouse",
        description=(
            "Checks configs of a metric hub and prints Markdown: references, parameters of\n"
            "statistics, keys without effect, and the SQL of every model in both dialects."
        ),
        examples=[
            "jetstream validate   # all of the hub",
            "jetstream validate metric_hub/jetstream/pip-first-time-hint.toml",
            "jetstream validate --dry-run --target bigquery   # and the bytes it would read",
        ],
        fails="a config has an error",
    )
    validate.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="configs, definitions, defaults or outcomes of a hub; all of it where there is none",
    )
    add_hubs(validate)
    validate.add_argument(
        "--experiments",
        type=Path,
        metavar="FILE.json",
        help="take dates, branches and applications from real experiments",
    )
    validate.add_argument(
        "--types",
        type=Path,
        metavar="FILE.json",
        help="types of telemetry's columns; by default columns.json beside the hub",
    )
    add_project(validate)
    validate.add_argument(
        "--dry-run", action="store_true", help="compile against the target; BigQuery tells bytes"
    )
    validate.add_argument(
        "--data-threshold",
        type=_bytes,
        metavar="BYTES",
        help=f"such as 5TB: exit with {ExitCode.MODERATE_BYTES:d} where a config would read more "
        f"on BigQuery, and with {ExitCode.HIGH_BYTES:d} where it is {HIGH} times as much",
    )
    validate.add_argument("--target", metavar="NAME", help="the target of a dry run")
    validate.set_defaults(command=_validate)


def _validate(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.review.validate.command import Request, validate  # noqa: PLC0415

    named = hubs(options) if options.metric_hub or options.private_metric_hub else []
    asked = Request(options.paths, named, options.project_dir, options.experiments, options.types)
    dry_run = (options.target,) if options.dry_run else None
    if options.data_threshold and not dry_run:
        problem = "only a dry run tells bytes: add --dry-run"
        raise ConfigErrors([ConfigError(None, "--data-threshold", problem)])
    threshold = options.data_threshold
    is_well, most = True, 0
    for found in validate(asked, dry_run):
        print(found.report)
        is_well = is_well and found.is_valid
        most = max(most, found.bytes_read)
        if threshold and found.bytes_read > threshold:
            print(f"- would read {readable(found.bytes_read)}, above {readable(threshold)}\n")
    if not is_well:
        return ExitCode.NOT_WELL
    return _of_bytes(most, threshold) if threshold else ExitCode.WELL


def _of_bytes(most: int, threshold: int) -> ExitCode:
    """Return the code for what the config that reads the most would read."""
    if most > HIGH * threshold:
        return ExitCode.HIGH_BYTES
    return ExitCode.MODERATE_BYTES if most > threshold else ExitCode.WELL


def _bytes(text: str) -> int:
    """Read a number of bytes: digits, or with a decimal unit, as `5TB`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGTP]?B)?", text)
    size = int(float(found[1]) * 1000 ** UNITS.index(found[2] or "B")) if found else 0
    if size < 1:
        message = f"expected a number of bytes, as 5TB, found {text!r}"
        raise argparse.ArgumentTypeError(message)
    return size
