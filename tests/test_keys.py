"""Keys that metric-config-parser ignores; the parser itself is the oracle."""

from __future__ import annotations

import copy
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from metric_config_parser.analysis import AnalysisSpec
from metric_config_parser.definition import DefinitionSpec
from metric_config_parser.outcome import OutcomeSpec

from conftest import REPOSITORY, SHARED
from dbt_jetstream.inputs.hub.unknown_keys import unknown_keys
from tiers import sample

METRIC_HUB = SHARED / "metric-hub"
EXPERIMENT = Path("jetstream/slug.toml")
DEFAULT = Path("jetstream/defaults/fenix.toml")
DEFINITION = Path("definitions/fenix.toml")
OUTCOME = Path("jetstream/outcomes/fenix/slug.toml")
FUNCTIONS = Path("definitions/functions.toml")


def mistakes(text: str, path: Path = EXPERIMENT) -> list[str]:
    return [
        str(error).removeprefix(f"{path}: ") for error in unknown_keys(path, tomllib.loads(text))
    ]


@pytest.mark.parametrize("path", [EXPERIMENT, DEFAULT])
def test_a_period_list_under_experiment_is_sent_to_metrics(path: Path) -> None:
    assert mistakes('[experiment]\nweekly = ["a"]\ndays28 = ["a"]', path) == [
        "experiment.weekly: has no effect here; a period list belongs under [metrics]",
        "experiment.days28: has no effect here; a period list belongs under [metrics], as `28_day`",
    ]


@pytest.mark.parametrize(
    "text", ['weekly = ["a"]', '[data_sources.a]\nweekly = ["a"]', '[metrics.a]\nweekly = ["a"]']
)
def test_a_period_list_is_sent_to_metrics_from_wherever_it_stands(text: str) -> None:
    (mistake,) = mistakes(text)
    assert mistake.endswith("weekly: has no effect here; a period list belongs under [metrics]")


@pytest.mark.parametrize("path", [EXPERIMENT, DEFAULT, DEFINITION])
def test_the_parsers_own_name_of_28_days_is_no_key(path: Path) -> None:
    assert mistakes('[metrics]\ndays28 = ["a"]', path) == [
        "metrics.days28: has no effect; did you mean `28_day`?"
    ]


def test_no_metric_can_have_the_parsers_own_name_of_28_days() -> None:
    (mistake,) = mistakes('[metrics.days28]\nselect_expression = "1"')
    assert mistake.startswith("metrics.days28: has no effect: the parser passes over this name")


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("28day", "28_day"),
        ("28_days", "28_day"),
        ("week", "weekly"),
        ("weakly", "weekly"),
        ("preenrollment_week", "preenrollment_weekly"),
        ("preenrollment_28_day", "preenrollment_days28"),
    ],
)
def test_a_misspelt_period_list_gets_the_nearest_one(key: str, meant: str) -> None:
    assert mistakes(f'[metrics]\n{key} = ["a"]') == [
        f"metrics.{key}: unknown list; did you mean `{meant}`?"
    ]


def test_a_list_unlike_any_period_gets_them_all() -> None:
    assert mistakes("[metrics]\nhourly = []") == [
        "metrics.hourly: expected a table [metrics.<name>] or one of the lists "
        "28_day, daily, overall, preenrollment_days28, preenrollment_weekly, weekly"
    ]


NEAREST = [
    ("metrics.a", 'select_expresion = ""', "select_expression"),
    ("metrics.a", "statistic.binomial = {}", "statistics"),
    ("metrics.a", "binomial = {}", "statistics.binomial"),
    ("metrics.a", "pre_treatments = []", "statistics.<name>.pre_treatments"),
    ("metrics.a", 'exposure_basis = ["exposures"]', "analysis_bases"),
    ("metrics.a", 'data_sources = "a"', "data_source"),
    ("data_sources.a", 'descriptions = ""', "description"),
    ("data_sources.a.joins.b", 'on_expresion = ""', "on_expression"),
    ("segments.a", 'descripton = ""', "description"),
    ("segments.data_sources.a", "windows_start = 1", "window_start"),
    ("experiment", 'enrollments_query = ""', "enrollment_query"),
    ("experiment", 'enrollment_end_date = "2026-01-01"', "enrollment_period"),
    ("experiment", 'Reference_branch = "a"', "reference_branch"),
    ("experiment.exposure_signal", "windows_end = 1", "window_end"),
]


@pytest.mark.parametrize(("table", "line", "meant"), NEAREST)
def test_a_misspelt_key_gets_the_nearest_one(table: str, line: str, meant: str) -> None:
    key = next(iter(tomllib.loads(line)))
    assert mistakes(f"[{table}]\n{line}") == [
        f"{table}.{key}: has no effect here; did you mean `{meant}`?"
    ]


def test_a_misspelt_key_of_a_parameter_is_named_before_the_parser_stops_at_it() -> None:
    assert mistakes('[parameters.id]\ndefualt = "a"', OUTCOME) == [
        "parameters.id.defualt: is unknown; did you mean `default`?"
    ]


MISPLACED = [
    ("segments.a", "window_start = 1", "[segments.data_sources.<name>]"),
    ("data_sources.a", "deprecated = true", "[metrics.<name>]"),
    ("segments.data_sources.a", 'build_id_column = ""', "[data_sources.<name>]"),
    (
        "metrics.a",
        "window_end = 1",
        "[experiment.exposure_signal] or [segments.data_sources.<name>]",
    ),
    ("experiment", "metrics.a = {}", "the file's root"),
]


@pytest.mark.parametrize(("table", "line", "place"), MISPLACED)
def test_a_key_of_another_table_is_sent_there(table: str, line: str, place: str) -> None:
    key = next(iter(tomllib.loads(line)))
    assert mistakes(f"[{table}]\n{line}") == [
        f"{table}.{key}: has no effect here; it belongs in {place}"
    ]


@pytest.mark.parametrize(
    ("path", "text", "owners"),
    [
        (EXPERIMENT, 'friendly_name = "a"', "an outcome"),
        (EXPERIMENT, "[dimensions.a]", "a definition or an OpMon project"),
        (DEFAULT, "[alerts.a]", "a definition or an OpMon project"),
        (DEFINITION, "[experiment]", "an experiment or a default"),
        (DEFINITION, "[functions.a]", "functions.toml"),
        (OUTCOME, "[segments.a]", "an experiment, a default or a definition"),
        (OUTCOME, "[experiment]", "an experiment or a default"),
    ],
)
def test_a_table_of_another_kind_of_file_is_sent_there(path: Path, text: str, owners: str) -> None:
    (mistake,) = mistakes(text, path)
    assert mistake.endswith(f": has no effect here; it belongs in {owners}")


def test_a_key_without_a_like_gets_the_known_ones() -> None:
    assert mistakes('[data_sources.a.joins.b]\nusing = "a"') == [
        "data_sources.a.joins.b.using: has no effect here; known are on_expression, relationship"
    ]


def test_the_period_lists_of_an_outcome_stand_at_its_root() -> None:
    assert mistakes('days28 = ["a"]\n[metrics]\nweekly = ["a"]\nhourly = ["a"]', OUTCOME) == [
        "days28: has no effect here; did you mean `28_day`?",
        "metrics.weekly: unknown list; a period list belongs at the root of an outcome",
        "metrics.hourly: expected a table [metrics.<name>]",
    ]


def test_a_function_has_a_definition_and_a_description() -> None:
    text = '[functions.a]\ndefinition = ""\nfriendly_name = ""\ndescripton = ""'
    assert mistakes(text, FUNCTIONS) == [
        "functions.a.descripton: has no effect here; did you mean `description`?"
    ]


def test_a_value_where_a_table_is_expected_is_named() -> None:
    assert mistakes('[data_sources]\nmain = "events"') == [
        "data_sources.main: expected a table [data_sources.<name>], found 'events'"
    ]


RIGHT = {
    EXPERIMENT: """
        [experiment]
        segments = ["a"]
        [experiment.exposure_signal]
        name = "a"
        [metrics]
        28_day = ["a"]
        preenrollment_days28 = ["a"]
        [metrics.a]
        Select_Expression = "1"
        threshold = { op = ">", value = 1 }
        [metrics.a.statistics.binomial]
        pre_treatments = [{ name = "log", base = 2 }]
        [metrics."wild*".statistics.anything]
        parameter = 1
        [data_sources.a.JOINS.b]
        relationship = "one_to_one"
        [parameters.a]
        value = { branch = "a" }
        [segments.data_sources.a]
        window_start = 1
    """,
    OUTCOME: """
        friendly_name = "a"
        description = "a"
        default_metrics = ["days28"]
        28_day = ["days28"]
        [metrics.days28]
        select_expression = "a metric of an outcome can have this name"
        [parameters.a]
        default = "a"
    """,
    DEFINITION: """
        [metrics.a]
        type = "scalar"
        [dimensions.a]
        select_expression = "a"
        [alerts.a]
        type = "ci_overlap"
    """,
}


@pytest.mark.parametrize("path", RIGHT)
def test_what_the_parser_reads_is_no_mistake(path: Path) -> None:
    assert mistakes(RIGHT[path], path) == []


def test_a_file_of_opmon_is_not_ours() -> None:
    assert mistakes("[project]\nplatform = 'fenix'\n[dimensions.a]\n[population]") == []


def ignored(path: Path, found: dict[str, Any]) -> set[str]:
    """Name the values of a file that can be anything, and the parser reads it all the same."""
    spec = spec_of(path)
    read = spec.from_dict(copy.deepcopy(found))
    return {
        ".".join(keys)
        for keys, value in values(found)
        if same(spec, with_value(found, keys, other(value)), read)
    }


def spec_of(path: Path) -> type[OutcomeSpec | DefinitionSpec | AnalysisSpec]:
    if path.parent.parent.name == "outcomes":
        return OutcomeSpec
    return DefinitionSpec if path.parent.name == "definitions" else AnalysisSpec


def values(found: dict[str, Any], *before: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in found.items():
        if isinstance(value, dict):
            yield from values(value, *before, key)
        else:
            yield (*before, key), value


def other(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    return value + {int: 1, float: 1, str: "x", list: ["x"]}[type(value)]


def with_value(found: dict[str, Any], keys: tuple[str, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(found)
    table = changed
    for key in keys[:-1]:
        table = table[key]
    table[keys[-1]] = value
    return changed


def same(spec: Any, found: dict[str, Any], read: Any) -> bool:
    try:
        return bool(spec.from_dict(found) == read)
    except Exception:
        # The parser read the value, or it could not have objected.
        return False


def files(hub: Path) -> list[tuple[Path, dict[str, Any]]]:
    return [(path, tomllib.loads(path.read_text())) for path in sorted(hub.glob("**/*.toml"))]


def test_our_own_hub_has_no_such_key() -> None:
    hub = files(REPOSITORY / "metric_hub")
    assert hub
    assert [error for path, found in hub for error in unknown_keys(path, found)] == []


needs_metric_hub = pytest.mark.skipif(
    not METRIC_HUB.exists(), reason="needs a copy of metric-hub at ../shared/metric-hub"
)


@needs_metric_hub
def test_in_metric_hub_just_what_the_parser_ignores_is_named() -> None:
    for path, found in sample([*files(METRIC_HUB)], 8):
        if path.name != "functions.toml":
            named = {error.key for error in unknown_keys(path, found)}
            assert named == ignored(path, found), path


@needs_metric_hub
def test_metric_hub_holds_423_keys_without_effect() -> None:
    errors = [error for path, found in files(METRIC_HUB) for error in unknown_keys(path, found)]
    last = Counter(error.key.rpartition(".")[2] for error in errors)
    assert len(errors) == 423
    # Windows of segments, set on the segment and not on its data source, look at other days.
    assert last["window_start"] + last["window_end"] == 338
    assert last["exposure_basis"] == 21
    assert last["enrollment_end_date"] == 6
    assert "abouthome-startup-cache-5.toml: experiment.enrollments_query: has no effect here; " in (
        "\n".join(map(str, errors))
    )
