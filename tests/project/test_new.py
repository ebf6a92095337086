"""`jetstream new` writes an experiment down; `upgrade` brings a project to this version."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from project.conftest import Command


def test_a_new_experiment_can_be_validated_and_locked(project: Path, command: Command) -> None:
    code, out, _ = command("new", "my-test", "--branches", "control, big", "--start", "2026-03-02")
    assert code == 0
    assert "experiments.json: added my-test, 2026-03-02 to 2026-04-06, fenix" in out
    first, second = json.loads((project / "experiments.json").read_text())
    assert (first["slug"], second["slug"]) == ("example", "my-test")
    assert [branch["slug"] for branch in second["branches"]] == ["control", "big"]
    assert second["referenceBranch"] == "control"
    assert command("validate", "metric_hub/jetstream/my-test.toml")[0] == 0
    code, out, err = command("sync", "--experiment", "my-test")
    assert (code, err) == (0, "")
    assert "locked my-test" in out


def test_the_list_keeps_how_it_was_written(project: Path, command: Command) -> None:
    path = project / "experiments.json"
    path.write_text(path.read_text().replace('"outcomes": []', '"outcomes":  [ ]'))
    command("new", "my-test")
    assert '"outcomes":  [ ]' in path.read_text()


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["example"], "example: an experiment of this name is there already; choose another"),
        (["a/b"], "the slug holds `/`; use letters, digits"),
        (["new", "--branches", "control"], "--branches: expected two or more different branches"),
        (["new", "--branches", "a,a"], "--branches: expected two or more different branches"),
        (["new", "--application", "nope"], "--application: unknown application `nope`; add a row"),
        (["new", "--experiments", "https://e.org/x"], "is a URL; name a file to add to"),
    ],
)
def test_what_cannot_be_is_told(
    project: Path, command: Command, words: list[str], problem: str
) -> None:
    before = (project / "experiments.json").read_text()
    code, out, err = command("new", *words)
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert problem in err
    assert (project / "experiments.json").read_text() == before
    assert not (project / "metric_hub/jetstream/new.toml").exists()


def test_a_hub_of_several_applications_asks_for_one(project: Path, command: Command) -> None:
    (project / "metric_hub/definitions/firefox_desktop.toml").write_text("[metrics]\n")
    code, _, err = command("new", "my-test")
    assert (code, err) == (1, "error: --application: name one of fenix, firefox_desktop\n")


def test_a_project_of_this_version_has_nothing_to_upgrade(project: Path, command: Command) -> None:
    code, out, _ = command("upgrade")
    assert (code, out.startswith("nothing to do")) == (0, True)


def test_upgrade_replaces_the_package_and_says_what_changed(
    project: Path, command: Command
) -> None:
    package = project / ".jetstream/package"
    settings = package / "dbt_project.yml"
    settings.write_text(settings.read_text().replace('version: "0.2.0"', 'version: "0.0.9"'))
    changed = next(package.glob("macros/bins/*.sql"))
    changed.write_text("-- old")
    (package / "macros/old.sql").write_text("-- gone since")
    (package / "tests/generic/unique_key.sql").unlink()
    requirements = project / "requirements.txt"
    requirements.write_text("dbt-jetstream[bigquery]==0.0.9\nduckdb\n")
    text = (project / "dbt_project.yml").read_text()
    (project / "dbt_project.yml").write_text(text.replace("  jetstream_wait_days: 2\n", ""))
    _, out, _ = command("upgrade")
    assert out.splitlines() == [
        "macros: 0.0.9 -> 0.2.0 (1 new, 2 changed, 1 gone files); run `dbt deps`",
        "dbt_project.yml: added vars.jetstream_wait_days",
        "requirements.txt: dbt-jetstream==0.2.0",
    ]
    assert requirements.read_text() == "dbt-jetstream[bigquery]==0.2.0\nduckdb\n"
    assert not (package / "macros/old.sql").exists()
    assert changed.read_text() != "-- old"
    assert command("upgrade")[1].startswith("nothing to do")


def test_upgrade_asks_for_init_where_there_is_none(
    tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: acme\n")
    monkeypatch.chdir(tmp_path)
    code, _, err = command("upgrade")
    assert code == 1
    assert "`jetstream init --into .` adds dbt-jetstream to it" in err
