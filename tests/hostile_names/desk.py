"""A project without locks, and what stands around it."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import hostile
from conftest import copy_project
from dbt_jetstream.cli import main

OWN = f"hub/jetstream/{hostile.FRESH}.toml"
# No file is named after a branch.
NO_PATH = "../../escaped"


class Desk:
    """A project without locks in a folder of its own, and what stands around it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = copy_project(root / "around" / "project")
        hostile.write(root, hostile.files())

    def sync(self) -> int:
        return main(
            [
                "sync",
                f"--metric-hub={self.root / 'hub'}",
                f"--experiments={self.root / hostile.EXPERIMENTS}",
                f"--project-dir={self.project.path}",
                "--with-ended",
            ]
        )

    def write(self, entries: list[dict[str, Any]], own: dict[str, Any]) -> None:
        texts = {hostile.EXPERIMENTS: json.dumps(entries), OWN: hostile.dumped(OWN, own)}
        hostile.write(self.root, {name: text.encode() for name, text in texts.items()})

    def tree(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


def sound() -> tuple[dict[str, Any], dict[str, Any]]:
    return copy.deepcopy(hostile.ENTRY), hostile.parsed(OWN, hostile.files()[OWN])
