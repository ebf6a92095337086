"""Which file and key is to blame for a mistake in a resolved configuration."""

from __future__ import annotations

from pathlib import Path

from metric_config_parser.analysis import AnalysisConfiguration

from dbt_jetstream.common.errors import ConfigError


class Blamed:
    """A resolved configuration, and whom to blame for what is wrong with it."""

    def __init__(self, config: AnalysisConfiguration, own_file: Path | str | None) -> None:
        self.experiment = config.experiment
        self.spec = config.experiment.experiment_spec
        self.slug = str(config.experiment.normandy_slug)
        self.own_file = own_file

    def own(self, kind: type[ConfigError], key: str, problem: str) -> ConfigError:
        """Blame the `[experiment]` table of the experiment's own config."""
        return self.defined(kind, f"experiment.{key}", problem)

    def defined(self, kind: type[ConfigError], key: str, problem: str) -> ConfigError:
        """Blame the experiment's own config; without one, whatever lists the experiment."""
        if self.own_file is None:
            return kind(None, f"{self.slug}.{key}", problem)
        return kind(self.own_file, key, problem)

    def dated(self, kind: type[ConfigError], keys: dict[str, str], problem: str) -> ConfigError:
        """Blame the date that the config sets, or else Experimenter's.

        Args:
            kind: The mistake.
            keys: The config's keys that may be to blame, each with Experimenter's own.
            problem: What is wrong.
        """
        for key in keys:
            if getattr(self.spec, key) is not None:
                return self.own(kind, key, problem)
        return kind(None, f"{self.slug}.{next(iter(keys.values()))}", problem)
