"""Clients as real ones are: how they enroll, use the browser and leave."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from dbt_jetstream.demo import DESKTOP, FENIX
from demo_data.telemetry_tables import ENROLLMENTS, EXPOSURES, Connection, both_apps, number

IN_TIME = "date between '2026-03-02' and '2026-03-09'"


@both_apps
def test_about_seven_in_ten_clients_enroll_in_time(small: Connection, app: str) -> None:
    query = f"select count(distinct client_id) from ({ENROLLMENTS[app]}) where {IN_TIME}"
    # Four standard errors of a share of 0.7 among 3,000: 4 * sqrt(0.21 / 3000) = 0.033.
    assert number(small, query) / 3_000 == pytest.approx(0.7, abs=0.033)


@both_apps
def test_branches_are_equally_likely(large: Connection, app: str) -> None:
    query = f"select branch, count(distinct client_id) from ({ENROLLMENTS[app]}) group by branch"
    sizes = dict(large.execute(query).fetchall())
    assert set(sizes) == set((DESKTOP if app == "firefox_desktop" else FENIX).branches)
    assert stats.chisquare(list(sizes.values())).pvalue > 1e-3


@both_apps
def test_some_enroll_too_early_or_too_late(small: Connection, app: str) -> None:
    for when in "date < '2026-03-02'", "date > '2026-03-09'":
        query = f"select count(distinct client_id) from ({ENROLLMENTS[app]}) where {when}"
        assert 10 < number(small, query) < 150


@both_apps
def test_some_enrollments_repeat_or_contradict_each_other(small: Connection, app: str) -> None:
    per_client = f"""
        select client_id, count(*) as reports, count(distinct branch) as branches
        from ({ENROLLMENTS[app]}) group by client_id
    """
    repeated = number(small, f"select avg((reports > branches)::int) from ({per_client})")
    contradictory = number(small, f"select avg((branches > 1)::int) from ({per_client})")
    assert repeated == pytest.approx(0.04, abs=0.02)
    assert contradictory == pytest.approx(0.007, abs=0.006)
    assert contradictory > 0


@both_apps
def test_exposures_are_missing_early_or_late(small: Connection, app: str) -> None:
    query = f"""
        select
            avg((first_exposure is not null)::int),
            count_if(first_exposure < first_enrollment),
            count_if(first_enrollment <= '2026-03-09' and first_exposure > '2026-03-09')
        from (select client_id, min(date) as first_enrollment from ({ENROLLMENTS[app]}) group by 1)
        left join (select client_id, min(date) as first_exposure from ({EXPOSURES[app]}) group by 1)
            using (client_id)
    """
    share, early, late = small.execute(query).fetchall()[0]
    # 60 % from enrollment on, 3 % before it; a few leave the browser in between.
    assert share == pytest.approx(0.6, abs=0.05)
    assert early > 20
    assert late > 20


def test_the_experiments_column_is_late_on_some_enrollment_days_and_wrong_on_some(
    small: Connection,
) -> None:
    annotated = f"""
        select
            list_filter(experiments, lambda x: x.key = '{DESKTOP.slug}')[1].value as seen,
            e.branch
        from telemetry.clients_daily as d
        inner join (
            select client_id, any_value(branch) as branch, min(date) as date
            from ({ENROLLMENTS["firefox_desktop"]})
            group by client_id having count(distinct branch) = 1
        ) as e on d.client_id = e.client_id and d.submission_date {{}} e.date
    """
    on_the_day = number(small, f"select avg((seen is null)::int) from ({annotated.format('=')})")
    wrong = number(small, f"select avg((seen != branch)::int) from ({annotated.format('>')})")
    assert on_the_day == pytest.approx(0.35, abs=0.05)
    assert 0 < wrong < 0.01


def test_usage_is_zero_inflated_heavy_tailed_and_weekly(small: Connection) -> None:
    searches = small.execute("select search_count_all from telemetry.clients_daily").fetchnumpy()
    values = searches["search_count_all"].compressed()
    assert np.mean(values == 0) > 0.2
    assert np.max(values) > 100 * np.mean(values)
    weekend, weekday = (
        number(
            small,
            "select count(*) / count(distinct submission_date) from telemetry.clients_daily"
            f" where isodow(submission_date) {side} 5",
        )
        for side in (">", "<=")
    )
    assert weekend < 0.85 * weekday


def test_a_day_has_no_more_than_24_hours(large: Connection) -> None:
    assert number(large, "select max(active_hours_sum) from telemetry.clients_daily") <= 24


def test_users_leave(small: Connection) -> None:
    active = (
        "select count(distinct client_id) from telemetry.clients_daily"
        " where submission_date between '{}' and '{}'"
    )
    # Lifetimes have a mean of 220 days, so of the clients of the experiment's first week
    # 1 - exp(-35 / 220) = 15 % have left five weeks later.
    first = number(small, active.format("2026-03-02", "2026-03-08"))
    sixth = number(small, active.format("2026-04-06", "2026-04-12"))
    assert sixth < 0.92 * first
