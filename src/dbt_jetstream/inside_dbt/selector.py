"""The selector method `experiment:<slug>` of dbt's `--select` and `--exclude`.

dbt keeps its selector methods in an enumeration and a dictionary and offers no hook to add one, so
this module adds a member to both when dbt imports its plugins. The tag `experiment:<slug>` that
every generated node carries is the one source of truth, so the method and `tag:experiment:<slug>`
always agree.

Without it `tag:experiment:<slug>` selects the same. It adds nothing to a build's time.
"""

from collections.abc import Iterator
from functools import cache

from dbt.graph.graph import UniqueId
from dbt.graph.selector_methods import MethodManager, MethodName, TagSelectorMethod
from dbt_common.events.base_types import EventLevel
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note
from dbt_common.invocation import get_invocation_id

from dbt_jetstream.common.errors import did_you_mean

METHOD = "experiment"
TAG = f"{METHOD}:"
WILDCARDS = "*?["


class ExperimentSelectorMethod(TagSelectorMethod):
    """Selects the nodes of the experiments whose slug matches, wildcards included."""

    def search(self, included_nodes: set[UniqueId], selector: str) -> Iterator[UniqueId]:
        """Yield the ids of the nodes that carry the tag of a matching experiment."""
        known = self._slugs()
        if selector not in known and not any(mark in selector for mark in WILDCARDS):
            _warn_once(_unknown(selector, known), get_invocation_id())
        yield from super().search(included_nodes, f"{TAG}{selector}")

    def _slugs(self) -> set[str]:
        """Name the experiments that are locked, and not retired."""
        tags = (tag for node in self.manifest.nodes.values() for tag in node.tags)
        return {tag.removeprefix(TAG) for tag in tags if tag.startswith(TAG)}


@cache
def _warn_once(message: str, _invocation: str) -> None:
    """Warn; dbt asks for the same selection several times in one invocation."""
    fire_event(Note(msg=message), level=EventLevel.WARN)


def _unknown(slug: str, known: set[str]) -> str:
    hint = did_you_mean(slug, known) or "`jetstream sync` locks what is new"
    return f"there is no experiment `{slug}` in this project, or it is retired; {hint}"


def extend() -> None:
    """Add the method to dbt's own; doing so twice changes nothing."""
    if METHOD in MethodName._value2member_map_:
        return
    member = str.__new__(MethodName, METHOD)
    member._name_ = METHOD.capitalize()
    member._value_ = METHOD
    MethodName._member_map_[member._name_] = member
    MethodName._member_names_.append(member._name_)
    MethodName._value2member_map_[METHOD] = member
    MethodManager.SELECTOR_METHODS[member] = ExperimentSelectorMethod
