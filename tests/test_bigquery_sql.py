"""The SQL that BigQuery would get for the demo experiments, and what makes it cheap there."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlglot
from dbt.adapters.bigquery.column import BigQueryColumn
from dbt.adapters.bigquery.connections import BigQueryConnectionManager
from google.cloud.bigquery import SchemaField
from mozilla_nimbus_schemas.jetstream.metadata import SCHEMA_VERSION
from sqlglot import exp

from bigquery_statements import Answer, Statements
from conftest import REPOSITORY, Project, copy_project
from dbt_jetstream.errors import ConfigErrors
from dbt_jetstream.hub import HubAddress
from dbt_jetstream.lock.document import LockedExperiment
from dbt_jetstream.lock.nodes import Node
from dbt_jetstream.render import Renderer
from dbt_jetstream.sync import Request, sync
from dbt_jetstream.target import credentials_of
from partition_filters import scans

DAY = dt.date(2026, 3, 20)
NEW_ROWS = {"submission_date": [DAY], "window_index": [3, 4]}
NO_ROWS: dict[str, list[object]] = {"submission_date": [], "window_index": []}
SLUGS = ["pip-first-time-hint", "fenix-toolbar-shortcut"]
REPEATING = ("daily", "weekly", "days28")


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LockedExperiment]:
    project = copy_project(tmp_path_factory.mktemp("bigquery") / "project")
    hub = HubAddress(str(REPOSITORY / "metric_hub"))
    report = sync(Request([hub], REPOSITORY / "demo/experiments.json", project.path))
    assert [experiment.slug for experiment in report.experiments] == SLUGS
    return {experiment.slug: experiment for experiment in report.experiments}


@pytest.fixture
def statements() -> Statements:
    return Statements(REPOSITORY)


@pytest.fixture(params=SLUGS)
def experiment(locked: dict[str, LockedExperiment], request: pytest.FixtureRequest):
    return locked[request.param]


def _node(experiment: LockedExperiment, name: str) -> Node:
    (found,) = [node for node in experiment.nodes if node.name == name]
    return found


def _parsed(sql: str) -> exp.Expr:
    (statement,) = [found for found in sqlglot.parse(sql, dialect="bigquery") if found]
    # What sqlglot does not know is a command, which says nothing about its text.
    assert not isinstance(statement, exp.Command), sql
    return statement


# The compile check: everything, without credentials.


def test_everything_that_a_run_sends_is_bigquery_sql(
    experiment: LockedExperiment, statements: Statements
) -> None:
    created = statements.create(experiment)
    probes = list(statements.asked)
    merged = statements.merge(experiment, NEW_ROWS)
    hooks = [hook for found in statements.hooks(experiment).values() for hook in found]
    tests = statements.data_tests(experiment)
    assert created.keys() == {n.name for n in experiment.nodes if n.language == "sql"}
    for sql in [*created.values(), *probes, *merged.values(), *tests]:
        _parsed(sql)
    for text in [*hooks, *statements.around(experiment)]:
        parsed = [found for found in sqlglot.parse(text, dialect="bigquery") if found]
        assert parsed
        assert not any(isinstance(found, exp.Command) for found in parsed), text


def test_a_run_asks_for_arrived_telemetry_and_ends_with_the_problems(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    experiment = locked["pip-first-time-hint"]
    statements.create(experiment)
    assert sum("as newest_day" in sql for sql in statements.asked) >= 3
    around = " ".join(statements.around(experiment))
    assert "create table if not exists" in around
    # A grid whose model was skipped.
    assert "create or replace view" in around
    assert r"Database Error: it\'s `lost`\nfor good" in around


# How tables look.


def _clusters(create: exp.Expr) -> list[str]:
    found = create.find(exp.ClusterProperty)
    return [column.sql() for column in found.expressions] if found else []


def _partitions(create: exp.Expr) -> str:
    found = create.find(exp.PartitionedByProperty)
    return found.this.sql(dialect="bigquery") if found else ""


def test_client_days_are_partitioned_by_date_and_clustered_by_unit(
    experiment: LockedExperiment, statements: Statements
) -> None:
    days = {k: _parsed(v) for k, v in statements.create(experiment).items() if "client_days" in k}
    assert len(days) == 2
    for create in days.values():
        assert _partitions(create) == "submission_date"
        assert _clusters(create) == ["analysis_id", "branch"]


def test_metrics_of_repeating_periods_are_partitioned_by_window(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    created = statements.create(locked["pip-first-time-hint"])
    for period in REPEATING:
        create = _parsed(created[f"pip_first_time_hint_{period}"])
        assert _partitions(create) == "range_bucket(window_index, GENERATE_ARRAY(1, 4001, 1))"
        assert _clusters(create) == ["analysis_basis", "branch", "analysis_id"]
    for period in ("overall", "preenrollment_weekly"):
        # The only window: nothing to tell apart.
        assert _partitions(_parsed(created[f"pip_first_time_hint_{period}"])) == ""


def test_later_tables_are_clustered_by_window(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    created = statements.create(locked["pip-first-time-hint"])
    for table in ("bins", "summaries"):
        clusters = _clusters(_parsed(created[f"{table}_pip_first_time_hint"]))
        assert clusters == ["window_index", "analysis_period", "analysis_basis", "metric"]


def test_a_merge_names_the_partitions_that_its_rows_belong_to(
    experiment: LockedExperiment, statements: Statements
) -> None:
    for name, sql in statements.merge(experiment, NEW_ROWS).items():
        on = _parsed(sql).args["on"].sql(dialect="bigquery")
        key = _node(experiment, name).config["unique_key"]
        if "submission_date" in key:
            assert "DBT_INTERNAL_DEST.submission_date IN (DATE '2026-03-20')" in on.replace(
                "CAST('2026-03-20' AS DATE)", "DATE '2026-03-20'"
            )
        elif "window_index" in key:
            assert "DBT_INTERNAL_DEST.window_index IN (3, 4)" in on


def test_a_merge_without_new_rows_reads_nothing_of_the_target(
    experiment: LockedExperiment, statements: Statements
) -> None:
    merged = statements.merge(experiment, NO_ROWS)
    assert merged.keys() == {
        node.name for node in experiment.nodes if node.config["materialized"] == "incremental"
    }
    for sql in merged.values():
        on = _parsed(sql).args["on"]
        # BigQuery documents a constant false predicate as one that prunes all.
        assert exp.false() in list(on.find_all(exp.Boolean))
        assert not on.find(exp.Or)


def test_new_rows_of_enrollments_are_merged_on_their_key(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    statements.answers["select 1 as one"] = Answer(1)
    merged = statements.merge(locked["pip-first-time-hint"], NEW_ROWS)
    on = _parsed(merged["enrollments_pip_first_time_hint"]).args["on"]
    assert not on.find(exp.Boolean)


def test_only_incomplete_windows_are_deleted_by_their_partition(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    experiment = locked["pip-first-time-hint"]
    assert "delete" not in str(statements.hooks(experiment)["pip_first_time_hint_daily"])
    statements.answers["where absent_sources != ''"] = Answer(5)
    (delete, *_) = statements.hooks(experiment)["pip_first_time_hint_daily"]
    parsed = _parsed(delete)
    assert isinstance(parsed, exp.Delete)
    assert "window_index IN (5)" in parsed.sql(dialect="bigquery")


def test_a_column_of_whole_numbers_that_gets_fractions_is_widened(statements: Statements) -> None:
    of_type = BigQueryColumn.create_from_field
    old = [of_type(SchemaField("clicks", "INTEGER")), of_type(SchemaField("branch", "STRING"))]
    new = [of_type(SchemaField("clicks", "FLOAT")), of_type(SchemaField("branch", "STRING"))]
    widen = statements.macros["widen_integers"]
    widen("`a`.`t`", {"source_columns": new, "target_columns": old})
    widen("`a`.`t`", {"source_columns": old, "target_columns": new})
    assert statements.asked == ["alter table `a`.`t` alter column `clicks` set data type float64"]


# Labels, descriptions, expiration.


def _options(sql: str) -> dict[str, str]:
    """The options that an ALTER sets."""
    assert isinstance(_parsed(sql), exp.Alter)
    found = re.fullmatch(r"alter (table|view) `[^;]+?\nset options \((.*)\)", sql, re.DOTALL)
    assert found, sql
    listed = re.split(r",\s*(?=\w+ = )", found[2].strip())
    return dict(option.split(" = ", 1) for option in listed)


def _labels(option: str) -> dict[str, str]:
    return dict(re.findall(r"\('([^']+)', '([^']*)'\)", option))


def test_every_run_describes_and_labels_every_table(
    experiment: LockedExperiment, statements: Statements
) -> None:
    before = int(dt.datetime.now(dt.UTC).timestamp())
    for name, found in statements.hooks(experiment).items():
        (alter,) = [hook for hook in found if "labels" in hook]
        is_view = _node(experiment, name).config["materialized"] == "view"
        assert alter.startswith("alter view" if is_view else "alter table")
        options = _options(alter)
        labels = _labels(options["labels"])
        assert options["description"] == f"'{experiment.slug}'"
        assert labels["experiment"] == experiment.slug
        assert before <= int(labels["last_updated"]) <= before + 60
        version = str(SCHEMA_VERSION) if name.startswith("statistics_") else None
        assert labels.get("schema_version") == version


def test_a_label_takes_what_bigquery_takes(statements: Statements) -> None:
    label = statements.macros["table_label"]
    assert label("Ein.Slug/2") == "ein_slug_2"
    assert len(label("x" * 80)) == 63


def _expirations(statements: Statements, experiment: LockedExperiment) -> dict[str, str]:
    return {
        name: _options(hook)["expiration_timestamp"]
        for name, found in statements.hooks(experiment).items()
        for hook in found
        if "expiration" in hook
    }


def _ending(experiment: LockedExperiment, end_date: str | None) -> LockedExperiment:
    nodes = [
        replace(node, meta=node.meta | {"experiment": node.meta["experiment"] | {"end_date": end}})
        for end in [end_date]
        for node in experiment.nodes
    ]
    return replace(experiment, nodes=nodes)


def _on(statements: Statements, day: dt.date) -> None:
    at_six = dt.datetime.combine(day, dt.time(6), dt.UTC)
    statements.environment.globals["run_started_at"] = at_six


def test_client_days_alone_expire_ninety_days_after_the_end(
    experiment: LockedExperiment, statements: Statements
) -> None:
    _on(statements, dt.date(2026, 4, 1))
    ends = _expirations(statements, _ending(experiment, "2026-04-15"))
    # 15 April and 15 days of it, 31 of May, 30 of June, 14 of July.
    assert set(ends.values()) == {"timestamp '2026-07-14 00:00:00+00'"}
    assert ends.keys() == {n.name for n in experiment.nodes if n.name.endswith("_client_days")}


def test_the_expiration_follows_the_end_date(
    experiment: LockedExperiment, statements: Statements
) -> None:
    _on(statements, dt.date(2026, 4, 1))
    later = _expirations(statements, _ending(experiment, "2026-05-15"))
    assert set(later.values()) == {"timestamp '2026-08-13 00:00:00+00'"}
    never = _expirations(statements, _ending(experiment, None))
    # Said, so that an end that is taken back takes the expiration with it.
    assert set(never.values()) == {"null"}


def test_a_table_built_after_the_end_does_not_expire_at_once(
    experiment: LockedExperiment, statements: Statements
) -> None:
    _on(statements, dt.date(2027, 1, 1))
    found = _expirations(statements, _ending(experiment, "2026-04-15"))
    assert set(found.values()) == {"timestamp '2027-04-01 00:00:00+00'"}


def test_tables_are_kept_where_the_project_says_so(
    experiment: LockedExperiment, statements: Statements
) -> None:
    statements.settings["vars"]["jetstream_days_kept"] = None
    assert set(_expirations(statements, experiment).values()) == {"null"}


def test_hooks_say_nothing_on_duckdb() -> None:
    renderer = Renderer(REPOSITORY, "duckdb")
    for macro in ("table_options", "expire_table"):
        assert str(renderer.macros[macro]()).strip() == ""


# Partitions that queries need not read.


@pytest.mark.parametrize(
    ("sql", "is_pruned"),
    [
        ("select 1 from p.d.t where day between '2026-01-01' and '2026-01-31'", True),
        ("select 1 from p.d.t where date(day) >= '2026-01-01' and date(day) < '2026-02-01'", True),
        ("select 1 from p.d.t where '2026-01-01' = day", True),
        ("select 1 from p.d.t where day >= '2026-01-01'", False),
        ("select 1 from p.d.t where day = '2026-01-01' or x", False),
        ("select 1 from p.d.t where date_add(day, interval 1 day) = date '2026-01-01'", False),
        ("select 1 from p.d.t where day = (select max(d) from unnest([date '2026-01-01']))", False),
        ("select 1 from e left join p.d.t as t on t.day = '2026-01-01'", True),
        ("select 1 from p.d.t as t left join e on t.day = '2026-01-01'", False),
        ("select 1 from e join p.d.t as t on t.day >= e.day and t.day <= '2026-01-01'", False),
        ("select 1 from (select date(at) as day, x from p.d.t) where day = '2026-01-01'", True),
        ("select 1 from (select * from p.d.t) as t where t.day = '2026-01-01'", True),
        ("select 1 from (select max(day) as day from p.d.t) where day = '2026-01-01'", False),
        ("select 1 from (select day from p.d.t group by 1) where day = '2026-01-01'", False),
        ("select 1 from (select a.*, b.x from p.d.t as a join p.d.t as b using (i)) as t "
         "where t.day = '2026-01-01'", False),
        ("with a as (select * from p.d.t) select 1 from a where day = '2026-01-01'", True),
        ("with a as (select * from p.d.t) select 1 from a", False),
        ("select 1 from (select * from p.d.t union all select * from p.d.t) "
         "where day = '2026-01-01'", True),
        ("select 1 from (select * from p.d.t where false) as t", True),
    ],
)  # fmt: skip
def test_the_check_sees_what_prunes(sql: str, is_pruned: bool) -> None:
    found = scans(_parsed(sql), {"p.d.t": None})
    assert all(pruned for _, pruned in found) is is_pruned
    assert found or "false" in sql


def _selects(create: exp.Expr) -> exp.Expr:
    assert isinstance(create, exp.Create)
    return create.expression


def _telemetry(experiment: LockedExperiment) -> dict[str, str | None]:
    return {table.dotted: None for table in experiment.tables}


def test_every_scan_of_telemetry_is_limited_to_constant_dates(
    experiment: LockedExperiment, statements: Statements
) -> None:
    created = [_selects(_parsed(sql)) for sql in statements.create(experiment).values()]
    probes = [_parsed(sql) for sql in statements.asked]
    found = [s for tree in [*created, *probes] for s in scans(tree, _telemetry(experiment))]
    assert {table for table, _ in found} == set(_telemetry(experiment))
    assert [table for table, is_pruned in found if not is_pruned] == []


def test_metrics_read_the_client_days_of_their_windows_alone(
    experiment: LockedExperiment, statements: Statements
) -> None:
    created = statements.create(experiment)
    days = {f"analysis.{name}": "submission_date" for name in created if "client_days" in name}
    metrics = [node.name for node in experiment.nodes if "data_sources" in node.meta]
    found = [s for name in metrics for s in scans(_selects(_parsed(created[name])), days)]
    assert {table for table, _ in found} == set(days)
    assert all(is_pruned for _, is_pruned in found)


def test_summaries_read_the_metrics_of_new_windows_alone(
    experiment: LockedExperiment, statements: Statements
) -> None:
    created = statements.create(experiment)
    metrics = {
        f"analysis.{node.name}": "window_index"
        for node in experiment.nodes
        if "partition_by" in node.config and "data_sources" in node.meta
    }
    for table in ("bins", "summaries"):
        (name,) = [name for name in created if name.startswith(f"{table}_")]
        found = scans(_selects(_parsed(created[name])), metrics)
        assert {table for table, _ in found} == set(metrics)
        assert all(is_pruned for _, is_pruned in found)


# The target.


def test_every_query_says_which_experiment_it_is_for(demo: Project) -> None:
    log = (demo.path / "logs/dbt.log").read_text()
    comments = {found: json.loads(found) for found in re.findall(r"/\* (\{.*?\}) \*/", log)}
    by_kind: dict[str, set[str | None]] = {}
    for said in comments.values():
        kind = said.get("node_id", "none").split(".")[0]
        by_kind.setdefault(kind, set()).add(said.get("experiment"))
    assert by_kind["model"] == by_kind["test"] == set(SLUGS)
    # Between nodes: hooks of the run, and dbt's own questions.
    assert by_kind["none"] == {None}


def test_a_job_is_labelled_with_what_its_query_says(demo: Project) -> None:
    log = (demo.path / "logs/dbt.log").read_text()
    comments = re.findall(r"/\* (\{.*?pip_first_time_hint_daily\".*?\}) \*/", log)
    labels = BigQueryConnectionManager._labels_from_query_comment(None, comments[0])  # type: ignore[arg-type]
    assert labels["experiment"] == "pip-first-time-hint"
    assert labels["node_id"] == "model_dbt_jetstream_pip_first_time_hint_daily"
    assert labels["target_name"] == "duckdb"
    for key, value in labels.items():
        # https://cloud.google.com/bigquery/docs/labels-intro#requirements
        assert re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", key)
        assert re.fullmatch(r"[a-z0-9_-]{0,63}", value)


@pytest.fixture
def profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the example profile, in an environment without any of its variables."""
    for name in [name for name in os.environ if name.startswith("JETSTREAM_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DBT_PROFILES_DIR", str(tmp_path))
    example = (REPOSITORY / "profiles.example.yml").read_text()
    (tmp_path / "profiles.yml").write_text(example)
    return REPOSITORY


def test_the_profile_needs_no_variable_for_duckdb(profile: Path) -> None:
    assert credentials_of(profile, None).type == "duckdb"


def test_the_bigquery_target_needs_only_a_project(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigErrors, match="not provided: 'JETSTREAM_BIGQUERY_PROJECT'"):
        credentials_of(profile, "bigquery")
    monkeypatch.setenv("JETSTREAM_BIGQUERY_PROJECT", "moz-fx-data-experiments")
    found = credentials_of(profile, "bigquery")
    assert (found.type, found.method, found.location) == ("bigquery", "oauth", "US")
    assert found.execution_project == found.database == "moz-fx-data-experiments"
    assert found.maximum_bytes_billed == 10**13


def test_the_bigquery_target_takes_its_settings_from_variables(
    profile: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "PROJECT": "moz-fx-data-experiments",
        "EXECUTION_PROJECT": "moz-fx-paying",
        "DATASET": "mozanalysis",
        "LOCATION": "EU",
        "PRIORITY": "batch",
        "MAXIMUM_BYTES_BILLED": "5",
        "TIMEOUT_SECONDS": "60",
        "RETRIES": "7",
    }.items():
        monkeypatch.setenv(f"JETSTREAM_BIGQUERY_{name}", value)
    found = credentials_of(profile, "bigquery")
    assert (found.execution_project, found.schema) == ("moz-fx-paying", "mozanalysis")
    assert (found.location, found.priority, found.maximum_bytes_billed) == ("EU", "batch", 5)
    assert (found.job_execution_timeout_seconds, found.job_retries) == (60, 7)


def test_dbt_parses_the_project_for_bigquery_without_credentials(
    locked: dict[str, LockedExperiment], tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = copy_project(tmp_path_factory.mktemp("parse") / "project")
    sync(
        Request(
            [HubAddress(str(REPOSITORY / "metric_hub"))],
            REPOSITORY / "demo/experiments.json",
            project.path,
        )
    )
    environment = project.environment() | {"JETSTREAM_BIGQUERY_PROJECT": "p"}
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dbt"), "parse", "--target", "bigquery"],
        cwd=project.path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "Deprecat" not in done.stdout
    manifest = json.loads((project.path / "target/manifest.json").read_text())
    daily = manifest["nodes"]["model.dbt_jetstream.pip_first_time_hint_daily"]["config"]
    assert daily["partition_by"]["field"] == "window_index"


def test_a_python_model_becomes_a_program_wherever_dbt_writes_it(statements: Statements) -> None:
    """What dbt's own macros put before it is indented."""
    context = statements.environment.globals
    context["adapter"].export_json = lambda *_: ""
    configured = {"submission_method": "in_process", "cluster_by": ["metric"]}
    context["config"] = SimpleNamespace(get=lambda key, default=None: configured.get(key, default))
    context["resolve_model_name"] = str
    context["model_code"] = '"""A model."""\n\n\ndef model(dbt, session):\n    return session\n'
    call = "{{ bigquery__create_table_as(false, 'p.d.t', model_code, 'python') }}"
    written = statements.environment.from_string(call).render()
    program: dict[str, Any] = {"dbtObj": lambda _: None}
    exec(compile(f"\n  \n    {written}", "model.py", "exec"), program)
    taken: list[tuple[Any, ...]] = []
    session = SimpleNamespace(read_gbq=None, write=lambda *args, **more: taken.append((args, more)))
    program["materialize"](session)
    assert taken == [(("p.d.t", session), {"cluster_by": ["metric"]})]
