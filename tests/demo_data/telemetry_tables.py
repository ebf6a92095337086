"""Generated telemetry: its tables, and who was enrolled and exposed in them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from dbt_jetstream.demo import DESKTOP, FENIX, generate

TABLES = (
    "telemetry.clients_daily",
    "telemetry.events",
    "fenix.clients_daily",
    "fenix.events_stream",
)
MAP = 'STRUCT("key" VARCHAR, "value" VARCHAR)[]'
SHAPES = {
    "telemetry.clients_daily": {
        "client_id": "VARCHAR",
        "profile_group_id": "VARCHAR",
        "submission_date": "DATE",
        "active_hours_sum": "DOUBLE",
        "search_count_all": "BIGINT",
        "ad_clicks_count_all": "BIGINT",
        "scalar_parent_browser_engagement_total_uri_count_sum": "BIGINT",
        "is_default_browser": "BOOLEAN",
        "country": "VARCHAR",
        "sample_id": "BIGINT",
        "experiments": MAP,
    },
    "telemetry.events": {
        "client_id": "VARCHAR",
        "profile_group_id": "VARCHAR",
        "submission_date": "DATE",
        "event_category": "VARCHAR",
        "event_method": "VARCHAR",
        "event_object": "VARCHAR",
        "event_string_value": "VARCHAR",
        "event_map_values": MAP,
        "sample_id": "BIGINT",
    },
    "fenix.clients_daily": {
        "client_id": "VARCHAR",
        "submission_date": "DATE",
        "active_seconds": "BIGINT",
        "uri_count": "BIGINT",
        "search_count": "BIGINT",
        "ad_clicks": "BIGINT",
        "is_default_browser": "BOOLEAN",
        "country": "VARCHAR",
        "sample_id": "BIGINT",
    },
    "fenix.events_stream": {
        "client_id": "VARCHAR",
        "submission_timestamp": "TIMESTAMP",
        "event_category": "VARCHAR",
        "event_name": "VARCHAR",
        "event_extra": "JSON",
        "sample_id": "BIGINT",
    },
}
ENROLLMENTS = {
    "firefox_desktop": f"""
        select client_id, submission_date as date, event_map_values[1].value as branch
        from telemetry.events
        where event_category = 'normandy' and event_method = 'enroll'
            and event_string_value = '{DESKTOP.slug}' and event_map_values[1].key = 'branch'
    """,
    "fenix": f"""
        select client_id, submission_timestamp::date as date, event_extra ->> '$.branch' as branch
        from fenix.events_stream
        where event_category = 'nimbus_events' and event_name = 'enrollment'
            and event_extra ->> '$.experiment' = '{FENIX.slug}'
    """,
}
EXPOSURES = {
    "firefox_desktop": f"""
        select client_id, submission_date as date, event_map_values[1].value as branch
        from telemetry.events
        where event_category = 'normandy' and event_method = 'expose'
            and event_string_value = '{DESKTOP.slug}' and event_map_values[1].key = 'branchSlug'
    """,
    "fenix": f"""
        select client_id, submission_timestamp::date as date, event_extra ->> '$.branch' as branch
        from fenix.events_stream
        where event_category = 'nimbus_events' and event_name = 'exposure'
            and event_extra ->> '$.experiment' = '{FENIX.slug}'
    """,
}
both_apps = pytest.mark.parametrize("app", ["firefox_desktop", "fenix"])
Connection = duckdb.DuckDBPyConnection


def generated(path: Path, clients: int, **options: int) -> Connection:
    options = {"seed": 1, "days": 45} | options
    generate(path, clients=clients, **options)
    return duckdb.connect(str(path), read_only=True)


def number(connection: Connection, query: str) -> float:
    return connection.execute(query).fetchall()[0][0]
