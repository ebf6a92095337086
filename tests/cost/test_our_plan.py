"""Our plan, against the macros on each date of an experiment's life and against what dbt ran."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from conftest import REPOSITORY, Project
from cost.cases import DEMO, costs
from cost.dates import days_in, literal, of_plan
from cost.life import Life
from dbt_jetstream.review.cost.scans import Purpose
from dbt_jetstream.review.render import Renderer


@pytest.mark.parametrize("slug", ["forty-five-days", "direct", "ends-with-enrollment", *DEMO])
def test_what_is_read_here_is_what_the_macros_read_on_each_date(cases: Project, slug: str) -> None:
    path = REPOSITORY if slug in DEMO else cases.path
    found = costs(path, slug)
    life = Life(found.definition.locked)
    days = [d for node in found.definition.client_days for d in life.days(node.meta["data_source"])]
    assert of_plan(found.here.of(None, Purpose.DAYS)) == sorted(days)
    windows = [d for node in found.definition.periods for d in life.windows(node.meta)]
    assert of_plan(found.here.of(None, Purpose.WINDOWS)) == sorted(windows)
    assert life.macros["late_enrollment_tables"](found.definition.meta, life.telemetry) == []
    assert of_plan(found.arrival) == sorted(life.asked)


def test_a_signal_is_read_here_as_the_macros_read_it(cases: Project) -> None:
    found = costs(cases.path, "signal")
    life = Life(found.definition.locked)
    (signal,) = (source for source in found.sources if source.name == "exposure signal opened")
    assert found.definition.signal is not None
    expected = life.days(found.definition.signal)
    assert of_plan(found.here.of(signal, Purpose.DAYS)) == sorted(expected)


@pytest.mark.parametrize("slug", ["signal", "type-cirrus", "type-background-update", *DEMO])
def test_the_enrollments_are_read_as_their_model_reads_them(cases: Project, slug: str) -> None:
    path = REPOSITORY if slug in DEMO else cases.path
    found = costs(path, slug)
    (node, *_) = found.definition.locked.nodes
    sql = Renderer(REPOSITORY, "bigquery").render(found.definition.locked, lambda n: n is node)
    expected = literal(sql[node.name])
    assert of_plan(found.here.of(None, Purpose.ENROLLMENTS)) == sorted(expected)


@pytest.mark.parametrize("slug", DEMO)
def test_dbt_reads_the_days_that_are_counted(demo: Project, slug: str) -> None:
    """One run on the last day reads what daily runs read: each day once, and each window."""
    found = costs(demo.path, slug)
    folder = demo.path / "target/run/dbt_jetstream/models/experiments" / slug
    read: list[tuple[dt.date, dt.date]] = []
    for node in found.definition.locked.nodes:
        sql = folder / f"{node.name}.sql"
        if "enrollment" in node.meta or "data_source" in node.meta:
            read += literal(sql.read_text())
        elif "data_sources" in node.meta:
            # Client days have dates, too; telemetry is `ds`.
            telemetry = re.findall(r"ds\.\w+ between .*", sql.read_text())
            read += literal("\n".join(telemetry))
    assert days_in(read) == found.here.source_days
