"""Tables as the hub reads them: columns, dates, rows, and where nulls are."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from dbt_jetstream.demo import last_date
from demo_data.telemetry_tables import SHAPES, TABLES, Connection, generated, number


@pytest.mark.parametrize("table", TABLES)
def test_tables_have_the_columns_that_the_hub_reads(small: Connection, table: str) -> None:
    described = small.execute(f"describe {table}").fetchall()
    assert {name: kind for name, kind, *_ in described} == SHAPES[table]


@pytest.mark.parametrize("table", ["telemetry.clients_daily", "fenix.clients_daily"])
def test_a_client_has_one_row_a_day(small: Connection, table: str) -> None:
    units = "count(*) - count(distinct (client_id, submission_date))"
    assert number(small, f"select {units} from {table}") == 0


def test_telemetry_covers_history_and_experiment(small: Connection) -> None:
    # 28 days before Monday 2026-03-02 is 2026-02-02; 44 days after it is 2026-04-15.
    assert last_date(45) == dt.date(2026, 4, 15)
    for table in TABLES[0], TABLES[2]:
        dates = f"select min(submission_date), max(submission_date) from {table}"
        assert small.execute(dates).fetchall() == [(dt.date(2026, 2, 2), dt.date(2026, 4, 15))]


def test_fewer_days_end_earlier_and_change_nothing_before(
    tmp_path: Path, small: Connection
) -> None:
    short = generated(tmp_path / "short.duckdb", 3_000, days=10)
    query = (
        "select count(*), sum(md5_number_lower(t::varchar)::hugeint)"
        " from telemetry.clients_daily as t where submission_date <= date '2026-03-11'"
    )
    assert short.execute(query).fetchall() == small.execute(query).fetchall()
    newest = number(short, "select max(submission_date) from telemetry.clients_daily")
    assert newest == dt.date(2026, 3, 11)


def test_sample_ids_are_spread_over_0_to_99(small: Connection) -> None:
    ids = "select min(sample_id), max(sample_id), count(distinct sample_id) from {}"
    for table in TABLES:
        assert small.execute(ids.format(table)).fetchall() == [(0, 99, 100)]


NULLABLE = {
    "telemetry.clients_daily": [
        "profile_group_id",
        "active_hours_sum",
        "search_count_all",
        "ad_clicks_count_all",
        "scalar_parent_browser_engagement_total_uri_count_sum",
        "is_default_browser",
        "country",
    ],
    "telemetry.events": ["profile_group_id", "event_object", "event_string_value"],
    "fenix.clients_daily": [
        "active_seconds",
        "uri_count",
        "ad_clicks",
        "is_default_browser",
        "country",
    ],
    "fenix.events_stream": ["client_id", "event_extra"],
}


@pytest.mark.parametrize("table", TABLES)
def test_exactly_the_untidy_columns_hold_nulls(small: Connection, table: str) -> None:
    counts = ", ".join(f"count(*) - count({column})" for column in SHAPES[table])
    nulls = small.execute(f"select {counts} from {table}").fetchall()[0]
    holding = {name for name, n in zip(SHAPES[table], nulls, strict=True) if n}
    assert holding == set(NULLABLE[table])
