"""Which experiments are analysed at all: no rollouts, none that ended long ago, none skipped."""

from __future__ import annotations

import datetime as dt

from checks.desk import Desk
from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.inputs.checks import check_experiment, exception_type


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


def test_only_states_are_no_errors() -> None:
    states = {kind.__name__ for kind in ConfigError.__subclasses__() if not kind.is_error}
    assert states == {
        "EndedException",
        "EnrollmentNotCompleteException",
        "ExplicitSkipException",
        "RolloutSkipException",
    }
    assert exception_type(ConfigError(None, "", "")) == "InvalidConfigurationException"
