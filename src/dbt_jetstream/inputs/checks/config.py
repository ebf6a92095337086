"""Checks the resolved configuration of an experiment."""

from __future__ import annotations

from pathlib import Path

from metric_config_parser.analysis import AnalysisConfiguration

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.inputs.checks.dates import date_mistakes
from dbt_jetstream.inputs.checks.definitions import Definitions
from dbt_jetstream.inputs.checks.facts import Facts


def check_config(
    config: AnalysisConfiguration, own_file: Path | str | None = None
) -> list[ConfigError]:
    """Check the resolved configuration of an experiment that `check_experiment` let through.

    Args:
        config: The resolved configuration.
        own_file: The experiment's own config, if it has one.

    Returns:
        Warnings: what its author should know, but what does not keep it from being analysed.

    Raises:
        ConfigErrors: With all mistakes; a path is None where the file of the experiments is to
            blame.
    """
    facts, definitions = Facts(config, own_file), Definitions(config, own_file)
    errors = list(date_mistakes(config.experiment, facts.dated))
    if not errors:
        errors += facts.end_mistakes()
    errors += [*facts.mistakes(), *definitions.mistakes()]
    if errors:
        raise ConfigErrors(errors)
    return [*facts.warnings(), *definitions.warnings()]


def check_definitions(
    config: AnalysisConfiguration, own_file: Path | str | None = None
) -> list[ConfigError]:
    """Check what of a configuration is wrong for whatever experiment; see `check_config`."""
    facts, definitions = Facts(config, own_file), Definitions(config, own_file)
    errors = list(facts.own_date_mistakes())
    errors += [*facts.unsafe_reference(), *definitions.mistakes(are_dates_real=False)]
    if errors:
        raise ConfigErrors(errors)
    return list(definitions.warnings())
