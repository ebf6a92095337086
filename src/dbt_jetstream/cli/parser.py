"""The parser of the `jetstream` command: one module per command, each with `add(commands)`."""

from __future__ import annotations

import argparse

from dbt_jetstream.cli import (
    columns,
    completion,
    cost,
    demo_data,
    diff,
    export,
    init,
    new,
    render,
    report,
    rerun,
    results,
    run,
    schema,
    statistics,
    sync,
    upgrade,
    validate,
)
from dbt_jetstream.cli.arguments import HelpFormatter, exit_code_lines

# In the order of `--help`. A module imports what its command needs when it runs, not before.
COMMANDS = [
    init,
    new,
    sync,
    run,
    rerun,
    statistics,
    export,
    validate,
    columns,
    render,
    diff,
    results,
    report,
    cost,
    upgrade,
    schema,
    demo_data,
    completion,
]


def build_parser() -> argparse.ArgumentParser:
    """Return the parser, with all commands."""
    parser = argparse.ArgumentParser(
        prog="jetstream",
        description="Experiment analysis on dbt. `jetstream COMMAND --help` has examples.",
        epilog=exit_code_lines(),
        formatter_class=HelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for module in COMMANDS:
        module.add(commands)
    return parser
