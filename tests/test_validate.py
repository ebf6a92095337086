"""`jetstream validate`: what it finds in a config, and how it says so."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import REPOSITORY, Project
from dbt_jetstream.cli import main
from dbt_jetstream.common.errors import ConfigError
from dbt_jetstream.review.types import known
from dbt_jetstream.review.validate import command
from dbt_jetstream.review.validate.dry_run import DryRun

OWN = "jetstream/pip-first-time-hint.toml"
DEFINITIONS = "definitions/firefox_desktop.toml"


@pytest.fixture
def hub(tmp_path: Path) -> Path:
    shutil.copytree(REPOSITORY / "metric_hub", tmp_path / "hub")
    return tmp_path / "hub"


@pytest.fixture
def without_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where Google's analyzer is not installed."""
    monkeypatch.setattr(known, "find_spec", lambda _: None)


def _validate(*arguments: str | Path) -> int:
    return main(["validate", f"--project-dir={REPOSITORY}", *map(str, arguments)])


def _change(path: Path, change: Callable[[str], str]) -> Path:
    text = path.read_text()
    assert change(text) != text
    path.write_text(change(text))
    return path


def test_the_example_hub_is_valid(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _validate(f"--metric-hub={hub}") == 0
    printed = capsys.readouterr().out
    assert printed.count(": ok") == len(list(hub.rglob("*.toml")))


def test_a_config_is_described_with_the_metrics_that_are_read_per_window(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _validate(hub / OWN) == 0
    printed = capsys.readouterr().out
    assert f"### `{hub / OWN}`: ok" in printed
    assert "14 rolled up from days, 1 read per window" in printed
    assert "`countries_seen`: COUNT(DISTINCT country) cannot be added up over days" in printed


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[experiment]\n", '[experiment]\nweekly = ["uri_count"]\n', "`experiment.weekly`: has no"),
        ("[metrics]\nweekly", "[metrics]\ndays28", "`metrics.days28`: "),
        ('"log_active_hours"]', '"log_active_hour"]', "did you mean `log_active_hours`?"),
        (
            'data_source = "clients_daily"',
            'data_source = "heavy_users"',
            "is a segment, but a data",
        ),
        ('"heavy_users"', '"clients_daily"', "is a data source, but a segment is expected"),
        ("{{agg_sum('search_count_all')}}", "SUM(search_count_all", "SQL that cannot be parsed"),
        ("statistics.bootstrap_mean]", "statistics.bootstrap_means]", "bootstrap_mean"),
    ],
)
def test_a_mistake_is_an_error_with_the_way_out(
    hub: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    path = _change(hub / OWN, lambda text: text.replace(old, new, 1))
    assert _validate(path) == 1
    printed = capsys.readouterr()
    found = [line for line in (printed.out + printed.err).splitlines() if "error" in line]
    assert any(message in line for line in found), found


def test_a_covariate_that_is_not_computed_is_an_error(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    linear = "metrics.searches_per_day.statistics.linear_model_mean"
    table = f'[{linear}.covariate_adjustment]\nmetric = "search_counts"\n'
    path = _change(
        hub / OWN, lambda text: f'{text}\n[{linear}]\n{table}period = "preenrollment_week"\n'
    )
    assert _validate(path) == 1
    assert (
        f"- **error** `{linear}.covariate_adjustment.metric`: means are not adjusted, since "
        "`search_counts` is not computed in preenrollment_week; did you mean `search_count`?"
    ) in capsys.readouterr().out


def test_what_cannot_run_on_duckdb_is_a_warning(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _change(
        hub / OWN,
        lambda text: text.replace(
            "{{agg_sum('search_count_all')}}", "SUM(acme.fn.f(search_count_all))"
        ),
    )
    assert _validate(path) == 0
    printed = capsys.readouterr().out
    assert "1 warning" in printed
    assert "cannot run on DuckDB: acme.fn.f has no form on DuckDB" in printed


def test_a_metric_of_a_definition_file_is_checked_though_nothing_uses_it(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metric = '\n[metrics.unused]\nselect_expression = "SUM("\ndata_source = "clients_daily"\n'
    path = _change(hub / DEFINITIONS, lambda text: text + metric)
    assert _validate(path) == 1
    assert (
        "`metrics.unused.select_expression`: SQL that cannot be parsed" in capsys.readouterr().out
    )


def test_a_file_outside_of_the_hub_is_refused(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _validate(f"--metric-hub={hub}", tmp_path / "nowhere.toml") == 1
    assert "no such file in the hub" in capsys.readouterr().err


@pytest.mark.usefixtures("without_types")
def test_a_dry_run_compiles_against_the_database(
    hub: Path, demo: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(demo.database))
    arguments = ["validate", "--dry-run", f"--project-dir={demo.path}"]
    assert main([*arguments, str(hub / OWN)]) == 0
    assert "`enrollments_pip_first_time_hint`: compiles" in capsys.readouterr().out
    _change(hub / OWN, lambda text: text.replace("{{agg_sum('search_count_all')}}", "MAX(country)"))
    assert main([*arguments, str(hub / OWN)]) == 1
    said = capsys.readouterr().out
    assert "yields VARCHAR, which only `count` takes; its statistics need numbers" in said
    _change(hub / OWN, lambda text: text.replace("MAX(country)", "SUM(search_count_none)"))
    assert main([*arguments, str(hub / OWN)]) == 1
    assert "search_count_none" in capsys.readouterr().out


def _with_segment(hub: Path, sql: str) -> Path:
    segment = (
        '\n[segments.own]\ndata_source = "clients_daily_two_weeks_before"\n'
        f'select_expression = "{sql}"\n'
    )
    return _change(
        hub / OWN, lambda text: text.replace("segments = [", 'segments = ["own", ') + segment
    )


@pytest.mark.usefixtures("without_types")
@pytest.mark.parametrize(
    ("sql", "kind"), [("ANY_VALUE(country)", "VARCHAR"), ("MAX(active_hours_sum)", "DOUBLE")]
)
def test_a_dry_run_refuses_a_segment_that_is_no_flag(
    hub: Path,
    demo: Project,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    sql: str,
    kind: str,
) -> None:
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(demo.database))
    path = _with_segment(hub, sql)
    assert main(["validate", "--dry-run", f"--project-dir={demo.path}", str(path)]) == 1
    assert (
        f"- **error** `segments.own.select_expression`: yields {kind}, and a segment is "
        "true or false; compare it, as `… = 'value'` or `… > 0`"
    ) in capsys.readouterr().out


@pytest.mark.usefixtures("without_types")
def test_a_segment_that_shows_to_be_no_flag_is_an_error(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _with_segment(hub, "COUNT(ds.submission_date)")
    assert _validate(path) == 1
    assert (
        "- **error** `segments.own.select_expression`: `COUNT(ds.submission_date)` is a number, "
        "and a segment is true or false"
    ) in capsys.readouterr().out


def test_a_dry_run_needs_a_database(
    hub: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    project: Project,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(tmp_path / "none.duckdb"))
    assert main(["validate", "--dry-run", f"--project-dir={project.path}", str(hub / OWN)]) == 1
    assert "there is no such database" in capsys.readouterr().err


def _experiments(folder: Path, **changes: object) -> Path:
    """Write the list of the demo's experiments, with changes to the first one."""
    (first, *others) = json.loads((REPOSITORY / "demo/experiments.json").read_text())
    path = folder / "experiments.json"
    path.write_text(json.dumps([first | changes, *others]))
    return path


def test_facts_of_a_real_experiment_are_checked(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    branches = [{"slug": "control", "ratio": 1}, {"slug": "it's", "ratio": 1}]
    path = _experiments(tmp_path, branches=branches, appName="firefox_desktops")
    assert _validate(hub / OWN, f"--experiments={path}") == 1
    assert "unknown application `firefox_desktops`" in capsys.readouterr().out
    path = _experiments(tmp_path, branches=branches, endDate="2020-01-01")
    assert _validate(hub / OWN, f"--experiments={path}") == 1
    printed = capsys.readouterr().out
    assert (
        f"- **error** `{path}` `pip-first-time-hint.branches`: the branch `it's` holds" in printed
    )
    assert f"- **error** `{path}` `pip-first-time-hint.endDate`: the experiment ends on" in printed


def test_an_experiment_that_is_not_analysed_is_no_error_of_its_config(
    hub: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _experiments(tmp_path, isRollout=True)
    _change(hub / OWN, lambda text: text.replace("[experiment]\n", "[experiment]\nskip = true\n"))
    assert _validate(hub / OWN, f"--experiments={path}") == 0
    printed = capsys.readouterr().out
    assert "- warning `experiment.skip`: its config says `skip = true`" in printed
    assert "the experiment is a rollout" in printed


def test_a_made_up_experiment_contradicts_no_config(
    hub: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for settings in ('reference_branch = "treatment"', 'end_date = "2020-01-01"'):
        path = hub / OWN
        text = path.read_text()
        _change(
            path,
            lambda text, more=settings: text.replace("[experiment]\n", f"[experiment]\n{more}\n"),
        )
        assert _validate(path) == 0, capsys.readouterr().out
        path.write_text(text)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("searches_per_day", "exposure_date", "the table's own column `exposure_date`"),
        ("searches_per_day", "select", "the name of a reserved word of SQL"),
        ('data_source = "clients_daily"', 'data_source = ["x"]', "expected text, found a list"),
        ("{{agg_sum('search_count_all')}}", "{{ ''.join('x') }}", "a method cannot stand in Jinja"),
        ("{{agg_sum(", "{{agg_summ(", ".select_expression`: the hub has no function `agg_summ`"),
        ("all')}}", "all')}", ".select_expression`: Jinja that cannot be read: unexpected '}'"),
    ],
)
def test_a_name_or_value_that_no_experiment_could_use_is_an_error(
    hub: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    path = _change(hub / OWN, lambda text: text.replace(old, new))
    assert _validate(path) == 1
    printed = capsys.readouterr()
    assert message in printed.out + printed.err


@pytest.mark.parametrize(
    ("bytes_read", "threshold", "code"),
    [
        (999, "1KB", 0),
        (1001, "1KB", 3),
        (10_000, "1KB", 3),
        (10_001, "1KB", 4),
        (10**13, "0.5TB", 4),
    ],
)
def test_what_a_config_would_read_has_exit_codes(
    hub: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    bytes_read: int,
    threshold: str,
    code: int,
) -> None:
    monkeypatch.setattr(command, "connect", lambda *_: "a warehouse")
    monkeypatch.setattr(command, "dry_run", lambda *_: DryRun(bytes_read=bytes_read))
    assert _validate(hub / OWN, "--dry-run", "--data-threshold", threshold) == code
    assert ("- would read" in capsys.readouterr().out) == (code > 0)


def test_a_mistake_counts_more_than_bytes(hub: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "connect", lambda *_: "a warehouse")
    mistake = ConfigError(None, "key", "is wrong")
    monkeypatch.setattr(command, "dry_run", lambda *_: DryRun(errors=[mistake], bytes_read=10**15))
    assert _validate(hub / OWN, "--dry-run", "--data-threshold", "1KB") == 1


def test_a_threshold_needs_a_dry_run(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _validate(hub / OWN, "--data-threshold", "5TB") == 1
    assert "--data-threshold: only a dry run tells bytes: add --dry-run" in capsys.readouterr().err
    with pytest.raises(SystemExit) as ended:
        _validate(hub / OWN, "--data-threshold", "many")
    assert ended.value.code == 2
