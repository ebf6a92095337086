"""The lock of an experiment as it lies in the project: what of it may change, and what may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.definition.definition import Definition, Experiment, Versions
from dbt_jetstream.lock.definition.file import EDITED, FILE, read_definition, read_head
from dbt_jetstream.lock.definition.windows import Period
from dbt_jetstream.lock.expand import (
    LockedExperiment,
    expand,
    hashes_by_name,
    places_of,
    with_hashes,
)
from dbt_jetstream.lock.folder import definitions
from dbt_jetstream.lock.long import read_long
from dbt_jetstream.lock.nodes.node import known, short_hash
from dbt_jetstream.lock.nodes.shared import experiment_part
from dbt_jetstream.lock.parts.due import OVERALL, can_have
from dbt_jetstream.lock.parts.experiment import periods_of


@dataclass
class HeldLock:
    """A lock in the project.

    Attributes:
        slug: The experiment.
        path: Its file.
        is_private: Whether it is an experiment that must not be published.
    """

    slug: str
    path: Path
    is_private: bool

    @property
    def is_long(self) -> bool:
        """Whether an earlier version wrote it, in a longer format."""
        return self.path.name != FILE

    @cached_property
    def text(self) -> str:
        """The file's text."""
        try:
            return self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            problem = "is no text; `git checkout` the file"
            raise ConfigErrors([ConfigError(self.path, "", problem)]) from error

    @cached_property
    def definition(self) -> Definition:
        """What is locked."""
        read = read_long if self.is_long else read_definition
        return read(self.path, self.text)

    @cached_property
    def locked(self) -> LockedExperiment:
        """The models of the experiment.

        Raises:
            ConfigErrors: If they are not those that were locked.
        """
        found = expand(self.definition)
        if found.definition.expansion != self.definition.expansion:
            problem = (
                "does not stand for what was locked: it was edited, or another version of "
                f"dbt-jetstream reads it otherwise; {EDITED}"
            )
            raise ConfigErrors([ConfigError(self.path, "expansion", problem)])
        return found

    @cached_property
    def _head(self) -> tuple[Experiment, Versions]:
        if self.is_long or "definition" in vars(self):
            return self.definition.experiment, self.definition.versions
        return read_head(self.path, self.text)

    @cached_property
    def experiment(self) -> dict[str, Any]:
        """The part that all models share: dates and branches."""
        return experiment_part(self._head[0])

    @cached_property
    def versions(self) -> Versions:
        """What made the lock."""
        return self._head[1]

    @property
    def dataset(self) -> str | None:
        """The experiment's own dataset, where it has one."""
        return self._head[0].dataset

    @cached_property
    def models(self) -> dict[str, dict[str, Any]]:
        """All models of the lock by name, with their columns, config and meta."""
        return {node.name: known(node) for node in self.locked.nodes}

    @property
    def rerun_asked(self) -> str:
        """Up to when it has been computed anew as Experimenter asked; of old locks, their day."""
        return str(self.versions.rerun_asked or self.versions.locked_on or "")

    @property
    def reruns(self) -> int:
        """How often the experiment was rerun."""
        return self.versions.rerun

    @property
    def end_date(self) -> dt.date | None:
        """The experiment's last day."""
        return self._head[0].end_date

    def hashes(self) -> dict[str, list[str]]:
        """Return, by model, the definition hashes whose rows may stand in its table."""
        return hashes_by_name(self.definition)

    def exported(self) -> frozenset[str]:
        """Return the views of statistics that are exported."""
        if self.is_private:
            return frozenset()
        periods = self.definition.periods
        return frozenset(
            name
            for kind, period, name in places_of(self.definition)
            if kind == "views"
            and (periods[str(period)].exported or can_have(periods[str(period)], self.end_date))
        )

    def ending(self, end_date: dt.date | None) -> LockedExperiment:
        """Return the experiment with another end date.

        A first end date adds the overall window and changes no row that is there. One that moves
        gives the tables that hold the window another hash, so that they are built anew.
        """
        held = self.definition
        experiment = replace(held.experiment, end_date=end_date)
        periods = periods_of(experiment, held.periods, self.exported())
        before, after = _overall_length(held.periods), _overall_length(periods)
        definition = replace(held, experiment=experiment, periods=periods)
        found = expand(definition)
        if before in (None, after):
            return found
        mixed = {
            node.name: _mixed(hashes[0], after)
            for node in found.nodes
            if (hashes := self.hashes()[node.name]) and _holds_overall(node.meta)
        }
        return expand(with_hashes(definition, mixed))


def held_locks(project: Path) -> dict[str, HeldLock]:
    """Find every lock of the project, by slug."""
    found = (HeldLock(slug, path, private) for slug, private, path in definitions(project))
    return {lock.slug: lock for lock in found}


def _overall_length(periods: Mapping[str, Period]) -> int | None:
    return periods[OVERALL].length if OVERALL in periods else None


def _holds_overall(meta: Mapping[str, Any]) -> bool:
    is_overall = meta.get("period") == OVERALL and "windows" in meta
    return is_overall or OVERALL in meta.get("periods", {})


def _mixed(definition_hash: str, length: int | None) -> str:
    return short_hash([definition_hash, length])
