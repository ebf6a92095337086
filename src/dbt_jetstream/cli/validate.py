"""`jetstream validate`: check changed configs."""

from __future__ import annotations

import argparse
from pathlib import Path

from dbt_jetstream.cli.arguments import Commands, add_command, add_hubs, add_project, hubs
from dbt_jetstream.cli.exit_codes import ExitCode


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
    validate.add_argument("--target", metavar="NAME", help="the target of a dry run")
    validate.set_defaults(command=_validate)


def _validate(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.validation.command import Request, validate  # noqa: PLC0415

    named = hubs(options) if options.metric_hub or options.private_metric_hub else []
    asked = Request(options.paths, named, options.project_dir, options.experiments, options.types)
    dry_run = (options.target,) if options.dry_run else None
    is_well = True
    for text, is_valid in validate(asked, dry_run):
        print(text)
        is_well = is_well and is_valid
    return ExitCode.of(is_well)
