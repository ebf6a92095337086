"""`jetstream completion`: a script that lets a shell complete commands and their arguments."""

from __future__ import annotations

import argparse

from dbt_jetstream.cli.arguments import Commands, add_command
from dbt_jetstream.cli.exit_codes import ExitCode

SHELLS = ["bash", "zsh", "tcsh"]
# Each lock is a folder, named after its experiment. The shell expands what it completes, so a name
# with other characters is no candidate; neither are the headings of `ls`.
SLUGS = "ls models/experiments models/private 2>/dev/null | grep -xE '[A-Za-z0-9_.-]+'"
COMPLETE_SLUGS = "_jetstream_slugs"
FUNCTIONS = {
    "bash": f'{COMPLETE_SLUGS}() {{\n  compgen -W "$({SLUGS})" -- "$1"\n}}\n',
    "zsh": f'{COMPLETE_SLUGS}() {{\n  compadd -- ${{(f)"$({SLUGS})"}}\n}}\n',
}


def add(commands: Commands) -> None:
    """Add the command."""
    completion = add_command(
        commands,
        "completion",
        summary="print a script for the completion of commands by the shell",
        description=(
            "Prints a script that lets a shell complete commands, options, files and folders, and\n"
            "in a project's folder the slugs of its experiments (not in tcsh).\n\n"
            "  bash  add `source <(jetstream completion bash)` to ~/.bashrc\n"
            "  zsh   write it to `_jetstream` in a folder of $fpath\n"
            "  tcsh  write it to a file, and source that from ~/.tcshrc"
        ),
        examples=[
            "jetstream completion bash",
            "jetstream completion zsh > ~/.zfunc/_jetstream",
        ],
    )
    completion.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    completion.set_defaults(command=_completion)


def _completion(options: argparse.Namespace) -> ExitCode:
    import shtab  # noqa: PLC0415

    # All commands are in the parser by now; this module is one of them.
    from dbt_jetstream.cli.parser import build_parser  # noqa: PLC0415

    parser = build_parser()
    _mark(parser)
    print(shtab.complete(parser, options.shell, preamble=FUNCTIONS.get(options.shell, "")))
    return ExitCode.WELL


def _mark(parser: argparse.ArgumentParser) -> None:
    """Tell shtab what each argument takes, by what the help calls it."""
    import shtab  # noqa: PLC0415

    slugs = dict.fromkeys(FUNCTIONS, COMPLETE_SLUGS)
    kinds = {"DIR": shtab.DIRECTORY, "FILE": shtab.FILE, "PATH": shtab.FILE, "SLUG": slugs}
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _mark(command)
        # FILE|URL and FILE.json are files, too.
        kind = str(action.metavar).replace(".", "|").partition("|")[0]
        if kind in kinds:
            action.complete = kinds[kind]  # type: ignore[attr-defined]
