"""The selector method `experiment:<slug>` of dbt's `--select` and `--exclude`.

dbt keeps its selector methods in an enumeration and a dictionary and offers no hook to add one, so
this module adds a member to both when dbt imports its plugins. The tag `experiment:<slug>` that
every generated node carries is the one source of truth, so the method and `tag:experiment:<slug>`
always agree.
"""

from collections.abc import Iterator

from dbt.graph.graph import UniqueId
from dbt.graph.selector_methods import MethodManager, MethodName, TagSelectorMethod

METHOD = "experiment"


class ExperimentSelectorMethod(TagSelectorMethod):
    """Selects the nodes of the experiments whose slug matches, wildcards included."""

    def search(self, included_nodes: set[UniqueId], selector: str) -> Iterator[UniqueId]:
        """Yield the ids of the nodes that carry the tag of a matching experiment."""
        yield from super().search(included_nodes, f"{METHOD}:{selector}")


def register() -> None:
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
