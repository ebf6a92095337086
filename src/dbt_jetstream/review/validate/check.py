"""Checks one config: what is wrong with it, and what it would compute."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import MetricDefinition

from dbt_jetstream.common.errors import (
    ConfigError,
    ConfigErrors,
    RefusedByValidate,
    SeenInSql,
    distinct,
    mistakes_of,
)
from dbt_jetstream.common.unexpected import unexpected
from dbt_jetstream.inputs.checks import (
    check_config,
    check_definitions,
    check_experiment,
    check_slug,
    check_wanted,
    defined_twice,
    repeated_names,
    unused,
)
from dbt_jetstream.inputs.hub import Hub
from dbt_jetstream.inputs.hub.files import BrokenFile, HubFile
from dbt_jetstream.inputs.hub.functions import function_mistakes
from dbt_jetstream.inputs.hub.templates import called_bare
from dbt_jetstream.inputs.hub.unknown_keys import unknown_keys
from dbt_jetstream.inputs.hub.unread import of_no_application, unknown_slug
from dbt_jetstream.inputs.platforms import Platform, platform_of
from dbt_jetstream.inputs.resolve import Unlisted, resolve
from dbt_jetstream.lock.document import lock
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.render import RenderError
from dbt_jetstream.review.types.check import TypeChecker
from dbt_jetstream.review.types.listed import not_listed
from dbt_jetstream.review.types.probes import files_of
from dbt_jetstream.review.validate.rendered import (
    DIALECTS,
    holds_expressions,
    renderer,
    syntax_problem,
)
from dbt_jetstream.review.validate.sample import sample_experiment
from dbt_jetstream.review.validate.unlisted import ANY_STATISTIC, lock_unused

# What speaks against an application, beside the number of mistakes in types.
NO_APPLICATION, UNRESOLVED = 1_000_000, 1_000


@dataclass
class Finding:
    """What a check of one file found.

    Attributes:
        file: The file.
        errors: What must be mended.
        warnings: What its author should know.
        locked: The experiment that it was tried on; None where an error came first.
        untyped: What of it nobody can tell the type of, by its key, and why.
    """

    file: HubFile | BrokenFile
    errors: list[ConfigError] = field(default_factory=list)
    warnings: list[ConfigError] = field(default_factory=list)
    locked: LockedExperiment | None = None
    untyped: dict[str, str] = field(default_factory=dict)


class Checker:
    """Checks files of one hub."""

    def __init__(
        self,
        hub: Hub,
        project: Path,
        platforms: dict[str, Platform],
        known: list[Experiment],
        types: TypeChecker | None = None,
    ) -> None:
        """Prepare for checks.

        Args:
            hub: The hub that holds the files.
            project: The dbt project, for its macros.
            platforms: The applications.
            known: Real experiments; a config without one is tried on a made-up one.
            types: What knows the types of telemetry; None where nothing does.
        """
        self.hub = hub
        self.project = project
        self.platforms = platforms
        self.known = {str(experiment.normandy_slug): experiment for experiment in known}
        self.types = types
        self.renderers = {dialect: renderer(project, dialect) for dialect in DIALECTS}

    def check(self, file: HubFile | BrokenFile) -> Finding:
        """Check a file: its keys, its references, its statistics and its SQL in both dialects."""
        if isinstance(file, BrokenFile):
            return Finding(file, errors=list(file.mistakes))
        try:
            return self._check(file)
        except Exception as error:  # Whatever it is, the other files are checked.
            mistake = unexpected(error, self.project, file.name, file.shown)
            return Finding(file, errors=[mistake])

    def _check(self, file: HubFile) -> Finding:
        finding = Finding(file)
        finding.errors += unknown_keys(file.path, file.found, file.shown)
        finding.warnings += repeated_names(file)
        alone = list(self._mistakes_alone(file))
        finding.errors += alone
        if alone or file.kind == "function":
            return finding
        experiment = self._experiment(file)
        try:
            broken = self.hub.mistakes_for(experiment)
            if broken:
                raise ConfigErrors(broken)
            platform = platform_of(experiment, self.platforms)
            more = _all_of(file) if file.kind == "definition" else Unlisted()
            config = resolve(self.hub, experiment, more)
            if self._refuse(finding, file, experiment, config):
                return finding
            finding.locked = lock(self.hub, experiment, config, platform)
            self._look_at_types(finding, finding.locked)
            if file.kind == "experiment":
                self._look_at_unused(finding, file, config)
        except (ConfigError, ConfigErrors) as error:
            finding.errors += mistakes_of(error)
            return finding
        for warning in finding.locked.warnings:
            if isinstance(warning, SeenInSql) and self.types and not finding.untyped:
                continue
            is_error = isinstance(warning, RefusedByValidate)
            (finding.errors if is_error else finding.warnings).append(warning)
        finding.errors = distinct([*finding.errors, *self._render(finding)])
        return finding

    def _mistakes_alone(self, file: HubFile) -> Iterator[ConfigError]:
        """Yield what keeps a file from being tried on an experiment."""
        if file.kind == "function":
            yield from function_mistakes(file)
        elif file.kind != "experiment" and file.application not in self.platforms:
            yield of_no_application(file, self.platforms)

    def _look_at_unused(
        self, finding: Finding, file: HubFile, config: AnalysisConfiguration
    ) -> None:
        """Warn of what the config defines in vain; what is wrong with it is an error."""
        experiment = config.experiment.experiment
        outcomes = self.hub.outcome_specs(config)
        if file.name not in self.known:
            # Experimenter may ask for any of them.
            outcomes = self.hub.outcomes_for(experiment.app_name)
        found = unused(file, config, outcomes)
        finding.warnings += [
            *found.warnings(),
            *defined_twice([file, *self.hub.outcome_files(config)]),
        ]
        unread = unknown_slug(file.name, self.known)
        finding.warnings += [ConfigError(file.shown, file.path.name, unread)] if unread else []
        platform = platform_of(experiment, self.platforms)
        unused_too, mistakes = lock_unused(self.hub, config, platform, found)
        finding.errors += mistakes
        if unused_too is not None:
            self._look_at_types(finding, unused_too)

    def _look_at_types(self, finding: Finding, locked: LockedExperiment) -> None:
        """Note what BigQuery would refuse of an experiment, by the types of telemetry."""
        file_of = files_of(self.hub, locked.slug, locked.application)
        known = self.types.telemetry if self.types else ()
        is_made_up = finding.file.kind != "experiment" or finding.file.name not in self.known
        listed = not_listed(locked, file_of, known, is_made_up=is_made_up)
        finding.errors = distinct([*finding.errors, *listed])
        if self.types is not None:
            found = self.types.look(locked, file_of, is_made_up=is_made_up)
            told = [called_bare(error, self.hub.environment.functions) for error in found.errors]
            finding.errors = distinct([*finding.errors, *told])
            finding.untyped |= found.untyped

    def _refuse(
        self,
        finding: Finding,
        file: HubFile,
        experiment: Experiment,
        config: AnalysisConfiguration,
    ) -> bool:
        """Note what the checks of a sync find, and whether there is an error among it.

        An experiment that is made up has no facts that a config could contradict. That it would
        not be analysed is no error of its config.
        """
        found: list[ConfigError] = []
        for check in self._checks(file, experiment, config):
            try:
                finding.warnings += check() or []
            except ConfigErrors as refused:
                found += refused.errors
        finding.warnings += [mistake for mistake in found if not mistake.is_error]
        errors = [mistake for mistake in found if mistake.is_error]
        finding.errors += errors
        return bool(errors)

    def _checks(
        self, file: HubFile, experiment: Experiment, config: AnalysisConfiguration
    ) -> Iterator[Callable[[], list[ConfigError] | None]]:
        slug = str(experiment.normandy_slug)
        if file.kind == "experiment" and slug in self.known:
            settings = self.hub.settings_of(slug)
            yield partial(check_wanted, experiment, settings, file.shown)
            yield partial(check_experiment, experiment, self.platforms)
            yield partial(check_config, config, file.shown)
        else:
            yield partial(check_slug, slug)
            yield partial(check_definitions, config, file.shown)

    def _experiment(self, file: HubFile) -> Experiment:
        if file.kind != "experiment":
            return sample_experiment(file, file.application)
        return self.known.get(file.name) or self._of_likely_application(file)

    def _of_likely_application(self, file: HubFile) -> Experiment:
        """Make up an experiment of the application that the config has the fewest mistakes in.

        One that the config's name tells of comes first, as `-ios-`, and is taken if it can be.
        """
        words = set(re.split(r"[-_]", file.name))
        tried = []
        named = {app: bool(words & set(app.split("_"))) for app in self.platforms}
        for application in sorted(self.platforms, key=lambda app: not named[app]):
            experiment = sample_experiment(file, application)
            mistakes, unknown = self._mistakes(experiment)
            if not mistakes and (not unknown or named[application]):
                return experiment
            tried.append((mistakes + unknown, experiment))
        return min(tried, key=lambda pair: pair[0])[1]

    def _mistakes(self, experiment: Experiment) -> tuple[int, int]:
        """Count what is wrong with an experiment, and what nobody can tell.

        What cannot be resolved weighs more than any number of mistakes in types.
        """
        if not self.hub.files_of("default", experiment.app_name):
            return NO_APPLICATION, 0
        try:
            config = resolve(self.hub, experiment)
            if self.types is None:
                return 0, 0
            platform = platform_of(experiment, self.platforms)
            locked = lock(self.hub, experiment, config, platform)
        except ConfigErrors as error:
            return UNRESOLVED * len(error.errors), 0
        found = self.types.look(locked, lambda *_: None, is_made_up=True)
        return len(found.errors), len(found.untyped)

    def _render(self, finding: Finding) -> Iterator[ConfigError]:
        """Render and parse the models that hold what users wrote, in both dialects."""
        locked = finding.locked
        assert locked is not None
        for dialect, own in self.renderers.items():
            try:
                found = own.render(locked, holds_expressions)
            except RenderError as error:
                if dialect == "bigquery":
                    yield ConfigError(finding.file.shown, dialect, str(error))
                continue
            for name, sql in found.items():
                problem = syntax_problem(sql, dialect)
                if problem:
                    yield ConfigError(finding.file.shown, f"{dialect}: {name}", problem)


def _all_of(file: HubFile) -> Unlisted:
    """Ask for every metric and segment that a definition file itself gives an expression."""
    metrics = {
        name: MetricDefinition(name=name, statistics=ANY_STATISTIC)
        for name, metric in file.found.get("metrics", {}).items()
        if isinstance(metric, dict) and (metric.keys() & {"select_expression", "aggregation"})
    }
    segments = file.found.get("segments", {}).items()
    return Unlisted(metrics, [name for name, segment in segments if "select_expression" in segment])
