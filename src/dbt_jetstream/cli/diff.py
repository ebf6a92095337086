"""`jetstream diff`: what a change does to experiments."""

from __future__ import annotations

import argparse

from dbt_jetstream.cli.arguments import Commands, add_command, add_project, add_target, as_of
from dbt_jetstream.cli.exit_codes import ExitCode


def add(commands: Commands) -> None:
    """Add the command."""
    diff = add_command(
        commands,
        "diff",
        summary="say what a change does to experiments, for its review",
        description=(
            "Compares the working tree with a commit and prints Markdown: for every experiment\n"
            "that the change touches, the definition's difference in words, the compiled SQL's,\n"
            "the bytes that it reads, and, if asked for, the numbers before and after."
        ),
        examples=[
            "jetstream diff --base main",
            "jetstream diff --base HEAD^ --with-results   # as a pull request's workflow does",
        ],
        fails="the change has a mistake, or something could not be compared",
    )
    diff.add_argument(
        "--base", required=True, metavar="REF", help="a branch, tag or commit to compare with"
    )
    diff.add_argument(
        "--with-results",
        action="store_true",
        help="build both sides on demo telemetry, or on that of JETSTREAM_DUCKDB, and compare",
    )
    add_project(diff)
    add_target(diff)
    diff.set_defaults(command=_diff)


def _diff(options: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.review.diff.command import Request, diff  # noqa: PLC0415 - it imports the parser

    asked = Request(
        options.project_dir.resolve(), options.base, options.target, options.with_results, as_of()
    )
    text, is_well = diff(asked)
    print(text, end="")
    return ExitCode.of(is_well)
