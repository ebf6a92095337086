"""The documentation of all models: complete, and a way from a statistic to its raw table."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from browser import SCREENSHOTS, browser, requires_chromium, visit
from playwright.sync_api import Browser, Page, expect

from conftest import ARTIFACTS, Project
from tiers import exhaustive

EXPERIMENT = "pip_first_time_hint"
# What the graph shows; it is drawn on a canvas.
LABELS = """(() => {
    const graph = document.getElementById('cy')?._cyreg?.cy;
    return graph ? graph.nodes().filter(n => n.visible()).map(n => n.data('label')) : [];
})()"""
PACKAGE = "dbt_jetstream"

pytestmark = requires_chromium


@dataclass
class Docs:
    """The docs of the built demo."""

    page: Path
    manifest: dict[str, Any]
    catalog: dict[str, Any]

    def own(self, kind: str) -> dict[str, dict[str, Any]]:
        found = self.manifest[kind].items()
        return {key: node for key, node in found if node["package_name"] == PACKAGE}


@pytest.fixture(scope="module")
def docs(demo: Project, tmp_path_factory: pytest.TempPathFactory) -> Docs:
    """What `make docs` writes of the built demo."""
    # A copy: what dbt compiles here must not replace what other tests read in the demo.
    project = Project(tmp_path_factory.mktemp("docs") / "project")
    shutil.copytree(demo.path, project.path, ignore=shutil.ignore_patterns("target", "logs"))
    for command in (
        ("dbt", "compile", "--full-refresh"),
        ("dbt", "docs", "generate", "--no-compile"),
        ("python", "-m", "dbt_jetstream.results.docs_site"),
    ):
        done = project.run(*command, **ARTIFACTS)
        assert done.returncode == 0, done.stdout + done.stderr
    target = project.path / "target"
    read = {
        name: json.loads((target / f"{name}.json").read_text()) for name in ("manifest", "catalog")
    }
    return Docs(project.path / "site/docs/index.html", **read)


@exhaustive
def test_every_node_is_described(docs: Docs) -> None:
    for kind in ("nodes", "sources", "exposures", "groups"):
        described = docs.own(kind)
        assert described
        # Hooks are operations; dbt has no place for words about them.
        nodes = {key: n for key, n in described.items() if n["resource_type"] != "operation"}
        assert not [key for key, node in nodes.items() if not node["description"].strip()]


def test_every_column_is_described(docs: Docs) -> None:
    for key, built in docs.catalog["nodes"].items():
        columns = docs.manifest["nodes"][key]["columns"]
        assert {name.lower() for name in built["columns"]} == {name.lower() for name in columns}, (
            key
        )
        assert all(column["description"].strip() for column in columns.values()), key
    assert len(docs.catalog["nodes"]) > 30


def test_every_column_of_a_source_that_is_described_exists(docs: Docs) -> None:
    assert "source.dbt_jetstream.jetstream.logs" in docs.catalog["sources"]
    for key, built in docs.catalog["sources"].items():
        columns = docs.manifest["sources"][key]["columns"]
        assert columns.keys() <= built["columns"].keys(), key
        assert all(column["description"].strip() for column in columns.values()), key


def test_models_read_no_column_of_a_source_that_is_not_described(
    docs: Docs, tmp_path: Path
) -> None:
    """DuckDB itself says whether a query finds its columns in tables that have no others."""
    copy = tmp_path / "jetstream.duckdb"
    shutil.copy(docs.page.parents[2] / "jetstream.duckdb", copy)
    queries = [
        node["compiled_code"]
        for node in docs.own("nodes").values()
        if node["resource_type"] == "model"
        and any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
    ]
    assert len(queries) > 5
    with duckdb.connect(str(copy)) as connection:
        for source in docs.own("sources").values():
            table = f"{source['schema']}.{source['name']}"
            columns = ", ".join(source["columns"])
            connection.execute(f"create or replace table {table} as select {columns} from {table}")
        for query in queries:
            connection.execute(f"explain {query}")


def test_every_macro_is_described_on_the_page(docs: Docs) -> None:
    page = docs.page.read_text()
    start = page.index(
        '{"metadata": {"dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest'
    )
    shown, _ = json.JSONDecoder().raw_decode(page[start:])
    macros = [m for m in shown["macros"].values() if m["package_name"] == PACKAGE]
    assert len(macros) > 100
    assert not [macro["name"] for macro in macros if not macro["description"]]


def test_the_exports_that_are_told_are_the_files_that_runs_write(docs: Docs, demo: Project) -> None:
    told = {
        file
        for exposure in docs.own("exposures").values()
        for file in exposure["config"]["meta"].get("files", [])
    }
    written = {path.relative_to(demo.exports).as_posix() for path in demo.exports.rglob("*.json")}
    assert told == written


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def page(chromium: Browser, docs: Docs) -> Iterator[Page]:
    """The page, as a newcomer opens it."""
    with visit(chromium, docs.page, width=1600) as visited:
        heading = "From an experiment to the telemetry behind it"
        expect(visited.page.get_by_text(heading)).to_be_visible()
        yield visited.page
        assert visited.complaints == []
        # No network, and no file but the page itself.
        files = {url for url in visited.requests if not url.startswith(("data:", "blob:"))}
        assert files == {docs.page.as_uri()}


def follow(page: Page, name: str, tab: str = "Models") -> None:
    """Follow a link under *Depends On*."""
    section = page.locator("section", has=page.locator("#depends_on"))
    section.locator(".nav-tabs a").get_by_text(tab, exact=True).click()
    section.locator(".list-unstyled a").get_by_text(name, exact=True).click()
    expect(page.locator("h1").first).to_contain_text(name)


@exhaustive
def test_a_newcomer_gets_from_the_results_page_to_the_raw_table(page: Page) -> None:
    page.locator(".filename-normal", has_text="Dashboard").first.click()
    page.get_by_title("Results of pip-first-time-hint").click()
    expect(page.locator("h1").first).to_contain_text("Results of pip-first-time-hint")
    expect(page.get_by_text("Experiment analysis").first).to_be_visible()
    follow(page, f"statistics_{EXPERIMENT}_overall")
    follow(page, f"statistics_{EXPERIMENT}")
    follow(page, f"pieces_{EXPERIMENT}")
    follow(page, f"{EXPERIMENT}_overall")
    follow(page, f"{EXPERIMENT}_clients_daily_client_days")
    follow(page, "clients_daily", "Nodes")
    assert "source.dbt_jetstream.telemetry.clients_daily" in page.url
    # The raw column of the metric that the newcomer came for.
    row = page.get_by_role("row", name="active_hours_sum")
    expect(row).to_contain_text("Read for metric")


@exhaustive
def test_the_lineage_leads_from_raw_tables_to_page_and_exports(page: Page) -> None:
    page.get_by_title("View Lineage Graph").click()
    page.get_by_label("--select").fill("+tag:experiment:pip-first-time-hint")
    page.get_by_role("button", name="Update Graph").click()
    page.wait_for_function(f"{LABELS}.includes('Results of pip-first-time-hint')")
    labels = set(page.evaluate(LABELS))
    assert {"telemetry.clients_daily", "telemetry.events"} <= labels
    assert {"Results of pip-first-time-hint", "Exports of pip-first-time-hint"} <= labels
    assert {f"{kind}_{EXPERIMENT}" for kind in ("enrollments", "statistics", "trust")} <= labels
    # More would be hard to read.
    assert len(labels) < 30
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / "docs-lineage.png")
