"""The `jetstream` command: arguments in, one line per mistake out."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence

from dbt_jetstream.cli.arguments import check_project
from dbt_jetstream.cli.exit_codes import ExitCode
from dbt_jetstream.common.database_file import interrupted_queries
from dbt_jetstream.common.errors import ConfigErrors

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    from dbt_jetstream.cli.parser import build_parser  # noqa: PLC0415 - it imports this package

    options = build_parser().parse_args(arguments)
    try:
        code = _run(options)
        # What is still buffered must fail here, not when Python ends.
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return ExitCode.INTERRUPTED
    except BrokenPipeError:
        _stop_writing()
        return ExitCode.UNREAD
    return code


def _run(options: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        with interrupted_queries():
            folder = getattr(options, "project_dir", None)
            if folder is not None:
                check_project(folder)
            return command(options)
    except ConfigErrors as error:
        for mistake in error.errors:
            print(f"error: {mistake}", file=sys.stderr)
        return ExitCode.NOT_WELL


def _stop_writing() -> None:
    """Let Python flush at its end into nothing instead of into a closed pipe."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
