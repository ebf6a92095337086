"""Names that are taken: by a table's own columns, by others', or by the query's own tables."""

from __future__ import annotations

import pytest

from checks.configs import with_data_sources, with_metric, with_segment
from checks.desk import Desk
from conftest import REPOSITORY
from dbt_jetstream.inputs.checks.collisions import OWN_COLUMNS
from dbt_jetstream.inside_dbt.reduced import entries_of
from dbt_jetstream.lock.held import held_locks


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Branch", "would have the same name as the table's own column `branch`"),
        ("absent_sources", "the same name as the table's own column `absent_sources`"),
        ("late_telemetry", "the same name as the table's own column `late_telemetry`"),
        ("PINGS", "of data source `clicks` would have the same name as the metric `pings` of data"),
        ("main_has_Non_enrolled_data", "the check `main_has_non_enrolled_data` of data source `m"),
        ("Identity", "the metric `Identity` is the one that counts units"),
    ],
)
def test_a_metric_that_takes_anothers_column_is_refused(desk: Desk, name: str, words: str) -> None:
    ((kind, line),) = desk.mistakes(with_metric(name))
    assert kind == "MetricNameCollisionException"
    assert line.startswith("own.toml: metrics.")
    assert words in line
    assert line.endswith("rename it")


@pytest.mark.parametrize("slug", sorted(held_locks(REPOSITORY)))
def test_every_column_of_windows_that_is_ours_is_taken(slug: str) -> None:
    for model in held_locks(REPOSITORY)[slug].models.values():
        meta = model["config"]["meta"]
        if "windows" in meta:
            theirs = {entry.partition(" ")[2] for entry in entries_of(meta)}
            columns = {column["name"] for column in model["columns"]}
            assert columns - theirs == set(OWN_COLUMNS)


def test_a_check_that_no_data_source_has_is_a_free_name(desk: Desk) -> None:
    assert desk.check(with_metric("clicks_has_non_enrolled_data")) == []


def test_a_metric_and_a_segment_share_no_name(desk: Desk) -> None:
    ((kind, line),) = desk.mistakes(
        with_metric("Regulars") + '[experiment]\nsegments = ["regulars"]\n'
    )
    assert kind == "MetricNameCollisionException"
    assert line == (
        "own.toml: metrics.Regulars: the metric `Regulars` of data source `clicks` would have the "
        "same name as the segment `regulars`; rename it"
    )


@pytest.mark.parametrize("name", ["population", "Value", "segment", "is_counted", "x"])
def test_a_segment_that_takes_a_column_of_results_is_refused(desk: Desk, name: str) -> None:
    ((kind, line),) = desk.mistakes(with_segment("", name))
    assert kind == "MetricNameCollisionException"
    problem = f"our tables of results have a column `{name.lower()}`; rename it"
    assert line == f"own.toml: segments.{name}: {problem}"


@pytest.mark.parametrize("name", ["unit_windows", "Analysis_Windows", "anchored_units", "E"])
def test_a_data_source_that_takes_a_table_of_the_query_is_refused(desk: Desk, name: str) -> None:
    assert desk.mistakes(with_data_sources(name)) == [
        (
            "MetricNameCollisionException",
            f"own.toml: data_sources.{name}: the data source `{name}` would have the same name as "
            f"the query's own `{name.lower()}`; rename it",
        )
    ]


@pytest.mark.parametrize("suffix", ["_direct", "_window_days", "_window_parts"])
def test_a_data_source_that_takes_anothers_derived_table_is_refused(
    desk: Desk, suffix: str
) -> None:
    ((kind, line),) = desk.mistakes(with_data_sources("clicks", f"Clicks{suffix}"))
    assert kind == "MetricNameCollisionException"
    assert f"`clicks{suffix}`, made from the data source `clicks`" in line
    assert f"the data source `Clicks{suffix}`" in line


def test_two_data_sources_that_differ_in_case_alone_are_refused_once(desk: Desk) -> None:
    ((kind, line),) = desk.mistakes(with_data_sources("visits", "Visits"))
    assert kind == "MetricNameCollisionException"
    assert line == (
        "own.toml: data_sources.visits: the data source `visits` would have the same name as the "
        "data source `Visits`; rename it"
    )


def test_data_sources_with_like_names_pass(desk: Desk) -> None:
    names = ("e2", "visits", "visits_days", "direct", "window_days", "units")
    assert desk.check(with_data_sources(*names)) == []
