"""Definitions: reference branches, and what is wrong whatever the experiment's facts are."""

from __future__ import annotations

from checks.configs import with_data_sources, with_metric, with_segment, with_signal
from checks.desk import Desk, listed
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.inputs.checks import check_definitions


def test_a_reference_branch_must_be_a_branch(desk: Desk) -> None:
    found = desk.mistakes('[experiment]\nreference_branch = "contrl"', referenceBranch="old")
    why = "is none of its branches, which are `control`, `dark`; "
    assert found == [
        (
            "UnknownReferenceBranchException",
            f"own.toml: experiment.reference_branch: the reference branch `contrl` {why}"
            "did you mean `control`?",
        ),
        (
            "UnknownReferenceBranchException",
            f"dark-mode.referenceBranch: the reference branch `old` {why}name one of them",
        ),
    ]


def test_a_custom_enrollment_query_may_find_other_branches(desk: Desk) -> None:
    config = '[experiment]\nreference_branch = "held-back"\nenrollment_query = "SELECT 1"'
    (warning,) = desk.check(config)
    assert "`held-back` is none of its branches" in str(warning)
    assert "only if `enrollment_query` finds such a branch" in str(warning)


def _definition_lines(desk: Desk, config: str) -> list[str]:
    try:
        check_definitions(desk.resolved(config, endDate="2026-03-01"), "own.toml")
    except ConfigErrors as errors:
        return [line for _, line in listed(errors)]
    return []


def test_what_made_up_facts_contradict_is_no_mistake_of_a_definition(desk: Desk) -> None:
    assert _definition_lines(desk, '[experiment]\nreference_branch = "other"') == []
    # Whether day 8 comes after enrollment depends on the made-up 7 days of it.
    assert _definition_lines(desk, with_signal("window_start = 8")) == []


def test_what_is_wrong_with_a_definition_whatever_the_facts_is_found(desk: Desk) -> None:
    for config in (
        with_segment("window_start = -1\nwindow_end = -7"),
        with_signal("window_start = 5\nwindow_end = 3"),
        with_signal("window_start = 8").replace(
            "[experiment.", "[experiment]\nenrollment_period = 7\n[experiment.", 1
        ),
        with_metric("branch"),
        with_data_sources("unit_windows"),
        with_segment("", "odd one"),
    ):
        assert len(_definition_lines(desk, config)) == 1, config


def test_all_mistakes_of_a_config_are_listed_together(desk: Desk) -> None:
    found = desk.mistakes(
        with_metric("branch") + '[experiment]\nreference_branch = "x"\n', endDate="2026-03-01"
    )
    assert [kind for kind, _ in found] == [
        "EndBeforeStartException",
        "UnknownReferenceBranchException",
        "MetricNameCollisionException",
    ]
