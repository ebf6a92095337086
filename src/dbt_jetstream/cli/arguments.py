"""What commands share: how one is added, and options that several take."""

from __future__ import annotations

import argparse
import datetime as dt
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_jetstream.cli.exit_codes import MEANINGS, ExitCode
from dbt_jetstream.common.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from dbt_jetstream.inputs.hub import HubAddress
    from dbt_jetstream.sync.request import Request

Commands = argparse._SubParsersAction

DEFAULT_HUBS = ["metric_hub"]
AS_OF = "JETSTREAM_AS_OF"
PROJECT = "dbt_project.yml"


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of examples, and leaves room for the names of commands and options."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=28)
        # argparse forgets that it indents the list of commands.
        self._action_max_length = 16


def add_command(
    commands: Commands,
    name: str,
    *,
    summary: str,
    description: str,
    examples: Sequence[str],
    fails: str = MEANINGS[ExitCode.NOT_WELL],
) -> argparse.ArgumentParser:
    """Add a command; the caller adds its arguments and sets the default `command`.

    Args:
        commands: The commands of the parser.
        name: What the user types.
        summary: A few words for the list of all commands.
        description: One or more sentences, in lines as they are to be shown.
        examples: Command lines that can be typed; words after a `#` explain one.
        fails: When the exit code is 1.
    """
    shown = "\n".join(f"  {example}" for example in examples)
    added: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=description,
        epilog=f"examples:\n{shown}\n\n{exit_code_lines(fails)}",
        formatter_class=HelpFormatter,
    )
    return added


def exit_code_lines(fails: str = MEANINGS[ExitCode.NOT_WELL]) -> str:
    """List the exit codes, as the end of a help text."""
    meanings = MEANINGS | {ExitCode.NOT_WELL: fails}
    lines = [f"  {code.value:<4} {meaning}" for code, meaning in meanings.items()]
    return "\n".join(["exit codes:", *lines])


def add_project(command: argparse.ArgumentParser) -> None:
    """Add the option that names the dbt project."""
    command.add_argument(
        "--project-dir",
        type=Path,
        default=Path(),
        metavar="DIR",
        help="the dbt project; by default the current folder",
    )


def check_project(folder: Path) -> None:
    """Refuse a folder that is no dbt project, before anything is written there.

    Raises:
        ConfigErrors: If it is none.
    """
    if not (folder / PROJECT).is_file():
        problem = f"is no dbt project, it has no {PROJECT}; go to one, or name it by --project-dir"
        raise ConfigErrors([ConfigError(folder.resolve(), "", problem)])


def add_target(command: argparse.ArgumentParser) -> None:
    """Add the option that names dbt's target."""
    command.add_argument("--target", metavar="NAME", help="dbt's target; the profile's default")


def add_hubs(command: argparse.ArgumentParser) -> None:
    """Add the options that name metric hubs."""
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


def add_request(command: argparse.ArgumentParser) -> None:
    """Add the options of what is synced, and into which project."""
    add_hubs(command)
    command.add_argument(
        "--experiments",
        metavar="FILE|URL",
        help="a JSON array of experiments; by default what dbt_project.yml names",
    )
    add_project(command)
    add_target(command)


def add_chosen(command: argparse.ArgumentParser) -> None:
    """Add the option that chooses experiments."""
    command.add_argument(
        "--experiment",
        action="append",
        default=[],
        metavar="SLUG",
        help="only this experiment; can be repeated",
    )


def add_run_options(command: argparse.ArgumentParser) -> None:
    """Add the options of a command that builds."""
    command.add_argument(
        "--date",
        type=date,
        metavar="YYYY-MM-DD",
        help="the last day with complete telemetry; by default yesterday in UTC",
    )
    add_wait(command)


def add_wait(command: argparse.ArgumentParser) -> None:
    """Add the option of a command that writes to the target."""
    command.add_argument(
        "--wait", type=float, default=0, metavar="SECONDS", help="for another run to end"
    )


def request(options: argparse.Namespace, **more: Any) -> Request:
    """Return what to sync."""
    from dbt_jetstream.sync.request import Request  # noqa: PLC0415 - the parser's imports take a second

    return Request(hubs(options), experiments(options), options.project_dir, **more)


def experiments(options: argparse.Namespace) -> Path | str:
    """Return where the experiments are: as asked, or as the project's settings say.

    Raises:
        ConfigErrors: If neither names them.
    """
    from dbt_jetstream.inputs.settings import EXPERIMENTS, FILE, read_settings  # noqa: PLC0415

    if options.experiments:
        return _address(options.experiments)
    named = read_settings(options.project_dir).experiments
    if named is None:
        path = options.project_dir / FILE
        problem = "names no list of experiments; set it, or give --experiments FILE|URL"
        raise ConfigErrors([ConfigError(path, f"vars.{EXPERIMENTS}", problem)])
    return named if _is_url(named) else options.project_dir / named


def hubs(options: argparse.Namespace) -> list[HubAddress]:
    """Return the metric hubs: as asked, or as the project's settings say."""
    from dbt_jetstream.inputs.hub import HubAddress, in_folder  # noqa: PLC0415
    from dbt_jetstream.inputs.settings import read_settings  # noqa: PLC0415

    project = options.project_dir
    public, private = options.metric_hub, options.private_metric_hub
    if not (public or private):
        settings = read_settings(project)
        public = [in_folder(project, text) for text in settings.hubs or DEFAULT_HUBS]
        private = [in_folder(project, text) for text in settings.private_hubs]
    return [HubAddress(text) for text in public or DEFAULT_HUBS] + [
        HubAddress(text, is_private=True) for text in private
    ]


def database_path() -> Path:
    """Return the DuckDB file of the duckdb target."""
    return Path(os.environ.get("JETSTREAM_DUCKDB", "jetstream.duckdb"))


def take_date(options: argparse.Namespace) -> None:
    """Let the macros see the date that the user gave.

    Raises:
        ConfigErrors: If there is one in the environment instead that is no date.
    """
    if options.date:
        os.environ[AS_OF] = options.date.isoformat()
    as_of()


def as_of() -> dt.date:
    """Return the last day with complete telemetry."""
    # As macros read them.
    for variable in (AS_OF, f"DBT_{AS_OF}"):
        if given := os.environ.get(variable):
            try:
                return date(given)
            except argparse.ArgumentTypeError as error:
                raise ConfigErrors([ConfigError(None, variable, str(error))]) from error
    return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)


def date(text: str) -> dt.date:
    """Read a date."""
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        found = None
    # Python also reads dates without dashes, and weeks.
    if found is None or found.isoformat() != text:
        message = f"expected a date as YYYY-MM-DD, found `{text}`"
        raise argparse.ArgumentTypeError(message)
    return found


def positive(text: str) -> int:
    """Read a positive whole number."""
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        message = f"expected a positive whole number, found {text}"
        raise argparse.ArgumentTypeError(message)
    return value


def _address(text: str) -> Path | str:
    return text if _is_url(text) else Path(text)


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))
