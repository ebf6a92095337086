"""A project in which `jetstream sync` locks the experiments of a hub; nothing is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

REPOSITORY = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def create(folder: Path) -> None:
    """Write the project into a folder; its hub and its experiments are the caller's."""
    for name in ("macros", "seeds"):
        shutil.copytree(REPOSITORY / name, folder / name)
    for name in ("models", "python_models", "demo"):
        (folder / name).mkdir()
    for name in ("dbt_project.yml", "selectors.yml"):
        shutil.copy(REPOSITORY / name, folder)
    profile = {"type": "duckdb", "path": str(folder / "project.duckdb"), "schema": "analysis"}
    profiles = {"jetstream": {"target": "duckdb", "outputs": {"duckdb": profile}}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles))


def sync(folder: Path, as_of: str) -> None:
    """Lock the experiments as of a day; exits with what was printed where that fails."""
    done = subprocess.run(
        [str(BIN / "jetstream"), "sync", "--with-ended"],
        cwd=folder,
        env=os.environ | {"DBT_PROFILES_DIR": str(folder), "JETSTREAM_AS_OF": as_of},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"jetstream sync failed:\n{done.stdout}\n{done.stderr}")
