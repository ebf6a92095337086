"""Windows of segments and of exposure signals: without a day in them, too late, too far off."""

from __future__ import annotations

import pytest

from checks.configs import with_segment, with_signal
from checks.desk import Desk


def test_a_segment_window_that_ends_before_it_starts_is_refused(desk: Desk) -> None:
    assert desk.mistakes(with_segment("window_start = -1\nwindow_end = -7")) == [
        (
            "OverlappingWindowsException",
            "own.toml: segments.data_sources.first_days.window_start: the window starts on day -1 "
            "and ends on day -7; swap `window_start` and `window_end`",
        )
    ]


def test_a_segment_decided_after_enrollment_is_a_warning(desk: Desk) -> None:
    (warning,) = desk.check(with_segment("window_start = 0\nwindow_end = 28"))
    assert str(warning) == (
        "own.toml: segments.data_sources.first_days.window_end: segment `early` is decided up to "
        "28 days after enrollment, so that the branch can decide who is in it; end the window on "
        "day 0, or on day -1 for what is known before"
    )
    assert desk.check(with_segment("window_start = -7\nwindow_end = 0")) == []


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
    ((kind, line),) = desk.mistakes(with_signal(window))
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
    assert desk.check(with_signal(window)) == []


@pytest.mark.parametrize(
    "window", ["window_end = 99999999999", "window_start = -3651", "window_start = -99999999999"]
)
def test_a_window_that_no_date_is_in_is_refused(desk: Desk, window: str) -> None:
    lines = [line for _, line in desk.mistakes(with_segment(window))]
    assert any("is too far from enrollment; 3650 days are the most" in line for line in lines)
    lines = [line for _, line in desk.mistakes(with_signal(window))]
    assert any("is too far from enrollment; 3650 days are the most" in line for line in lines)
