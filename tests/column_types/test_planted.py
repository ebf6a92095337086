"""A hundred mistakes that only types tell are found, each by its key, and nothing else is."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from column_types.planted import KINDS, config_of
from conftest import REPOSITORY
from dbt_jetstream.inputs.hub import HubAddress, read_what_can_be_read
from dbt_jetstream.inputs.platforms import read_platforms
from dbt_jetstream.review.types.check import TypeChecker
from dbt_jetstream.review.types.known import known_types
from dbt_jetstream.review.validate.check import Checker, Finding

SLUG = "planted"


@pytest.fixture(scope="module")
def types() -> TypeChecker:
    hub = read_what_can_be_read([HubAddress(str(REPOSITORY / "metric_hub"))])
    return TypeChecker(known_types(hub, REPOSITORY, read_platforms(REPOSITORY)))


def _checked(folder: Path, text: str, types: TypeChecker | None) -> Finding:
    shutil.copytree(REPOSITORY / "metric_hub", folder / "hub")
    (folder / f"hub/jetstream/{SLUG}.toml").write_text(text)
    hub = read_what_can_be_read([HubAddress(str(folder / "hub"))])
    (file,) = hub.files_of("experiment", SLUG)
    return Checker(hub, REPOSITORY, read_platforms(REPOSITORY), [], types).check(file)


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_a_kind_are_found(kind: str, tmp_path: Path, types: TypeChecker) -> None:
    says, mistakes = KINDS[kind]
    text, keys = config_of(mistakes)
    assert len(keys) == 10
    found = _checked(tmp_path, text, types)
    told = [e for e in found.errors if re.search(says, e.line)]
    assert {error.key for error in told} == keys, [str(error) for error in found.errors]
    assert {error.key for error in found.errors} - keys == set()
    assert not found.untyped


def test_without_types_the_columns_that_a_select_lists_are_known(tmp_path: Path) -> None:
    for kind in ("column that a SELECT does not list", "id, date or experiments not listed"):
        text, keys = config_of(KINDS[kind][1])
        found = _checked(tmp_path / kind[:2], text, None)
        assert {error.key for error in found.errors} == keys
        assert all("does not list it; " in error.line for error in found.errors)
