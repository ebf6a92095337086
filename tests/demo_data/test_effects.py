"""Branches have the effects that the demo says they have."""

from __future__ import annotations

import numpy as np
from scipy import stats

from dbt_jetstream.demo import DESKTOP, FENIX, TRUE_EFFECTS
from demo_data.telemetry_tables import ENROLLMENTS, Connection


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
