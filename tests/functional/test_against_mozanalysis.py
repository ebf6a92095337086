"""Enrollments and metrics equal those that mozanalysis' own SQL gives on the same telemetry.

The golden experiment covers desktop clients; these cover Glean, profile groups and a custom
enrollment query.
"""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from metric_config_parser import AnalysisUnit
from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import EnrollmentsQueryType
from metric_config_parser.metric import AnalysisPeriod
from mozanalysis.experiment import Experiment, TimeLimits
from mozanalysis.metrics import DataSource, Metric
from mozanalysis.segments import Segment, SegmentDataSource
from mozilla_nimbus_schemas import AnalysisBasis

from conftest import REPOSITORY, Project, demo_project
from dbt_jetstream.experiments import read_experiments
from dbt_jetstream.hub import read_hub
from dbt_jetstream.resolve import resolve
from dbt_jetstream.sql.dialect import parse_query, replace_tables, table_names

DESKTOP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"
START, LAST = "2026-03-02", "2026-04-15"
ENROLLMENT_DATES = 8

CUSTOM_QUERY = """
SELECT
    client_id AS analysis_id,
    mozfun.map.get_key(event_map_values, 'branch') AS branch,
    MAX(submission_date) AS enrollment_date, -- the last event, to tell it from the built-in query
    COUNT(*) AS num_enrollment_events
FROM `mozdata.telemetry.events`
WHERE event_method = 'enroll' AND event_string_value = '{{experiment.normandy_slug}}'
    AND submission_date BETWEEN '{{experiment.start_date_str}}'
    AND '{{experiment.last_enrollment_date_str}}'
GROUP BY 1, 2
"""


@dataclass
class Case:
    """An experiment that was built, and what the parser resolves it to."""

    project: Project
    config: AnalysisConfiguration
    query_type: EnrollmentsQueryType

    @property
    def slug(self) -> str:
        return str(self.config.experiment.normandy_slug)

    def mozanalysis(self) -> Experiment:
        unit = self.config.experiment.analysis_unit or AnalysisUnit.CLIENT
        return Experiment(
            experiment_slug=self.slug,
            start_date=START,
            num_dates_enrollment=ENROLLMENT_DATES,
            app_id=self.config.experiment.app_id.replace("-", "_"),
            app_name=self.config.experiment.app_name,
            analysis_unit=unit,
        )


def _case(folder: Path, slug: str, own_config: str, query_type: EnrollmentsQueryType) -> Case:
    project = demo_project(folder / "project", slug, seed=3)
    hub = folder / "hub"
    shutil.copytree(REPOSITORY / "metric_hub", hub)
    config = hub / f"jetstream/{slug}.toml"
    text = config.read_text() if config.exists() else "[experiment]\n"
    config.write_text(text.replace("[experiment]\n", f"[experiment]\n{own_config}\n", 1))
    experiments = REPOSITORY / "demo/experiments.json"
    project.sync(hub, experiments, slug)
    project.build(slug, LAST)
    experiment = next(e for e in read_experiments(experiments) if e.normandy_slug == slug)
    return Case(project, resolve(read_hub(hub), experiment), query_type)


CASES = {
    "glean": (FENIX, "sample_size = 60", EnrollmentsQueryType.GLEAN_EVENT),
    "profile groups": (
        DESKTOP,
        'analysis_unit = "profile_group_id"',
        EnrollmentsQueryType.NORMANDY,
    ),
    "custom query": (
        DESKTOP,
        f"enrollment_query = '''{CUSTOM_QUERY}'''",
        EnrollmentsQueryType.NORMANDY,
    ),
}


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Case:
    return _case(tmp_path_factory.mktemp("mozanalysis"), *CASES[request.param])


def _run(case: Case, sql: str, extra_tables: dict[str, str] | None = None) -> list[dict]:
    """Run mozanalysis' BigQuery SQL on the project's database."""
    tree = parse_query(sql)
    places = {name: ".".join(name.split(".")[-2:]) for name in table_names(tree)}
    with duckdb.connect(str(case.project.database)) as connection:
        found = connection.execute(
            replace_tables(tree, places | (extra_tables or {}), dialect="duckdb")
        )
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _limits(start: int, length: int) -> TimeLimits:
    return TimeLimits.for_single_analysis_window(START, LAST, start, length, ENROLLMENT_DATES)


def _segments(case: Case) -> list[Segment]:
    found = []
    for segment in case.config.experiment.segments:
        source = segment.data_source
        data_source = SegmentDataSource(
            name=source.name,
            from_expr=source.from_expression,
            window_start=source.window_start,
            window_end=source.window_end,
            client_id_column=source.client_id_column,
            group_id_column=source.group_id_column,
        )
        found.append(Segment(segment.name, data_source, segment.select_expression))
    return found


def _metrics(case: Case, period: AnalysisPeriod) -> list[Metric]:
    metrics = {s.metric.name: s.metric for s in case.config.metrics[period]}
    return [
        Metric(m.name, DataSource.from_mcp_data_source(m.data_source), m.select_expression)
        for m in metrics.values()
        if m.data_source is not None
    ]


def _assert_same(ours: list[dict], theirs: list[dict], columns: list[str]) -> None:
    def key(row: dict) -> tuple:
        return (str(row["analysis_id"]), str(row["branch"]))

    assert sorted(map(key, ours)) == sorted(map(key, theirs))
    expected = {key(row): row for row in theirs}
    for row in ours:
        for column in columns:
            mine, its = row[column], expected[key(row)][column]
            if isinstance(its, float) and mine is not None:
                assert math.isclose(mine, its, rel_tol=1e-9, abs_tol=1e-12), (row, column, its)
            else:
                assert mine == its, (row, column, its)


def test_enrollments_equal_mozanalysis(case: Case) -> None:
    sql = case.mozanalysis().build_enrollments_query(
        time_limits=_limits(0, 1),
        enrollments_query_type=case.query_type,
        custom_enrollments_query=case.config.experiment.enrollment_query,
        segment_list=_segments(case),
        sample_size=case.config.experiment.sample_size,
    )
    theirs = _run(case, sql.replace("raw_enrollments.*,\n            \n", "raw_enrollments.*\n"))
    table = f"analysis.enrollments_{case.slug.replace('-', '_')}"
    ours = _run(case, f"select * from {table}")
    assert len(ours) > 100
    columns = ["enrollment_date", "num_enrollment_events", "exposure_date", "num_exposure_events"]
    _assert_same(ours, theirs, columns + [s.name for s in case.config.experiment.segments])


WINDOWS = {
    (AnalysisPeriod.DAY, 1): (0, 1),
    (AnalysisPeriod.WEEK, 2): (7, 7),
    (AnalysisPeriod.OVERALL, 1): (0, 37),
    (AnalysisPeriod.PREENROLLMENT_WEEK, 1): (-7, 7),
}


@pytest.mark.parametrize("window", WINDOWS, ids=lambda w: f"{w[0].value} {w[1]}")
@pytest.mark.parametrize("basis", AnalysisBasis, ids=lambda b: b.value)
def test_metrics_equal_mozanalysis(
    case: Case, basis: AnalysisBasis, window: tuple[AnalysisPeriod, int]
) -> None:
    period, index = window
    table = case.slug.replace("-", "_")
    metrics = _metrics(case, period)
    sql = case.mozanalysis().build_metrics_query(
        metric_list=metrics,
        time_limits=_limits(*WINDOWS[window]),
        enrollments_table=f"analysis.enrollments_{table}",
        analysis_basis=basis,
    )
    theirs = _run(case, sql)
    ours = _run(
        case,
        f"select * from analysis.{table}_{period.table_suffix} "
        f"where analysis_basis = '{basis.value}' and window_index = {index}",
    )
    assert len(ours) > 100
    columns = [metric.name for metric in metrics]
    sanity = [name for name in theirs[0] if "_has_" in name]
    _assert_same(ours, theirs, columns + sanity)
