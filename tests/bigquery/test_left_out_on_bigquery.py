"""A metric or segment that fails while a model runs costs itself on BigQuery, too.

A dry run there tells only of what its analyzer refuses; a value that cannot be cast is found by
running, with a statement that keeps nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dbt_jetstream.inside_dbt.leaving_out import PROBE
from emulators.bigquery import PROJECT, TELEMETRY_PROJECT, BigQueryServer, profile
from emulators.storage import StorageServer
from emulators.twins import TOKEN, BigQueryProject
from more_metrics import small_with
from tiers import exhaustive

pytestmark = exhaustive

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
EARLY, LATER = "2026-03-16", "2026-03-23"
# A dataset and a table of telemetry of its own, which is mended.
DATASET, TABLE = "left_out", "own_days"
TELEMETRY = f"{TELEMETRY_PROJECT}.telemetry.{TABLE}"
# Read day by day, and directly; of two, only the values tell. With each, by its cause.
CAUSES = {
    "misspelt": '"active_hourz" not found',
    "no_flag": "'US' to BOOL",
    "numbers_in_text": "'US' to INT64",
    "kinds": '"kind" not found',
    "no_aggregate": "GROUP BY",
    "misspelt_segment": '"active_hourz" not found',
}
SEGMENTS = [name for name in CAUSES if name in {"misspelt_segment", "no_flag"}]
BROKEN = [name for name in CAUSES if name not in SEGMENTS]
COMMAND = ("build", "--select", f"experiment:{SLUG}")
METRICS = """
[metrics.misspelt]
data_source = "own_days"
select_expression = "SUM(active_hourz)"
[metrics.misspelt.statistics.sum]

[metrics.hours]
data_source = "own_days"
select_expression = "SUM(active_hours_sum)"
[metrics.hours.statistics.sum]

[metrics.numbers_in_text]
data_source = "own_days"
select_expression = "SUM(CAST(country AS INT64))"
[metrics.numbers_in_text.statistics.sum]

[metrics.kinds]
data_source = "own_days"
select_expression = "COUNT(DISTINCT kind)"
[metrics.kinds.statistics.sum]

[metrics.no_aggregate]
data_source = "own_days"
select_expression = "active_hours_sum"
[metrics.no_aggregate.statistics.sum]

[metrics.countries]
data_source = "own_days"
select_expression = "COUNT(DISTINCT country)"
[metrics.countries.statistics.sum]

[data_sources.own_days]
from_expression = "mozdata.telemetry.own_days"
experiments_column_type = "simple"

[segments.misspelt_segment]
data_source = "own_days_before"
select_expression = "COALESCE(SUM(active_hourz), 0) > 10"

[segments.no_flag]
data_source = "own_days_before"
select_expression = "ANY_VALUE(country)"

[segments.data_sources.own_days_before]
from_expression = "mozdata.telemetry.own_days"
window_start = -7
window_end = -1
"""


@pytest.fixture(scope="module")
def early(
    emulator: BigQueryServer, storage: StorageServer, tmp_path_factory: pytest.TempPathFactory
) -> tuple[BigQueryProject, str]:
    """The experiment in a dataset of its own, built on a day, and what dbt said."""
    path = tmp_path_factory.mktemp("left-out-on-bigquery")
    weekly = ("hours", *BROKEN, "countries")
    made = small_with(path, SLUG, weekly, METRICS, TABLE, segments=SEGMENTS)
    (made.path / "profiles.yml").write_text(profile(emulator, TOKEN, DATASET))
    emulator.load_telemetry(made.database)
    storage.make_bucket(path.name)
    project = BigQueryProject(made.path, emulator, storage, path.name)
    return project, _built(project, EARLY)


def _built(project: BigQueryProject, day: str) -> str:
    done = project.run("dbt", *COMMAND, as_of=day)
    assert done.returncode == 0, done.stdout
    return done.stdout


def _query(project: BigQueryProject, sql: str) -> list[tuple]:
    return [tuple(row.values()) for row in project.server.client().query(sql).result()]


def _logged(project: BigQueryProject) -> dict[str, str]:
    rows = _query(
        project,
        f"select coalesce(metric, segment), message from `{PROJECT}`.{DATASET}.logs "
        "where func_name like 'metric %' or func_name like 'segment %'",
    )
    return dict(rows)


def _columns(project: BigQueryProject, table: str) -> set[str]:
    found = project.server.client().get_table(f"{PROJECT}.{DATASET}.{table}")
    return {field.name for field in found.schema}


def _sums(project: BigQueryProject, metric: str) -> list[tuple]:
    return _query(
        project,
        "select window_index, analysis_basis, segment, branch, point "
        f"from `{PROJECT}`.{DATASET}.statistics_{NAME} where metric = '{metric}' "
        "and analysis_period = 'weekly' and point is not null and comparison is null order by all",
    )


def test_all_others_have_values(early: tuple[BigQueryProject, str]) -> None:
    project, _ = early
    weekly = _columns(project, f"{NAME}_weekly")
    assert {"active_hours", "toggles_shown", "hours", "countries", "heavy_users"} <= weekly
    assert not weekly & {*BROKEN, *SEGMENTS}
    (values,) = _query(
        project,
        f"select count(hours), count(countries) from `{PROJECT}`.{DATASET}.{NAME}_weekly",
    )
    assert all(values)


def test_the_logs_name_each_with_its_cause(early: tuple[BigQueryProject, str]) -> None:
    project, said = early
    found = _logged(project)
    assert found.keys() == CAUSES.keys()
    for name, message in found.items():
        assert f"`{name}` is left out, for it fails: " in message
        assert CAUSES[name] in message
        assert f"{SLUG}: {message}" in said


def test_what_only_values_tell_is_run_and_nothing_is_kept(
    early: tuple[BigQueryProject, str],
) -> None:
    project, _ = early
    client = project.server.client()
    probes = [
        job for job in client.list_jobs(max_results=1000) if PROBE in getattr(job, "query", "")
    ]
    assert probes
    assert PROBE not in {table.table_id for table in client.list_tables(DATASET)}


def test_all_others_are_published(early: tuple[BigQueryProject, str], tmp_path: Path) -> None:
    project, _ = early
    rows = _query(
        project,
        f"select distinct metric from `{PROJECT}`.{DATASET}.statistics_{NAME} "
        "where point is not null",
    )
    found = {metric for (metric,) in rows}
    assert not found & set(BROKEN)
    assert {"active_hours", "toggles_shown", "hours", "countries"} <= found
    states = dict(
        _query(
            project,
            f"select distinct metric, state from `{PROJECT}`.{DATASET}.completeness_{NAME} "
            "where analysis_period = 'weekly' and window_index = 1 and segment = 'all' "
            "and analysis_basis = 'enrollments'",
        )
    )
    assert {states[metric] for metric in BROKEN} == {"failed"}
    assert states["hours"] == states["countries"] == "published"
    folder = project.storage.download(project.bucket, "results", tmp_path / "exported")
    exported = json.loads((folder / f"errors/errors_{NAME}.json").read_text())
    assert {row["metric"] for row in exported} >= set(BROKEN)


def test_what_works_again_is_as_if_it_had_always_worked(
    early: tuple[BigQueryProject, str],
) -> None:
    project, _ = early
    for column, kind, value in (
        ("active_hourz", "float64", "active_hours_sum"),
        ("kind", "string", "country"),
    ):
        _query(project, f"alter table {TELEMETRY} add column {column} {kind}")
        _query(project, f"update {TELEMETRY} set {column} = {value} where true")
    _built(project, LATER)
    assert _logged(project).keys() == {"no_aggregate", "numbers_in_text", "no_flag"}
    for mended, right in (("misspelt", "hours"), ("kinds", "countries")):
        found = _sums(project, mended)
        assert {row[0] for row in found} == {1, 2}
        assert found == _sums(project, right)
    assert "misspelt_segment" in {row[2] for row in _sums(project, "misspelt")}
