"""One side of a comparison: the project at the base or as it is now, and what it defines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import jinja2
from metric_config_parser.experiment import Experiment

from dbt_jetstream.common.errors import ConfigError, ConfigErrors, mistakes_of
from dbt_jetstream.inputs.checks import check_config, check_experiment, check_wanted
from dbt_jetstream.inputs.experiments import URL, Experiments, read_all
from dbt_jetstream.inputs.hub import Hub, HubAddress, in_folder, read_what_can_be_read
from dbt_jetstream.inputs.hub.checkout import IS_URL
from dbt_jetstream.inputs.hub.files import paths_of
from dbt_jetstream.inputs.platforms import Platform, platform_of, read_platforms
from dbt_jetstream.inputs.resolve import resolve
from dbt_jetstream.inputs.settings import EXPERIMENTS, FILE, Settings, read_settings
from dbt_jetstream.lock.document import lock
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.review.diff.base import Base
from dbt_jetstream.review.render import Renderer
from dbt_jetstream.review.types.check import TypeChecker
from dbt_jetstream.review.types.known import checker_of, known_types
from dbt_jetstream.review.types.listed import not_listed
from dbt_jetstream.review.types.probes import files_of
from dbt_jetstream.sync.registry import read_retired
from dbt_jetstream.sync.request import ENDED_RECENTLY

DEFAULT_HUBS = ("metric_hub",)


@dataclass
class Resolved:
    """What an experiment resolves to on one side.

    Attributes:
        locked: Its definition; None where it has none.
        errors: What is wrong with it.
        is_skipped: Whether it is not analysed, without a mistake.
    """

    locked: LockedExperiment | None = None
    errors: list[ConfigError] = field(default_factory=list)
    is_skipped: bool = False


class Side:
    """A project, its public hubs and its experiments.

    Attributes:
        project: The dbt project's folder.
        hubs: The public hubs that it names.
        hub: What can be read of them.
        experiments_address: Where its list of experiments is: a file or URL.
        types: What knows the types of telemetry; None where nothing does.
    """

    def __init__(
        self,
        project: Path,
        hubs: list[HubAddress],
        hub: Hub,
        listed: Path | str,
        known: Experiments,
    ) -> None:
        self.project = project
        self.hubs = hubs
        self.hub = hub
        self.experiments_address = listed
        self.types: TypeChecker | None = None
        self._known = known
        self._renderers: dict[tuple[str, bool], Renderer] = {}

    @cached_property
    def experiments(self) -> dict[str, Experiment]:
        """The experiments of the project's list, by slug."""
        return {str(experiment.normandy_slug): experiment for experiment in self._known.found}

    @property
    def unreadable(self) -> dict[str, list[ConfigError]]:
        """What is wrong with entries of the list."""
        return self._known.mistakes

    @cached_property
    def platforms(self) -> dict[str, Platform]:
        """The project's applications."""
        return read_platforms(self.project)

    @cached_property
    def held(self) -> dict[str, HeldLock]:
        """The public locks in the project."""
        return {s: held for s, held in held_locks(self.project).items() if not held.is_private}

    @cached_property
    def retired(self) -> set[str]:
        """The experiments that dbt ignores."""
        return read_retired(self.project)

    def renderer(self, dialect: str, *, all_windows: bool = False) -> Renderer:
        """Load the project's macros.

        Args:
            dialect: `bigquery` or `duckdb`.
            all_windows: Whether to write every window of a period, and not the first two.

        Raises:
            ConfigErrors: If one of them is no Jinja.
        """
        key = (dialect, all_windows)
        if key not in self._renderers:
            try:
                self._renderers[key] = Renderer(self.project, dialect)
            except jinja2.TemplateError as error:
                problem = f"cannot be read as Jinja: {error}"
                raise ConfigErrors([ConfigError("macros", "", problem)]) from error
            if all_windows:
                _write_all_windows(self._renderers[key])
        return self._renderers[key]

    def inputs(self, experiment: Experiment) -> Any:
        """Return all that decides what an experiment resolves to; equal: so is the definition."""
        slug, app = str(experiment.normandy_slug), experiment.app_name
        own = self.hub.settings_of(slug)
        wanted = {*experiment.outcomes, *(own.outcomes if own else [])}
        names = {"experiment": {slug}, "outcome": wanted, "default": {app, experiment.type}}
        files = [
            (file.kind, file.name, file.found)
            for file in self.hub.files
            if file.kind == "function"
            or (file.name in names[file.kind] if file.kind in names else file.application == app)
        ]
        mistakes = [self.told(mistake) for mistake in self.hub.mistakes_for(experiment)]
        return experiment, files, mistakes, self.platforms

    def resolve(self, experiment: Experiment) -> Resolved:
        """Resolve an experiment as a lock of today would."""
        slug = str(experiment.normandy_slug)
        own = self.hub.experiment_file(slug)
        path = own.shown if own else None
        try:
            check_wanted(experiment, self.hub.settings_of(slug), path, None)
            check_experiment(experiment, self.platforms)
            broken = self.hub.mistakes_for(experiment)
            if broken:
                return Resolved(errors=broken)
            config = resolve(self.hub, experiment)
            check_config(config, path)
            platform = platform_of(experiment, self.platforms)
            locked = lock(self.hub, experiment, config, platform)
        except (ConfigError, ConfigErrors) as error:
            mistakes = mistakes_of(error)
            skipped = all(not mistake.is_error for mistake in mistakes)
            return Resolved(errors=[] if skipped else mistakes, is_skipped=skipped)
        return Resolved(locked, self.type_mistakes(locked))

    def type_mistakes(
        self, locked: LockedExperiment, *, is_made_up: bool = False
    ) -> list[ConfigError]:
        """List what BigQuery would refuse of an experiment, by the types of telemetry."""
        file_of = files_of(self.hub, locked.slug, locked.application)
        if self.types is None:
            return list(not_listed(locked, file_of, is_made_up=is_made_up))
        known = self.types.telemetry
        found = self.types.look(locked, file_of, is_made_up=is_made_up).errors
        return [*not_listed(locked, file_of, known, is_made_up=is_made_up), *found]

    def told(self, mistake: ConfigError) -> str:
        """Write a mistake with its file as the project calls it."""
        path = self.told_path(mistake.path or "")
        return str(ConfigError(path or None, mistake.key, mistake.problem))

    def told_path(self, path: Path | str) -> str:
        """Name a file as the project calls it."""
        return str(path).replace(f"{self.project}/", "")


@dataclass(frozen=True)
class Sides:
    """Both sides, and what must not be shown of either.

    Attributes:
        base: The project at the base.
        head: The project as it is now.
        private: The experiments that must not be published.
    """

    base: Side
    head: Side
    private: frozenset[str]

    def slugs(self, as_of: dt.date) -> Iterator[str]:
        """Yield the experiments to compare, in the order of the list.

        Those that ended long ago without a lock are no longer analysed: Experimenter lists
        thousands.
        """
        locked = {*self.base.held, *self.head.held}
        for slug in dict.fromkeys([*self.head.experiments, *self.base.experiments]):
            known = [s.experiments[slug] for s in (self.base, self.head) if slug in s.experiments]
            ends = [e.end_date.date() if e.end_date else as_of for e in known]
            if self.is_shown(slug) and (slug in locked or max(ends) >= as_of - ENDED_RECENTLY):
                yield slug

    def is_shown(self, slug: str) -> bool:
        """Whether an experiment may be named."""
        private = slug in self.private or any(
            s.hub.is_private(slug) for s in (self.base, self.head)
        )
        return not private


def read_sides(base: Base, project: Path) -> Sides:
    """Read both sides.

    Raises:
        ConfigErrors: If a hub or a list of experiments cannot be read at all.
    """
    before, after = read_settings(base.project), read_settings(project)
    old = _hubs(before, base.project, base)
    new = _hubs(after, project)
    hub = read_what_can_be_read(new)
    # What is not of the project is the same on both sides.
    base_hub = hub if old == new else read_what_can_be_read(old)
    listed, base_listed = _list(after, project), _list(before, base.project)
    known = read_all(listed)
    base_known = known if listed == base_listed else read_all(base_listed)
    held = [*held_locks(base.project).values(), *held_locks(project).values()]
    private = {lock.slug for lock in held if lock.is_private}
    private |= _private_slugs(after, project)
    sides = Sides(
        Side(base.project, old, base_hub, base_listed, base_known),
        Side(project, new, hub, listed, known),
        frozenset(private),
    )
    # What the change says of telemetry holds for both: what the base has as well is not new.
    types, _ = checker_of(known_types(hub, project, sides.head.platforms))
    sides.base.types = sides.head.types = types
    return sides


def _hubs(settings: Settings, project: Path, base: Base | None = None) -> list[HubAddress]:
    """Find a side's hubs; a folder outside of the repository is no part of the change."""
    named = settings.hubs or DEFAULT_HUBS
    return [HubAddress(_folder(text, project, base)) for text in named]


def _folder(text: str, project: Path, base: Base | None) -> str:
    address = in_folder(project, text)
    if base is None or IS_URL.match(text):
        return address
    head = base.repository / project.relative_to(base.root)
    original = (head / text).resolve()
    if not original.is_relative_to(base.repository):
        return str(original)
    return str(base.root / original.relative_to(base.repository))


def _list(settings: Settings, project: Path) -> Path | str:
    named = settings.experiments
    if named is None:
        problem = "names no list of experiments; set it"
        raise ConfigErrors([ConfigError(project / FILE, f"vars.{EXPERIMENTS}", problem)])
    return named if URL.match(named) else project / named


def _private_slugs(settings: Settings, project: Path) -> set[str]:
    """Name the experiments that private hubs configure; nothing else is read from there."""
    addresses = [HubAddress(in_folder(project, text), True) for text in settings.private_hubs]
    if not addresses:
        return set()
    hub = read_what_can_be_read(addresses)
    found = [path for c in hub.checkouts for path in paths_of(c.folder)]
    return {path.stem for kind, path in found if kind == "experiment"}


def _write_all_windows(renderer: Renderer) -> None:
    """Let a renderer write every window: those of a period read different days."""
    due = renderer.macros["windows_due"]

    def by_period(_: Any, lock: dict[str, Any]) -> Any:
        windows = {p: due(d["windows"], lock["experiment"]) for p, d in lock["periods"].items()}
        return {period: found for period, found in windows.items() if found}

    renderer.environment.globals["windows_missing"] = due
    renderer.environment.globals["windows_missing_by_period"] = by_period
