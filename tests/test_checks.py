"""Why experiments are not analysed: each reason by its own name, before anything is rendered."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import threading
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from metric_config_parser.analysis import AnalysisConfiguration, AnalysisSpec
from metric_config_parser.experiment import Experiment

import hostile
from conftest import GOLDEN, REPOSITORY, SHARED
from dbt_jetstream import experiments
from dbt_jetstream.checks import (
    check_config,
    check_definitions,
    check_experiment,
    check_wanted,
    exception_type,
    is_safe_table,
)
from dbt_jetstream.errors import ConfigError, ConfigErrors
from dbt_jetstream.experiments import read_all, read_experiments
from dbt_jetstream.hub import read_hub
from dbt_jetstream.platforms import read_platforms
from dbt_jetstream.resolve import resolve

SLUG = "dark-mode"
ENTRY: dict[str, Any] = hostile.ENTRY | {"slug": SLUG, "outcomes": []}
DEFINITIONS = """
[data_sources.main]
from_expression = "telemetry.main"
experiments_column_type = "simple"

[data_sources.clicks]
from_expression = "telemetry.clicks"
experiments_column_type = "none"

[metrics.pings]
select_expression = "COUNT(*)"
data_source = "main"
[metrics.pings.statistics.sum]

[segments.regulars]
select_expression = "LOGICAL_OR(ds.is_regular)"
data_source = "seen"

[segments.data_sources.seen]
from_expression = "telemetry.seen"
"""


def _written(folder: Path, *entries: Any) -> Path:
    path = folder / "experiments.json"
    path.write_text(json.dumps(entries))
    return path


class Desk:
    """A small hub, one entry of Experimenter's, and the checks on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.platforms = read_platforms(REPOSITORY)

    def experiment(self, **changes: Any) -> Experiment:
        (found,) = read_experiments(_written(self.folder, ENTRY | changes))
        return found

    def resolved(self, config: str, **changes: Any) -> AnalysisConfiguration:
        for name, text in {
            "definitions/firefox_desktop.toml": DEFINITIONS,
            f"jetstream/{SLUG}.toml": config,
        }.items():
            path = self.folder / "hub" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return resolve(read_hub(self.folder / "hub"), self.experiment(**changes))

    def check(self, config: str = "", **changes: Any) -> list[ConfigError]:
        """Return the warnings; mistakes are raised."""
        return check_config(self.resolved(config, **changes), "own.toml")

    def mistakes(self, config: str = "", **changes: Any) -> list[tuple[str, str]]:
        """Return the type and the line of each mistake in the resolved configuration."""
        with pytest.raises(ConfigErrors) as caught:
            self.check(config, **changes)
        return _listed(caught.value)

    def facts(self, **changes: Any) -> list[tuple[str, str]]:
        """Return the type and the line of each mistake in Experimenter's facts."""
        with pytest.raises(ConfigErrors) as caught:
            check_experiment(self.experiment(**changes), self.platforms)
        return _listed(caught.value)

    def unwanted(
        self, config: str = "", ended_before: dt.date | None = None, **changes: Any
    ) -> list[tuple[str, str]]:
        """Return the type and the line of the reason not to analyse the experiment at all."""
        own = AnalysisSpec.from_dict(tomllib.loads(config)).experiment
        try:
            check_wanted(self.experiment(**changes), own, "own.toml", ended_before)
        except ConfigErrors as errors:
            return _listed(errors)
        return []


def _listed(errors: ConfigErrors) -> list[tuple[str, str]]:
    return [(exception_type(error), str(error)) for error in errors.errors]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_sound_experiment_passes_without_warnings(desk: Desk) -> None:
    check_experiment(desk.experiment(), desk.platforms)
    assert desk.unwanted() == []
    assert desk.check('[metrics]\nweekly = ["pings"]\n[experiment]\nsegments = ["regulars"]') == []


def test_a_rollout_is_not_analysed_and_says_nothing_else(desk: Desk) -> None:
    assert desk.facts(isRollout=True, isHighPopulation=True) == [
        (
            "RolloutSkipException",
            "dark-mode.isRollout: the experiment is a rollout, with no branch to compare: it is "
            "not analysed",
        )
    ]


def test_a_high_population_is_refused(desk: Desk) -> None:
    assert desk.facts(isHighPopulation=True) == [
        (
            "HighPopulationException",
            "dark-mode.isHighPopulation: the experiment has a high population: it is analysed by "
            "hand, or not at all",
        )
    ]


def test_two_branches_of_one_name_are_refused(desk: Desk) -> None:
    twice = [{"slug": "control"}, {"slug": "dark"}, {"slug": "dark"}]
    assert desk.facts(branches=twice) == [
        (
            "DuplicateBranchesException",
            "dark-mode.branches: 2 branches are called `dark`; name each its own",
        )
    ]


def test_an_experiment_without_branches_is_refused(desk: Desk) -> None:
    ((kind, line),) = desk.facts(branches=[])
    assert kind == "InvalidConfigurationException"
    assert line.startswith("dark-mode.branches: the experiment has no branches")


def test_independent_facts_are_listed_together(desk: Desk) -> None:
    found = desk.facts(slug="a/b", isHighPopulation=True, branches=[{"slug": "it's"}])
    kinds = [kind for kind, _ in found]
    assert kinds == ["UnsafeNameException", "HighPopulationException", "UnsafeNameException"]


def test_a_skipped_experiment_says_nothing_else(desk: Desk) -> None:
    ended = dt.date(2026, 1, 1)
    assert desk.unwanted("[experiment]\nskip = true", ended, endDate="2020-01-01") == [
        (
            "ExplicitSkipException",
            "own.toml: experiment.skip: its config says `skip = true`: it is not analysed",
        )
    ]


def test_missing_dates_are_both_named(desk: Desk) -> None:
    found = desk.mistakes(startDate=None, enrollmentEndDate=None, proposedEnrollment=None)
    assert found == [
        (
            "NoEnrollmentPeriodException",
            "dark-mode.enrollmentEndDate: the experiment has no enrollment period (0 days); set "
            "`enrollmentEndDate` or `proposedEnrollment`, or `enrollment_period` in its config",
        ),
        (
            "NoStartDateException",
            "dark-mode.startDate: the experiment has no start date; set `startDate`, or "
            "`start_date` in its config",
        ),
    ]


@pytest.mark.parametrize(
    ("config", "changes", "words"),
    [
        ("[experiment]\nenrollment_period = -3", {}, "no enrollment period (-3 days)"),
        ("[experiment]\nenrollment_period = 99999999999", {}, "takes 99999999999 days; correct"),
        ('[experiment]\nstart_date = "9999-12-31"', {}, "9999-12-31 is not within 2000 and 2099"),
        ("", {"endDate": "0001-01-01"}, "0001-01-01 is not within 2000 and 2099"),
    ],
)
def test_dates_that_nobody_can_count_with_are_refused(
    desk: Desk, config: str, changes: dict[str, Any], words: str
) -> None:
    assert words in "\n".join(line for _, line in desk.mistakes(config, **changes))


def test_an_experiment_that_ended_long_ago_is_refused_only_on_demand(desk: Desk) -> None:
    assert desk.unwanted() == []
    assert desk.unwanted(ended_before=dt.date(2026, 4, 27)) == []
    assert desk.unwanted(ended_before=dt.date(2026, 4, 28), endDate=None) == []
    assert desk.unwanted(ended_before=dt.date(2026, 4, 28)) == [
        (
            "EndedException",
            "dark-mode.endDate: the experiment ended on 2026-04-27, before 2026-04-28: it is not "
            "added; name it to analyse it all the same",
        )
    ]


def test_the_end_date_of_its_own_config_decides_whether_it_ended_long_ago(desk: Desk) -> None:
    later = '[experiment]\nend_date = "2026-06-01"'
    assert desk.unwanted(later, dt.date(2026, 4, 28)) == []
    assert desk.unwanted(later, dt.date(2026, 6, 2)) == [
        (
            "EndedException",
            "own.toml: experiment.end_date: the experiment ended on 2026-06-01, before 2026-06-02: "
            "it is not added; name it to analyse it all the same",
        )
    ]


def test_an_unknown_application_is_refused(desk: Desk) -> None:
    ((kind, line),) = desk.facts(appName="firefox_desktops")
    assert kind == "UnsupportedApplicationException"
    assert line.startswith("dark-mode.appName: unknown application `firefox_desktops`; did you")
    assert "seeds/platforms.csv" in line


def test_enrollment_that_still_runs_is_waited_for(desk: Desk) -> None:
    running = {"enrollmentEndDate": None, "isEnrollmentPaused": False, "endDate": None}
    assert desk.mistakes(**running) == [
        (
            "EnrollmentNotCompleteException",
            "dark-mode.enrollmentEndDate: enrollment has not ended, and its last date is only "
            "proposed: wait, or set `enrollment_period` in its config",
        )
    ]


def test_enrollment_whose_last_date_is_known_is_not_waited_for(desk: Desk) -> None:
    open_ended = {"endDate": None, "isEnrollmentPaused": False}
    assert desk.check(**open_ended, enrollmentEndDate="2099-12-31", startDate="2099-12-01") == []
    assert desk.check(**open_ended | {"isEnrollmentPaused": True}, enrollmentEndDate=None) == []
    configured = "[experiment]\nenrollment_period = 7"
    assert desk.check(configured, **open_ended, enrollmentEndDate=None) == []


# Enrollment is 03-02 to 03-08, a period of 7 days; so units enroll until 03-09.
def test_an_end_before_the_last_enrollment_is_refused(desk: Desk) -> None:
    assert desk.mistakes(endDate="2026-03-08") == [
        (
            "EnrollmentLongerThanAnalysisException",
            "dark-mode.endDate: the experiment ends on 2026-03-08, but its last enrollment date "
            "is 2026-03-09: no analysis window is ever complete; shorten the enrollment period, or "
            "correct the end date",
        )
    ]


def test_an_end_on_the_last_enrollment_date_is_a_warning(desk: Desk) -> None:
    (warning,) = desk.check(endDate="2026-03-09")
    assert str(warning) == (
        "dark-mode.endDate: the experiment ends on its last enrollment date, 2026-03-09: units are "
        "observed on the day they enroll, and the overall window is empty"
    )
    assert desk.check(endDate="2026-03-10") == []


def test_the_config_is_to_blame_for_the_end_that_it_sets(desk: Desk) -> None:
    ((kind, line),) = desk.mistakes('[experiment]\nend_date = "2026-03-01"')
    assert kind == "EndBeforeStartException"
    assert line == (
        "own.toml: experiment.end_date: the experiment ends on 2026-03-01, before it starts on "
        "2026-03-02; correct one of the two dates"
    )


def test_a_reference_branch_must_be_a_branch(desk: Desk) -> None:
    found = desk.mistakes('[experiment]\nreference_branch = "contrl"', referenceBranch="old")
    why = "is none of its branches, which are `control`, `dark`; name one of them"
    assert found == [
        (
            "UnknownReferenceBranchException",
            f"own.toml: experiment.reference_branch: the reference branch `contrl` {why}",
        ),
        (
            "UnknownReferenceBranchException",
            f"dark-mode.referenceBranch: the reference branch `old` {why}",
        ),
    ]


def test_a_custom_enrollment_query_may_find_other_branches(desk: Desk) -> None:
    config = '[experiment]\nreference_branch = "held-back"\nenrollment_query = "SELECT 1"'
    (warning,) = desk.check(config)
    assert "`held-back` is none of its branches" in str(warning)
    assert "only if `enrollment_query` finds such a branch" in str(warning)


def _segment(window: str, name: str = "early") -> str:
    return f"""
[experiment]
segments = ["{name}"]
[segments."{name}"]
select_expression = "LOGICAL_OR(ds.is_early)"
data_source = "first_days"
[segments.data_sources.first_days]
from_expression = "telemetry.first_days"
{window}
"""


def test_a_segment_window_that_ends_before_it_starts_is_refused(desk: Desk) -> None:
    assert desk.mistakes(_segment("window_start = -1\nwindow_end = -7")) == [
        (
            "OverlappingWindowsException",
            "own.toml: segments.data_sources.first_days.window_start: the window starts on day -1 "
            "and ends on day -7; swap `window_start` and `window_end`",
        )
    ]


def test_a_segment_decided_after_enrollment_is_a_warning(desk: Desk) -> None:
    (warning,) = desk.check(_segment("window_start = 0\nwindow_end = 28"))
    assert str(warning) == (
        "own.toml: segments.data_sources.first_days.window_end: segment `early` is decided up to "
        "28 days after enrollment, so that the branch can decide who is in it; end the window on "
        "day 0, or on day -1 for what is known before"
    )
    assert desk.check(_segment("window_start = -7\nwindow_end = 0")) == []


def _signal(window: str) -> str:
    return f"""
[experiment.exposure_signal]
name = "clicked"
friendly_name = "Clicked"
description = "Clicked"
data_source = "clicks"
select_expression = "is_click"
{window}
"""


# Enrollment lasts from day 0 to day 7.
@pytest.mark.parametrize(
    ("window", "words"),
    [
        ("window_start = 5\nwindow_end = 3", "starts at day 5 and ends before that, at day 3"),
        ("window_start = 8", "starts at day 8 and ends before that, at `enrollment_end`"),
        ("window_end = -2", "starts at `enrollment_start` and ends before that, at day -2"),
        (
            'window_start = "analysis_window_start"\nwindow_end = 6',
            "starts at `analysis_window_start` and ends before that, at day 6",
        ),
    ],
)
def test_a_signal_window_that_ends_before_it_starts_is_refused(
    desk: Desk, window: str, words: str
) -> None:
    ((kind, line),) = desk.mistakes(_signal(window))
    assert kind == "OverlappingWindowsException"
    assert line.startswith("own.toml: experiment.exposure_signal.window_start: the window")
    assert words in line


@pytest.mark.parametrize(
    "window",
    [
        "",
        "window_start = 0\nwindow_end = 0",
        "window_start = 7",
        "window_start = 3\nwindow_end = 3",
        'window_start = 60\nwindow_end = "analysis_window_end"',
        'window_start = "analysis_window_start"\nwindow_end = "analysis_window_end"',
        'window_start = "enrollment_start"\nwindow_end = "enrollment_end"',
    ],
)
def test_a_signal_window_that_some_day_is_in_passes(desk: Desk, window: str) -> None:
    assert desk.check(_signal(window)) == []


def _metric(name: str) -> str:
    return f"""
[metrics]
weekly = ["{name}", "pings"]
[metrics."{name}"]
select_expression = "SUM(x)"
data_source = "clicks"
[metrics."{name}".statistics.sum]
"""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Branch", "would have the same name as the table's own column `branch`"),
        ("absent_sources", "the same name as the table's own column `absent_sources`"),
        ("PINGS", "of data source `clicks` would have the same name as the metric `pings` of data"),
        ("main_has_Non_enrolled_data", "the check `main_has_non_enrolled_data` of data source `m"),
        ("Identity", "the metric `Identity` is the one that counts units"),
    ],
)
def test_a_metric_that_takes_anothers_column_is_refused(desk: Desk, name: str, words: str) -> None:
    ((kind, line),) = desk.mistakes(_metric(name))
    assert kind == "MetricNameCollisionException"
    assert line.startswith("own.toml: metrics.")
    assert words in line
    assert line.endswith("rename it")


def test_a_check_that_no_data_source_has_is_a_free_name(desk: Desk) -> None:
    assert desk.check(_metric("clicks_has_non_enrolled_data")) == []


def test_a_metric_and_a_segment_share_no_name(desk: Desk) -> None:
    ((kind, line),) = desk.mistakes(_metric("Regulars") + '[experiment]\nsegments = ["regulars"]\n')
    assert kind == "MetricNameCollisionException"
    assert line == (
        "own.toml: metrics.Regulars: the metric `Regulars` of data source `clicks` would have the "
        "same name as the segment `regulars`; rename it"
    )


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("it's", "holds `'`"),
        ('a"b', 'holds `"`'),
        ("../../etc/passwd", "must not hold `..`"),
        ("a..b", "must not hold `..`"),
        ("a/b", "holds `/`"),
        ("a\\b", "holds `\\`"),
        ("`a`", "holds grave accent"),
        ("{{ env_var('X') }}", "holds `{`"),
        ("a: b", "holds `:`"),
        ("a;drop table b", "holds `;`"),
        ("a\nb", "holds u+000a"),
        ("é", "holds `é`"),
        ("a*", "holds `*`"),
        ("-a", "starts with `-`"),
        (".a", "starts with `.`"),
        ("a" * 300, "has 300 characters"),
    ],
)
def test_a_slug_that_is_no_plain_file_name_is_refused(desk: Desk, slug: str, words: str) -> None:
    ((kind, line),) = desk.facts(slug=slug)
    assert kind == "UnsafeNameException"
    assert words in line
    assert ".slug: the slug" in line
    assert "\n" not in line


@pytest.mark.parametrize("slug", ["a" * 120, "Bug-1647305_pref.release-78-80", "106-major"])
def test_plain_slugs_pass(desk: Desk, slug: str) -> None:
    check_experiment(desk.experiment(slug=slug), desk.platforms)


@pytest.mark.parametrize(
    ("branch", "words"),
    [
        ("it's", "holds `'`"),
        ('a"b', 'holds `"`'),
        ("a\\", "holds `\\`"),
        ("a`b", "holds grave accent"),
        ("{{ 1 }}", "holds `{`"),
        ("a%}", "holds `%`"),
        ("a\nb", "holds u+000a"),
        ("a\u202eb", "holds right-to-left override"),
        ("a;b", "holds `;`"),
        ("x" * 300, "has 300 characters"),
        ("", "has no name"),
    ],
)
def test_a_branch_that_could_break_out_of_its_quotes_is_refused(
    desk: Desk, branch: str, words: str
) -> None:
    ((kind, line),) = desk.facts(branches=[{"slug": "control"}, {"slug": branch}])
    assert kind == "UnsafeNameException"
    assert line.startswith("dark-mode.branches: ")
    assert words in line
    assert "\n" not in line


@pytest.mark.parametrize("branch", ["treatment-a", "größer", "枝", "नमूना", "v1.2 / a:b", "_x"])
def test_branches_of_any_language_pass(desk: Desk, branch: str) -> None:
    branches = [{"slug": "control"}, {"slug": branch}]
    check_experiment(desk.experiment(branches=branches), desk.platforms)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2nd", "starts with `2`"),
        ("pings\\n", "holds u+000a"),
        ("select", "`select` has the name of a reserved word of SQL; choose another"),
        # Of DuckDB's alone.
        ("both", "`both` has the name of a reserved word of SQL; choose another"),
        ("m" * 300, "has 300 characters"),
    ],
)
def test_a_metric_that_is_no_identifier_is_refused(desk: Desk, name: str, words: str) -> None:
    ((kind, line),) = desk.mistakes(_metric(name))
    assert kind == "UnsafeNameException"
    assert line.startswith("own.toml: metrics.")
    assert words in line
    assert "\n" not in line


def test_a_metric_with_any_other_character_is_none_to_the_parser(desk: Desk) -> None:
    for name in ("a b", "a-b", "é", "x) as y, (1", "{{ 1 }}"):
        with pytest.raises(ConfigErrors, match="Could not locate metric"):
            desk.resolved(_metric(name))


@pytest.mark.parametrize("name", ["odd one", "a, b", "it's", "{{ 1 }}", "all", "größe"])
def test_a_segment_is_an_identifier_too(desk: Desk, name: str) -> None:
    ((kind, line),) = desk.mistakes(_segment("", name))
    assert kind == "UnsafeNameException"
    assert line.startswith(f"own.toml: segments.{name}: the segment `{name}` h")


def test_data_sources_and_datasets_are_identifiers_too(desk: Desk) -> None:
    config = """
[experiment]
segments = ["early"]
dataset_id = "my-data'set"
[metrics]
weekly = ["clicked"]
[metrics.clicked]
select_expression = "SUM(x)"
data_source = "2nd"
[metrics.clicked.statistics.sum]
[data_sources.2nd]
from_expression = "telemetry.main"
[segments.early]
select_expression = "TRUE"
data_source = "first-days"
[segments.data_sources.first-days]
from_expression = "telemetry.first_days"
"""
    found = desk.mistakes(config)
    assert {kind for kind, _ in found} == {"UnsafeNameException"}
    for key in (
        "experiment.dataset_id",
        "data_sources.2nd",
        "segments.data_sources.first-days",
    ):
        assert any(line.startswith(f"own.toml: {key}: ") for _, line in found), key


def _read_by_metrics(*names: str) -> str:
    """Write a config with a data source of each name, and a metric that reads it."""
    parts = [
        f"""
[data_sources.{name}]
from_expression = "telemetry.main"
experiments_column_type = "none"
[metrics.m{i}]
select_expression = "SUM(x)"
data_source = "{name}"
[metrics.m{i}.statistics.sum]
"""
        for i, name in enumerate(names)
    ]
    lists = ", ".join(f'"m{i}"' for i in range(len(names)))
    return f"[metrics]\nweekly = [{lists}]\n" + "".join(parts)


@pytest.mark.parametrize("name", ["unit_windows", "Analysis_Windows", "anchored_units", "E"])
def test_a_data_source_that_takes_a_table_of_the_query_is_refused(desk: Desk, name: str) -> None:
    assert desk.mistakes(_read_by_metrics(name)) == [
        (
            "MetricNameCollisionException",
            f"own.toml: data_sources.{name}: the data source `{name}` would have the same name as "
            f"the query's own `{name.lower()}`; rename it",
        )
    ]


@pytest.mark.parametrize("suffix", ["_direct", "_window_days", "_window_parts"])
def test_a_data_source_that_takes_anothers_derived_table_is_refused(
    desk: Desk, suffix: str
) -> None:
    ((kind, line),) = desk.mistakes(_read_by_metrics("clicks", f"Clicks{suffix}"))
    assert kind == "MetricNameCollisionException"
    assert f"`clicks{suffix}`, made from the data source `clicks`" in line
    assert f"the data source `Clicks{suffix}`" in line


def test_two_data_sources_that_differ_in_case_alone_are_refused_once(desk: Desk) -> None:
    ((kind, line),) = desk.mistakes(_read_by_metrics("visits", "Visits"))
    assert kind == "MetricNameCollisionException"
    assert line == (
        "own.toml: data_sources.visits: the data source `visits` would have the same name as the "
        "data source `Visits`; rename it"
    )


def test_data_sources_with_like_names_pass(desk: Desk) -> None:
    names = ("e2", "visits", "visits_days", "direct", "window_days", "units")
    assert desk.check(_read_by_metrics(*names)) == []


@pytest.mark.parametrize(
    "window", ["window_end = 99999999999", "window_start = -3651", "window_start = -99999999999"]
)
def test_a_window_that_no_date_is_in_is_refused(desk: Desk, window: str) -> None:
    lines = [line for _, line in desk.mistakes(_segment(window))]
    assert any("is too far from enrollment; 3650 days are the most" in line for line in lines)
    lines = [line for _, line in desk.mistakes(_signal(window))]
    assert any("is too far from enrollment; 3650 days are the most" in line for line in lines)


def _definition_lines(desk: Desk, config: str) -> list[str]:
    try:
        check_definitions(desk.resolved(config, endDate="2026-03-01"), "own.toml")
    except ConfigErrors as errors:
        return [line for _, line in _listed(errors)]
    return []


def test_what_made_up_facts_contradict_is_no_mistake_of_a_definition(desk: Desk) -> None:
    assert _definition_lines(desk, '[experiment]\nreference_branch = "other"') == []
    # Whether day 8 comes after enrollment depends on the made-up 7 days of it.
    assert _definition_lines(desk, _signal("window_start = 8")) == []


def test_what_is_wrong_with_a_definition_whatever_the_facts_is_found(desk: Desk) -> None:
    for config in (
        _segment("window_start = -1\nwindow_end = -7"),
        _signal("window_start = 5\nwindow_end = 3"),
        _signal("window_start = 8").replace(
            "[experiment.", "[experiment]\nenrollment_period = 7\n[experiment.", 1
        ),
        _metric("branch"),
        _read_by_metrics("unit_windows"),
        _segment("", "odd one"),
    ):
        assert len(_definition_lines(desk, config)) == 1, config


def test_a_table_name_that_could_break_out_of_a_stub_is_told_apart() -> None:
    for name in ("mozdata.telemetry.main", "telemetry.events_*", "moz-fx.a_b.c$20260101"):
        assert is_safe_table(name)
    for name in ("main", "a.b'c", "a.b.c{{x}}", "a.b.c d", "a.b.c.d", 'a."b"', "a.b`"):
        assert not is_safe_table(name)


def test_all_mistakes_of_a_config_are_listed_together(desk: Desk) -> None:
    found = desk.mistakes(
        _metric("branch") + '[experiment]\nreference_branch = "x"\n', endDate="2026-03-01"
    )
    assert [kind for kind, _ in found] == [
        "EndBeforeStartException",
        "UnknownReferenceBranchException",
        "MetricNameCollisionException",
    ]


def test_only_states_are_no_errors() -> None:
    states = {kind.__name__ for kind in ConfigError.__subclasses__() if not kind.is_error}
    assert states == {
        "EndedException",
        "EnrollmentNotCompleteException",
        "ExplicitSkipException",
        "RolloutSkipException",
    }
    assert exception_type(ConfigError(None, "", "")) == "InvalidConfigurationException"


def test_a_bad_entry_does_not_block_the_others(tmp_path: Path) -> None:
    odd = ENTRY | {"slug": "odd", "branches": "control"}
    read = read_all(_written(tmp_path, odd, ENTRY, {"appName": "fenix"}, 7))
    assert [experiment.normandy_slug for experiment in read.found] == [SLUG]
    assert {*read.mistakes} == {"odd", "[2]", "[3]"}
    (without_slug,) = read.mistakes["[2]"]
    assert exception_type(without_slug) == "NoSlugException"
    assert str(without_slug).endswith("[2]: the experiment has no slug; set `slug`")
    with pytest.raises(ConfigErrors) as caught:
        read_experiments(tmp_path / "experiments.json")
    assert len(caught.value.errors) == 3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"branches": "control"}, 'dark-mode.branches: expected an array, found "control"'),
        ({"branches": None}, "dark-mode.branches: `branches` is missing"),
        ({"branches": ["control"]}, "dark-mode.branches[0]: expected an object, found"),
        ({"branches": [{"ratio": 1}]}, "dark-mode.branches[0].slug: `slug` is missing"),
        (
            {"branches": [{"slug": "a", "ratio": "1"}]},
            'dark-mode.branches[0].ratio: expected a whole number, found "1"',
        ),
        ({"branches": [{"slug": "a", "ratio": -1}]}, "ratio: expected 0 or more, found -1"),
        ({"branches": [{"slug": ["a"]}]}, "branches[0].slug: expected text, found an array"),
        ({"outcomes": ["login"]}, "dark-mode.outcomes[0]: expected an object"),
        ({"outcomes": {"slug": "login"}}, "dark-mode.outcomes: expected an array, found an obj"),
        ({"segments": [{"slug": 3}]}, "dark-mode.segments[0].slug: expected text, found 3"),
        ({"bucketConfig": 100}, "dark-mode.bucketConfig: expected an object, found 100"),
        ({"bucketConfig": {"count": True}}, "dark-mode.bucketConfig.count: expected a whole"),
        ({"bucketConfig": {"count": 1}}, "bucketConfig.randomizationUnit: `randomizationUnit` is"),
        (
            {"bucketConfig": ENTRY["bucketConfig"] | {"randomizationUnit": "cookie"}},
            "dark-mode.bucketConfig.randomizationUnit: unknown unit `cookie`; known are",
        ),
        ({"startDate": 20260302}, "dark-mode.startDate: expected a date as YYYY-MM-DD, found 2"),
        ({"startDate": "2026-02-30"}, "startDate: expected a date as YYYY-MM-DD, found '2026-02"),
        ({"endDate": "2026-03-02x"}, "dark-mode.endDate: expected a date as YYYY-MM-DD"),
        ({"proposedEnrollment": "7"}, "dark-mode.proposedEnrollment: expected a whole number, f"),
        ({"isRollout": "no"}, 'dark-mode.isRollout: expected true or false, found "no"'),
        ({"isHighPopulation": 1}, "dark-mode.isHighPopulation: expected true or false, found 1"),
        ({"appName": 7}, "dark-mode.appName: expected text, found 7"),
        ({"appId": {}}, "dark-mode.appId: expected text, found an object"),
        ({"referenceBranch": ["a"]}, "dark-mode.referenceBranch: expected text, found an array"),
        ({"slug": 5}, "[0].slug: expected text, found 5"),
        ({"slug": "a\ud800"}, "[0].slug: the text holds half of a character"),
    ],
)
def test_a_field_of_the_wrong_form_is_named(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    read = read_all(_written(tmp_path, ENTRY | changes))
    assert read.found == []
    (errors,) = read.mistakes.values()
    lines = [str(error) for error in errors]
    assert any(words in line for line in lines), lines
    assert all(line.startswith(f"{tmp_path}/experiments.json: ") for line in lines)


def test_what_may_be_missing_may_be_null(tmp_path: Path) -> None:
    entry = dict.fromkeys(ENTRY, None) | {"slug": SLUG, "branches": ENTRY["branches"]}
    (found,) = read_experiments(_written(tmp_path, entry))
    assert (found.app_name, found.is_high_population, found.is_rollout) == (
        "firefox_desktop",
        False,
        False,
    )
    assert (found.outcomes, found.bucket_config, found.start_date) == ([], None, None)


def test_a_date_may_carry_a_time(tmp_path: Path) -> None:
    (found,) = read_experiments(_written(tmp_path, ENTRY | {"startDate": "2026-03-02T23:59:59Z"}))
    assert found.start_date == dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def test_a_slug_that_stands_twice_is_refused_both_times(tmp_path: Path) -> None:
    read = read_all(_written(tmp_path, ENTRY, ENTRY | {"slug": "other"}, ENTRY))
    assert [experiment.normandy_slug for experiment in read.found] == ["other"]
    (error,) = read.mistakes[SLUG]
    assert "dark-mode.slug: 2 experiments have this slug, at [0], [2]; keep one" in str(error)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not valid JSON"),
        (b"\xff\xfe\xff", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"slug": "a"}', "expected a JSON array of experiments, found an object"),
    ],
)
def test_a_file_that_is_no_array_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "experiments.json"
    path.write_bytes(content)
    with pytest.raises(ConfigErrors) as caught:
        read_all(path)
    assert str(caught.value).startswith(f"{path}: {words}")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigErrors, match=r"none\.json: cannot be read: No such file"):
        read_all(tmp_path / "none.json")


class _Api(http.server.BaseHTTPRequestHandler):
    """Answers as Experimenter would, and as a server that is down."""

    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/experiments/")
            self.end_headers()
            return
        known = self.path == "/experiments/"
        body = json.dumps([ENTRY]).encode() if known else b"<html>"
        self.send_response(200 if known or self.path == "/page" else 503)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def api() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Api) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_experiments_are_read_from_a_url(api: str) -> None:
    for page in ("experiments/", "moved"):
        assert [e.normandy_slug for e in read_all(f"{api}/{page}").found] == [SLUG]


def _closed(api: str) -> str:
    return f"http://127.0.0.1:1/{api[:0]}"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (lambda api: f"{api}/down", "the server answered 503 Service Unavailable; check the addr"),
        (lambda api: f"{api}/page", "not valid JSON"),
        (_closed, "cannot be downloaded: [Errno 111] Connection refused; check the address"),
        (lambda _: "http://[odd", "cannot be downloaded: "),
        (lambda _: "http://a b/", "cannot be downloaded: "),
    ],
)
def test_a_url_that_gives_no_experiments_is_named_in_one_line(
    api: str, address: Callable[[str], str], words: str
) -> None:
    url = address(api)
    with pytest.raises(ConfigErrors) as caught:
        read_all(url)
    assert str(caught.value).startswith(f"{url}: {words}")
    assert "\n" not in str(caught.value)


def test_a_download_is_bounded(api: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiments, "MAX_BYTES", 10)
    with pytest.raises(ConfigErrors, match="has more than 10 bytes"):
        read_all(f"{api}/experiments/")
    monkeypatch.setattr(experiments, "MAX_BYTES", 10_000)
    monkeypatch.setattr(experiments, "MAX_SECONDS", -1.0)
    with pytest.raises(ConfigErrors, match="took more than"):
        read_all(f"{api}/experiments/")


def _expected(own: dict[str, Any], entry: dict[str, Any]) -> set[str]:
    """Tell from the files alone what is wrong with a plain experiment and its config."""
    if own.get("skip"):
        return {"ExplicitSkipException"}
    start = dt.date.fromisoformat(own.get("start_date") or entry["startDate"])
    end = dt.date.fromisoformat(own.get("end_date") or entry["endDate"])
    enrolled = (dt.date.fromisoformat(entry["enrollmentEndDate"]) - start).days + 1
    period = own.get("enrollment_period") or enrolled
    found = set()
    if end < start:
        found.add("EndBeforeStartException")
    elif end < start + dt.timedelta(days=period):
        found.add("EnrollmentLongerThanAnalysisException")
    if period <= 0:
        found = {"NoEnrollmentPeriodException"}
    # The plain experiments have the branches `control` and `treatment`, whatever the configs say.
    reference = own.get("reference_branch", "control")
    if reference not in {"control", "treatment"} and "enrollment_query" not in own:
        found.add("UnknownReferenceBranchException")
    return found


@pytest.mark.skipif(not SHARED.exists(), reason="needs metric-hub at ../shared/metric-hub")
def test_real_configs_pass_but_where_their_plain_experiment_contradicts_them() -> None:
    hub, platforms = read_hub(SHARED / "metric-hub"), read_platforms(REPOSITORY)
    path = SHARED / "metric-hub-experiments.json"
    read = read_all(path)
    entries = {entry["slug"]: entry for entry in json.loads(path.read_text())}
    assert (len(read.found), read.mistakes) == (467, {})
    refused = {}
    for experiment in read.found:
        check_experiment(experiment, platforms)
        slug = str(experiment.normandy_slug)
        toml = SHARED / f"metric-hub/jetstream/{slug}.toml"
        own = tomllib.loads(toml.read_text()).get("experiment", {})
        found: set[str] = set()
        try:
            check_wanted(experiment, hub.settings_of(slug), toml)
            check_config(resolve(hub, experiment), toml)
        except ConfigErrors as errors:
            found = {kind for kind, _ in _listed(errors)}
        assert found == _expected(own, entries[slug]), slug
        refused[slug] = found
    assert sum(not found for found in refused.values()) == 467 - 5 - 42 - 7 - 9


@pytest.mark.parametrize(
    ("hub", "path"),
    [
        (REPOSITORY / "metric_hub", REPOSITORY / "demo/experiments.json"),
        (GOLDEN / "input/metric_hub", GOLDEN / "input/experiments.json"),
    ],
    ids=["demo", "golden"],
)
def test_our_own_experiments_pass_without_warnings(hub: Path, path: Path) -> None:
    if not path.exists():
        pytest.skip("needs the golden data at ../shared/golden")
    read, platforms = read_hub(hub), read_platforms(REPOSITORY)
    for experiment in read_experiments(path):
        check_experiment(experiment, platforms)
        assert check_config(resolve(read, experiment)) == []
