"""Definitions of real experiments: short, and nothing is lost in them."""

from __future__ import annotations

import statistics
from pathlib import Path

from conformance.metric_hub import LARGEST, Synced, requires_metric_hub
from dbt_jetstream.lock.definition.file import read_definition
from dbt_jetstream.lock.expand import expand
from dbt_jetstream.lock.held import held_locks
from definition.looking_up import looked_up, renderer, whole, without_own_keys

pytestmark = requires_metric_hub


def _paths(synced: Synced) -> dict[str, Path]:
    return {slug: held.path for slug, held in held_locks(synced.project.path).items()}


def test_definitions_are_short(synced: Synced) -> None:
    lines = {slug: len(path.read_text().splitlines()) for slug, path in _paths(synced).items()}
    assert max(lines.values()) <= 1700
    assert statistics.median(n for slug, n in lines.items() if slug not in LARGEST) <= 450


def test_what_is_read_is_expanded_to_what_was_locked(synced: Synced) -> None:
    for slug, path in _paths(synced).items():
        locked = synced.locked[slug]
        found = expand(read_definition(path, path.read_text()))
        assert found.definition == locked.definition
        assert [node.meta for node in found.nodes] == [node.meta for node in locked.nodes]
        for node in found.nodes:
            held, node.held_hash = node.held_hash, None
            assert node.definition_hash == held


def test_macros_see_what_was_locked(synced: Synced) -> None:
    macros = renderer()
    for locked in synced.locked.values():
        found, expected = looked_up(locked, macros), whole(locked)
        assert {name: without_own_keys(said) for name, said in found.items()} == expected
