"""How telemetry names the analysis units of an experiment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class UnitIds:
    """The ids that data sources are joined on.

    Attributes:
        analysis_unit: `client_id` or `profile_group_id`.
        client_ids: Which ids of clients; see `Platform`.
    """

    analysis_unit: str
    client_ids: str = ""

    def column(self, source: Any) -> str:
        """Name the column of a data source, of metrics or segments, that holds the unit's id."""
        if self.analysis_unit == "profile_group_id":
            return source.group_id_column or "profile_group_id"
        chosen = getattr(source, f"{self.client_ids}_client_id_column") if self.client_ids else None
        return chosen or source.client_id_column or "client_id"
