"""Checks one config: what is wrong with it, and what it would compute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import MetricDefinition

from dbt_jetstream.errors import ConfigError, ConfigErrors, mistakes_of
from dbt_jetstream.hub import Hub
from dbt_jetstream.hub.files import HubFile
from dbt_jetstream.keys import unknown_keys
from dbt_jetstream.lock.document import LockedExperiment, lock
from dbt_jetstream.lock.nodes import Node
from dbt_jetstream.platforms import Platform, platform_of
from dbt_jetstream.render import Renderer, RenderError
from dbt_jetstream.resolve import resolve
from dbt_jetstream.sql.dialect import SqlSyntaxError, parse_query
from dbt_jetstream.validation.sample import sample_experiment

DIALECTS = ("bigquery", "duckdb")
# Of a definition's metrics, which have no statistics of their own.
ANY_STATISTIC: dict[str, dict[str, object]] = {"count": {}}


@dataclass
class Finding:
    """What a check of one file found.

    Attributes:
        file: The file.
        errors: What must be mended.
        warnings: What its author should know.
        locked: The experiment that it was tried on; None where an error came first.
    """

    file: HubFile
    errors: list[ConfigError] = field(default_factory=list)
    warnings: list[ConfigError] = field(default_factory=list)
    locked: LockedExperiment | None = None


class Checker:
    """Checks files of one hub."""

    def __init__(
        self, hub: Hub, project: Path, platforms: dict[str, Platform], known: list[Experiment]
    ) -> None:
        """Prepare for checks.

        Args:
            hub: The hub that holds the files.
            project: The dbt project, for its macros.
            platforms: The applications.
            known: Real experiments; a config without one is tried on a made-up one.
        """
        self.hub = hub
        self.platforms = platforms
        self.known = {str(experiment.normandy_slug): experiment for experiment in known}
        self.renderers = {dialect: Renderer(project, dialect) for dialect in DIALECTS}

    def check(self, file: HubFile) -> Finding:
        """Check a file: its keys, its references, its statistics and its SQL in both dialects."""
        finding = Finding(file)
        finding.errors += unknown_keys(file.path, file.found, file.shown)
        if file.kind == "function":
            return finding
        experiment = self._experiment(file)
        try:
            finding.locked = self._lock(file, experiment)
        except (ConfigError, ConfigErrors) as error:
            finding.errors += mistakes_of(error)
            return finding
        finding.warnings += finding.locked.warnings
        finding.errors += self._render(finding)
        return finding

    def _experiment(self, file: HubFile) -> Experiment:
        if file.kind != "experiment":
            return sample_experiment(file, file.application)
        return self.known.get(file.name) or self._of_likely_application(file)

    def _of_likely_application(self, file: HubFile) -> Experiment:
        """Make up an experiment of the application that the config has the fewest mistakes in."""
        tried = []
        for application in self.platforms:
            experiment = sample_experiment(file, application)
            mistakes = self._mistakes(experiment)
            if not mistakes:
                return experiment
            tried.append((mistakes, experiment))
        return min(tried, key=lambda pair: pair[0])[1]

    def _mistakes(self, experiment: Experiment) -> int:
        if not self.hub.files_of("default", experiment.app_name):
            return 1_000_000
        try:
            resolve(self.hub, experiment)
        except ConfigErrors as error:
            return len(error.errors)
        return 0

    def _lock(self, file: HubFile, experiment: Experiment) -> LockedExperiment:
        platform = platform_of(experiment, self.platforms)
        more = _all_of(file) if file.kind == "definition" else None
        return lock(self.hub, experiment, resolve(self.hub, experiment, more), platform)

    def _render(self, finding: Finding) -> Iterator[ConfigError]:
        """Render and parse the models that hold what users wrote, in both dialects."""
        locked = finding.locked
        assert locked is not None
        for dialect, renderer in self.renderers.items():
            try:
                found = renderer.render(locked, holds_expressions)
            except RenderError as error:
                if dialect == "bigquery":
                    yield ConfigError(finding.file.shown, dialect, str(error))
                continue
            for name, sql in found.items():
                problem = _syntax_problem(sql, dialect)
                if problem:
                    yield ConfigError(finding.file.shown, f"{dialect}: {name}", problem)


def holds_expressions(node: Node) -> bool:
    """Whether a model holds SQL that users wrote; the others hold names alone."""
    keys = ("enrollment", "data_source", "data_sources", "exposure_signal")
    return any(key in node.meta for key in keys)


def _syntax_problem(sql: str, dialect: str) -> str | None:
    if dialect == "bigquery":
        try:
            parse_query(sql)
        except SqlSyntaxError as error:
            return str(error)
        return None
    import duckdb  # noqa: PLC0415 - only a check that comes so far needs it

    try:
        duckdb.extract_statements(sql)
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return None


def _all_of(file: HubFile) -> dict[str, MetricDefinition]:
    """Ask for every metric that a definition file itself gives an expression."""
    return {
        name: MetricDefinition(name=name, statistics=ANY_STATISTIC)
        for name, metric in file.found.get("metrics", {}).items()
        if isinstance(metric, dict) and (metric.keys() & {"select_expression", "aggregation"})
    }
