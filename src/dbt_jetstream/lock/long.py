"""Reads a lock of the long format, in which dbt's properties file was the lock, as a definition.

What was built from it stands: its hashes are kept as they are, whatever made them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from dbt_jetstream.common import naming
from dbt_jetstream.common.errors import ConfigError, ConfigErrors
from dbt_jetstream.lock.definition.definition import (
    FORMAT,
    Accepting,
    Checkout,
    Definition,
    Enrollment,
    Experiment,
    Hash,
    Hashes,
    Outcome,
    Versions,
)
from dbt_jetstream.lock.definition.measures import Part
from dbt_jetstream.lock.expand import expand, places_of
from dbt_jetstream.lock.nodes.shared import EXPORT_STATISTICS
from dbt_jetstream.lock.nodes.verbatim import plain
from dbt_jetstream.lock.parts.experiment import periods_of
from dbt_jetstream.lock.parts.fragments import bigquery_sql
from dbt_jetstream.lock.parts.metadata import PACKAGE
from dbt_jetstream.lock.parts.metrics import LockedDataSource, LockedMetric
from dbt_jetstream.lock.parts.short import (
    DEFAULTS,
    data_sources,
    measures,
    segment_source,
    segments_of,
    signal_of,
)
from dbt_jetstream.lock.parts.whole import CHECKS, PERIODS, title

OWNERS = re.compile(r"` Owners? of the metric: (.*)\.$", re.DOTALL)
SEGMENT = "Segment: "
DATES = ("start_date", "last_enrollment_date", "end_date")
WORD = re.compile(r"\w+")
UNREADABLE = "is no lock as `jetstream sync` writes it; `git checkout` the file"
Model = Mapping[str, Any]


def read_long(path: Path, text: str) -> Definition:
    """Read a lock of the long format.

    Raises:
        ConfigErrors: If it is none.
    """
    try:
        models = yaml.load(text, yaml.CSafeLoader)["models"]
        return _Long([plain(model) for model in models]).definition()
    except (yaml.YAMLError, ValueError, KeyError, TypeError, IndexError, StopIteration) as error:
        raise ConfigErrors([ConfigError(path, "", UNREADABLE)]) from error


class _Long:
    """The models of a long lock."""

    def __init__(self, models: list[dict[str, Any]]) -> None:
        self.enrollments = models[0]
        self.meta = models[0]["config"]["meta"]
        self.slug = self.meta["experiment"]["slug"]
        self.models = {
            model["name"]: model for found in models for model in _divided(self.slug, found)
        }
        self.metas = {name: model["config"]["meta"] for name, model in self.models.items()}
        self.periods = {m["period"]: m for m in self.metas.values() if "data_sources" in m}

    def definition(self) -> Definition:
        """Return the definition, with the hashes of the lock."""
        experiment = self._experiment()
        statistics = self._statistics()
        metadata = self.metas[naming.statistics(self.slug)]["metadata"]
        segments = self.meta["segment_sources"]
        sources = self._sources()
        signal = self.meta.get("exposure_signal")
        exported = {name for name, model in self.models.items() if _is_exported(model)}
        definition = Definition(
            format=FORMAT,
            experiment=experiment,
            versions=self._versions(metadata),
            defaults=DEFAULTS,
            telemetry=self.meta["reads"],
            enrollment=Enrollment(**self.meta["enrollment"]),
            exposure_signal=signal_of(signal) if signal else None,
            segment_sources={part["data_source"]: segment_source(part) for part in segments},
            segments=segments_of(self._segments(), segments),
            periods=periods_of(experiment, self.periods, exported),
            data_sources=data_sources(sources),
            measures=measures(sources, statistics, self._described(metadata, sources)),
            outcomes={
                slug: Outcome(**{k: v for k, v in said.items() if k != "slug"})
                for slug, said in metadata["outcomes"].items()
            },
            external_config=metadata["external_config"],
        )
        return expand(replace(definition, hashes=self._hashes(definition))).definition

    def _experiment(self) -> Experiment:
        said: dict[str, Any] = dict(self.meta["experiment"])
        ratios = self.metas[naming.trust(self.slug)]["branches"]
        said |= {key: _date(said[key]) for key in DATES}
        del said["branches"]
        return Experiment(
            **said,
            branches={branch["slug"]: branch["ratio"] for branch in ratios},
            is_private=self.metas[naming.completeness(self.slug)]["is_private"],
            dataset=self.enrollments["config"].get("schema"),
        )

    def _versions(self, metadata: Mapping[str, Any]) -> Versions:
        said = dict(self.meta.get("versions", {}))
        locked_on = said.pop("locked_on", None) or metadata["version_date"][:10]
        revision = metadata["version_info"]["jetstream_image"]["revision"]
        return Versions(
            **{"packages": {PACKAGE: revision}, **said},
            locked_on=_date(locked_on),
            rerun=self.meta.get("rerun", 0),
            metric_definitions=[
                Checkout(**found) for found in metadata["version_info"]["metric_definitions"]
            ],
        )

    def _segments(self) -> dict[str, str]:
        columns = _columns(self.enrollments)
        return {name: columns[name].removeprefix(SEGMENT) for name in self.meta["segments"]}

    def _statistics(self) -> list[dict[str, Any]]:
        joints = self.metas[naming.pieces(self.slug)]["joint"]
        ratios = {
            joint["metric"]: {"numerator": joint["y"], "denominator": joint["x"]}
            for joint in joints
            if joint["role"] == "ratio"
        }
        parts = self.metas[naming.statistics(self.slug)]["statistics"]
        return [
            {**part, "ratio": ratios[part["metric"]]}
            if part["statistic"] == "population_ratio"
            else part
            for part in parts
        ]

    def _sources(self) -> list[LockedDataSource]:
        found: dict[str, LockedDataSource] = {}
        for period, meta in self.periods.items():
            columns = _columns(self.models[naming.metrics(self.slug, PERIODS[period])])
            for part in meta["data_sources"]:
                source = found.setdefault(part["name"], _source(part))
                metrics = {m.name: m for m in self._metrics(part, columns)}
                source.metrics[PERIODS[period]] = [
                    metrics[name] for name in columns if name in metrics
                ]
        return list(found.values())

    def _metrics(
        self, source: Mapping[str, Any], columns: Mapping[str, str]
    ) -> Iterator[LockedMetric]:
        name = source["name"]
        days = self.metas.get(naming.client_days(self.slug, name), {}).get("data_source", {})
        daily = {part["name"]: part["sql"] for part in days.get("parts", ())}
        combine = {part["name"]: part["combine"] for part in source["parts"]}
        checks = {f"{name}_{check}" for check in CHECKS}
        for metric in [*source["daily_metrics"], *source["direct_metrics"]]:
            select = metric.get("select_expression") or bigquery_sql(metric["sql"])
            is_daily = "reason" not in metric
            used = set(WORD.findall(bigquery_sql(metric["sql"]))) if is_daily else set()
            owners = OWNERS.search(columns[metric["name"]])
            yield LockedMetric(
                name=metric["name"],
                sql=metric["sql"],
                select_expression=select,
                bases=tuple(metric["bases"]),
                description=columns[metric["name"]].split(f" `{select}`")[0],
                parts=tuple(
                    Part(name=part, sql=daily[part], combine=combine[part])
                    for part in sorted(used & combine.keys())
                ),
                reason=metric.get("reason"),
                owners=tuple(owners[1].split(", ")) if owners else (),
                is_check=metric["name"] in checks and source["enrolled_branch"] is not None,
            )

    @staticmethod
    def _described(
        metadata: Mapping[str, Any], sources: Iterable[LockedDataSource]
    ) -> dict[str, dict[str, Any]]:
        """Return the texts about metrics; of those without statistics, from the columns."""
        columns = {m.name: {"description": m.description} for s in sources for m in s.distinct()}
        described = {
            name: {**said, "friendly_name": _unless_it_follows(name, said["friendly_name"])}
            for name, said in metadata["metrics"].items()
        }
        return {**columns, **described}

    def _hashes(self, definition: Definition) -> Hashes:
        found: dict[str, Any] = {}
        for kind, key, name in places_of(definition):
            if name not in self.metas:
                continue
            meta = self.metas[name]
            said: Hash = meta["definition_hash"]
            if meta.get("accepts"):
                said = Accepting(hash=meta["definition_hash"], accepts=meta["accepts"])
            if key is None:
                found[kind] = said
            else:
                found.setdefault(kind, {})[key] = said
        return Hashes(**found)


def _divided(slug: str, model: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what stands for a model: two for the table that once held pieces and moments."""
    if model["name"] != f"summaries_{naming.normalise(slug)}":
        return [model]
    return [{**model, "name": name(slug)} for name in (naming.pieces, naming.moments)]


def _source(part: Mapping[str, Any]) -> LockedDataSource:
    return LockedDataSource(
        name=part["name"],
        clause=part["from"],
        unit_column=part["unit_column"],
        date_column=part["date_column"],
        dated_tables=part.get("dated_tables", []),
        enrolled_branch=part["enrolled_branch"],
        tables=(),
    )


def _columns(model: Model) -> dict[str, str]:
    return {column["name"]: column["description"] for column in model["columns"]}


def _is_exported(model: Model) -> bool:
    return bool(model["config"].get("post_hook") == EXPORT_STATISTICS["post_hook"])


def _unless_it_follows(name: str, friendly_name: str) -> str | None:
    return None if friendly_name == title(name) else friendly_name


def _date(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
