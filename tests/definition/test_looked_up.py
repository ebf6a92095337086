"""Each fact is written in one model; macros see the definitions as if all were in each."""

from __future__ import annotations

import pytest

from conftest import REPOSITORY
from dbt_jetstream.lock.held import held_locks
from definition.looking_up import looked_up, renderer, whole, without_own_keys


@pytest.mark.parametrize("slug", ["pip-first-time-hint", "fenix-toolbar-shortcut"])
def test_macros_see_the_definition_that_was_expanded(slug: str) -> None:
    locked = held_locks(REPOSITORY)[slug].locked
    found, expected = looked_up(locked, renderer()), whole(locked)
    for name, definition in found.items():
        assert without_own_keys(definition) == expected[name], name
