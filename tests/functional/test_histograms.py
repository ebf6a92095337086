"""Metrics over histograms as desktop sends them, from strings to results."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from conftest import Project
from more_metrics import small_with
from tiers import exhaustive

pytestmark = exhaustive

SLUG, NAME = "pip-first-time-hint", "pip_first_time_hint"
# One of each form: a classic histogram with buckets, a compact boolean and count, and a flag. Of
# each the sum, how many values it holds, and how many of them lie in a bucket from 10 on.
FORMS = {
    '{"bucket_count":10,"histogram_type":1,"sum":2628,"range":[1,100],'
    '"values":{"0":12434,"1":297,"13":8}}': (2628, 12739, 8),
    "10;0;37;1,64;0:2,1:5,16:2,20:0": (37, 9, 2),
    "3;2;5;1,2;0:0,1:5,2:0": (5, 5, 0),
    "0,31": (31, 31, 0),
    "37": (37, 37, 0),
}
METRICS = """
[metrics.histogram_sum]
data_source = "histograms"
select_expression = "COALESCE(SUM(mozfun.hist.extract(histogram).sum), 0)"
[metrics.histogram_sum.statistics.sum]

[metrics.histogram_values]
data_source = "histograms"
select_expression = "COALESCE(SUM(mozfun.hist.count(histogram)), 0)"
[metrics.histogram_values.statistics.sum]

[metrics.slow_values]
data_source = "histograms"
select_expression = "COALESCE(SUM(mozfun.hist.threshold_count(histogram, 10)), 0)"
[metrics.slow_values.statistics.sum]

[metrics.merged_sum]
data_source = "histograms"
select_expression = "mozfun.hist.merge(ARRAY_AGG(mozfun.hist.extract(histogram) IGNORE NULLS)).sum"
[metrics.merged_sum.statistics.sum]

[data_sources.histograms]
from_expression = "mozdata.telemetry.histograms"
experiments_column_type = "none"
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    names = ("histogram_sum", "histogram_values", "slow_values", "merged_sum")
    project = small_with(tmp_path_factory.mktemp("histograms"), SLUG, names, METRICS, "histograms")
    forms = list(FORMS)
    with duckdb.connect(str(project.database)) as connection:
        # Every sixth ping has none.
        connection.execute(
            "alter table telemetry.histograms add column histogram text; "
            "update telemetry.histograms set histogram = "
            f"list_extract({forms!r}::text[], 1 + (hash(client_id, submission_date) % 6)::integer)"
        )
    project.build(SLUG, "2026-03-16")
    return project


def _expected(project: Project) -> Iterator[tuple[str, float, float, float]]:
    """Add up by hand what the units of each branch sent in their first week."""
    pings = project.query(
        "select e.branch, h.histogram, count(*) "
        f"from analysis.enrollments_{NAME} as e inner join telemetry.histograms as h "
        "on h.client_id = e.analysis_id and h.submission_date >= e.enrollment_date "
        "and h.submission_date < e.enrollment_date + 7 "
        "where e.branch is not null and h.histogram is not null group by all"
    )
    for branch in sorted({branch for branch, *_ in pings}):
        own = [(FORMS[text], number) for of, text, number in pings if of == branch]
        sums = (sum(found[place] * number for found, number in own) for place in range(3))
        yield (branch, *map(float, sums))


def test_sums_are_those_of_the_strings(built: Project) -> None:
    assert built.query("select * from analysis.logs where log_level = 'ERROR'") == []
    rows = built.query(
        f"select branch, metric, point from analysis.statistics_{NAME} where statistic = 'sum' "
        "and analysis_period = 'weekly' and window_index = 1 and segment = 'all' "
        "and analysis_basis = 'enrollments'"
    )
    found = {(branch, metric): point for branch, metric, point in rows}
    expected = list(_expected(built))
    assert len(expected) == 3
    for branch, total, values, slow in expected:
        assert found[branch, "histogram_sum"] == total
        assert found[branch, "merged_sum"] == total
        assert found[branch, "histogram_values"] == values
        assert found[branch, "slow_values"] == slow
