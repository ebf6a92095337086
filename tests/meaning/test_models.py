"""Models of the demo experiments have the same rows on both engines, over some 20 units.

Telemetry is random, with NaN, infinities and nulls where its types let them be. Each engine reads
the tables that it has made itself.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import REPOSITORY, copy_project
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.lock.expand import LockedExperiment
from dbt_jetstream.lock.nodes.node import Node
from dbt_jetstream.review.googlesql.catalog import Catalog, type_text
from dbt_jetstream.review.googlesql.evaluator import evaluate
from dbt_jetstream.review.relations import Column
from dbt_jetstream.review.render import SCHEMA, Renderer
from dbt_jetstream.sync.locking import sync
from dbt_jetstream.sync.request import Request
from meaning.engines import same
from tiers import number, sample

# The kinds of models that are compared; see `_kind`.
COMPARED = ("enrollments", "client_days", "metrics", "bins", "pieces", "moments")
SLUGS = ("pip-first-time-hint", "fenix-toolbar-shortcut")
UNITS = [f"unit-{number:02}" for number in range(20)]
FIRST, DAYS = dt.date(2026, 2, 10), 60
ENROLLMENT = dt.date(2026, 3, 2)
# The columns of telemetry that definitions of the demo hub read.
EVENTS = {
    "client_id": "STRING",
    "event_category": "STRING",
    "sample_id": "INT64",
}
PAIRS = "ARRAY<STRUCT<key STRING, value STRING>>"
TELEMETRY: dict[str, dict[str, str]] = {
    "mozdata.fenix.clients_daily": {
        "client_id": "STRING",
        "submission_date": "DATE",
        "active_seconds": "INT64",
        "uri_count": "INT64",
        "search_count": "INT64",
        "ad_clicks": "INT64",
        "is_default_browser": "BOOL",
        "country": "STRING",
        "sample_id": "INT64",
    },
    "mozdata.fenix.events_stream": {
        **EVENTS,
        "submission_timestamp": "TIMESTAMP",
        "event_name": "STRING",
        "event_extra": "JSON",
    },
    "mozdata.telemetry.clients_daily": {
        "client_id": "STRING",
        "profile_group_id": "STRING",
        "submission_date": "DATE",
        "active_hours_sum": "FLOAT64",
        "search_count_all": "INT64",
        "ad_clicks_count_all": "INT64",
        "scalar_parent_browser_engagement_total_uri_count_sum": "INT64",
        "is_default_browser": "BOOL",
        "country": "STRING",
        "sample_id": "INT64",
        "experiments": PAIRS,
    },
    "mozdata.telemetry.events": {
        **EVENTS,
        "profile_group_id": "STRING",
        "submission_date": "DATE",
        "event_method": "STRING",
        "event_object": "STRING",
        "event_string_value": "STRING",
        "event_map_values": PAIRS,
    },
}
ON_DUCKDB = {
    "INT64": "bigint",
    "FLOAT64": "double",
    "STRING": "varchar",
    "BOOL": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "JSON": "json",
    PAIRS: "struct(key varchar, value varchar)[]",
}
GET_KEY = """
    create function mozfun.map.get_key(map any type, k any type) as (
        (select entry.value from unnest(map) as entry where entry.key = k limit 1)
    )
"""
# The square of one is beyond FLOAT64, an error on BigQuery.
FLOATS = (math.nan, math.inf, -math.inf, 0.0, 0.25, 1.5, 7.125, 40.0, 1e200)


def _row(chance: random.Random, columns: dict[str, str], slug: str) -> dict[str, Any]:
    """Make a row of telemetry: an event of the experiment, or any day of a unit."""
    date = FIRST + dt.timedelta(days=chance.randrange(DAYS))
    unit = chance.choice([*UNITS, None, "stranger"])
    branch = chance.choice(["control", "treatment", None])
    time = dt.datetime.combine(date, dt.time(chance.randrange(24), 59, 59), dt.UTC)
    any_of: dict[str, Any] = {
        "client_id": unit,
        "profile_group_id": unit,
        "submission_date": date,
        "submission_timestamp": time,
        "sample_id": chance.randrange(100),
        "country": chance.choice(["DE", "US", None, ""]),
        "event_category": chance.choice(["normandy", "nimbus_events", "pictureinpicture", None]),
        "event_method": chance.choice(
            ["enroll", "exposure", "expose", "unenroll", "window_opened", "toggle_shown"]
        ),
        "event_name": chance.choice(["enrollment", "exposure", "expose", "unenrollment", None]),
        "event_object": chance.choice(["preference_study", None]),
        "event_string_value": chance.choice([slug, slug, "another", None]),
        "event_map_values": chance.choice(
            [_pairs(branch=branch), _pairs(branchSlug=branch, name=f"{slug}:{branch}"), [], None]
        ),
        "experiments": chance.choice([_pairs(**{slug: branch}), [], None]),
        "event_extra": chance.choice(
            [
                json.dumps({"experiment": slug, "branch": branch}),
                json.dumps({"experiment": slug, "branch": {"slug": branch}}),
                "[]",
                None,
            ]
        ),
    }
    return {name: any_of.get(name, _any(chance, kind)) for name, kind in columns.items()}


def _telemetry(chance: random.Random, columns: dict[str, str], slug: str) -> list[dict[str, Any]]:
    """Make the rows of a table: an enrollment and an exposure of most units, then any."""
    found = [_row(chance, columns, slug) for _ in range(700)]
    for place, unit in enumerate(UNITS * 2):
        branch, is_exposure = ("control", "treatment")[place % 2], place >= len(UNITS)
        date = ENROLLMENT + dt.timedelta(days=chance.randrange(8))
        known = {
            "client_id": unit,
            "submission_date": date,
            "submission_timestamp": dt.datetime.combine(date, dt.time(1), dt.UTC),
            "sample_id": 1,
            "event_category": "normandy" if "event_method" in columns else "nimbus_events",
            "event_method": "exposure" if is_exposure else "enroll",
            "event_name": "exposure" if is_exposure else "enrollment",
            "event_string_value": slug,
            "event_map_values": _pairs(branch=branch, branchSlug=branch),
            "event_extra": json.dumps({"experiment": slug, "branch": branch}),
        }
        row = _row(chance, columns, slug)
        if "event_category" in columns:
            found.append({name: known.get(name, value) for name, value in row.items()})
    return found


def _pairs(**values: str | None) -> list[dict[str, str | None]]:
    return [{"key": key, "value": value} for key, value in values.items()]


def _any(chance: random.Random, kind: str) -> Any:
    values: Sequence[Any] = {
        "INT64": (0, 1, 2, 15, -3),
        "FLOAT64": FLOATS,
        "BOOL": (True, False),
        "STRING": ("a", "b", ""),
    }.get(kind, ())
    return chance.choice([*values, None])


class BigQuery:
    """The models on Google's evaluator."""

    def __init__(self) -> None:
        self.catalog = Catalog()
        self.catalog.add_function(GET_KEY)
        self.contents: dict[str, list[tuple[Any, ...]]] = {}

    def fill(self, name: str, columns: dict[str, str], found: list[dict[str, Any]]) -> None:
        """Make a table of telemetry."""
        self.catalog.add_table(name, columns)
        self.contents[name] = [tuple(row.values()) for row in found]

    def build(self, name: str, query: str) -> list[tuple[Any, ...]]:
        """Make a model's table, and return its rows."""
        # The evaluator knows no function by a dotted name in one pair of backticks.
        query = query.replace("`mozfun.map.get_key`", "mozfun.map.get_key")
        found = evaluate(self.catalog, query, self.contents)
        self.catalog.add_typed_table(f"{SCHEMA}.{name}", found.columns)
        self.contents[f"{SCHEMA}.{name}"] = found.rows
        return found.rows

    def types(self, name: str) -> dict[str, str]:
        """Return the types of a model's columns."""
        table = self.catalog.table(f"{SCHEMA}.{name}")
        return {column.name: type_text(column.type) for column in table.column}


class OnDuckDB:
    """The models on DuckDB."""

    def __init__(self, functions: str) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(functions)
        self.connection.execute(f"create schema {SCHEMA}")

    def fill(self, name: str, columns: dict[str, str], found: list[dict[str, Any]]) -> None:
        """Make a table of telemetry."""
        _, schema, table = name.split(".")
        typed = ", ".join(f"{column} {ON_DUCKDB[kind]}" for column, kind in columns.items())
        self.connection.execute(f"create schema if not exists {schema}")
        self.connection.execute(f"create table {schema}.{table} ({typed})")
        marks = ", ".join("cast(? as json)" if kind == PAIRS else "?" for kind in columns.values())
        self.connection.executemany(
            f"insert into {schema}.{table} values ({marks})",
            [[_given(value) for value in row.values()] for row in found],
        )

    def build(self, name: str, query: str) -> list[tuple[Any, ...]]:
        """Make a model's table, and return its rows."""
        self.connection.execute(f"create table {SCHEMA}.{name} as {query}")
        found: list[tuple[Any, ...]] = self.connection.execute(
            f"select * from {SCHEMA}.{name}"
        ).fetchall()
        return found

    def types(self, name: str) -> dict[str, str]:
        """Return the types of a model's columns."""
        found = self.connection.execute(f"describe {SCHEMA}.{name}").fetchall()
        return {column: kind for column, kind, *_ in found}


def _given(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    return json.dumps(value) if isinstance(value, list) else value


def _kind(node: Node) -> str:
    """Name what a model is: enrollments, client_days, metrics, bins, pieces, moments or another."""
    first, last = node.name.split("_")[0], node.name.rpartition("_client_days")[1]
    if last:
        return "client_days"
    if "data_sources" in node.meta and "windows" in node.meta:
        return "metrics"
    return first


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> dict[str, LockedExperiment]:
    project = copy_project(tmp_path_factory.mktemp("meaning") / "project")
    hub = HubAddress(str(REPOSITORY / "metric_hub"))
    report = sync(Request([hub], REPOSITORY / "demo/experiments.json", Path(project.path)))
    return {experiment.slug: experiment for experiment in report.experiments}


class TypedColumn(Column):
    """A column of a table that an engine has made."""

    def is_integer(self) -> bool:
        return self.dtype in {"INT64", "BIGINT", "INTEGER", "HUGEINT"}


class TypedRenderer(Renderer):
    """Renders models after those that they read have been built."""

    def __init__(self, dialect: str) -> None:
        self.types: dict[str, dict[str, str]] = {}
        super().__init__(REPOSITORY, dialect)

    def _columns(self, relation: Any) -> list[Any]:
        known = self.types[relation.identifier].items()
        return [TypedColumn(name, name, kind) for name, kind in known]

    def query(self, experiment: LockedExperiment, name: str) -> str:
        """Render a model."""
        return self.render(experiment, lambda node: node.name == name)[name]


@pytest.mark.parametrize("seed", range(1, number(2, 3)))
@pytest.mark.parametrize("slug", sample(SLUGS, 2))
def test_models_have_the_same_rows_on_both_engines(
    locked: dict[str, LockedExperiment], slug: str, seed: int
) -> None:
    experiment = locked[slug]
    renderers = TypedRenderer("bigquery"), TypedRenderer("duckdb")
    bigquery, on_duckdb = BigQuery(), OnDuckDB(renderers[1].create_functions())
    chance = random.Random(seed)
    for table in experiment.tables:
        columns = TELEMETRY[table.dotted]
        found = _telemetry(chance, columns, slug)
        bigquery.fill(table.dotted, columns, found)
        on_duckdb.fill(table.dotted, columns, found)
    nodes = [n for n in experiment.nodes if n.language == "sql" and _kind(n) in COMPARED]
    assert {_kind(node) for node in nodes} == set(COMPARED)
    for node in nodes:
        queries = [renderer.query(experiment, node.name) for renderer in renderers]
        expected = _ordered(bigquery.build(node.name, queries[0]))
        ours = _ordered(on_duckdb.build(node.name, queries[1]))
        for engine, renderer in zip((bigquery, on_duckdb), renderers, strict=True):
            renderer.types[node.name] = engine.types(node.name)
        assert len(expected) > 10, node.name
        assert len(ours) == len(expected), node.name
        for one, other in zip(expected, ours, strict=True):
            assert all(map(same, one, other)), (node.name, one, other)


def _ordered(found: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    return sorted(found, key=lambda row: [_sortable(value) for value in row])


def _sortable(value: Any) -> str:
    """Write a value such that both engines' rows come in one order."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"{float(value):.9g}"
    return str(value)
