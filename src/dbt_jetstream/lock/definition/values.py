"""What values of a definition are."""

from __future__ import annotations

from pydantic import ConfigDict

# Numbers keep the type that they were written with: a definition hash tells 1 from 1.0.
Number = int | float
# BigQuery's text; where DuckDB's differs, both by the adapters' names, and the `gap` it has.
Fragment = str | dict[str, str | None]
Treatment = str | dict[str, dict[str, bool | int | float | str | None]]
CLOSED = ConfigDict(extra="forbid")
