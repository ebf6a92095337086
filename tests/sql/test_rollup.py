"""How select expressions split into daily parts, case by case."""

from __future__ import annotations

import re

import pytest

from dbt_jetstream.sql.dialect import SqlSyntaxError
from dbt_jetstream.sql.rollup import Direct, Part, Rollup, split


def _split(sql: str) -> Rollup:
    found = split(sql)
    assert isinstance(found, Rollup), found
    return found


@pytest.mark.parametrize(
    ("sql", "combine"),
    [
        ("SUM(x)", "SUM"),
        ("COUNT(x)", "SUM"),
        ("COUNT(*)", "SUM"),
        ("COUNTIF(x > 0)", "SUM"),
        ("MIN(x)", "MIN"),
        ("MAX(x)", "MAX"),
        ("LOGICAL_OR(x)", "LOGICAL_OR"),
        ("LOGICAL_AND(x)", "LOGICAL_AND"),
    ],
)
def test_each_aggregate_has_one_that_combines_its_days(sql: str, combine: str) -> None:
    found = _split(sql)
    assert [(part.daily, part.combine) for part in found.parts] == [(sql, combine)]
    assert found.expression == found.parts[0].name


def test_an_average_is_its_sum_over_its_count() -> None:
    found = _split("AVG(x)")
    assert found.parts == (Part("count_x", "COUNT(x)", "SUM"), Part("sum_x", "SUM(x)", "SUM"))
    assert found.expression == "SAFE_DIVIDE(sum_x, count_x)"


def test_what_surrounds_the_aggregates_stays() -> None:
    found = _split("COALESCE(SUM(a), 0) / NULLIF(COUNT(b), 0) > 0.5")
    assert found.expression == "COALESCE(sum_a, 0) / NULLIF(count_b, 0) > 0.5"


def test_equal_aggregates_share_a_part() -> None:
    found = _split("SAFE_DIVIDE(SUM(a), SUM( a ) + SUM(b))")
    assert [part.name for part in found.parts] == ["sum_a", "sum_b"]


@pytest.mark.parametrize(
    "dates",
    [
        "submission_date",
        "ds.submission_date",
        "DATE(submission_date)",
        "IF(x > 0, submission_date, NULL)",
        "CASE WHEN x > 0 THEN ds.submission_date END",
        "CASE WHEN x > 0 THEN submission_date ELSE NULL END",
    ],
)
def test_distinct_dates_add_up_since_a_day_holds_one(dates: str) -> None:
    (part,) = _split(f"COUNT(DISTINCT {dates})").parts
    assert part.combine == "SUM"


def test_the_date_column_may_have_another_name() -> None:
    assert isinstance(split("COUNT(DISTINCT day)", "day"), Rollup)
    assert isinstance(split("COUNT(DISTINCT day)", "submission_date"), Direct)


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("COUNT(DISTINCT country)", "cannot be added up over days"),
        ("COUNT(DISTINCT IF(x, submission_date, other_date))", "cannot be added up"),
        ("SUM(DISTINCT x)", "counts distinct values"),
        ("ARRAY_AGG(x)", "cannot be combined from days"),
        ("STRING_AGG(x)", "cannot be combined from days"),
        ("ANY_VALUE(x)", "cannot be combined from days"),
        ("MAX_BY(x, y)", "cannot be combined from days"),
        ("APPROX_QUANTILES(x, 100)[OFFSET(50)]", "cannot be combined from days"),
        ("APPROX_COUNT_DISTINCT(x)", "cannot be combined from days"),
        ("STDDEV(x)", "cannot be combined from days"),
        ("SUM(SUM(x)) OVER ()", "window function"),
        ("COUNT(DISTINCT part.submission_date)", "cannot be added up over days"),
        ("COUNT(DISTINCT part.ds.submission_date)", "cannot be added up over days"),
        ("SUM(IF(e.exposure_date < ds.submission_date, 1, 0))", "unit's windows"),
        ("SUM(IF(E.exposure_date < ds.submission_date, 1, 0))", "unit's windows"),
        ("SUM(x * e.analysis_window_end)", "unit's windows"),
        ("SUM(x * e.num_enrollment_events)", "unit's windows"),
        ("SUM(DATE_DIFF(CURRENT_DATE(), first_seen, DAY))", "when it is computed"),
        ("COUNTIF(seen > CURRENT_TIMESTAMP())", "when it is computed"),
        ("COUNTIF(RAND() < 0.5)", "chance"),
        ("SUM(x) + y", "stands outside of any aggregate"),
        ("SUM(x) + ds.e.y", "stands outside of any aggregate"),
        ("SUM(x) + z.e.y", "stands outside of any aggregate"),
        ("x", "holds no aggregate"),
        ("company.agg(x)", "holds no aggregate"),
        ("SUM(x) > (SELECT 3)", "query of its own"),
    ],
)
def test_what_needs_all_rows_is_left_whole_with_the_reason(sql: str, reason: str) -> None:
    found = split(sql)
    assert isinstance(found, Direct)
    assert reason in found.reason


@pytest.mark.parametrize(
    "sql",
    [
        "LOGICAL_OR(ds.branch != e.branch)",
        "SUM(IF(ds.submission_date = e.enrollment_date, x, 0))",
        "LOGICAL_OR(ds.branch != E.Branch)",
        "SUM(x) / e.num_exposure_events",
        "SUM(x) / e.num_enrollment_events",
        "IF(e.branch = 'control', SUM(x), 0)",
    ],
)
def test_columns_of_the_enrolled_unit_do_not_stand_in_the_way(sql: str) -> None:
    assert isinstance(split(sql), Rollup)


def test_an_aggregate_inside_a_subquery_belongs_to_the_subquery() -> None:
    sql = "SUM((SELECT SUM(value) FROM UNNEST(mozfun.hist.extract(x).values)))"
    assert [part.daily for part in _split(sql).parts] == [sql]


def test_names_are_readable_and_tell_apart_what_differs() -> None:
    readable = _split("SUM(active_hours_sum)").parts[0].name
    assert readable == "sum_active_hours_sum"
    long = "COUNTIF(event_category = 'a category' AND event_method = '{}' AND event_object = 'c')"
    names = {_split(long.format(letter)).parts[0].name for letter in "abc"}
    assert len(names) == 3
    for name in names:
        assert re.fullmatch(r"[a-z0-9_]{1,60}", name)
        assert name.startswith("countif_event_category_")


def test_similar_sql_never_shares_a_name() -> None:
    expressions = ["SUM(a + b)", "SUM(a - b)", "SUM(a * b)", "SUM(a.b)", "SUM(a_b)", "SUM('a b')"]
    assert len({_split(sql).parts[0].name for sql in expressions}) == len(expressions)


@pytest.mark.parametrize("sql", ["SUM(", "SUM(x) FROM t", "SUM(x), 1", "COALESCE(SUM(x), 0"])
def test_text_that_is_no_expression_is_refused_in_one_line(sql: str) -> None:
    with pytest.raises(SqlSyntaxError) as refused:
        split(sql)
    message = str(refused.value)
    assert "\n" not in message
    assert "\x1b" not in message
    assert "<class" not in message
