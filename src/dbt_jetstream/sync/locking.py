"""`jetstream sync`: resolves new experiments, locks them, and keeps the locks of the others.

Every experiment is taken by itself: a mistake in one leaves its files as they were, and the others
are written. All changes are made at once at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from metric_config_parser.experiment import Experiment

from dbt_jetstream.common.errors import (
    ConfigError,
    ConfigErrors,
    distinct,
    mistakes_of,
)
from dbt_jetstream.common.journal import change_files, finish_changes
from dbt_jetstream.common.progress import progress
from dbt_jetstream.common.run_lock import run_lock
from dbt_jetstream.common.unexpected import unexpected
from dbt_jetstream.inputs.checks import (
    check_config,
    check_experiment,
    check_wanted,
    shown,
    unused,
)
from dbt_jetstream.inputs.platforms import platform_of
from dbt_jetstream.inputs.resolve import resolve
from dbt_jetstream.lock.document import History, lock
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.folder import experiment_files, source_files, written_files
from dbt_jetstream.lock.held import HeldLock
from dbt_jetstream.lock.parts.versions import config_hash, rerun_asked
from dbt_jetstream.lock.review import review_files
from dbt_jetstream.lock.upgrade import upgraded
from dbt_jetstream.sync.known import Known
from dbt_jetstream.sync.registry import (
    FINISHED,
    entries_of,
    registry_file,
    retired_file,
)
from dbt_jetstream.sync.request import (
    SYNC_LOCK,
    SYNC_SECONDS,
    Relock,
    Request,
    SyncReport,
)
from dbt_jetstream.sync.without_effect import (
    files_without_effect,
    keys_without_effect,
    not_listed_any_more,
)


def sync(request: Request, *, writes: bool = True) -> SyncReport:
    """Lock new experiments, keep the locks of the others, and write what changed.

    Args:
        request: What to sync.
        writes: Whether to write; without, the report says what would be done.

    Raises:
        ConfigErrors: If the hubs or the experiments cannot be read at all, or a slug is unknown;
            nothing has been written then.
    """
    if not writes:
        return _read(request).run(writes=False)
    with run_lock(request.project / SYNC_LOCK, SYNC_SECONDS, "sync"):
        finish_changes(request.project)
        return _read(request).run(writes=True)


def _read(request: Request) -> _Sync:
    with progress("Reading hubs and experiments"):
        return _Sync(request)


class _Sync(Known):
    """One sync: decides for every experiment, then writes."""

    def run(self, *, writes: bool) -> SyncReport:
        chosen = self._chosen()
        self._move()
        for slug, mistakes in self._unreadable().items():
            self.report.refused[slug] = mistakes
        with progress("Locking experiments", len(chosen)) as advance:
            for experiment in chosen:
                self._decide(experiment)
                advance()
        self._retire()
        self._warn(chosen)
        self._describe()
        if writes:
            self._write()
        return self.report

    def _move(self) -> None:
        """Write what an earlier version of this package, or of a lock, has not written so."""
        for held in self.held.values():
            try:
                changes = upgraded(self.request.project, held)
            except ConfigErrors as error:
                self._refuse(held.slug, error.errors)
                continue
            if changes:
                self.changes.append(changes)
            if held.is_long:
                self.report.moved.append(held.slug)

    def _decide(self, experiment: Experiment) -> None:
        """Lock an experiment, keep its lock, or say why not."""
        slug = str(experiment.normandy_slug)
        held = self.held.get(slug)
        try:
            relock = self._relock(experiment, held)
            if held is None or relock is not None:
                self._lock(experiment, self._history(held, relock))
            else:
                self._keep(held, experiment)
        except (ConfigError, ConfigErrors) as error:
            self._refuse(slug, mistakes_of(error))
            if held is not None and not held.is_private and self.hub.is_private(slug):
                # Rather not analysed than published.
                self._remove(held)
        except Exception as error:  # Whatever it is, the other experiments go on.
            self._refuse(slug, [unexpected(error, self.request.project, slug)])

    def _remove(self, held: HeldLock) -> None:
        """Take an experiment's models out of the project; its tables stay."""
        self.changes.append(dict.fromkeys(written_files(self.request.project, held.slug)))

    def _relock(self, experiment: Experiment, held: HeldLock | None) -> Relock | None:
        if held is None:
            return None
        if self.hub.is_private(held.slug) and not held.is_private:
            # What must not be published cannot wait for a rerun.
            return Relock.EVERYTHING
        asked = self.request.relock.get(held.slug)
        if (rerun_asked(experiment) or "") > held.rerun_asked:
            self.report.reruns_asked.append(held.slug)
            return Relock.EVERYTHING
        if asked is None and self.request.relock_changed and self._is_changed(experiment, held):
            return Relock.EVERYTHING
        return asked

    def _is_changed(self, experiment: Experiment, held: HeldLock) -> bool:
        return held.versions.config != config_hash(self.hub, experiment)

    def _history(self, held: HeldLock | None, relock: Relock | None) -> History:
        if held is None:
            return History()
        if relock is Relock.EVERYTHING:
            return History(held.reruns + 1, exported=held.exported())
        return History(held.reruns, held.hashes(), held.exported())

    def _lock(self, experiment: Experiment, history: History) -> None:
        slug = str(experiment.normandy_slug)
        self._check_wanted(experiment)
        check_experiment(experiment, self.platforms)
        broken = self.hub.mistakes_for(experiment)
        if broken:
            raise ConfigErrors(broken)
        config = resolve(self.hub, experiment)
        self.report.warnings += check_config(config, self._own_path(slug))
        own = self.hub.experiment_file(slug)
        if own is not None:
            self.report.warnings += unused(own, config, self.hub.outcome_specs(config)).warnings()
        platform = platform_of(experiment, self.platforms)
        locked = lock(self.hub, experiment, config, platform, history)
        files = experiment_files(self.request.project, locked)
        self._take_names(locked)
        self.report.experiments.append(locked)
        self.report.warnings += locked.warnings
        self.retired.discard(slug)
        self.changes.append(files)

    def _check_wanted(self, experiment: Experiment) -> None:
        slug = str(experiment.normandy_slug)
        # What is locked already is not new, however long ago it ended.
        ended_before = None if slug in self.held else self.request.ended_before(slug)
        check_wanted(experiment, self.hub.settings_of(slug), self._own_path(slug), ended_before)

    def _own_path(self, slug: str) -> Path | str | None:
        own = self.hub.experiment_file(slug)
        return own.shown if own else None

    def _take_names(self, locked: LockedExperiment) -> None:
        """Take the names of an experiment's tables; dbt stops at a name that two models have."""
        slug, names = locked.slug, {node.name.lower(): node.name for node in locked.nodes}
        for folded, name in names.items():
            owner = self.models.get(folded, slug)
            if owner != slug:
                problem = f"its table `{name}` would have the name of one of `{owner}`"
                raise ConfigErrors([ConfigError(None, slug, f"{problem}; rename one of the two")])
        self.models |= dict.fromkeys(names, slug)

    def _keep(self, held: HeldLock, experiment: Experiment) -> None:
        """Keep a lock, but for the end date."""
        try:
            self._check_wanted(experiment)
        except ConfigErrors:
            self._skip(held)
            raise
        settings = self.hub.settings_of(held.slug)
        unreadable = self.hub.mistakes_in_config(held.slug)
        end_date = experiment.end_date.date() if experiment.end_date else None
        own_end = held.versions.own_end_date or (settings and settings.end_date)
        is_moved = end_date != held.end_date and not own_end and not unreadable
        is_named = held.slug in self.request.slugs
        is_finished = held.slug in self.retired and self._state(held.slug) == FINISHED
        if is_finished and not (is_named or is_moved):
            return
        self.retired.discard(held.slug)
        self.report.kept.append(held.slug)
        self.report.warnings += unreadable
        if held.versions.overall_alone and not experiment.do_rerun:
            self.report.reruns_over.append(held.slug)
        if not unreadable and self._is_changed(experiment, held):
            self.report.config_changed.append(held.slug)
        if is_moved:
            self.changes.append(experiment_files(self.request.project, held.ending(end_date)))
        end_date = end_date if is_moved else held.end_date
        is_over = end_date is not None and self.request.as_of and end_date < self.request.as_of
        if is_over and not (is_named or held.is_private):
            self.ended.append(held)

    def _skip(self, held: HeldLock) -> None:
        """Retire an experiment that its config skips."""
        if held.is_private:
            # What dbt ignores is listed in a file that is committed.
            self._remove(held)
        else:
            self.retired.add(held.slug)

    def _state(self, slug: str) -> str:
        return self.registry[slug].state if slug in self.registry else FINISHED

    def _retire(self) -> None:
        self.report.finished += self.request.is_finished(self.ended) if self.ended else []
        self.retired |= set(self.report.finished)

    def _warn(self, chosen: Iterable[Experiment]) -> None:
        locked = {experiment.slug for experiment in self.report.experiments}
        new = [e for e in chosen if str(e.normandy_slug) in locked]
        known, slugs = self.known, self.request.slugs
        found = [*self.report.warnings, *keys_without_effect(self.hub, new)]
        if not slugs:
            found += not_listed_any_more(known, set(self.held) - self.retired)
        found += files_without_effect(self.hub, known, self.platforms, slugs)
        self.report.warnings = distinct(self._located(warning) for warning in found)

    def _describe(self) -> None:
        """Bring the registry up to date; private experiments are not named in it."""
        report = self.report
        live = {slug for slug in self.held if slug not in self.retired}
        live |= {experiment.slug for experiment in report.experiments}
        entries = entries_of(self.registry, live, self.retired, report.skipped, report.refused)
        others = self.registry if self.request.slugs else {}
        private = {held.slug for held in self.held.values() if held.is_private}
        private |= {experiment.slug for experiment in report.experiments if experiment.is_private}
        self.registry = {
            shown(slug): entry
            for slug, entry in {**others, **entries}.items()
            if slug not in private and not self.hub.is_private(slug)
        }

    def _write(self) -> None:
        project = self.request.project
        for changes in self.changes:
            self.report.changed += change_files(project, changes)
        last = retired_file(project, self.retired) | registry_file(self.registry)
        last |= source_files(project, self.retired) | review_files(project)
        self.report.changed += change_files(project, last)
