"""The comment: Markdown that is what it seems to be, within the size that one may have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from dbt_jetstream.review.diff.folds import sql_sections
from dbt_jetstream.review.diff.markup import code, plain
from dbt_jetstream.review.diff.report import LIMIT
from dbt_jetstream.review.diff.sql import ModelDiff
from diff.markdown import MARKDOWN, headings
from diff.repository import DEFINITIONS, DESKTOP, FENIX, OWN, change


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


def test_code_and_plain_text_stay_what_they_are() -> None:
    assert code("a`b") == "``a`b``"
    assert code("`a`") == "`` `a` ``"
    assert MARKDOWN.renderInline(plain("*a* <b> [c](d) `e` @f")).startswith(
        "*a* &lt;b&gt; [c](d) `e`"
    )
