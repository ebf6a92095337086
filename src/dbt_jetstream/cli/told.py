"""What `sync`, `run` and `rerun` say about what they did: a line for each thing to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from dbt_jetstream.common.errors import ConfigError, WithoutEffect
from dbt_jetstream.daily.build import Failure
from dbt_jetstream.daily.run import RunReport
from dbt_jetstream.exports.places import VARIABLE
from dbt_jetstream.inputs.checks import exception_type
from dbt_jetstream.sync.registry import REGISTRY
from dbt_jetstream.sync.request import SyncReport

# More experiments than these, skipped for one reason, are counted instead of named, and so are more
# files that hold what has no effect.
NAMED = 10


def sync_lines(report: SyncReport) -> Iterator[str]:
    """Say what a sync did, mistakes and warnings apart."""
    for experiment in report.experiments:
        yield f"locked {experiment.slug}: {len(experiment.nodes)} models"
    if report.moved:
        moved = _counted(len(report.moved), "lock")
        yield f"moved {moved} of an earlier version to this one; what is built is kept"
    if report.kept:
        yield f"kept {_counted(len(report.kept), 'lock')}"
    for slug in report.finished:
        yield f"finished {slug}: all windows are published; dbt ignores it from now on"
    for slug in report.reruns_asked:
        yield f"{slug}: Experimenter asks for a rerun (doRerunTimestamp); all is computed anew"
    for slug in report.reruns_over:
        yield (
            f"{slug}: Experimenter does not ask for a rerun any more (doRerun); its lock has the "
            f"overall window alone, `jetstream rerun {slug}` takes up the other periods again"
        )
    for slug in report.config_changed:
        yield (
            f"{slug}: its own config changed since it was locked; `jetstream rerun {slug}` takes "
            "it up for all windows, `rerun-skip` for those to come"
        )
    yield from _skipped_lines(report.skipped)
    yield f"{_counted(len(report.changed), 'file')} changed"


def problem_lines(report: SyncReport) -> Iterator[str]:
    """Say what is wrong with configs, each line with its level."""
    idle = [warning for warning in report.warnings if isinstance(warning, WithoutEffect)]
    files = {str(warning.path) for warning in idle}
    counted = idle if len(files) > NAMED else []
    yield from (f"warning: {warning}" for warning in report.warnings if warning not in counted)
    if counted:
        found = f"{len(counted)} keys and definitions in {len(files)} files have no effect"
        yield f"warning: {found}; `jetstream validate FILE` names those of a file"
    for mistake in dict.fromkeys(str(m) for found in report.refused.values() for m in found):
        yield f"error: {mistake}"
    if report.refused:
        yield f"not analysed for these errors: {', '.join(sorted(report.refused))}"


def run_lines(report: RunReport) -> Iterator[str]:
    """Say what a run did beyond its sync."""
    yield from _export_lines(report.failures)
    for failure in report.failures:
        if _of_export(failure):
            continue
        where = f"{failure.experiment}: " if failure.experiment else ""
        yield f"failed: {where}{failure.node}: {failure.message}"
    for slug, reasons in sorted(report.absent_sources.items()):
        for source, reason in sorted(reasons.items()):
            yield f"left out: {slug}: data source `{source}`, with its metrics: {reason}"
    for slug, reasons in sorted(report.left_out.items()):
        for entry, reason in sorted(reasons.items()):
            kind, _, name = entry.partition(" ")
            yield f"left out: {slug}: {kind} `{name}`, which fails: {reason}"
    if report.settled:
        yield f"nothing to do for {_counted(len(report.settled), 'experiment')}"
    yield from (f"{row['experiment']}: {row['message']}" for row in report.logged)
    yield from report.doubts
    times = ", ".join(f"{part} {seconds:.1f} s" for part, seconds in report.seconds.items())
    yield f"took: {times}"
    yield _verdict(report)


def _verdict(report: RunReport) -> str:
    if not report.is_well:
        return "not all is well: see the lines above"
    doubts = f"; see {_counted(len(report.doubts), 'warning')} above" if report.doubts else ""
    lacks = [_without_result(report.without_result)] if report.without_result else []
    if report.late:
        notices = _counted(len(report.late), "notice")
        lacks.append(f"not all telemetry is there: see {notices} above")
    verdict = f"nothing failed, but {', and '.join(lacks)}" if lacks else "all is well"
    return f"{verdict}{doubts}"


def _without_result(counts: Mapping[str, int]) -> str:
    """Say how many statistics have no result, and of which experiments."""
    named = ", ".join(sorted(counts))
    where = named if len(counts) <= NAMED else _counted(len(counts), "experiment")
    number = sum(counts.values())
    have = "has" if number == 1 else "have"
    return f"{_counted(number, 'statistic')} of {where} {have} no result"


def _export_lines(failures: Iterable[Failure]) -> Iterator[str]:
    """Say once what keeps several models from being exported."""
    found: dict[str, list[str]] = defaultdict(list)
    for failure in failures:
        reason = _of_export(failure)
        if reason:
            found[reason].append(failure.node)
    for reason, nodes in found.items():
        yield f"failed: exports of {', '.join(nodes)}: {reason}"


def _of_export(failure: Failure) -> str:
    """Return what keeps a model from being exported; empty where it failed for another reason."""
    _, variable, reason = failure.message.partition(f"{VARIABLE}: ")
    return f"{variable}{reason}"


def _skipped_lines(skipped: Mapping[str, ConfigError]) -> Iterator[str]:
    by_reason: dict[str, list[str]] = defaultdict(list)
    for slug, error in skipped.items():
        by_reason[exception_type(error)].append(slug)
    for reason, slugs in by_reason.items():
        if len(slugs) > NAMED:
            yield f"skipped {len(slugs)} experiments: {reason}; each is in {REGISTRY}"
            continue
        yield from (f"skipped {slug}: {skipped[slug].problem}" for slug in slugs)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
