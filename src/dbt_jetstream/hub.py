"""Reads a hub in metric-hub's layout: definitions, defaults, outcomes, experiments' configs."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import git
from metric_config_parser.analysis import AnalysisSpec
from metric_config_parser.config import (
    Config,
    ConfigCollection,
    DefaultConfig,
    DefinitionConfig,
    Outcome,
    entity_from_path,
)
from metric_config_parser.function import FunctionsSpec
from metric_config_parser.outcome import OutcomeSpec

from dbt_jetstream.errors import ConfigError, ConfigErrors

if TYPE_CHECKING:
    from metric_config_parser.analysis import AnalysisConfiguration
    from metric_config_parser.experiment import Experiment
    from metric_config_parser.metric import Summary

# Later folders win where both define a thing, as in the original, which merges jetstream/ last.
FOLDERS = (
    "definitions",
    "jetstream",
    "jetstream/definitions",
    "jetstream/defaults",
    "jetstream/outcomes/*",
)


@dataclass
class Hub:
    """The parsed files of a hub and where each came from.

    Attributes:
        path: The hub's folder, as the user named it.
        commit: The git commit of the hub, or None for a plain folder.
        remote: The web address of the hub's repository, or None where it has none.
        configs: Everything that was parsed.
        files: The file of each entity, by (kind, platform or "", name).
    """

    path: Path
    commit: str | None
    remote: str | None
    configs: ConfigCollection
    files: dict[tuple[str, str, str], Path] = field(default_factory=dict)

    def experiment_file(self, slug: str) -> Path | None:
        """Return the experiment's own config, or None where it has none."""
        return self.files.get(("experiment", "", slug))

    def spec_for(self, experiment: Experiment) -> tuple[AnalysisSpec, ConfigCollection]:
        """Merge defaults and the experiment's own config.

        Resolving a spec changes the definitions that it passes through, so each experiment gets
        copies: what one experiment configures never reaches another.
        """
        configs = copy.deepcopy(self.configs)
        spec = AnalysisSpec.default_for_experiment(experiment, configs)
        own = configs.spec_for_experiment(experiment.normandy_slug)
        if own is not None:
            spec.merge(own)
        return spec, configs

    def metric_file(self, metric: str, slug: str, app: str) -> Path:
        """Find the file whose definition of `metric` an experiment uses."""
        return self._defining_file("metrics", metric, slug, app)

    def data_source_file(self, name: str, slug: str, app: str) -> Path:
        """Find the file whose definition of the data source an experiment uses."""
        return self._defining_file("data_sources", name, slug, app)

    def statistic_file(self, summary: Summary, slug: str, app: str) -> Path:
        """Find the file that asks for the statistic of a summary."""
        for path, spec in self._specs(slug, app):
            definition = definitions_of(spec, "metrics").get(summary.metric.name)
            if definition and summary.statistic.name in (definition.statistics or {}):
                return path
        return self.path

    def _defining_file(self, kind: str, name: str, slug: str, app: str) -> Path:
        for path, spec in self._specs(slug, app):
            found = definitions_of(spec, kind)
            attribute = "select_expression" if kind == "metrics" else "from_expression"
            if name in found and getattr(found[name], attribute):
                return path
        return self.path

    def _specs(self, slug: str, app: str) -> Iterator[tuple[Path, Any]]:
        """Yield what an experiment can draw on, nearest first."""
        own = self.configs.spec_for_experiment(slug)
        if own is not None:
            yield self.files["experiment", "", slug], own
        for outcome in self.configs.outcomes:
            if outcome.platform == app:
                yield self.files["outcome", app, outcome.slug], outcome.spec
        default = self.configs.get_platform_defaults(app)
        if default is not None:
            yield self.files["default", "", app], default
        definitions = self.configs.get_platform_definitions(app)
        if definitions is not None:
            yield self.files["definition", "", app], definitions

    def outcomes_of(self, config: AnalysisConfiguration) -> list[Outcome]:
        """List the outcomes that Experimenter names for an experiment."""
        experiment = config.experiment.experiment
        known = {o.slug: o for o in self.configs.outcomes if o.platform == experiment.app_name}
        return [known[slug] for slug in experiment.outcomes if slug in known]

    def config_url(self, slug: str) -> str | None:
        """Return where an experiment's own config can be read on the web, if anywhere."""
        path = self.experiment_file(slug)
        if path is None or self.remote is None:
            return None
        return f"{self.remote}/blob/main/jetstream/{path.name}"


def definitions_of(spec: Any, kind: str) -> dict[str, Any]:
    """Return a file's `metrics` or `data_sources`; an outcome holds metrics one level higher."""
    found = getattr(spec, kind)
    return found if isinstance(found, dict) else found.definitions


def read_hub(path: Path) -> Hub:
    """Read every TOML file of the hub at `path`.

    Raises:
        ConfigErrors: If the folder is not a hub, or files in it cannot be read; names each.
    """
    paths = [file for folder in FOLDERS for file in sorted(path.glob(f"{folder}/*.toml"))]
    if not paths:
        problem = "no hub here: expected definitions/*.toml or jetstream/**/*.toml below it"
        raise ConfigErrors([ConfigError(path, "", problem)])
    repository = _repository(path)
    collection = ConfigCollection(functions=FunctionsSpec(functions={}))
    commit = repository.head.commit.hexsha if repository else None
    hub = Hub(path, commit, _remote(repository), collection)
    errors = []
    for file in paths:
        try:
            _add(hub, file, repository)
        except ConfigError as error:
            errors.append(error)
    if errors:
        raise ConfigErrors(errors)
    return hub


def _repository(path: Path) -> git.Repo | None:
    try:
        repository = git.Repo(path, search_parent_directories=True)
        repository.head.commit  # noqa: B018 - a repository without commits has no versions
    except (git.InvalidGitRepositoryError, git.NoSuchPathError, ValueError):
        return None
    return repository


def _remote(repository: git.Repo | None) -> str | None:
    if repository is None or "origin" not in [remote.name for remote in repository.remotes]:
        return None
    url = repository.remotes.origin.url.removesuffix(".git")
    return url if url.startswith("https://") else None


def _add(hub: Hub, file: Path, repository: git.Repo | None) -> None:
    entity = _parse(file)
    configs = hub.configs
    if isinstance(entity, FunctionsSpec):
        configs.functions.functions.update(entity.functions)
    elif isinstance(entity, Outcome):
        entity.commit_hash = _last_commit(repository, file)
        hub.files["outcome", entity.platform, entity.slug] = file
        configs.outcomes.append(entity)
    elif isinstance(entity, DefinitionConfig):
        hub.files.setdefault(("definition", "", entity.slug), file)
        _add_or_merge(configs.definitions, entity)
    elif isinstance(entity, DefaultConfig):
        hub.files["default", "", entity.slug] = file
        configs.defaults.append(entity)
    elif isinstance(entity, Config):
        hub.files["experiment", "", entity.slug] = file
        configs.configs.append(entity)


def _add_or_merge(definitions: list[DefinitionConfig], entity: DefinitionConfig) -> None:
    for known in definitions:
        if known.slug == entity.slug:
            known.spec.merge(entity.spec)
            return
    definitions.append(entity)


def _parse(file: Path) -> object:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
        if file.parent.parent.name == "outcomes":
            # The parser's own check of a file's keys does not know `default_metrics`.
            spec = OutcomeSpec.from_dict(found)
            return Outcome(slug=file.stem, spec=spec, platform=file.parent.name, commit_hash=None)
        return entity_from_path(file)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(file, "", f"not valid TOML: {error}") from error
    except Exception as error:
        # The parser has no error type of its own for most mistakes, and its message is what
        # tells the user which key it stumbled over.
        raise ConfigError(file, "", _reason(error)) from error


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the key {error} is missing"
    parts = [str(error)] + [str(inner) for inner in getattr(error, "exceptions", [])]
    return "; ".join(parts)


def _last_commit(repository: git.Repo | None, file: Path) -> str | None:
    if repository is None:
        return None
    commits = repository.iter_commits(paths=str(file.resolve()), max_count=1)
    return next((commit.hexsha for commit in commits), None)
