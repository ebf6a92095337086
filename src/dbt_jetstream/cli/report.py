"""`jetstream report`: pages of results."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dbt_jetstream.cli.arguments import Commands, add_command, add_project, add_target
from dbt_jetstream.cli.exit_codes import ExitCode


def add(commands: Commands) -> None:
    """Add the command."""
    report = add_command(
        commands,
        "report",
        summary="write results pages that need no network",
        description="Writes a page per experiment and an index. A page carries all that it needs:\n"
        "it can be opened from a folder, served from a bucket, or sent by mail.",
        examples=[
            "jetstream report --out site                          # all experiments",
            "jetstream report pip-first-time-hint --out site      # one, beside the others",
        ],
        fails="a page could not be written",
    )
    report.add_argument("experiments", nargs="*", metavar="SLUG", help="by default all but private")
    report.add_argument("--out", type=Path, required=True, metavar="DIR", help="the site's folder")
    add_project(report)
    add_target(report)
    report.set_defaults(command=_report)


def _report(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.common.progress import progress  # noqa: PLC0415
    from dbt_jetstream.results.pages import write_site  # noqa: PLC0415

    with progress("Writing pages") as advance:

        def written(total: int) -> None:
            advance.expect(total)
            advance()

        site = write_site(
            options.experiments, options.out, options.project_dir, options.target, written
        )
    for slug, path in site.pages.items():
        print(f"{path}: {site.unbuilt.get(slug) or 'written'}")
    print(f"open {options.out / 'index.html'}")
    for slug, warnings in site.warnings.items():
        for warning in warnings:
            print(f"warning: {slug}: {warning}", file=sys.stderr)
    for message in site.failed.values():
        print(f"error: {message}", file=sys.stderr)
    return ExitCode.of(not site.failed)
