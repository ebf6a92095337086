"""What a sync knows before it decides: hubs, experiments, and what is locked."""

from __future__ import annotations

from collections.abc import Iterable

from metric_config_parser.experiment import Experiment

from dbt_jetstream.common.errors import (
    ConfigError,
    did_you_mean,
)
from dbt_jetstream.common.journal import Changes
from dbt_jetstream.common.naming import normalise
from dbt_jetstream.inputs.experiments import read_all
from dbt_jetstream.inputs.hub import read_what_can_be_read
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.inputs.settings import check_owners
from dbt_jetstream.lock.folder import model_names
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.sync.registry import (
    read_registry,
    read_retired,
)
from dbt_jetstream.sync.request import (
    Request,
    SyncReport,
    UnknownSlugs,
)


class Known:
    """The inputs of a sync, and the experiments that it looks at."""

    def __init__(self, request: Request) -> None:
        self.request = request
        check_owners(request.project)
        self.hub = read_what_can_be_read(request.hubs)
        self.platforms = read_platforms(request.project)
        self.known = read_all(request.experiments)
        self.held = held_locks(request.project)
        self.models = model_names(request.project)
        self.retired = read_retired(request.project)
        self.registry = read_registry(request.project)
        self.report = SyncReport()
        self.changes: list[Changes] = []
        self.ended: list[HeldLock] = []

    def _chosen(self) -> list[Experiment]:
        """Return the experiments to look at, without those of the same name."""
        by_slug = {str(experiment.normandy_slug): experiment for experiment in self.known.found}
        slugs, all_slugs = self.request.slugs, {*by_slug, *self.known.mistakes}
        errors = [self._unknown(slug, all_slugs) for slug in slugs if slug not in all_slugs]
        if errors:
            raise UnknownSlugs(errors, is_any_locked=any(slug in self.held for slug in slugs))
        folders: dict[str, str] = {}
        for slug in [*self.held, *by_slug]:
            first = folders.setdefault(normalise(slug).lower(), slug)
            if first != slug:
                problem = f"its tables would have the same names as those of `{first}`"
                self._refuse(slug, [ConfigError(None, slug, problem)])
        wanted = slugs or list(by_slug)
        return [by_slug[s] for s in wanted if s in by_slug and s not in self.report.refused]

    def _unknown(self, slug: str, known: Iterable[str]) -> ConfigError:
        hint = did_you_mean(slug, known) or "check the slug"
        problem = f"no such experiment in the file; {hint}"
        return ConfigError(self.request.experiments, slug, problem)

    def _unreadable(self) -> dict[str, list[ConfigError]]:
        slugs = self.request.slugs
        return {s: m for s, m in self.known.mistakes.items() if not slugs or s in slugs}

    def _refuse(self, slug: str, mistakes: list[ConfigError]) -> None:
        located = [self._located(mistake) for mistake in mistakes]
        if all(getattr(mistake, "is_error", True) is False for mistake in mistakes):
            self.report.skipped[slug] = located[0]
        else:
            self.report.refused[slug] = located

    def _located(self, error: ConfigError) -> ConfigError:
        """Name the file of the experiments where no other is to blame."""
        return error.located(self.request.experiments)
