"""Mistakes in a hub: one line each, and what was synced stays."""

from __future__ import annotations

import pytest

from workspace import DEFAULTS, DEFINITIONS, OUTCOME, OWN, Workspace

MISTAKES = {
    "misspelt metric": (
        DEFAULTS,
        lambda text: text.replace('"unenroll"]\nweekly', '"unenrol"]\nweekly'),
        ["metrics.daily", "unknown metric `unenrol`", "did you mean `unenroll`?"],
    ),
    "missing data source": (
        OUTCOME,
        lambda text: text.replace('data_source = "events"', 'data_source = "event"', 1),
        ["metrics.pip_toggles_shown.data_source", "unknown data source `event`", "`events`"],
    ),
    "SQL that does not parse": (
        OWN,
        lambda text: text.replace(
            "\"{{agg_sum('search_count_all')}}\"", '"COALESCE(SUM(search_count_all, 0"'
        ),
        ["metrics.searches_per_day.select_expression", "SQL that cannot be parsed"],
    ),
    "TOML syntax error": (
        OWN,
        lambda text: text.replace("segments = [", "segments = "),
        ["not valid TOML", "line"],
    ),
    "unknown statistic": (
        OWN,
        lambda text: text.replace(
            "[metrics.searches_per_day.statistics.bootstrap_mean]",
            "[metrics.searches_per_day.statistics.bootstrap_means]",
        ),
        [
            "metrics.searches_per_day.statistics.bootstrap_means",
            "unknown statistic `bootstrap_means`",
            "`bootstrap_mean`",
        ],
    ),
    "unknown pre-treatment": (
        OWN,
        lambda text: text.replace("normalize_over_analysis_period", "normalise_over_period"),
        [
            "metrics.searches_per_day.statistics.bootstrap_mean",
            "unknown pre-treatment `normalise_over_period`",
        ],
    ),
    "unknown parameter": (
        DEFAULTS,
        lambda text: text.replace("drop_highest = 0.001", "drop_higest = 0.001"),
        ["metrics.search_count.statistics.bootstrap_mean", "no parameter `drop_higest`"],
    ),
    "parameter out of range": (
        DEFAULTS,
        lambda text: text.replace("drop_highest = 0.001", "drop_highest = 1.5"),
        ["metrics.search_count.statistics.bootstrap_mean", "fraction below 1", "1.5"],
    ),
    "parameter of another type": (
        DEFAULTS,
        lambda text: text.replace("drop_highest = 0.001", 'num_samples = "many"'),
        ["statistics.bootstrap_mean.num_samples: expected a whole number, found", "many"],
    ),
    "unknown segment": (
        OWN,
        lambda text: text.replace('"heavy_users"', '"heavy_user"', 1),
        ["experiment.segments", "unknown segment `heavy_user`", "`heavy_users`"],
    ),
    "data source that does not parse": (
        DEFINITIONS,
        lambda text: text.replace(
            '"mozdata.telemetry.clients_daily"', '"(SELECT * FROM telemetry.x WHERE"', 1
        ),
        ["data_sources.clients_daily.from_expression", "SQL that cannot be parsed"],
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_leaves_what_was_synced(
    workspace: Workspace, mistake: str, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.sync()
    before = workspace.files()
    capsys.readouterr()
    file, change, expected = MISTAKES[mistake]
    path = workspace.edit(file, change)
    assert workspace.rerun() == 1
    printed = capsys.readouterr()
    mentions = [line for line in printed.err.splitlines() if str(path) in line]
    assert len(mentions) == 1, printed.err
    for words in expected:
        assert words in mentions[0]
    assert "Traceback" not in printed.err
    assert workspace.files() == before


def test_a_key_without_effect_is_a_warning(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    path = workspace.configure('weekly = ["uri_count"]')
    assert workspace.sync() == 0
    assert f"warning: {path}: experiment.weekly: has no effect here" in capsys.readouterr().err
