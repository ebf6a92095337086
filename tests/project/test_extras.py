"""What is not installed is named with the extra that brings it, in one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from dbt_jetstream.common import extras
from dbt_jetstream.exports.places import export_text
from project.conftest import Command


@pytest.fixture
def no_bigquery(monkeypatch: pytest.MonkeyPatch) -> None:
    found = extras.find_spec
    monkeypatch.setattr(
        extras, "find_spec", lambda name: None if "bigquery" in name else found(name)
    )
    monkeypatch.setenv("JETSTREAM_BIGQUERY_PROJECT", "p")


@pytest.mark.usefixtures("no_bigquery")
@pytest.mark.parametrize(
    ("words", "key"),
    [
        (["cost", "example", "--bytes", "--target", "bigquery"], "target bigquery"),
        (["render", "example", "--out", "sql"], "--target bigquery"),
        (["demo-data", "--experiment", "example", "--target", "bigquery"], "target bigquery"),
    ],
)
def test_bigquery_says_what_to_install(
    project: Path, command: Command, words: list[str], key: str
) -> None:
    command("sync")
    code, out, err = command(*words)
    assert (code, out) == (1, "")
    assert err == (
        f"error: {key}: BigQuery's adapter is not installed; run "
        "`pip install dbt-jetstream[bigquery]`\n"
    )


def test_exports_to_storage_say_so_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dbt_jetstream.exports.storage.objects", None)
    with pytest.raises(ValueError, match=r"gs://b/x: needs Google's client; run `pip install dbt-"):
        export_text("gs://b/x", "")


def test_what_dbt_says_of_it_is_told_in_our_words() -> None:
    said = "Runtime Error Could not find adapter type bigquery!"
    assert "dbt-jetstream[bigquery]" in extras.told(said)
    assert extras.told("another error") == "another error"
