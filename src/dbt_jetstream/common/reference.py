"""Which branch the others are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def reference_branch(experiment: Mapping[str, Any]) -> str:
    """Return the experiment's reference branch; of one that names none, its first branch.

    Args:
        experiment: The experiment as the lock tells of it, with its branches in their order.
    """
    return str(experiment["reference_branch"] or experiment["branches"][0])


def without_reference(experiment: Mapping[str, Any]) -> str:
    """Say, where the experiment names no reference branch, which one it is; else nothing."""
    if experiment["reference_branch"]:
        return ""
    first = reference_branch(experiment)
    return f"The experiment names no reference branch: {first}, its first, stands in for it."
