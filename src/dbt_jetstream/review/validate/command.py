"""`jetstream validate`: finds the hub of the changed files, and checks them one by one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from metric_config_parser.experiment import Experiment

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.common.progress import progress
from dbt_jetstream.inputs.experiments import read_experiments
from dbt_jetstream.inputs.hub import Hub, HubAddress, read_what_can_be_read
from dbt_jetstream.inputs.hub.files import FOLDERS, JETSTREAM, BrokenFile, HubFile, paths_of
from dbt_jetstream.inputs.hub.unread import unread_files
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.review.types.known import checker_of, known_types
from dbt_jetstream.review.types.tables import tables_of
from dbt_jetstream.review.types.target import columns_in_target
from dbt_jetstream.review.types.telemetry import read_types
from dbt_jetstream.review.validate.check import Checker
from dbt_jetstream.review.validate.dry_run import DryRun, connect, dry_run
from dbt_jetstream.review.validate.report import report, unread_report

OWN_HUB = "metric_hub"
# How deep below its hub a file can lie, as in jetstream/outcomes/<application>.
DEPTH = 4


@dataclass(frozen=True)
class Request:
    """What to check.

    Attributes:
        paths: The files; all of the hub's where there is none.
        hubs: The hubs; where empty, the one that holds the files.
        project: The dbt project.
        experiments: A JSON array of experiments, or None.
        types: A file with the types of telemetry; None for what lies beside the hubs.
    """

    paths: Sequence[Path]
    hubs: Sequence[HubAddress]
    project: Path
    experiments: Path | None = None
    types: Path | None = None


@dataclass(frozen=True)
class Checked:
    """What became of one file.

    Attributes:
        report: What was found, in Markdown.
        is_valid: Whether it is without errors.
        bytes_read: What its experiment would read in all; 0 where nobody was asked.
    """

    report: str
    is_valid: bool = True
    bytes_read: int = 0


def validate(request: Request, target: tuple[str | None] | None = None) -> Iterator[Checked]:
    """Check files.

    Args:
        request: What to check.
        target: To compile against a target too, its name in a tuple; None in it: the default one.

    Yields:
        What was found in each file.

    Raises:
        ConfigErrors: If a file is in no hub, or the hub cannot be read.
    """
    with progress("Reading hubs"):
        hub = read_what_can_be_read(request.hubs or [_hub_of(request)])
    files = _chosen(hub, request.paths)
    known = read_experiments(request.experiments) if request.experiments else []
    checker = _checker(request, hub, known, target)
    compiled_against = connect(request.project, *target, checker.renderers) if target else None
    with progress("Checking configs", len(files)) as advance:
        for file in files:
            finding = checker.check(file)
            if request.experiments is not None:
                finding.errors = [error.located(request.experiments) for error in finding.errors]
            compiled = DryRun()
            if compiled_against and finding.locked is not None and not finding.errors:
                compiled = dry_run(finding, compiled_against)
                finding.errors += compiled.errors
            advance()
            with advance.hidden():
                said = report(finding, compiled.scanned)
                yield Checked(said, not finding.errors, compiled.bytes_read)
    if not request.paths:
        yield from (Checked(unread_report(unread)) for unread in unread_files(hub))


def _checker(
    request: Request, hub: Hub, known: list[Experiment], target: tuple[str | None] | None
) -> Checker:
    platforms = read_platforms(request.project)
    if request.types:
        telemetry = read_types(request.types)
    else:
        telemetry = known_types(hub, request.project, platforms)
    if not telemetry and target:
        telemetry = columns_in_target(request.project, *target, tables_of(hub, platforms))
    types, why_not = checker_of(telemetry)
    if why_not:
        print(f"note: {why_not}", file=sys.stderr)
    return Checker(hub, request.project, platforms, known, types)


def _hub_of(request: Request) -> HubAddress:
    """Find the hub that holds the first file: the folder above those of the layout."""
    if not request.paths:
        return HubAddress(str(request.project / OWN_HUB))
    folder = request.paths[0].parent
    above = _hub_above(folder)
    if above:
        return HubAddress(str(above))
    names = {pattern.removesuffix("/*") for pattern in FOLDERS if pattern}
    if folder.parent.name in names:
        folder = folder.parent
    if folder.name in names:
        folder = folder.parent
    return HubAddress(str(folder.parent if folder.name == JETSTREAM else folder))


def _hub_above(folder: Path) -> Path | None:
    """Find the hub in metric-hub's layout that a folder is in, though nothing may be read there."""
    for above in folder.absolute().parents[:DEPTH]:
        if (above / JETSTREAM).is_dir() and any(k != "experiment" for k, _ in paths_of(above)):
            return above
    return None


def _chosen(hub: Hub, paths: Sequence[Path]) -> list[HubFile | BrokenFile]:
    files: list[HubFile | BrokenFile] = [*hub.files, *hub.broken]
    if not paths:
        return files
    by_path = {file.path.resolve(): file for file in files}
    unread = {Path(str(found.path)).resolve(): found for found in unread_files(hub)}
    errors = [
        unread.get(path.resolve())
        or ConfigError(path, "", f"no such file in the hub {hub.name}; check the path")
        for path in paths
        if path.resolve() not in by_path
    ]
    if errors:
        raise ConfigErrors(errors)
    return [by_path[path.resolve()] for path in paths]
