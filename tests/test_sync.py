"""Names that test_lineage.py takes from here; they are those of workspace.py."""

from __future__ import annotations

from workspace import DEFINITIONS, DESKTOP, Workspace

__all__ = ["DEFINITIONS", "DESKTOP", "Workspace"]
