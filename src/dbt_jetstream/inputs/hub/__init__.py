"""Hubs in metric-hub's layout: definitions, defaults, outcomes and experiments' own configs."""

from dbt_jetstream.inputs.hub.checkout import HubAddress, in_folder
from dbt_jetstream.inputs.hub.collection import Hub, definitions_of
from dbt_jetstream.inputs.hub.reading import read_hub, read_hubs, read_what_can_be_read

__all__ = [
    "Hub",
    "HubAddress",
    "definitions_of",
    "in_folder",
    "read_hub",
    "read_hubs",
    "read_what_can_be_read",
]
