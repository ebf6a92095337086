"""Enrollments and metrics equal those that mozanalysis' own SQL gives on the same telemetry.

What differs by design, and how the comparison takes it into account:

* A table that is written late equals the one written in time: telemetry later than the date on
  which a window, or enrollment, is due decides nothing. The original runs on that date, when there
  is none yet; so mozanalysis sees telemetry up to it.
* `{dataset}` in an exposure signal's data source is the experiment's own; mozanalysis is given that
  as the data source's default, which is all it would look at.
* Of two background-update records of one day the original takes any; the telemetry has none.
* mozanalysis refuses profile groups for Glean events unless it may choose the query itself:
  Normandy with `use_glean_ids`.
* Of joins mozanalysis knows nothing: it is given the joined tables as one.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import attr
import duckdb
import numpy as np
import pandas as pd
import pytest
from metric_config_parser import AnalysisUnit
from metric_config_parser.analysis import AnalysisConfiguration
from metric_config_parser.experiment import EnrollmentsQueryType
from metric_config_parser.exposure_signal import AnalysisWindow
from metric_config_parser.metric import AnalysisPeriod
from mozanalysis.experiment import Experiment, TimeLimits
from mozanalysis.exposure import ExposureSignal
from mozanalysis.frequentist_stats.linear_models import compare_branches_lm
from mozanalysis.metrics import DataSource, Metric
from mozanalysis.segments import Segment, SegmentDataSource
from mozanalysis_cases import (
    CASES,
    END,
    ENROLLMENT_DATES,
    EXTRA_PLATFORMS,
    GLEAN_DATASETS,
    IN_TWO_RUNS,
    JOINED_BY_HAND,
    LAST_ENROLLMENT,
    LATE,
    PLAIN,
    SEARCHES_BY_HAND,
    Case,
    write_experiments,
    write_hub,
)
from mozilla_nimbus_schemas import AnalysisBasis
from statsmodels.stats.weightstats import DescrStatsW

import telemetry
from conftest import Project, copy_project, selected
from dbt_jetstream.common.naming import dataset
from dbt_jetstream.inputs.experiments import read_experiments
from dbt_jetstream.inputs.hub import read_hub
from dbt_jetstream.inputs.resolve import resolve
from dbt_jetstream.sql.dialect import parse_query, replace_tables, table_names
from tiers import ALL, exhaustive

START = telemetry.START
NOT_COMPARED = (
    *("bins_*", "pieces_*", "moments_*"),
    *("statistics_*", "completeness_*", "trust_*"),
)
# Also built when the first week is due, so that the second run adds to what the first one read.


@dataclass
class Built:
    """The database in which all cases were built, and what the parser resolves them to."""

    connection: duckdb.DuckDBPyConnection
    configs: dict[str, AnalysisConfiguration]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Built]:
    folder = tmp_path_factory.mktemp("mozanalysis")
    project, hub, experiments = copy_project(folder / "project"), folder / "hub", folder / "e.json"
    write_hub(hub)
    write_experiments(experiments)
    with (project.path / "seeds/platforms.csv").open("a") as file:
        file.write(EXTRA_PLATFORMS)
    with duckdb.connect(str(project.database)) as connection:
        telemetry.create(connection, CASES, GLEAN_DATASETS)
    project.sync(hub, experiments)
    _dbt(project, "build", IN_TWO_RUNS, as_of=LAST_ENROLLMENT + dt.timedelta(days=6))
    _dbt(project, "run", ["*"], as_of=END)
    if ALL:
        _dbt(project, "build", PLAIN, as_of=END, excluded=())
    read = read_hub(hub)
    configs = {str(e.normandy_slug): resolve(read, e) for e in read_experiments(experiments)}
    with duckdb.connect(str(project.database), read_only=True) as connection:
        yield Built(connection, configs)


def _dbt(
    project: Project,
    command: str,
    slugs: Iterable[str],
    as_of: dt.date,
    excluded: Sequence[str] = NOT_COMPARED,
) -> None:
    chosen = ["--select", *map(selected, slugs)]
    chosen += ["--exclude", *excluded] if excluded else []
    done = project.run("dbt", command, *chosen, as_of=str(as_of))
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


@dataclass
class Compared:
    """One case, asked of both."""

    case: Case
    config: AnalysisConfiguration
    connection: duckdb.DuckDBPyConnection

    @property
    def table(self) -> str:
        return self.case.slug.replace("-", "_")

    @property
    def dataset(self) -> str | None:
        return dataset(self.case.platform.app_id)

    @property
    def unit(self) -> AnalysisUnit:
        return self.config.experiment.analysis_unit or AnalysisUnit.CLIENT

    def ours(self, sql: str) -> list[dict]:
        return self._run(f"select * from analysis.{sql}")

    def theirs(self, sql: str, last_day: dt.date) -> list[dict]:
        """Run mozanalysis' BigQuery SQL over telemetry up to a day."""
        # BigQuery names a column after the field that it is; DuckDB does not, behind a function
        tree = parse_query(sql.replace(").branch,", ").branch AS branch,"))
        places = {name: self._place(name, last_day) for name in table_names(tree)}
        return self._run(replace_tables(tree, places, dialect="duckdb"))

    def _place(self, name: str, last_day: dt.date) -> str:
        table = ".".join(name.split(".")[-2:])
        if table.startswith("analysis."):
            return table
        return f"(select * from {table} where submission_timestamp < date '{last_day}' + 1)"

    def _run(self, sql: str) -> list[dict]:
        found = self.connection.execute(sql)
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def mozanalysis(self) -> Experiment:
        return Experiment(
            experiment_slug=self.case.slug,
            start_date=str(START),
            num_dates_enrollment=ENROLLMENT_DATES,
            app_id=self.dataset,
            app_name=self.case.platform.app_name,
            analysis_unit=self.unit,
        )

    @property
    def query_type(self) -> EnrollmentsQueryType:
        own = self.config.experiment.enrollments_query_type
        return own or self.case.platform.query_type

    def segments(self) -> list[Segment]:
        return [
            Segment(segment.name, _segment_source(segment.data_source), segment.select_expression)
            for segment in self.config.experiment.segments
        ]

    def metrics(self, period: AnalysisPeriod) -> list[Metric]:
        found = {s.metric.name: s.metric for s in self.config.metrics[period]}
        return [_metric(metric) for metric in found.values()]

    def signal(self, limits: TimeLimits) -> ExposureSignal | None:
        own = self.config.experiment.exposure_signal
        if own is None:
            return None
        source = DataSource.from_mcp_data_source(own.data_source)
        return ExposureSignal(
            name=own.name,
            data_source=attr.evolve(source, default_dataset=self.dataset),
            select_expr=own.select_expression,
            window_start=_signal_limit(own.window_start, limits),
            window_end=_signal_limit(own.window_end, limits),
        )


def _segment_source(source: object) -> SegmentDataSource:
    names = [a.name for a in attr.fields(SegmentDataSource) if hasattr(source, a.name)]
    found = {name: getattr(source, name) for name in names} | {"default_dataset": "unused"}
    return SegmentDataSource(from_expr=source.from_expression, **found)


def _metric(metric: object) -> Metric:
    source = DataSource.from_mcp_data_source(metric.data_source)
    if metric.data_source.joins:
        source = attr.evolve(source, from_expr=JOINED_BY_HAND)
        return Metric(metric.name, source, SEARCHES_BY_HAND)
    return Metric(metric.name, source, metric.select_expression)


def _signal_limit(limit: int | AnalysisWindow | None, limits: TimeLimits) -> int | None:
    """Count the days from the first enrollment date to a limit, as Jetstream does."""
    (window,) = limits.analysis_windows
    enrollment = ENROLLMENT_DATES - 1
    named = {
        AnalysisWindow.ENROLLMENT_START: 0,
        AnalysisWindow.ENROLLMENT_END: enrollment,
        AnalysisWindow.ANALYSIS_WINDOW_START: enrollment + window.start,
        AnalysisWindow.ANALYSIS_WINDOW_END: enrollment + window.end,
    }
    return named[limit] if isinstance(limit, AnalysisWindow) else limit


def _limits(start: int, length: int) -> TimeLimits:
    return TimeLimits.for_single_analysis_window(
        str(START), str(END), start, length, ENROLLMENT_DATES
    )


@pytest.fixture
def compared(built: Built, request: pytest.FixtureRequest) -> Compared:
    slug = request.param
    return Compared(CASES[slug], built.configs[slug], built.connection)


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


EXPOSURE = ["exposure_date", "num_exposure_events"]


@pytest.mark.parametrize("compared", CASES, indirect=True)
def test_enrollments_equal_mozanalysis(compared: Compared) -> None:
    limits, segments = _limits(0, 1), compared.segments()
    sql = compared.mozanalysis().build_enrollments_query(
        time_limits=limits,
        enrollments_query_type=compared.query_type,
        custom_enrollments_query=compared.config.experiment.enrollment_query,
        exposure_signal=compared.signal(limits),
        segment_list=segments,
        sample_size=compared.config.experiment.sample_size,
        use_glean_ids=compared.case.platform.use_glean_ids,
    )
    ours = compared.ours(f"enrollments_{compared.table}")
    assert len(ours) > 40
    assert len({row["num_exposure_events"] for row in ours}) > 2 or compared.case.limits == LATE
    columns = ["enrollment_date", "num_enrollment_events", *EXPOSURE]
    names = [segment.name for segment in segments]
    assert all({row[name] for row in ours} >= {True, False} for name in names)
    _assert_same(ours, compared.theirs(sql, LAST_ENROLLMENT), columns + names)


# The first day and the length of windows; daily and weekly ones by index.
WINDOWS = {
    (AnalysisPeriod.DAY, 1): (0, 1),
    (AnalysisPeriod.WEEK, 2): (7, 7),
    (AnalysisPeriod.OVERALL, 1): (0, 15),
    (AnalysisPeriod.PREENROLLMENT_WEEK, 1): (-7, 7),
}


@pytest.mark.parametrize("window", WINDOWS, ids=lambda w: f"{w[0].value} {w[1]}")
@pytest.mark.parametrize("basis", AnalysisBasis, ids=lambda b: b.value)
@pytest.mark.parametrize("compared", CASES, indirect=True)
def test_metrics_equal_mozanalysis(
    compared: Compared, basis: AnalysisBasis, window: tuple[AnalysisPeriod, int]
) -> None:
    period, index = window
    start, length = WINDOWS[window]
    limits, metrics = _limits(start, length), compared.metrics(period)
    sql = compared.mozanalysis().build_metrics_query(
        metric_list=metrics,
        time_limits=limits,
        enrollments_table=f"analysis.enrollments_{compared.table}",
        analysis_basis=basis,
        exposure_signal=compared.signal(limits),
        use_glean_ids=compared.case.platform.use_glean_ids,
    )
    due = LAST_ENROLLMENT + dt.timedelta(days=max(start + length - 1, 0))
    theirs = compared.theirs(sql, due)
    ours = compared.ours(
        f"{compared.table}_{period.table_suffix} "
        f"where analysis_basis = '{basis.value}' and window_index = {index}"
    )
    sanity = [name for name in theirs[0] if "_has_" in name]
    _assert_same(ours, theirs, EXPOSURE + [metric.name for metric in metrics] + sanity)


@exhaustive
@pytest.mark.parametrize("basis", AnalysisBasis, ids=lambda b: b.value)
@pytest.mark.parametrize("compared", PLAIN, indirect=True)
def test_statistics_equal_mozanalysis(compared: Compared, basis: AnalysisBasis) -> None:
    """From each kind of enrollment to its results: their tables, and their linear model."""
    limits = _limits(*WINDOWS[AnalysisPeriod.OVERALL, 1])
    (metric,) = [m for m in compared.metrics(AnalysisPeriod.OVERALL) if m.name == "minutes"]
    sql = compared.mozanalysis().build_metrics_query(
        metric_list=[metric],
        time_limits=limits,
        enrollments_table=f"analysis.enrollments_{compared.table}",
        analysis_basis=basis,
        use_glean_ids=compared.case.platform.use_glean_ids,
    )
    units = [
        (row["branch"], float(row["minutes"]))
        for row in compared.theirs(sql, END - dt.timedelta(days=1))
        if row["minutes"] is not None
        and (basis is AnalysisBasis.ENROLLMENTS or row["exposure_date"] is not None)
    ]
    ours = {
        (row["branch"], row["comparison"]): [row[end] for end in ("point", "lower", "upper")]
        for row in compared.ours(f"statistics_{compared.table}_overall")
        if (row["metric"], row["statistic"], row["segment"]) == ("minutes", "mean_lm", "all")
        and row["analysis_basis"] == basis.value
        and row["comparison_to_branch"] in (None, "control")
    }
    frame = pd.DataFrame(units, columns=["branch", "minutes"]).astype({"branch": object})
    if compared.case.slug == "background-update":
        # Its telemetry has one branch, of which mozanalysis makes no model.
        clipped = np.minimum(frame["minutes"], frame["minutes"].quantile(0.995))
        expected = [clipped.mean(), *DescrStatsW(clipped).tconfint_mean()]
        assert ours == {("control", None): pytest.approx(expected, rel=1e-9)}
        return
    found = compare_branches_lm(frame, "minutes", "control", threshold_quantile=0.995)
    theirs = found["comparative"]["treatment"]
    for kind, name in (("difference", "abs_uplift"), ("relative_uplift", "rel_uplift")):
        expected = [theirs[name, q] for q in ("exp", "0.025", "0.975")]
        width = expected[2] - expected[1]
        assert ours["treatment", kind] == pytest.approx(expected, abs=2e-4 * width)
