"""How tables look: partitions and clusters, and merges that name their partitions."""

from __future__ import annotations

from dbt.adapters.bigquery.column import BigQueryColumn
from google.cloud.bigquery import SchemaField
from sqlglot import exp

from bigquery_sql.parsing import NEW_ROWS, node_of, tree_of
from bigquery_statements import Answer, Statements
from dbt_jetstream.lock.expand import LockedExperiment

NO_ROWS: dict[str, list[object]] = {"submission_date": [], "window_index": []}
REPEATING = ("daily", "weekly", "days28")


def _clusters(create: exp.Expr) -> list[str]:
    found = create.find(exp.ClusterProperty)
    return [column.sql() for column in found.expressions] if found else []


def _partitions(create: exp.Expr) -> str:
    found = create.find(exp.PartitionedByProperty)
    return found.this.sql(dialect="bigquery") if found else ""


def test_client_days_are_partitioned_by_date_and_clustered_by_unit(
    experiment: LockedExperiment, statements: Statements
) -> None:
    days = {k: tree_of(v) for k, v in statements.create(experiment).items() if "client_days" in k}
    assert len(days) == 2
    for create in days.values():
        assert _partitions(create) == "submission_date"
        assert _clusters(create) == ["analysis_id", "branch"]


def test_metrics_of_repeating_periods_are_partitioned_by_window(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    created = statements.create(locked["pip-first-time-hint"])
    for period in REPEATING:
        create = tree_of(created[f"pip_first_time_hint_{period}"])
        assert _partitions(create) == "range_bucket(window_index, GENERATE_ARRAY(1, 4001, 1))"
        assert _clusters(create) == ["analysis_basis", "branch", "analysis_id"]
    for period in ("overall", "preenrollment_weekly"):
        # The only window: nothing to tell apart.
        assert _partitions(tree_of(created[f"pip_first_time_hint_{period}"])) == ""


def test_later_tables_are_clustered_by_window(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    created = statements.create(locked["pip-first-time-hint"])
    for table in ("bins", "pieces", "moments"):
        clusters = _clusters(tree_of(created[f"{table}_pip_first_time_hint"]))
        assert clusters == ["window_index", "analysis_period", "analysis_basis", "metric"]


def test_a_merge_names_the_partitions_that_its_rows_belong_to(
    experiment: LockedExperiment, statements: Statements
) -> None:
    for name, sql in statements.merge(experiment, NEW_ROWS).items():
        on = tree_of(sql).args["on"].sql(dialect="bigquery")
        key = node_of(experiment, name).config["unique_key"]
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
    assert merged.keys() == {node.name for node in experiment.nodes if node.grows}
    for sql in merged.values():
        on = tree_of(sql).args["on"]
        # BigQuery documents a constant false predicate as one that prunes all.
        assert exp.false() in list(on.find_all(exp.Boolean))
        assert not on.find(exp.Or)


def test_new_rows_of_enrollments_are_merged_on_their_key(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    statements.answers["select 1 as one"] = Answer(1)
    merged = statements.merge(locked["pip-first-time-hint"], NEW_ROWS)
    on = tree_of(merged["enrollments_pip_first_time_hint"]).args["on"]
    assert not on.find(exp.Boolean)


def test_only_incomplete_windows_are_deleted_by_their_partition(
    locked: dict[str, LockedExperiment], statements: Statements
) -> None:
    experiment = locked["pip-first-time-hint"]
    assert "delete" not in str(statements.hooks(experiment)["pip_first_time_hint_daily"])
    statements.answers["where (concat(',', absent_sources"] = Answer(5)
    (delete, *_) = statements.hooks(experiment)["pip_first_time_hint_daily"]
    parsed = tree_of(delete)
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
