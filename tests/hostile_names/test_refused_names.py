"""Names that are refused in lines, with nothing written elsewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import hostile
from dbt_jetstream.inputs.checks import exception_type
from dbt_jetstream.inputs.hub import HubAddress
from dbt_jetstream.sync import locking
from hostile_names.desk import NO_PATH, Desk, sound

UNSAFE = (
    "it's",
    'a"b',
    NO_PATH,
    "`a`",
    "{{ env_var('HOME') }}",
    "{% raw %}",
    "{# a",
    "a: {b",
    "- a\n  b: c",
    "x; drop table y --",
    "x) as y, (select 1",
    "a\u202eb",
    "a\x00b",
    "x" * 300,
    "x" * 100_000,
)
Edit = Callable[[str, dict[str, Any], dict[str, Any]], None]


def _slug(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    entry["slug"] = name


def _branch(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    entry["branches"][1]["slug"] = name


def _application(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    entry["appName"] = name


def _outcome(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    entry["outcomes"] = [{"slug": name}]


def _reference_branch(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["experiment"]["reference_branch"] = name


def _dataset(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["experiment"]["dataset_id"] = name


def _segment(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["experiment"]["segments"] = [name]
    own["segments"] = {name: {"data_source": "seen", "select_expression": "TRUE"}}


def _segment_source(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    _segment("early", entry, own)
    own["segments"]["early"]["data_source"] = name
    own["segments"]["data_sources"] = {name: {"from_expression": "telemetry.seen"}}


def _metric(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["metrics"]["weekly"] = [name]
    own["metrics"][name] = own["metrics"].pop("log_pings")


def _data_source(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["metrics"]["log_pings"]["data_source"] = name
    own["data_sources"] = {name: {"from_expression": "telemetry.main"}}


def _table(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    _data_source("other", entry, own)
    own["data_sources"]["other"]["from_expression"] = f"(SELECT * FROM `telemetry.{name}`)"


def _statistic(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["metrics"]["log_pings"]["statistics"] = {name: {}}


def _pre_treatment(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["metrics"]["log_pings"]["statistics"] = {"deciles": {"pre_treatments": [name]}}


EDITS = (
    _slug,
    _branch,
    _application,
    _outcome,
    _reference_branch,
    _dataset,
    _segment,
    _segment_source,
    _metric,
    _data_source,
    _table,
    _statistic,
    _pre_treatment,
)


@pytest.mark.parametrize("edit", EDITS)
def test_an_unsafe_name_is_refused_in_lines_and_nothing_is_written_elsewhere(
    desk: Desk, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in UNSAFE:
        if edit is _branch and name == NO_PATH:
            continue
        entry, own = sound()
        edit(name, entry, own)
        desk.write([entry], own)
        before = desk.tree()
        assert desk.sync() == 1, name[:100]
        lines = capsys.readouterr().err.splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        assert errors, name[:100]
        for line in errors:
            assert line.startswith((f"error: {desk.root}/hub/", f"error: {desk.root}/experiments"))
            assert len(line) < 1500
            assert line.isprintable()
        registry = desk.project.path / "seeds/registry.csv"
        after = desk.tree()
        changed = {path for path in after if before.get(path) != after[path]}
        assert changed <= {registry, desk.project.path / ".jetstream/sync.lock"}
        assert registry.stat().st_size < 5000


def test_the_sound_experiment_itself_is_accepted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write([hostile.ENTRY], sound()[1])
    assert desk.sync() == 0


def test_two_experiments_whose_tables_would_share_a_name_are_not_both_locked(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, own = sound()
    # The weekly view of the first is called as the statistics of the second.
    slugs = (hostile.FRESH, f"{hostile.FRESH}_weekly")
    desk.write([entry | {"slug": slug} for slug in slugs], own)
    for _ in range(2):
        assert desk.sync() == 1
        assert capsys.readouterr().err.splitlines()[-2:] == [
            f"error: {desk.root}/experiments.json: fresh-one_weekly: its table "
            "`statistics_fresh_one_weekly` would have the name of one of `fresh-one`; rename one "
            "of the two",
            "not analysed for these errors: fresh-one_weekly",
        ]
    folders = [path.name for path in (desk.project.path / "models/experiments").glob("*/")]
    assert folders == [hostile.FRESH]


def test_what_is_not_analysed_is_not_resolved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        message = "resolving takes too long for thousands"
        raise AssertionError(message)

    monkeypatch.setattr(locking, "resolve", refuse)
    entry, own = sound()
    own["experiment"] = {"skip": True}
    others = {"old": {"endDate": "2026-01-01"}, "odd": {"appName": "x"}}
    changed = [entry | {"slug": slug} | changes for slug, changes in others.items()]
    desk.write([entry, *changed], own)
    request = locking.Request(
        [HubAddress(str(desk.root / "hub"))],
        desk.root / hostile.EXPERIMENTS,
        desk.project.path,
        as_of=dt.date(2026, 4, 1),
    )
    report = locking.sync(request)
    reasons = {slug: exception_type(error) for slug, error in report.skipped.items()}
    assert reasons == {hostile.FRESH: "ExplicitSkipException", "old": "EndedException"}
    (unsupported,) = report.refused["odd"]
    assert exception_type(unsupported) == "UnsupportedApplicationException"
