"""The example hub and the demo experiments agree with the demo's telemetry."""

from pathlib import Path

import duckdb
import pytest
import sqlglot
from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import Experiment
from metric_config_parser.metric import AnalysisPeriod, Metric

from conftest import REPOSITORY
from dbt_jetstream.demo import DESKTOP, FENIX, START_DATE, generate
from dbt_jetstream.inputs.experiments import read_experiments
from dbt_jetstream.inputs.hub import read_hub
from dbt_jetstream.inputs.resolve import resolve

Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    path: Path = tmp_path_factory.mktemp("hub") / "demo.duckdb"
    generate(path, 2_000, seed=1)
    return duckdb.connect(str(path))


def experiment(slug: str) -> Experiment:
    entries = read_experiments(REPOSITORY / "demo/experiments.json")
    return next(entry for entry in entries if entry.normandy_slug == slug)


def resolved(slug: str) -> AnalysisConfiguration:
    return resolve(read_hub(REPOSITORY / "metric_hub"), experiment(slug))


both_slugs = pytest.mark.parametrize("slug", [DESKTOP.slug, FENIX.slug])


@both_slugs
def test_the_hub_resolves_for_each_period(slug: str) -> None:
    metrics = resolved(slug).metrics
    filled = {period for period, summaries in metrics.items() if summaries}
    assert filled == set(AnalysisPeriod) - {AnalysisPeriod.PREENROLLMENT_DAYS_28}
    used = [s.statistic.name for summaries in metrics.values() for s in summaries]
    assert sum(name in {"bootstrap_mean", "binomial"} for name in used) > len(used) / 2


@both_slugs
def test_entries_and_generator_agree(slug: str) -> None:
    demo = DESKTOP if slug == DESKTOP.slug else FENIX
    entry = experiment(slug)
    assert tuple(branch.slug for branch in entry.branches) == demo.branches
    assert entry.app_name == demo.app
    assert entry.start_date is not None
    assert entry.start_date.date() == START_DATE
    # Enrollment from 2026-03-02 to 2026-03-08 is a period of 7 days.
    assert resolved(slug).experiment.enrollment_period == 7


@both_slugs
def test_every_metric_and_segment_explains_itself(slug: str) -> None:
    configuration = resolved(slug)
    named = [s.metric for summaries in configuration.metrics.values() for s in summaries]
    for item in [*named, *configuration.experiment.segments]:
        assert item.friendly_name, item.name
        assert item.description, item.name


def evaluate(connection: Connection, expression: str, source: str, slug: str) -> list[object]:
    """A select expression over all rows and over none, as BigQuery SQL on DuckDB."""
    tree = sqlglot.parse_one(
        f"select {expression.replace('{experiment_slug}', slug)} from {source} as ds",
        dialect="bigquery",
    )
    for table in tree.find_all(sqlglot.exp.Table):
        table.set("catalog", None)
    query = tree.sql(dialect="duckdb")
    return [connection.execute(sql).fetchall()[0][0] for sql in (query, f"{query} where false")]


def selected_metrics(slug: str) -> list[Metric]:
    summaries = [s for period in resolved(slug).metrics.values() for s in period]
    return [s.metric for s in summaries if s.metric.select_expression is not None]


@both_slugs
def test_every_metric_can_be_computed_from_the_telemetry(small: Connection, slug: str) -> None:
    for metric in selected_metrics(slug):
        source = metric.data_source.from_expr_for(None)
        everyone, _nobody = evaluate(small, metric.select_expression, source, slug)
        assert everyone, metric.name


def test_every_segment_can_be_computed_from_the_telemetry(small: Connection) -> None:
    segments = resolved(DESKTOP.slug).experiment.segments
    assert [segment.name for segment in segments] == ["heavy_users", "new_profiles"]
    for segment in segments:
        source = segment.data_source.from_expression
        everyone, nobody = evaluate(small, segment.select_expression, source, DESKTOP.slug)
        # All clients together are heavy users, nobody is a new profile.
        assert (everyone, nobody) == {"heavy_users": (True, False)}.get(segment.name, (False, True))
