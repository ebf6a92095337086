"""Bytes before and after, of the telemetry that is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dbt_jetstream.review.diff.stored import reads, size_of
from diff.repository import DEFAULTS, FENIX, change


@pytest.mark.parametrize(
    ("value", "kind", "size"),
    [
        # https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#data_type_sizes
        ("7", "BIGINT", 8),
        ("1.5", "DOUBLE", 8),
        ("date '2026-03-02'", "DATE", 8),
        ("true", "BOOLEAN", 1),
        ("null::bigint", "BIGINT", 0),
        ("'abc'", "VARCHAR", 5),
        ("'né'", "VARCHAR", 5),
        ("null::varchar", "VARCHAR", 0),
        ("[1, null, 3]", "BIGINT[]", 16),
        # Each of the two: 2 + 1 for the key, 2 + 2 for the value.
        (
            "[{'key': 'a', 'value': 'xy'}, {'key': 'b', 'value': 'zz'}]",
            'STRUCT("key" VARCHAR, "value" VARCHAR)[]',
            14,
        ),
        ("map {'ab': 1}", "MAP(VARCHAR, BIGINT)", 12),
        ("{'a': true, 'b': [1.0, 2.0]}", 'STRUCT("a" BOOLEAN, "b" DOUBLE[])', 17),
    ],
)
def test_the_bytes_of_a_value_are_bigquerys(value: str, kind: str, size: int) -> None:
    query = f"select {size_of('v', kind)} from (select {value} as v)"
    assert duckdb.sql(query).fetchall() == [(size,)]


def test_columns_and_days_are_read_off_the_query() -> None:
    types = {"client_id": "VARCHAR", "day": "DATE", "a": "BIGINT", "b": "BIGINT", "c": "BIGINT"}
    query = """
    select u.id, sum(r.a) as a from units as u
    inner join (select client_id, day as submission_date, a, b from raw.telemetry) as r
        on r.client_id = u.id and r.submission_date between date '2026-03-02' and date '2026-03-04'
        and r.submission_date >= u.since
    left join raw.telemetry as nothing on nothing.client_id = u.id and false
    group by 1
    """
    schema = {"raw": {"telemetry": types}, "main": {"units": {"id": "VARCHAR", "since": "DATE"}}}
    found = reads(query, schema, {("raw", "telemetry")})
    assert list(found) == [("raw", "telemetry")]
    read = found["raw", "telemetry"]
    # `b` is selected and never used; `c` is not named; the last join is on false.
    assert read.columns == {"client_id", "day", "a"}
    (days,) = read.days
    rows = duckdb.sql(
        f"select day from range(date '2026-03-01', date '2026-03-09', interval 1 day) "
        f"as t(day) where {days}"
    ).fetchall()
    assert [day.day for (day,) in rows] == [2, 3, 4]


def test_bytes_before_and_after(
    project: Path, diff: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The overall window ends 5 days earlier: so many days of 64-bit columns fewer are read."""
    database = tmp_path / "jetstream.duckdb"
    with duckdb.connect(str(database)) as connection:
        for table in ("clients_daily", "events_stream"):
            connection.execute("create schema if not exists fenix")
            time = "submission_timestamp" if table == "events_stream" else "submission_date"
            days = (
                "select day from range(date '2026-02-01', date '2026-05-01', interval 1 day) t(day)"
            )
            kind = "timestamp" if table == "events_stream" else "date"
            columns = {
                "clients_daily": "active_seconds uri_count search_count ad_clicks",
                "events_stream": "sample_id",
            }[table].split()
            texts = ["country"] if table == "clients_daily" else ["event_category", "event_name"]
            flags = ", true as is_default_browser" if table == "clients_daily" else ""
            extra = ", '{}'::json as event_extra" if table == "events_stream" else ""
            numbers = "".join(f", 1::bigint as {name}" for name in columns)
            words = "".join(f", 'abc' as {name}" for name in texts)
            connection.execute(
                f"create table fenix.{table} as select 'c' as client_id, day::{kind} as {time}"
                f"{numbers}{words}{flags}{extra} from ({days})"
            )
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(database))
    monkeypatch.setenv("DBT_PROFILES_DIR", str(project))
    path = project / "demo/experiments.json"
    first, last = path.read_text().split(f'"slug": "{FENIX}"')
    path.write_text(f'{first}"slug": "{FENIX}"{last.replace("2026-04-15", "2026-04-10")}')
    printed = diff()
    # A row of clients_daily: client_id 2 + 1, the date 8, four numbers 8 each, the flag 1: 44.
    # From a week before the first enrollment (2026-02-23) to the end: 52 days, 5 fewer now.
    row = "| `fenix_toolbar_shortcut_clients_daily_client_days` | 2.29 KB | 2.07 KB |"
    assert 52 * 44 == 2288
    assert 47 * 44 == 2068
    assert row in printed
    assert "Bytes are an estimate, of the telemetry in `jetstream.duckdb`" in printed


def test_without_telemetry_there_is_a_way_to_an_estimate(
    project: Path, diff: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(tmp_path / "none.duckdb"))
    change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
    assert "Bytes: no estimate; `jetstream diff --target bigquery` asks" in diff()
