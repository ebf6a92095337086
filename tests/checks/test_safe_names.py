"""Names that could break out of where they are written, and those that cannot."""

from __future__ import annotations

import pytest

from checks.configs import with_metric, with_segment
from checks.desk import Desk
from dbt_jetstream.common.errors import ConfigErrors
from dbt_jetstream.inputs.checks import check_experiment, is_safe_table


@pytest.mark.parametrize(
    ("slug", "words"),
    [
        ("it's", "holds `'`"),
        ('a"b', 'holds `"`'),
        ("../../etc/passwd", "must not hold `..`"),
        ("a..b", "must not hold `..`"),
        ("a/b", "holds `/`"),
        ("a\\b", "holds `\\`"),
        ("`a`", "holds grave accent"),
        ("{{ env_var('X') }}", "holds `{`"),
        ("a: b", "holds `:`"),
        ("a;drop table b", "holds `;`"),
        ("a\nb", "holds u+000a"),
        ("é", "holds `é`"),
        ("a*", "holds `*`"),
        ("-a", "starts with `-`"),
        (".a", "starts with `.`"),
        ("a" * 300, "has 300 characters"),
    ],
)
def test_a_slug_that_is_no_plain_file_name_is_refused(desk: Desk, slug: str, words: str) -> None:
    ((kind, line),) = desk.facts(slug=slug)
    assert kind == "UnsafeNameException"
    assert words in line
    assert ".slug: the slug" in line
    assert "\n" not in line


@pytest.mark.parametrize("slug", ["a" * 120, "Bug-1647305_pref.release-78-80", "106-major"])
def test_plain_slugs_pass(desk: Desk, slug: str) -> None:
    check_experiment(desk.experiment(slug=slug), desk.platforms)


@pytest.mark.parametrize(
    ("branch", "words"),
    [
        ("it's", "holds `'`"),
        ('a"b', 'holds `"`'),
        ("a\\", "holds `\\`"),
        ("a`b", "holds grave accent"),
        ("{{ 1 }}", "holds `{`"),
        ("a%}", "holds `%`"),
        ("a\nb", "holds u+000a"),
        ("a\u202eb", "holds right-to-left override"),
        ("a;b", "holds `;`"),
        ("x" * 300, "has 300 characters"),
        ("", "has no name"),
    ],
)
def test_a_branch_that_could_break_out_of_its_quotes_is_refused(
    desk: Desk, branch: str, words: str
) -> None:
    ((kind, line),) = desk.facts(branches=[{"slug": "control"}, {"slug": branch}])
    assert kind == "UnsafeNameException"
    assert line.startswith("dark-mode.branches: ")
    assert words in line
    assert "\n" not in line


@pytest.mark.parametrize("branch", ["treatment-a", "größer", "枝", "नमूना", "v1.2 / a:b", "_x"])
def test_branches_of_any_language_pass(desk: Desk, branch: str) -> None:
    branches = [{"slug": "control"}, {"slug": branch}]
    check_experiment(desk.experiment(branches=branches), desk.platforms)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2nd", "starts with `2`"),
        ("pings\\n", "holds u+000a"),
        ("select", "`select` has the name of a reserved word of SQL; choose another"),
        # Of DuckDB's alone.
        ("both", "`both` has the name of a reserved word of SQL; choose another"),
        ("m" * 300, "has 300 characters"),
    ],
)
def test_a_metric_that_is_no_identifier_is_refused(desk: Desk, name: str, words: str) -> None:
    ((kind, line),) = desk.mistakes(with_metric(name))
    assert kind == "UnsafeNameException"
    assert line.startswith("own.toml: metrics.")
    assert words in line
    assert "\n" not in line


def test_a_metric_with_any_other_character_is_none_to_the_parser(desk: Desk) -> None:
    for name in ("a b", "a-b", "é", "x) as y, (1", "{{ 1 }}"):
        with pytest.raises(ConfigErrors, match="Could not locate metric"):
            desk.resolved(with_metric(name))


@pytest.mark.parametrize("name", ["odd one", "a, b", "it's", "{{ 1 }}", "all", "größe"])
def test_a_segment_is_an_identifier_too(desk: Desk, name: str) -> None:
    ((kind, line),) = desk.mistakes(with_segment("", name))
    assert kind == "UnsafeNameException"
    assert line.startswith(f"own.toml: segments.{name}: the segment `{name}` h")


def test_data_sources_and_datasets_are_identifiers_too(desk: Desk) -> None:
    config = """
[experiment]
segments = ["early"]
dataset_id = "my-data'set"
[metrics]
weekly = ["clicked"]
[metrics.clicked]
select_expression = "SUM(x)"
data_source = "2nd"
[metrics.clicked.statistics.sum]
[data_sources.2nd]
from_expression = "telemetry.main"
[segments.early]
select_expression = "TRUE"
data_source = "first-days"
[segments.data_sources.first-days]
from_expression = "telemetry.first_days"
"""
    found = desk.mistakes(config)
    assert {kind for kind, _ in found} == {"UnsafeNameException"}
    for key in (
        "experiment.dataset_id",
        "data_sources.2nd",
        "segments.data_sources.first-days",
    ):
        assert any(line.startswith(f"own.toml: {key}: ") for _, line in found), key


def test_a_table_name_that_could_break_out_of_a_stub_is_told_apart() -> None:
    for name in ("mozdata.telemetry.main", "telemetry.events_*", "moz-fx.a_b.c$20260101"):
        assert is_safe_table(name)
    for name in ("main", "a.b'c", "a.b.c{{x}}", "a.b.c d", "a.b.c.d", 'a."b"', "a.b`"):
        assert not is_safe_table(name)
