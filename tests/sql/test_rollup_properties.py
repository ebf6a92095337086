"""Rolled up from days or evaluated directly, every expression gives the same."""

from __future__ import annotations

import datetime as dt
import math

import duckdb
from duckdb_library import library
from hypothesis import given, settings
from hypothesis import strategies as st

from dbt_jetstream.sql.dialect import parse_expression, to_duckdb
from dbt_jetstream.sql.rollup import Rollup, split
from tiers import number

EXPRESSIONS = [
    "SUM(n)",
    "COALESCE(SUM(n), 0)",
    "COALESCE(SUM(ds.f), 0)",
    "SUM(IF(t = 'a', n, 0))",
    "SUM(COALESCE(n, 1))",
    "COUNT(*)",
    "COUNT(n)",
    "COUNT(ds.submission_date) > 0",
    "COUNTIF(t = 'a' AND n > 0)",
    "COUNTIF(t IS NULL)",
    "MIN(f)",
    "MAX(ds.submission_date)",
    "MIN(t)",
    "LOGICAL_OR(b)",
    "COALESCE(LOGICAL_OR(b), FALSE)",
    "LOGICAL_AND(b)",
    "LOGICAL_OR(t != e.branch)",
    "AVG(n)",
    "AVG(f) + 1",
    "SAFE_DIVIDE(SUM(n), COUNT(f))",
    "COALESCE(SAFE_DIVIDE(SUM(f), SUM(n)), 0)",
    "COUNT(DISTINCT submission_date)",
    "COUNT(DISTINCT IF(b, ds.submission_date, NULL))",
    "COUNT(DISTINCT CASE WHEN n > 1 THEN submission_date END)",
    "SUM(IF(ds.submission_date = e.enrollment_date, n, 0))",
    "IF(MAX(n) > 1, 'many', 'few')",
    "CASE WHEN SUM(n) IS NULL THEN NULL WHEN SUM(n) > 2 THEN TRUE ELSE FALSE END",
    "e.branch = MIN(t)",
]
ROLLUPS = {f"m{i}": split(sql) for i, sql in enumerate(EXPRESSIONS)}
PARTS = {
    part.name: part
    for rollup in ROLLUPS.values()
    if isinstance(rollup, Rollup)
    for part in rollup.parts
}
COMBINE = {"LOGICAL_OR": "bool_or", "LOGICAL_AND": "bool_and"}

FIRST = dt.date(2024, 3, 1)
days = st.integers(0, 5).map(lambda n: FIRST + dt.timedelta(days=n))
units = st.sampled_from(["ann", "bob", "cid"])
rows = st.tuples(
    units,
    days,
    st.none() | st.integers(-3, 5),
    st.none() | st.floats(-10, 10, allow_nan=False).map(lambda x: round(x, 3)),
    st.none() | st.sampled_from(["a", "b", "control"]),
    st.none() | st.booleans(),
)


def _columns(sql_by_name: dict[str, str]) -> str:
    return ", ".join(
        f"{to_duckdb(parse_expression(sql))} as {name}" for name, sql in sql_by_name.items()
    )


DIRECT = f"""
    select e.analysis_id, {_columns(dict(zip(ROLLUPS, EXPRESSIONS, strict=True)))}
    from units as e
    left join telemetry as ds
        on ds.client_id = e.analysis_id
        and ds.submission_date between date '2024-03-02' and date '2024-03-04'
    group by e.analysis_id, e.branch
    order by 1
"""
DAILY = _columns({part.name: part.daily for part in PARTS.values()})
ROLLED_UP = f"""
    with client_days as (
        select e.analysis_id, e.branch, ds.submission_date as day, {DAILY}
        from units as e
        inner join telemetry as ds on ds.client_id = e.analysis_id
        group by 1, 2, 3
        union all
        select e.analysis_id, e.branch, null, {DAILY}
        from units as e
        left join telemetry as ds on false
        group by 1, 2
    ),
    window_days as (
        select analysis_id, {", ".join(
            f"{COMBINE.get(part.combine, part.combine)}({name}) as {name}"
            for name, part in PARTS.items()
        )}
        from client_days
        where day between date '2024-03-02' and date '2024-03-04'
        group by 1
    ),
    window_parts as (
        from window_days
        union all
        select analysis_id, {", ".join(PARTS)}
        from client_days
        where day is null and analysis_id not in (select analysis_id from window_days)
    )
    select e.analysis_id, {_columns({n: r.expression for n, r in ROLLUPS.items()})}
    from window_parts as p
    inner join units as e using (analysis_id)
    order by 1
"""  # fmt: skip


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-9)
    return one == other


@settings(max_examples=number(30, 60), deadline=None)
@given(st.lists(rows, max_size=25))
def test_days_roll_up_to_what_a_direct_evaluation_gives(telemetry: list[tuple]) -> None:
    with duckdb.connect() as connection:
        connection.execute(library())
        connection.execute(
            "create table units as select * from (values ('ann', 'a', date '2024-03-02'), "
            "('bob', 'b', date '2024-03-03'), ('cid', 'control', date '2024-03-01')) "
            "as units(analysis_id, branch, enrollment_date)"
        )
        connection.execute(
            "create table telemetry (client_id varchar, submission_date date, n bigint, f double, "
            "t varchar, b boolean)"
        )
        if telemetry:
            connection.executemany("insert into telemetry values (?, ?, ?, ?, ?, ?)", telemetry)
        direct = connection.execute(DIRECT).fetchall()
        rolled_up = connection.execute(ROLLED_UP).fetchall()
    assert len(direct) == 3
    for expected, found in zip(direct, rolled_up, strict=True):
        for sql, its, ours in zip(["unit", *EXPRESSIONS], expected, found, strict=True):
            assert _same(ours, its), (sql, its, ours)
