"""`jetstream cost --bytes`: every query that is priced is one that BigQuery takes."""

from __future__ import annotations

import json
from typing import Protocol

from conftest import Project
from dbt_jetstream.lock.definition.file import read_definition, text_of
from dbt_jetstream.lock.expand import expand
from tiers import exhaustive

pytestmark = exhaustive


class Server(Protocol):
    """What the fixture gives: a project whose default target is a BigQuery that holds telemetry."""

    project: Project


def test_a_dry_run_takes_every_query_and_the_table_has_bytes(bigquery: Server) -> None:
    """The emulator compiles the queries, and answers 0 bytes whatever they read."""
    done = bigquery.project.run("jetstream", "cost", "--bytes")
    assert done.returncode == 0, done.stderr
    (header, *_) = (line for line in done.stdout.splitlines() if line.startswith("data source"))
    assert "bytes here  bytes original" in header
    lines = done.stdout.splitlines()
    zero = "All dry runs answered 0 bytes: the tables are empty, or the server only emulates."
    assert lines.count(zero) == 2
    assert lines[-1].endswith("times as many; 0 B and 0 B")


def test_rows_have_bytes_but_for_what_reads_dates_alone(bigquery: Server) -> None:
    done = bigquery.project.run("jetstream", "cost", "--bytes", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    assert {row["experiment"] for row in rows} == {"pip-first-time-hint", "fenix-toolbar-shortcut"}
    for row in rows:
        assert row["bytes"] == (None if row["purpose"] == "arrival" else 0)


def test_a_query_that_is_refused_is_one_line_with_the_data_source(bigquery: Server) -> None:
    """Telemetry of a dataset that BigQuery does not know."""
    lock = bigquery.project.path / "models/experiments/pip-first-time-hint/definition.yml"
    text = lock.read_text()
    elsewhere = text.replace("telemetry.", "nowhere.")
    try:
        lock.write_text(text_of(expand(read_definition(lock, elsewhere)).definition))
        done = bigquery.project.run("jetstream", "cost", "pip-first-time-hint", "--bytes")
    finally:
        lock.write_text(text)
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    told = "error: pip-first-time-hint: BigQuery cannot tell the bytes of "
    assert line.startswith(told)
    assert "https://" not in line
