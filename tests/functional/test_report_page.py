"""The results pages of the demo, in a real browser: what is read there is what is exported."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import SCREENSHOTS, Visit, browser, requires_chromium, visit
from playwright.sync_api import Browser, Page

from conftest import DEMO_LAST_DAY, Project
from tiers import sample

pytestmark = requires_chromium
SLUG = "pip-first-time-hint"
PREFIX = "pip_first_time_hint"
MOST_BYTES = 3_000_000


@pytest.fixture(scope="module")
def site(demo: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site that `jetstream report` writes for both demo experiments."""
    folder = tmp_path_factory.mktemp("site")
    done = demo.run("jetstream", "report", "--out", str(folder), as_of=DEMO_LAST_DAY)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as opened:
        yield opened


@pytest.fixture
def results(chromium: Browser, site: Path) -> Iterator[Visit]:
    with visit(chromium, site / f"{SLUG}.html") as visited:
        visited.page.wait_for_selector("#forest table")
        yield visited


def exported(demo: Project, period: str, **wanted: object) -> dict[str, float | None]:
    """The one row of an export that has these values."""
    path = demo.exports / f"statistics/statistics_{PREFIX}_{period}.json"
    rows = [r for r in json.loads(path.read_text()) if all(r[k] == v for k, v in wanted.items())]
    assert len(rows) == 1, (wanted, len(rows))
    return rows[0]


def percents(text: str) -> list[float]:
    """The shares written in a text such as `−4.39 %`."""
    found = re.findall(r"([+−-])([\d,]+(?:\.\d+)?)\s%", text)
    return [float(n.replace(",", "")) / 100 * (1 if s == "+" else -1) for s, n in found]


def shown_uplift(page: Page, metric: str, statistic: str, branch: str) -> list[float]:
    """Point, lower and upper end of the uplift that the table shows."""
    row = (
        f'#forest tr[data-metric="{metric}"][data-statistic="{statistic}"][data-branch="{branch}"]'
    )
    return percents(page.locator(row).locator(".uplift").inner_text())


def assert_shown(shown: list[float], row: dict[str, float | None]) -> None:
    """Numbers of a page are rounded to a hundredth of a percent, from 10 % on to a tenth."""
    for value, key in zip(shown, ("point", "lower", "upper"), strict=True):
        expected = row[key]
        assert expected is not None
        assert value == pytest.approx(expected, abs=0.00051 if abs(expected) >= 0.1 else 0.000051)


def test_the_page_says_what_was_exported_whatever_is_chosen(demo: Project, results: Visit) -> None:
    page = results.page
    chosen = {
        "window": "overall.1",
        "basis": "enrollments",
        "segment": "all",
        "reference": "control",
    }
    choices = [
        {},
        {"basis": "exposures"},
        {"segment": "heavy_users"},
        {"reference": "hint"},
        {"window": "weekly.3"},
        {"window": "daily.20", "segment": "all"},
        {"basis": "enrollments", "reference": "hint-animated"},
    ]
    for choice in choices:
        chosen |= choice
        for name, value in choice.items():
            page.select_option(f"#select-{name}", value)
        period, window = chosen["window"].split(".")
        others = [b for b in ("control", "hint", "hint-animated") if b != chosen["reference"]]
        for branch in others:
            row = exported(
                demo,
                period,
                metric="active_hours",
                statistic="mean",
                comparison="relative_uplift",
                branch=branch,
                comparison_to_branch=chosen["reference"],
                analysis_basis=chosen["basis"],
                segment=chosen["segment"],
                window_index=window,
            )
            assert_shown(shown_uplift(page, "active_hours", "mean", branch), row)
    assert results.complaints == []


def test_a_view_can_be_passed_on_by_its_address(
    demo: Project, chromium: Browser, site: Path
) -> None:
    with visit(chromium, site / f"{SLUG}.html") as visited:
        page = visited.page
        page.wait_for_selector("#forest table")
        page.select_option("#select-window", "weekly.2")
        page.select_option("#select-basis", "exposures")
        address = page.url
        shown = page.locator("#forest").inner_text()
        page.goto("about:blank")
        page.goto(address)
        page.wait_for_selector("#forest table")
        assert page.locator("#select-window").input_value() == "weekly.2"
        assert page.locator("#forest").inner_text() == shown


def test_counts_are_those_of_the_enrollments(demo: Project, results: Visit) -> None:
    counted = demo.query(
        "select branch, count(*), count(exposure_date) "
        f"from analysis.enrollments_{PREFIX} group by branch order by branch"
    )
    rows = results.page.locator("#counts tbody tr").all_inner_texts()
    for (branch, enrolled, exposed), row in zip(counted, rows, strict=True):
        assert row.startswith(branch)
        assert f"{enrolled:,}" in row
        assert f"{exposed:,}" in row


def test_the_course_over_weeks_is_the_exported_one(demo: Project, results: Visit) -> None:
    page = results.page
    page.locator("#metric-active_hours > summary").click()
    figure = page.locator(
        '#metric-active_hours figure[data-period="weekly"][data-statistic="mean"]'
    )
    figure.locator("svg[role=img]").wait_for()
    figure.locator("summary").click()
    figure.locator("tbody tr").first.wait_for()
    rows = [row.split("\t") for row in figure.locator("tbody tr").all_inner_texts()]
    assert len(rows) == 5 * 2
    for window, branch, point, interval in rows:
        row = exported(
            demo,
            "weekly",
            metric="active_hours",
            statistic="mean",
            comparison="relative_uplift",
            branch=branch,
            comparison_to_branch="control",
            analysis_basis="enrollments",
            segment="all",
            window_index=window,
        )
        assert_shown([*percents(point), *percents(interval)], row)


def test_deciles_are_drawn_and_told(demo: Project, results: Visit) -> None:
    page = results.page
    page.locator("#metric-active_hours > summary").click()
    figure = page.locator('#metric-active_hours figure[data-statistic="deciles"]')
    figure.locator("svg[role=img]").wait_for()
    # A point for each of nine deciles and three branches.
    assert figure.locator("svg g path").count() >= 27
    figure.locator("summary").click()
    figure.locator("tbody tr").first.wait_for()
    rows = [row.split("\t") for row in figure.locator("tbody tr").all_inner_texts()]
    (shown,) = (r for r in rows if r[:2] == ["0.5", "hint"])
    row = exported(
        demo,
        "overall",
        metric="active_hours",
        statistic="deciles",
        parameter="0.5",
        comparison=None,
        branch="hint",
        analysis_basis="enrollments",
        segment="all",
    )
    assert float(shown[2]) == pytest.approx(row["point"], rel=0.001)


def test_what_is_not_there_says_why(results: Visit) -> None:
    page = results.page
    row = page.locator('#forest tr[data-metric="log_active_hours"]')
    assert "Left out by configuration: asked for weekly only." in row.inner_text()
    page.select_option("#select-window", "preenrollment_weekly.1")
    page.select_option("#select-segment", "new_profiles")
    row = page.locator('#forest tr[data-metric="active_hours"][data-statistic="mean_lm"]')
    assert "Undefined: control: all values are 0" in row.inner_text()


def test_a_definition_shows_its_sql(results: Visit) -> None:
    page = results.page
    page.locator("#metric-searches_per_day > summary").click()
    part = page.locator("#metric-searches_per_day .definition")
    assert "values are divided by the days of the window" in part.inner_text()
    part.locator(".sql > summary").click()
    assert "SUM(search_count_all)" in part.locator("pre").first.inner_text()
    assert "clients_daily" in part.locator("pre").last.inner_text()


def test_metrics_can_be_searched(results: Visit) -> None:
    page = results.page
    page.fill("#search", "picture")
    groups = page.locator("#forest th.group a").all_inner_texts()
    assert sorted(groups) == [
        "Picture-in-Picture toggles shown",
        "Picture-in-Picture windows opened",
        "Used Picture-in-Picture",
    ]


def test_the_page_works_by_keyboard(results: Visit) -> None:
    page = results.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#select-basis").focus()
    page.keyboard.press("ArrowDown")
    assert page.locator("#select-basis").input_value() == "exposures"
    page.locator("#metric-active_hours > summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#metric-active_hours figure svg")
    page.locator("#verdict a.metric").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.closest('details.one').open") is True


def test_pages_ask_no_network_and_stay_small(site: Path, results: Visit) -> None:
    results.page.select_option("#select-basis", "exposures")
    assert results.requests == [(site / f"{SLUG}.html").as_uri()]
    assert results.complaints == []
    for path in site.glob("*"):
        assert path.suffix == ".html"
        assert path.stat().st_size < MOST_BYTES


@pytest.mark.parametrize(
    ("name", "width", "height", "scheme"),
    sample(
        [
            ("desktop", 1280, 900, "light"),
            ("phone", 390, 844, "light"),
            ("desktop", 1280, 900, "dark"),
            ("phone", 390, 844, "dark"),
        ],
        4,
    ),
)
def test_everybody_can_read_the_pages(
    chromium: Browser, site: Path, name: str, width: int, height: int, scheme: str
) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for page_name in ("index", SLUG):
        path = site / f"{page_name}.html"
        with visit(chromium, path, width=width, height=height, scheme=scheme) as visited:
            page = visited.page
            if page_name == SLUG:
                page.wait_for_selector("#forest table")
                page.locator("#metric-active_hours > summary").click()
                page.locator("#metric-active_hours .sql > summary").click()
                page.locator("#metric-active_hours .numbers > summary").first.click()
                page.locator("#metric-active_hours .numbers tbody tr").first.wait_for()
            found = Axe().run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
            # Nothing but what scrolls by itself is wider than the window.
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            picture = SCREENSHOTS / f"report_{page_name}_{name}_{scheme}.png"
            page.screenshot(path=picture, full_page=True)
            assert visited.complaints == []


def test_a_printed_page_has_the_numbers_and_not_the_controls(results: Visit) -> None:
    page = results.page
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    printed = page.pdf(path=SCREENSHOTS / f"report_{SLUG}_print.pdf", format="A4")
    assert printed.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert page.locator("#forest tr[data-branch]").first.is_visible()
    assert not page.locator("#search").is_visible()
