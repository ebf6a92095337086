"""An experiment's dates: missing, out of range, or in an order that leaves nothing to analyse."""

from __future__ import annotations

from typing import Any

import pytest

from checks.desk import Desk


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
        ("[experiment]\nenrollment_period = -3", {}, "expected a whole number above 0, found `-3`"),
        ("[experiment]\nenrollment_period = 99999999999", {}, "takes 99999999999 days; correct"),
        ('[experiment]\nstart_date = "9999-12-31"', {}, "9999-12-31 is not within 2000 and 2099"),
        ("", {"endDate": "0001-01-01"}, "0001-01-01 is not within 2000 and 2099"),
    ],
)
def test_dates_that_nobody_can_count_with_are_refused(
    desk: Desk, config: str, changes: dict[str, Any], words: str
) -> None:
    assert words in "\n".join(line for _, line in desk.mistakes(config, **changes))


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
