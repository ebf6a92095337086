"""Experimenter's entries as they are read: each field's form, and one bad entry among good ones."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from checks.desk import ENTRY, SLUG, written
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.inputs.checks import exception_type
from dbt_jetstream.inputs.experiments import read_all, read_experiments


def test_a_bad_entry_does_not_block_the_others(tmp_path: Path) -> None:
    odd = ENTRY | {"slug": "odd", "branches": "control"}
    read = read_all(written(tmp_path, odd, ENTRY, {"appName": "fenix"}, 7))
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
    read = read_all(written(tmp_path, ENTRY | changes))
    assert read.found == []
    (errors,) = read.mistakes.values()
    lines = [str(error) for error in errors]
    assert any(words in line for line in lines), lines
    assert all(line.startswith(f"{tmp_path}/experiments.json: ") for line in lines)


def test_what_may_be_missing_may_be_null(tmp_path: Path) -> None:
    entry = dict.fromkeys(ENTRY, None) | {"slug": SLUG, "branches": ENTRY["branches"]}
    (found,) = read_experiments(written(tmp_path, entry))
    assert (found.app_name, found.is_high_population, found.is_rollout) == (
        "firefox_desktop",
        False,
        False,
    )
    assert (found.outcomes, found.bucket_config, found.start_date) == ([], None, None)


def test_a_date_may_carry_a_time(tmp_path: Path) -> None:
    (found,) = read_experiments(written(tmp_path, ENTRY | {"startDate": "2026-03-02T23:59:59Z"}))
    assert found.start_date == dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def test_a_slug_that_stands_twice_is_refused_both_times(tmp_path: Path) -> None:
    read = read_all(written(tmp_path, ENTRY, ENTRY | {"slug": "other"}, ENTRY))
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
