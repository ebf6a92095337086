"""The configurations of metric-hub, with experiments that they fit."""

from __future__ import annotations

import copy
import datetime as dt
import tomllib
from dataclasses import dataclass
from typing import Any

import attr
import pytest
from metric_config_parser.analysis import AnalysisConfiguration, AnalysisSpec
from metric_config_parser.config import ConfigCollection
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod

from conftest import SHARED, Project
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.sync.request import SyncReport

HUB = SHARED / "metric-hub"
EXPERIMENTS = SHARED / "metric-hub-experiments.json"
# Those with the most statistics, counted by period, of which all telemetry's types are known;
# always looked at, beside a sample.
LARGEST = (
    "bug-1731908-pref-fission-beta-94-95-experiment-beta-94-95",
    "bug-1725055-pref-fission-release-92-experiment-release-92-92",
    "parallel-marking-experiment-2",
    "smart-shortcuts-v4p2",
    "bug-1676470-pref-warpbuilder-experiment-release-83-83",
)
# What configs name and the tables of today do not have, as a pattern. The plain experiments are of
# desktop, and so configs for phones find desktop's tables; others read what has been renamed or
# retired.
GONE_COLUMNS = (
    r"event|metrics_\w+|addons_\w+|pocket_\w+|widget_\w+|app_opened_\w+|customize_\w+"
    r"|default_browser_card_\w+|key|component"
)
requires_metric_hub = pytest.mark.skipif(
    not HUB.exists(), reason="needs a copy of metric-hub at ../shared/metric-hub"
)
# A locked experiment, and what the original's parser resolves it to, by slug.
Resolved = dict[str, tuple[LockedExperiment, AnalysisConfiguration]]


@dataclass
class Synced:
    """Experiments of metric-hub in one project.

    Attributes:
        project: The project.
        report: What sync said.
        experiments: The experiments by slug.
        fitted: To how many plain experiments dates or branches of their config were given.
    """

    project: Project
    report: SyncReport
    experiments: dict[str, Experiment]
    fitted: int

    @property
    def locked(self) -> dict[str, LockedExperiment]:
        return {experiment.slug: experiment for experiment in self.report.experiments}


def fitted(entry: dict[str, Any]) -> dict[str, Any]:
    """Give a plain experiment the branch and the dates that its config takes for granted."""
    own = tomllib.loads((HUB / f"jetstream/{entry['slug']}.toml").read_text())
    settings = own.get("experiment", {})
    fitted = {**entry, **_fitted_dates(entry, settings)}
    branches = [branch["slug"] for branch in entry["branches"]]
    reference = settings.get("reference_branch", branches[0])
    if reference not in branches and "enrollment_query" not in settings:
        fitted["branches"] = [*entry["branches"], {"slug": reference, "ratio": 1}]
    return fitted


def _fitted_dates(entry: dict[str, Any], settings: dict[str, Any]) -> dict[str, str]:
    """Move the dates that the config does not set, where it would end before enrollment does."""
    start, end, last = (
        dt.date.fromisoformat(text)
        for text in (
            settings.get("start_date", entry["startDate"]),
            settings.get("end_date", entry["endDate"]),
            entry["enrollmentEndDate"],
        )
    )
    enrolled = dt.timedelta(days=settings.get("enrollment_period", (last - start).days + 1))
    if enrolled > dt.timedelta() and start + enrolled <= end:
        return {}
    week = dt.timedelta(days=7)
    lasts = dt.timedelta(days=settings.get("enrollment_period", 7)) + 6 * week
    if "start_date" not in settings:
        start = end - lasts if "end_date" in settings else start
    end = end if "end_date" in settings else start + lasts
    dates = {"startDate": start, "enrollmentEndDate": start + week, "endDate": end}
    return {key: date.isoformat() for key, date in dates.items()}


def resolved_by_original(
    original: ConfigCollection, experiment: Experiment
) -> AnalysisConfiguration:
    slug = str(experiment.normandy_slug)
    # Resolving changes what it resolves. Other configs are not looked at, and take long to copy.
    only_its_own = [config for config in original.configs if config.slug == slug]
    configs = copy.deepcopy(attr.evolve(original, configs=only_its_own))
    spec = AnalysisSpec.default_for_experiment(experiment, configs)
    own = configs.spec_for_experiment(slug)
    if own is not None:
        spec.merge(own)
    return spec.resolve(experiment, configs)


def columns(locked: LockedExperiment, period: AnalysisPeriod) -> dict[str, dict[str, Any]]:
    """The locked metrics of a period by name, without the checks of data sources."""
    nodes = [n for n in locked.nodes if n.meta.get("period") == period.table_suffix]
    sources = [source for node in nodes for source in node.meta.get("data_sources", [])]
    checks = {
        f"{source['name']}_{check}"
        for source in sources
        for check in ("has_contradictory_branch", "has_non_enrolled_data")
    }
    found = {m["name"]: m for s in sources for m in [*s["daily_metrics"], *s["direct_metrics"]]}
    return {name: metric for name, metric in found.items() if name not in checks}
