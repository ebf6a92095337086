"""A hub as one experiment sees it: copies of all that resolving changes."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment
from metric_config_parser.config import ConfigCollection, DefinitionConfig, Outcome
from metric_config_parser.definition import DefinitionSpec
from metric_config_parser.metric import MetricDefinition


class RememberingEnvironment(SandboxedEnvironment):
    """Compiles each template text once; expressions are shared by hundreds of experiments."""

    def __init__(self, functions: dict[str, Any]) -> None:
        super().__init__(autoescape=False, undefined=jinja2.StrictUndefined)
        self.functions = {name: found.definition for name, found in functions.items()}
        self.globals.update(self.functions)
        self._known: dict[str, jinja2.Template] = {}

    def from_string(self, source: Any, *more: Any, **options: Any) -> jinja2.Template:
        """Compile `source`, or return what was compiled from it before."""
        if source not in self._known:
            self._known[source] = super().from_string(source, *more, **options)
        return self._known[source]


class ExperimentView(ConfigCollection):
    """The configs that one experiment resolves against.

    The parser writes into the definitions that it passes through: what one experiment configures
    would reach the next. A copy of the whole hub takes longer than all else; so the outcomes are
    copied, and a platform's metric when it is asked for.
    """

    def __init__(
        self,
        definition: DefinitionConfig | None,
        outcomes: Iterable[Outcome],
        environment: jinja2.Environment,
    ) -> None:
        super().__init__(
            outcomes=[copy.deepcopy(outcome) for outcome in outcomes],
            definitions=[definition] if definition else [],
        )
        self._environment = environment
        self._metrics: dict[str, MetricDefinition] = {}

    def get_env(self) -> jinja2.Environment:
        """Return the environment of the hub's functions."""
        return self._environment

    def get_metric_definition(self, slug: str, app_name: str) -> MetricDefinition | None:
        """Return the experiment's own copy of a platform's metric."""
        if slug not in self._metrics:
            definition = self._platform(app_name)
            if definition is None or slug not in definition.metrics.definitions:
                return None
            self._metrics[slug] = copy.copy(definition.metrics.definitions[slug])
        return self._metrics[slug]

    def get_data_source_definition(self, slug: str, app_name: str) -> Any:
        """Return a platform's data source."""
        definition = self._platform(app_name)
        return definition.data_sources.definitions.get(slug) if definition else None

    def _platform(self, app_name: str) -> DefinitionSpec | None:
        found = self.get_platform_definitions(app_name)
        return found if isinstance(found, DefinitionSpec) else None
