"""What a change to definitions or macros does, in words and as SQL."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from diff.markdown import headings, items, moved
from diff.repository import DEFAULTS, DEFINITIONS, DESKTOP, FENIX, OWN, change, git
from tiers import exhaustive


def test_a_change_that_touches_nothing_says_so_in_one_line(diff: Callable[..., str]) -> None:
    printed = diff()
    assert printed.count("\n") == 1
    assert printed.startswith("No experiment is touched")


def test_a_comment_alone_touches_nothing(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFAULTS, "# What every desktop", "# All that every desktop")
    change(project / DEFINITIONS, "[metrics]\n\n[metrics.a", "[metrics]\n# Hours.\n\n\n[metrics.a")
    assert diff().count("\n") == 1


def test_the_sql_of_a_metric(project: Path, diff: Callable[..., str]) -> None:
    change(
        project / DEFINITIONS,
        "\"{{agg_sum('ad_clicks_count_all')}}\"",
        "\"{{agg_sum('ad_clicks_count_all')}} * 2\"",
    )
    printed = diff()
    assert items(printed) == [
        "metric `ad_clicks`: SQL changed: `COALESCE(SUM(ad_clicks_count_all), 0)` → "
        "`COALESCE(SUM(ad_clicks_count_all), 0) * 2`"
    ]
    assert headings(printed) == [f"`{DESKTOP}`", f"SQL of `{DESKTOP}`"]
    assert FENIX not in printed
    # The metric is analysed weekly and overall; both models compute it in one line for units with
    # telemetry, and in one for those without.
    assert printed.count("<details>") == printed.count("</details>") == 2
    assert "<code>pip_first_time_hint_weekly</code>: +2 −2 lines" in printed
    assert "<code>pip_first_time_hint_overall</code>: +2 −2 lines" in printed
    assert moved(printed) == {
        "-COALESCE(sum_ad_clicks_count_all, 0) AS ad_clicks,",
        "+COALESCE(sum_ad_clicks_count_all, 0) * 2 AS ad_clicks,",
    }
    assert "keep their lock until `jetstream rerun SLUG`" in printed


def test_the_statistic_of_a_default(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
    printed = diff()
    assert items(printed) == [
        "statistic `bootstrap_mean` of `search_count`: `drop_highest` `0.001` → `0.002`"
    ]
    assert headings(printed) == [f"`{DESKTOP}`", f"SQL of `{DESKTOP}`"]
    assert FENIX not in printed
    row = "(15, 'search_count', 'values', {}, -1, FALSE, -1, FALSE, -1, FALSE, FALSE),"
    assert moved(printed) == {f"-{row.format('0.001')}", f"+{row.format('0.002')}"}


@exhaustive
def test_whitespace_in_sql_says_nothing(project: Path, diff: Callable[..., str]) -> None:
    change(
        project / DEFINITIONS,
        "SAFE_DIVIDE(SUM(active_hours_sum), COUNT(active_hours_sum))",
        "SAFE_DIVIDE(  SUM(active_hours_sum),   COUNT(active_hours_sum)  )",
    )
    assert diff().count("\n") == 1


def test_what_is_only_shown_moves_no_number(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFINITIONS, '"Number of pages loaded"', '"Pages loaded"')
    printed = diff()
    assert items(printed) == ["no number changes: description of `uri_count`"]
    assert headings(printed) == [f"`{DESKTOP}`"]


def test_the_pieces_of_a_definition_in_words(project: Path, diff: Callable[..., str]) -> None:
    change(project / OWN, '["heavy_users", "new_profiles"]', '["heavy_users"]')
    change(project / OWN, 'overall = ["searches_per_day"]', "overall = []")
    change(
        project / OWN,
        '{name = "censor_values_below_threshold", threshold = 0.0}, ',
        "",
    )
    change(project / DEFINITIONS, '"COUNT(ds.submission_date)"', '"COUNT(DISTINCT country)"')
    change(
        project / DEFINITIONS,
        "[segments.data_sources.clients_daily_two_weeks_before]\n",
        ("[segments.data_sources.clients_daily_two_weeks_before]\nwindow_end = -2\n"),
    )
    text = (project / DEFINITIONS).read_text()
    first, second = text.split("window_end = -2\n")
    (project / DEFINITIONS).write_text(
        first + "window_end = -2\n" + second.replace("window_end = -1\n", "", 1)
    )
    change(project / DEFAULTS, "[metrics.ad_clicks.statistics.sum]\n", "")
    found = items(diff())
    assert "segment `new_profiles` removed: `COUNT(ds.submission_date) = 0`" in found
    assert "segment `heavy_users`: last day of its window `-1` → `-2`" in found
    assert "metric `searches_per_day`: no longer overall" in found
    assert "statistic `sum` of `ad_clicks` removed" in found
    assert (
        "statistic `bootstrap_mean` of `log_active_hours`: pre-treatments "
        "`censor_values_below_threshold` (threshold 0.0), `log` (base 10.0) → `log` (base 10.0)"
    ) in found
    assert (
        "metric `days_of_use`: read for every window now, no longer rolled up from days: "
        "`COUNT(DISTINCT country) cannot be added up over days`"
    ) in found


def test_a_window_that_moves(project: Path, diff: Callable[..., str]) -> None:
    path = project / "demo/experiments.json"
    first, last = path.read_text().split(f'"slug": "{FENIX}"')
    path.write_text(f'{first}"slug": "{FENIX}"{last.replace("2026-04-15", "2026-04-10")}')
    printed = diff()
    # Days 0 to 36: 44 days from the first enrollment to the end, less 7 of enrollment; 5 fewer now.
    assert items(printed) == [
        "last day `2026-04-15` → `2026-04-10`",
        "overall window moved: days 0 to 36 → days 0 to 31 after enrollment",
    ]
    assert headings(printed) == [f"`{FENIX}`", f"SQL of `{FENIX}`"]
    assert DESKTOP not in printed


def test_a_macro_alone_shows_in_the_sql(project: Path, diff: Callable[..., str]) -> None:
    path = project / "macros/metrics/rolled_up_metrics.sql"
    grouped = "group by d.analysis_id, d.branch, w.window_index\n"
    change(path, grouped, f"{grouped}    having count(*) > 0\n")
    printed = diff()
    assert headings(printed)[:2] == [f"`{DESKTOP}`", f"`{FENIX}`"]
    assert all("what the macros make of it differs" in item for item in items(printed))
    assert moved(printed) >= {"+HAVING", "+count(*) > 0"}
    # One line more that says nothing is no change.
    git(project, "checkout", "--quiet", ".")
    spread = grouped.replace("d.branch, ", "d.branch,\n        ")
    change(path, grouped, f"-- per window\n    {spread}")
    assert diff().count("\n") == 1
