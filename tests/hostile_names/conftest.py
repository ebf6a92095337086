"""The project, on a day before its experiments' end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hostile_names.desk import Desk


@pytest.fixture(autouse=True, scope="module")
def _before_the_end() -> Iterator[None]:
    """Whether an experiment that has ended is finished would be asked of the warehouse."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JETSTREAM_AS_OF", "2026-04-01")
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
