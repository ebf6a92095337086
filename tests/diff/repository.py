"""The repository that tests change, and its files."""

from __future__ import annotations

import subprocess
from pathlib import Path

DESKTOP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"
DEFAULTS = "metric_hub/jetstream/defaults/firefox_desktop.toml"
DEFINITIONS = "metric_hub/definitions/firefox_desktop.toml"
OWN = f"metric_hub/jetstream/{DESKTOP}.toml"


def git(folder: Path, *words: str) -> str:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    command = ["git", "-C", str(folder), *author, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{old} is {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new))
