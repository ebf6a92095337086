"""A project's own models come out on BigQuery as without us, by the same statements."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import ARTIFACTS, REPOSITORY, copy_project
from emulators.bigquery import PROJECT, BigQueryServer, profile
from emulators.storage import StorageServer
from emulators.twins import TOKEN, BigQueryProject
from tiers import exhaustive

pytestmark = exhaustive

WITHOUT_PACKAGE = REPOSITORY / "tests/emulators/dbt_cloud.py"
ROWS = """
select
    {{ var('day') }} as day,
    1 as id,
    1 as window_index,
    concat('text ', cast({{ var('day') }} as string)) as said,
    {{ var('day') }} + 0.5 as amount,
    date '2026-01-0{{ var('day') }}' as happened
union all
select {{ var('day') }}, {{ var('day') }} + 1, 2, 'new', {{ var('day') }}, date '2026-01-02'
"""
AMOUNTS = "select 1 as id, {{ 7 if var('day') == 1 else 7.25 }} as amount"
MORE_COLUMNS = "select 1 as id, 7 as amount {{ ', 8 as more' if var('day') == 2 }}"
BY_DAY = "{'field': 'happened', 'data_type': 'date'}"


def _config(materialized: str, **more: str) -> str:
    """Write a model's config; each value is Jinja."""
    given = "".join(f", {key}={value}" for key, value in more.items())
    return f"{{{{ config(materialized='{materialized}'{given}) }}}}\n"


def _incremental(strategy: str, **more: str) -> str:
    return _config("incremental", incremental_strategy=f"'{strategy}'", **more)


MODELS = {
    "merged": _incremental("merge", unique_key="'id'") + ROWS,
    "merged_by_default": _config("incremental", unique_key="'id'") + ROWS,
    "merged_in_parts": _incremental("merge", unique_key="'id'", partition_by=BY_DAY) + ROWS,
    # What an experiment's table of windows looks like.
    "merged_windows": _incremental(
        "merge",
        unique_key="['id', 'window_index']",
        partition_by=BY_DAY,
        on_schema_change="'append_new_columns'",
    )
    + ROWS,
    "merged_where": _incremental(
        "merge",
        unique_key="'id'",
        incremental_predicates="['DBT_INTERNAL_DEST.id < 3']",
    )
    + ROWS,
    "appended": _incremental("merge") + ROWS,
    "replaced_parts": _incremental(
        "insert_overwrite", partition_by=BY_DAY, partitions="[\"date '2026-01-02'\"]"
    )
    + ROWS,
    "replaced_parts_it_finds": _incremental("insert_overwrite", partition_by=BY_DAY) + ROWS,
    "in_batches": _incremental(
        "microbatch",
        partition_by="{'field': 'happened', 'data_type': 'date', 'granularity': 'day'}",
        event_time="'happened'",
        begin="'2026-01-01'",
        batch_size="'day'",
    )
    + ROWS,
    "widened": _config("incremental", unique_key="'id'", on_schema_change="'sync_all_columns'")
    + AMOUNTS,
    "more_columns": _config(
        "incremental", unique_key="'id'", on_schema_change="'append_new_columns'"
    )
    + MORE_COLUMNS,
    "table_of_rows": _config("table") + ROWS,
    "table_with_options": _config(
        "table",
        partition_by=BY_DAY,
        cluster_by="['id']",
        labels="{'team': 'theirs'}",
        hours_to_expiration="12",
    )
    + ROWS,
    "view_of_rows": _config("view") + ROWS,
}
SNAPSHOT = """
{% snapshot seen %}
{{ config(unique_key='id', strategy='check', check_cols=['said']) }}
select * from {{ ref('table_of_rows') }}
{% endsnapshot %}
"""
# What the emulator cannot run on the second day, when dbt has a script find the partitions to
# replace: it does not parse ARRAY_AGG(DISTINCT … IGNORE NULLS). Of these only the statements count.
NOT_EMULATED = {"replaced_parts_it_finds", "in_batches"}
TEMPORARY = re.compile(r"__dbt_tmp_?\d+")
COMMENT = re.compile(r"\A\s*/\*.*?\*/\s*", re.DOTALL)


@dataclass
class Users(BigQueryProject):
    """A project with models of a user's own.

    Attributes:
        dataset: Where it builds them.
        with_us: Whether the package lies beside dbt.
    """

    dataset: str = "with_us"
    with_us: bool = True

    def build_day(self, day: int) -> dict[str, str]:
        """Build all on a day, and return how each ended."""
        words = ("build", "--select", "path:models/own", "path:snapshots")
        words += ("--vars", f"day: {day}")
        words += (
            "--event-time-start",
            f"2026-01-0{day}",
            "--event-time-end",
            f"2026-01-0{day + 1}",
        )
        if self.with_us:
            self.run("dbt", *words, **ARTIFACTS)
        else:
            subprocess.run(
                [sys.executable, str(WITHOUT_PACKAGE), *words],
                cwd=self.path,
                env=self.environment() | ARTIFACTS,
                capture_output=True,
                check=False,
            )
        results = json.loads((self.path / "target/run_results.json").read_text())["results"]
        ended = {found["unique_id"].rpartition(".")[2]: found["status"] for found in results}
        return {name: status for name, status in ended.items() if name in (*MODELS, "seen")}

    def tables(self) -> dict[str, tuple[list[tuple], list[tuple]]]:
        """Return the columns and the rows of all tables and views; a snapshot's but for times."""
        client = self.server.client()
        found = {}
        for name in (*MODELS, "seen"):
            table = f"{PROJECT}.{self.dataset}.{name}"
            columns = [(field.name, field.field_type) for field in client.get_table(table).schema]
            chosen = "day, id, said, dbt_valid_to is null" if name == "seen" else "*"
            rows = client.query(f"select {chosen} from `{table}` order by all").result()
            found[name] = (columns, [tuple(row.values()) for row in rows])
        return found

    def statements(self) -> dict[str, list[str]]:
        """Return what was sent for each model, without names that differ by intention."""
        listed = self.server.client().list_jobs(max_results=1000)
        jobs = [job for job in listed if job.job_type == "query"]
        found = defaultdict(list)
        for job in sorted(jobs, key=lambda job: job.created):
            node = (job.labels or {}).get("node_id", "")
            if self.dataset in job.query and node.startswith(("model_", "snapshot_")):
                name = re.sub(r"^[a-z]+_(plain|dbt_jetstream)_", "", node)
                sql = COMMENT.sub("", job.query).replace(self.dataset, "dataset")
                found[name].append(TEMPORARY.sub("__dbt_tmp", sql))
        return dict(found)


@pytest.fixture(scope="module")
def users(
    emulator: BigQueryServer, storage: StorageServer, tmp_path_factory: pytest.TempPathFactory
) -> dict[bool, Users]:
    """The project, with us and without a macro or a plugin of ours, by which it is."""
    path = tmp_path_factory.mktemp("users")
    found = {}
    for with_us in (True, False):
        dataset = "with_us" if with_us else "without_us"
        copied = copy_project(path / dataset)
        if not with_us:
            _make_plain(copied.path)
        (copied.path / "profiles.yml").write_text(profile(emulator, TOKEN, dataset))
        for folder, files in (("models/own", MODELS), ("snapshots", {"seen": SNAPSHOT})):
            place = copied.path / folder
            place.mkdir(parents=True)
            for name, sql in files.items():
                (place / f"{name}.sql").write_text(sql)
        found[with_us] = Users(copied.path, emulator, storage, "none", dataset, with_us)
    return found


def _make_plain(path: Path) -> None:
    """Take all of ours from a project; its jobs name their nodes, as ours do."""
    for folder in ("macros", "seeds", "tests", "models", "target"):
        shutil.rmtree(path / folder)
    (path / "dbt_project.yml").write_text(
        "name: plain\nversion: 1.0.0\nprofile: jetstream\nquery-comment: {job-label: true}\n"
        "flags: {send_anonymous_usage_stats: false}\n"
    )


def test_models_of_users_are_as_dbt_makes_them(users: dict[bool, Users]) -> None:
    ended = {
        with_us: [project.build_day(day) for day in (1, 2)] for with_us, project in users.items()
    }
    assert ended[True] == ended[False]
    first, second = ended[True]
    assert set(first.values()) == {"success"}
    assert {name for name, status in second.items() if status != "success"} == NOT_EMULATED
    found = users[True].tables()
    assert found == users[False].tables()
    assert {row[1:4:2] for row in found["merged"][1]} == {(1, "text 2"), (2, "new"), (3, "new")}
    assert [name for name, _ in found["more_columns"][0]] == ["id", "amount", "more"]
    sent = users[True].statements()
    assert sent.keys() == {*MODELS, "seen"}
    assert sent == users[False].statements()
    for name in NOT_EMULATED:
        assert "declare" in sent[name][-1]
