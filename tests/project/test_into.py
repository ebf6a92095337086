"""`jetstream init --into` adds to a project of somebody else's, and changes nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from project.conftest import Command

SETTINGS = """\
name: acme  # the shop
profile: warehouse
model-paths: [transform]
seed-paths: [data]
# Who asks.
query-comment:
  comment: "{{ node.name }} of acme"
  append: true
vars: {region: eu}
"""
PROFILES = "warehouse: {target: dev, outputs: {dev: {type: duckdb, path: acme.duckdb}}}\n"


@pytest.fixture
def acme(tmp_path: Path) -> Path:
    files = {
        "dbt_project.yml": SETTINGS,
        "profiles.yml": PROFILES,
        "packages.yml": "packages:\n  - package: dbt-labs/dbt_utils\n    version: 1.3.0\n",
        "selectors.yml": "selectors:\n  - name: nightly\n    definition: 'tag:nightly'\n",
        ".gitignore": "target/\n",
        "README.md": "# acme\n",
        "transform/orders.sql": "select 1 as id",
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_settings_are_added_and_those_that_are_there_stay(acme: Path, command: Command) -> None:
    code, _, err = command("init", "--into", str(acme))
    assert (code, err) == (0, "")
    text = (acme / "dbt_project.yml").read_text()
    settings = yaml.safe_load(text)
    assert "name: acme  # the shop\n" in text
    assert "# Who asks.\n" in text
    assert settings["model-paths"] == ["transform", "models", "python_models"]
    assert settings["seed-paths"] == ["data", "seeds"]
    assert settings["vars"]["region"] == "eu"
    assert settings["vars"]["jetstream_metric_hubs"] == ["metric_hub"]
    hook = "{{ dbt_jetstream.table_options() }}"
    assert settings["models"]["acme"]["experiments"]["+post-hook"] == hook
    assert settings["seeds"]["acme"]["registry"]["+column_types"]["state"] == "string"


def test_queries_of_other_models_are_commented_as_before(acme: Path, command: Command) -> None:
    command("init", "--into", str(acme))
    comment = yaml.safe_load((acme / "dbt_project.yml").read_text())["query-comment"]
    assert comment["append"] is True
    ours, _, theirs = comment["comment"].partition("{% else %}")
    assert "dbt_jetstream.query_comment(node)" in ours
    assert theirs == "{{ node.name }} of acme{% endif %}"


def test_shared_files_are_merged(acme: Path, command: Command) -> None:
    _, out, _ = command("init", "--into", str(acme))
    packages = yaml.safe_load((acme / "packages.yml").read_text())["packages"]
    assert [next(iter(package)) for package in packages] == ["package", "local"]
    selectors = yaml.safe_load((acme / "selectors.yml").read_text())["selectors"]
    assert [selector["name"] for selector in selectors] == ["nightly", "live"]
    assert (acme / "README.md").read_text() == "# acme\n"
    assert "jetstream new" in (acme / "README-jetstream.md").read_text()
    assert (acme / ".gitignore").read_text().startswith("target/\n")
    assert (acme / "profiles.yml").read_text() == PROFILES
    assert "to do: add to the target of DuckDB in the profile `warehouse`" in out


def test_a_taken_name_is_told_and_nothing_is_written(acme: Path, command: Command) -> None:
    (acme / "data").mkdir()
    (acme / "data/platforms.csv").write_text("a\n1\n")
    (acme / "experiments.json").write_text("[]")
    before = sorted(acme.rglob("*"))
    code, out, err = command("init", "--into", str(acme))
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        f"error: {acme}/experiments.json: is there already; rename or move it",
        f"error: {acme}/data/platforms.csv: the project has a seed or model `platforms` already, "
        "and so does dbt-jetstream; rename yours",
    ]
    assert sorted(acme.rglob("*")) == before


def test_a_second_time_is_for_upgrade(acme: Path, command: Command) -> None:
    command("init", "--into", str(acme))
    code, _, err = command("init", "--into", str(acme))
    assert code == 1
    assert err.endswith("is there already; `jetstream upgrade` brings it to this version\n")


def test_a_folder_without_a_project_gets_none(tmp_path: Path, command: Command) -> None:
    code, _, err = command("init", "--into", str(tmp_path))
    assert (code, list(tmp_path.iterdir())) == (1, [])
    assert "is no dbt project, it has no dbt_project.yml" in err
