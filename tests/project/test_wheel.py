"""The wheel holds all that `pip install dbt-jetstream` is to bring."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

from conftest import REPOSITORY

FILES = ("pyproject.toml", "README.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    for name in FILES:
        shutil.copy(REPOSITORY / name, folder)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(REPOSITORY / "src", folder / "src", ignore=ignored)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", "out"]
    command = [sys.executable, "-m", "pip", "wheel", *options, "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = (folder / "out").glob("*.whl")
    return zipfile.ZipFile(path)


def _text(wheel: zipfile.ZipFile, end: str) -> str:
    (name,) = (name for name in wheel.namelist() if name.endswith(end))
    return wheel.read(name).decode()


def test_it_holds_every_module_and_all_data(wheel: zipfile.ZipFile) -> None:
    source = REPOSITORY / "src/dbt_jetstream"
    wanted = {
        f"dbt_jetstream/{path.relative_to(source)}"
        for path in _files(source)
        if "__pycache__" not in path.parts
    }
    assert wanted <= set(wheel.namelist())


def test_it_holds_the_macros_and_tests_of_this_project(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for folder in ("macros", "tests/generic"):
        for path in (REPOSITORY / folder).rglob("*.sql"):
            place = path.relative_to(REPOSITORY / folder)
            assert f"dbt_jetstream/project/package/{folder}/{place}" in names


def test_bigquery_and_googles_analyzer_are_extras(wheel: zipfile.ZipFile) -> None:
    metadata = Parser().parsestr(_text(wheel, "METADATA"))
    needed = metadata.get_all("Requires-Dist") or []
    plain = [line for line in needed if "extra ==" not in line]
    assert any(line.startswith("dbt-duckdb") for line in plain)
    assert not any(line.startswith(("dbt-bigquery", "google", "zetasql")) for line in plain)
    assert {"bigquery", "types"} <= set(metadata.get_all("Provides-Extra") or [])


def test_type_checkers_are_told_of_its_types(wheel: zipfile.ZipFile) -> None:
    assert "dbt_jetstream/py.typed" in wheel.namelist()


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in folder.iterdir():
        found += _files(path) if path.is_dir() else [path]
    return found
