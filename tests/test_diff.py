"""`jetstream diff`: what a change does, in words, as SQL and in bytes; one repository for all."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest
import yaml
from markdown_it import MarkdownIt

from conftest import REPOSITORY, copy_project
from dbt_jetstream.cli import main
from dbt_jetstream.diff.folds import sql_sections
from dbt_jetstream.diff.markup import code, plain
from dbt_jetstream.diff.report import LIMIT
from dbt_jetstream.diff.rows import compare_rows
from dbt_jetstream.diff.sql import ModelDiff
from dbt_jetstream.diff.stored import reads, size_of

DESKTOP, FENIX = "pip-first-time-hint", "fenix-toolbar-shortcut"
DEFAULTS = "metric_hub/jetstream/defaults/firefox_desktop.toml"
DEFINITIONS = "metric_hub/definitions/firefox_desktop.toml"
OWN = f"metric_hub/jetstream/{DESKTOP}.toml"
WORKFLOW = REPOSITORY / ".github/workflows/metric-review.yml"
# The commonmark parser with GitHub's tables.
MARKDOWN = MarkdownIt("commonmark").enable("table")


def git(folder: Path, *words: str) -> str:
    author = ("-c", "user.name=a", "-c", "user.email=a@example.com")
    command = ["git", "-C", str(folder), *author, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with the project, its hub and fresh locks of both demo experiments."""
    path = copy_project(tmp_path_factory.mktemp("diff") / "project").path
    shutil.copytree(REPOSITORY / "metric_hub", path / "metric_hub")
    shutil.copytree(REPOSITORY / "demo", path / "demo")
    shutil.copy(REPOSITORY / ".gitignore", path)
    git(path, "init", "--quiet", "--initial-branch=main")
    git(path, "add", "--all")
    git(path, "commit", "--quiet", "--message=hub")
    assert main(["sync", "--with-ended", f"--project-dir={path}"]) == 0
    git(path, "add", "--all")
    git(path, "commit", "--quiet", "--message=locks")
    return path


@pytest.fixture
def project(committed: Path) -> Iterator[Path]:
    """The repository, as committed before and after the test."""
    yield committed
    git(committed, "checkout", "--quiet", ".")
    git(committed, "clean", "--quiet", "-d", "--force")
    assert git(committed, "worktree", "list").count("\n") == 1


@pytest.fixture
def diff(project: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    def run(*options: str, code: int = 0) -> str:
        capsys.readouterr()
        found = main(["diff", "--base=main", f"--project-dir={project}", *options])
        printed = capsys.readouterr()
        assert found == code, printed.err + printed.out
        return printed.out if code == 0 or printed.out else printed.err

    return run


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert text.count(old) == 1, f"{old} is {text.count(old)} times in {path}"
    path.write_text(text.replace(old, new))


def items(markdown: str) -> list[str]:
    """The list items, which say in words what differs; those of SQL's diff are in a fence."""
    tokens = MARKDOWN.parse(markdown)
    return [
        tokens[i + 2].content for i, token in enumerate(tokens) if token.type == "list_item_open"
    ]


def headings(markdown: str, level: str = "h4") -> list[str]:
    tokens = MARKDOWN.parse(markdown)
    return [tokens[i + 1].content for i, t in enumerate(tokens) if t.tag == level and t.nesting > 0]


def sql(markdown: str) -> str:
    """What the fences hold."""
    found = [token for token in MARKDOWN.parse(markdown) if token.type == "fence"]
    assert all(token.info == "diff" for token in found)
    return "".join(token.content for token in found)


def moved(markdown: str) -> set[str]:
    """The distinct lines of SQL that differ, without their indentation."""
    lines = sql(markdown).splitlines()
    return {f"{line[0]}{line[1:].strip()}" for line in lines if line[0] in "+-"}


def test_a_change_that_touches_nothing_says_so_in_one_line(diff: Callable[..., str]) -> None:
    printed = diff()
    assert printed.count("\n") == 1
    assert printed.startswith("No experiment is touched")


def test_a_comment_alone_touches_nothing(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFAULTS, "# What every desktop", "# All that every desktop")
    change(project / DEFINITIONS, "[metrics]\n\n[metrics.a", "[metrics]\n# Hours.\n\n\n[metrics.a")
    assert diff().count("\n") == 1


def test_the_sql_of_a_metric(project: Path, diff: Callable[..., str]) -> None:
    change(
        project / DEFINITIONS,
        "\"{{agg_sum('ad_clicks_count_all')}}\"",
        "\"{{agg_sum('ad_clicks_count_all')}} * 2\"",
    )
    printed = diff()
    assert items(printed) == [
        "metric `ad_clicks`: SQL changed: `COALESCE(SUM(ad_clicks_count_all), 0)` → "
        "`COALESCE(SUM(ad_clicks_count_all), 0) * 2`"
    ]
    assert headings(printed) == [f"`{DESKTOP}`", f"SQL of `{DESKTOP}`"]
    assert FENIX not in printed
    # The metric is analysed weekly and overall; both models compute it in one line for units with
    # telemetry, and in one for those without.
    assert printed.count("<details>") == printed.count("</details>") == 2
    assert "<code>pip_first_time_hint_weekly</code>: +2 −2 lines" in printed
    assert "<code>pip_first_time_hint_overall</code>: +2 −2 lines" in printed
    assert moved(printed) == {
        "-COALESCE(sum_ad_clicks_count_all, 0) AS ad_clicks,",
        "+COALESCE(sum_ad_clicks_count_all, 0) * 2 AS ad_clicks,",
    }
    assert "keep their lock until `jetstream rerun SLUG`" in printed


def test_the_statistic_of_a_default(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
    printed = diff()
    assert items(printed) == [
        "statistic `bootstrap_mean` of `search_count`: `drop_highest` `0.001` → `0.002`"
    ]
    assert headings(printed) == [f"`{DESKTOP}`", f"SQL of `{DESKTOP}`"]
    assert FENIX not in printed
    assert moved(printed) == {"-0.001 AS drop_highest,", "+0.002 AS drop_highest,"}


def test_whitespace_in_sql_says_nothing(project: Path, diff: Callable[..., str]) -> None:
    change(
        project / DEFINITIONS,
        "SAFE_DIVIDE(SUM(active_hours_sum), COUNT(active_hours_sum))",
        "SAFE_DIVIDE(  SUM(active_hours_sum),   COUNT(active_hours_sum)  )",
    )
    assert diff().count("\n") == 1


def test_what_is_only_shown_moves_no_number(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFINITIONS, '"Number of pages loaded"', '"Pages loaded"')
    printed = diff()
    assert items(printed) == ["no number changes: description of `uri_count`"]
    assert headings(printed) == [f"`{DESKTOP}`"]


def test_the_pieces_of_a_definition_in_words(project: Path, diff: Callable[..., str]) -> None:
    change(project / OWN, '["heavy_users", "new_profiles"]', '["heavy_users"]')
    change(project / OWN, 'overall = ["searches_per_day"]', "overall = []")
    change(
        project / OWN,
        '{name = "censor_values_below_threshold", threshold = 0.0}, ',
        "",
    )
    change(project / DEFINITIONS, '"COUNT(ds.submission_date)"', '"COUNT(DISTINCT country)"')
    change(
        project / DEFINITIONS,
        "[segments.data_sources.clients_daily_two_weeks_before]\n",
        ("[segments.data_sources.clients_daily_two_weeks_before]\nwindow_end = -2\n"),
    )
    text = (project / DEFINITIONS).read_text()
    first, second = text.split("window_end = -2\n")
    (project / DEFINITIONS).write_text(
        first + "window_end = -2\n" + second.replace("window_end = -1\n", "", 1)
    )
    change(project / DEFAULTS, "[metrics.ad_clicks.statistics.sum]\n", "")
    found = items(diff())
    assert "segment `new_profiles` removed: `COUNT(ds.submission_date) = 0`" in found
    assert "segment `heavy_users`: last day of its window `-1` → `-2`" in found
    assert "metric `searches_per_day`: no longer overall" in found
    assert "statistic `sum` of `ad_clicks` removed" in found
    assert (
        "statistic `bootstrap_mean` of `log_active_hours`: pre-treatments "
        "`censor_values_below_threshold` (threshold 0.0), `log` (base 10.0) → `log` (base 10.0)"
    ) in found
    assert (
        "metric `days_of_use`: read for every window now, no longer rolled up from days: "
        "`COUNT(DISTINCT country) cannot be added up over days`"
    ) in found


def test_a_window_that_moves(project: Path, diff: Callable[..., str]) -> None:
    path = project / "demo/experiments.json"
    first, last = path.read_text().split(f'"slug": "{FENIX}"')
    path.write_text(f'{first}"slug": "{FENIX}"{last.replace("2026-04-15", "2026-04-10")}')
    printed = diff()
    # Days 0 to 36: 44 days from the first enrollment to the end, less 7 of enrollment; 5 fewer now.
    assert items(printed) == [
        "last day `2026-04-15` → `2026-04-10`",
        "overall window moved: days 0 to 36 → days 0 to 31 after enrollment",
    ]
    assert headings(printed) == [f"`{FENIX}`", f"SQL of `{FENIX}`"]
    assert DESKTOP not in printed


def test_a_macro_alone_shows_in_the_sql(project: Path, diff: Callable[..., str]) -> None:
    path = project / "macros/metrics/rolled_up_metrics.sql"
    grouped = "group by d.analysis_id, d.branch, w.window_index\n"
    change(path, grouped, f"{grouped}    having count(*) > 0\n")
    printed = diff()
    assert headings(printed)[:2] == [f"`{DESKTOP}`", f"`{FENIX}`"]
    assert all("what the macros make of it differs" in item for item in items(printed))
    assert moved(printed) >= {"+HAVING", "+count(*) > 0"}
    # One line more that says nothing is no change.
    git(project, "checkout", "--quiet", ".")
    spread = grouped.replace("d.branch, ", "d.branch,\n        ")
    change(path, grouped, f"-- per window\n    {spread}")
    assert diff().count("\n") == 1


def test_a_lock_alone(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
    git(project, "commit", "--quiet", "--all", "--message=default")
    try:
        rerun = ["rerun", "--lock-only", f"--project-dir={project}", DESKTOP]
        assert main(rerun) == 0
        printed = diff()
    finally:
        git(project, "checkout", "--quiet", ".")
        git(project, "reset", "--quiet", "--hard", "HEAD~1")
    assert headings(printed) == [f"`{DESKTOP}`: relocked", f"SQL of `{DESKTOP}`"]
    assert "### Definitions" not in printed
    found = items(printed)
    assert "statistic `bootstrap_mean` of `search_count`: `drop_highest` `0.001` → `0.002`" in found
    assert "rerun 1: all its windows are computed again" in found
    # A rerun builds everything anew.
    (rebuilt,) = [item for item in found if item.startswith("tables that are rebuilt")]
    assert "`enrollments_pip_first_time_hint`" in rebuilt
    assert "`statistics_pip_first_time_hint`" in rebuilt


def test_a_lock_with_its_definition_is_told_once(project: Path, diff: Callable[..., str]) -> None:
    change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
    assert main(["rerun-skip", "--lock-only", f"--project-dir={project}", DESKTOP]) == 0
    printed = diff()
    assert printed.count("`drop_highest` `0.001` → `0.002`") == 1
    assert "As in its lock above." in printed
    # The windows that are there are accepted: no table with windows is rebuilt.
    rebuilt = [item for item in items(printed) if item.startswith("tables that are rebuilt")]
    assert not any("summaries_" in item or "`statistics_" in item for item in rebuilt)


def test_a_lock_that_is_added_or_leaves(project: Path, diff: Callable[..., str]) -> None:
    for folder in ("models/experiments", "python_models/experiments"):
        shutil.rmtree(project / folder / FENIX)
    printed = diff("--project-dir", str(project))
    assert headings(printed) == [f"`{FENIX}`: removed"]
    assert items(printed) == ["its models leave the project; its tables stay"]


def test_an_experiment_that_is_retired(project: Path, diff: Callable[..., str]) -> None:
    from dbt_jetstream.registry import retired_file

    for path, text in retired_file(project, [FENIX]).items():
        (project / path).write_text(text)
    printed = diff()
    assert headings(printed) == [f"`{FENIX}`: retired: no longer built, its tables stay"]


def test_a_mistake_is_an_error_and_the_others_are_compared(
    project: Path, diff: Callable[..., str]
) -> None:
    change(project / OWN, '"heavy_users"', '"heavy_user"')
    fenix = project / "metric_hub/definitions/fenix.toml"
    change(fenix, "/ 3600.0", "/ 60.0")
    printed = diff(code=1)
    error, *others = items(printed)
    assert error.replace("\\", "") == (
        f"{OWN}: experiment.segments: unknown segment `heavy_user`; did you mean `heavy_users`?"
    )
    assert len(others) == 1
    assert "metric `active_hours`: SQL changed" in others[0]
    broken = f"`{DESKTOP}`: cannot be resolved: see the errors"
    assert headings(printed) == [broken, f"`{FENIX}`", f"SQL of `{FENIX}`"]


def test_a_mistake_that_the_base_has_as_well_is_only_counted(
    project: Path, diff: Callable[..., str]
) -> None:
    change(project / OWN, '"heavy_users"', '"heavy_user"')
    git(project, "commit", "--quiet", "--all", "--message=mistake")
    try:
        assert diff().count("\n") == 1
        change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
        # The experiment that takes the default cannot be resolved on either side.
        assert diff().count("\n") == 1
    finally:
        git(project, "reset", "--quiet", "--hard", "HEAD~1")


def test_a_toml_file_that_cannot_be_read_is_an_error(
    project: Path, diff: Callable[..., str]
) -> None:
    (project / DEFAULTS).write_text("[metrics\n")
    printed = diff(code=1)
    assert DEFAULTS in items(printed)[0].replace("\\", "")
    assert headings(printed) == [f"`{DESKTOP}`: cannot be resolved: see the errors"]


def test_a_file_that_no_experiment_uses_is_tried_on_a_made_up_one(
    project: Path, diff: Callable[..., str]
) -> None:
    definitions = project / DEFINITIONS
    text = (
        '\n[metrics.spare]\nselect_expression = "SUM(search_count_all)"\ndata_source = "events"\n'
    )
    definitions.write_text(
        definitions.read_text().replace("\n[data_sources]\n", f"{text}\n[data_sources]\n")
    )
    printed = diff()
    assert headings(printed, "h3")[0] == "Files of the hub that no experiment uses"
    assert headings(printed)[0] == f"`{DEFINITIONS}`"
    (item,) = items(printed)
    assert item.startswith("metric `spare` added (overall)")
    assert DESKTOP not in printed
    assert FENIX not in printed


def test_an_unknown_reference_is_one_line(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for reference in ("nope", "--output=x", "a b", "HEAD:README"):
        assert main(["diff", f"--base={reference}", f"--project-dir={project}"]) == 1
        assert capsys.readouterr().err == (
            f"error: --base {reference}: git knows no such branch, tag or commit; fetch it, or "
            "check its name\n"
        )


def test_no_repository_and_no_project_are_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["diff", "--base=main", f"--project-dir={tmp_path}"]) == 1
    assert "is in no git repository" in capsys.readouterr().err
    git(tmp_path, "init", "--quiet")
    git(tmp_path, "commit", "--quiet", "--allow-empty", "--message=empty")
    assert main(["diff", "--base=HEAD", f"--project-dir={tmp_path}"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "has no dbt_project.yml here" in line
    assert git(tmp_path, "worktree", "list").count("\n") == 1


def test_private_experiments_are_not_shown(project: Path, diff: Callable[..., str]) -> None:
    secret = '[experiment]\nis_private = true\ndataset_id = "secret"\nenrollment_period = 9\n'
    (project / f"metric_hub/jetstream/{FENIX}.toml").write_text(secret)
    printed = diff()
    assert FENIX not in printed
    assert printed.count("\n") == 1


def test_private_hubs_are_not_shown(
    project: Path, diff: Callable[..., str], tmp_path: Path
) -> None:
    hub = tmp_path / "private/jetstream"
    hub.mkdir(parents=True)
    (hub / f"{FENIX}.toml").write_text("[experiment]\nenrollment_period = 9\n")
    settings = project / "dbt_project.yml"
    hubs = "jetstream_metric_hubs: [metric_hub]"
    change(settings, hubs, f"{hubs}\n  jetstream_private_metric_hubs: [{tmp_path}/private]")
    fenix = project / "metric_hub/definitions/fenix.toml"
    change(fenix, "/ 3600.0", "/ 60.0")
    printed = diff()
    assert FENIX not in printed
    assert "private" not in printed


def test_markdown_is_what_it_seems_to_be(project: Path, diff: Callable[..., str]) -> None:
    odd = "COUNTIF(country = '`</details>` | <b>@mention</b>')"
    change(project / DEFINITIONS, '"COUNT(DISTINCT country)"', f'"{odd}"')
    printed = diff()
    tokens = MARKDOWN.parse(printed)
    blocks = [token.content.strip() for token in tokens if token.type == "html_block"]
    assert len(blocks) % 2 == 0
    for opening, closing in zip(blocks[::2], blocks[1::2], strict=True):
        assert opening.startswith("<details><summary><code>")
        assert opening.endswith("lines</summary>")
        assert closing == "</details>"
    inline = [c for t in tokens for c in t.children or [] if c.type == "html_inline"]
    assert inline == []
    # The experiments' table, in which each row has a cell for each head.
    cells = [t for t in tokens if t.type in {"th_open", "td_open"}]
    assert len(cells) == 2 * 5


def test_a_long_difference_stays_within_a_comment() -> None:
    lines = tuple(f"+{'x' * 70} {i}" for i in range(3_000))
    found = [(f"`e{i}`", [ModelDiff(f"m{j}", lines) for j in range(5)]) for i in range(20)]
    text = "\n".join(sql_sections(found, 40_000))
    assert len(text) < 40_000
    assert len(text) > 20_000
    assert "more lines left out" in text or "left out: a comment holds no more" in text
    assert text.count("```diff") * 2 == text.count("```")


def test_a_change_of_everything_stays_within_a_comment(
    project: Path, diff: Callable[..., str]
) -> None:
    for path in (project / "metric_hub/definitions").glob("f[ie]*.toml"):
        path.write_text(
            path.read_text()
            .replace('"clients_daily"', '"others"')
            .replace("[data_sources.clients_daily]", "[data_sources.others]")
        )
    own = project / OWN
    own.write_text(own.read_text().replace('"clients_daily"', '"others"'))
    printed = diff()
    assert len(printed) < LIMIT
    assert "left out" in printed
    assert printed.count("<details>") == printed.count("</details>")
    assert headings(printed)[:2] == [f"`{DESKTOP}`", f"`{FENIX}`"]


@pytest.mark.parametrize(
    ("value", "kind", "size"),
    [
        # https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#data_type_sizes
        ("7", "BIGINT", 8),
        ("1.5", "DOUBLE", 8),
        ("date '2026-03-02'", "DATE", 8),
        ("true", "BOOLEAN", 1),
        ("null::bigint", "BIGINT", 0),
        ("'abc'", "VARCHAR", 5),
        ("'né'", "VARCHAR", 5),
        ("null::varchar", "VARCHAR", 0),
        ("[1, null, 3]", "BIGINT[]", 16),
        # Each of the two: 2 + 1 for the key, 2 + 2 for the value.
        (
            "[{'key': 'a', 'value': 'xy'}, {'key': 'b', 'value': 'zz'}]",
            'STRUCT("key" VARCHAR, "value" VARCHAR)[]',
            14,
        ),
        ("map {'ab': 1}", "MAP(VARCHAR, BIGINT)", 12),
        ("{'a': true, 'b': [1.0, 2.0]}", 'STRUCT("a" BOOLEAN, "b" DOUBLE[])', 17),
    ],
)
def test_the_bytes_of_a_value_are_bigquerys(value: str, kind: str, size: int) -> None:
    query = f"select {size_of('v', kind)} from (select {value} as v)"
    assert duckdb.sql(query).fetchall() == [(size,)]


def test_columns_and_days_are_read_off_the_query() -> None:
    types = {"client_id": "VARCHAR", "day": "DATE", "a": "BIGINT", "b": "BIGINT", "c": "BIGINT"}
    query = """
    select u.id, sum(r.a) as a from units as u
    inner join (select client_id, day as submission_date, a, b from raw.telemetry) as r
        on r.client_id = u.id and r.submission_date between date '2026-03-02' and date '2026-03-04'
        and r.submission_date >= u.since
    left join raw.telemetry as nothing on nothing.client_id = u.id and false
    group by 1
    """
    schema = {"raw": {"telemetry": types}, "main": {"units": {"id": "VARCHAR", "since": "DATE"}}}
    found = reads(query, schema, {("raw", "telemetry")})
    assert list(found) == [("raw", "telemetry")]
    read = found["raw", "telemetry"]
    # `b` is selected and never used; `c` is not named; the last join is on false.
    assert read.columns == {"client_id", "day", "a"}
    (days,) = read.days
    rows = duckdb.sql(
        f"select day from range(date '2026-03-01', date '2026-03-09', interval 1 day) "
        f"as t(day) where {days}"
    ).fetchall()
    assert [day.day for (day,) in rows] == [2, 3, 4]


def test_bytes_before_and_after(
    project: Path, diff: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The overall window ends 5 days earlier: so many days of 64-bit columns fewer are read."""
    database = tmp_path / "jetstream.duckdb"
    with duckdb.connect(str(database)) as connection:
        for table in ("clients_daily", "events_stream"):
            connection.execute("create schema if not exists fenix")
            time = "submission_timestamp" if table == "events_stream" else "submission_date"
            days = (
                "select day from range(date '2026-02-01', date '2026-05-01', interval 1 day) t(day)"
            )
            kind = "timestamp" if table == "events_stream" else "date"
            columns = {
                "clients_daily": "active_seconds uri_count search_count ad_clicks",
                "events_stream": "sample_id",
            }[table].split()
            texts = ["country"] if table == "clients_daily" else ["event_category", "event_name"]
            flags = ", true as is_default_browser" if table == "clients_daily" else ""
            extra = ", '{}'::json as event_extra" if table == "events_stream" else ""
            numbers = "".join(f", 1::bigint as {name}" for name in columns)
            words = "".join(f", 'abc' as {name}" for name in texts)
            connection.execute(
                f"create table fenix.{table} as select 'c' as client_id, day::{kind} as {time}"
                f"{numbers}{words}{flags}{extra} from ({days})"
            )
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(database))
    monkeypatch.setenv("DBT_PROFILES_DIR", str(project))
    path = project / "demo/experiments.json"
    first, last = path.read_text().split(f'"slug": "{FENIX}"')
    path.write_text(f'{first}"slug": "{FENIX}"{last.replace("2026-04-15", "2026-04-10")}')
    printed = diff()
    # A row of clients_daily: client_id 2 + 1, the date 8, four numbers 8 each, the flag 1: 44.
    # From a week before the first enrollment (2026-02-23) to the end: 52 days, 5 fewer now.
    row = "| `fenix_toolbar_shortcut_clients_daily_client_days` | 2.29 KB | 2.07 KB |"
    assert 52 * 44 == 2288
    assert 47 * 44 == 2068
    assert row in printed
    assert "Bytes are an estimate, of the telemetry in `jetstream.duckdb`" in printed


def test_without_telemetry_there_is_a_way_to_an_estimate(
    project: Path, diff: Callable[..., str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JETSTREAM_DUCKDB", str(tmp_path / "none.duckdb"))
    change(project / DEFAULTS, "drop_highest = 0.001", "drop_highest = 0.002")
    assert "Bytes: no estimate; `jetstream diff --target bigquery` asks" in diff()


def key(
    metric: str, branch: str, comparison: str = "", reference: str = "", window: str = "overall"
):
    return (window, 1, "enrollments", "all", metric, "mean", "", branch, comparison, reference)


def test_only_rows_beyond_rounding_are_shown() -> None:
    before = {
        key("a", "control"): (2.0, 1.0, 3.0),
        key("a", "new"): (3.0, 2.0, 4.0),
        key("a", "new", "relative_uplift", "control"): (0.5, 0.1, 0.9),
        key("b", "new"): (1.0, None, None),
        key("a", "new", window="weekly"): (1.0, 1.0, 1.0),
    }
    after = dict(before)
    after[key("b", "new")] = (1.0 + 1e-12, None, None)
    after[key("a", "new", "relative_uplift", "control")] = (0.5, 0.1, 0.8)
    after[key("a", "new", window="weekly")] = (2.0, 1.0, 1.0)
    found = compare_rows(before, after, "control")
    assert [(row.metric, row.branch) for row in found.shown] == [("a", "new")]
    assert found.shown[0].uplifts == ((0.5, 0.1, 0.9), (0.5, 0.1, 0.8))
    assert found.others == {"weekly": 1}


def test_code_and_plain_text_stay_what_they_are() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`a`") == "`` `a` ``"
    assert MARKDOWN.renderInline(plain("*a* <b> [c](d) `e` @f")).startswith(
        "*a* &lt;b&gt; [c](d) `e`"
    )


def steps() -> list[dict]:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    (job,) = workflow["jobs"].values()
    return job["steps"]


def test_the_workflow_may_read_code_and_write_its_comment_alone() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text())
    # YAML takes the key `on` for true.
    trigger = workflow[True]
    assert list(trigger) == ["pull_request"]
    assert set(trigger["pull_request"]["paths"]) >= {
        "metric_hub/**",
        "models/**",
        "macros/**",
        "src/**",
    }
    assert workflow["permissions"] == {"contents": "read", "pull-requests": "write"}
    actions = [step["uses"] for step in steps() if "uses" in step]
    assert all(action.startswith("actions/") for action in actions)
    # What others choose, such as a branch's name, reaches no script as text.
    assert not any("${{" in step.get("run", "") for step in steps())


def test_the_commands_of_the_workflow_exist(capsys: pytest.CaptureFixture[str]) -> None:
    scripts = "\n".join(step["run"] for step in steps() if "run" in step).replace("\\\n", " ")
    lines = [line.strip() for line in scripts.splitlines()]
    ours = [line.split("jetstream ", 1)[1].split(" >")[0] for line in lines if "jetstream " in line]
    assert len(ours) == 1
    words = ours[0].split()
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    assert ended.value.code == 0
    helped = capsys.readouterr().out
    assert all(word.split("=")[0] in helped for word in words if word.startswith("--"))
    assert "requirements.lock" in scripts
    assert (REPOSITORY / "requirements.lock").exists()
    for script in (step["run"] for step in steps() if "run" in step):
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
