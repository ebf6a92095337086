"""Finds what a config says twice: a name in one list, a metric that an outcome defines too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from dbt_jetstream.common.errors import WithoutEffect
from dbt_jetstream.inputs.hub.key_tables import LABELS
from dbt_jetstream.inputs.hub.unknown_keys import dotted

if TYPE_CHECKING:
    from dbt_jetstream.inputs.hub.files import HubFile

# The lists of names, by their keys.
LISTS = LABELS | {"segments", "outcomes", "depends_on", "default_metrics"}

# What says how a metric is computed.
COMPUTED = ("select_expression", "data_source", "depends_on", "aggregation", "column", "where")


def repeated_names(file: HubFile) -> Iterator[WithoutEffect]:
    """Yield the names that stand more than once in a list of a file."""
    for key, names in _lists(file.found):
        for name, number in Counter(names).items():
            if number > 1:
                problem = f"`{name}` stands {number} times, and counts once; remove the others"
                yield WithoutEffect(file.shown, key, problem)


def _lists(found: dict[str, Any], before: str = "") -> Iterator[tuple[str, list[str]]]:
    for name, value in found.items():
        key = dotted(before, name)
        if isinstance(value, dict):
            yield from _lists(value, key)
        elif name in LISTS and isinstance(value, list):
            yield key, [item for item in value if isinstance(item, str)]


def defined_twice(files: Sequence[HubFile]) -> Iterator[WithoutEffect]:
    """Yield the metrics that one file computes in this way, and another in that.

    Args:
        files: What an experiment draws on, the one that wins first, without its platform's
            definitions: those are there to be changed.
    """
    for file, other in combinations(files, 2):
        ours, theirs = _computed(file), _computed(other)
        for name in ours:
            if ours[name] != theirs.get(name, ours[name]):
                problem = (
                    f"is defined in {other.shown} too, in another way, and this definition is "
                    "taken for both; give one of them another name, or remove one"
                )
                yield WithoutEffect(file.shown, f"metrics.{name}", problem)


def _computed(file: HubFile) -> dict[str, tuple[Any, ...]]:
    """Return what each metric with a definition of its own computes."""
    found = file.found.get("metrics", {}).items()
    metrics = {name: metric for name, metric in found if isinstance(metric, dict)}
    computed = {name: tuple(map(metric.get, COMPUTED)) for name, metric in metrics.items()}
    return {name: values for name, values in computed.items() if any(values)}
