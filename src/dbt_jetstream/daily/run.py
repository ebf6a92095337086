"""`jetstream run`: everything that a day needs, for all live experiments or some.

Syncs, builds, and builds again without the data sources that failed, so that each costs its own
metrics alone.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from dbt_jetstream.common import naming
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.common.run_lock import run_lock
from dbt_jetstream.common.target import run_lock_path
from dbt_jetstream.daily.build import Dbt, Failure
from dbt_jetstream.daily.isolation import Isolation
from dbt_jetstream.daily.settled import inputs_of, settled_experiments
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request, SyncReport, UnknownSlugs
from dbt_jetstream.trust.warnings import warning_lines, warnings_query


@dataclass(frozen=True)
class RunReport:
    """What a run did.

    Attributes:
        synced: What the sync did; None where the hubs or the experiments could not be read.
        errors: What kept the sync from being done.
        failures: What failed, and was not made good by leaving a data source out.
        absent_sources: The data sources that were left out, with the reason, by experiment.
        left_out: The metrics and segments that were, likewise; see `leaving_out`.
        settled: The experiments that were not built, since nothing would have changed.
        logged: What else the logs hold: for each `experiment` the lines to say, whether each
            `is_late`: it waits for telemetry, or was computed without; and of how many statistics
            `without_result` it tells.
        doubts: The lines of trust checks that warn; they leave a run well.
        seconds: How long each part took.
    """

    synced: SyncReport | None
    errors: ConfigErrors | None
    failures: list[Failure]
    absent_sources: dict[str, dict[str, str]]
    left_out: dict[str, dict[str, str]]
    settled: set[str]
    logged: list[dict[str, Any]]
    doubts: list[str]
    seconds: dict[str, float]

    @property
    def late(self) -> list[dict[str, Any]]:
        """What waits for telemetry, or was computed without; it leaves a run well."""
        return [row for row in self.logged if row["is_late"]]

    @property
    def without_result(self) -> dict[str, int]:
        """How many statistics have no result, by experiment; it leaves a run well."""
        return {
            row["experiment"]: int(row["without_result"])
            for row in self.logged
            if row["without_result"]
        }

    @property
    def is_well(self) -> bool:
        """Whether everything that is live was synced and built."""
        refused = self.synced is None or bool(self.synced.refused)
        return not (refused or self.failures or self.absent_sources or self.left_out)


def run(request: Request, target: str | None = None, wait: float = 0) -> RunReport:
    """Sync and build the experiments of a request.

    Args:
        request: What to sync; its slugs are what is built, or all that is live.
        target: dbt's target; None for the profile's default.
        wait: Seconds to wait for another run on the target to end.

    Raises:
        ConfigErrors: If another run is under way, if none of the experiments that are named is
            known, or if dbt cannot read the project.
    """
    project = request.project.resolve()
    with run_lock(run_lock_path(project, target), wait):
        return _Run(replace(request, project=project), Dbt(project, target)).run()


class _Run:
    def __init__(self, request: Request, dbt: Dbt) -> None:
        self.request = replace(request, is_finished=self._finished)
        self.dbt = dbt
        self.seconds: dict[str, float] = {}

    def run(self) -> RunReport:
        synced: SyncReport | None = None
        errors: ConfigErrors | None = None
        with self._timed("sync"):
            try:
                synced = sync(self.request)
            except UnknownSlugs as error:
                if not error.is_any_locked:
                    raise
                errors = error
            except ConfigErrors as error:
                # The locks are there: what is live is built, and the exit code tells.
                errors = error
        with self._timed("parse"):
            # Before dbt reads the project: what changes meanwhile is built by the next run.
            self.dbt.inputs = inputs_of(self.request.project)
            self.dbt.parse()
        with self._timed("build"):
            live = set(self.request.slugs) or self.dbt.experiments
            settled = live & settled_experiments(self.dbt, self.request.project, self.dbt.inputs)
            failures, absent_sources = self._build(self._selection(live - settled))
            self._doubt(settled)
        problems = self.dbt.query("{{ dbt_jetstream.logged_problems() }}")
        logged = [row for row in problems if row["experiment"] in live]
        doubts = self._doubts()
        return RunReport(
            synced,
            errors,
            failures,
            absent_sources,
            self.dbt.left_out,
            settled,
            logged,
            doubts,
            self.seconds,
        )

    def _doubt(self, settled: Iterable[str]) -> None:
        """Have the trust checks of experiments asked that were not built."""
        models = {naming.trust(slug): slug for slug in settled}
        self.dbt.doubted |= {name: models[name] for name in models if self.dbt.has_model(name)}

    def _selection(self, slugs: Collection[str]) -> Sequence[str]:
        is_all = not self.request.slugs and slugs == self.dbt.experiments
        return ["--selector", "live"] if is_all else _selection(sorted(slugs))

    def _doubts(self) -> list[str]:
        """Say what the trust checks of the experiments that were built warn of."""
        doubted = self.dbt.doubted
        rows = self.dbt.query(warnings_query(doubted)) if doubted else []
        by_slug = {doubted[model]: model for model in doubted}
        return [
            line
            for slug, model in sorted(by_slug.items())
            for line in warning_lines(slug, [row for row in rows if row["model"] == model])
        ]

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        start = time.monotonic()
        yield
        self.seconds[part] = time.monotonic() - start

    def _finished(self, ended: Collection[HeldLock]) -> list[str]:
        """Tell which of the experiments that ended have no window left to compute."""
        try:
            return finished(self.dbt, ended)
        except ConfigErrors:
            # A killed sync may have left what dbt cannot parse; this one is about to complete it.
            return []

    def _build(self, selection: Sequence[str]) -> tuple[list[Failure], dict[str, dict[str, str]]]:
        """Build, and build again without the data sources that fail, until no more of them do."""
        failures = self.dbt.build(selection)
        by_experiment = defaultdict(list)
        for failure in failures:
            by_experiment[failure.experiment].append(failure)
        found = {slug: Isolation(own) for slug, own in by_experiment.items()}
        while attempts := _attempts(found):
            excluded = {name for slug in attempts for name in found[slug].excluded}
            again = self.dbt.build(_selection(list(attempts)), sorted(excluded), attempts)
            for slug in attempts:
                found[slug].learn([f for f in again if f.experiment == slug])
        left = [failure for isolation in found.values() for failure in isolation.left]
        return left, {slug: i.reasons for slug, i in found.items() if i.reasons}


def _attempts(found: Mapping[str, Isolation]) -> dict[str, dict[str, str]]:
    """Return what to leave out next, by experiment; one without anything to try is not in it."""
    attempts = {slug: isolation.attempt() for slug, isolation in found.items() if slug}
    return {slug: reasons for slug, reasons in attempts.items() if reasons is not None}


def finished(dbt: Dbt, ended: Iterable[HeldLock]) -> list[str]:
    """Tell which experiments have no window left to compute.

    As the completeness grids say; what another definition computed, before a rerun, does not count.
    """
    if dbt.manifest is None:
        dbt.parse()
    asked = {
        held.slug: {
            "grid": naming.completeness(held.slug),
            "statistics": naming.statistics(held.slug),
            "hashes": held.hashes()[naming.statistics(held.slug)],
        }
        for held in ended
    }
    rows = dbt.query(f"{{{{ dbt_jetstream.unfinished_experiments({asked!r}) }}}}")
    unfinished = {row["experiment"] for row in rows}
    return [slug for slug in asked if slug not in unfinished]


def _selection(slugs: Sequence[str]) -> list[str]:
    return ["--select", *(f"tag:experiment:{slug}" for slug in slugs), "registry"]
