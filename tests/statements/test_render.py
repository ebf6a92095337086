"""`jetstream render`: files in the order of running, and what it says of bad input."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from conftest import REPOSITORY
from dbt_jetstream.cli import main
from tiers import exhaustive

SLUG = "pip-first-time-hint"
NAME = "pip_first_time_hint"
TYPES = str(REPOSITORY / "metric_hub/columns.json")


def render(capsys: pytest.CaptureFixture[str], *words: str, slug: str = SLUG) -> tuple[int, str]:
    code = main(["render", slug, "--project-dir", str(REPOSITORY), *words])
    said = capsys.readouterr()
    return code, said.out + said.err


def kinds(folder: Path) -> list[tuple[str, str]]:
    """The nodes and kinds of the files, in their order."""
    names = sorted(path.name for path in folder.iterdir())
    found = [re.fullmatch(r"\d{3}-([\w-]+)-([a-z]+)\.sql", name) for name in names]
    return [(match[1], match[2]) for match in found if match]


@pytest.mark.parametrize("target", ["bigquery", "duckdb"])
def test_a_first_build_creates_every_sql_model(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    code, said = render(capsys, "--target", target, "--first", "--out", str(tmp_path / "sql"))
    assert code == 0
    assert "fractional numbers" in said
    found = kinds(tmp_path / "sql")
    folder = REPOSITORY / "models/experiments" / SLUG
    created = [node for node, kind in found if kind == "create"]
    assert sorted(created) == sorted(path.stem for path in folder.glob("*.sql"))
    assert {kind for _, kind in found} == {"create", "hook", "probe", "test"}
    # Before all and after all.
    assert {found[0], found[-1]} == {("run-start", "hook"), ("run-end", "hook")}
    # What is read comes first; a table's tests come right after it.
    assert created.index(f"enrollments_{NAME}") < created.index(f"{NAME}_weekly")
    tests = [node for node, kind in found if kind == "test"]
    assert tests[: tests.index(f"{NAME}_events_client_days")] == [f"enrollments_{NAME}"] * 5


@pytest.mark.parametrize("target", ["bigquery", "duckdb"])
def test_a_later_build_adds_what_is_new_on_that_day(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], target: str
) -> None:
    out = tmp_path / "sql"
    assert render(capsys, "--target", target, "--day", "2026-03-22", "--out", str(out))[0] == 0
    found = Counter(kinds(out))
    assert found[f"{NAME}_weekly", "merge"] == found[f"statistics_{NAME}", "merge"] == 1
    # Enrollment ends on 2026-03-09: the second week ends 13 days later. The first was there.
    (new,) = out.glob(f"*-{NAME}_weekly-create.sql")
    windows = re.findall(r"^ +\((\d+), \d+, \d+\)", new.read_text(), re.MULTILINE)
    assert windows == ["2"]
    (days,) = out.glob(f"*-{NAME}_clients_daily_client_days-create.sql")
    assert "between date '2026-03-22' and date '2026-03-22'" in days.read_text()


def test_a_merge_on_bigquery_names_the_day_that_is_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    render(capsys, "--day", "2026-03-22", "--out", str(tmp_path / "sql"))
    (merge,) = (tmp_path / "sql").glob(f"*-{NAME}_clients_daily_client_days-merge.sql")
    assert "DBT_INTERNAL_DEST.submission_date in (date '2026-03-22')" in merge.read_text()


def test_until_enrollment_is_complete_every_build_starts_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    render(capsys, "--day", "2026-03-05", "--out", str(tmp_path / "sql"))
    assert "merge" not in {kind for _, kind in kinds(tmp_path / "sql")}
    (created,) = (tmp_path / "sql").glob(f"*-enrollments_{NAME}-create.sql")
    assert "enrollment lasts until 2026-03-09" in created.read_text()


def test_types_of_columns_decide_what_bigquery_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, said = render(capsys, "--types", TYPES, "--out", str(tmp_path / "typed"))
    assert "fractional" not in said
    render(capsys, "--out", str(tmp_path / "untyped"))
    typed, untyped = (
        {path.name: path.read_text() for path in (tmp_path / folder).iterdir()}
        for folder in ("typed", "untyped")
    )
    differing = {name for name in typed if typed[name] != untyped[name] and "create" in name}
    # Whole numbers and booleans are cast where units' values are counted, and nowhere else.
    assert differing
    assert not [name for name in differing if "client_days" in name or "enrollments" in name]


def render_with(
    types: dict[str, dict[str, str]], path: Path, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    (path / "types.json").write_text(json.dumps(types))
    return render(capsys, "--types", str(path / "types.json"), "--out", str(path / "sql"))


def test_what_bigquery_would_refuse_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    types = json.loads(Path(TYPES).read_text())
    types["mozdata.telemetry.clients_daily"]["search_count_all"] = "STRING"
    code, said = render_with(types, tmp_path, capsys)
    assert code == 1
    refused = f"error: {NAME}_clients_daily_client_days: BigQuery refuses it: No matching signature"
    assert refused in said
    assert len(kinds(tmp_path / "sql")) > 80


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--day", "2025-01-01"], "which runs from 2026-03-02 to 2026-04-15"),
        (["--day", "2026-04-16"], "2026-04-16 lies outside of pip-first-time-hint"),
        (["--types", "absent.json"], "absent.json: No such file or directory"),
        (["--types", str(REPOSITORY / "README.md")], "README.md: is no JSON"),
        (["--types", str(REPOSITORY / "demo/experiments.json")], "expected {"),
        (["--types", TYPES, "--target", "duckdb"], "--types: is for --target bigquery alone"),
    ],
)
def test_bad_input_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    code, said = render(capsys, *words, "--out", str(tmp_path / "sql"))
    assert code == 1
    assert said.startswith("error: ")
    assert message in said
    assert not (tmp_path / "sql").exists()


def test_a_type_that_bigquery_lacks_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    types = json.loads(Path(TYPES).read_text())
    types["mozdata.telemetry.events"]["client_id"] = "VARCHAR"
    code, said = render_with(types, tmp_path, capsys)
    assert (code, "VARCHAR" in said) == (1, True)


def test_tables_without_types_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    types = json.loads(Path(TYPES).read_text())
    del types["mozdata.telemetry.events"]
    code, said = render_with(types, tmp_path, capsys)
    assert code == 1
    assert "types.json: mozdata.telemetry.events: no types of a table that" in said
    assert "refuses" not in said


def test_types_of_no_table_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = render_with({}, tmp_path, capsys)
    assert code == 1
    assert said.count("no types of a table that") == 2
    assert "refuses" not in said


def test_types_that_are_cut_off_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "types.json.gz"
    path.write_bytes(gzip.compress(Path(TYPES).read_bytes())[:-6])
    code, said = render(capsys, "--types", str(path), "--out", str(tmp_path / "sql"))
    assert (code, "types.json.gz: is cut off" in said) == (1, True)


def test_an_experiment_that_is_not_locked_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = render(capsys, "--out", str(tmp_path / "sql"), slug="no-such-slug")
    assert code == 1
    assert "no-such-slug: no such experiment in this project" in said


def test_a_folder_with_files_and_a_file_are_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "kept.sql").write_text("select 1")
    assert render(capsys, "--out", str(tmp_path))[1].count("is not empty") == 1
    assert render(capsys, "--out", str(tmp_path / "kept.sql"))[1].count("is a file") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["kept.sql"]


@exhaustive
def test_without_zetasql_a_line_says_what_is_not_known(tmp_path: Path) -> None:
    """In a process that cannot find the package, as where the extra is not installed."""
    program = (
        "import sys\n"
        "class Absent:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name.split('.')[0] in ('zetasql', 'wasmtime'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "import importlib.util as util\n"
        "found = util.find_spec\n"
        "util.find_spec = lambda name, *a: None if name == 'zetasql' else found(name, *a)\n"
        "sys.meta_path.insert(0, Absent())\n"
        "from dbt_jetstream.cli import main\n"
        f"sys.exit(main(['render', '{SLUG}', '--types', {TYPES!r}, '--out', 'sql',"
        f" '--project-dir', {str(REPOSITORY)!r}]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "install `zetasql`" in done.stdout


def test_the_files_are_numbered_without_gaps(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    render(capsys, "--out", str(tmp_path / "sql"))
    numbers = sorted(int(path.name[:3]) for path in (tmp_path / "sql").iterdir())
    assert numbers == list(range(1, len(numbers) + 1))
