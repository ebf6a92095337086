"""A definition is written as it is reviewed, and read as it was written."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from conftest import REPOSITORY
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.lock.definition.file import FILE, read_definition, text_of
from dbt_jetstream.lock.definition.schema import schema
from dbt_jetstream.lock.expand import expand
from dbt_jetstream.lock.held import HeldLock, held_locks
from dbt_jetstream.lock.parts.due import windows_of

SLUGS = ["pip-first-time-hint", "fenix-toolbar-shortcut"]
LAST = dt.date(2026, 3, 9)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_definition_is_read_as_it_was_written(slug: str) -> None:
    held = held_locks(REPOSITORY)[slug]
    assert text_of(read_definition(held.path, held.text)) == held.text


@pytest.mark.parametrize("slug", SLUGS)
def test_a_definition_is_short(slug: str) -> None:
    assert len(held_locks(REPOSITORY)[slug].text.splitlines()) <= 300


@pytest.mark.parametrize("slug", SLUGS)
def test_the_hashes_are_those_of_the_expansion(slug: str) -> None:
    held = held_locks(REPOSITORY)[slug]
    for node in expand(held.definition).nodes:
        node.held_hash = None
        # What is upstream is hashed as it is held, so each node is looked at by itself.
        assert [node.definition_hash] == held.hashes()[node.name]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_schema_describes_the_definitions(slug: str) -> None:
    document = yaml.load(held_locks(REPOSITORY)[slug].text, yaml.BaseLoader)
    found = schema()
    jsonschema.Draft202012Validator.check_schema(found)
    assert document.keys() <= found["properties"].keys()
    assert all("description" in about for about in found["properties"].values())


def test_the_schema_beside_the_definitions_is_that_of_this_version() -> None:
    path = REPOSITORY / "models/experiments/definition.schema.json"
    assert json.loads(path.read_text()) == schema()


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ("COALESCE(SUM(ad_clicks_count_all), 0)", "SUM(1)", "expansion", "does not stand for"),
        ("enrollment_period: 7", "enrollment_period: soon", "experiment.enrollment_period", ""),
        ("sample_size: 100", "size: 100", "enrollment.sample_size", "required"),
        ("format: 1", "format: 2", "format", "this version reads 1"),
    ],
)
def test_an_edited_definition_is_refused(
    tmp_path: Path, old: str, new: str, key: str, problem: str
) -> None:
    text = held_locks(REPOSITORY)[SLUGS[0]].text
    assert old in text
    path = tmp_path / FILE
    path.write_text(text.replace(old, new))
    with pytest.raises(ConfigErrors) as refused:
        _ = HeldLock(SLUGS[0], path, is_private=False).locked
    mistake = str(refused.value.errors[0])
    assert mistake.startswith(f"{path}: {key}: ")
    assert problem in mistake


@pytest.mark.parametrize(
    ("period", "end", "due"),
    [
        ("weekly", dt.date(2026, 3, 29), ["2026-03-15", "2026-03-22", "2026-03-29"]),
        ("weekly", dt.date(2026, 3, 14), []),
        ("weekly", None, ["2026-03-15", "2026-03-22", "2026-03-29"]),
        ("overall", dt.date(2026, 3, 29), ["2026-03-29"]),
        ("overall", LAST, []),
        ("overall", None, []),
        ("preenrollment_days28", dt.date(2026, 3, 29), ["2026-03-09"]),
    ],
)
def test_windows_are_due_when_the_last_units_have_been_observed(
    period: str, end: dt.date | None, due: list[str]
) -> None:
    found = windows_of(period, LAST, end).due_dates(dt.date(2026, 4, 1))
    assert [date.isoformat() for date in found] == due


def test_each_window_is_listed_with_its_date() -> None:
    text = held_locks(REPOSITORY)[SLUGS[0]].text
    (weeks,) = re.findall(r"  weekly: \{.*due: \[(.*)\]\}", text)
    assert weeks.split(", ")[0] == "2026-03-15"
