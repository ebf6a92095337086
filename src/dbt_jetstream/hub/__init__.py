"""Hubs in metric-hub's layout: definitions, defaults, outcomes and experiments' own configs."""

from dbt_jetstream.hub.checkout import HubAddress
from dbt_jetstream.hub.collection import Hub, definitions_of, read_hub, read_hubs

__all__ = ["Hub", "HubAddress", "definitions_of", "read_hub", "read_hubs"]
