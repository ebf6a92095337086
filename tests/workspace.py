"""A copy of the example hub and experiments that a test may spoil, and a project."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import yaml

from conftest import REPOSITORY, Project
from dbt_jetstream.cli import main

HUB = REPOSITORY / "metric_hub"
EXPERIMENTS = REPOSITORY / "demo/experiments.json"
DESKTOP = "pip-first-time-hint"
OUTCOME = "jetstream/outcomes/firefox_desktop/picture_in_picture.toml"
DEFAULTS = "jetstream/defaults/firefox_desktop.toml"
DEFINITIONS = "definitions/firefox_desktop.toml"
OWN = f"jetstream/{DESKTOP}.toml"


class Workspace:
    """A copy of the example hub and experiments that a test may spoil, and a project."""

    def __init__(self, path: Path, project: Project) -> None:
        self.hub = path / "hub"
        self.experiments = path / "experiments.json"
        self.project = project
        shutil.copytree(HUB, self.hub)
        shutil.copy(EXPERIMENTS, self.experiments)

    def sync(self, *arguments: str) -> int:
        return main(
            [
                "sync",
                f"--metric-hub={self.hub}",
                f"--experiments={self.experiments}",
                f"--project-dir={self.project.path}",
                "--with-ended",
                *arguments,
            ]
        )

    def rerun(self, *arguments: str, command: str = "rerun") -> int:
        """Take the newest definitions of the desktop demo, and leave building to others."""
        return main(
            [
                command,
                DESKTOP,
                f"--metric-hub={self.hub}",
                f"--experiments={self.experiments}",
                f"--project-dir={self.project.path}",
                "--lock-only",
                *arguments,
            ]
        )

    def edit(self, file: str, change: Callable[[str], str]) -> Path:
        path = self.hub / file
        text = path.read_text()
        changed = change(text)
        assert changed != text
        path.write_text(changed)
        return path

    def configure(self, toml: str) -> Path:
        """Put lines under the experiment's own `[experiment]`."""
        lines = "\n".join(["[experiment]", *toml.splitlines()])
        first = 'segments = ["heavy_users", "new_profiles"]\n'
        kept = "" if "segments" in toml else first
        return self.edit(
            OWN, lambda text: text.replace(f"[experiment]\n{first}", f"{lines}\n{kept}")
        )

    def edit_experiment(self, change: Callable[[dict], object]) -> None:
        experiments = json.loads(self.experiments.read_text())
        change(experiments[0])
        self.experiments.write_text(json.dumps(experiments))

    def files(self) -> dict[Path, bytes]:
        return {
            path.relative_to(self.project.path): path.read_bytes()
            for folder in ("models", "python_models")
            for path in sorted((self.project.path / folder).rglob("*"))
            if path.is_file()
        }

    def lock(self, model: int = 0) -> dict:
        path = self.project.path / f"models/experiments/{DESKTOP}/{DESKTOP}.yml"
        return yaml.safe_load(path.read_text())["models"][model]
