"""All files of one or several hubs, merged, and which file says what."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metric_config_parser.analysis import AnalysisSpec
from metric_config_parser.config import (
    ConfigCollection,
    Outcome,
)
from metric_config_parser.function import FunctionsSpec
from metric_config_parser.outcome import OutcomeSpec
from metric_config_parser.parameter import ParameterSpec

from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.inputs.hub.checkout import Checkout
from dbt_jetstream.inputs.hub.files import BrokenFile, HubFile
from dbt_jetstream.inputs.hub.merging import add
from dbt_jetstream.inputs.hub.view import ExperimentView, RememberingEnvironment

if TYPE_CHECKING:
    from metric_config_parser.analysis import AnalysisConfiguration
    from metric_config_parser.experiment import Experiment, ExperimentSpec
    from metric_config_parser.metric import Summary


class Hub:
    """The files of one or several hubs; where two define a thing, the later one wins.

    Attributes:
        checkouts: The hubs, in the order in which they were merged.
        files: Every file, likewise.
        broken: The files that cannot be read, and are none of `files`.
        configs: What metric-config-parser makes of them together.
    """

    def __init__(
        self,
        checkouts: Sequence[Checkout],
        files: Sequence[HubFile],
        broken: Sequence[BrokenFile] = (),
    ) -> None:
        self.checkouts = list(checkouts)
        self.files = list(files)
        self.broken = list(broken)
        self.configs = ConfigCollection(functions=FunctionsSpec(functions={}))
        self._by_name: dict[tuple[str, str], list[HubFile]] = defaultdict(list)
        for file in self.files:
            add(self.configs, file)
            self._by_name[file.kind, file.name].insert(0, file)

    @property
    def name(self) -> Path | str:
        """The first hub, as the user named it."""
        address = self.checkouts[0].address
        return address.text if self.checkouts[0].clone else Path(address.text)

    @property
    def commit(self) -> str | None:
        """The commits of the public hubs, or None where none is a git repository."""
        public = [c.commit for c in self.checkouts if not c.address.is_private]
        return ", ".join(commit for commit in public if commit) or None

    @cached_property
    def environment(self) -> RememberingEnvironment:
        """Jinja with the hub's functions."""
        functions = self.configs.functions
        return RememberingEnvironment(functions.functions if functions else {})

    def files_of(self, kind: str, name: str, application: str | None = None) -> list[HubFile]:
        """List the files of a kind and name, the one that wins first."""
        found = self._by_name.get((kind, name), [])
        return [file for file in found if application in {None, file.application}]

    @cached_property
    def _outcomes(self) -> dict[str, list[HubFile]]:
        """The outcomes by their applications."""
        found = defaultdict(list)
        for file in self.files:
            if file.kind == "outcome":
                found[file.application].append(file)
        return found

    def experiment_file(self, slug: str) -> HubFile | None:
        """Return the experiment's own config, or None where it has none."""
        return next(iter(self.files_of("experiment", slug)), None)

    def settings_of(self, slug: str) -> ExperimentSpec | None:
        """Return what all configs of an experiment together say of it, unresolved."""
        found = self.configs.spec_for_experiment(slug)
        return found.experiment if found is not None else None

    def is_private(self, slug: str) -> bool:
        """Whether an experiment must not be published, as far as its own config tells."""
        own = self.experiment_file(slug)
        broken = [b for b in self.broken if b.kind == "experiment" and b.name == slug]
        is_marked = own is not None and bool(own.is_private or own.spec.experiment.is_private)
        return is_marked or any(b.is_private for b in broken)

    def mistakes_in_config(self, slug: str) -> list[ConfigError]:
        """List what is wrong with an experiment's own config if it cannot be read."""
        broken = (b for b in self.broken if b.kind == "experiment" and b.name == slug)
        return [mistake for file in broken for mistake in file.mistakes]

    def mistakes_for(self, experiment: Experiment) -> list[ConfigError]:
        """List what is wrong with the files that an experiment draws on."""
        slug = str(experiment.normandy_slug)
        own = self.configs.spec_for_experiment(slug)
        outcomes = {*experiment.outcomes, *(own.experiment.outcomes if own else [])}
        concerned = (b for b in self.broken if b.concerns(slug, experiment.app_name, outcomes))
        return [mistake for broken in concerned for mistake in broken.mistakes]

    def view_for(self, experiment: Experiment) -> tuple[AnalysisSpec, ExperimentView]:
        """Merge the defaults and the experiment's own config.

        Returns:
            The merged spec, and what it resolves against. Both belong to this experiment alone.
        """
        configs = self.configs
        application = experiment.app_name
        spec = AnalysisSpec()
        for name in (application, experiment.type):
            default = configs.get_platform_defaults(name)
            if isinstance(default, AnalysisSpec):
                spec.merge(copy.deepcopy(default))
        own = configs.spec_for_experiment(str(experiment.normandy_slug))
        if own is not None:
            spec.merge(copy.deepcopy(own))
        wanted = {*experiment.outcomes, *spec.experiment.outcomes}
        outcomes = [o for o in configs.outcomes if o.platform == application and o.slug in wanted]
        if own is not None:
            spec.parameters = _declared_parameters(own, outcomes)
        definition = next((d for d in configs.definitions if d.slug == application), None)
        return spec, ExperimentView(definition, outcomes, self.environment)

    def metric_file(self, metric: str, slug: str, app: str) -> Path | str:
        """Find the file whose definition of `metric` an experiment uses."""
        return self._defining_file("metrics", metric, "select_expression", slug, app)

    def data_source_file(self, name: str, slug: str, app: str) -> Path | str:
        """Find the file whose definition of the data source an experiment uses."""
        return self._defining_file("data_sources", name, "from_expression", slug, app)

    def segment_file(self, name: str, slug: str, app: str) -> Path | str:
        """Find the file whose definition of the segment an experiment uses."""
        return self._defining_file("segments", name, "select_expression", slug, app)

    def segment_source_file(self, name: str, slug: str, app: str) -> Path | str:
        """Find the file whose definition of a data source of segments an experiment uses."""
        for file in self._drawn_on(slug, app):
            if name in file.definition("segments", "data_sources"):
                return file.shown
        return self.name

    def statistic_file(self, summary: Summary, slug: str, app: str) -> Path | str:
        """Find the file that asks for the statistic of a summary."""
        for file in self._drawn_on(slug, app):
            statistics = file.definition("metrics", summary.metric.name).get("statistics", {})
            if summary.statistic.name in statistics:
                return file.shown
        return self.name

    def _defining_file(
        self, kind: str, name: str, expression: str, slug: str, app: str
    ) -> Path | str:
        for file in self._drawn_on(slug, app):
            if expression in file.definition(kind, name):
                return file.shown
        return self.name

    def _drawn_on(self, slug: str, app: str) -> Iterator[HubFile]:
        """Yield what an experiment can draw on, nearest first."""
        yield from self.files_of("experiment", slug)
        yield from self._outcomes[app]
        yield from self.files_of("default", app)
        yield from self.files_of("definition", app)

    def outcomes_of(self, config: AnalysisConfiguration) -> list[Outcome]:
        """List an experiment's outcomes as the hub defines them, each with its last commit."""
        return [self._with_commit(outcome) for outcome in self._outcomes_of(config)]

    def outcome_files(self, config: AnalysisConfiguration) -> list[HubFile]:
        """List the files of an experiment's outcomes."""
        outcomes = self._outcomes_of(config)
        return [self.files_of("outcome", o.slug, o.platform)[0] for o in outcomes]

    def outcome_specs(self, config: AnalysisConfiguration) -> list[OutcomeSpec]:
        """List what an experiment's outcomes say."""
        return [outcome.spec for outcome in self._outcomes_of(config)]

    def outcomes_for(self, application: str) -> list[OutcomeSpec]:
        """List what all outcomes of an application say."""
        return [
            outcome.spec for outcome in self.configs.outcomes if outcome.platform == application
        ]

    def _outcomes_of(self, config: AnalysisConfiguration) -> list[Outcome]:
        experiment = config.experiment.experiment
        wanted = dict.fromkeys([*experiment.outcomes, *config.experiment.experiment_spec.outcomes])
        known = {o.slug: o for o in self.configs.outcomes if o.platform == experiment.app_name}
        return [known[slug] for slug in wanted if slug in known]

    def _with_commit(self, outcome: Outcome) -> Outcome:
        if outcome.commit_hash is None:
            file = self.files_of("outcome", outcome.slug, outcome.platform)[0]
            outcome.commit_hash = file.checkout.last_commit(file.path)
        return outcome

    def config_url(self, slug: str) -> str | None:
        """Return where an experiment's own config can be read on the web, if anywhere."""
        file = self.experiment_file(slug)
        return file.checkout.web_address(file.path) if file else None


def _declared_parameters(own: AnalysisSpec, outcomes: Iterable[Outcome]) -> ParameterSpec:
    """Copy what an experiment's config sets of its outcomes' parameters.

    The parser's merge forgets them, so that an outcome would always see its own defaults.
    """
    declared = {name for outcome in outcomes for name in outcome.spec.parameters.definitions}
    found = {n: copy.deepcopy(p) for n, p in own.parameters.definitions.items() if n in declared}
    return ParameterSpec(definitions=found)


def definitions_of(spec: Any, kind: str) -> dict[str, Any]:
    """Return a file's `metrics` or `data_sources`; an outcome holds metrics one level higher."""
    found = getattr(spec, kind)
    return found if isinstance(found, dict) else found.definitions
