"""Documents hold together: decisions have a status and a date, and what is named is there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from conftest import REPOSITORY
from dbt_jetstream.cli.parser import COMMANDS
from dbt_jetstream.inputs.checks import reasons
from dbt_jetstream.sql.compatibility import FUNCTIONS
from dbt_jetstream.statistics.catalogue import PRE_TREATMENTS, STATISTICS

DECISIONS = sorted((REPOSITORY / "docs/decisions").glob("*.md"))
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
STATUS = re.compile(r"^Status: (accepted|superseded), 20\d\d-\d\d-\d\d[.;]")
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")
# In backticks, what looks like a file of the repository's own folders.
NAMED = re.compile(r"`((?:src|docs|macros|tests|benchmarks|seeds|demo|examples)/[\w./-]+\.\w+)`")
# In backticks, code by the end of its path; MODEL.py stands for one.
CODE = re.compile(r"`((?:[a-z_]\w*/)*[a-z_]\w*\.(?:py|sql))`")
CODE_FOLDERS = ("src", "benchmarks", "tests")
MAKE = re.compile(r"`(?:\w+=\S+ )?make ([a-z][a-z -]*)`")
CALL = re.compile(r"(?:^|`|/bin/)jetstream ([a-z][a-z-]*)\b", re.MULTILINE)
BIGQUERY_SETTING = re.compile(r"env_var\('(JETSTREAM_BIGQUERY_\w+)'(?:, '([^']*)')?")


def _named(page: Path) -> Iterator[Path]:
    text = page.read_text()
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:"):
            yield page.parent / target
    yield from (REPOSITORY / name for name in NAMED.findall(text))


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem[:4])
def test_a_decision_has_a_number_a_status_and_a_date(decision: Path) -> None:
    title, empty, status = decision.read_text().splitlines()[:3]
    assert title.startswith(f"# {int(decision.name[:4])}. ")
    assert empty == ""
    assert STATUS.match(status), status


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(path.name[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_what_a_page_names_is_there(page: Path) -> None:
    assert [str(path) for path in _named(page) if not path.exists()] == []


@cache
def _code() -> tuple[str, ...]:
    """The paths of all code, each with a slash before it."""
    folders = [REPOSITORY / name for name in CODE_FOLDERS]
    return tuple(
        f"/{path.relative_to(REPOSITORY).as_posix()}"
        for folder in folders
        for path in folder.rglob("*.*")
        if path.suffix in {".py", ".sql"}
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_code_that_a_page_names_is_there(page: Path) -> None:
    named = {name.removeprefix("macros/") for name in CODE.findall(page.read_text())}
    assert [n for n in named if not any(path.endswith(f"/{n}") for path in _code())] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_commands_that_a_page_names_are_there(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert {name for line in MAKE.findall(text) for name in line.split()} - targets == set()
    commands = {module.__name__.rpartition(".")[2].replace("_", "-") for module in COMMANDS}
    assert set(CALL.findall(text)) - commands - {"rerun-skip"} == set()


def test_operations_explain_each_reason_why_an_experiment_is_not_analysed() -> None:
    text = (REPOSITORY / "docs/operations.md").read_text()
    classes = {name for name in vars(reasons) if name.endswith("Exception")}
    assert [name for name in classes if f"`{name}`" not in text] == []


def test_each_statistic_and_pre_treatment_is_explained() -> None:
    text = (REPOSITORY / "docs/statistics.md").read_text()
    headings = "".join(line for line in text.splitlines() if line.startswith("## "))
    assert set(re.findall(r"`(\w+)`", headings)) >= set(STATISTICS)
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(PRE_TREATMENTS)


def test_each_function_of_mozillas_that_runs_on_duckdb_is_listed() -> None:
    text = (REPOSITORY / "docs/duckdb.md").read_text()
    listed = set(re.findall(r"[`.](\w+)`", text))
    names = {name for name in FUNCTIONS if name.startswith(("mozfun_", "udf_"))}
    assert [n for n in names if not any(n.endswith(f"_{name}") for name in listed)] == []


def test_settings_of_bigquery_have_the_defaults_that_are_documented() -> None:
    text = (REPOSITORY / "docs/bigquery.md").read_text()
    rows = dict(re.findall(r"^\| `(JETSTREAM_BIGQUERY_\w+)` \|.*\| (.*) \|$", text, re.MULTILINE))
    profile = (REPOSITORY / "profiles.example.yml").read_text()
    lines = [line for line in profile.splitlines() if not line.lstrip().startswith("#")]
    settings = dict(BIGQUERY_SETTING.findall("\n".join(lines)))
    assert rows.keys() == settings.keys()
    readable = {"10000000000000": "10 TB"}
    for name, default in settings.items():
        if default:
            assert rows[name].strip("`") == readable.get(default, default)
