"""Partitions that queries need not read."""

from __future__ import annotations

import pytest
from sqlglot import exp

from bigquery_sql.parsing import tree_of
from bigquery_statements import Statements
from dbt_jetstream.lock.expand import LockedExperiment
from partition_filters import scans


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
    found = scans(tree_of(sql), {"p.d.t": None})
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
    created = [_selects(tree_of(sql)) for sql in statements.create(experiment).values()]
    probes = [tree_of(sql) for sql in statements.asked]
    found = [s for tree in [*created, *probes] for s in scans(tree, _telemetry(experiment))]
    assert {table for table, _ in found} == set(_telemetry(experiment))
    assert [table for table, is_pruned in found if not is_pruned] == []


def test_metrics_read_the_client_days_of_their_windows_alone(
    experiment: LockedExperiment, statements: Statements
) -> None:
    created = statements.create(experiment)
    days = {f"analysis.{name}": "submission_date" for name in created if "client_days" in name}
    metrics = [node.name for node in experiment.nodes if "data_sources" in node.meta]
    found = [s for name in metrics for s in scans(_selects(tree_of(created[name])), days)]
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
    for table in ("bins", "pieces"):
        (name,) = [name for name in created if name.startswith(f"{table}_")]
        found = scans(_selects(tree_of(created[name])), metrics)
        assert {table for table, _ in found} == set(metrics)
        assert all(is_pruned for _, is_pruned in found)
