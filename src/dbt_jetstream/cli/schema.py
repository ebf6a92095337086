"""`jetstream schema`: the JSON schema of definitions, for editors."""

from __future__ import annotations

import argparse

from dbt_jetstream.cli.arguments import Commands, add_command
from dbt_jetstream.cli.exit_codes import ExitCode


def add(commands: Commands) -> None:
    """Add the command."""
    schema = add_command(
        commands,
        "schema",
        summary="print the JSON schema of definition.yml, for editors",
        description=(
            "Prints the JSON schema of `definition.yml`. `jetstream sync` writes it beside the\n"
            "experiments, and each definition names it in its first line."
        ),
        examples=["jetstream schema > definition.schema.json"],
        fails="it cannot be printed",
    )
    schema.set_defaults(command=_schema)


def _schema(_: argparse.Namespace) -> ExitCode:
    from dbt_jetstream.lock.review import schema_text  # noqa: PLC0415

    print(schema_text(), end="")
    return ExitCode.WELL
