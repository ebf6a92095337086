"""The workspace of tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import Project
from workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path, project: Project) -> Workspace:
    return Workspace(tmp_path, project)
