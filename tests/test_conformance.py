"""Every configuration of metric-hub comes out as the original's parser and mozanalysis read it."""

from __future__ import annotations

import copy
import datetime as dt
import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import attr
import pytest
import sqlglot
from metric_config_parser.analysis import AnalysisConfiguration, AnalysisSpec
from metric_config_parser.config import ConfigCollection, LocalConfigCollection
from metric_config_parser.errors import DefinitionNotFound
from metric_config_parser.experiment import Branch, Experiment
from metric_config_parser.metric import AnalysisPeriod
from mozanalysis.experiment import TimeLimits
from sqlglot import exp

from bigquery_statements import Statements
from conftest import REPOSITORY, SHARED, Project, copy_project
from dbt_jetstream.errors import ConfigErrors
from dbt_jetstream.experiments import read_experiments
from dbt_jetstream.hub import Hub, HubAddress, read_hub
from dbt_jetstream.lock.document import LockedExperiment, lock
from dbt_jetstream.naming import normalise
from dbt_jetstream.platforms import read_platforms
from dbt_jetstream.render import Renderer
from dbt_jetstream.resolve import resolve
from dbt_jetstream.statistics.catalogue import PRE_TREATMENTS, STATISTICS
from dbt_jetstream.sync import Request, SyncReport, sync
from dbt_jetstream.validation.check import holds_expressions
from dbt_jetstream.validation.sample import sample_experiment
from partition_filters import scans

HUB = SHARED / "metric-hub"
EXPERIMENTS = SHARED / "metric-hub-experiments.json"
pytestmark = pytest.mark.skipif(
    not HUB.exists(), reason="needs a copy of metric-hub at ../shared/metric-hub"
)
TIME_SERIES = {
    AnalysisPeriod.DAY: "daily",
    AnalysisPeriod.WEEK: "weekly",
    AnalysisPeriod.DAYS_28: "28_day",
}
# dbt takes more than a second for each; 1 is all of them.
DBT_PARSES_EVERY = int(os.environ.get("JETSTREAM_TEST_PARSES_EVERY", "7"))
# Summaries hold names alone, and their SQL takes seconds to parse: a few stand for all.
SUMMARIES_PARSED_EVERY = 60
# The statements around models hold names alone.
AROUND_PARSED_EVERY = 10
NEW_ROWS = {"submission_date": [dt.date(2024, 3, 4)], "window_index": [3, 4]}
# Tables of which BigQuery may have to read more than the dates that a model asks for, by model.
# Each is the doing of a data source or an enrollment query of the hub: it groups before anybody can
# filter, or reads a second table without a filter of its own. docs/bigquery.md tells of each.
EVENTS_STREAM = "mozdata.firefox_desktop.events_stream"
METRICS = "mozdata.firefox_desktop.metrics"
PROD = "moz-fx-data-shared-prod"
URLBAR = "mozdata.firefox_desktop.urlbar_events_daily_engagement_by_product_result_type"
NOT_PRUNED = {
    "chatbot_client_days": {EVENTS_STREAM},
    "crash_cleaned_client_days": {
        f"{PROD}.telemetry.events",
        f"{PROD}.telemetry.main",
        f"{PROD}.telemetry_stable.crash_v4",
    },
    "crash_hour_client_days": {
        f"{PROD}.telemetry_stable.main_v4",
        f"{PROD}.telemetry_stable.main_v5",
    },
    "enrollments": {
        EVENTS_STREAM,
        URLBAR,
        "mozdata.telemetry.desktop_active_users",
        f"{PROD}.fenix.firefox_android_clients",
        f"{PROD}.firefox_desktop.events_stream",
        f"{PROD}.firefox_desktop.onboarding",
        f"{PROD}.org_mozilla_ios_firefox.metrics",
        f"{PROD}.telemetry.clients_first_seen",
    },
    "exposure_days": {EVENTS_STREAM, URLBAR},
    "main_cleaned_client_days": {f"{PROD}.telemetry.events"},
    "overall": {EVENTS_STREAM},
    "pbm_ad_click_events_client_days": {f"{PROD}.firefox_desktop.events"},
    "pdf_images_alttext_client_days": {EVENTS_STREAM, METRICS},
    "profile_restore_events_v1_client_days": {METRICS},
    "sidebar_disable_client_days": {METRICS},
    "sidebar_toggle_client_days": {EVENTS_STREAM},
    "special_onboarding_events_client_days": {f"{PROD}.messaging_system.onboarding"},
    "special_onboarding_events_v2_client_days": {"mozdata.org_mozilla_firefox.events_stream"},
    "tab_group_create_client_days": {EVENTS_STREAM},
    "urlbar_product_autofill_client_days": {URLBAR},
    "web_app_events_client_days": {f"{PROD}.firefox_desktop.events_stream"},
    "weekly": {EVENTS_STREAM},
}
ANDROID = {"release-android-onboarding-redesign"}


@dataclass
class Synced:
    """All of metric-hub in one project."""

    project: Project
    report: SyncReport
    experiments: dict[str, Experiment]
    fitted: int

    @property
    def locked(self) -> dict[str, LockedExperiment]:
        return {experiment.slug: experiment for experiment in self.report.experiments}


@pytest.fixture(scope="module")
def synced(tmp_path_factory: pytest.TempPathFactory) -> Synced:
    folder = tmp_path_factory.mktemp("metric-hub")
    project = copy_project(folder / "project")
    plain = json.loads(EXPERIMENTS.read_text())
    fitted = [_fitted(entry) for entry in plain]
    path = folder / "experiments.json"
    path.write_text(json.dumps(fitted))
    report = sync(Request([HubAddress(str(HUB))], path, project.path))
    known = {str(e.normandy_slug): e for e in read_experiments(path)}
    changed = sum(old != new for old, new in zip(plain, fitted, strict=True))
    return Synced(project, report, known, changed)


def _fitted(entry: dict[str, Any]) -> dict[str, Any]:
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


@pytest.fixture(scope="module")
def hub() -> Hub:
    return read_hub(HUB)


@pytest.fixture(scope="module")
def original() -> ConfigCollection:
    """The hub as the original reads it: Jetstream's folder merged over the shared one."""
    found = LocalConfigCollection.from_local_path(str(HUB))
    found.merge(LocalConfigCollection.from_local_path(str(HUB / "jetstream")))
    return found


def _resolved(original: ConfigCollection, experiment: Experiment) -> AnalysisConfiguration:
    slug = str(experiment.normandy_slug)
    # Resolving changes what it resolves. Other configs are not looked at, and take long to copy.
    only_its_own = [config for config in original.configs if config.slug == slug]
    configs = copy.deepcopy(attr.evolve(original, configs=only_its_own))
    spec = AnalysisSpec.default_for_experiment(experiment, configs)
    own = configs.spec_for_experiment(slug)
    if own is not None:
        spec.merge(own)
    return spec.resolve(experiment, configs)


@pytest.fixture(scope="module")
def resolved(
    synced: Synced, original: ConfigCollection
) -> dict[str, tuple[LockedExperiment, AnalysisConfiguration]]:
    return {
        slug: (locked, _resolved(original, synced.experiments[slug]))
        for slug, locked in synced.locked.items()
    }


def test_every_experiment_is_locked_unless_its_config_skips_it(synced: Synced) -> None:
    assert len(synced.experiments) == 467
    # The plain experiments know nothing of the dates and branches in configs.
    assert synced.fitted == 58
    assert synced.report.refused == {}
    assert {*synced.locked, *synced.report.skipped} == {*synced.experiments}
    for slug in synced.report.skipped:
        assert re.search(r"^skip = true", (HUB / f"jetstream/{slug}.toml").read_text(), re.M)


def test_dbt_parses_a_part_of_them_together(synced: Synced, tmp_path: Path) -> None:
    chosen = synced.report.experiments[::DBT_PARSES_EVERY]
    others = set(synced.locked) - {locked.slug for locked in chosen}
    project = Project(tmp_path / "project")
    shutil.copytree(synced.project.path, project.path, ignore=shutil.ignore_patterns(*others))
    done = project.run("dbt", "parse")
    assert done.returncode == 0, done.stdout[-3000:]
    manifest = json.loads((project.path / "target/manifest.json").read_text())
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(models) == sum(len(locked.nodes) for locked in chosen)


def test_the_bigquery_sql_of_each_can_be_parsed_and_reads_few_partitions(synced: Synced) -> None:
    statements = Statements(REPOSITORY)
    not_pruned: dict[str, set[str]] = {}
    seen: set[str] = set()
    for i, locked in enumerate(synced.report.experiments):
        everything = i % SUMMARIES_PARSED_EVERY == 0
        wanted = (lambda _: True) if everything else holds_expressions
        telemetry = {table.dotted: None for table in locked.tables}
        for name, sql in statements.create(locked, wanted).items():
            shape = _without_names(sql, locked.slug)
            if shape in seen:
                continue
            seen.add(shape)
            create = _parsed(sql)
            assert isinstance(create, exp.Create)
            tables = {t for t, is_pruned in scans(create.expression, telemetry) if not is_pruned}
            if tables:
                model = name.replace(normalise(locked.slug), "").strip("_")
                not_pruned.setdefault(model, set()).update(tables)
    assert not_pruned == NOT_PRUNED


def _without_names(sql: str, slug: str) -> str:
    """What of SQL differs between experiments that are computed alike, replaced."""
    sql = sql.replace(normalise(slug), "slug").replace(slug, "slug")
    named_after_expressions = re.sub(r"\b\w+_[0-9a-f]{6}\b", "expression", sql)
    hashed = re.sub(r"'[0-9a-f]{16}'", "'hash'", named_after_expressions)
    return re.sub(r"\d{4}-\d{2}-\d{2}", "2024-01-01", hashed)


def test_the_statements_around_the_models_of_each_can_be_parsed(synced: Synced) -> None:
    statements = Statements(REPOSITORY)
    parsed = 0
    for locked in synced.report.experiments[::AROUND_PARSED_EVERY]:
        hooks = [hook for found in statements.hooks(locked).values() for hook in found]
        merged = statements.merge(locked, NEW_ROWS).values()
        for sql in [*merged, *hooks, *statements.around(locked), *statements.data_tests(locked)]:
            _parsed(sql)
            parsed += 1
    assert parsed > 1000


def _parsed(text: str) -> exp.Expr:
    """Parse statements; return the last."""
    found = [statement for statement in sqlglot.parse(text, dialect="bigquery") if statement]
    assert found
    # What sqlglot does not know is a command, which says nothing about its text.
    assert not any(isinstance(statement, exp.Command) for statement in found), text
    return found[-1]


def _columns(locked: LockedExperiment, period: AnalysisPeriod) -> dict[str, dict[str, Any]]:
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


def test_metrics_and_bases_of_each_period_are_the_original_s(
    resolved: dict[str, tuple[LockedExperiment, AnalysisConfiguration]],
) -> None:
    for slug, (locked, config) in resolved.items():
        for period in AnalysisPeriod:
            metrics = {s.metric.name: s.metric for s in config.metrics[period]}
            upstream = [s.metric for m in metrics.values() for s in m.depends_on or []]
            expected = {m.name: m for m in [*upstream, *metrics.values()] if m.select_expression}
            found = _columns(locked, period)
            assert {*found} == {*expected}, (slug, period)
            for name, metric in found.items():
                bases = [basis.value for basis in expected[name].analysis_bases]
                assert metric["bases"] == bases, (slug, name)


def test_statistics_and_their_parameters_are_the_original_s(
    resolved: dict[str, tuple[LockedExperiment, AnalysisConfiguration]],
) -> None:
    for slug, (locked, config) in resolved.items():
        (node,) = [
            node for node in locked.nodes if "statistics" in node.meta and "metadata" in node.meta
        ]
        found = {
            (s["metric"], s["statistic"], period): s
            for s in node.meta["statistics"]
            for period in s["periods"]
        }
        expected = {
            (s.metric.name, STATISTICS[s.statistic.name].label, period.table_suffix): s
            for period in AnalysisPeriod
            for s in config.metrics[period]
        }
        assert {*found} == {*expected}, slug
        for key, statistic in found.items():
            _assert_same_parameters(statistic, expected[key], (slug, key))


def _assert_same_parameters(statistic: dict[str, Any], summary: Any, where: Any) -> None:
    treatments = [
        {"name": p.name, **PRE_TREATMENTS[p.name].parameters, **p.args}
        for p in summary.pre_treatments
    ]
    assert statistic["pre_treatments"] == treatments, where
    for key in ("drop_highest", "grid_size", "log_space", "confidence_interval"):
        if key in summary.statistic.params:
            assert statistic[key] == summary.statistic.params[key], (where, key)
    adjustment = summary.statistic.params.get("covariate_adjustment")
    if adjustment and statistic.get("covariate"):
        covariate = statistic["covariate"]
        assert covariate["metric"] == adjustment.get("metric", statistic["metric"]), where


def test_segments_and_their_windows_are_the_original_s(
    resolved: dict[str, tuple[LockedExperiment, AnalysisConfiguration]],
) -> None:
    for slug, (locked, config) in resolved.items():
        found = {
            segment["name"]: (source["data_source"], source["window_start"], source["window_end"])
            for source in locked.nodes[0].meta["segment_sources"]
            for segment in source["segments"]
        }
        expected = {
            s.name: (s.data_source.name, s.data_source.window_start, s.data_source.window_end)
            for s in config.experiment.segments
        }
        assert found == expected, slug


def _windows(renderer: Renderer, node: Any) -> list[tuple[int, int]]:
    """The windows that are due once the experiment has ended."""
    experiment = node.meta["experiment"]
    renderer.environment.globals["env_var"] = lambda *_: experiment["end_date"]
    due = renderer.macros["windows_due"](node.meta["windows"], experiment)
    return [(window["start"], window["end"]) for window in due]


def _expected_windows(period: AnalysisPeriod, config: Any) -> Iterator[tuple[int, int]]:
    dates = config.enrollment_period + 1
    length = (config.end_date - config.start_date).days - dates + 1
    if period in TIME_SERIES:
        limits = TimeLimits.for_ts(
            f"{config.start_date:%Y-%m-%d}",
            f"{config.end_date:%Y-%m-%d}",
            TIME_SERIES[period],
            dates,
        )
        yield from ((window.start, window.end) for window in limits.analysis_windows)
    elif period == AnalysisPeriod.OVERALL:
        yield (0, length - 1)
    else:
        yield (-7 if period == AnalysisPeriod.PREENROLLMENT_WEEK else -28, -1)


def test_windows_are_mozanalysis(
    resolved: dict[str, tuple[LockedExperiment, AnalysisConfiguration]],
) -> None:
    renderer = Renderer(REPOSITORY, "bigquery")
    compared = 0
    for slug, (locked, config) in resolved.items():
        last = config.experiment.start_date + dt.timedelta(days=config.experiment.enrollment_period)
        if config.experiment.end_date <= last + dt.timedelta(days=28):
            continue  # mozanalysis refuses a series without a whole period
        for node in [node for node in locked.nodes if "windows" in node.meta]:
            period = next(p for p in AnalysisPeriod if p.table_suffix == node.meta["period"])
            expected = list(_expected_windows(period, config.experiment))
            assert _windows(renderer, node) == expected, (slug, period)
            compared += 1
    assert compared > 1000


def test_every_outcome_can_be_computed_on_its_platform(hub: Hub) -> None:
    platforms = read_platforms(REPOSITORY)
    outcomes = [file for file in hub.files if file.kind == "outcome"]
    assert len(outcomes) == 43
    for file in outcomes:
        experiment = sample_experiment(file, file.application)
        config = resolve(hub, experiment)
        locked = lock(hub, experiment, config, platforms[file.application])
        weekly = {*_columns(locked, AnalysisPeriod.WEEK), *_columns(locked, AnalysisPeriod.DAY)}
        overall = {*_columns(locked, AnalysisPeriod.OVERALL)}
        assert weekly | overall, file.shown


def _experiment(slug: str) -> Experiment:
    start = dt.datetime(2024, 3, 4, tzinfo=dt.UTC)
    return Experiment(
        experimenter_slug=None,
        normandy_slug=slug,
        type="v6",
        status="Complete",
        branches=[Branch(slug="control", ratio=1), Branch(slug="treatment", ratio=1)],
        start_date=start,
        end_date=start + dt.timedelta(days=49),
        proposed_enrollment=7,
        reference_branch="control",
        is_high_population=False,
        app_name="fenix" if slug in ANDROID else "firefox_desktop",
    )


def test_what_the_original_refuses_is_refused_by_the_name_of_what_is_missing(
    synced: Synced, hub: Hub, original: ConfigCollection
) -> None:
    slugs = {c.slug for c in original.configs} - {*synced.experiments}
    assert len(slugs) == 20
    for slug in sorted(slugs):
        experiment = _experiment(slug)
        with pytest.raises(Exception) as theirs:  # noqa: PT011 - of several unrelated types
            _resolved(original, experiment)
        with pytest.raises(ConfigErrors) as ours:
            resolve(hub, experiment)
        missing = _missing(theirs.value)
        assert f"`{missing}`" in str(ours.value) or missing in str(ours.value), (slug, missing)
        assert str(Path(HUB / f"jetstream/{slug}.toml")) in str(ours.value)


def _missing(error: BaseException) -> str:
    """Find the name in the original's message: quoted, or the last word."""
    message = str(error)
    if isinstance(error, DefinitionNotFound):
        quoted = re.search(r"'([\w-]+)'", message)
        return quoted[1] if quoted else message.rsplit(maxsplit=1)[-1]
    return re.findall(r"'(\w+)'", message)[-1]
