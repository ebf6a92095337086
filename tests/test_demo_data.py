"""The demo's telemetry keeps its promises, and its hub resolves and fits the telemetry."""

import datetime as dt
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats

from dbt_jetstream.demo import DESKTOP, FENIX, TRUE_EFFECTS, generate, last_date
from dbt_jetstream.demo.randomness import create_macros

ROOT = Path(__file__).parents[1]
TABLES = (
    "telemetry.clients_daily",
    "telemetry.events",
    "fenix.clients_daily",
    "fenix.events_stream",
)
Connection = duckdb.DuckDBPyConnection


def generated(path: Path, clients: int, **options: int) -> Connection:
    options = {"seed": 1, "days": 45} | options
    generate(path, clients=clients, **options)
    return duckdb.connect(str(path), read_only=True)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    return generated(tmp_path_factory.mktemp("demo") / "small.duckdb", 3_000)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    return generated(tmp_path_factory.mktemp("demo") / "large.duckdb", 20_000)


def number(connection: Connection, query: str) -> float:
    return connection.execute(query).fetchall()[0][0]


def checksums(connection: Connection) -> dict[str, tuple[int, int]]:
    """Rows and an order-free sum of row hashes, by table."""
    query = "select count(*), sum(md5_number_lower(t::varchar)::hugeint) from {} as t"
    return {t: connection.execute(query.format(t)).fetchall()[0] for t in TABLES}


# Randomness


def test_the_same_arguments_give_the_same_rows_whatever_the_threads(tmp_path: Path) -> None:
    one = checksums(generated(tmp_path / "one.duckdb", 300, threads=1))
    four = checksums(generated(tmp_path / "four.duckdb", 300, threads=4))
    assert one == four


def test_a_second_call_replaces_the_first(tmp_path: Path) -> None:
    once = checksums(generated(tmp_path / "once.duckdb", 300))
    generated(tmp_path / "twice.duckdb", 50, seed=7).close()
    assert checksums(generated(tmp_path / "twice.duckdb", 300)) == once


def test_another_seed_gives_other_rows_in_every_table(tmp_path: Path) -> None:
    one = checksums(generated(tmp_path / "one.duckdb", 300, seed=1))
    two = checksums(generated(tmp_path / "two.duckdb", 300, seed=2))
    assert all(one[table] != two[table] for table in TABLES)


def test_draws_are_uniform_and_independent_from_day_to_day() -> None:
    connection = duckdb.connect()
    create_macros(connection)
    days = connection.execute(
        "select draw(hash(i), 0, 'p') as a, draw(hash(i), 1, 'p') as b, draw(hash(i), 0, 'q') as c"
        " from range(20000) as clients (i)"
    ).fetchnumpy()
    assert stats.kstest(days["a"], "uniform").pvalue > 1e-3
    assert stats.pearsonr(days["a"], days["b"]).pvalue > 1e-3
    # Xor-linked draws are uncorrelated and yet dependent: compare the joint distribution on a
    # grid of 8 by 8 cells too.
    for other in ("b", "c"):
        cells, *_ = np.histogram2d(days["a"], days[other], bins=8, range=[[0, 1], [0, 1]])
        assert stats.chi2_contingency(cells).pvalue > 1e-3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"clients": 0, "seed": 1, "days": 45}, "clients is 0"),
        ({"clients": 5, "seed": 1, "days": 0}, "days is 0"),
        ({"clients": 5, "seed": 2**63, "days": 45}, "seed is 9223372036854775808"),
    ],
)
def test_arguments_out_of_range_are_named(
    tmp_path: Path, arguments: dict[str, int], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        generate(tmp_path / "never.duckdb", **arguments)


# Shape


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


# Content


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
IN_TIME = "date between '2026-03-02' and '2026-03-09'"
both_apps = pytest.mark.parametrize("app", ["firefox_desktop", "fenix"])


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


# Effects


def uplift(after: np.ndarray, reference: np.ndarray) -> tuple[float, float]:
    """Ratio of two means minus 1 and its delta-method standard error."""
    ratio = np.mean(after) / np.mean(reference)
    variance = stats.variation(after) ** 2 / after.size + (
        stats.variation(reference) ** 2 / reference.size
    )
    return float(ratio - 1), float(ratio * np.sqrt(variance))


def values_by_branch(connection: Connection, app: str, query: str) -> dict[str, np.ndarray]:
    """The column `value` per client, zero or null as the query says, by branch of enrollment."""
    rows = connection.execute(f"""
        select branch, value
        from (select client_id, any_value(branch) as branch, min(date) as enrolled
              from ({ENROLLMENTS[app]}) group by client_id having count(distinct branch) = 1) as e
        {query}
    """).fetchnumpy()
    branch, value = np.asarray(rows["branch"]), np.ma.asarray(rows["value"])
    known = ~np.ma.getmaskarray(value)
    return {b: value.data[known & (branch == b)] for b in np.unique(branch)}


def assert_uplift(values: dict[str, np.ndarray], slug: str, measure: str) -> None:
    for branch in set(values) - {"control"}:
        truth = TRUE_EFFECTS[slug][branch].get(measure, 1.0) - 1
        estimate, error = uplift(values[branch], values["control"])
        assert abs(estimate - truth) < 4 * error
        if truth:
            assert estimate > 2 * error


def test_the_hint_adds_its_true_share_of_active_hours(large: Connection) -> None:
    # Hours per active day after enrollment over those before: the client cancels, the factor of
    # its branch stays. Clients differ so much that 20,000 of them hide 4 % otherwise.
    values = values_by_branch(
        large,
        "firefox_desktop",
        """
        inner join lateral (
            select
                avg(active_hours_sum) filter (submission_date >= e.enrolled)
                    / avg(active_hours_sum) filter (submission_date < e.enrolled) as value
            from telemetry.clients_daily as d
            where d.client_id = e.client_id
        ) on true
        """,
    )
    values = {branch: np.log(ratios) for branch, ratios in values.items()}
    for branch, truth in (("hint", np.log(1.04)), ("hint-animated", 0.0)):
        error = np.hypot(stats.sem(values[branch]), stats.sem(values["control"]))
        estimate = np.mean(values[branch]) - np.mean(values["control"])
        assert abs(estimate - truth) < 4 * error
        assert error < 0.01
    assert np.mean(values["hint"]) > np.mean(values["control"])


def test_the_hint_adds_its_true_share_of_toggles(large: Connection) -> None:
    values = values_by_branch(
        large,
        "firefox_desktop",
        """
        inner join lateral (
            select count(*)::double as value
            from telemetry.events as d
            where d.client_id = e.client_id and event_method = 'toggle_shown'
                and submission_date >= e.enrolled
        ) on true
        """,
    )
    assert_uplift(values, DESKTOP.slug, "pip_toggles")


def test_the_shortcut_adds_its_true_share_of_taps(large: Connection) -> None:
    values = values_by_branch(
        large,
        "fenix",
        """
        inner join lateral (
            select count(*)::double as value
            from fenix.events_stream as d
            where d.client_id = e.client_id and event_name = 'tapped'
                and submission_timestamp >= e.enrolled
        ) on true
        """,
    )
    assert_uplift(values, FENIX.slug, "toolbar_taps")
