"""The golden experiment's plan, against the SQL that the original rendered for it."""

from __future__ import annotations

import re

import pytest

from conftest import GOLDEN, REPOSITORY, Project, requires_golden
from cost.cases import TODAY, costs
from cost.dates import of_plan, ranges
from dbt_jetstream.review.cost.prices import Prices
from dbt_jetstream.review.cost.scans import Purpose

FILE = re.compile(r"pip_toggle_visibility_(enrollments|exposures)_(\w+)_(\d+)")


@requires_golden
def test_the_original_rendered_the_dates_that_are_counted(golden: Project) -> None:
    """Every file of the golden SQL, by basis, period and window."""
    found = costs(golden.path, "pip-toggle-visibility")
    tables = {"day": "daily", "week": "weekly", "preenrollment_week": "preenrollment_weekly"}
    compared = 0
    for path in sorted((GOLDEN / "expected/sql").glob("pip_*.sql")):
        match = FILE.fullmatch(path.stem)
        assert match
        basis, table, index = match.groups()
        (model,) = (
            node.name
            for node in found.definition.periods
            if node.meta["period"] == tables.get(table, table)
        )
        scans = [
            scan
            for scan in found.original.of(None, Purpose.WINDOWS).scans
            if (scan.read.model, scan.read.bases) == (model, (basis,))
        ]
        on = sorted({scan.on for scan in scans})[int(index) - 1]
        expected = [d for scan in scans if scan.on == on for d in scan.days]
        assert sorted(ranges(path.read_text())) == sorted((d.first, d.last) for d in expected)
        compared += len(expected)
    # Days 1, 2, 7, 28 and 39, weeks 1 and 4 and overall read two data sources, 28 days and both
    # windows before enrollment one.
    assert compared == 2 * (8 * 2 + 3 * 1)
    sql = (GOLDEN / "expected/sql/enrollments_pip_toggle_visibility.sql").read_text()
    assert of_plan(found.original.of(None, Purpose.ENROLLMENTS)) == sorted(ranges(sql))


@requires_golden
def test_the_golden_experiment_s_daily_source_has_the_same_figures(golden: Project) -> None:
    """45 days, 8 enrollment dates, all six periods: as above. Segments read 13 + 8 days more."""
    found = costs(golden.path, "pip-toggle-visibility")
    (source,) = (source for source in found.sources if source.name == "clients_daily")
    assert found.original.of(source, Purpose.WINDOWS).source_days == 1022
    assert found.here.of(source, Purpose.DAYS).source_days == 74
    assert found.here.of(source, Purpose.ENROLLMENTS).source_days == 13 + 8


def columns(sql: str) -> set[str]:
    """Names of telemetry's columns that SQL mentions; here every one has a name of its own."""
    known = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|\bcountry\b|\bexperiments\b", sql))
    return known & {
        "active_hours_sum",
        "search_count_all",
        "ad_clicks_count_all",
        "scalar_parent_browser_engagement_total_uri_count_sum",
        "is_default_browser",
        "country",
        "experiments",
        "submission_date",
        "client_id",
        "event_category",
        "event_method",
        "event_object",
        "event_string_value",
        "event_map_values",
    }


@requires_golden
@pytest.mark.parametrize("table", ["overall", "week", "day", "preenrollment_week"])
def test_the_query_that_is_priced_reads_the_columns_that_the_original_s_reads(
    golden: Project, table: str
) -> None:
    found = costs(golden.path, "pip-toggle-visibility")
    tables = {"day": "daily", "week": "weekly", "preenrollment_week": "preenrollment_weekly"}
    period = tables.get(table, table)
    renderer = Prices(REPOSITORY, lambda _: 0, TODAY).renderer
    scans = {
        scan.source: scan
        for scan in found.original.of(None, Purpose.WINDOWS).scans
        if scan.read.model == f"pip_toggle_visibility_{period}"
        and scan.read.bases == ("exposures",)
    }
    asked = [renderer.query(found.definition, s, s.days[0]) for s in scans.values()]
    assert all(
        f"`mozdata`.`telemetry`.`{x.name}`" in sql for x, sql in zip(scans, asked, strict=True)
    )
    path = GOLDEN / f"expected/sql/pip_toggle_visibility_exposures_{table}_1.sql"
    assert set().union(*map(columns, asked)) == columns(path.read_text())
