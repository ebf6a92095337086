"""All that builds send, asked of Google's analyzer: BigQuery refuses what it refuses."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from sqlglot import exp

from bigquery_sql.parsing import SLUGS
from bigquery_statements import Answer, Statements
from conftest import GOLDEN, REPOSITORY, copy_project, requires_golden
from dbt_jetstream.common.naming import normalise
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.review.googlesql.catalog import Catalog
from dbt_jetstream.review.render import Renderer, last_day
from dbt_jetstream.review.statements.build import Statement, statements_of
from dbt_jetstream.review.statements.rendering import Statements as DialectStatements
from dbt_jetstream.review.types.telemetry import Telemetry, read_types
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request
from googlesql.checking import KINDS, Checked, MeasuredTypes, check, checked, too_large
from tiers import ALL, exhaustive, number


def _locked(project: Path, hub: Path, experiments: Path, *slugs: str) -> list[LockedExperiment]:
    report = sync(Request([HubAddress(str(hub))], experiments, project, list(slugs)))
    return report.experiments


@pytest.fixture(scope="module")
def demo_types() -> Telemetry:
    return read_types(REPOSITORY / "metric_hub/columns.json")


@pytest.fixture(scope="module", params=SLUGS)
def demo(
    request: pytest.FixtureRequest, demo_types: Telemetry, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Checked, MeasuredTypes]:
    """A first build, with all windows, and that of a day on which a week is new."""
    project = copy_project(tmp_path_factory.mktemp("demo") / "project").path
    experiments = REPOSITORY / "demo/experiments.json"
    (locked,) = _locked(project, REPOSITORY / "metric_hub", experiments, request.param)
    types = MeasuredTypes(demo_types)
    builds = [(last_day(locked), True), (dt.date(2026, 3, 22), False)]
    found = checked(project, locked, types, builds)
    # A run in which a model failed and another was skipped, as in dbt Cloud.
    for text in Statements(REPOSITORY, types).around(locked):
        check(found, types, Statement("around", "hook", text))
    return found, types


def test_bigquery_takes_every_statement_of_the_demo(demo: tuple[Checked, MeasuredTypes]) -> None:
    found, _ = demo
    assert found.kinds == KINDS
    assert found.number > 200
    assert not found.refused, found.said()


def test_a_planner_can_hold_every_statement(demo: tuple[Checked, MeasuredTypes]) -> None:
    found, types = demo
    assert len(types.sizes) >= found.number
    assert not too_large(types, scans=30, nodes=10_000)


def test_columns_of_models_have_the_types_of_bigquery(demo: tuple[Checked, MeasuredTypes]) -> None:
    _, types = demo
    (weekly,) = [found for slug in SLUGS if (found := types.of(f"{normalise(slug)}_weekly"))]
    assert weekly["analysis_id"] == "STRING"
    assert weekly["enrollment_date"] == "DATE"
    assert weekly["window_index"] == "INT64"
    assert weekly["num_enrollment_events"] == "INT64"
    assert weekly["active_hours"] == "FLOAT64"


@exhaustive
def test_an_experiment_without_an_end_is_built_while_it_enrolls(
    demo_types: Telemetry, tmp_path: Path
) -> None:
    """No window is due, and how long the overall one will be is not known."""
    project = copy_project(tmp_path / "project").path
    experiments = json.loads((REPOSITORY / "demo/experiments.json").read_text())
    path = tmp_path / "experiments.json"
    path.write_text(json.dumps([{**entry, "endDate": None} for entry in experiments]))
    (locked,) = _locked(project, REPOSITORY / "metric_hub", path, SLUGS[0])
    enrolling = [(dt.date(2026, 3, 5), True)]
    found = checked(project, locked, MeasuredTypes(demo_types), enrolling)
    assert not found.refused, found.said()
    on_duckdb = DialectStatements(REPOSITORY, "duckdb", None)
    day, _ = enrolling[0]
    for statement in statements_of(on_duckdb, locked, day, is_first=True):
        assert not re.search(r"\bNone\b", statement.sql), statement.node


@exhaustive
def test_bigquery_takes_what_is_written_while_telemetry_is_late(
    demo_types: Telemetry, tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project").path
    experiments = REPOSITORY / "demo/experiments.json"
    (locked,) = _locked(project, REPOSITORY / "metric_hub", experiments, SLUGS[0])
    types = MeasuredTypes(demo_types)
    statements = DialectStatements(REPOSITORY, "bigquery", types)
    day = dt.date(2026, 3, 22)
    late = {"tables": "mozdata.telemetry.events", "until": None, "since": "2026-03-02"}
    read = {**late, "until": "2026-03-14"}
    statements.answers = {
        "as newest_day": Answer((None, None)),
        "as last_day": Answer(dt.date(2026, 3, 20)),
        "select distinct analysis_period, window_index, absent_sources": Answer(
            ("daily", 14, "events", json.dumps({"events": late})),
            ("weekly", 1, "", json.dumps({"events": read, "clients_daily": read})),
            ("enrollments", 0, "", "enrollments: computed from what telemetry there was"),
        ),
    }
    found, texts = Checked(), {}
    for statement in statements_of(statements, locked, day, is_first=True):
        texts[statement.node, statement.kind] = statement.sql
        check(found, types, statement)
    assert not found.refused, found.said()
    weekly = texts["pip_first_time_hint_weekly", "create"]
    # The second week ends on the day of the build, the first a week before.
    assert "when e.window_index in (2) then 'clients_daily,events'" in weekly
    assert "when e.window_index in (2) then null" in weekly
    grid = texts["completeness_pip_first_time_hint", "create"]
    assert "mozdata.telemetry.events has no rows since 2026-03-02" in grid


@requires_golden
def test_bigquery_takes_every_statement_of_the_golden_experiment(tmp_path: Path) -> None:
    project = copy_project(tmp_path / "project").path
    inputs = GOLDEN / "input"
    (locked,) = _locked(project, inputs / "metric_hub", inputs / "experiments.json")
    types = MeasuredTypes(_types_of_files(locked, inputs / "telemetry"))
    last = last_day(locked)
    # A later build of it says nothing that one of the demo's does not.
    days = [(last, True), (last - dt.timedelta(days=14), False)][: number(1, 2)]
    found = checked(project, locked, types, days)
    assert found.kinds == (KINDS if ALL else KINDS - {"merge"})
    assert not found.refused, found.said()


def _types_of_files(locked: LockedExperiment, folder: Path) -> Telemetry:
    """Read the types of telemetry out of the files that DuckDB reads it from."""
    found = {}
    for table in locked.tables:
        rows = duckdb.sql(f"describe from '{folder / table.name}.parquet'").fetchall()
        found[table.dotted] = {name: bigquery_type(kind) for name, kind, *_ in rows}
    return found


def bigquery_type(kind: str) -> str:
    """Name a type of DuckDB as BigQuery does; telemetry has no times without a zone."""
    text = exp.DataType.build(kind, dialect="duckdb").sql("bigquery")
    return text.replace("DATETIME", "TIMESTAMP")


def test_the_demo_s_types_are_those_of_its_telemetry(telemetry: Path) -> None:
    found: dict[str, dict[str, str]] = {}
    with duckdb.connect(str(telemetry), read_only=True) as connection:
        listed = "select schema_name, table_name from duckdb_tables() order by all"
        for schema, table in connection.execute(listed).fetchall():
            rows = connection.execute(f'describe "{schema}"."{table}"').fetchall()
            types = {name: bigquery_type(kind) for name, kind, *_ in rows}
            found[f"mozdata.{schema}.{table}"] = types
    assert found == read_types(REPOSITORY / "metric_hub/columns.json")


@pytest.fixture(scope="module")
def telemetry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from conftest import project_with_telemetry

    return project_with_telemetry(tmp_path_factory.mktemp("telemetry") / "project").database


def test_no_problem_is_logged_where_nothing_was_ever_built() -> None:
    renderer = Renderer(REPOSITORY, "bigquery")
    relation = SimpleNamespace(create=lambda **path: path["identifier"])
    renderer.environment.globals.update(
        load_relation=lambda _: None, api=SimpleNamespace(Relation=relation)
    )
    sql = str(renderer.macros["logged_problems"]())
    assert list(Catalog().columns(sql)) == [*("experiment", "message", "is_late", "without_result")]
