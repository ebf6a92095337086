"""Names and texts that could break out of SQL, Jinja, YAML or the project's folder."""

from __future__ import annotations

import copy
import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import hostile
from conftest import Project, copy_project
from dbt_jetstream import sync
from dbt_jetstream.checks import exception_type
from dbt_jetstream.cli import main
from dbt_jetstream.hub import HubAddress
from dbt_jetstream.lock.held import HeldLock

OWN = f"hub/jetstream/{hostile.FRESH}.toml"
# No file is named after a branch.
NO_PATH = "../../escaped"
UNSAFE = (
    "it's",
    'a"b',
    NO_PATH,
    "`a`",
    "{{ env_var('HOME') }}",
    "{% raw %}",
    "{# a",
    "a: {b",
    "- a\n  b: c",
    "x; drop table y --",
    "x) as y, (select 1",
    "a\u202eb",
    "a\x00b",
    "x" * 300,
    "x" * 100_000,
)
Edit = Callable[[str, dict[str, Any], dict[str, Any]], None]


def _slug(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    entry["slug"] = name


def _branch(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    entry["branches"][1]["slug"] = name


def _application(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    entry["appName"] = name


def _outcome(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    entry["outcomes"] = [{"slug": name}]


def _reference_branch(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["experiment"]["reference_branch"] = name


def _dataset(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["experiment"]["dataset_id"] = name


def _segment(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["experiment"]["segments"] = [name]
    own["segments"] = {name: {"data_source": "seen", "select_expression": "TRUE"}}


def _segment_source(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    _segment("early", entry, own)
    own["segments"]["early"]["data_source"] = name
    own["segments"]["data_sources"] = {name: {"from_expression": "telemetry.seen"}}


def _metric(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["metrics"]["weekly"] = [name]
    own["metrics"][name] = own["metrics"].pop("log_pings")


def _data_source(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["metrics"]["log_pings"]["data_source"] = name
    own["data_sources"] = {name: {"from_expression": "telemetry.main"}}


def _table(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    _data_source("other", entry, own)
    own["data_sources"]["other"]["from_expression"] = f"(SELECT * FROM `telemetry.{name}`)"


def _statistic(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["metrics"]["log_pings"]["statistics"] = {name: {}}


def _pre_treatment(name: str, entry: dict[str, Any], own: dict[str, Any]) -> None:
    own["metrics"]["log_pings"]["statistics"] = {"deciles": {"pre_treatments": [name]}}


EDITS = (
    _slug,
    _branch,
    _application,
    _outcome,
    _reference_branch,
    _dataset,
    _segment,
    _segment_source,
    _metric,
    _data_source,
    _table,
    _statistic,
    _pre_treatment,
)


class Desk:
    """A project without locks in a folder of its own, and what stands around it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.project = copy_project(root / "around" / "project")
        hostile.write(root, hostile.files())

    def sync(self) -> int:
        return main(
            [
                "sync",
                f"--metric-hub={self.root / 'hub'}",
                f"--experiments={self.root / hostile.EXPERIMENTS}",
                f"--project-dir={self.project.path}",
                "--with-ended",
            ]
        )

    def write(self, entries: list[dict[str, Any]], own: dict[str, Any]) -> None:
        texts = {hostile.EXPERIMENTS: json.dumps(entries), OWN: hostile.dumped(OWN, own)}
        hostile.write(self.root, {name: text.encode() for name, text in texts.items()})

    def tree(self) -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True, scope="module")
def _before_the_end() -> Iterator[None]:
    """Whether an experiment that has ended is finished would be asked of the warehouse."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JETSTREAM_AS_OF", "2026-04-01")
        yield


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def _sound() -> tuple[dict[str, Any], dict[str, Any]]:
    return copy.deepcopy(hostile.ENTRY), hostile.parsed(OWN, hostile.files()[OWN])


@pytest.mark.parametrize("edit", EDITS)
def test_an_unsafe_name_is_refused_in_lines_and_nothing_is_written_elsewhere(
    desk: Desk, edit: Edit, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in UNSAFE:
        if edit is _branch and name == NO_PATH:
            continue
        entry, own = _sound()
        edit(name, entry, own)
        desk.write([entry], own)
        before = desk.tree()
        assert desk.sync() == 1, name[:100]
        lines = capsys.readouterr().err.splitlines()
        errors = [line for line in lines if line.startswith("error: ")]
        assert errors, name[:100]
        for line in errors:
            assert line.startswith((f"error: {desk.root}/hub/", f"error: {desk.root}/experiments"))
            assert len(line) < 1500
            assert line.isprintable()
        registry = desk.project.path / "seeds/registry.csv"
        after = desk.tree()
        changed = {path for path in after if before.get(path) != after[path]}
        assert changed <= {registry, desk.project.path / ".jetstream/sync.lock"}
        assert registry.stat().st_size < 5000


def test_the_sound_experiment_itself_is_accepted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.write([hostile.ENTRY], _sound()[1])
    assert desk.sync() == 0


# What dbt would render, and what YAML would take for something else.
TEXTS = (
    "{{ env_var('HOME') }} {% raw %} {# x #}",
    "{{ '{{' }} }} {{{ {%- %}",
    "{% endraw %}{{ 1 / 0 }}\n\n{\n",
    'it\'s: "quoted" # no comment\n- name: x\n',
    "null",
    "1e3",
    "\\{{ \\n }} \t größe 枝 😀",
)
SLUGS = ("Bug-1647305_pref.release-78-80", "106.major")
BRANCHES = ("größer als", "枝", "नमूना", "v1.2 / a:b", "_x", NO_PATH)
LITERAL = "{{ x }} {% y %} {# z"


class Accepted:
    """Everything odd that is allowed, locked and parsed by dbt."""

    def __init__(self, desk: Desk) -> None:
        before = desk.tree()
        outcomes = desk.root / "hub/jetstream/outcomes/firefox_desktop"
        shutil.copy(outcomes / "clicking.toml", outcomes / "{{ it's }}.toml")
        entry, own = _sound()
        slugs = [hostile.FRESH, *SLUGS]
        entry["branches"] += [{"slug": branch} for branch in BRANCHES]
        entry["outcomes"] = [{"slug": "{{ it's }}"}]
        own["experiment"]["exposure_signal"]["name"] = TEXTS[0]
        own["metrics"]["weekly"] = [f"m{i}" for i in range(len(TEXTS))]
        own["metrics"] |= {f"m{i}": _described(text) for i, text in enumerate(TEXTS)}
        own["experiment"]["segments"] = ["early"]
        own["segments"] = {
            "early": {
                "description": TEXTS[0],
                "data_source": "seen",
                "select_expression": f"LOGICAL_OR(ds.x = '{{{{ {json.dumps(LITERAL)} }}}}')",
            }
        }
        desk.write([entry | {"slug": slug} for slug in slugs], own)
        assert desk.sync() == 0
        self.project: Project = desk.project
        self.written = {*desk.tree()} - {*before}
        self.desk = desk
        done = self.project.run("dbt", "parse")
        assert done.returncode == 0, done.stdout[-3000:]
        manifest = json.loads((self.project.path / "target/manifest.json").read_text())
        models = [n for n in manifest["nodes"].values() if n["resource_type"] == "model"]
        self.models = {model["name"]: model for model in models}


def _described(text: str) -> dict[str, Any]:
    # Braces of a literal are written twice: once for the hub's Jinja, once for its placeholders.
    braces = LITERAL.replace("{", "{{").replace("}", "}}")
    return {
        "description": text,
        "friendly_name": text,
        "data_source": "main",
        "select_expression": f"COUNTIF(ds.x = '{{{{ {json.dumps(braces)} }}}}')",
        "statistics": {"binomial": {}},
    }


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Accepted:
    return Accepted(Desk(tmp_path_factory.mktemp("accepted")))


def test_all_is_written_inside_of_the_project(accepted: Accepted) -> None:
    outcome = "{{ it's }}.toml"
    assert {path for path in accepted.written if path.name != outcome} == {
        path for path in accepted.written if path.is_relative_to(accepted.project.path)
    }
    folders = {path.name for path in (accepted.project.path / "models/experiments").iterdir()}
    assert folders == {hostile.FRESH, *SLUGS}


def test_descriptions_come_out_of_dbt_as_they_were_written(accepted: Accepted) -> None:
    weekly = accepted.models["fresh_one_weekly"]["columns"]
    described = accepted.models["statistics_fresh_one"]["config"]["meta"]["metadata"]["metrics"]
    for i, text in enumerate(TEXTS):
        sql = f"COUNTIF(ds.x = '{LITERAL}')"
        assert weekly[f"m{i}"]["description"] == f"{text} `{sql}`"
        has_jinja = "{{" in text or "{%" in text
        # dbt drops the last line end of any text in `meta`; of texts with Jinja it is kept.
        expected = text if has_jinja else text.removesuffix("\n")
        assert described[f"m{i}"]["description"] == expected


def test_sql_that_looks_like_jinja_comes_out_of_dbt_as_it_was_written(accepted: Accepted) -> None:
    sources = accepted.models["fresh_one_weekly"]["config"]["meta"]["data_sources"]
    metrics = {metric["name"]: metric for s in sources for metric in s["daily_metrics"]}
    for i in range(len(TEXTS)):
        assert metrics[f"m{i}"]["select_expression"] == f"COUNTIF(ds.x = '{LITERAL}')"
    enrollments = accepted.models["enrollments_fresh_one"]
    (segments,) = enrollments["config"]["meta"]["segment_sources"]
    assert f"'{LITERAL}'" in json.dumps(segments["segments"][0]["sql"])
    assert enrollments["columns"]["early"]["description"] == f"Segment: {TEXTS[0]}"
    assert TEXTS[0] in accepted.models["fresh_one_exposure_days"]["description"]


def test_branches_of_any_language_come_out_of_dbt_as_they_were_written(accepted: Accepted) -> None:
    for model in accepted.models.values():
        assert model["config"]["meta"]["experiment"]["branches"] == ["control", "dark", *BRANCHES]


def test_a_later_end_date_changes_nothing_else_in_a_lock_of_odd_texts(accepted: Accepted) -> None:
    path = accepted.project.path / f"models/experiments/{hostile.FRESH}/{hostile.FRESH}.yml"
    before = path.read_text()
    after = HeldLock(hostile.FRESH, path, is_private=False).ending(dt.date(2026, 5, 4))
    pairs = zip(before.splitlines(), after.splitlines(), strict=True)
    changed = {
        (old.strip().split(":")[0], new.strip().split(":")[0]) for old, new in pairs if old != new
    }
    assert changed == {
        (key, key) for key in ("end_date", "length", "not_before", "definition_hash")
    }


def test_an_end_date_that_a_config_set_stays_until_a_rerun(accepted: Accepted) -> None:
    path = accepted.project.path / f"models/experiments/{hostile.FRESH}/{hostile.FRESH}.yml"
    before = path.read_text()
    entries = json.loads((accepted.desk.root / hostile.EXPERIMENTS).read_text())
    own = hostile.parsed(OWN, (accepted.desk.root / OWN).read_text())
    del own["experiment"]["end_date"]
    accepted.desk.write([entry | {"endDate": "2026-05-04"} for entry in entries], own)
    assert accepted.desk.sync() == 0
    assert path.read_text() == before


def test_two_experiments_whose_tables_would_share_a_name_are_not_both_locked(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    entry, own = _sound()
    # The weekly view of the first is called as the statistics of the second.
    slugs = (hostile.FRESH, f"{hostile.FRESH}_weekly")
    desk.write([entry | {"slug": slug} for slug in slugs], own)
    for _ in range(2):
        assert desk.sync() == 1
        assert capsys.readouterr().err.splitlines()[-2:] == [
            f"error: {desk.root}/experiments.json: fresh-one_weekly: its table "
            "`statistics_fresh_one_weekly` would have the name of one of `fresh-one`; rename one "
            "of the two",
            "not analysed for these errors: fresh-one_weekly",
        ]
    folders = [path.name for path in (desk.project.path / "models/experiments").iterdir()]
    assert folders == [hostile.FRESH]


def test_what_is_not_analysed_is_not_resolved(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        message = "resolving takes too long for thousands"
        raise AssertionError(message)

    monkeypatch.setattr(sync, "resolve", refuse)
    entry, own = _sound()
    own["experiment"] = {"skip": True}
    others = {"old": {"endDate": "2026-01-01"}, "odd": {"appName": "x"}}
    changed = [entry | {"slug": slug} | changes for slug, changes in others.items()]
    desk.write([entry, *changed], own)
    request = sync.Request(
        [HubAddress(str(desk.root / "hub"))],
        desk.root / hostile.EXPERIMENTS,
        desk.project.path,
        as_of=dt.date(2026, 4, 1),
    )
    report = sync.sync(request)
    reasons = {slug: exception_type(error) for slug, error in report.skipped.items()}
    assert reasons == {hostile.FRESH: "ExplicitSkipException", "old": "EndedException"}
    (unsupported,) = report.refused["odd"]
    assert exception_type(unsupported) == "UnsupportedApplicationException"
