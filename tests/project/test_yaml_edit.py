"""YAML files of users get more keys, and keep their comments."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.project.yaml_edit import YamlFile

PROJECT = """\
name: acme  # ours

# Where models are.
model-paths: ["models"]
models:
  acme:
    staging:
      +materialized: view
    # marts are tables

vars:
seeds: {acme: {+schema: raw}}
packages:
  - package: dbt-labs/dbt_utils
    version: 1.3.0  # pinned
"""


def _file(text: str = PROJECT) -> YamlFile:
    return YamlFile(Path("dbt_project.yml"), text)


def test_keys_are_added_where_they_belong_and_comments_stay() -> None:
    file = _file()
    assert file.add(["models", "acme", "experiments"], "# ours\n+tags: [a]\n+meta: {b: 1}")
    assert file.add(["vars", "jetstream_days_kept"], "90")
    assert file.add(["seeds", "acme", "registry"], "+column_types: {state: string}")
    assert file.add(["query-comment"], "comment: hello\njob-label: true")
    assert file.append("model-paths", "python_models")
    assert file.append("packages", "local: .jetstream/package")
    assert yaml.safe_load(file.text) == {
        "name": "acme",
        "model-paths": ["models", "python_models"],
        "models": {
            "acme": {
                "staging": {"+materialized": "view"},
                "experiments": {"+tags": ["a"], "+meta": {"b": 1}},
            }
        },
        "vars": {"jetstream_days_kept": 90},
        "seeds": {"acme": {"+schema": "raw", "registry": {"+column_types": {"state": "string"}}}},
        "packages": [
            {"package": "dbt-labs/dbt_utils", "version": "1.3.0"},
            {"local": ".jetstream/package"},
        ],
        "query-comment": {"comment": "hello", "job-label": True},
    }
    kept = [line for line in PROJECT.splitlines() if "#" in line]
    assert [line for line in file.text.splitlines() if "#" in line and "# ours" not in line] == [
        line for line in kept if "# ours" not in line
    ]


def test_what_is_there_is_left_alone() -> None:
    file = _file()
    assert not file.add(["models", "acme", "staging"], "+materialized: table")
    assert not file.append("model-paths", "models")
    assert file.text == PROJECT


def test_a_file_without_the_list_gets_one() -> None:
    file = _file("# packages\n")
    assert file.append("packages", "local: .jetstream/package")
    assert file.text == "# packages\n\npackages:\n  - local: .jetstream/package\n"


def test_a_value_is_replaced() -> None:
    file = _file("query-comment: 'mine'  # as ever\nname: acme\n")
    file.replace(["query-comment"], '"yours"')
    assert file.text == 'query-comment: "yours"  # as ever\nname: acme\n'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "dbt_project.yml: is no YAML"),
        ("- a", "dbt_project.yml: expected keys with values, found list"),
    ],
)
def test_what_is_no_mapping_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ConfigErrors, match=problem):
        _file(text)


def test_a_value_that_holds_no_keys_is_refused() -> None:
    with pytest.raises(ConfigErrors, match=r"dbt_project.yml: name: expected keys with values"):
        _file().add(["name", "inner"], "1")
