"""The `jetstream` command: arguments in, one line per mistake out."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import sys
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_jetstream.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from dbt_jetstream.hub import HubAddress
    from dbt_jetstream.lock.held import HeldLock
    from dbt_jetstream.sync import Request, SyncReport

DEFAULT_HUBS = ["metric_hub"]
AS_OF = "JETSTREAM_AS_OF"


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
    _add_run(commands)
    _add_rerun(commands)
    _add_validate(commands)
    _add_demo_data(commands)
    _add_show(commands)
    return parser


def _add_sync(commands: argparse._SubParsersAction) -> None:
    sync = commands.add_parser("sync", help="lock new experiments and write their dbt models")
    _add_request(sync)
    sync.add_argument("--experiment", action="append", default=[], metavar="SLUG")
    sync.add_argument(
        "--with-ended",
        action="store_true",
        help="also add experiments that ended more than four weeks ago; naming one does that too",
    )
    sync.set_defaults(command=_sync)


def _add_request(command: argparse.ArgumentParser) -> None:
    _add_hubs(command)
    command.add_argument(
        "--experiments",
        metavar="FILE|URL",
        help="a JSON array of experiments; by default what dbt_project.yml names",
    )
    command.add_argument("--project-dir", type=Path, default=Path(), metavar="DIR")
    command.add_argument("--target", metavar="NAME", help="dbt's target; the profile's default")


def _request(options: argparse.Namespace, **more: Any) -> Request:
    from dbt_jetstream.sync import Request  # noqa: PLC0415 - the parser's imports take a second

    return Request(_hubs(options), _experiments(options), options.project_dir, **more)


def _experiments(options: argparse.Namespace) -> Path | str:
    from dbt_jetstream.settings import EXPERIMENTS, FILE, read_settings  # noqa: PLC0415

    if options.experiments:
        return _address(options.experiments)
    named = read_settings(options.project_dir).experiments
    if named is None:
        path = options.project_dir / FILE
        problem = "names no list of experiments; set it, or give --experiments FILE|URL"
        raise ConfigErrors([ConfigError(path, f"vars.{EXPERIMENTS}", problem)])
    return named if _is_url(named) else options.project_dir / named


def _sync(options: argparse.Namespace) -> int:
    from dbt_jetstream.sync import sync  # noqa: PLC0415

    request = _request(
        options,
        slugs=options.experiment,
        as_of=as_of(),
        with_ended=options.with_ended,
        is_finished=partial(_finished, options),
    )
    return _tell_sync(sync(request))


def _tell_sync(report: SyncReport) -> int:
    from dbt_jetstream.summary import problem_lines, sync_lines  # noqa: PLC0415

    for line in problem_lines(report):
        print(line, file=sys.stderr)
    for line in sync_lines(report):
        print(line)
    return int(bool(report.refused))


def _finished(options: argparse.Namespace, ended: Collection[HeldLock]) -> list[str]:
    """Ask the target which experiments are analysed to the end; none where it cannot tell."""
    from dbt_jetstream.build import Dbt  # noqa: PLC0415
    from dbt_jetstream.run import finished  # noqa: PLC0415

    try:
        return finished(Dbt(options.project_dir.resolve(), options.target), ended)
    except ConfigErrors as error:
        slugs = ", ".join(held.slug for held in ended)
        problem = f"cannot tell whether these experiments are finished, and keeps them: {slugs}"
        print(f"warning: {problem}: {error}", file=sys.stderr)
        return []


def _add_run(commands: argparse._SubParsersAction) -> None:
    run = commands.add_parser("run", help="sync and build what is live: a day's work")
    _add_request(run)
    run.add_argument("--experiment", action="append", default=[], metavar="SLUG")
    _add_run_options(run)
    run.add_argument(
        "--dry-run", action="store_true", help="say what would be done, and change nothing"
    )
    run.set_defaults(command=_run)


def _add_run_options(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--date",
        type=_date,
        metavar="D",
        help="the last day with complete telemetry; by default yesterday in UTC",
    )
    command.add_argument(
        "--wait", type=float, default=0, metavar="SECONDS", help="for another run to end"
    )


def _take_date(options: argparse.Namespace) -> None:
    """Let the macros see the date that the user gave."""
    if options.date:
        os.environ[AS_OF] = options.date.isoformat()


def _run(options: argparse.Namespace) -> int:
    _take_date(options)
    request = _request(options, slugs=options.experiment, as_of=as_of())
    if options.dry_run:
        from dbt_jetstream.plan import plan_lines  # noqa: PLC0415
        from dbt_jetstream.sync import sync  # noqa: PLC0415

        report = sync(request, writes=False)
        status = _tell_sync(report)
        for line in plan_lines(request, report, as_of()):
            print(line)
        return status
    return _build(options, request)


def _build(options: argparse.Namespace, request: Request) -> int:
    """Sync and build; the exit code is 0 only if all is well."""
    from dbt_jetstream.run import run  # noqa: PLC0415
    from dbt_jetstream.summary import run_lines  # noqa: PLC0415

    report = run(request, options.target, options.wait)
    if report.errors is not None:
        for mistake in report.errors.errors:
            print(f"error: {mistake}", file=sys.stderr)
        print("nothing was synced; what is locked was built", file=sys.stderr)
    if report.synced is not None:
        _tell_sync(report.synced)
    for line in run_lines(report):
        print(line)
    return int(not report.is_well)


def _add_rerun(commands: argparse._SubParsersAction) -> None:
    rerun = commands.add_parser(
        "rerun", help="take the newest definitions and compute all windows again"
    )
    rerun.add_argument("slugs", nargs="*", metavar="SLUG")
    rerun.add_argument(
        "--config-changed",
        action="store_true",
        help="all experiments whose own config changed since they were locked",
    )
    skip = commands.add_parser(
        "rerun-skip", help="take the newest definitions for windows to come, and keep the others"
    )
    skip.add_argument("slugs", nargs="+", metavar="SLUG")
    for command, name in ((rerun, "rerun"), (skip, "rerun-skip")):
        _add_request(command)
        _add_run_options(command)
        command.add_argument(
            "--lock-only", action="store_true", help="write the locks, and let a scheduler build"
        )
        command.set_defaults(command=partial(_rerun, name))


def _rerun(name: str, options: argparse.Namespace) -> int:
    from dbt_jetstream.sync import Relock, sync  # noqa: PLC0415

    changed = name == "rerun" and options.config_changed
    if bool(options.slugs) == changed:
        problem = "name experiments, or say --config-changed"
        raise ConfigErrors([ConfigError(None, name, problem)])
    _take_date(options)
    relock = dict.fromkeys(options.slugs, Relock(name))
    request = _request(options, slugs=options.slugs, relock=relock, relock_changed=changed)
    if options.lock_only:
        return _tell_sync(sync(request))
    return _build(options, request)


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
    from dbt_jetstream.hub import HubAddress, in_folder  # noqa: PLC0415
    from dbt_jetstream.settings import read_settings  # noqa: PLC0415

    project = options.project_dir
    public, private = options.metric_hub, options.private_metric_hub
    if not (public or private):
        settings = read_settings(project)
        public = [in_folder(project, text) for text in settings.hubs or DEFAULT_HUBS]
        private = [in_folder(project, text) for text in settings.private_hubs]
    return [HubAddress(text) for text in public or DEFAULT_HUBS] + [
        HubAddress(text, is_private=True) for text in private
    ]


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


def as_of() -> dt.date:
    """Return the last day with complete telemetry."""
    given = os.environ.get(AS_OF)
    if not given:
        return dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
    try:
        return _date(given)
    except argparse.ArgumentTypeError as error:
        raise ConfigErrors([ConfigError(None, AS_OF, str(error))]) from error


def _date(text: str) -> dt.date:
    try:
        return dt.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError as error:
        message = f"expected a date as YYYY-MM-DD, found {text}"
        raise argparse.ArgumentTypeError(message) from error


def _address(text: str) -> Path | str:
    return text if _is_url(text) else Path(text)


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))


def _positive(text: str) -> int:
    value = int(text) if text.isdecimal() else 0
    if value < 1:
        message = f"expected a positive whole number, found {text}"
        raise argparse.ArgumentTypeError(message)
    return value
