"""The lock of an experiment as it lies in the project: what of it may change, and what may not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from metric_config_parser.metric import AnalysisPeriod

from dbt_jetstream import naming
from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.experiment import Timeline
from dbt_jetstream.lock.folder import HEADER, definitions
from dbt_jetstream.lock.models import EXPORT_STATISTICS
from dbt_jetstream.lock.nodes import short_hash
from dbt_jetstream.lock.verbatim import plain
from dbt_jetstream.lock.versions import RERUN_ASKED
from dbt_jetstream.yaml_text import dump

OVERALL = AnalysisPeriod.OVERALL.table_suffix
SECOND_MODEL = "\n- name: "


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

    @cached_property
    def text(self) -> str:
        """The file's text."""
        try:
            return self.path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            problem = "is no text; `git checkout` the file"
            raise ConfigErrors([ConfigError(self.path, "", problem)]) from error

    @cached_property
    def _first_config(self) -> dict[str, Any]:
        """The first model's config, which says what concerns all; the others are long."""
        end = self.text.find(SECOND_MODEL, self.text.find(SECOND_MODEL) + 1)
        config: dict[str, Any] = self._models(self.text[: end + 1 or None])[0]["config"]
        return config

    @property
    def _first(self) -> dict[str, Any]:
        meta: dict[str, Any] = self._first_config["meta"]
        return meta

    @property
    def dataset(self) -> str | None:
        """The experiment's own dataset, where it has one."""
        return self._first_config.get("schema")

    @cached_property
    def models(self) -> dict[str, dict[str, Any]]:
        """All models of the lock by name, with their columns, config and meta."""
        return {model["name"]: plain(model) for model in self._models(self.text)}

    def _models(self, text: str) -> list[dict[str, Any]]:
        models: list[dict[str, Any]] = self._document(text)["models"]
        return models

    def _document(self, text: str) -> dict[str, Any]:
        """Read the lock, or its beginning: its models, and what else dbt is told of them.

        Raises:
            ConfigErrors: If the lock is not as `sync` writes it.
        """
        try:
            document: dict[str, Any] = yaml.load(text, yaml.CSafeLoader)
            models = document["models"]
            for model in models:
                model["config"]["meta"]["experiment"]["end_date"]
            models[0]["config"]["meta"]["experiment"]["enrollment_period"]
        except (yaml.YAMLError, KeyError, TypeError, IndexError) as error:
            problem = "is no lock as `jetstream sync` writes it; `git checkout` the file"
            raise ConfigErrors([ConfigError(self.path, "", problem)]) from error
        return document

    @property
    def experiment(self) -> dict[str, Any]:
        """The part that all models share: dates and branches."""
        found: dict[str, Any] = self._first["experiment"]
        return found

    @property
    def versions(self) -> dict[str, Any]:
        """What made the lock."""
        found: dict[str, Any] = self._first.get("versions", {})
        return found

    @property
    def rerun_asked(self) -> str:
        """Up to when it has been computed anew as Experimenter asked; of old locks, their day."""
        return str(self.versions.get(RERUN_ASKED) or self.versions.get("locked_on") or "")

    @property
    def reruns(self) -> int:
        """How often the experiment was rerun."""
        return int(self._first.get("rerun", 0))

    @property
    def end_date(self) -> dt.date | None:
        """The experiment's last day."""
        return _date(self.experiment["end_date"])

    def hashes(self) -> dict[str, list[str]]:
        """Return, by model, the definition hashes whose rows may stand in its table."""
        metas = {model["name"]: model["config"]["meta"] for model in self._models(self.text)}
        return {n: [m["definition_hash"], *m.get("accepts", [])] for n, m in metas.items()}

    def exported(self) -> frozenset[str]:
        """Return the views of statistics that are exported."""
        models = self._models(self.text)
        return frozenset(m["name"] for m in models if _is_exported(m["config"]))

    def with_models(self, change: Callable[[dict[str, Any]], list[dict[str, Any]]]) -> str:
        """Return the lock's text with other models in the place of each."""
        document = self._document(self.text)
        models = document["models"]
        document["models"] = [changed for model in models for changed in change(model)]
        return HEADER + dump(document)

    def ending(self, end_date: dt.date | None) -> str:
        """Return the lock's text with another end date.

        A first end date adds the overall window and changes no row that is there. One that moves
        gives the tables that hold the window another hash, so that they are built anew.
        """
        document = self._document(self.text)
        windows = self._overall_windows(end_date)
        metas = [model["config"]["meta"] for model in document["models"]]
        parts = [part for meta in metas for part in _overall_parts(meta)]
        if not self.is_private:
            self._export_periods(document, end_date)
        moved = any(p["windows"]["length"] not in {None, windows["length"]} for p in parts)
        for part in parts:
            part["windows"] = windows
        for meta in metas:
            meta["experiment"]["end_date"] = end_date.isoformat() if end_date else None
            if moved and _holds_overall(meta):
                meta.pop("accepts", None)
                meta["definition_hash"] = _mixed(meta["definition_hash"], windows["length"])
        return HEADER + dump(document)

    def _export_periods(self, document: dict[str, Any], end_date: dt.date | None) -> None:
        """Export the periods that an experiment which ends then has; none that was is left out."""
        dates = self._ending(end_date)
        for period in filter(dates.can_have, AnalysisPeriod):
            view = naming.statistics(self.slug, period)
            for model in document["models"]:
                if model["name"] == view:
                    model["config"] |= EXPORT_STATISTICS

    def _overall_windows(self, end_date: dt.date | None) -> dict[str, Any]:
        return self._ending(end_date).windows(AnalysisPeriod.OVERALL)

    def _ending(self, end_date: dt.date | None) -> Timeline:
        start = _date(self.experiment["start_date"])
        assert start is not None
        return Timeline(start, self.experiment["enrollment_period"], end_date)


def held_locks(project: Path) -> dict[str, HeldLock]:
    """Find every lock of the project, by slug."""
    found = (HeldLock(slug, path, private) for slug, private, path in definitions(project))
    return {lock.slug: lock for lock in found}


def _overall_parts(meta: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what describes the overall window in a model's meta."""
    candidates = [meta] if meta.get("period") == OVERALL else []
    periods = meta.get("periods", {})
    candidates += [periods[OVERALL]] if OVERALL in periods else []
    yield from (part for part in candidates if isinstance(part, dict) and "windows" in part)


def _is_exported(config: dict[str, Any]) -> bool:
    # Earlier versions called it without the name of its package.
    return "export_statistics()" in str(config.get("post_hook", ""))


def _holds_overall(meta: dict[str, Any]) -> bool:
    return any(_overall_parts(meta)) or OVERALL in meta.get("periods", {})


def _mixed(definition_hash: str, length: int | None) -> str:
    return short_hash([definition_hash, length])


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
