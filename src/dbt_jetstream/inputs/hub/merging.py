"""Merges files into metric-config-parser's collection: of two definitions the later one wins."""

from __future__ import annotations

import copy
import datetime as dt
from typing import TYPE_CHECKING, Any

from metric_config_parser.config import (
    Config,
    ConfigCollection,
    DefaultConfig,
    DefinitionConfig,
    Outcome,
)
from metric_config_parser.definition import DefinitionSpec
from metric_config_parser.function import FunctionsSpec
from metric_config_parser.outcome import OutcomeSpec

from dbt_jetstream.inputs.hub.files import HubFile

if TYPE_CHECKING:
    pass

# The parser asks for it; nothing here depends on it.
LAST_MODIFIED = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def add(configs: ConfigCollection, file: HubFile) -> None:
    """Merge a file's spec; the files keep their own."""
    spec = copy.deepcopy(file.spec)
    if isinstance(spec, FunctionsSpec):
        assert configs.functions is not None
        configs.functions.functions.update(spec.functions)
    elif isinstance(spec, OutcomeSpec):
        same = [
            o for o in configs.outcomes if (o.slug, o.platform) == (file.name, file.application)
        ]
        for outcome in same:
            configs.outcomes.remove(outcome)
        configs.outcomes.append(Outcome(file.name, spec, file.application, None, file.is_private))
    elif isinstance(spec, DefinitionSpec):
        new = DefinitionConfig(file.name, spec, LAST_MODIFIED, platform=file.name)
        _add_or_merge(configs.definitions, new)
    elif file.kind == "default":
        _add_or_merge(configs.defaults, DefaultConfig(file.name, spec, LAST_MODIFIED))
    else:
        spec.experiment.is_private = spec.experiment.is_private or file.is_private
        _add_or_merge(configs.configs, Config(file.name, spec, LAST_MODIFIED, file.is_private))


def _add_or_merge(known: list[Any], new: Any) -> None:
    for config in known:
        if config.slug == new.slug:
            config.spec.merge(new.spec)
            return
    known.append(new)
