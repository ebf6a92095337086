"""A small hub, one entry of Experimenter's, and the checks on them."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from metric_config_parser.analysis import AnalysisConfiguration, AnalysisSpec
from metric_config_parser.experiment import Experiment

import hostile
from conftest import REPOSITORY
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.inputs.checks import check_config, check_experiment, check_wanted, exception_type
from dbt_jetstream.inputs.experiments import read_experiments
from dbt_jetstream.inputs.hub import read_hub
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.inputs.resolve import resolve

SLUG = "dark-mode"
ENTRY: dict[str, Any] = hostile.ENTRY | {"slug": SLUG, "outcomes": []}
DEFINITIONS = """
[data_sources.main]
from_expression = "telemetry.main"
experiments_column_type = "simple"

[data_sources.clicks]
from_expression = "telemetry.clicks"
experiments_column_type = "none"

[metrics.pings]
select_expression = "COUNT(*)"
data_source = "main"
[metrics.pings.statistics.sum]

[segments.regulars]
select_expression = "LOGICAL_OR(ds.is_regular)"
data_source = "seen"

[segments.data_sources.seen]
from_expression = "telemetry.seen"
"""


def written(folder: Path, *entries: Any) -> Path:
    path = folder / "experiments.json"
    path.write_text(json.dumps(entries))
    return path


class Desk:
    """A small hub, one entry of Experimenter's, and the checks on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.platforms = read_platforms(REPOSITORY)

    def experiment(self, **changes: Any) -> Experiment:
        (found,) = read_experiments(written(self.folder, ENTRY | changes))
        return found

    def resolved(self, config: str, **changes: Any) -> AnalysisConfiguration:
        for name, text in {
            "definitions/firefox_desktop.toml": DEFINITIONS,
            f"jetstream/{SLUG}.toml": config,
        }.items():
            path = self.folder / "hub" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return resolve(read_hub(self.folder / "hub"), self.experiment(**changes))

    def check(self, config: str = "", **changes: Any) -> list[ConfigError]:
        """Return the warnings; mistakes are raised."""
        return check_config(self.resolved(config, **changes), "own.toml")

    def mistakes(self, config: str = "", **changes: Any) -> list[tuple[str, str]]:
        """Return the type and the line of each mistake in the resolved configuration."""
        with pytest.raises(ConfigErrors) as caught:
            self.check(config, **changes)
        return listed(caught.value)

    def facts(self, **changes: Any) -> list[tuple[str, str]]:
        """Return the type and the line of each mistake in Experimenter's facts."""
        with pytest.raises(ConfigErrors) as caught:
            check_experiment(self.experiment(**changes), self.platforms)
        return listed(caught.value)

    def unwanted(
        self, config: str = "", ended_before: dt.date | None = None, **changes: Any
    ) -> list[tuple[str, str]]:
        """Return the type and the line of the reason not to analyse the experiment at all."""
        own = AnalysisSpec.from_dict(tomllib.loads(config)).experiment
        try:
            check_wanted(self.experiment(**changes), own, "own.toml", ended_before)
        except ConfigErrors as errors:
            return listed(errors)
        return []


def listed(errors: ConfigErrors) -> list[tuple[str, str]]:
    return [(exception_type(error), str(error)) for error in errors.errors]
